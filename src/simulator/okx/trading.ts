import {
  absolute,
  add,
  compare,
  decimal,
  divide,
  greater,
  isDecimal,
  isNegative,
  isPositive,
  isZero,
  lesser,
  negate,
  one,
  subtract,
  sum,
  zero,
  type Decimal,
} from '../../core/decimal.ts';
import { amountOf, changed, emptied, type Holding } from '../holdings.ts';
import type { RecordedMargin } from '../control.ts';
import type { Market } from '../market.ts';
import type { Parameters } from '../request.ts';
import { deviate, type AdjustRequest, type Deviation } from './adjusting.ts';
import { Refusal } from './answers.ts';
import { findInstrument, knownInstrument, pricesOf, type Instrument, type Prices } from './instruments.ts';
import { figures, marginCoin, realLeverage, removable, type Figures } from './position-figures.ts';
import {
  References,
  type Bill,
  type BillSubType,
  type ClosedPosition,
  type MarginChange,
  type OpenPosition,
  type TradingState,
} from './state.ts';

/** Changes and bills beyond these are forgotten, oldest first. */
const changesKept = 1000;
const leastLeverage = decimal('0.01');
const ratioPlaces = 16;

export const posModes = ['long_short_mode', 'net_mode'] as const;
export type PosMode = (typeof posModes)[number];
/** Account modes that know positions: futures, multi-currency, portfolio. Isolated margin cannot be changed in the last two. */
export const accountLevels = ['2', '3', '4'] as const;
export type AccountLevel = (typeof accountLevels)[number];

/** What a client asks for. */
export interface MarginRequest extends Omit<AdjustRequest, 'ccy'> {
  readonly instId: string;
  readonly posSide: string;
  readonly ccy?: string;
}

/** A position with everything that is said of it. */
export interface Quote {
  readonly position: OpenPosition;
  readonly instrument: Instrument;
  readonly prices: Prices;
  /** The coin of the margin. */
  readonly ccy: string;
  readonly posSide: string;
  readonly figures: Figures;
}

/** The trading account: its wallet, its positions and changes of their margin. */
export class Trading {
  posMode: PosMode = 'long_short_mode';
  acctLv: AccountLevel = '2';
  readonly #market: Market;
  readonly #touch: () => void;
  #state: TradingState;
  /** What `quotes` last computed, and from what: dozens of long divisions, needed before and after every request. */
  #quoted: { readonly from: readonly unknown[]; readonly quotes: readonly Quote[] } = { from: [], quotes: [] };

  constructor(market: Market, state: TradingState, touch: () => void) {
    this.#market = market;
    this.#state = state;
    this.#touch = touch;
  }

  get wallet(): readonly Holding[] {
    return this.#state.wallet;
  }
  get changes(): readonly MarginChange[] {
    return this.#state.changes;
  }
  get bills(): readonly Bill[] {
    return this.#state.bills;
  }
  get closed(): readonly ClosedPosition[] {
    return this.#state.closed;
  }

  state(): TradingState {
    return this.#state;
  }

  /**
   * Changes the position mode or the account mode.
   * @throws RangeError saying which words there are.
   */
  configure({ posMode = this.posMode, acctLv = this.acctLv }: Parameters): void {
    const mode = posModes.find((one) => one === posMode);
    const level = accountLevels.find((one) => one === acctLv);
    if (mode === undefined) throw new RangeError(`posMode must be one of ${posModes.join(', ')}`);
    if (level === undefined) throw new RangeError(`acctLv must be one of ${accountLevels.join(', ')}, as text`);
    this.posMode = mode;
    this.acctLv = level;
  }

  /** Takes a coin, or every coin, out of the wallet; what is margin stays. */
  empty(ccy: string | undefined): void {
    this.#change({ wallet: emptied(this.wallet, ccy) });
  }

  recorded(): RecordedMargin[] {
    return this.changes.map(({ instId, posSide, type, ccy, amt, acceptedAt, state }) => ({
      kind: 'margin',
      instId,
      posSide,
      type,
      ccy,
      amt,
      when: acceptedAt,
      state,
    }));
  }

