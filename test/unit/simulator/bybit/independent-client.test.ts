// A Bybit client that others wrote speaks to the simulated exchange: a third reading of the same documentation.
import assert from 'node:assert/strict';
import { RestClientV5, type RestClientOptions } from 'bybit-api';
import { decimal, subtract } from '../../../../src/core/decimal.ts';
import type { BybitKeys } from '../../../../src/simulator/bybit/auth.ts';
import { startBybit, type Bybit } from '../../../../src/simulator/bybit/start.ts';
import { HandClock } from '../bench.ts';
import { legacyOrderId } from './bench.ts';

interface Answer {
  readonly retCode: number;
  readonly result: unknown;
}
type Call = (client: RestClientV5) => Promise<Answer>;

/** What the client still has for the older loans, all of it marked as on its way out. */
interface OlderLoans {
  getUnpaidLoanOrders(parameters?: { limit: string }): Promise<Answer>;
  getMaxAllowedReductionCollateralAmount(parameters: { orderId: string }): Promise<Answer>;
  adjustCollateralAmount(parameters: { orderId: string; amount: string; direction: string }): Promise<Answer>;
  getLoanLTVAdjustmentHistory(parameters?: { orderId: string }): Promise<Answer>;
  getCollateralCoins(parameters?: { currency: string }): Promise<Answer>;
  getCompletedLoanOrderHistory(): Promise<Answer>;
  repayCryptoLoan(parameters: { orderId: string; amount: string }): Promise<Answer>;
  getRepaymentHistory(): Promise<Answer>;
}
/** The client's own type has another name for the side; what it sends is what it is given. */
const addition = { category: 'inverse', symbol: 'ETHUSD', margin: '0.01', positionIdx: 0 } as const;

const older = (client: RestClientV5): OlderLoans => client;

/** The exchange's clock follows the machine's, whose time the client signs, and can be put off. */
class OffsetClock {
  offsetMs = 0;
  /** Its time stands still here, if set. */
  standsAt: number | undefined;
  now(): number {
    return (this.standsAt ?? Date.now()) + this.offsetMs;
  }
}

