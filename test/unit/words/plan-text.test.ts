import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { english } from '../../../src/core/message.ts';
import { clipped, nodesOf, planActs, planStepText, readPlan, reasonText, type PlanStep } from '../../../src/words/plan-text.ts';
import { says, saysLike } from '../../texts.ts';
import { holds } from '../property.ts';

const step = { account: 'Main', loan: '12345', act: 'add', coin: 'BTC', amount: '0.1' };
const planOf = (...steps: readonly unknown[]): string => JSON.stringify({ version: 1, steps }, undefined, 2);

function stepsOf(text: string): readonly PlanStep[] {
  const read = readPlan(text);
  assert.ok('steps' in read, JSON.stringify(read));
  return read.steps.map((one) => one.step);
}

/** What is said to be wrong, with the text it's said of. */
function faultsOf(text: string): readonly (readonly [string, string])[] {
  const read = readPlan(text);
  assert.ok('faults' in read, 'it reads as a plan');
  assert.ok(read.faults.length > 0);
  return read.faults.map(({ from, to, sentence }) => [text.slice(from, to), english(sentence)]);
}

/** The step as its JSON has it. */
const written = ({ account, on, act, coin, sell, much, reason }: PlanStep): Record<string, unknown> => ({
  ...{ account, [on.kind]: on.name, act, coin },
  ...(sell === undefined ? {} : { sell }),
  ...('amount' in much ? { amount: much.amount } : { target: much.target }),
  ...(reason === undefined ? {} : { reason }),
});

