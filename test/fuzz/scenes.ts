import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loan } from '../unit/exchanges/okx/order.ts';
import { marginShort, printed, swap, swaps } from '../unit/exchanges/okx/holding.ts';
import { parseJson, type Json } from './json.ts';
import { spotsOf, type Spot } from './mutations.ts';

export type VenueId = 'okx' | 'bybit';

/** What a venue answers to each question of one reading, before anything is wrong with it. */
export interface Scene {
  readonly name: string;
  readonly venue: VenueId;
  /** A whole account, only its loans or only its positions, a recorded answer, or lists that are read when they are opened. */
  readonly kind: 'whole' | 'part' | 'other' | 'lists';
  /** By `addressOf`. */
  readonly answers: ReadonlyMap<string, Json>;
  readonly spots: readonly Spot[];
}

interface Asked {
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>> | undefined;
}

/** Tells the answers of one reading apart. */
export function addressOf({ path: asked, query = {} }: Asked): string {
  const names = asked.endsWith('/position/list') ? ['category', 'settleCoin'] : asked.endsWith('/instruments') ? ['instType'] : [];
  const told = names.flatMap((name) => (query[name] === undefined ? [] : [`${name}=${query[name]}`]));
  return told.length === 0 ? asked : `${asked}?${told.join('&')}`;
}

type Told = Readonly<Record<string, object | string>>;

function scene(kind: Scene['kind'], name: string, venue: VenueId, told: Told): Scene {
  const texts = Object.entries(told).map(([address, one]) => [address, typeof one === 'string' ? one : JSON.stringify(one)] as const);
  const answers = new Map(texts.map(([address, text]) => [address, parseJson(text)]));
  return { name, venue, kind, answers, spots: [...answers].flatMap(([address, json]) => spotsOf(address, json)) };
}

const fixture = (venue: VenueId, name: string): string => readFileSync(path.join('test/fixtures', venue, `${name}.json`), 'utf8');

const byOkx = (data: readonly unknown[]): object => ({ code: '0', msg: '', data });
const byBybit = (result: object): object => ({ retCode: 0, retMsg: 'OK', result, retExtInfo: {}, time: 1_752_628_288_472 });

const okxLoans = '/api/v5/finance/flexible-loan';

/** An account without anything, to be filled. */
const okxNothing: Told = {
  [`${okxLoans}/loan-info`]: byOkx([]),
  [`${okxLoans}/collateral-assets`]: byOkx([]),
  '/api/v5/account/positions': byOkx([]),
  '/api/v5/public/instruments?instType=SWAP': byOkx(swaps),
  '/api/v5/public/instruments?instType=FUTURES': byOkx([]),
  '/api/v5/asset/balances': byOkx([]),
  '/api/v5/market/index-tickers': byOkx([]),
};

const okxWhole: Told = {
  ...okxNothing,
  [`${okxLoans}/loan-info`]: byOkx([
    loan(),
    loan({ ordId: '2', curLTV: '0.3', loanNotionalUsd: '100', loanData: [{ ccy: 'USDC', amt: '100.5' }] }),
    loan({ ordId: '3', curLTV: '0.712', riskWarningData: { instId: 'BTC-USDT', liqPx: '60926.4' } }),
    loan({ ordId: '4', curLTV: '0', loanNotionalUsd: '0', loanData: [] }),
  ]),
  [`${okxLoans}/collateral-assets`]: fixture('okx', 'collateral-assets'),
  '/api/v5/account/positions': byOkx([
    printed(),
    marginShort(),
    swap(),
    swap({ posId: '2752810569801498627', posSide: 'long', liqPx: '3000', mgnMode: 'cross' }),
    swap({
      posId: '2752810569801498629',
      instId: 'BTC-USD-SWAP',
      ccy: 'BTC',
      pos: '-7',
      liqPx: '64000',
      margin: '0.01',
      mmr: '0.0001',
      upl: '-0.0002',
    }),
    swap({ posId: '2752810569801498630', pos: '1', margin: '900', liqPx: '' }),
    swap({ posId: '2752810569801498631', pos: '0' }),
  ]),
  '/api/v5/asset/balances': byOkx([
    { availBal: '1.7921483143067599', bal: '2', ccy: 'BTC', frozenBal: '0' },
    { availBal: '37.11827078', bal: '37.11827078', ccy: 'ETH', frozenBal: '0' },
    { availBal: '5000.25', bal: '5000.25', ccy: 'USDT', frozenBal: '0' },
  ]),
  '/api/v5/market/index-tickers': byOkx([
    { instId: 'BTC-USDT', idxPx: '43350', ts: '1649419644492' },
    { instId: 'BTC-USD', idxPx: '43340.5', ts: '1649419644492' },
    { instId: 'ETH-USD', idxPx: '2300.1', ts: '1649419644492' },
    { instId: 'USDT-USD', idxPx: '0.9998', ts: '1649419644492' },
  ]),
};

