import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import type { Loan, Position } from '../../../src/core/model.ts';
import type { LiveLoan } from '../../../src/core/risk/live-estimate.ts';
import type { GaugeLine, PageState } from '../../../src/core/protocol.ts';
import type { WriteRecord } from '../../../src/engine/ledger/ledger.ts';
import type { AccountState, Live } from '../../../src/engine/monitor/store.ts';
import { gaugePage } from '../../../src/views/gauges.ts';
import { aLoan, anAccount, aScene, aState, now, say, unreachable } from './gauge-scenes.ts';
import { position } from './samples.ts';
import { says } from '../../texts.ts';

const prices = { BTC: decimal('85753.03'), ETH: decimal('3000'), USDT: decimal('1') };
function holding(loans: readonly Loan[], positions: readonly Position[] = [], change: Partial<AccountState> = {}): AccountState {
  return { ...aState([], { snapshot: { loans, wallet: [], positions, prices, asOf: now - 1_000 } }), ...change };
}
const page = (accounts: readonly AccountState[], change: Parameters<typeof aScene>[0] = {}): PageState =>
  gaugePage(accounts, aScene(change), say).state;
const line = (account: AccountState, change: Parameters<typeof aScene>[0] = {}): GaugeLine => page([account], change).gauges[0]!.line;

/** 57.421 % with margin call at 73.74 % and liquidation at 83.74 %. */
const loan = aLoan({ collateral: [{ coin: 'BTC', amount: decimal('0.9') }] });
const near = aLoan({ id: '7', orderId: '7', ltv: decimal('0.72'), collateral: loan.collateral, collateralUsd: decimal('55555.557') });
const estimate: LiveLoan = { ltv: decimal('0.7192'), toMarginCall: decimal('0.0247'), toLiquidation: decimal('0.1411'), averaged: false };
const liveAt = (one: LiveLoan): Live => ({ at: now - 1_000, loans: { '12345': one }, positions: {}, off: {}, doubted: [] });
const live = liveAt(estimate);

describe('A line of the overview', () => {
  it('says how far both lines of a loan are; of its liquidation that is an estimate', () => {
    const { toMarginCall, toLiquidation, liquidationPrice, venue, age, marks } = line(holding([loan]));
    assert.deepEqual(
      [toMarginCall, toLiquidation, liquidationPrice, venue, age, marks],
      ['22.1%', '~31.4%', 'BTC-USDT 60,931.7', 'OKX', says('time.just-now'), []],
    );
  });

  it('names our own price, marked, where the exchange gives none', () => {
    assert.match(line(holding([aLoan({ collateral: loan.collateral }, 'liquidationPrice')])).liquidationPrice ?? '', /^~BTC \$\d/);
  });

  it('has the estimate behind a distance only where it is worse', () => {
    const worse = line(holding([loan], [], { live }));
    assert.deepEqual([worse.toMarginCall, worse.toLiquidation], ['22.1% → ~2.4%', '~31.4% → ~14.1%']);
    const better = liveAt({ ...estimate, ltv: decimal('0.5'), toMarginCall: decimal('0.32') });
    assert.equal(line(holding([loan], [], { live: better })).toMarginCall, '22.1%');
  });

  it('says that a line is reached, and keeps what is unknown unknown', () => {
    assert.equal(line(holding([aLoan({ ltv: decimal('0.74') })])).toMarginCall, says('term.reached'));
    const unknown = line(holding([aLoan({}, 'marginCall', 'liquidation')]));
    assert.deepEqual([unknown.toMarginCall, unknown.toLiquidation], ['—', '—']);
  });

  it('says of a position how far liquidation is, at which price', () => {
    const { toMarginCall, toLiquidation, liquidationPrice } = line(holding([], [position({ baseCoin: 'BTC' })]));
    assert.deepEqual([toMarginCall, toLiquidation, liquidationPrice], [undefined, '12.4%', '52,560 USDT']);
  });

  it('marks what is out of date or not reached, and estimates nothing then', () => {
    const old = line({ ...holding([loan]), snapshot: { ...holding([loan]).snapshot!, asOf: now - 600_000 } });
    assert.deepEqual([old.marks, old.toLiquidation], [[says('gauges.not-current')], '—']);
    assert.deepEqual(line(holding([loan], [], { failure: unreachable })).marks, [says('account.unreachable')]);
  });

  it('offers what helps and the way to a target; to resolve only, while a change is unfinished; nothing without the right', () => {
    const ids = (account: AccountState, change: Parameters<typeof aScene>[0] = {}) => line(account, change).acts.map(({ id }) => id);
    assert.deepEqual(ids(holding([loan])), ['add', 'ltvTarget']);
    assert.deepEqual(ids(holding([], [position()])), ['addMargin', 'liquidationTarget']);
    assert.deepEqual(ids(holding([loan], [], { account: anAccount({ readOnly: true }) })), []);
    const record = {
      accountId: 'main',
      accountName: 'Main',
      change: { kind: 'collateral', loan: { loanId: '12345', orderId: '12345' }, direction: 'add', coin: 'BTC', amount: decimal('0.1') },
      state: 'accepted',
    } as unknown as WriteRecord;
    const open = { openWrites: () => [record] };
    assert.deepEqual(ids(holding([loan]), open), ['resolve']);
    assert.deepEqual(line(holding([loan]), open).marks, [says('term.change-unfinished')]);
    const frozen = { frozen: () => record };
    assert.deepEqual([line(holding([loan]), frozen).marks, ids(holding([loan]), frozen)], [[says('overview.frozen')], ['resolve']]);
  });
});

