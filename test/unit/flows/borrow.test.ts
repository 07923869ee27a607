import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import { allowBorrowingOn } from '../../../src/flows/allow-borrowing.ts';
import { borrowMore } from '../../../src/flows/borrow.ts';
import { resolveWrite } from '../../../src/flows/resolve.ts';
import { writeState } from '../../../src/simulator/okx/state.ts';
import { World } from '../../../src/simulator/okx/world.ts';
import { loanAt } from '../../../src/views/place.ts';
import { says, saysInTurn, saysLike } from '../../texts.ts';
import { consider, leave, pick, press, type, type Answer, type Scripted } from './scripted.ts';
import { Trader, type SimulatedVenue } from './trader.ts';

const path = '/api/v5/finance/flexible-loan/borrow';
const noon = Date.UTC(2026, 10, 20, 12);
const detailOf = (talk: Scripted): string => talk.heard.find(({ what }) => what === 'dialog')!.detail;

/** A person with a loan of 40000 USDT on 0.8 BTC at a simulated OKX. */
describe('borrowing more on the whole engine', () => {
  let trader: Trader;
  let okx: SimulatedVenue;
  afterEach(() => trader.end());

  const open = async (debt = '40000'): Promise<void> => {
    const world = new World({
      clock: { now: () => noon },
      ...{ settleMs: 500, seed: 'x', walking: false },
      orders: [{ ordId: '12345', debts: [{ ccy: 'USDT', amt: decimal(debt) }], collateral: [{ ccy: 'BTC', amt: decimal('0.8') }] }],
      wallet: [{ ccy: 'USDT', amt: decimal('50') }],
    });
    ({ trader, okx } = await Trader.atOkx({ state: writeState(world.state()) }));
  };
  const borrow = (...answers: readonly Answer[]): Promise<Scripted> =>
    trader.goes((app, attended) => borrowMore(app, attended, undefined), ...answers);
  const allow = (...answers: readonly Answer[]): Promise<Scripted> =>
    trader.goes((app) => allowBorrowingOn(app, app.book.get('main')!), ...answers);
  const lent = async (): Promise<readonly string[]> =>
    (await okx.adjustments()).map(({ loan, type: way, ccy, amt, state }) => [loan, way, ccy, amt, state].join(' '));

  it('asks for a limit first, shows LTV and the price of the margin call before and while it is typed, and sends one request', async () => {
    await open();
    const talk = await borrow(type('5000'), consider('0.5'), consider('9000'), type('1000'), press('Borrow 1,000 USDT'));
    const [limit, box] = talk.heard;
    assert.match(limit!.detail, saysLike('borrow.ask-limit', 'Main'));
    assert.equal(box!.title.split(' | ')[0], `SIMULATED: ${says('borrow.of', 'USDT', 'loan 12345')} (Main)`);
    assert.match(
      box!.detail,
      saysInTurn(/LTV 57\.98%/, saysLike('borrow.call-at', 'BTC', /\$\d\d,\d{3}(\.\d+)?/), saysLike('borrow.up-to', /[\d,]+\.\d+ USDT/)),
    );
    assert.match(talk.faults[0]!, saysLike('amount.at-most', undefined, /\d+(\.\d+)? USDT/));
    assert.match(talk.remarks.at(-1)!.sentence, saysInTurn(/57\.98% → 59\.43%/, saysLike('borrow.call-at', 'BTC', /\$\S+ → \$\S+/)));
    const dialog = detailOf(talk);
    for (const line of [
      says('term.by-estimate', says('list.colon', 'LTV', says('list.arrow', '57.98%', '59.43%'))),
      says('term.by-estimate', says('list.colon', says('repay.debt-with-interest'), says('list.arrow', '40,000 USDT', '41,000 USDT'))),
      says('preview.route', '1,000 USDT', 'loan 12345', says('term.funding-account')),
      says('borrow.no-undo'),
    ])
      assert.ok(dialog.split('\n').includes(line), `“${line}” in ${dialog}`);
    assert.match(dialog, saysLike('borrow.coin-call-price', 'BTC'));
    assert.match(dialog, saysLike('list.colon', says('repay.interest-per-day')));
    assert.match(dialog, saysLike('list.colon', says('borrow.left'), /[\d,.]+ USDT/));
    assert.match(talk.titles('notice')[0]!, saysLike('outcome.done-now', 'LTV', '59.43%', 'OKX'));
    assert.ok(!talk.heard.at(-1)!.choices.includes(says('button.undo')), 'nothing takes it back');
    assert.deepEqual(await lent(), ['12345 borrow USDT 1000 effective']);
    const [sent, ...more] = trader.posted;
    assert.deepEqual([sent!.path, more], [path, []]);
    const { clOrdId, ...body } = sent!.body as Readonly<Record<string, unknown>>;
    assert.deepEqual(body, { loanData: { ccy: 'USDT', amt: '1000' }, ordId: '12345' });
    assert.match(String(clOrdId), /^[0-9A-Za-z]{1,32}$/);
    const [record] = await trader.engine.ledger.activity();
    assert.match(record!.request.body, new RegExp(`"clOrdId":"${String(clOrdId)}"`), 'in the journal too');
  });

  it('is left without a limit, and with one lends no more in 24 hours', async () => {
    await open();
    const left = await borrow(leave);
    assert.deepEqual([left.heard.length, trader.posted], [1, []]);
    const allowed = await allow(type('1000'));
    assert.match(allowed.titles('notice')[0]!, saysLike('borrow.allowed', 'Main', '$1,000.00'));
    await borrow(type('600'), press('Borrow 600 USDT'));
    const over = await borrow(type('500'));
    assert.match(over.heard.at(-1)!.title, saysInTurn(saysLike('limit.borrow-per-day', '~$600.00', '~$500.00', '$1,000.00'), /400 USDT/));
    const forbidden = await allow(pick(says('borrow.forbid')));
    assert.match(forbidden.titles('notice')[0]!, saysLike('borrow.forbidden', 'Main'));
    await borrow(leave);
    await allow(type('2000'));
    const raised = await allow(pick(says('borrow.change-limit')), type('1500'));
    assert.match(raised.titles('notice')[0]!, saysLike('borrow.allowed', 'Main', '$1,500.00'));
    assert.deepEqual(await lent(), ['12345 borrow USDT 600 effective']);
  });

  it('asks for nothing where nothing can be borrowed, and says why', async () => {
    await open('48000');
    await allow(type('1000'));
    const talk = await borrow();
    assert.deepEqual(talk.titles('notice'), [says('borrow.nothing-now', 'USDT')]);
    assert.deepEqual(trader.posted, []);
  });

  it('is not offered where the exchange takes no request for it', async () => {
    ({ trader, okx } = await Trader.atOkx({ ordIds: false }));
    assert.deepEqual((await borrow()).titles('notice'), [says('borrow.elsewhere', 'OKX')]);
  });

  it('freezes the account when it is seen as a repayment', async () => {
    await open();
    await allow(type('1000'));
    await okx.fault('reversed-direction', { endpoint: 'flexible-loan/borrow', times: 1 });
    const talk = await borrow(type('40'), press('Borrow 40 USDT'), leave);
    assert.match(
      talk.heard.at(-1)!.title,
      saysInTurn(saysLike('outcome.mismatch', 'OKX', 'Main'), saysLike('collateral.booked-instead', 'repaid')),
    );
    assert.notEqual(trader.engine.ledger.frozen('main'), undefined);
    assert.deepEqual(await lent(), ['12345 repay USDT 40 effective']);
    assert.match((await borrow()).titles('notice')[0]!, /frozen/i);
    assert.equal(await okx.requests('flexible-loan/borrow'), 1);
  });

  it('is found in the history after a lost answer, and is resolved by a person where nothing was done; neither is sent again', async () => {
    await open();
    await allow(type('1000'));
    await okx.fault('lost-after-acting', { endpoint: 'flexible-loan/borrow', times: 1 });
    const found = await borrow(type('100'), press('Borrow 100 USDT'));
    assert.match(found.titles('notice')[1]!, saysLike('outcome.done-now', 'LTV'));
    await okx.fault('lost-before-acting', { endpoint: 'flexible-loan/borrow', times: 1 });
    const lost = await borrow(type('50'), press('Borrow 50 USDT'));
    assert.match(lost.titles('notice')[0]!, saysLike('again.offer', 'OKX'));
    assert.match(lost.titles('notice')[1]!, saysLike('outcome.unknown'));
    await trader.later(2 * 60_000);
    assert.match((await borrow()).titles('notice')[0]!, saysLike('choose.earlier-change-unfinished'));
    const never = press(says('button.mark-not-executed'));
    const talk = await trader.goes((app, attended) => resolveWrite(app, attended, undefined), never, never);
    assert.match(detailOf(talk), saysInTurn(says('kinds.owed', '40,100', 'USDT'), says('kinds.owed', '40,150', 'USDT')));
    assert.match(detailOf(talk), saysLike('kinds.looks-not-executed'));
    assert.equal(await okx.requests('flexible-loan/borrow'), 2);
    assert.deepEqual(await lent(), ['12345 borrow USDT 100 effective']);
  });

  it('is asked again with the same id where a person says so, and lends once', async () => {
    await open();
    await allow(type('1000'));
    await okx.fault('lost-before-acting', { endpoint: 'flexible-loan/borrow', times: 1 });
    const talk = await borrow(type('50'), press('Borrow 50 USDT'), press(says('again.button', 'OKX')));
    assert.match(talk.titles('notice')[1]!, saysLike('outcome.done-now', 'LTV'));
    assert.equal(await okx.requests('flexible-loan/borrow'), 2);
    assert.deepEqual(await lent(), ['12345 borrow USDT 50 effective']);
    const [first, second] = trader.posted.map(({ body }) => body);
    assert.deepEqual(first, second);
  });
});

