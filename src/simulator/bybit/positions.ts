import { decimalPlaces, isDecimal, multiply, negate, sum, withPlaces, type Decimal } from '../../core/decimal.ts';
import { dayMs } from '../holdings.ts';
import { Refusal } from './answers.ts';
import { categories, findContract, markPrice, slotsOf, type Contract } from './instruments.ts';
import { oneOf, optional, page, required, type Endpoint, type Question } from './endpoints.ts';
import { contractOf, contractsIn, positionIn, quoteOf, spare, total } from './trading.ts';
import { printedUsd, trimmed } from './valuation.ts';
import type { World } from './world.ts';

const mostSymbols = 10;
const marginPlaces = 4;

/** The row of a slot; of an empty one too. */
export function row({ trading, market, conditions }: World, contract: Contract, positionIdx: number) {
  const { symbol, places } = contract;
  const position = positionIn(trading, symbol, positionIdx);
  const portfolio = trading.marginMode === 'PORTFOLIO_MARGIN';
  const quote = position && quoteOf(trading, position, market);
  const initial = portfolio ? '' : trimmedOr(quote?.initial);
  const maintenance = portfolio ? '' : trimmedOr(quote?.maintenance);
  return {
    positionIdx,
    riskId: portfolio ? 0 : 1,
    riskLimitValue: portfolio ? '' : '2000000',
    symbol,
    side: position?.side ?? '',
    size: position?.size ?? '0',
    avgPrice: position?.avgPrice ?? '0',
    positionValue: trimmedOr(quote?.value),
    tradeMode: 0,
    autoAddMargin: 0,
    positionStatus: position !== undefined && conditions.is('liquidating', symbol) ? 'Liq' : 'Normal',
    leverage: portfolio ? '' : (position?.leverage ?? '10'),
    markPrice: withPlaces(markPrice(contract, market), places),
    liqPrice: quote?.liqPrice === undefined ? '' : withPlaces(quote.liqPrice, places),
    bustPrice: '',
    positionIM: initial,
    positionIMByMp: initial,
    positionMM: maintenance,
    positionMMByMp: maintenance,
    positionBalance: '0',
    tpslMode: 'Full',
    takeProfit: '',
    stopLoss: '',
    trailingStop: '0',
    sessionAvgPrice: '',
    unrealisedPnl: trimmedOr(quote?.profit),
    curRealisedPnl: '0',
    cumRealisedPnl: '0',
    adlRankIndicator: position === undefined ? 0 : 2,
    isReduceOnly: false,
    mmrSysUpdatedTime: '',
    leverageSysUpdatedTime: '',
    createdTime: (position?.createdAt ?? 0).toString(),
    updatedTime: (position?.updatedAt ?? 0).toString(),
    openTime: position?.createdAt ?? 0,
    seq: position === undefined ? -1 : 5_723_621_632,
  };
}

function trimmedOr(amount: Decimal | undefined): string {
  return amount === undefined ? '' : trimmed(amount);
}

/** With a symbol its empty slots too; without one only what is held. */
function positions({ world, parameters }: Question): Record<string, unknown> {
  const category = oneOf(parameters, 'category', categories);
  const symbols = optional(parameters, 'symbol')?.split(',');
  const settleCoin = optional(parameters, 'settleCoin');
  if (category === 'linear' && symbols === undefined && settleCoin === undefined) throw new Refusal('10001', 'symbol or settleCoin');
  const unknown = (symbols ?? []).some((symbol) => findContract(symbol)?.category !== category);
  if (unknown || (symbols ?? []).length > mostSymbols) throw new Refusal('10001', 'symbol');
  const found = contractsIn(category, symbols, settleCoin)
    .flatMap((contract) => slotsOf(contract).map((positionIdx) => ({ contract, positionIdx })))
    .filter(({ contract, positionIdx }) => symbols !== undefined || positionIn(world.trading, contract.symbol, positionIdx) !== undefined);
  const idOf = ({ contract: { symbol }, positionIdx }: (typeof found)[number]): string => `${symbol},${positionIdx.toString()}`;
  const { rows, nextPageCursor } = page(found, idOf, parameters, { most: 200, usual: 20 });
  return { list: rows.map(({ contract, positionIdx }) => row(world, contract, positionIdx)), nextPageCursor, category };
}

/** What the answer to add-margin does not repeat of a position. */
const unsaid = ['side', 'tradeMode', 'tpslMode', 'positionBalance', 'positionIMByMp', 'positionMMByMp', 'seq', 'openTime'];

/** The answer is the position afterwards. */
function addMargin({ world, parameters, deviation }: Question): Record<string, unknown> {
  const category = oneOf(parameters, 'category', categories);
  const contract = findContract(required(parameters, 'symbol'));
  if (contract?.category !== category) throw new Refusal('10001', 'symbol');
  const positionIdx = parameters['positionIdx'] ?? 0;
  if (typeof positionIdx !== 'number' || !slotsOf(contract).includes(positionIdx)) throw new Refusal('10001', 'positionIdx');
  const margin = required(parameters, 'margin');
  if (!isDecimal(margin) || decimalPlaces(margin) > marginPlaces) throw new Refusal('10001', 'margin');
  world.changeMargin({ contract, positionIdx, margin }, deviation);
  const after = Object.entries(row(world, contract, positionIdx)).filter(([name]) => !unsaid.includes(name));
  return { category, ...Object.fromEntries(after) };
}