const bybitNothing: Told = {
  '/v5/crypto-loan-common/position': byBybit({ ltv: '0', totalDebt: '0', totalCollateral: '0', borrowList: [], collateralList: [] }),
  '/v5/crypto-loan/ongoing-orders': { retCode: 10017, retMsg: 'Route not found.', result: {}, retExtInfo: {}, time: 1_752_628_288_472 },
  '/v5/account/info': fixture('bybit', 'account-info'),
  '/v5/position/list?category=linear&settleCoin=USDT': fixture('bybit', 'position-list-empty'),
  '/v5/position/list?category=linear&settleCoin=USDC': fixture('bybit', 'position-list-empty'),
  '/v5/position/list?category=inverse': byBybit({ list: [], nextPageCursor: '', category: 'inverse' }),
  '/v5/asset/transfer/query-account-coins-balance': byBybit({ balance: [] }),
};

const order = (more: object): object => ({
  ...{
    collateralAmount: '0.0964687',
    collateralCurrency: 'BTC',
    currentLTV: '0.4161',
    expirationTime: '',
    hourlyInterestRate: '0.0000010633',
  },
  ...{ loanCurrency: 'USDT', loanTerm: '', residualInterest: '0.04016', residualPenaltyInterest: '0', totalDebt: '1888.005198' },
  ...more,
});

const bybitWhole: Told = {
  ...bybitNothing,
  '/v5/crypto-loan-common/position': fixture('bybit', 'position'),
  '/v5/crypto-loan-common/collateral-data': fixture('bybit', 'collateral-data'),
  '/v5/crypto-loan-fixed/borrow-contract-info': fixture('bybit', 'borrow-contract-info'),
  '/v5/crypto-loan/ongoing-orders': byBybit({
    list: [
      order({ orderId: '1793683005081680384' }),
      order({ orderId: '1793683005081680385', currentLTV: '0.82' }),
      order({ orderId: '1793683005081680386', currentLTV: '0.2' }),
    ],
    nextPageCursor: '1793683005081680386',
  }),
  '/v5/crypto-loan/collateral-data': fixture('bybit', 'legacy-collateral-data'),
  '/v5/position/list?category=linear&settleCoin=USDT': fixture('bybit', 'position-list-linear'),
  '/v5/position/list?category=inverse': fixture('bybit', 'position-list-inverse'),
  '/v5/asset/transfer/query-account-coins-balance': fixture('bybit', 'query-account-coins-balance'),
  '/v5/market/tickers': fixture('bybit', 'tickers'),
};

interface Recorded {
  readonly id: string;
  readonly answers: Readonly<Record<string, object>>;
  readonly context?: { readonly category: string; readonly account: object };
}

const recordedOf = (venue: VenueId): readonly Recorded[] => JSON.parse(fixture(venue, 'recorded')) as readonly Recorded[];

/** Recorded answers to one of the questions of a reading. */
function fromRecorded({ id, answers, context }: Recorded, venue: VenueId): readonly Scene[] {
  const nothing = venue === 'okx' ? okxNothing : bybitNothing;
  const addresses = Object.keys(nothing).concat(venue === 'okx' ? [] : '/v5/market/tickers');
  const told = Object.entries(answers).flatMap(([asked, answer]) => {
    const instType = (answer as { data?: readonly { instType?: string }[] }).data?.[0]?.instType;
    const query = { category: context?.category, settleCoin: context?.category === 'linear' ? 'USDT' : undefined, instType };
    const address = addressOf({ path: asked, query });
    return addresses.includes(address) && !('__status' in answer) ? [[address, answer] as const] : [];
  });
  if (told.length === 0) return [];
  const mode = context === undefined ? {} : { '/v5/account/info': byBybit(context.account) };
  return [scene('other', `${venue} ${id}`, venue, { ...nothing, ...mode, ...Object.fromEntries(told) })];
}