describe('borrowing more from the pool of Bybit', () => {
  let trader: Trader;
  let bybit: SimulatedVenue;
  beforeEach(async () => {
    trader = await Trader.open();
    bybit = await trader.openBybit();
    await trader.addAccount('bybit', 'Bybit', bybit);
    await trader.engine.book.allowBorrowing('bybit', decimal('100000'));
  });
  afterEach(() => trader.end());

  const borrow = (loan: string, ...answers: readonly Answer[]): Promise<Scripted> =>
    trader.goes((app, attended) => borrowMore(app, attended, loanAt('bybit', loan)), ...answers);
  const lent = async (): Promise<readonly string[]> =>
    (await bybit.adjustments()).map(({ type: act, ccy, amt, state }) => [act, ccy, amt, state].join(' '));

  it('takes one of the coins that are owed, and names what is left to borrow and the rate', async () => {
    const talk = await borrow('pool', pick('USDT'), type('100.5'), press('Borrow 100.5 USDT'));
    assert.match(talk.heard[1]!.detail, saysInTurn(saysLike('borrow.up-to'), saysLike('page.year')));
    assert.match(detailOf(talk), saysLike('list.colon', says('borrow.left'), /[\d,.]+ USDT/));
    assert.match(talk.titles('notice')[0]!, saysLike('outcome.done-now', says('term.ltv'), undefined, 'Bybit'));
    assert.deepEqual(await lent(), ['borrow USDT 100.5 effective']);
    assert.deepEqual(
      trader.posted.map(({ path: where, body }) => [where, body]),
      [['/v5/crypto-loan-flexible/borrow', { loanCurrency: 'USDT', loanAmount: '100.5' }]],
    );
  });

  it('borrows no more than is left in the pool, and says what is unknown', async () => {
    await bybit.control('POST', 'inventory', { left: '70' });
    const talk = await borrow('pool', pick('USDT'), consider('70.01'), leave);
    assert.match(talk.faults[0]!, saysLike('amount.at-most', undefined, '70 USDT'));
    await bybit.fault('10005', { endpoint: 'available-inventory', times: 9 });
    const silent = await borrow('pool', pick('USDT'), type('100'), leave);
    assert.match(detailOf(silent), /./);
    assert.deepEqual(trader.posted, []);
  });

  it('leads to the app where an old order lends no more', async () => {
    const talk = await borrow('1793683005081680384');
    assert.deepEqual(talk.titles('notice'), [says('borrow.elsewhere', 'Bybit')]);
  });

  it('freezes the account when it is seen as a repayment, and says failed where Bybit does', async () => {
    await bybit.fault('settlement-failed', { endpoint: '/crypto-loan-flexible/borrow', times: 1 });
    const failed = await borrow('pool', pick('USDT'), type('100'), press('Borrow 100 USDT'));
    assert.match(failed.titles('notice')[0]!, saysLike('collateral.accepted-but-failed'));
    await bybit.fault('reversed-direction', { endpoint: '/crypto-loan-flexible/borrow', times: 1 });
    const talk = await borrow('pool', pick('USDT'), type('100'), press('Borrow 100 USDT'), leave);
    assert.match(talk.heard.at(-1)!.title, saysLike('outcome.mismatch', 'Bybit', 'Bybit'));
    assert.notEqual(trader.engine.ledger.frozen('bybit'), undefined);
  });
});