  /** Newest first. In net mode an instrument has one position, which is its newest. */
  quotes(): readonly Quote[] {
    const from = [this.#state, this.#market.revision, this.posMode];
    if (from.some((one, index) => one !== this.#quoted.from[index])) this.#quoted = { from, quotes: this.#computeQuotes() };
    return this.#quoted.quotes;
  }

  #computeQuotes(): readonly Quote[] {
    const { positions } = this.#state;
    const shown = positions.filter(
      ({ instId }, index) => this.posMode === 'long_short_mode' || positions.findIndex((one) => one.instId === instId) === index,
    );
    return shown.map((position) => this.#quote(position));
  }

  /** What positions of an instrument are called in this position mode. Coins held with borrowed ones have no sides by name. */
  sides({ kind }: Instrument): readonly string[] {
    return kind === 'borrowed' || this.posMode === 'net_mode' ? ['net'] : ['long', 'short'];
  }

  /** What of a coin is neither margin of a cross position, nor lost by one, nor on its way into an isolated one. Not below zero. */
  available(ccy: string): Decimal {
    const cross = this.quotes().filter((quote) => quote.ccy === ccy && quote.position.mgnMode === 'cross');
    const bound = cross.map(({ figures: { imr, upl } }) => subtract(imr, lesser(upl, zero)));
    return greater(subtract(subtract(amountOf(this.wallet, ccy), sum(bound)), this.#claimed({ type: 'add', ccy })), zero);
  }

  /** Carries out everything due by now: late changes, then liquidations at today's prices. */
  advance(now: number): void {
    for (const change of this.#pending().filter(({ dueAt }) => dueAt <= now)) this.#move(change);
    for (const quote of this.quotes()) if (compare(quote.figures.mgnRatio, one) <= 0) this.#liquidate(quote, now);
  }

  /**
   * Accepts a change of margin, effective `lateMs` from now if a fault requires it, else at once.
   * @returns the margin coin, and for contracts the effective leverage expected afterwards.
   * @throws Refusal with the documented code when it may not be.
   */
  change(request: MarginRequest, now: number, lateMs: number, deviation?: Deviation): { ccy: string; leverage: Decimal | undefined } {
    const { position, instrument, prices, ccy, posSide } = this.#asked(request);
    const { type, amt } = request;
    const margin = type === 'add' ? add(position.margin, amt) : subtract(position.margin, amt);
    const leverage = realLeverage(instrument, { ...position, margin }, prices.mark);
    if (type === 'add') {
      if (compare(amt, this.available(ccy)) > 0) throw new Refusal('59200');
      if (leverage !== undefined && compare(leverage, leastLeverage) < 0) throw new Refusal('59105', leastLeverage);
    } else {
      const leaving = this.#claimed({ type, posId: position.posId });
      if (isNegative(subtract(margin, leaving))) throw new Refusal('59303');
      if (compare(add(amt, leaving), removable(instrument, position, prices.mark)) > 0) throw new Refusal('59301');
    }
    const change: MarginChange = {
      posId: position.posId,
      instId: instrument.instId,
      posSide,
      ccy,
      ...deviate({ type, amt }, deviation),
      acceptedAt: now,
      dueAt: deviation === 'settled-late' ? now + lateMs : now,
      state: deviation === 'never-settled' ? 'never' : 'pending',
    };
    this.#change({ changes: [...this.changes, change].slice(-changesKept) });
    return { ccy, leverage: instrument.kind === 'borrowed' ? undefined : leverage };
  }

  #quote(position: OpenPosition): Quote {
    const { side, mgnMode } = position;
    const instrument = knownInstrument(position.instId);
    const prices = pricesOf(instrument, this.#market);
    const ccy = marginCoin(instrument, side);
    const margin = mgnMode === 'isolated' ? position.margin : amountOf(this.wallet, ccy);
    const posSide = this.sides(instrument).find((one) => one === side) ?? 'net';
    return { position, instrument, prices, ccy, posSide, figures: figures(instrument, position, prices.mark, margin) };
  }

  /** The isolated position that a request means. */
  #asked({ instId, posSide, ccy }: MarginRequest): Quote {
    const instrument = findInstrument(instId);
    if (instrument === undefined) throw new Refusal('51001');
    if (!this.sides(instrument).includes(posSide)) throw new Refusal('51000', 'posSide');
    if (this.acctLv !== '2') throw new Refusal('50072');
    const found = this.quotes().filter((quote) => quote.instrument === instrument && quote.posSide === posSide);
    if (found.length === 0) throw new Refusal('51023');
    const isolated = found.find(({ position }) => position.mgnMode === 'isolated');
    if (isolated === undefined) throw new Refusal('59300');
    if (instrument.kind === 'borrowed' && ccy === undefined) throw new Refusal('50014', 'ccy');
    if (ccy !== undefined && ccy !== isolated.ccy) throw new Refusal('51000', 'ccy');
    return isolated;
  }

  #pending(): readonly MarginChange[] {
    return this.changes.filter(({ state }) => state === 'pending');
  }

  /** What other accepted changes have already claimed, though nothing has moved yet. */
  #claimed(of: Partial<MarginChange> & Pick<MarginChange, 'type'>): Decimal {
    const same = this.#pending().filter(
      ({ type, ccy, posId }) => type === of.type && (of.ccy ?? ccy) === ccy && (of.posId ?? posId) === posId,
    );
    return sum(same.map(({ amt }) => amt));
  }

  /** Moves the coins of one change. What really moves is recorded: a fault may demand more than there is, and the position may be gone. */
  #move(change: MarginChange): void {
    const { posId, type, ccy, dueAt } = change;
    const position = this.#state.positions.find((one) => one.posId === posId);
    const there = position === undefined ? zero : type === 'add' ? amountOf(this.wallet, ccy) : position.margin;
    const amt = lesser(change.amt, there);
    const toPosition = type === 'add' ? amt : negate(amt);
    this.#change({ changes: this.changes.map((one) => (one === change ? { ...one, amt, state: 'effective' as const } : one)) });
    if (position !== undefined && !isZero(amt)) this.#transfer(position, ccy, toPosition, type === 'add' ? '160' : '161', dueAt);
  }

  /**
   * OKX adds margin to an isolated position automatically, as if that were switched on.
   * @throws RangeError when there is no such position, or not so much to add.
   */
  addByItself({ instId, posSide, amt }: Parameters, at: number): void {
    const quote = this.quotes().find((one) => one.instrument.instId === instId && one.posSide === posSide);
    if (quote?.position.mgnMode !== 'isolated') throw new RangeError('there is no such isolated position; name instId and posSide');
    if (typeof amt !== 'string' || !isDecimal(amt) || !isPositive(amt) || compare(amt, this.available(quote.ccy)) > 0) {
      throw new RangeError('amt must be a decimal above zero, as text, and not more than is available');
    }
    this.#transfer(quote.position, quote.ccy, amt, '162', at);
  }

  /** Moves coins between wallet and margin, and writes the bill. */
  #transfer(position: OpenPosition, ccy: string, toPosition: Decimal, subType: BillSubType, at: number): void {
    const wallet = changed(this.wallet, ccy, negate(toPosition));
    const after = withMargin(position, toPosition, at);
    this.#change({ wallet, positions: this.#state.positions.map((one) => (one === position ? after : one)) });
    const moved = { balChg: negate(toPosition), bal: amountOf(wallet, ccy), posBalChg: toPosition, posBal: after.margin };
    this.#write(position, { subType, ccy, ...moved, sz: absolute(toPosition), pnl: zero, at });
  }

