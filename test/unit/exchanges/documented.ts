import { decimal } from '../../../src/core/decimal.ts';
import type { PositionRef } from '../../../src/core/model.ts';
import type { Change, LoanRef } from '../../../src/exchanges/exchange.ts';
import { says } from '../../texts.ts';

/** What a venue's documentation says of the requests that LTV Gauge has a use for. */
export interface Documented {
  /** Method and path, and the parameters the page names, of the query or of the body. Nothing else may be asked. */
  readonly endpoints: Readonly<Record<string, readonly string[]>>;
  /** Answers of which nothing but their place matters here: samples by the end of their path. */
  readonly samples: Readonly<Record<string, string>>;
  readonly loans: readonly LoanRef[];
  readonly positions: readonly PositionRef[];
  /** The headers of a request that changes something on a live site, by the page about authentication. The values are those of a rehearsal. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** What goes out for a change, to the letter: path and body. */
  readonly changes: readonly (readonly [change: Change, path: string, body: string])[];
}

const amount = decimal('0.1');
const order: LoanRef = { loanId: '12345', orderId: '12345' };
const okxPosition = (instrument: string, market: string, slot: string, side: 'long' | 'short', marginCoin: string): PositionRef => ({
  positionId: '1752810569801498626',
  instrument,
  market,
  slot,
  side,
  marginCoin,
});
const marginLong = okxPosition('BTC-USDT', 'MARGIN', 'net', 'long', 'BTC');

const margin = (position: PositionRef, direction: 'add' | 'reduce', of = '10'): Change => ({
  kind: 'margin',
  position,
  direction,
  coin: position.marginCoin,
  amount: decimal(of),
});
const collateral = (loan: LoanRef, direction: 'add' | 'reduce'): Change => ({ kind: 'collateral', loan, direction, coin: 'BTC', amount });

const repay = (loan: LoanRef, coin: string, contract?: string): Change => {
  const all = contract !== undefined;
  return { kind: 'repay', loan, direction: 'add', coin, ...(all ? { contract } : {}), amount, all, requestId: 'a1' };
};
/** As both pages print it. */
const sale = (coin: string, of: string, sold: string, contract?: string): Change => ({
  ...{ kind: 'repay-collateral', loan: { loanId: 'pool' }, direction: 'reduce', coin, collateral: sold },
  ...(contract === undefined ? {} : { contract }),
  ...{ amount: decimal(of), all: false },
});
const repayment: Change = {
  ...{ kind: 'repay', loan: order, direction: 'add', coin: 'USDT', amount: decimal('100.00000001') },
  ...{ all: false, requestId: 'b15c2d9e0f3a4b5c8d7e6f5a4b3c2d1e' },
};

const borrow = (loan: LoanRef, coin: string, of: string): Change => {
  const requestId = 'b15c2d9e0f3a4b5c8d7e6f5a4b3c2d1e';
  return { kind: 'borrow', loan, direction: 'reduce', coin, amount: decimal(of), requestId };
};

const flexibleLoan = '/api/v5/finance/flexible-loan';
const marginBalance = '/api/v5/account/position/margin-balance';
const adjustCollateral = `${flexibleLoan}/adjust-collateral`;

