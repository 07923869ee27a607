import {
  add,
  compare,
  divide,
  greater,
  isDecimal,
  isPositive,
  multiply,
  negate,
  round,
  subtract,
  sum,
  zero,
  type Decimal,
} from '../../core/decimal.ts';
import { readAmount } from './adjusting.ts';
import { Refusal } from './answers.ts';
import { amountOf } from '../holdings.ts';
import { endpoint, oneOf, optional, required, type Endpoint, type Question } from './endpoints.ts';
import { findInstrument, instTypes } from './instruments.ts';
import { liquidationPrice, profit, removable, worth } from './position-figures.ts';
import type { World } from './world.ts';
import { withMargin, type Quote } from './trading.ts';

const ratioPlaces = 16;
const usdPlaces = 8;

/** A list with commas, of at most `most`. */
function few({ parameters }: Question, name: string, most: number): readonly string[] | undefined {
  const values = optional(parameters, name)?.split(',');
  if (values !== undefined && values.length > most) throw new Refusal('51000', name);
  return values;
}

function positions(question: Question): readonly unknown[] {
  const { world, parameters } = question;
  const instType = optional(parameters, 'instType') === undefined ? undefined : oneOf(parameters, 'instType', instTypes);
  const instIds = few(question, 'instId', 10);
  const posIds = few(question, 'posId', 20);
  return world.trading
    .quotes()
    .filter(
      ({ instrument, position }) =>
        (instType ?? instrument.instType) === instrument.instType &&
        (instIds?.includes(instrument.instId) ?? true) &&
        (posIds?.includes(position.posId) ?? true),
    )
    .map((quote) => describe(quote, world));
}

const ratio = (part: Decimal, whole: Decimal): Decimal | '' => (isPositive(whole) ? divide(part, whole, ratioPlaces, 'down') : '');

export function describe(quote: Quote, world: Pick<World, 'market'>): unknown {
  const { position, instrument, prices, ccy, posSide, figures: found } = quote;
  const { base, kind } = instrument;
  const { side, pos, margin, liab, mgnMode } = position;
  const isolated = mgnMode === 'isolated';
  const borrowed = kind === 'borrowed';
  const price = world.market.price(ccy);
  const uplLastPx = round(profit(instrument, position, prices.last), ratioPlaces, 'down');
  const signed = !borrowed && posSide === 'net' && side === 'short' ? negate(pos) : pos;
  const whole = isolated ? margin : found.imr;
  return {
    instType: instrument.instType,
    instId: instrument.instId,
    posId: position.posId,
    posSide,
    mgnMode,
    pos: signed,
    availPos: signed,
    posCcy: borrowed ? ccy : '',
    ccy,
    avgPx: position.avgPx,
    markPx: prices.mark,
    last: prices.last,
    idxPx: prices.index,
    usdPx: borrowed ? '' : price,
    notionalUsd: round(multiply(borrowed ? pos : worth(instrument, position, prices.mark), price), usdPlaces, 'half-up'),
    lever: position.lever,
    liqPx: found.liqPx ?? '',
    margin: isolated ? margin : '',
    imr: isolated ? '' : found.imr,
    mmr: found.mmr,
    mgnRatio: found.mgnRatio,
    upl: found.upl,
    uplRatio: ratio(found.upl, whole),
    uplLastPx,
    uplRatioLastPx: ratio(uplLastPx, whole),
    liab: borrowed ? negate(liab) : '',
    liabCcy: borrowed ? (side === 'long' ? instrument.quote : base) : '',
    interest: borrowed ? '0' : '',
    adl: '1',
    optVal: '',
    closeOrderAlgo: [],
    cTime: position.openedAt.toString(),
    uTime: position.changedAt.toString(),
  };
}

/** Effective at once; what it came to is seen in the positions. The leverage of coins held with borrowed ones is left empty, as printed. */
function changeMargin({ world, parameters, deviation }: Question): readonly unknown[] {
  const instId = required(parameters, 'instId');
  const posSide = optional(parameters, 'posSide') ?? 'net';
  const type = oneOf(parameters, 'type', ['add', 'reduce']);
  const amt = readAmount('amt', parameters['amt']);
  const ccy = optional(parameters, 'ccy');
  const done = world.changeMargin({ instId, posSide, type, amt, ...(ccy === undefined ? {} : { ccy }) }, deviation);
  return [{ amt, ccy: done.ccy, instId, leverage: done.leverage ?? '', posSide, type }];
}

