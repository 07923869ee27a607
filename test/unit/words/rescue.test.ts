import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import { filled } from '../../../src/core/message.ts';
import type { Account } from '../../../src/core/model.ts';
import type { AccountState } from '../../../src/engine/monitor/store.ts';
import { loansOutline } from '../../../src/views/loans.ts';
import { gaugePage } from '../../../src/views/gauges.ts';
import { positionsOutline } from '../../../src/views/positions.ts';
import { rescueLabel } from '../../../src/words/rescue.ts';
import { warningSentence } from '../../../src/words/warning.ts';
import { says } from '../../texts.ts';
import { account, btc, holding, position, snapshot, state, text, viewContext } from '../views/samples.ts';
import { inBoth } from './chinese.ts';

const add = { act: 'add', coin: 'BTC', amount: '0.1' };
const repay = { act: 'repay', coin: 'USDT', amount: '500' };
const prepared = (rescues: NonNullable<Account['rescues']> = { 'loan:12345': { at: '0.7', steps: [add, repay] } }): AccountState =>
  state({ account: account({ rescues }), snapshot: snapshot({ wallet: [{ ...btc, amount: decimal('0.02') }] }) });
const plan = says('rescue.text', '70.00%', says('rescue.else', says('rescue.add', '0.1 BTC'), says('rescue.repay', '500 USDT')));
const short = says('rescue.short', says('term.funding-account'), '0.02 BTC', '0.08 BTC');

