// Other forms of the same answers that Bybit's documentation of types and orders allows.
import { hostile, type Bend, type HostileList, type Hostility, type HostileWords } from '../hostile.ts';
import type { Parameters } from '../request.ts';

const set = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

const figures = set(`
  ltv totalCollateral totalDebt flexibleTotalDebt flexibleTotalDebtUSD fixedTotalDebt fixedTotalDebtUSD flexibleHourlyInterestRate
  amount amountUSD maxCollateralAmount preLTV afterLTV maxLoan notionalUsd remainingQuota availableInventory
  hourlyInterestRate unpaidAmount unpaidInterest annualRate interestPaid residualPrincipal residualPenaltyInterest repayAmount
  filledQty orderQty initialLoanAmount initialCollateralAmount collateralAmount collateralReturn currentLTV residualInterest repaidInterest repaidPenaltyInterest
  collateralRatio minValue maxValue initialLTV marginCallLTV liquidationLTV maxLimit
  maxBorrowingAmount minFixedBorrowingAmount minFlexibleBorrowingAmount flexibleAnnualizedInterestRate
  annualizedInterestRate7D annualizedInterestRate14D annualizedInterestRate30D annualizedInterestRate60D annualizedInterestRate90D annualizedInterestRate180D
  walletBalance transferBalance bonus equity locked totalOrderIM totalPositionIM totalPositionMM
  totalMarginBalance totalAvailableBalance totalPerpUPL totalInitialMargin totalMaintenanceMargin accountIMRate accountMMRate accountLTV
  size avgPrice positionValue leverage markPrice liqPrice positionIM positionMM unrealisedPnl
  lastPrice indexPrice bid1Price ask1Price usdIndexPrice
  qty orderPrice closedSize cumEntryValue avgEntryPrice cumExitValue avgExitPrice closedPnl openFee closeFee`);

/** Documented fields that are irrelevant here or repeat another. */
const spare = set(`
  totalSupply supplyList
  riskId riskLimitValue autoAddMargin bustPrice positionIMByMp positionMMByMp positionBalance tpslMode takeProfit stopLoss trailingStop sessionAvgPrice
  curRealisedPnl cumRealisedPnl adlRankIndicator isReduceOnly mmrSysUpdatedTime leverageSysUpdatedTime seq openTime
  isMasterTrader spotHedgingStatus dcpStatus timeWindow smpGroup
  usdValue borrowAmount accruedInterest availableToWithdraw availableToBorrow spotBorrow marginCollateral collateralSwitch
  totalEquity totalWalletBalance accountIMRate accountMMRate accountLTV
  fundingRate nextFundingTime deliveryTime bid1Price ask1Price
  kycLevel kycRegion memberId
  fixedBorrowingAccuracy flexibleBorrowingAccuracy minFixedBorrowingAmount minFlexibleBorrowingAmount
  annualizedInterestRate60D annualizedInterestRate90D annualizedInterestRate180D`);

/**
 * Names that are unlike the usual ones, far from liquidation and by the formulas of isolated margin: ten thousand coins at 0.12 three
 * times over, a million at 0.0096 five times over, half a share at 480 twice over.
 */
const odd = [
  {
    coin: '币安人生',
    row: { side: 'Buy', size: '10000', avgPrice: '0.12', positionValue: '1200', leverage: '3', markPrice: '0.125', liqPrice: '0.0806' },
    margin: { positionIM: '417.10666667', positionMM: '6.69', unrealisedPnl: '50' },
  },
  {
    coin: 'kPEPE',
    row: { side: 'Buy', size: '1000', avgPrice: '0.0096', positionValue: '9.6', leverage: '5', markPrice: '0.0097', liqPrice: '0.007728' },
    margin: { positionIM: '1.944224', positionMM: '0.052724', unrealisedPnl: '0.1' },
  },
  {
    coin: 'BRK.B',
    row: { side: 'Sell', size: '0.5', avgPrice: '480', positionValue: '240', leverage: '2', markPrice: '478.5', liqPrice: '717.6' },
    margin: { positionIM: '119.823', positionMM: '1.39425', unrealisedPnl: '0.75' },
  },
] as const;

const openedAt = '1760000000000';
const usual = {
  positionIdx: 0,
  riskId: 1,
  riskLimitValue: '200000',
  tradeMode: 0,
  autoAddMargin: 0,
  positionStatus: 'Normal',
  bustPrice: '',
  positionBalance: '0',
  tpslMode: 'Full',
  takeProfit: '',
  stopLoss: '',
  trailingStop: '0',
  sessionAvgPrice: '',
  curRealisedPnl: '0',
  cumRealisedPnl: '0',
  adlRankIndicator: 1,
  isReduceOnly: false,
  mmrSysUpdatedTime: '',
  leverageSysUpdatedTime: '',
  createdTime: openedAt,
  updatedTime: openedAt,
  openTime: Number(openedAt),
  seq: 5_723_621_633,
};

