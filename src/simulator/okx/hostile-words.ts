// Other forms of the same answers that OKX's documentation of types and orders allows.
import { hostile, type Bend, type HostileList, type Hostility, type HostileWords } from '../hostile.ts';
import type { Parameters } from '../request.ts';

const set = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

const figures = set(`
  amt loan interest interestRate maxLoan remainingQuota maxRedeemAmt notionalUsd
  loanNotionalUsd collateralNotionalUsd curLTV marginCallLTV liqLTV liqPx
  bal availBal frozenBal cashBal availEq eq upl idxPx markPx last
  pos availPos avgPx usdPx lever leverage margin imr mmr mgnRatio uplRatio uplLastPx uplRatioLastPx liab optVal
  estAvailTrans estMgn estAvailQuoteTrans estQuoteMgn estLiqPx estMaxAmt estQuoteMaxAmt maxLever minLever
  balChg posBal posBalChg sz px pnl openAvgPx closeAvgPx triggerPx openMaxPos closeTotalPos realizedPnl pnlRatio fee fundingFee liqPenalty
  ctVal ctMult`);

/** Documented fields that are irrelevant here or repeat another. */
const spare = set(`
  autoLoan enableSpotBorrow kycLv stgyType settleCcy mgnIsoMode
  frozenBal totalEq adjEq isoEq eqUsd colRes
  availPos usdPx uplRatio uplLastPx uplRatioLastPx optVal imr adl closeOrderAlgo
  uly instFamily tickSz lotSz minSz
  earnAmt earnApr execType fillFwdPx fillIdxPx fillMarkPx fillMarkVol fillPxUsd fillPxVol fillTime notes tag tradeId
  openMaxPos nonSettleAvgPx settledPnl existOrd estMaxAmt estQuoteMaxAmt`);

/** Three contracts with names that are unlike the usual ones. */
const odd = [
  { base: '币安人生', ctVal: '10', tick: '0.00001', mark: '0.125', index: '0.12496' },
  { base: 'kPEPE', ctVal: '1000', tick: '0.0000001', mark: '0.0097', index: '0.0097' },
  { base: 'BRK.B', ctVal: '0.1', tick: '0.01', mark: '478.5', index: '478.2' },
] as const;
const swapOf = (base: string): string => `${base}-USDT-SWAP`;

/** Far from liquidation, and by the formulas of isolated margin: ten thousand coins at 0.12 three times over, half a share at 480 twice over. */
const held = [
  {
    instId: swapOf('币安人生'),
    posId: '1752810569801490001',
    side: 'long',
    figures: { pos: '1000', avgPx: '0.12', markPx: '0.125', last: '0.125', idxPx: '0.12496', lever: '3', margin: '400', imr: '' },
    risk: { upl: '50', uplRatio: '0.125', mmr: '12.5', mgnRatio: '34.285714285714', liqPx: '0.08084891359273', notionalUsd: '1250' },
    mgnMode: 'isolated',
  },
  {
    instId: swapOf('BRK.B'),
    posId: '1752810569801490002',
    side: 'short',
    figures: { pos: '5', avgPx: '480', markPx: '478.5', last: '478.5', idxPx: '478.2', lever: '2', margin: '120', imr: '' },
    risk: { upl: '0.75', uplRatio: '0.00625', mmr: '2.3925', mgnRatio: '48.066477', liqPx: '712.51855517', notionalUsd: '239.25' },
    mgnMode: 'isolated',
  },
  {
    instId: swapOf('kPEPE'),
    posId: '1752810569801490003',
    side: 'long',
    figures: { pos: '1', avgPx: '0.0096', markPx: '0.0097', last: '0.0097', idxPx: '0.0097', lever: '5', margin: '', imr: '1.94' },
    risk: { upl: '0.1', uplRatio: '0.05', mmr: '0.097', mgnRatio: '300', liqPx: '', notionalUsd: '9.7' },
    mgnMode: 'cross',
  },
] as const;

const openedAt = '1760000000000';

