import assert from 'node:assert/strict';
import { decimal, type Decimal } from '../../../src/core/decimal.ts';
import { loansOutline } from '../../../src/views/loans.ts';
import { ExchangeError } from '../../../src/core/errors.ts';
import { msg } from '../../../src/core/message.ts';
import type { Loan } from '../../../src/core/model.ts';
import type { Change, Connection } from '../../../src/exchanges/exchange.ts';
import { flowOf } from '../../../src/flows/kinds.ts';
import { repayLoan } from '../../../src/flows/repay.ts';
import { resolveWrite } from '../../../src/flows/resolve.ts';
import { loanAt, type Place } from '../../../src/views/place.ts';
import type { SimulatorOptions } from '../../../src/simulator/okx/start.ts';
import { writeState } from '../../../src/simulator/okx/state.ts';
import { World } from '../../../src/simulator/okx/world.ts';
import { after, type Answer, consider, goBack, leave, pick, press, type Scripted, type } from './scripted.ts';
import { Trader, type SimulatedVenue } from './trader.ts';
import { says, saysInTurn, saysLike } from '../../texts.ts';
import { loanOwing, repayment } from '../engine/ledger/kinds/repay.ts';

const path = '/api/v5/finance/flexible-loan/repay';
type Debts = readonly (readonly [ccy: string, amt: string])[];
const noon = Date.UTC(2026, 10, 20, 12);