const only = (from: Told, nothing: Told, names: readonly string[]): Told => ({
  ...nothing,
  ...Object.fromEntries(Object.entries(from).filter(([address]) => names.some((name) => address.includes(name)))),
});

const okxLists: Told = {
  [`${okxLoans}/loan-history`]: byOkx([
    { amt: '-0.001', ccy: 'DOT', refId: '17316594851045086', ts: '1731659485000', type: 'collateral_locked' },
    { amt: '0.5', ccy: 'USDC', refId: '17316594851045085', ts: '1731659484000', type: 'borrowed' },
    { amt: '-7.25', ccy: 'BTC', refId: '17316594851045084', ts: '1731659483000', type: 'forced_liquidation' },
  ]),
  [`${okxLoans}/interest-accrued`]: fixture('okx', 'interest-accrued'),
  [`${okxLoans}/borrow-currencies`]: fixture('okx', 'borrow-currencies'),
  '/api/v5/account/config': fixture('okx', 'account-config'),
};

const bybitLists: Told = {
  '/v5/crypto-loan-common/position': fixture('bybit', 'position'),
  '/v5/crypto-loan-common/adjustment-history': fixture('bybit', 'adjustment-history'),
  '/v5/crypto-loan-common/loanable-data': fixture('bybit', 'loanable-data'),
  '/v5/crypto-loan-flexible/ongoing-coin': fixture('bybit', 'ongoing-coin'),
  '/v5/crypto-loan-flexible/borrow-history': fixture('bybit', 'borrow-history'),
  '/v5/crypto-loan-flexible/repayment-history': fixture('bybit', 'repayment-history'),
  '/v5/crypto-loan-fixed/borrow-order-info': fixture('bybit', 'borrow-order-info'),
  '/v5/crypto-loan-fixed/repayment-history': fixture('bybit', 'fixed-repayment-history'),
  '/v5/crypto-loan/adjustment-history': fixture('bybit', 'legacy-adjustment-history'),
  '/v5/crypto-loan/borrow-history': fixture('bybit', 'legacy-borrow-history'),
  '/v5/crypto-loan/repayment-history': fixture('bybit', 'legacy-repayment-history'),
  '/v5/crypto-loan/ongoing-orders': byBybit({ list: [order({ orderId: '1794267532472646144' })], nextPageCursor: '' }),
  '/v5/user/query-api': fixture('bybit', 'query-api').replace('"AccountTransfer"', '"AccountTransfer", "Withdraw"'),
};

export const scenes: readonly Scene[] = [
  scene('whole', 'okx', 'okx', okxWhole),
  scene('whole', 'bybit', 'bybit', bybitWhole),
  scene('part', 'okx loans', 'okx', only(okxWhole, okxNothing, ['flexible-loan', 'index-tickers'])),
  scene('part', 'okx positions', 'okx', only(okxWhole, okxNothing, ['positions', 'instruments'])),
  scene('part', 'bybit pool', 'bybit', only(bybitWhole, bybitNothing, ['-common/', '-fixed/', 'tickers'])),
  scene('part', 'bybit orders', 'bybit', only(bybitWhole, bybitNothing, ['/crypto-loan/'])),
  scene('part', 'bybit positions', 'bybit', only(bybitWhole, bybitNothing, ['/position/list'])),
  scene('lists', 'okx lists', 'okx', okxLists),
  scene('lists', 'bybit lists', 'bybit', bybitLists),
  scene('other', 'okx without ids', 'okx', { ...okxNothing, [`${okxLoans}/loan-info`]: fixture('okx', 'loan-info-without-order-id') }),
  ...recordedOf('okx').flatMap((one) => fromRecorded(one, 'okx')),
  ...recordedOf('bybit').flatMap((one) => fromRecorded(one, 'bybit')),
];
