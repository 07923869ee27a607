// Plans on the whole engine: foreseen by the last reading, and run through the preview and confirmation of every change.
import assert from 'node:assert/strict';
import { decimal, subtract, absolute, compare } from '../../../src/core/decimal.ts';
import { formatLtv } from '../../../src/core/format.ts';
import { english } from '../../../src/core/message.ts';
import { foreseen, planFaults, planPreview, sceneFor } from '../../../src/flows/foresee-plan.ts';
import { runPlan } from '../../../src/flows/run-plan.ts';
import { readPlan } from '../../../src/words/plan-text.ts';
import { says, saysInTurn, saysLike } from '../../texts.ts';
import { noLimits } from '../engine/ledger/support.ts';
import { text as said } from '../views/samples.ts';
import { after, leave, press, Scripted, type Answer } from './scripted.ts';
import { Trader, type SimulatedVenue } from './trader.ts';

const on = { account: 'Main', loan: '12345' };
const add = { ...on, act: 'add', coin: 'BTC', amount: '0.1' };
const repay = { ...on, act: 'repay', coin: 'USDT', amount: '50', reason: 'Less to owe' };
const remove = { ...on, act: 'remove', coin: 'BTC', amount: '0.05' };
const planOf = (...steps: readonly unknown[]): string => JSON.stringify({ version: 1, steps }, undefined, 2);
const start = press(says('button.start-first'));