describe('a prepared rescue in words', () => {
  it('stands in the tooltip of its row, with what each step lacks', () => {
    const [row] = loansOutline([prepared()], viewContext())[0]!.children!;
    const lines = row!.details!().lines.map(({ label, value }) => `${text(label)}: ${text(value)}`);
    assert.ok(lines.includes(`${says('rescue.label')}: ${plan}`));
    assert.ok(lines.includes(`${says('rescue.add', '0.1 BTC')}: ${short}`), lines.join('\n'));
    const [without] = loansOutline([state()], viewContext())[0]!.children!;
    assert.ok(without!.details!().lines.every(({ label }) => text(label) !== says('rescue.label')));
  });

  it('is marked in its row, and as reached in its tooltip, once its moment has come', () => {
    const due = prepared({ 'loan:12345': { at: '0.57', steps: [add] } });
    const [row] = loansOutline([due], viewContext())[0]!.children!;
    assert.equal(text(row!.description![0]), says('rescue.due'));
    assert.ok(row!.details!().lines.some(({ value }) => text(value).endsWith(`(${says('term.reached')})`)));
    const [early] = loansOutline([prepared()], viewContext())[0]!.children!;
    assert.ok(early!.description!.every((part) => text(part) !== says('rescue.due')));
    const rescues = { 'position:p1': { at: '0.2', steps: [{ act: 'add', coin: 'USDT', amount: '100' }] } };
    const [held] = positionsOutline([state({ account: account({ rescues }), snapshot: holding([position()]) })], viewContext())[0]!
      .children!;
    assert.ok(held!.description!.some((part) => text(part) === says('rescue.due')));
  });

  it('is marked in its row and line while none of it can be done, before its moment behind the distance', () => {
    const rowOf = (one: AccountState): string[] => loansOutline([one], viewContext())[0]!.children![0]!.description!.map(text);
    const marksOf = (one: AccountState): readonly string[] => gaugePage([one], viewContext(), text).state.gauges[0]!.line.marks;
    const [early, due] = ['0.7', '0.57'].map((at) => prepared({ 'loan:12345': { at, steps: [add] } }));
    const blocked = says('rescue.blocked');
    assert.deepEqual(rowOf(early!).slice(0, 2), [says('loan.call', '22.1%'), blocked]);
    assert.deepEqual(rowOf(due!).slice(0, 2), [says('rescue.due'), blocked]);
    assert.deepEqual([marksOf(early!), marksOf(due!)], [[blocked], [says('rescue.due'), blocked]]);
    const ready = { ...early!, snapshot: snapshot() };
    assert.ok(!rowOf(ready).includes(blocked));
    assert.deepEqual(marksOf(ready), []);
  });

  it('stands on its card with a button that opens it', () => {
    const [gauge] = gaugePage([prepared()], viewContext(), text).state.gauges;
    assert.deepEqual(
      gauge!.rows.find(({ label }) => label === says('rescue.label'))?.lines.map(({ value, detail }) => [value, detail]),
      [
        [plan, undefined],
        [says('rescue.add', '0.1 BTC'), short],
        [says('rescue.repay', '500 USDT'), says('rescue.short', says('term.funding-account'), '0 USDT', '500 USDT')],
      ],
    );
    assert.ok(gauge!.actions.some(({ id }) => id === 'rescue'));
    assert.ok(gaugePage([state()], viewContext(), text).state.gauges[0]!.actions.every(({ id }) => id !== 'rescue'));
  });

  it('of a position says that its wallet is not checked', () => {
    const rescues = { 'position:p1': { at: '0.05', steps: [{ act: 'add', coin: 'USDT', amount: '100' }] } };
    const one = state({ account: account({ rescues }), snapshot: holding([position()]) });
    const [row] = positionsOutline([one], viewContext())[0]!.children!;
    const lines = row!.details!().lines.map(({ label, value }) => `${text(label)}: ${text(value)}`);
    assert.ok(lines.includes(`${says('rescue.label')}: ${says('rescue.text', '5.0%', says('rescue.add', '100 USDT'))}`));
    assert.ok(lines.includes(`${says('rescue.add', '100 USDT')}: ${says('rescue.unread', says('okx.trading-account'))}`), lines.join('\n'));
  });

  it('names the limit that forbids a step', () => {
    const limits = () => ({ inspect: (name: string) => (name === 'perActionByCoin' ? { globalValue: { BTC: '0.05' } } : undefined) });
    const held = { ...prepared(), snapshot: snapshot() };
    const [row] = loansOutline([held], viewContext({ limits }))[0]!.children!;
    assert.ok(row!.details!().lines.some(({ value }) => text(value) === says('rescue.limit', 'ltvGauge.limits.perActionByCoin')));
    const [free] = loansOutline([held], viewContext())[0]!.children!;
    assert.ok(free!.details!().lines.some(({ value }) => text(value) === says('rescue.ready')));
  });

  it('is checked again when a limit has changed, and not made again when none has', () => {
    let most = '0.05';
    const limits = () => ({ inspect: (name: string) => (name === 'perActionByCoin' ? { globalValue: { BTC: most } } : undefined) });
    const held = { ...prepared(), snapshot: snapshot() };
    const gauge = () => gaugePage([held], viewContext({ limits, when: String, zoned: String }), text).state.gauges[0]!;
    const standing = () => gauge().rows.find(({ label }) => label === says('rescue.label'))!.lines[1]!.detail;
    assert.equal(standing(), says('rescue.limit', 'ltvGauge.limits.perActionByCoin'));
    most = '0.1';
    assert.equal(standing(), says('rescue.ready'));
  });

  it('is named in the warning, without amounts where they are hidden or leave this computer', () => {
    const told = [{ account: 'one', target: 'level loan:12345', says: 'alarm', level: 'danger', since: 0 } as const];
    const sentence = inBoth(warningSentence(told, [prepared()], viewContext()));
    const steps = [
      says('list.brackets', says('rescue.add', '0.1 BTC'), short),
      says('list.brackets', says('rescue.repay', '500 USDT'), says('rescue.short', says('term.funding-account'), '0 USDT', '500 USDT')),
    ];
    assert.ok(sentence.endsWith(says('rescue.sentence', says('rescue.else', steps[0]!, steps[1]!))), sentence);
    const hidden = inBoth(warningSentence(told, [prepared()], viewContext({ hidesAmounts: true })));
    assert.ok(hidden.includes(`${says('rescue.add', 'BTC')} (${says('rescue.too-little', says('term.funding-account'))})`), hidden);
    assert.doesNotMatch(hidden, /0\.1 BTC|500|0\.02/);
    assert.equal(
      filled(rescueLabel(), (template) => template),
      says('rescue.label'),
    );
  });
});