/** What one leverage would mean, for a position that is there or could be. Answers for a leverage, not for an amount of margin. */
function adjustLeverageInfo({ world, parameters }: Question): readonly unknown[] {
  const instType = oneOf(parameters, 'instType', ['MARGIN', 'SWAP', 'FUTURES']);
  const mgnMode = oneOf(parameters, 'mgnMode', ['isolated', 'cross']);
  const lever = required(parameters, 'lever');
  const instrument = findInstrument(required(parameters, 'instId'));
  if (instrument?.instType !== instType) throw new Refusal('51001');
  const sides = world.trading.sides(instrument);
  const posSide = optional(parameters, 'posSide') ?? 'net';
  if (!sides.includes(posSide)) throw new Refusal('51000', 'posSide');
  if (!isDecimal(lever) || !isPositive(lever) || compare(lever, instrument.maxLever) > 0) throw new Refusal('51000', 'lever');
  const held = world.trading
    .quotes()
    .find((one) => one.instrument === instrument && one.posSide === posSide && one.position.mgnMode === mgnMode);
  const inQuote = held !== undefined && instrument.kind === 'borrowed' && held.position.side === 'short';
  const answer = {
    estAvailTrans: '',
    estMgn: '',
    estAvailQuoteTrans: '',
    estQuoteMgn: '',
    estLiqPx: '',
    estMaxAmt: '',
    estQuoteMaxAmt: '',
  };
  if (held !== undefined && mgnMode === 'isolated') {
    const { position, prices } = held;
    const needed = divide(worth(instrument, position, prices.mark), lever, usdPlaces, 'up');
    const free = removable(instrument, position, prices.mark, lever);
    const [trans, mgn] = inQuote ? (['estAvailQuoteTrans', 'estQuoteMgn'] as const) : (['estAvailTrans', 'estMgn'] as const);
    answer[trans] = free;
    answer[mgn] = needed;
    // Less leverage needs more margin; more leverage frees some, but takes none out.
    const more = greater(subtract(needed, position.margin), zero);
    const after = withMargin(position, more, position.changedAt);
    answer.estLiqPx = liquidationPrice(instrument, after, after.margin) ?? '';
  }
  return [{ ...answer, existOrd: false, maxLever: instrument.maxLever, minLever: '0.01' }];
}

/** The trading account. Margin of isolated positions is not part of its cash. */
function tradingBalance({ world, parameters, now }: Question): readonly unknown[] {
  const { trading, market } = world;
  const wanted = optional(parameters, 'ccy')?.split(',');
  const quotes = trading.quotes();
  const coins = new Set([...trading.wallet.map(({ ccy }) => ccy), ...quotes.map(({ ccy }) => ccy)]);
  const uTime = now.toString();
  const all = [...coins].map((ccy) => {
    const own = quotes.filter((quote) => quote.ccy === ccy);
    const upl = sum(own.map(({ figures }) => figures.upl));
    const cross = own.filter(({ position }) => position.mgnMode === 'cross');
    const cashBal = amountOf(trading.wallet, ccy);
    const margin = sum(own.map(({ position }) => position.margin));
    const eq = add(cashBal, add(margin, upl));
    const availBal = trading.available(ccy);
    const crossUpl = sum(cross.map(({ figures }) => figures.upl));
    const isoEq = subtract(add(margin, upl), crossUpl);
    return {
      ccy,
      cashBal,
      availBal,
      availEq: availBal,
      frozenBal: sum(cross.map(({ figures }) => figures.imr)),
      eq,
      isoEq,
      eqUsd: round(multiply(eq, market.price(ccy)), usdPlaces, 'half-up'),
      upl,
      colRes: '0',
      uTime,
    };
  });
  const details = all.filter(({ ccy }) => wanted?.includes(ccy) ?? true);
  return [{ totalEq: sum(all.map(({ eqUsd }) => eqUsd)), uTime, adjEq: '', details }];
}

const reading = { permission: 'read_only' } as const;

/** Positions, the trading account and what they are about. Source: https://www.okx.com/docs-v5/en/#trading-account-rest-api */
export const positionEndpoints: readonly Endpoint[] = [
  endpoint('account/positions', 10, positions, reading),
  endpoint('account/position/margin-balance', 20, changeMargin, { method: 'POST', permission: 'trade' }),
  endpoint('account/adjust-leverage-info', 5, adjustLeverageInfo, reading),
  endpoint('account/balance', 10, tradingBalance, reading),
];