/** A person with a loan of 40000 USDT on 0.8 BTC at a simulated OKX, and so much in the funding account. */
describe('repaying on the whole engine', () => {
  let trader: Trader;
  let okx: SimulatedVenue;
  afterEach(() => trader.end());

  const open = async (usdt: string, debts: Debts = [['USDT', '40000']], more: SimulatorOptions = {}): Promise<void> => {
    ({ trader, okx } = await Trader.atOkx({ state: writeState(worldOf(usdt, debts).state()), ...more }));
  };
  const worldOf = (usdt: string, debts: Debts): World => {
    const holding = ([ccy, amt]: readonly [string, string]): { ccy: string; amt: Decimal } => ({ ccy, amt: decimal(amt) });
    return new World({
      clock: { now: () => noon },
      ...{ settleMs: 500, seed: 'x', walking: false },
      orders: [{ ordId: '12345', debts: debts.map(holding), collateral: [holding(['BTC', '0.8'])] }],
      wallet: [holding(['USDT', usdt]), holding(['BTC', '1'])].filter(({ amt }) => amt !== '0'),
    });
  };
  const repay = (...answers: readonly Answer[]): Promise<Scripted> =>
    trader.goes((app, attended) => repayLoan(app, attended, undefined), ...answers);
  const repayAt = (change: Partial<Place>, ...answers: readonly Answer[]): Promise<Scripted> =>
    trader.goes((app, attended) => repayLoan(app, attended, { ...loanAt('main', '12345'), ...change }), ...answers);
  const taken = async (): Promise<readonly string[]> =>
    (await okx.adjustments()).map(({ loan, type: way, ccy, amt, state }) => [loan, way, ccy, amt, state].join(' '));
  const linesOf = (talk: Scripted): readonly string[] => talk.heard.find(({ what }) => what === 'dialog')!.detail.split('\n');
  const estimated = (label: string, now: string, then: string): string =>
    says('term.by-estimate', says('list.colon', label, says('list.arrow', now, then)));
  const amount = pick(says('repay.amount'));
  const all = pick(says('repay.all', '40,000 USDT'));
  const all30 = pick(says('repay.all', '30,000 USDT'));

  it('begins with coin and amount that were tried out, which are entered and confirmed like typed ones', async () => {
    await open('60000', [
      ['USDT', '30000'],
      ['USDC', '10000'],
    ]);
    const asked = ({ heard }: Scripted) => heard.map(({ what, value }) => [what, value]);
    assert.deepEqual(asked(await repayAt({ coin: 'USDT', amount: '10000' }, leave)), [['input', '10000']]);
    // Back from there, everything is asked.
    const again = await repayAt({ coin: 'USDT', amount: '10000' }, goBack, all30, leave);
    assert.deepEqual(
      again.heard.map(({ what }) => what),
      ['input', 'pick', 'dialog'],
    );
    assert.deepEqual(await taken(), []);
    const done = await repayAt({ coin: 'USDT', amount: '10000' }, type('10000'), press('Repay 10,000 USDT'));
    assert.deepEqual(
      done.heard.map(({ what }) => what),
      ['input', 'dialog', 'notice'],
    );
    assert.equal((await taken()).length, 1);
    assert.equal((await repayAt({ coin: 'BTC', amount: '1' }, leave)).heard[0]!.what, 'pick');
  });

  it('shows limit and effect while it is typed, then all that changes, sends one request, and says done by the history', async () => {
    await open('60000');
    const talk = await repay(amount, consider('40000.00000001'), consider('40000'), type('10000'), press('Repay 10,000 USDT'));
    const asked = ['pick', 'input', 'input', 'input', 'dialog', 'notice'];
    assert.deepEqual(
      talk.heard.map(({ what }) => what),
      asked,
    );
    const [howMuch, box] = talk.heard;
    assert.equal(howMuch!.title.split(' | ')[0], `SIMULATED: ${says('repay.of', 'USDT', 'loan 12345')} (Main)`);
    assert.deepEqual(howMuch!.choices, [says('repay.amount'), says('repay.all', '40,000 USDT')]);
    assert.match(box!.detail, saysLike('list.colon', says('repay.owed'), '40000 USDT'));
    assert.match(talk.faults[0]!, saysLike('amount.at-most', undefined, '40000 USDT'));
    assert.match(
      talk.remarks.at(-1)!.sentence,
      saysLike(
        'preview.effect',
        `${says('list.colon', 'LTV', says('list.arrow', '57.98%', '43.49%'))} · ${says('line.to', '41.0%', says('preview.margin-call'))}`,
      ),
    );
    const lines = linesOf(talk);
    for (const line of [
      estimated('LTV', '57.98%', '43.49%'),
      estimated(says('repay.debt-with-interest'), '40,000 USDT', '30,000 USDT'),
      says('repay.no-undo'),
      says('preview.route', '10,000 USDT', says('term.funding-account'), 'loan 12345'),
      says(
        'list.colon',
        says('list.brackets', says('collateral.wallet'), says('term.funding-account')),
        says('list.arrow', '60,000', '50,000 USDT'),
      ),
    ]) {
      assert.ok(lines.includes(line), `“${line}” in ${lines.join('\n')}`);
    }
    assert.match(lines.join('\n'), saysLike('list.colon', says('repay.interest-per-day')));
    assert.match(talk.titles('notice')[0]!, saysLike('outcome.done-now', 'LTV', '43.49%', 'OKX'));
    assert.deepEqual(await taken(), ['12345 repay USDT 10000 effective']);
    const [sent, ...more] = trader.posted;
    assert.deepEqual([sent!.path, more], [path, []]);
    const { clOrdId, ...body } = sent!.body as Readonly<Record<string, string>>;
    assert.deepEqual(body, { ordId: '12345', ccy: 'USDT', amt: '10000' });
    assert.match(clOrdId!, /^[0-9A-Za-z]{1,32}$/);
    const record = trader.engine.ledger.activity();
    assert.equal(
      (await record)[0]!.request.body,
      JSON.stringify({ ordId: '12345', ccy: 'USDT', amt: '10000', clOrdId }),
      'in the journal too',
    );
    assert.ok(!talk.heard.at(-1)!.choices.includes(says('button.undo')), 'nothing takes it back');
  });

  it('repays all in one pick: the loan is closed, and its collateral released', async () => {
    await open('60000');
    const talk = await repay(all, press('Repay 40,000 USDT'));
    const lines = linesOf(talk);
    for (const line of [
      estimated(says('repay.debt-with-interest'), '40,000 USDT', '0 USDT'),
      says('repay.releases', '0.8 BTC'),
      says('repay.dust', 'OKX'),
      estimated('LTV', '57.98%', '0.00%'),
    ])
      assert.ok(lines.includes(line), `“${line}” in ${lines.join('\n')}`);
    assert.ok(!lines.some((line) => line.includes(says('level.unknown'))), 'no line is left to be near');
    assert.match(talk.titles('notice')[0]!, saysInTurn(saysLike('outcome.done-closed', 'OKX'), says('repay.closed-released', '0.8 BTC')));
    assert.deepEqual(await taken(), ['12345 repay USDT 40000 effective']);
    const { loans, vanished } = trader.engine.store.get('main')!.snapshot!;
    assert.deepEqual(loans, []);
    assert.deepEqual(
      vanished?.map(({ id, repaid }) => [id, repaid]),
      [['12345', true]],
    );
    assert.ok(!trader.lines(loansOutline).some((line) => saysLike('vanished.closed').test(line)), 'no liquidation is suspected');
  });

  it('does not send what would no longer be all, and says what interest added on the way leaves of it', async () => {
    await open('60000');
    const interest = (): Promise<unknown> => okx.control('POST', 'interest');
    const grown = await repay(all, after(interest, press('Repay 40,000 USDT')));
    assert.match(grown.titles('notice')[0]!, saysLike('change.nothing-sent', saysLike('repay.whole-is-now', undefined, 'USDT')));
    assert.deepEqual(trader.posted, []);
    const whole = trader.engine.store.get('main')!.snapshot!.loans[0]!.debts[0]!;
    assert.equal(whole.amount, '40000', 'as it was read before');
    trader.engine.ledger.onDidChange(({ state }) => (state === 'sent' ? void interest() : undefined));
    const owed = '40,000.22739727';
    const left = await repay(pick(says('repay.all', `${owed} USDT`)), press(`Repay ${owed} USDT`));
    assert.match(left.titles('notice')[0]!, saysInTurn(saysLike('outcome.done-now', 'LTV'), saysLike('repay.remainder', /0\.\d+/, 'USDT')));
    assert.deepEqual(await taken(), ['12345 repay USDT 40000.22739727 effective']);
  });

  it('offers all only where the wallet has it, and says where the wallet has none', async () => {
    await open('63.9795959720319628');
    const talk = await repay(consider('64'), type('63.97959597'), leave);
    assert.match(
      talk.heard[0]!.detail,
      saysLike('list.colon', says('collateral.available'), says('list.brackets', '63.97959597 USDT', says('term.funding-account'))),
    );
    assert.match(talk.faults[0]!, saysLike('amount.at-most', undefined, '63.97959597 USDT'));
    await okx.control('POST', 'empty', { coin: 'USDT' });
    const none = await repay();
    assert.deepEqual(none.titles('notice'), [says('change.none-held', says('term.funding-account'), 'USDT')]);
    assert.deepEqual(trader.posted, []);
  });

  it('asks which debt where several coins are owed, and goes back to it', async () => {
    await open('60000', [
      ['USDT', '20000'],
      ['USDC', '500'],
    ]);
    const talk = await repay(pick('USDT'), goBack, pick('USDT'), pick(says('repay.all', '20,000 USDT')), leave);
    assert.deepEqual(talk.heard[0]!.lines, [
      `USDT | ${says('kinds.owed', '20,000', 'USDT')}`,
      `USDC | ${says('kinds.owed', '500', 'USDC')}`,
    ]);
    assert.ok(!linesOf(talk).join('\n').includes(says('repay.releases', '0.8 BTC')), 'the other debt keeps it open');
    assert.deepEqual(trader.posted, []);
  });

  it('is not offered where the exchange takes no request for it', async () => {
    ({ trader, okx } = await Trader.atOkx({ ordIds: false }));
    const talk = await repay();
    assert.deepEqual(talk.titles('notice'), [says('repay.elsewhere', 'OKX')]);
  });

  it('is not offered where nothing is owed, and does not send anyone elsewhere then', async () => {
    ({ trader, okx } = await Trader.atOkx({ state: writeState(worldOf('60000', []).state()) }));
    await trader.engine.poller.refresh('main');
    const talk = await repay();
    assert.deepEqual(talk.titles('notice'), [says('repay.no-debt')]);
    assert.deepEqual(trader.posted, []);
  });

  it('is bound by the limits like everything that leaves the wallet', async () => {
    await open('60000');
    const none = new Map<string, Decimal>();
    trader.limits = { perActionByCoin: none, perDayByCoin: none, keepInWallet: new Map([['USDT', decimal('59000')]]) };
    const kept = await repay(amount, type('1001'));
    assert.match(kept.heard.at(-1)!.title, saysLike('limit.keep-in-wallet'));
    trader.limits = { perActionUsd: decimal('500'), perActionByCoin: none, perDayByCoin: none, keepInWallet: none };
    const usd = await repay(amount, type('501'));
    assert.match(usd.heard.at(-1)!.title, saysLike('limit.per-change'));
    assert.deepEqual(trader.posted, []);
  });

  it('stays open after a lost answer, is found in the history by the next look, and is never sent again', async () => {
    await open('60000');
    await okx.fault('lost-after-acting', { endpoint: 'flexible-loan/repay', times: 1 });
    const talk = await repay(amount, type('100'), press('Repay 100 USDT'));
    assert.match(talk.titles('notice')[1]!, saysLike('outcome.done-now', 'LTV'));
    assert.equal(await okx.requests('flexible-loan/repay'), 1);
    assert.deepEqual(await taken(), ['12345 repay USDT 100 effective']);
  });

  for (const fault of ['lost-before-acting', 'lost-after-acting']) {
    it(`is asked again with the same id where a person says so, right after the answer was lost (${fault})`, async () => {
      await open('60000', undefined, { settleMs: 15_000 });
      await okx.fault(fault, { endpoint: 'flexible-loan/repay', times: 1 });
      const talk = await repay(amount, type('100'), press('Repay 100 USDT'), press(says('again.button', 'OKX')));
      const [offer, outcome] = talk.titles('notice');
      assert.match(offer!, saysLike('again.offer', 'OKX', /.*Repay 100 USDT of loan 12345.*/));
      assert.match(outcome!, saysLike('outcome.done-now', 'LTV'));
      assert.equal(await okx.requests('flexible-loan/repay'), 2);
      assert.deepEqual(await taken(), ['12345 repay USDT 100 effective'], 'once');
      const [first, second] = trader.posted.map(({ body }) => body);
      assert.deepEqual(first, second);
    });
  }

  it('is resolved by a person where the answer was lost and nothing was done, and is free again then', async () => {
    await open('60000');
    await okx.fault('lost-before-acting');
    const lost = await repay(amount, type('100'), press('Repay 100 USDT'));
    assert.match(lost.titles('notice')[0]!, saysLike('again.offer', 'OKX'));
    assert.match(lost.titles('notice')[1]!, saysLike('outcome.unknown'));
    await trader.later(2 * 60_000);
    const blocked = await repay();
    assert.match(blocked.titles('notice')[0]!, saysLike('choose.earlier-change-unfinished'));
    const never = press(says('button.mark-not-executed'));
    const talk = await trader.goes((app, attended) => resolveWrite(app, attended, undefined), never, never);
    const figures = talk.heard.find(({ what }) => what === 'dialog')!.detail;
    assert.match(figures, saysInTurn(says('kinds.owed', '40,000', 'USDT'), says('kinds.owed', '39,900', 'USDT')));
    assert.match(figures, saysLike('kinds.looks-not-executed'));
    assert.equal(await okx.requests('flexible-loan/repay'), 1);
    await repay(amount, type('100'), press('Repay 100 USDT'));
    assert.deepEqual(await taken(), ['12345 repay USDT 100 effective']);
    const [first, second] = trader.posted.map(({ body }) => (body as { clOrdId: string }).clOrdId);
    assert.notEqual(first, second, 'another repayment has another id');
  });
});