  #write({ instId, mgnMode }: OpenPosition, bill: Omit<Bill, 'billId' | 'instId' | 'mgnMode'>): void {
    const billId = new References(this.bills.at(-1)?.billId ?? '0').next(bill.at);
    this.#change({ bills: [...this.bills, { billId, instId, mgnMode, ...bill }].slice(-changesKept) });
  }

  /** An isolated position takes its margin with it, a cross one its loss, as far as there are coins. */
  #liquidate({ position, instrument, posSide, prices, ccy, figures: { upl, imr } }: Quote, at: number): void {
    const { posId, mgnMode, margin, side, pos } = position;
    const isolated = mgnMode === 'isolated';
    const positions = this.#state.positions.filter((one) => one.posId !== posId);
    const lost = !isolated && isNegative(upl) ? lesser(negate(upl), amountOf(this.wallet, ccy)) : zero;
    const wallet = isPositive(lost) ? changed(this.wallet, ccy, negate(lost)) : this.wallet;
    const pnl = isolated ? greater(upl, negate(margin)) : negate(lost);
    const penalty = isolated ? negate(add(margin, pnl)) : zero;
    const whole = isolated ? margin : imr;
    const ratio = isPositive(whole) ? divide(add(pnl, penalty), whole, ratioPlaces, 'down') : '';
    const closed: ClosedPosition = { position, posSide, ccy, price: prices.mark, pnl, penalty, ratio, at };
    this.#change({ positions, wallet, closed: [...this.closed, closed].slice(-changesKept) });
    const borrowed = instrument.kind === 'borrowed';
    const subType = borrowed ? (side === 'long' ? '107' : '106') : side === 'long' ? '104' : '105';
    const moved = { balChg: negate(lost), bal: amountOf(wallet, ccy), posBalChg: negate(margin), posBal: zero };
    this.#write(position, { subType, ccy, ...moved, sz: pos, px: prices.mark, pnl, at });
  }

  #change(change: Partial<TradingState>): void {
    this.#state = { ...this.#state, ...change };
    this.#touch();
  }
}

/** Coins held with borrowed ones lie together with their margin. */
export function withMargin(position: OpenPosition, change: Decimal, at: number): OpenPosition {
  const borrowed = knownInstrument(position.instId).kind === 'borrowed';
  return {
    ...position,
    margin: add(position.margin, change),
    pos: borrowed ? add(position.pos, change) : position.pos,
    changedAt: at,
  };
}
