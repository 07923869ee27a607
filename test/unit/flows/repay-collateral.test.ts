import assert from 'node:assert/strict';
import { compare, decimal, round } from '../../../src/core/decimal.ts';
import { formatAmount } from '../../../src/core/format.ts';
import { repayWithCollateral } from '../../../src/flows/repay-collateral.ts';
import { resolveWrite } from '../../../src/flows/resolve.ts';
import { bringLtvToTarget } from '../../../src/flows/target-ltv.ts';
import { loanAt } from '../../../src/views/place.ts';
import { saysInTurn, says, saysLike } from '../../texts.ts';
import { consider, goBack, leave, pick, press, type, type Answer, type Scripted } from './scripted.ts';
import { Trader, type SimulatedVenue } from './trader.ts';

/** A person with a pool at a simulated Bybit: 12,003.21 USDT flexibly and a fixed contract of 1.4 ETH, on BTC and ETH. */
describe('repaying with collateral on the whole engine', () => {
  let trader: Trader;
  let bybit: SimulatedVenue;
  beforeEach(async () => {
    trader = await Trader.open();
    bybit = await trader.openBybit();
    await trader.addAccount('bybit', 'Bybit', bybit);
  });
  afterEach(() => trader.end());

  const old = '1793683005081680384';
  const repay = (loan: string, ...answers: readonly Answer[]): Promise<Scripted> =>
    trader.goes((app, attended) => repayWithCollateral(app, attended, loanAt('bybit', loan)), ...answers);
  const taken = async (): Promise<readonly string[]> =>
    (await bybit.adjustments()).map(({ loan = 'pool', type: act, ccy, amt, state }) => [loan, act, ccy, amt, state].join(' '));
  const detailOf = (talk: Scripted): string => talk.heard.find(({ what }) => what === 'dialog')!.detail;
  const act = press(says('repay-collateral.act', '1,000.5 USDT', 'BTC'));
  const done = saysLike('outcome.done-now', says('term.ltv'), undefined, 'Bybit');
  const pledged = () => trader.engine.store.get('bybit')!.snapshot!.loans[0]!.collateral.find(({ coin }) => coin === 'BTC')!.amount;

  it('shows what is sold, what is paid, the fee that is not told, and what is left; sends once; is done by history and balances', async () => {
    const before = pledged();
    const talk = await repay('pool', pick('USDT'), pick('BTC'), consider('99999'), type('1000.5'), act);
    const [debts, coins, box] = talk.heard;
    assert.deepEqual(debts!.choices, ['USDT', says('list.brackets', 'ETH', says('repay-collateral.contract', '571'))]);
    assert.ok(coins!.choices.includes('BTC') && !coins!.choices.includes('USDT'));
    assert.match(box!.detail, saysInTurn(saysLike('amount.up-to', /[\d.,]+ USDT/), saysLike('bybit.sale-fee')));
    assert.equal(talk.faults.length, 1);
    const detail = detailOf(talk);
    for (const line of [
      saysLike('repay-collateral.sells', /0\.\d+ BTC/, 'loan pool'),
      saysLike('bybit.sale-fee', /https:\/\/www\.bybit\.com.*/),
      saysLike('repay.interest-first', '3.21 USDT', '997.29 USDT'),
      saysLike('repay-collateral.no-undo'),
      saysLike('list.colon', says('collateral.in-coin', 'BTC')),
      saysLike('list.colon', says('repay.debt-with-interest')),
      saysLike('list.colon', says('repay.interest-per-day')),
    ])
      assert.match(detail, line);
    assert.ok(!detail.includes(says('collateral.wallet')), 'the wallet has no part in it');
    assert.match(talk.titles('notice')[0]!, saysInTurn(done, saysLike('repay-collateral.sold', /0\.\d+/, 'BTC')));
    assert.deepEqual(await taken(), ['pool sell BTC USDT 1000.5 effective']);
    const [sent, ...more] = trader.posted;
    assert.deepEqual(
      [sent!.path, sent!.body, more],
      ['/v5/crypto-loan-flexible/repay-collateral', { loanCurrency: 'USDT', amount: '1000.5', collateralCoin: 'BTC' }, []],
    );
    assert.ok(compare(pledged(), before) < 0);
    assert.ok(!talk.heard.at(-1)!.choices.includes(says('button.undo')));
  });

  it('repays a part of a fixed contract by its id, and goes back through all questions', async () => {
    const contract = pick(says('list.brackets', 'ETH', says('repay-collateral.contract', '571')));
    const talk = await repay(
      'pool',
      ...[contract, pick('BTC'), goBack, goBack, contract, pick('BTC'), type('0.5')],
      press(says('repay-collateral.act', '0.5 ETH', 'BTC')),
    );
    assert.match(talk.titles('notice')[0]!, done);
    assert.deepEqual(await taken(), ['571 sell BTC ETH 0.5 effective']);
    assert.deepEqual(trader.posted[0]!.body, { loanId: '571', loanCurrency: 'ETH', amount: '0.5', collateralCoin: 'BTC' });
  });

  it('is not offered for an old order, nor at an exchange that has no request for it', async () => {
    assert.deepEqual((await repay(old)).titles('notice'), [says('repay.elsewhere', 'Bybit')]);
    await trader.addAccount('okx', 'OKX', await trader.openOkx());
    const okx = await trader.goes((app, attended) => repayWithCollateral(app, attended, { accountId: 'okx' }));
    assert.deepEqual(okx.titles('notice'), [says('repay.elsewhere', 'OKX')]);
  });

  it('is found by history and balances after a lost answer, and is never sent again', async () => {
    await bybit.fault('lost-after-acting', { endpoint: '/repay-collateral', times: 1 });
    const talk = await repay('pool', pick('USDT'), pick('BTC'), type('1000.5'), act);
    assert.match(talk.titles('notice')[0]!, done);
    assert.equal(trader.posted.length, 1);
    assert.deepEqual(await taken(), ['pool sell BTC USDT 1000.5 effective']);
  });

  it('is for a person to decide where nothing was done', async () => {
    await bybit.fault('lost-before-acting', { endpoint: '/repay-collateral', times: 1 });
    const lost = await repay('pool', pick('USDT'), pick('BTC'), type('1000.5'), act);
    assert.match(lost.titles('notice')[0]!, saysLike('outcome.unknown'), 'Bybit knows no id, so it is not asked again');
    const talk = await trader.goes((app, attended) => resolveWrite(app, attended, undefined), leave);
    const figures = detailOf(talk);
    assert.match(figures, saysInTurn(saysLike('kinds.pledged', undefined, 'BTC'), saysLike('kinds.owed', undefined, 'USDT')));
    assert.match(figures, saysLike('kinds.looks-not-executed'));
    assert.deepEqual(await taken(), []);
  });

  it('brings the pool to a target, through the same preview and confirmation', async () => {
    const target = loanAt('bybit', 'pool');
    const ways = await trader.goes((app, attended) => bringLtvToTarget(app, attended, target), type('50'), leave);
    const line = ways.heard.at(-1)!.lines!.find((one) => /^Repay [\d.,]+ USDT with BTC \|/.test(one))!;
    assert.match(line, saysLike('target.sells'));
    const label = line.split(' | ')[0]!;
    const amount = round(decimal(label.split(' ')[1]!.replaceAll(',', '')), 2, 'up');
    const act = press(says('repay-collateral.act', `${formatAmount(amount)} USDT`, 'BTC'));
    const talk = await trader.goes((app, attended) => bringLtvToTarget(app, attended, target), type('50'), pick(label), act);
    assert.match(talk.titles('notice')[0]!, done);
    assert.deepEqual(await taken(), [`pool sell BTC USDT ${amount} effective`]);
  });

  it('is bound by the limits in USD and in the coin that is repaid', async () => {
    const none = new Map<string, ReturnType<typeof decimal>>();
    trader.limits = { perActionUsd: decimal('500'), perActionByCoin: none, perDayByCoin: none, keepInWallet: none };
    const usd = await repay('pool', pick('USDT'), pick('BTC'), type('1000.5'));
    assert.match(usd.heard.at(-1)!.title, saysLike('limit.per-change'));
    trader.limits = {
      perActionByCoin: new Map([['USDT', decimal('10')]]),
      perDayByCoin: none,
      keepInWallet: new Map([['USDT', decimal('1')]]),
    };
    const coin = await repay('pool', pick('USDT'), pick('BTC'), type('10.01'));
    assert.match(coin.heard.at(-1)!.title, saysLike('limit.per-change'));
    assert.deepEqual(trader.posted, []);
  });
});