describe('what is read for a person to judge an outcome by', () => {
  const noted = msg('test.unreadable', 'loan 12345 (USDT, BTC) can’t be read');
  const connection = {
    loans: { history: () => Promise.resolve({ rows: [] }) },
    actions: { repay: { prepare: () => Promise.reject(new ExchangeError({ kind: 'refused', effect: 'none', sentence: noted })) } },
  } as unknown as Connection;
  it('is the debt that was repaid: what is owed otherwise is none of it', async () => {
    const reads = async (contract: string | undefined, change: Change): Promise<unknown> => {
      const ready = { debt: decimal('1.4'), ...(contract === undefined ? {} : { contract }) };
      const bybit = { ...connection, actions: { repay: { prepare: () => Promise.resolve(ready) } } } as unknown as Connection;
      const snapshot = { loans: [loanOwing()], wallet: [], positions: [], asOf: 1 };
      const reading = await flowOf(change).read(bybit, change, snapshot, AbortSignal.timeout(1_000));
      return 'debt' in reading ? reading.debt : reading;
    };
    assert.equal(await reads(undefined, repayment()), '1.4');
    assert.equal(await reads('571', repayment({ contract: '571' })), '1.4');
    // With nothing left of it, Bybit's only contract in the coin is read instead.
    assert.equal(await reads('571', repayment()), '0');
    assert.equal(await reads('572', repayment({ contract: '571' })), '0');
  });

  const told = (loan: Loan, trouble: boolean, change: Change) => {
    const snapshot = { loans: [loan], wallet: [], positions: [], asOf: 1, ...(trouble ? { loansTrouble: noted } : {}) };
    return flowOf(change).read(connection, change, snapshot, AbortSignal.timeout(1_000));
  };
  const added: Change = { kind: 'collateral', loan: { loanId: '12345' }, direction: 'reduce', coin: 'BTC', amount: decimal('0.8') };

  it('is no zero where the amount is merely unreadable', async () => {
    const bare = loanOwing('40000', { debts: [], collateral: [] });
    for (const change of [repayment(), added]) {
      assert.deepEqual(await told(bare, true, change), { failure: noted }, change.kind);
      assert.deepEqual(await told(bare, false, change), { loan: bare, rows: [] }, change.kind);
      assert.deepEqual(await told(loanOwing(), true, change), { loan: loanOwing(), rows: [] }, 'something else is unreadable');
    }
  });
});