/** https://www.okx.com/docs-v5/en/ , pages financial-product-flexible-loan, trading-account, funding-account, public-data and market-data. */
const okx: Documented = {
  endpoints: {
    [`GET ${flexibleLoan}/borrow-currencies`]: [],
    [`GET ${flexibleLoan}/collateral-assets`]: ['ccy', 'ordId'],
    [`POST ${flexibleLoan}/max-loan`]: ['borrowCcy', 'ordId', 'supCollateral'],
    [`GET ${flexibleLoan}/max-collateral-redeem-amount`]: ['ccy', 'ordId'],
    [`POST ${adjustCollateral}`]: ['type', 'collateralCcy', 'collateralAmt', 'ordId'],
    [`POST ${flexibleLoan}/repay`]: ['ordId', 'ccy', 'amt', 'clOrdId'],
    [`POST ${flexibleLoan}/borrow`]: ['loanData', 'collateralData', 'ordId', 'eMode', 'clOrdId'],
    [`GET ${flexibleLoan}/loan-info`]: ['ordId'],
    [`GET ${flexibleLoan}/loan-history`]: ['type', 'after', 'before', 'limit', 'ordId'],
    [`GET ${flexibleLoan}/interest-accrued`]: ['ccy', 'after', 'before', 'limit', 'ordId'],
    'GET /api/v5/account/config': [],
    'GET /api/v5/account/positions': ['instType', 'instId', 'posId'],
    'GET /api/v5/account/bills': [
      'instType',
      'instId',
      'ccy',
      'mgnMode',
      'ctType',
      'type',
      'subType',
      'after',
      'before',
      'begin',
      'end',
      'limit',
    ],
    [`POST ${marginBalance}`]: ['instId', 'posSide', 'type', 'amt', 'ccy'],
    'GET /api/v5/account/adjust-leverage-info': ['instType', 'mgnMode', 'lever', 'instId', 'ccy', 'posSide'],
    'GET /api/v5/account/balance': ['ccy'],
    'GET /api/v5/asset/balances': ['ccy'],
    'GET /api/v5/public/time': [],
    'GET /api/v5/system/status': ['state'],
    'GET /api/v5/public/instruments': ['instType', 'uly', 'instFamily', 'instId'],
    'GET /api/v5/market/index-tickers': ['quoteCcy', 'instId'],
  },
  samples: {
    '/borrow-currencies': 'borrow-currencies',
    '/collateral-assets': 'collateral-assets',
    '/max-loan': 'max-loan',
    '/max-collateral-redeem-amount': 'max-collateral-redeem-amount',
    '/adjust-collateral': 'adjust-collateral',
    '/flexible-loan/repay': 'repay',
    '/flexible-loan/borrow': 'borrow',
    '/loan-info': 'loan-info',
    '/loan-history': 'loan-history',
    '/interest-accrued': 'interest-accrued',
    '/account/config': 'account-config',
    '/account/positions': 'positions',
    '/position/margin-balance': 'margin-balance',
    '/account/adjust-leverage-info': 'adjust-leverage-info',
    '/asset/balances': 'balances',
    '/market/index-tickers': 'index-tickers',
  },
  loans: [order],
  positions: [marginLong, okxPosition('BTC-USDT-SWAP', 'SWAP', 'short', 'short', 'USDT')],
  // #overview-rest-authentication
  headers: [
    ['Accept', 'application/json'],
    ['Content-Type', 'application/json'],
    ['OK-ACCESS-KEY', '••••'],
    ['OK-ACCESS-SIGN', '••••'],
    ['OK-ACCESS-TIMESTAMP', says('http.time-sending')],
    ['OK-ACCESS-PASSPHRASE', '••••'],
  ],
  changes: [
    [collateral(order, 'add'), adjustCollateral, '{"type":"add","ordId":"12345","collateralCcy":"BTC","collateralAmt":"0.1"}'],
    [collateral(order, 'reduce'), adjustCollateral, '{"type":"reduce","ordId":"12345","collateralCcy":"BTC","collateralAmt":"0.1"}'],
    [collateral({ loanId: 'only' }, 'add'), adjustCollateral, '{"type":"add","collateralCcy":"BTC","collateralAmt":"0.1"}'],
    [
      repayment,
      `${flexibleLoan}/repay`,
      '{"ordId":"12345","ccy":"USDT","amt":"100.00000001","clOrdId":"b15c2d9e0f3a4b5c8d7e6f5a4b3c2d1e"}',
    ],
    [
      borrow(order, 'USDT', '100.00000001'),
      `${flexibleLoan}/borrow`,
      '{"loanData":{"ccy":"USDT","amt":"100.00000001"},"ordId":"12345","clOrdId":"b15c2d9e0f3a4b5c8d7e6f5a4b3c2d1e"}',
    ],
    [margin(marginLong, 'add', '0.3'), marginBalance, '{"instId":"BTC-USDT","posSide":"net","type":"add","amt":"0.3","ccy":"BTC"}'],
    [margin(marginLong, 'reduce', '0.3'), marginBalance, '{"instId":"BTC-USDT","posSide":"net","type":"reduce","amt":"0.3","ccy":"BTC"}'],
    ...(['long', 'short'] as const).flatMap((side) =>
      (['add', 'reduce'] as const).map(
        (direction) =>
          [
            margin(okxPosition('BTC-USDT-SWAP', 'SWAP', side, side, 'USDT'), direction),
            marginBalance,
            `{"instId":"BTC-USDT-SWAP","posSide":"${side}","type":"${direction}","amt":"10"}`,
          ] as const,
      ),
    ),
    [
      margin(okxPosition('BTC-USDT-SWAP', 'SWAP', 'net', 'short', 'USDT'), 'add'),
      marginBalance,
      '{"instId":"BTC-USDT-SWAP","posSide":"net","type":"add","amt":"10"}',
    ],
  ],
};