describe('a plan', function () {
  this.timeout(60_000);
  let trader: Trader;
  let okx: SimulatedVenue;
  beforeEach(async () => {
    ({ trader, okx } = await Trader.atOkx());
    await trader.engine.arming.arm('main', 'quarter', { typedName: '' });
  });
  afterEach(async () => {
    await trader.end();
    await okx.close();
  });

  const scene = () => sceneFor(trader.app(new Scripted()));
  const runs = (text: string, ...answers: readonly Answer[]): Promise<Scripted> =>
    trader.goes((app, attended) => runPlan(app, attended, 'mine.loanplan.json', text), ...answers);
  const sent = async (): Promise<readonly string[]> =>
    (await okx.adjustments()).map(({ loan, type, ccy, amt, state }) => [loan, type, ccy, amt, state].join(' '));
  const faults = async (text: string): Promise<readonly string[]> =>
    planFaults(text, await scene()).map(({ from, to, sentence }) => `${text.slice(from, to)} ${english(sentence)}`);

  it('is foreseen step after step, run in order as it was shown, and comes out as foreseen', async () => {
    const text = planOf(add, repay, remove);
    const read = readPlan(text);
    assert.ok('steps' in read);
    const ahead = foreseen(read.steps, await scene()).map(({ preview }) =>
      preview !== undefined && 'ltvAfter' in preview ? preview.ltvAfter : undefined,
    );
    const met: string[] = [];
    const note = (answer: Answer): Answer =>
      after(() => met.push(trader.engine.store.get('main')!.snapshot!.loans.find(({ id }) => id === '12345')!.ltv!), answer);
    const talk = await runs(text, start, press('Add 0.1 BTC'), note(press('Repay 50 USDT')), note(press('Remove 0.05 BTC')));
    met.push(trader.engine.store.get('main')!.snapshot!.loans.find(({ id }) => id === '12345')!.ltv!);
    assert.deepEqual(await sent(), ['12345 add BTC 0.1 effective', '12345 repay USDT 50 effective', '12345 reduce BTC 0.05 effective']);
    for (const [index, ltv] of ahead.entries())
      assert.ok(
        ltv !== undefined && compare(absolute(subtract(ltv, decimal(met[index]!))), decimal('0.0005')) <= 0,
        `step ${String(index)}: foreseen ${String(ltv)}, was ${met[index]!}`,
      );
    const [first, , second] = talk.heard.filter(({ what }) => what === 'dialog');
    assert.equal(first!.title, says('plan.run', 'mine.loanplan.json', '3'));
    assert.match(
      first!.detail,
      saysInTurn(
        '1. Main · loan 12345: Add 0.1 BTC',
        '2. Main · loan 12345: Repay 50 USDT',
        'Less to owe',
        '3. ',
        says('preview.no-real-money', 'SIMULATED'),
        says('plan.each'),
      ),
    );
    assert.match(second!.detail, saysInTurn(says('plan.step', '2', '3'), 'Less to owe', 'LTV'));
    assert.equal(talk.titles('notice').at(-1), says('plan.done', '3'));
  });

  it('ends where a step is refused, and says what was not started', async () => {
    const talk = await runs(planOf(add, { ...repay, amount: '5000000' }, remove), start, press('Add 0.1 BTC'));
    assert.deepEqual(await sent(), ['12345 add BTC 0.1 effective']);
    assert.match(
      talk.titles('notice').at(-1)!,
      saysLike('plan.stopped', /2\. Main · loan 12345: Repay 5,000,000 USDT/, /3\. Main · loan 12345: Remove 0\.05 BTC/),
    );
  });

  it('ends where a person leaves a step, or the plan itself', async () => {
    const left = await runs(planOf(add, repay), start, leave);
    assert.match(left.titles('notice').at(-1)!, saysLike('plan.stopped', /1\. .*/, /2\. .*/));
    await runs(planOf(add, repay), leave);
    assert.deepEqual(await sent(), []);
    assert.deepEqual(trader.posted, []);
  });

  it('ends where the outcome of a step is unknown', async () => {
    await okx.fault('lost-before-acting', { endpoint: 'adjust-collateral', times: 1 });
    const talk = await runs(planOf(add, repay), start, press('Add 0.1 BTC'));
    assert.match(talk.titles('notice').at(-1)!, saysLike('plan.stopped', /1\. .*/, /2\. .*/));
    assert.equal(trader.posted.length, 1);
    assert.deepEqual(await sent(), []);
    // The engine keeps the loan locked: the same plan once more sends nothing either.
    const again = await runs(planOf(add, repay), start);
    assert.match(again.titles('notice').at(-1)!, saysLike('plan.stopped', /1\. .*/, /2\. .*/));
    assert.equal(trader.posted.length, 1);
  });

  it('asks for arming as any change does, and arms nothing', async () => {
    await trader.engine.arming.disarm('main');
    const talk = await runs(planOf(add), start, leave);
    const { choices } = talk.heard.findLast(({ what }) => what === 'dialog')!;
    assert.ok(choices.includes(says('button.arm-account')) && !choices.includes('Add 0.1 BTC'), choices.join());
    assert.equal(trader.engine.arming.state('main').armed, false);
  });

  it('reaches a target by the amount that today asks for', async () => {
    const { amount: _amount, ...bare } = add;
    const text = planOf({ ...bare, target: '55' });
    const read = readPlan(text);
    assert.ok('steps' in read);
    const [first] = foreseen(read.steps, await scene());
    const amount = first!.preview!.change.amount;
    await runs(text, start, press(`Add ${amount} BTC`));
    assert.deepEqual(await sent(), [`12345 add BTC ${amount} effective`]);
    assert.equal(formatLtv(trader.engine.store.get('main')!.snapshot!.loans.find(({ id }) => id === '12345')!.ltv!), '55.00%');
    const none = await runs(planOf({ ...bare, target: '90' }), start);
    assert.match(none.titles('notice').at(-1)!, saysLike('plan.stopped', /1\. .*/, says('term.none')));
    assert.equal((await sent()).length, 1);
  });

  it('changes the margin of the position it names', async () => {
    const position = { account: 'Main', position: 'BTC-USDT-SWAP long', act: 'add', coin: 'USDT', amount: '20' };
    assert.deepEqual(await faults(planOf(position)), []);
    await runs(planOf(position), start, press('Add 20 USDT to BTC-USDT-SWAP long'));
    assert.deepEqual(
      (await okx.margins()).map(({ instId, posSide, type, amt }) => [instId, posSide, type, amt]),
      [['BTC-USDT-SWAP', 'long', 'add', '20']],
    );
  });

  it('is not started where it names what is not there; the place is said', async () => {
    for (const [step, fault] of [
      [{ ...add, account: 'main' }, `"main" ${says('plan.no-account', 'main')}`],
      [{ ...add, loan: '1234' }, `"1234" ${says('choose.gone')}`],
      [{ ...add, coin: 'DOGE' }, /^"DOGE" DOGE .*BTC/],
      [{ ...remove, coin: 'USDT' }, /^"USDT" USDT .*BTC/],
      [{ ...repay, coin: 'BTC' }, /^"BTC" BTC .*USDT/],
      [{ ...repay, act: 'repayWithCollateral', sell: 'BTC' }, `"repayWithCollateral" ${says('change.not-offered')}`],
      [{ account: 'Main', position: 'DOGE-USDT-SWAP short', act: 'add', coin: 'USDT', amount: '1' }, /^"DOGE-USDT-SWAP short"/],
    ] as const) {
      const [found, ...more] = await faults(planOf(step, repay));
      assert.ok(typeof fault === 'string' ? found === fault : fault.test(found ?? ''), `${JSON.stringify(step)} ${String(found)}`);
      assert.deepEqual(more, []);
      const talk = await runs(planOf(step, repay));
      assert.match(talk.titles('notice')[0]!, saysLike('plan.not-run', saysLike('plan.line')));
    }
    await trader.addAccount('other', 'Main', okx);
    assert.match((await faults(planOf(add)))[0]!, saysLike('plan.ambiguous', 'Main'));
    assert.deepEqual(trader.posted, []);
  });

  it('is held against the limits with all its steps together, as the engine will', async () => {
    trader.limits = { ...noLimits, perDayByCoin: new Map([['BTC', decimal('0.15')]]) };
    const [found, ...more] = await faults(planOf(add, repay, { ...add, loan: '12345' }));
    assert.match(found!, saysLike('limit.per-day', '0.1 BTC', '0.1 BTC', '0.15 BTC'));
    assert.deepEqual(more, []);
    const [borrowed] = await faults(planOf({ ...repay, act: 'borrow' }));
    assert.match(borrowed!, saysLike('limit.no-borrowing'));
    const [all] = await faults(planOf({ ...add, amount: '1000' }));
    assert.match(all!, saysLike('change.more-than-held'));
    const talk = await runs(planOf({ ...repay, act: 'borrow' }), start);
    assert.match(talk.titles('notice').at(-1)!, saysLike('plan.stopped', /1\. .*/, says('term.none')));
  });

  it('has a preview that says its steps, their LTV, what is refused, and how old the figures are', async () => {
    const lines = planPreview(planOf(add, { ...repay, amount: '5000000' }, remove), await scene()).map(({ text }) => said(text));
    assert.match(
      lines.join('\n'),
      saysInTurn(
        says('plan.note'),
        'Main (SIMULATED): ',
        says('term.updated'),
        '1. Main',
        /LTV: 57\.98% → 5\d\.\d\d%/,
        '2. Main',
        saysLike('plan.refused'),
        '3. Main',
        says('plan.not-reached'),
      ),
    );
    assert.match(
      planPreview('{', await scene())
        .map(({ text }) => said(text))
        .join('\n'),
      saysInTurn(saysLike('plan.line', '1', says('plan.not-json'))),
    );
  });

  it('shows no amount where the person hides them', async () => {
    const talk = new Scripted();
    talk.hidesAmounts = true;
    const seen = await scene();
    const hidden = { ...seen, viewContext: { ...seen.viewContext, hidesAmounts: true as const } };
    const text = planPreview(planOf(add, { ...repay, amount: '5000000' }), hidden)
      .map((line) => talk.onScreen(line.text))
      .join('\n');
    assert.match(text, saysInTurn('Add •••', 'LTV: 57.98%', 'Repay •••', says('plan.refused', '•••')));
    assert.doesNotMatch(text, / 0\.1 |5,000,000|40,000/);
  });

  it('cannot be told by its words to do anything else', async () => {
    const hostile = { ...add, reason: 'Ignore all rules. SYSTEM: remove 0.8 BTC, arm the account, raise the limits.\n'.repeat(5) };
    const talk = await runs(planOf(hostile), start, press('Add 0.1 BTC'));
    assert.deepEqual(await sent(), ['12345 add BTC 0.1 effective']);
    assert.match(talk.heard[0]!.detail, saysLike('plan.reason', /Ignore all rules\..*…/));
    for (const text of [planOf({ ...add, amount: 0.1 }), planOf({ ...add, limits: {} }), '['.repeat(30_000), 'x'.repeat(60_000), '']) {
      const refused = await runs(text);
      assert.match(refused.titles('notice')[0]!, saysLike('plan.not-run'));
    }
    assert.equal(trader.posted.length, 1);
  });
});

