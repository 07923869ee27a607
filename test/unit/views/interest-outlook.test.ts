import assert from 'node:assert/strict';
import { decimal, type Decimal } from '../../../src/core/decimal.ts';
import type { DueDebt, InterestRow, Loan } from '../../../src/core/model.ts';
import { interestOutlook } from '../../../src/views/interest-outlook.ts';
import type { PageSource } from '../../../src/views/entry.ts';
import { line, loan } from './samples.ts';
import { says, saysInTurn, saysLike } from '../../texts.ts';

const source: PageSource = { kind: 'interest', accountId: 'one', loan: { loanId: '12345' }, version: '' };
const row = (coin: string, rate: string): InterestRow => ({
  id: '1',
  coin,
  debt: decimal('70000'),
  interest: decimal('0.1'),
  rate: decimal(rate),
  at: 1,
});
const owing = (change: Partial<Loan> = {}): Loan =>
  loan({
    ltv: decimal('0.7'),
    debtUsd: decimal('70000'),
    collateralUsd: decimal('100000'),
    debts: [{ coin: 'USDT', amount: decimal('70000') }],
    collateral: [{ coin: 'BTC', amount: decimal('1') }],
    marginCall: { ltv: decimal('0.75'), source: 'venue' },
    ...change,
  });
const prices = { USDT: decimal('1'), BTC: decimal('100000') };

/** 14:03 that day; the times are shown in hours since then. */
const asOf = Date.UTC(2026, 10, 21, 14, 3);
const when = (ms: number): string => (ms === asOf ? '14:03' : `hour ${((ms - asOf) / 3_600_000).toString()}`);
const outlook = (of: Loan, rows: readonly InterestRow[], at: Readonly<Record<string, Decimal>> = prices): string[] =>
  interestOutlook(source, { loan: of, rows, prices: at, asOf }, { when, zoned: when }).map(line);
const inHours = (hours: number, overdue = false): DueDebt => ({
  coin: 'USDT',
  amount: decimal('1000'),
  at: asOf + hours * 3_600_000,
  overdue,
});