function accountInfo({ world, now }: Question): Record<string, unknown> {
  return {
    unifiedMarginStatus: 5,
    marginMode: world.trading.marginMode,
    isMasterTrader: false,
    spotHedgingStatus: 'OFF',
    updatedTime: now.toString(),
    dcpStatus: 'OFF',
    timeWindow: 0,
    smpGroup: 0,
  };
}

/** Figures of the whole account do not apply in isolated margin. */
function walletBalance({ world, parameters }: Question): Record<string, unknown> {
  const { trading, market } = world;
  oneOf(parameters, 'accountType', ['UNIFIED']);
  const wanted = optional(parameters, 'coin')?.split(',');
  const portfolio = trading.marginMode === 'PORTFOLIO_MARGIN';
  const listed = trading.coins.filter(({ ccy }) => wanted?.includes(ccy) ?? true);
  const usd = (ccy: string, amt: Decimal): Decimal => printedUsd(multiply(amt, market.price(ccy)));
  const coin = listed.map(({ ccy, amt, orderIM, locked, bonus }) => {
    const profit = total(trading, ccy, market, 'profit');
    const equity = trimmed(sum([amt, profit]));
    return {
      coin: ccy,
      equity,
      usdValue: usd(ccy, equity),
      walletBalance: amt,
      locked,
      bonus,
      borrowAmount: '0',
      accruedInterest: '0',
      availableToWithdraw: '',
      availableToBorrow: '',
      totalOrderIM: portfolio ? '' : orderIM,
      totalPositionIM: portfolio ? '' : trimmed(total(trading, ccy, market, 'initial')),
      totalPositionMM: portfolio ? '' : trimmed(total(trading, ccy, market, 'maintenance')),
      unrealisedPnl: trimmed(profit),
      cumRealisedPnl: '0',
      spotBorrow: '0',
      marginCollateral: true,
      collateralSwitch: true,
    };
  });
  const whole = (of: (entry: (typeof trading.coins)[number]) => Decimal): string =>
    trading.marginMode === 'ISOLATED_MARGIN' ? '' : trimmed(sum(trading.coins.map((one) => usd(one.ccy, of(one)))));
  return {
    list: [
      {
        accountType: 'UNIFIED',
        accountIMRate: '',
        accountMMRate: '',
        totalEquity: trimmed(sum(coin.map(({ usdValue }) => usdValue))),
        totalWalletBalance: trimmed(sum(listed.map(({ ccy, amt }) => usd(ccy, amt)))),
        totalMarginBalance: whole(({ ccy, amt }) => sum([amt, total(trading, ccy, market, 'profit')])),
        totalAvailableBalance: whole(({ ccy }) => spare(trading, ccy, market)),
        totalPerpUPL: whole(({ ccy }) => total(trading, ccy, market, 'profit')),
        totalInitialMargin: whole(({ ccy }) => total(trading, ccy, market, 'initial')),
        totalMaintenanceMargin: whole(({ ccy }) => total(trading, ccy, market, 'maintenance')),
        accountLTV: '',
        coin,
      },
    ],
  };
}

const weekMs = 7 * dayMs;

/** Seven days of what was closed, as liquidations alone do here. The side is that of the order that closed. */
function closedPnl({ world, parameters, now }: Question): Record<string, unknown> {
  const category = oneOf(parameters, 'category', categories);
  const symbol = optional(parameters, 'symbol');
  const [start, end] = ['startTime', 'endTime'].map((name) => timeIn(parameters, name));
  const from = start ?? (end ?? now) - weekMs;
  const to = end ?? from + weekMs;
  if (to - from > weekMs || to < from) throw new Refusal('10001', 'endTime');
  const found = world.trading.closed
    .filter((one) => contractOf(one).category === category && (symbol ?? one.symbol) === one.symbol && one.at >= from && one.at <= to)
    .reverse();
  const { rows, nextPageCursor } = page(found, ({ orderId }) => orderId, parameters, { most: 100, usual: 50 });
  const list = rows.map((one) => ({
    symbol: one.symbol,
    orderId: one.orderId,
    side: one.side === 'Buy' ? 'Sell' : 'Buy',
    qty: one.size,
    orderPrice: trimmed(one.exitPrice),
    orderType: 'Market',
    execType: 'BustTrade',
    closedSize: one.size,
    cumEntryValue: trimmed(one.entryValue),
    avgEntryPrice: one.avgPrice,
    cumExitValue: trimmed(one.exitValue),
    avgExitPrice: trimmed(one.exitPrice),
    closedPnl: trimmed(negate(one.lost)),
    fillCount: '1',
    leverage: one.leverage,
    openFee: '0',
    closeFee: trimmed(one.fee),
    createdTime: one.at.toString(),
    updatedTime: one.at.toString(),
  }));
  return { category, list, nextPageCursor };
}

function timeIn(parameters: Question['parameters'], name: string): number | undefined {
  const value = optional(parameters, name);
  if (value !== undefined && !/^\d{13}$/.test(value)) throw new Refusal('10001', name);
  return value === undefined ? undefined : Number(value);
}

const read = { method: 'GET', perSecond: 50 } as const;

/** Positions, and the unified account that their margin comes from. */
export const positionEndpoints: readonly Endpoint[] = [
  { ...read, access: 'positions', path: '/v5/position/list', answer: positions },
  { ...read, access: 'positions', path: '/v5/position/closed-pnl', answer: closedPnl },
  { method: 'POST', access: 'positions-write', perSecond: 10, path: '/v5/position/add-margin', answer: addMargin },
  { ...read, access: 'key', path: '/v5/account/info', answer: accountInfo },
  { ...read, access: 'key', path: '/v5/account/wallet-balance', answer: walletBalance },
];