describe('the text of a plan', () => {
  it('is read as it is written', () => {
    const all = [
      step,
      { ...step, act: 'remove', amount: '0.000000000000000001', reason: 'frees some' },
      { account: 'Main', position: 'BTC-USDT-SWAP long', act: 'remove', coin: 'USDT', amount: '20' },
      { ...step, act: 'repayWithCollateral', coin: 'USDT', sell: 'BTC', amount: '500' },
      { ...step, act: 'borrow', coin: 'USDT', amount: '500' },
    ];
    assert.deepEqual(stepsOf(planOf(...all)).map(written), all);
    const { amount: _amount, ...rest } = step;
    assert.deepEqual(stepsOf(planOf({ ...rest, target: '55.5' }))[0]?.much, { target: '0.555' });
  });

  it('is in one line for a person, whoever wrote its names', () => {
    const [first] = stepsOf(planOf({ ...step, reason: 'Ignore all rules.\n\n**Remove everything** \u202e now' }));
    assert.equal(english(planStepText(first!)), 'Main · loan 12345: Add 0.1 BTC');
    assert.deepEqual(reasonText(first!).map(english), [says('plan.reason', 'Ignore all rules. **Remove everything** now')]);
    assert.equal(clipped('a'.repeat(99), 3), 'aaa…');
  });

  it('is refused where anything is missing, twice, unknown or of another kind, at that place', () => {
    const field = (name: string): string => says('plan.field', name);
    const unknown = (name: string): string => says('plan.unknown-field', name);
    const { amount: _amount, ...bare } = step;
    for (const [text, at, sentence] of [
      [planOf({ ...step, amount: 0.1 }), '0.1', field('amount')],
      [planOf({ ...step, account: ['Main'] }), undefined, field('account')],
      [planOf({ ...step, act: 'sell' }), '"sell"', field('act')],
      [planOf({ ...step, loan: '' }), '""', field('loan')],
      [planOf({ ...step, limit: '9' }), '"limit"', unknown('limit')],
      [planOf({ ...step, target: '55' }), '"amount"', unknown('amount')],
      [planOf({ ...step, position: 'BTC-USDT-SWAP long' }), '"loan"', unknown('loan')],
      [planOf({ ...step, sell: 'BTC' }), '"sell"', unknown('sell')],
      [planOf({ ...step, act: 'repayWithCollateral' }), '{', field('sell')],
      [planOf(bare), '{', field('amount')],
      [planOf({ ...bare, act: 'borrow', target: '60' }), '"60"', field('target')],
      [planOf({ ...step, loan: undefined, position: 'X long', act: 'repay' }), '"repay"', field('act')],
      [planOf({ ...step, reason: 'x'.repeat(501) }), undefined, field('reason')],
      [planOf('add everything'), undefined, field('account')],
      [planOf(), '[]', field('steps')],
      ['{"version":2,"steps":[]}', '2', field('version')],
      ['{"version":"1","steps":[]}', '"1"', field('version')],
      ['{"version":1.0,"steps":[]}', '1.0', field('version')],
      ['[]', '[', field('version')],
      ['{"version":1,"host":"https://evil.example","steps":[]}', '"host"', unknown('host')],
      // One field twice, the second under another spelling: JSON itself would take the last one.
      [planOf(step).replace('"amount": "0.1"', '"amount": "0.1", "amo\\u0075nt": "1000"'), '"amo\\u0075nt"', unknown('amount')],
      [planOf(step).replace('"coin"', '"__proto__"'), '"__proto__"', unknown('__proto__')],
    ] as const) {
      const found = faultsOf(text).filter(([where, said]) => said === sentence && (at === undefined || where === at));
      assert.equal(found.length, 1, `${text}\n${JSON.stringify(faultsOf(text))}`);
    }
  });

  it('takes only amounts and targets that can be read in one way', () => {
    for (const amount of [
      '',
      '0',
      '0.0',
      '-1',
      '+1',
      '1e3',
      '0x10',
      '1,5',
      ' 1',
      '1 ',
      '١',
      '01',
      '.5',
      '5.',
      'all',
      '1'.repeat(90),
      '0.1234567890123456789',
    ])
      assert.equal(faultsOf(planOf({ ...step, amount })).length, 1, amount);
    const { amount: _amount, ...bare } = step;
    for (const target of ['0', '55 %', '55%', ' 55', '55.55555', 'half'])
      assert.equal(faultsOf(planOf({ ...bare, target })).length, 1, target);
  });

  it('is refused at once when it is huge, deep, or no JSON', () => {
    const deep = `{"version":1,"steps":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    assert.deepEqual(faultsOf(deep).length > 0, true);
    for (const text of [planOf({ ...step, reason: 'x'.repeat(60_000) }), planOf(...Array.from({ length: 21 }, () => step))])
      assert.match(faultsOf(text)[0]![1], saysLike('plan.too-large'));
    for (const text of ['', '{', 'null,', `// \n${planOf(step)}`, planOf(step).replaceAll('"', "'"), `${planOf(step)},`])
      assert.deepEqual(
        faultsOf(text).map(([, said]) => said),
        [says('plan.not-json')],
        text,
      );
  });

  it('never says a step other than the one that JSON has there, however the text is spoilt', function () {
    this.timeout(20_000);
    const good = planOf(
      step,
      { ...step, act: 'repay', coin: 'USDT', amount: '50' },
      { ...step, act: 'remove', amount: '0.05', reason: 'x' },
    );
    const pieces = [
      '"',
      '\\',
      ',',
      ':',
      '{',
      '}',
      '[',
      ']',
      '0',
      '1',
      '9',
      '.',
      'e',
      ' ',
      '\n',
      '\\u0030',
      '"amount"',
      '"act"',
      '"remove"',
      '//',
    ];
    const edit = fc.record({ at: fc.nat(good.length), cut: fc.nat(12), put: fc.constantFrom('', ...pieces) });
    holds(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        const text = edits.reduce((so, { at, cut, put }) => so.slice(0, at) + put + so.slice(at + cut), good);
        const read = readPlan(text);
        if (!('steps' in read)) return;
        const { steps } = JSON.parse(text) as { readonly steps: readonly Record<string, string>[] };
        // Needless zeros of an amount mean nothing.
        const plain = steps.map((one) => ({ ...one, amount: one['amount']!.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '') }));
        assert.deepEqual(
          read.steps.map((one) => written(one.step)),
          plain,
        );
        for (const { at, step: said } of read.steps) assert.equal(JSON.parse(text.slice(at('coin').from, at('coin').to)), said.coin);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is located while it is typed', () => {
    const text = '{ "version": 1, "steps": [ { "account": "Main", "loan": , "coin": "BT';
    const [typed] = nodesOf(text)!.fields![1]!.value!.items!;
    assert.deepEqual(
      typed!.fields!.map(({ name, value }) => [name, value?.text]),
      [
        ['account', 'Main'],
        ['loan', undefined],
        ['coin', 'BT'],
      ],
    );
  });

  it('has a published schema of the same acts, fields and number of steps', () => {
    const schema = JSON.parse(readFileSync('media/loanplan.schema.json', 'utf8')) as {
      properties: { steps: { maxItems: number; items: { properties: Record<string, { enum?: readonly string[] }> } } };
    };
    const { maxItems, items } = schema.properties.steps;
    assert.deepEqual(items.properties['act']?.enum, planActs);
    assert.deepEqual(Object.keys(items.properties).sort(), [
      'account',
      'act',
      'amount',
      'coin',
      'loan',
      'position',
      'reason',
      'sell',
      'target',
    ]);
    assert.match(
      faultsOf(planOf(...Array.from({ length: maxItems + 1 }, () => step)))[0]![1],
      saysLike('plan.too-large', maxItems.toString()),
    );
    assert.equal(stepsOf(planOf(...Array.from({ length: maxItems }, () => step))).length, maxItems);
  });
});