const pool: LoanRef = { loanId: 'pool' };
const oldOrder: LoanRef = { loanId: '1793683005081680384', orderId: '1793683005081680384' };
const bybitPosition = (
  market: 'linear' | 'inverse',
  instrument: string,
  slot: string,
  side: 'long' | 'short',
  marginCoin: string,
): PositionRef => ({
  positionId: `${market}:${instrument}:${slot}`,
  instrument,
  market,
  slot,
  side,
  marginCoin,
});
const hedgeLong = bybitPosition('linear', 'BTCUSDT', '1', 'long', 'USDT');
const hedgeShort = bybitPosition('linear', 'BTCUSDT', '2', 'short', 'USDT');
const inverse = bybitPosition('inverse', 'ETHUSD', '0', 'long', 'ETH');
const paged = ['limit', 'cursor'] as const;

/** https://bybit-exchange.github.io/docs/v5/ , pages new-crypto-loan, crypto-loan, position, account, asset, user and market. */
const bybit: Documented = {
  endpoints: {
    'GET /v5/crypto-loan-common/position': [],
    'GET /v5/crypto-loan-common/collateral-data': ['currency'],
    'GET /v5/crypto-loan-common/loanable-data': ['vipLevel', 'currency'],
    'GET /v5/crypto-loan-common/max-collateral-amount': ['currency'],
    'POST /v5/crypto-loan-common/adjust-ltv': ['currency', 'amount', 'direction'],
    'GET /v5/crypto-loan-common/adjustment-history': ['adjustId', 'collateralCurrency', ...paged],
    'POST /v5/crypto-loan-common/max-loan': ['currency', 'collateralList'],
    'GET /v5/crypto-loan-flexible/ongoing-coin': ['loanCurrency'],
    'GET /v5/crypto-loan-flexible/available-inventory': ['currency'],
    'POST /v5/crypto-loan-flexible/repay': ['loanCurrency', 'amount'],
    'POST /v5/crypto-loan-flexible/repay-collateral': ['loanCurrency', 'collateralCoin', 'amount'],
    'POST /v5/crypto-loan-flexible/borrow': ['loanCurrency', 'loanAmount', 'collateralList'],
    'GET /v5/crypto-loan-flexible/borrow-history': ['orderId', 'loanCurrency', ...paged],
    'GET /v5/crypto-loan-flexible/repayment-history': ['repayId', 'loanCurrency', ...paged],
    'GET /v5/crypto-loan-fixed/repayment-history': ['repayId', 'repayCurrency', ...paged],
    'POST /v5/crypto-loan-fixed/fully-repay': ['loanId', 'loanCurrency'],
    'POST /v5/crypto-loan-fixed/repay-collateral': ['loanId', 'loanCurrency', 'collateralCoin', 'amount'],
    'GET /v5/crypto-loan-fixed/borrow-contract-info': ['orderId', 'loanId', 'orderCurrency', 'term', ...paged],
    'GET /v5/crypto-loan-fixed/borrow-order-info': ['orderId', 'orderCurrency', 'state', 'term', ...paged],
    'GET /v5/crypto-loan/ongoing-orders': ['orderId', 'loanCurrency', 'collateralCurrency', 'loanTermType', 'loanTerm', ...paged],
    'GET /v5/crypto-loan/max-collateral-amount': ['orderId'],
    'POST /v5/crypto-loan/adjust-ltv': ['orderId', 'amount', 'direction'],
    'GET /v5/crypto-loan/adjustment-history': ['orderId', 'adjustId', 'collateralCurrency', ...paged],
    'POST /v5/crypto-loan/repay': ['orderId', 'amount'],
    'GET /v5/crypto-loan/loanable-data': ['vipLevel', 'currency'],
    'GET /v5/crypto-loan/borrow-history': ['orderId', 'loanCurrency', 'collateralCurrency', ...paged],
    'GET /v5/crypto-loan/repayment-history': ['orderId', 'repayId', 'loanCurrency', ...paged],
    'GET /v5/crypto-loan/collateral-data': ['vipLevel', 'currency'],
    'GET /v5/asset/transfer/query-account-coins-balance': ['memberId', 'accountType', 'coin', 'withBonus'],
    'GET /v5/user/query-api': [],
    'GET /v5/account/info': [],
    'GET /v5/account/wallet-balance': ['accountType', 'coin'],
    'GET /v5/position/list': ['category', 'symbol', 'baseCoin', 'settleCoin', ...paged],
    'POST /v5/position/add-margin': ['category', 'symbol', 'margin', 'positionIdx'],
    'GET /v5/market/time': [],
    'GET /v5/market/tickers': ['category', 'symbol', 'baseCoin', 'expDate'],
  },
  samples: {
    '/crypto-loan-common/position': 'position',
    '/crypto-loan-common/collateral-data': 'collateral-data',
    '/crypto-loan-common/loanable-data': 'loanable-data',
    '/crypto-loan-common/max-collateral-amount': 'max-collateral-amount',
    '/crypto-loan-common/max-loan': 'max-loan',
    '/crypto-loan-common/adjust-ltv': 'adjust-ltv',
    '/crypto-loan-common/adjustment-history': 'adjustment-history',
    '/crypto-loan-flexible/ongoing-coin': 'ongoing-coin',
    '/crypto-loan-flexible/repay': 'repay',
    '/crypto-loan-flexible/borrow-history': 'borrow-history',
    '/crypto-loan-flexible/borrow': 'borrow',
    '/crypto-loan-flexible/repayment-history': 'repayment-history',
    '/crypto-loan-fixed/repayment-history': 'fixed-repayment-history',
    '/crypto-loan-fixed/fully-repay': 'repay',
    '/repay-collateral': 'repay-collateral',
    '/crypto-loan-fixed/borrow-contract-info': 'borrow-contract-info',
    '/crypto-loan-fixed/borrow-order-info': 'borrow-order-info',
    '/crypto-loan/ongoing-orders': 'legacy-ongoing-orders',
    '/crypto-loan/max-collateral-amount': 'legacy-max-collateral-amount',
    '/crypto-loan/adjust-ltv': 'legacy-adjust-ltv',
    '/crypto-loan/adjustment-history': 'legacy-adjustment-history',
    '/crypto-loan/repay': 'legacy-repay',
    '/crypto-loan/loanable-data': 'legacy-loanable-data',
    '/crypto-loan/borrow-history': 'legacy-borrow-history',
    '/crypto-loan/repayment-history': 'legacy-repayment-history',
    '/crypto-loan/collateral-data': 'legacy-collateral-data',
    '/query-account-coins-balance': 'query-account-coins-balance',
    '/user/query-api': 'query-api',
    '/account/info': 'account-info',
    '/account/wallet-balance': 'wallet-balance',
    '/position/list': 'position-list-linear',
    '/position/add-margin': 'add-margin',
    '/market/tickers': 'tickers',
  },
  loans: [pool, oldOrder],
  positions: [hedgeLong, hedgeShort],
  // /docs/v5/guide#authentication
  headers: [
    ['Accept', 'application/json'],
    ['Content-Type', 'application/json'],
    ['X-BAPI-RECV-WINDOW', '5000'],
    ['X-BAPI-API-KEY', '••••'],
    ['X-BAPI-TIMESTAMP', says('http.time-sending')],
    ['X-BAPI-SIGN', '••••'],
  ],
  changes: [
    [collateral(pool, 'add'), '/v5/crypto-loan-common/adjust-ltv', '{"currency":"BTC","amount":"0.1","direction":"0"}'],
    [repay(pool, 'BTC'), '/v5/crypto-loan-flexible/repay', '{"loanCurrency":"BTC","amount":"0.1"}'],
    [borrow(pool, 'BTC', '0.1'), '/v5/crypto-loan-flexible/borrow', '{"loanCurrency":"BTC","loanAmount":"0.1"}'],
    [repay(pool, 'ETH', '570'), '/v5/crypto-loan-fixed/fully-repay', '{"loanId":"570"}'],
    [
      sale('USDT', '500', 'BTC'),
      '/v5/crypto-loan-flexible/repay-collateral',
      '{"loanCurrency":"USDT","amount":"500","collateralCoin":"BTC"}',
    ],
    [
      sale('ETH', '0.1', 'USDT', '571'),
      '/v5/crypto-loan-fixed/repay-collateral',
      '{"loanId":"571","loanCurrency":"ETH","amount":"0.1","collateralCoin":"USDT"}',
    ],
    [repay(oldOrder, 'USDT'), '/v5/crypto-loan/repay', `{"orderId":"${oldOrder.loanId}","amount":"0.1"}`],
    [collateral(pool, 'reduce'), '/v5/crypto-loan-common/adjust-ltv', '{"currency":"BTC","amount":"0.1","direction":"1"}'],
    [collateral(oldOrder, 'add'), '/v5/crypto-loan/adjust-ltv', '{"orderId":"1793683005081680384","amount":"0.1","direction":"0"}'],
    [collateral(oldOrder, 'reduce'), '/v5/crypto-loan/adjust-ltv', '{"orderId":"1793683005081680384","amount":"0.1","direction":"1"}'],
    [margin(hedgeLong, 'add'), '/v5/position/add-margin', '{"category":"linear","symbol":"BTCUSDT","margin":"10","positionIdx":1}'],
    [margin(hedgeLong, 'reduce'), '/v5/position/add-margin', '{"category":"linear","symbol":"BTCUSDT","margin":"-10","positionIdx":1}'],
    [margin(hedgeShort, 'add'), '/v5/position/add-margin', '{"category":"linear","symbol":"BTCUSDT","margin":"10","positionIdx":2}'],
    [margin(hedgeShort, 'reduce'), '/v5/position/add-margin', '{"category":"linear","symbol":"BTCUSDT","margin":"-10","positionIdx":2}'],
    [margin(inverse, 'add', '0.01'), '/v5/position/add-margin', '{"category":"inverse","symbol":"ETHUSD","margin":"0.01","positionIdx":0}'],
    [
      margin(inverse, 'reduce', '0.01'),
      '/v5/position/add-margin',
      '{"category":"inverse","symbol":"ETHUSD","margin":"-0.01","positionIdx":0}',
    ],
  ],
};

/** By the id of the venue. A new one brings its documentation here. */
export const documentation: Readonly<Record<string, Documented>> = { okx, bybit };