function morePositions({ instId, posId, instType = 'SWAP' }: Parameters, rows: readonly Readonly<Record<string, unknown>>[]) {
  if (instId !== undefined || posId !== undefined || instType !== 'SWAP') return [];
  const sided = !rows.some((row) => row['instType'] === 'SWAP' && row['posSide'] === 'net');
  return held.map((one) => {
    const pos = !sided && one.side === 'short' ? `-${one.figures.pos}` : one.figures.pos;
    const names = { instType: 'SWAP', instId: one.instId, posId: one.posId, posSide: sided ? one.side : 'net', mgnMode: one.mgnMode };
    const coins = { ccy: 'USDT', posCcy: '', liab: '', liabCcy: '', interest: '', usdPx: '1' };
    return {
      ...names,
      ...coins,
      ...one.figures,
      ...one.risk,
      pos,
      availPos: pos,
      adl: '1',
      closeOrderAlgo: [],
      cTime: openedAt,
      uTime: openedAt,
    };
  });
}

const moreInstruments = ({ instId, instType }: Parameters) =>
  instId !== undefined || instType !== 'SWAP'
    ? []
    : odd.map(({ base, ctVal, tick }) => ({
        instType: 'SWAP',
        instId: swapOf(base),
        uly: `${base}-USDT`,
        instFamily: `${base}-USDT`,
        baseCcy: '',
        quoteCcy: '',
        settleCcy: 'USDT',
        ctVal,
        ctMult: '1',
        ctValCcy: base,
        ctType: 'linear',
        lever: '20',
        tickSz: tick,
        lotSz: '1',
        minSz: '1',
        state: 'live',
      }));

const moreMarks = ({ instId, instType }: Parameters) =>
  instId !== undefined || instType !== 'SWAP'
    ? []
    : odd.map(({ base, mark }) => ({ instType, instId: swapOf(base), markPx: mark, ts: openedAt }));

const moreIndexes = ({ instId, quoteCcy }: Parameters) =>
  instId !== undefined || (quoteCcy !== 'USD' && quoteCcy !== 'USDT')
    ? []
    : odd.map(({ base, index }) => ({ instId: `${base}-${quoteCcy}`, idxPx: index, ts: openedAt }));

const moreFunds = ({ ccy }: Parameters) =>
  ccy !== undefined ? [] : odd.map(({ base: coin }) => ({ ccy: coin, bal: '1000', availBal: '0.0000097', frozenBal: '999.9999903' }));

const data = ['data'];
const byId = { repeat: true, unreadable: true } as const;
/** What proves a change. An unreadable row beside it would reduce certainty: a different answer, not the same one in an odd form. */
const proof: readonly HostileList[] = [{ at: data, repeat: true }];
const loan = '/finance/flexible-loan/';

/** Orders that are documented (positions, histories and bills: newest first) are kept. */
const lists: Readonly<Record<string, readonly HostileList[]>> = {
  [`${loan}loan-info`]: [
    { at: [...data, '*', 'loanData'], reorder: true },
    { at: [...data, '*', 'collateralData'], reorder: true },
    { at: data, reorder: true, ...byId },
  ],
  [`${loan}loan-history`]: proof,
  [`${loan}interest-accrued`]: [{ at: data, ...byId }],
  [`${loan}borrow-currencies`]: [{ at: data, reorder: true, ...byId }],
  [`${loan}collateral-assets`]: [{ at: [...data, '*', 'assets'], reorder: true, unreadable: true }],
  '/account/positions': [{ at: data, ...byId, more: morePositions }],
  '/account/positions-history': [{ at: data, ...byId }],
  '/account/bills': proof,
  '/account/balance': [{ at: [...data, '*', 'details'], reorder: true, unreadable: true }],
  '/asset/balances': [{ at: data, reorder: true, unreadable: true, more: moreFunds }],
  '/market/index-tickers': [{ at: data, reorder: true, ...byId, more: moreIndexes }],
  '/public/instruments': [{ at: data, reorder: true, ...byId, more: moreInstruments }],
  '/public/mark-price': [{ at: data, reorder: true, ...byId, more: moreMarks }],
};

export const hostileWords: HostileWords = {
  figures,
  spare,
  lists,
  codes: set('code acctLv kycLv type stgyType subType adl colRes'),
  maps: new Set(),
};

/** For the option `bend`: `readable` leaves out unreadable rows. */
export const okxBend =
  (hostility: Hostility) =>
  (seed: string): Bend =>
    hostile(hostileWords, seed, hostility === 'whole');