describe('The orders of the lines', () => {
  it('are by exact figures, the worst first, what is unknown last', () => {
    const unknown = aLoan({ id: '9', orderId: '9' }, 'marginCall', 'liquidation', 'ltv');
    const { orders } = page([holding([loan, near, unknown], [position({ baseCoin: 'BTC' })])]);
    assert.deepEqual(orders, { worst: [1, 3, 0, 2], marginCall: [1, 0, 2, 3], liquidation: [3, 1, 0, 2], age: [0, 1, 2, 3] });
  });

  it('take a worse estimate for the distance', () => {
    assert.deepEqual(page([holding([near, loan], [], { live })]).orders.marginCall, [0, 1]);
    assert.deepEqual(page([holding([{ ...near, ltv: decimal('0.7') }, loan], [], { live })]).orders.marginCall, [1, 0]);
  });
});

describe('The summary', () => {
  it('begins with the worst, counts what needs attention, adds up in USD, and says what a fall brings first', () => {
    const [summary, ...others] = page([holding([loan, near])]).summaries;
    assert.deepEqual(others, []);
    assert.deepEqual(summary, {
      worst: { key: '["main","7"]', level: 'danger', text: `${says('overview.worst')}: Loan 7 · LTV 72.00% · Danger` },
      facts: [
        `${says('overview.attention')}: 1`,
        'Debt $80,000.01',
        `Collateral $125,216.11 ${says('loan.after-haircut')}`,
        says('term.by-estimate', says('overview.first-fall', 'BTC −2.3%', says('preview.margin-call'), 'Loan 7')),
      ],
    });
  });

  it('never adds real money to simulated, and begins with the real', () => {
    const played = holding([near], [], { account: anAccount({ id: 's', site: 'loopback', simulated: true }) });
    const { summaries } = page([played, holding([loan])]);
    assert.deepEqual(
      summaries.map(({ simulatedMark, worst }) => [simulatedMark, worst.key]),
      [
        [undefined, '["main","12345"]'],
        [says('preview.simulated'), '["s","7"]'],
      ],
    );
    assert.ok(summaries[0]!.facts.includes('Debt $40,000.01'));
  });

  it('says what is missing in a sum, and that it is not up to date', () => {
    const { debtUsd, ...without } = near;
    assert.ok(debtUsd !== undefined);
    assert.ok(page([holding([loan, without])]).summaries[0]!.facts.includes(`Debt $40,000.01, ${says('overview.not-counted', '1')}`));
    const old = { ...holding([loan]), failure: unreachable };
    assert.ok(page([old]).summaries[0]!.facts.includes(says('term.last-known', 'Debt $40,000.01')));
  });

  it('counts what is unknown, and says nothing of loans where there are none', () => {
    assert.deepEqual(
      page([holding([aLoan({}, 'marginCall', 'liquidation', 'debtUsd', 'collateralUsd')])]).summaries[0]!.facts[0],
      'Unknown: 1',
    );
    const { facts } = page([holding([], [position({ baseCoin: 'BTC', liquidationPrice: decimal('20000') })])]).summaries[0]!;
    assert.equal(facts.length, 1);
  });

  it('is not there without loans and positions', () => {
    assert.deepEqual(page([]).summaries, []);
  });
});