describe('an independent Bybit client', () => {
  const clock = new OffsetClock();
  let bybit: Bybit;
  beforeEach(async () => {
    clock.offsetMs = 0;
    clock.standsAt = undefined;
    bybit = await startBybit({ walk: false, settleMs: 0, clock });
  });
  afterEach(() => bybit.close());

  const clientWith = ({ apiKey, secret }: BybitKeys, options: RestClientOptions = {}): RestClientV5 =>
    new RestClientV5({ key: apiKey, secret, baseUrl: bybit.url, ...options }, { proxy: false, timeout: 5000 });

  const signed: readonly (readonly [name: string, call: Call, expected: RegExp])[] = [
    ['getCryptoLoanPosition', (client) => client.getCryptoLoanPosition(), /"ltv":"0\.527989".*"colRes":"0"/],
    ['getMaxCollateralAmount', (client) => client.getMaxCollateralAmount({ currency: 'BTC' }), /"maxCollateralAmount":"0\.\d{8}"/],
    [
      'updateCollateralAmount',
      (client) => client.updateCollateralAmount({ currency: 'BTC', amount: '0.08', direction: '0' }),
      /^\{"adjustId":\d+\}$/,
    ],
    ['getCollateralAdjustmentHistory', (client) => client.getCollateralAdjustmentHistory({ limit: '2' }), /^\{"list":\[/],
    [
      'getMaxLoanAmount',
      (client) => client.getMaxLoanAmount({ currency: 'USDT', collateralList: [{ ccy: 'ETH', amount: '0.5' }] }),
      /"maxLoan":"\d+\.\d+".*"remainingQuota"/,
    ],
    ['getOngoingFlexibleLoans', (client) => client.getOngoingFlexibleLoans({ loanCurrency: 'USDT' }), /"totalDebt":"12003\.21"/],
    ['getBorrowContractInfoFixed', (client) => client.getBorrowContractInfoFixed({ orderCurrency: 'ETH' }), /"residualPrincipal":"1\.4"/],
    [
      'getUnpaidLoanOrders',
      (client) => older(client).getUnpaidLoanOrders({ limit: '10' }),
      /"orderId":"1793683005081680384".*"currentLTV":"0\.\d+"/,
    ],
    [
      'getMaxAllowedReductionCollateralAmount',
      (client) => older(client).getMaxAllowedReductionCollateralAmount({ orderId: legacyOrderId }),
      /"maxCollateralAmount":"0\.\d+"/,
    ],
    [
      'adjustCollateralAmount',
      (client) => older(client).adjustCollateralAmount({ orderId: legacyOrderId, amount: '0.001', direction: '1' }),
      /^\{"adjustId":"\d{19}"\}$/,
    ],
    ['getLoanLTVAdjustmentHistory', (client) => older(client).getLoanLTVAdjustmentHistory({ orderId: legacyOrderId }), /^\{"list":\[/],
    ['getBorrowHistoryFlexible', (client) => client.getBorrowHistoryFlexible({ limit: '2' }), /"orderId":"1365".*"nextPageCursor":"1364"/],
    ['getRepaymentHistoryFlexible', (client) => client.getRepaymentHistoryFlexible({ loanCurrency: 'USDT' }), /"repayAmount":"500"/],
    ['getRepaymentHistoryFixed', (client) => client.getRepaymentHistoryFixed(), /"details":\[\{"loanCurrency":"ETH","loanId":"568"/],
    ['borrowFlexible', (client) => client.borrowFlexible({ loanCurrency: 'USDT', loanAmount: '20' }), /^\{"orderId":"1366"\}$/],
    ['repayFlexible', (client) => client.repayFlexible({ loanCurrency: 'USDT', amount: '500' }), /^\{"repayId":"1774"\}$/],
    [
      'repayCollateralFlexible',
      (client) => client.repayCollateralFlexible({ loanCurrency: 'USDT', collateralCoin: 'BTC', amount: '500' }),
      /^\{\}$/,
    ],
    [
      'repayCollateralFixed',
      // Its own function sends this to the path of flexible debts, and knows no contract.
      (client) =>
        client.postPrivate('/v5/crypto-loan-fixed/repay-collateral', {
          ...{ loanId: '571', loanCurrency: 'ETH', collateralCoin: 'BTC', amount: '0.1' },
        }) as Promise<Answer>,
      /^\{\}$/,
    ],
    ['repayFixed', (client) => client.repayFixed({ loanId: '571' }), /^\{"repayId":"1783"\}$/],
    ['repayCryptoLoan', (client) => older(client).repayCryptoLoan({ orderId: legacyOrderId, amount: '100' }), /^\{"repayId":"\d{19}"\}$/],
    ['getCompletedLoanOrderHistory', (client) => older(client).getCompletedLoanOrderHistory(), /"status":1/],
    ['getRepaymentHistory', (client) => older(client).getRepaymentHistory(), /"repayType":"1"/],
    [
      'getPositionInfo by symbol',
      (client) => client.getPositionInfo({ category: 'linear', symbol: 'BTCUSDT' }),
      /"positionIdx":1.*"side":"Buy".*"positionIdx":2.*"side":"Sell"/,
    ],
    [
      'getPositionInfo by cursor',
      (client) => client.getPositionInfo({ category: 'linear', settleCoin: 'USDT', limit: 1, cursor: 'BTCUSDT,1' }),
      /^\{"list":\[\{"positionIdx":2,[^}]*"symbol":"BTCUSDT"[^}]*\}\],"nextPageCursor":"BTCUSDT,2"/,
    ],
    [
      'getClosedPnL, after a liquidation',
      (client) => {
        bybit.movePrice('BTC', '-12');
        return client.getClosedPnL({ category: 'linear', symbol: 'BTCUSDT' });
      },
      /"side":"Sell".*"execType":"BustTrade".*"closedPnl":"-4333\.3444"/,
    ],
    ['getPositionInfo of inverse ones', (client) => client.getPositionInfo({ category: 'inverse' }), /"liqPrice":"1550\.69"/],
    ['addOrReduceMargin', (client) => client.addOrReduceMargin(addition), /"symbol":"ETHUSD","size":"200".*"positionIM":"0\.0\d+"/],
    ['getAccountInfo', (client) => client.getAccountInfo(), /"marginMode":"ISOLATED_MARGIN"/],
    ['getWalletBalance', (client) => client.getWalletBalance({ accountType: 'UNIFIED', coin: 'USDT' }), /"walletBalance":"20000\.5"/],
    ['getAllCoinsBalance', (client) => client.getAllCoinsBalance({ accountType: 'FUND' }), /"walletBalance":"1\.\d+"/],
    ['getQueryApiKey', (client) => client.getQueryApiKey(), /"readOnly":0.*"Spot":\["SpotTrade"\]/],
  ];
  for (const [name, call, expected] of signed) {
    it(`gets its answer from ${name}`, async () => {
      const { retCode, result } = await call(clientWith(bybit.keys));
      assert.equal(retCode, 0);
      assert.match(JSON.stringify(result), expected);
    });
  }

  const open: readonly (readonly [name: string, call: Call, expected: RegExp])[] = [
    ['getServerTime', (client) => client.getServerTime(), /"timeSecond":"\d{10}"/],
    ['getTickers', (client) => client.getTickers({ category: 'spot', symbol: 'BTCUSDT' }), /"lastPrice":"88000"/],
    ['getTickers of a contract', (client) => client.getTickers({ category: 'linear', symbol: 'BTCUSDT' }), /"markPrice":"88017\.6"/],
    ['getTickers of an inverse one', (client) => client.getTickers({ category: 'inverse', symbol: 'ETHUSD' }), /"markPrice":"3261\.30"/],
    ['getLoanBorrowableCoins', (client) => client.getLoanBorrowableCoins({ currency: 'USDT' }), /"flexibleBorrowable":true/],
    ['getLoanCollateralCoins', (client) => client.getLoanCollateralCoins({ currency: 'BTC' }), /"collateralRatio":"0\.8"/],
    ['getCollateralCoins', (client) => older(client).getCollateralCoins({ currency: 'ETH' }), /"liquidationLTV":"0\.95"/],
  ];
  for (const [name, call, expected] of open) {
    it(`gets its answer from ${name}, without a key`, async () => {
      const { retCode, result } = await call(new RestClientV5({ baseUrl: bybit.url }, { proxy: false, timeout: 5000 }));
      assert.equal(retCode, 0);
      assert.match(JSON.stringify(result), expected);
    });
  }

  it('sees adjustments of both generations take effect', async () => {
    const client = clientWith(bybit.keys);
    await client.updateCollateralAmount({ currency: 'BTC', amount: '0.08', direction: '0' });
    await older(client).adjustCollateralAmount({ orderId: legacyOrderId, amount: '0.01', direction: '0' });
    assert.match(JSON.stringify(await client.getCryptoLoanPosition()), /"currency":"BTC","amount":"0\.33"/);
    assert.match(JSON.stringify(await older(client).getUnpaidLoanOrders()), /"collateralAmount":"0\.06"/);
    const history = JSON.stringify(await client.getCollateralAdjustmentHistory({ collateralCurrency: 'BTC' }));
    assert.match(history, /"amount":"0\.08","preLTV":"0\.527989","afterLTV":"0\.\d+","direction":0,"status":1/);
    assert.match(JSON.stringify(await older(client).getLoanLTVAdjustmentHistory()), /"amount":"0\.01".*"direction":0/);
  });

  it('sees repayments of all kinds take effect', async () => {
    const client = clientWith(bybit.keys);
    await client.repayFlexible({ loanCurrency: 'USDT', amount: '500.21' });
    await client.repayFixed({ loanId: '571', loanCurrency: 'ETH' });
    await older(client).repayCryptoLoan({ orderId: legacyOrderId, amount: '100' });
    assert.match(JSON.stringify(await client.getOngoingFlexibleLoans()), /"totalDebt":"11503","unpaidAmount":"11503","unpaidInterest":"0"/);
    const flexible = JSON.stringify(await client.getRepaymentHistoryFlexible({ repayId: '1774' }));
    assert.match(flexible, /"repayAmount":"500.21","repayId":"1774","repayStatus":1/);
    const fixed = JSON.stringify(await client.getRepaymentHistoryFixed({ repayId: '1784' }));
    assert.match(fixed, /"loanId":"571","repayAmount":"1.4".*"repayStatus":1/);
    assert.match(JSON.stringify(await older(client).getUnpaidLoanOrders()), /"totalDebt":"1900.04016","residualInterest":"0"/);
    assert.match(JSON.stringify(await older(client).getRepaymentHistory()), /"repayAmount":"100","repayId":"\d{19}","repayStatus":1/);
  });

  it('sees what it borrowed take effect', async () => {
    const client = clientWith(bybit.keys);
    await client.borrowFlexible({ loanCurrency: 'USDT', loanAmount: '20' });
    assert.match(JSON.stringify(await client.getOngoingFlexibleLoans({ loanCurrency: 'USDT' })), /"totalDebt":"12023\.21"/);
    const history = JSON.stringify(await client.getBorrowHistoryFlexible({ orderId: '1366' }));
    assert.match(history, /"initialLoanAmount":"20","loanCurrency":"USDT","orderId":"1366","status":1/);
  });

  it('hears of the limit, and meets it', async () => {
    const client = clientWith(bybit.keys, { parseAPIRateLimits: true });
    const adjust = () => client.updateCollateralAmount({ currency: 'ETH', amount: '0.1', direction: '0' });
    // The client is then behind by as much as keeps it inside the window even when this machine is held up.
    clock.standsAt = Date.now() + 2000;
    const [first, second] = [await adjust(), await adjust()];
    assert.deepEqual([first.retCode, first.rateLimitApi?.maxRequests, first.rateLimitApi?.remainingRequests], [0, 1, 0]);
    assert.deepEqual([second.retCode, second.rateLimitApi?.resetAtTimestamp], [10006, clock.standsAt + 1000]);
    clock.offsetMs = 1000;
    assert.equal((await adjust()).retCode, 0);
  });

  const wrong: readonly (readonly [what: string, code: number, client: () => RestClientV5])[] = [
    ['a wrong secret', 10004, () => clientWith({ ...bybit.keys, secret: 'other' })],
    ['a wrong key', 10003, () => clientWith({ ...bybit.keys, apiKey: 'other' })],
    ['a key bound elsewhere', 10010, () => clientWith(bybit.otherKeys.boundToOtherAddress)],
  ];
  for (const [what, code, client] of wrong) {
    it(`is refused everywhere with ${what}`, async () => {
      for (const [name, call] of signed) assert.equal((await call(client())).retCode, code, name);
    });
  }

  it('is refused everywhere when its clock is ahead by more than a second, or behind by more than the window', async () => {
    for (const offsetMs of [-10_000, 60_000]) {
      clock.offsetMs = offsetMs;
      for (const [name, call] of signed) assert.equal((await call(clientWith(bybit.keys))).retCode, 10002, name);
    }
  });

  it('may be behind within its window, and finds the right time by asking', async () => {
    clock.offsetMs = 4000;
    assert.equal((await clientWith(bybit.keys).getCryptoLoanPosition()).retCode, 0);
    clock.offsetMs = 60_000;
    const synced = clientWith(bybit.keys, { syncTimeBeforePrivateRequests: true });
    assert.equal((await synced.getCryptoLoanPosition()).retCode, 0);
  });

  it('may read but not act with a read-only key, and see no loan or no position without the permission', async () => {
    const { readOnly, withoutLoans, withoutPositions } = bybit.otherKeys;
    const repaying = [
      'borrowFlexible',
      'repayFlexible',
      'repayFixed',
      'repayCryptoLoan',
      'repayCollateralFlexible',
      'repayCollateralFixed',
    ];
    const acting = ['updateCollateralAmount', 'adjustCollateralAmount', 'addOrReduceMargin', ...repaying];
    const anyKey = ['getAllCoinsBalance', 'getQueryApiKey', 'getAccountInfo', 'getWalletBalance'];
    for (const [name, call] of signed) {
      const aboutPositions = /^(getPositionInfo|getClosedPnL|addOrReduceMargin)/.test(name);
      assert.equal((await call(clientWith(readOnly))).retCode, acting.includes(name) ? 10005 : 0, name);
      assert.equal((await call(clientWith(withoutLoans))).retCode, aboutPositions || anyKey.includes(name) ? 0 : 10005, name);
      // A second later, so that no rate limit blocks what is allowed.
      clock.offsetMs += 1000;
      assert.equal((await call(clientWith(withoutPositions))).retCode, aboutPositions ? 10005 : 0, name);
      clock.offsetMs = 0;
    }
  });

  it('sees margin go into the side that was meant, and out of the wallet', async () => {
    const client = clientWith(bybit.keys);
    const before = JSON.stringify(await client.getWalletBalance({ accountType: 'UNIFIED', coin: 'ETH' }));
    const { result } = await client.addOrReduceMargin(addition);
    assert.deepEqual([result.positionIdx, result.liqPrice], [0, '1439.11']);
    const after = JSON.stringify(await client.getWalletBalance({ accountType: 'UNIFIED', coin: 'ETH' }));
    const held = (text: string): string => /"totalPositionIM":"([\d.]+)"/.exec(text)?.[1] ?? '';
    assert.equal(subtract(decimal(held(after)), decimal(held(before))), '0.01');
    assert.equal((await client.addOrReduceMargin({ ...addition, margin: '-0.0300' })).retCode, 110078);
    // It leaves the side out as its own type asks for: refused where there are two.
    const unsided = { category: 'linear', symbol: 'BTCUSDT', margin: '10' } as const;
    assert.equal((await client.addOrReduceMargin(unsided)).retCode, 10001);
  });

  it('finds the older loans gone, in either way', async () => {
    for (const legacy of ['404', '10017'] as const) {
      const without = await startBybit({ walk: false, keys: bybit.keys, legacy, clock: new HandClock() });
      try {
        const client = new RestClientV5({ baseUrl: without.url }, { proxy: false, timeout: 5000 });
        const gone = older(client).getCollateralCoins();
        if (legacy === '404') await assert.rejects(gone, (error: { code?: number }) => error.code === 404);
        else assert.equal((await gone).retCode, 10017);
      } finally {
        await without.close();
      }
    }
  });
});