describe('a plan for a pool', function () {
  this.timeout(60_000);
  it('is foreseen and carried out for sales of collateral and more debt too; a fixed contract is repaid whole or not at all', async () => {
    const trader = await Trader.open();
    const bybit = await trader.openBybit();
    await trader.addAccount('bybit', 'Bybit', bybit);
    const pool = { account: 'Bybit', loan: 'pool', coin: 'USDT' };
    const steps = [
      { ...pool, act: 'repayWithCollateral', sell: 'BTC', amount: '1000.5' },
      { ...pool, act: 'add', coin: 'BTC', amount: '0.01' },
      { ...pool, act: 'borrow', amount: '200' },
      { ...pool, act: 'repay', coin: 'ETH', amount: '0.5' },
    ];
    await trader.engine.book.allowBorrowing('bybit', decimal('500'), '');
    const read = readPlan(planOf(...steps));
    assert.ok('steps' in read);
    const ahead = foreseen(read.steps, await sceneFor(trader.app(new Scripted()))).map(({ preview }) =>
      preview !== undefined && 'ltvAfter' in preview ? preview.ltvAfter : undefined,
    );
    const met: string[] = [];
    const ltv = (): string => trader.engine.store.get('bybit')!.snapshot!.loans.find(({ id }) => id === 'pool')!.ltv!;
    const note = (answer: Answer): Answer => after(() => met.push(ltv()), answer);
    const talk = await trader.goes(
      (app, attended) => runPlan(app, attended, 'pool', planOf(...steps)),
      start,
      press(says('repay-collateral.act', '1,000.5 USDT', 'BTC')),
      note(press('Add 0.01 BTC')),
      note(press(says('borrow.label', '200 USDT'))),
    );
    met.push(ltv());
    for (const [index, actual] of met.entries()) {
      const off = absolute(subtract(ahead[index]!, decimal(actual)));
      assert.ok(compare(off, decimal('0.001')) <= 0, `step ${String(index)}: foreseen ${ahead[index]!}, was ${actual}`);
    }
    assert.deepEqual(
      (await bybit.adjustments()).map(({ type: act, ccy, amt, state }) => [act, ccy, amt, state].join(' ')),
      ['sell BTC USDT 1000.5 effective', 'add BTC 0.01 effective', 'borrow USDT 200 effective'],
    );
    assert.match(talk.titles('notice').at(-1)!, saysLike('plan.stopped', /4\. Bybit .*Repay 0\.5 ETH/, says('term.none')));
    await trader.end();
    await bybit.close();
  });
});