const morePositions = ({ category, symbol, settleCoin, cursor }: Parameters) =>
  category !== 'linear' || symbol !== undefined || settleCoin !== 'USDT' || cursor !== undefined
    ? []
    : odd.map(({ coin, row, margin }) => ({ ...usual, symbol: `${coin}USDT`, ...row, ...margin }));

function moreTickers({ category, symbol }: Parameters) {
  if (symbol !== undefined || (category !== 'linear' && category !== 'spot')) return [];
  return odd.map(({ coin, row: { markPrice } }) => {
    const names = { symbol: `${coin}USDT`, lastPrice: markPrice, bid1Price: markPrice, ask1Price: markPrice };
    if (category === 'spot') return { ...names, usdIndexPrice: markPrice };
    return { ...names, markPrice, indexPrice: markPrice, fundingRate: '0.0001', nextFundingTime: openedAt, deliveryTime: '0' };
  });
}

const moreFunds = ({ coin: asked }: Parameters) =>
  asked !== undefined ? [] : odd.map(({ coin }) => ({ coin, walletBalance: '1000', transferBalance: '0.0000097', bonus: '' }));

const moreCoins = ({ coin: asked }: Parameters) =>
  asked !== undefined
    ? []
    : odd.map(({ coin }) => ({
        coin,
        equity: '1000',
        walletBalance: '1000',
        locked: '0',
        bonus: '0',
        totalOrderIM: '0',
        totalPositionIM: '0',
        totalPositionMM: '0',
        unrealisedPnl: '0',
      }));

const moreBrackets = ({ currency }: Parameters) =>
  currency !== undefined
    ? []
    : [
        {
          currencies: odd.map(({ coin }) => coin).join(','),
          collateralRatioList: [{ collateralRatio: '0.0000097', minValue: '0', maxValue: '1' }],
        },
      ];

const list = ['result', 'list'];
const byId = { repeat: true, unreadable: true } as const;
const history: readonly HostileList[] = [{ at: list, ...byId }];
/** What proves a change, or names what is repaid. An unreadable row beside it would reduce certainty: a different answer, not the same one in an odd form. */
const proof: readonly HostileList[] = [{ at: list, repeat: true }];

/** Nothing documents the order of the parts of a loan, of coins or of prices; histories come newest first and are kept. */
const lists: Readonly<Record<string, readonly HostileList[]>> = {
  '/crypto-loan-common/position': ['borrowList', 'collateralList', 'supplyList'].map((name) => ({ at: ['result', name], reorder: true })),
  '/crypto-loan-common/adjustment-history': proof,
  '/crypto-loan-common/loanable-data': [{ at: list, reorder: true, ...byId }],
  '/crypto-loan-common/collateral-data': [
    { at: ['result', 'collateralRatioConfigList', '*', 'collateralRatioList'], reorder: true },
    { at: ['result', 'collateralRatioConfigList'], reorder: true, unreadable: true, more: moreBrackets },
    { at: ['result', 'currencyLiquidationList'], reorder: true, ...byId },
  ],
  '/crypto-loan-flexible/ongoing-coin': [{ at: list, reorder: true }],
  '/crypto-loan-fixed/borrow-contract-info': proof,
  '/crypto-loan-fixed/borrow-order-info': history,
  '/crypto-loan-flexible/borrow-history': proof,
  '/crypto-loan-flexible/repayment-history': proof,
  '/crypto-loan-fixed/repayment-history': proof,
  '/crypto-loan/ongoing-orders': history,
  '/crypto-loan/adjustment-history': proof,
  '/crypto-loan/borrow-history': history,
  '/crypto-loan/repayment-history': proof,
  '/crypto-loan/collateral-data': [{ at: ['result', 'vipCoinList', '*', 'list'], reorder: true, ...byId }],
  '/position/list': [{ at: list, ...byId, more: morePositions }],
  '/position/closed-pnl': history,
  '/account/wallet-balance': [{ at: ['result', 'list', '*', 'coin'], reorder: true, unreadable: true, more: moreCoins }],
  '/transfer/query-account-coins-balance': [{ at: ['result', 'balance'], reorder: true, unreadable: true, more: moreFunds }],
  '/market/tickers': [{ at: list, reorder: true, ...byId, more: moreTickers }],
};

export const hostileWords: HostileWords = {
  figures,
  spare,
  lists,
  codes: set('colRes repayType term'),
  maps: set('permissions retExtInfo'),
};

/** For the option `bend`: `readable` leaves out unreadable rows. */
export const bybitBend =
  (hostility: Hostility) =>
  (seed: string): Bend =>
    hostile(hostileWords, seed, hostility === 'whole');