describe('what interest will do', () => {
  it('is never a margin call in 0 days: it is reached, or less than a day away', () => {
    const said = (ltv: string, debt: string): string =>
      outlook(owing({ ltv: decimal(ltv), debtUsd: decimal(debt), debts: [{ coin: 'USDT', amount: decimal(debt) }] }), [
        row('USDT', '0.1'),
      ])[0]!;
    assert.match(said('0.75', '75000'), saysInTurn(' | ', says('line.reached', says('preview.margin-call')), ' | '));
    assert.match(said('0.749999', '74999.9'), saysInTurn(' | ', says('interest.margin-call', '<1'), ' | '));
    assert.match(said('0.7499', '74990'), saysLike('interest.margin-call', /\d+|<1/));
  });

  it('is a cost a day, the days until it alone brings the margin call, and what it comes to in 30 days', () => {
    // 10 % a year on 70000: 0.79908676 an hour, rounded up; 5000 more is the margin call, 6043 hours away with interest on interest.
    // 70000 x ((1 + 0.1 / 8760) ^ 720 - 1) is 577.710067, and each hour is rounded up.
    assert.deepEqual(outlook(owing(), [row('USDT', '0.1'), row('USDT', '0.9')]), [
      `${says('interest.per-day', '19.1781 USDT (~$19.18)')} | ${says('interest.margin-call', '251')} | ${says('term.updated-age', '14:03')}`,
      `${says('interest.30-days', '+577.711 USDT (~$577.72) · LTV 70.58%')} | ${says('term.updated-age', '14:03')}`,
    ]);
    const ids = interestOutlook(source, { loan: owing(), rows: [row('USDT', '0.1')], prices, asOf }, { when, zoned: when }).map(
      ({ id }) => id,
    );
    assert.equal(new Set(ids).size, 2, 'each line has a name of its own');
  });

  it('goes on to each due date that lies ahead, once', () => {
    const due = [inHours(-5, true), inHours(-1), inHours(47.5), inHours(47.5), inHours(24 * 365), inHours(24 * 367)];
    const lines = outlook(owing({ due }), [row('USDT', '0.1')]).slice(2);
    // Two days: 48 hours, the last one begun counted whole. In closed form 38.366455 and 7361.920109, without rounding each hour up.
    assert.deepEqual(lines, [
      `${says('interest.by-due', 'hour 47.5', '+38.3665 USDT (~$38.37) · LTV 70.04%')} | ${says('term.updated-age', '14:03')}`,
      `${says('interest.by-due', 'hour 8760', '+7,361.93 USDT (~$7,361.93) · LTV 77.37%')} | ${says('line.reached', says('preview.margin-call'))} | ${says('term.updated-age', '14:03')}`,
    ]);
    const many = Array.from({ length: 20 }, (_, index) => inHours(index + 1));
    assert.equal(outlook(owing({ due: many }), [row('USDT', '0.1')]).length, 2 + 6, 'no more than a person reads');
  });

  it('says which line is reached by then', () => {
    const late = owing({ liquidation: { ltv: decimal('0.8'), source: 'venue' } });
    assert.match(
      outlook(late, [row('USDT', '1')])[1]!,
      saysInTurn('LTV 76.00%', ' | ', says('line.reached', says('preview.margin-call')), ' | '),
    );
    assert.match(
      outlook(late, [row('USDT', '2')])[1]!,
      saysInTurn('LTV 82.51%', ' | ', says('line.reached', says('preview.liquidation')), ' | '),
    );
  });

  it('says less where less is known, and nothing of a coin that is not owed', () => {
    assert.deepEqual(outlook(owing(), [row('USDT', '0.1')], {}), [
      `${says('interest.per-day', '19.1781 USDT')} | ${says('term.updated-age', '14:03')}`,
      `${says('interest.30-days', '+577.711 USDT')} | ${says('term.updated-age', '14:03')}`,
    ]);
    assert.deepEqual(outlook(owing(), [row('ETH', '0.1')]), []);
    assert.deepEqual(outlook(owing(), []), []);
    assert.match(outlook(owing(), [row('USDT', '0.0001')])[0]!, saysInTurn(' | ', says('interest.margin-call', '>3,650'), ' | '));
    const late = owing({ ltv: decimal('0.8'), debtUsd: decimal('80000'), debts: [{ coin: 'USDT', amount: decimal('80000') }] });
    assert.match(outlook(late, [row('USDT', '0.1')])[0]!, saysInTurn(' | ', says('line.reached', says('preview.margin-call')), ' | '));
  });

  it('does not pass a part of what is owed off as all of it', () => {
    const two = owing({
      debts: [
        { coin: 'USDT', amount: decimal('40000') },
        { coin: 'ETH', amount: decimal('10') },
        { coin: 'SOL', amount: decimal('0') },
      ],
    });
    const dear = { ...prices, ETH: decimal('3000'), SOL: decimal('100') };
    const missing = `${says('interest.without', 'ETH')} | ${says('term.updated-age', '14:03')}`;
    assert.deepEqual(outlook(two, [row('USDT', '0.1')], dear), [
      `${says('interest.per-day', '10.959 USDT (~$10.96)')} | ${missing}`,
      `${says('interest.30-days', '+330.121 USDT (~$330.13)')} | ${missing}`,
    ]);
    // With both rates: 10 x ((1 + 0.05 / 8760) ^ 720 - 1) is 0.0411803 ETH.
    assert.match(
      outlook(two, [row('USDT', '0.1'), row('ETH', '0.05')], dear)[1]!,
      saysInTurn(
        /^/,
        says('interest.30-days', '+330.121 USDT + 0.041184 ETH (~$453.68) · LTV 70.46%'),
        ' | ',
        says('term.updated-age', '14:03'),
      ),
    );
  });
});
