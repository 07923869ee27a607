import { add, decimal, isPositive, isZero, lesser, negate, zero, type Decimal } from '../../core/decimal.ts';
import { Conditions } from '../conditions.ts';
import type { ControlledWorld, RecordedAdjustment, RecordedMargin } from '../control.ts';
import { deviations as commonDeviations } from '../faults.ts';
import { amountOf, changed, dayMs, emptied, hourMs, type Holding } from '../holdings.ts';
import { Market } from '../market.ts';
import type { Parameters } from '../request.ts';
import {
  adjustId,
  checkLoanConditions,
  checkMarginConditions,
  checkOrderAdjustment,
  checkPoolAdjustment,
  deviate,
  recorded,
  type AdjustRequest,
  type Situation,
} from './adjusting.ts';
import { Refusal } from './answers.ts';
import { borrowId, borrowNow, checkBorrowing, deviateBorrowing, recordedBorrowings } from './borrowing.ts';
import { coins } from './coins.ts';
import { initialState, initialTrading, type InitialOptions } from './initial-state.ts';
import {
  checkRepayment,
  deviateRepayment,
  isWaiting,
  overpayModes,
  recordedRepayments,
  repayId,
  repayNow,
  wholeOf,
  type Overpay,
  type RepayRequest,
} from './repaying.ts';
import {
  capLevels,
  marginModes,
  marginPrices,
  type Adjustment,
  type Borrowing,
  type CapLevel,
  type LegacyOrder,
  type Pool,
  type Repayment,
  type SavedState,
  type Trading,
  type WorldState,
} from './state.ts';
import { acceptMargin, liquidated, recordedChanges, settled, withoutFree, type MarginRequest } from './trading.ts';
import { accrued, currentLegacyLtv, currentPoolLtv } from './valuation.ts';

/** Adjustments beyond these are forgotten, oldest first. */
const adjustmentsKept = 1000;
/** The delay of what settles late. */
const lateMs = 20_000;

/** Ways in which a fault can make an accepted adjustment go wrong. */
export const ownDeviations = ['settlement-failed'] as const;
export const deviations = [...commonDeviations, ...ownDeviations] as const;
export type Deviation = (typeof deviations)[number];

/** Whether the older generation answers, and how it does not. */
export type Legacy = 'there' | '404' | '10017';

export interface WorldOptions extends Omit<InitialOptions, 'now'> {
  /** Milliseconds since the Unix epoch. */
  readonly clock: { now(): number };
  /** Milliseconds from acceptance to effect. */
  readonly settleMs: number;
  /** A world to go on with, instead of the initial one. */
  readonly state?: SavedState;
  /** Default 'there'. */
  readonly legacy?: Legacy;
}

/**
 * The simulated Bybit without its HTTP side: prices, one user's wallet and loans. Nothing happens by itself; `advance` is called first and
 * carries out what is due by the clock.
 */
export class World implements ControlledWorld {
  readonly market: Market;
  readonly conditions = new Conditions();
  readonly controls = controls;
  readonly legacy: Legacy;
  settleMs: number;
  /** When every key expires, where that was said; those without an address do anyway. Milliseconds since the Unix epoch. */
  keysExpireAt: number | undefined;
  /** What happens to an amount above the debt. */
  overpay: Overpay = 'rounded';
  /** What is told of maintenance. */
  maintenance: Parameters | undefined;
  /** What is left of every coin to borrow. */
  inventory = '1000000';
  /** When the keys were made. */
  readonly openedAt: number;
  /** Grows with everything worth saving; a step of the walk alone is not. */
  revision = 0;
  readonly #clock: { now(): number };
  /** The prices and positions last checked for liquidation: checked again only when either changes. */
  #standing: { readonly trading?: Trading; readonly prices?: number } = {};
  #state: Omit<WorldState, 'market'>;

  constructor({ clock, settleMs, state, legacy = 'there', ...initial }: WorldOptions) {
    this.#clock = clock;
    this.openedAt = clock.now();
    this.settleMs = settleMs;
    this.legacy = legacy;
    const { market, ...rest }: SavedState = state ?? initialState({ ...initial, now: clock.now() });
    this.market = new Market(coins, market);
    this.#state = { ...rest, trading: rest.trading ?? initialTrading(market.prices, rest.accruedAt) };
  }

  get wallet(): readonly Holding[] {
    return this.#state.wallet;
  }
  get pool(): Pool {
    return this.#state.pool;
  }
  get legacyOrders(): readonly LegacyOrder[] {
    return this.#state.legacyOrders;
  }
  get adjustments(): readonly Adjustment[] {
    return this.#state.adjustments;
  }
  get trading(): Trading {
    return this.#state.trading;
  }
  get repaid(): readonly Repayment[] {
    return this.#state.repaid;
  }
  get borrowed(): readonly Borrowing[] {
    return this.#state.borrowed ?? [];
  }
  get begunAt(): number {
    return this.#state.begunAt;
  }
  get cap(): CapLevel {
    return this.#state.cap;
  }
  get about(): Readonly<Record<string, unknown>> {
    return { venue: 'bybit', legacy: this.legacy === 'there', cap: this.cap, marginMode: this.trading.marginMode };
  }

  /** Everything that decides whether an adjustment may be accepted. */
  situation(): Situation {
    const { wallet, pool, legacyOrders, adjustments, repaid, cap, market } = this;
    return { wallet, pool, legacyOrders, adjustments, repaid, cap, market };
  }

  /**
   * The older order called `orderId`.
   * @throws Refusal 177005 when there is none.
   */
  legacyOrder(orderId: string): LegacyOrder {
    const order = this.legacyOrders.find((one) => one.orderId === orderId);
    if (order === undefined) throw new Refusal('177005');
    return order;
  }

  recorded(): RecordedAdjustment[] {
    return [...recorded(this.adjustments), ...recordedRepayments(this.repaid), ...recordedBorrowings(this.borrowed)].sort(
      (a, b) => a.when - b.when,
    );
  }

  recordedMargins(): RecordedMargin[] {
    return recordedChanges(this.trading);
  }

  /** What can be done to this venue alone, by `controls`. */
  control(what: string, body: Parameters): unknown {
    const done = controlled(what, body, this.#state, this.#clock.now());
    if (done?.change !== undefined) this.#change(done.change);
    if (done?.keysExpireAt !== undefined) this.keysExpireAt = done.keysExpireAt;
    if (done?.inventory !== undefined) this.inventory = done.inventory;
    if (done?.maintenance !== undefined) this.maintenance = done.maintenance;
    if (done?.overpay !== undefined) this.overpay = done.overpay;
    return done?.answer;
  }

  /** When the next accepted adjustment comes to an end. */
  nextDueAt(): number | undefined {
    const waiting = [...this.adjustments, ...this.repaid, ...this.borrowed, ...this.trading.changes].filter(
      ({ state }) => state === 'pending' || state === 'failing',
    );
    return waiting.length === 0 ? undefined : Math.min(...waiting.map((one) => one.dueAt));
  }

  /** Carries out everything due by now: steps of the walk, settlements, interest. */
  advance(): void {
    const now = this.#clock.now();
    this.market.advance(now);
    for (;;) {
      const dueAt = this.nextDueAt() ?? Infinity;
      const accrueAt = this.#state.accruedAt + hourMs;
      if (Math.min(dueAt, accrueAt) > now) break;
      if (dueAt <= accrueAt) this.#settleDue(dueAt);
      else this.#accrue(accrueAt);
    }
    const { trading, prices } = this.#standing;
    if (trading === this.trading && prices === this.market.revision) return;
    this.#trade(liquidated(this.trading, this.market, now));
    this.#standing = { trading: this.trading, prices: this.market.revision };
  }

  /**
   * Accepts a change of a position's margin.
   * @throws Refusal with the documented code when it may not be.
   */
  changeMargin(request: MarginRequest, deviation?: Deviation): void {
    checkMarginConditions(this.conditions, request.contract.symbol);
    this.#trade(acceptMargin(this.trading, request, this.market, this.#clock.now(), lateMs, deviation));
  }

  /**
   * Accepts an adjustment; it becomes effective `settleMs` later.
   * @returns its id.
   * @throws Refusal with the documented code when it may not be.
   */
  adjust(request: AdjustRequest, deviation?: Deviation): string {
    const { orderId } = request;
    const order = orderId === undefined ? undefined : this.legacyOrder(orderId);
    checkLoanConditions(this.conditions, request, order === undefined ? this.pool.collateral : [order.collateral]);
    if (order === undefined) checkPoolAdjustment(this.situation(), request);
    else checkOrderAdjustment(this.situation(), order, request);
    const real = deviate(request, deviation);
    const acceptedAt = this.#clock.now();
    const counted = this.#state.counted + 1;
    const adjustment: Adjustment = {
      ...real,
      adjustId: adjustId(counted, orderId !== undefined),
      acceptedAt,
      dueAt: acceptedAt + this.settleMs + (deviation === 'settled-late' ? lateMs : 0),
      state: settlingAs(deviation),
      ltvBefore: this.#ltv(orderId),
      ltvAfter: this.#moved(real).ltv,
    };
    this.#change({ counted, adjustments: [...this.adjustments, adjustment].slice(-adjustmentsKept) });
    return adjustment.adjustId;
  }

  /**
   * Accepts a repayment; it becomes effective `settleMs` later.
   * @returns its id.
   * @throws Refusal with the documented code when it may not be.
   */
  repay(request: RepayRequest, deviation?: Deviation): string {
    checkRepayment(this.situation(), this.conditions, request, this.overpay);
    const real = deviateRepayment(request, deviation);
    const at = this.#clock.now();
    const dueAt = at + this.settleMs + (deviation === 'settled-late' ? lateMs : 0);
    const state = settlingAs(deviation);
    const repayment: Repayment = { ...real, repayId: repayId(real, this.repaid.length), by: 'user', at, dueAt, state };
    this.#change({ repaid: [...this.repaid, repayment] });
    return repayment.repayId;
  }

  /**
   * Accepts that more is borrowed flexibly; it becomes effective `settleMs` later.
   * @returns its id.
   * @throws Refusal with the documented code when it may not be.
   */
  borrow(request: Holding, deviation?: Deviation): string {
    checkBorrowing(this.situation(), this.conditions, request, this.borrowed, decimal(this.inventory));
    const at = this.#clock.now();
    const dueAt = at + this.settleMs + (deviation === 'settled-late' ? lateMs : 0);
    const borrowing = { ...deviateBorrowing(request, deviation), orderId: borrowId(this.borrowed.length), at, dueAt };
    this.#change({ borrowed: [...this.borrowed, { ...borrowing, state: settlingAs(deviation) }] });
    return borrowing.orderId;
  }

  /** Charges one hour's interest at once. */
  accrueNow(): void {
    this.#accrue(this.#state.accruedAt);
  }

  empty(coin: string | undefined): void {
    this.#change({ wallet: emptied(this.wallet, coin), trading: withoutFree(this.trading, coin, this.market) });
  }

  /** Notes that something worth saving happened outside, e.g. a price was moved by hand. */
  touch(): void {
    this.revision += 1;
  }

  /** Everything, as plain data. */
  state(): WorldState {
    return { ...this.#state, market: this.market.state() };
  }

  #change(change: Partial<WorldState>): void {
    this.#state = { ...this.#state, ...change };
    this.touch();
  }

  #trade(trading: Trading): void {
    if (trading !== this.trading) this.#change({ trading });
  }

  #settleDue(dueAt: number): void {
    this.#trade(settled(this.trading, dueAt));
    for (const one of this.repaid) {
      if (one.dueAt !== dueAt || !isWaiting(one)) continue;
      const paid = one.state === 'pending' ? repayNow(this.#state, one, this.market) : undefined;
      const done: Repayment = { ...one, ...paid?.done, state: paid === undefined ? 'failed' : 'effective' };
      this.#change({ ...paid?.change, repaid: this.repaid.map((other) => (other === one ? done : other)) });
    }
    for (const one of this.borrowed) {
      if (one.dueAt !== dueAt || !isWaiting(one)) continue;
      const lent = one.state === 'pending' ? borrowNow(this.#state, one, this.market) : undefined;
      const done: Borrowing = { ...one, state: lent === undefined ? 'failed' : 'effective' };
      this.#change({ ...lent, borrowed: this.borrowed.map((other) => (other === one ? done : other)) });
    }
    for (const one of this.adjustments) {
      if (one.dueAt !== dueAt || !isWaiting(one)) continue;
      const isThere = one.orderId === undefined || this.legacyOrders.some(({ orderId }) => orderId === one.orderId);
      const ltvBefore = isThere ? this.#ltv(one.orderId) : zero;
      const moved = one.state === 'pending' && isThere ? this.#moved(one) : undefined;
      const done: Adjustment =
        moved === undefined
          ? { ...one, state: 'failed', ltvBefore, ltvAfter: ltvBefore }
          : { ...one, state: 'effective', amt: moved.amt, ltvBefore, ltvAfter: moved.ltv };
      this.#change({ ...moved?.change, adjustments: this.adjustments.map((other) => (other === one ? done : other)) });
    }
  }

  /** The effect of an adjustment executed now: a fault may demand more than there is, and then all there is moves. */
  #moved({ direction, ccy, amt: wanted, orderId }: AdjustRequest): { amt: Decimal; ltv: Decimal; change: Partial<WorldState> } {
    const order = orderId === undefined ? undefined : this.legacyOrder(orderId);
    const pledged = order === undefined ? this.pool.collateral : [order.collateral];
    const amt = lesser(wanted, amountOf(direction === '0' ? this.wallet : pledged, ccy));
    const toLoan = direction === '0' ? amt : negate(amt);
    const wallet = isZero(amt) ? this.wallet : changed(this.wallet, ccy, negate(toLoan));
    if (order === undefined) {
      const pool = { ...this.pool, collateral: changed(pledged, ccy, toLoan) };
      return { amt, ltv: currentPoolLtv(pool, this.market), change: { wallet, pool } };
    }
    const next = { ...order, collateral: { ccy, amt: add(order.collateral.amt, toLoan) } };
    const legacyOrders = this.legacyOrders.map((one) => (one === order ? next : one));
    return { amt, ltv: currentLegacyLtv(next, this.market), change: { wallet, legacyOrders } };
  }

  #ltv(orderId: string | undefined): Decimal {
    return orderId === undefined ? currentPoolLtv(this.pool, this.market) : currentLegacyLtv(this.legacyOrder(orderId), this.market);
  }

  #accrue(accruedAt: number): void {
    this.#change({ ...accrued(this.#state, accruedAt), accruedAt });
  }
}

/** How an accepted change ends. */
function settlingAs(deviation: Deviation | undefined): Adjustment['state'] {
  return deviation === 'never-settled' ? 'never' : deviation === 'settlement-failed' ? 'failing' : 'pending';
}

/** What can be done to the simulated Bybit alone. */
const controls: readonly string[] = [
  'POST cap',
  'POST margin-mode',
  'POST margin-price',
  'POST due',
  'POST expiry',
  'POST inventory',
  'POST liquidate',
  'POST maintenance',
  'POST overpay',
];

interface Done {
  readonly answer: unknown;
  readonly change?: Partial<WorldState>;
  readonly keysExpireAt?: number;
  readonly maintenance?: Parameters;
  readonly inventory?: string;
  readonly overpay?: Overpay;
}

/**
 * Carries out one of them; undefined for anything else.
 * - `POST cap {level}`: the platform's cap of collateral is off (0), near (1), reached (2: nothing can be added) or unknown (-1).
 * - `POST margin-mode {mode}`: how the account holds its positions.
 * - `POST margin-price {by}`: margins follow the mark price, or stay at entry.
 * - `POST due {days}`: fixed contracts are to be paid back so many days from now; below zero they are overdue.
 * - `POST liquidate`: the pool is liquidated whole. Prices alone don't do it, so that a loan beyond its threshold can be seen.
 * - `POST maintenance {state, begin, end}`: told over sockets, in the venue's words; `begin` and `end` as text.
 * - `POST inventory {left}`: so much of every coin is left to borrow.
 * - `POST overpay {mode}`: a repayment above the debt takes the debt alone if it was only `rounded` up, or is `refused`.
 * - `POST expiry {days}`: how long all keys still work, as after a change of password.
 * @throws RangeError when the body makes no sense.
 */
function controlled(what: string, body: Parameters, state: Pick<WorldState, 'pool' | 'trading' | 'repaid'>, now: number): Done | undefined {
  switch (what) {
    case 'POST cap': {
      const cap = word(body, 'level', capLevels);
      return { answer: { cap }, change: { cap } };
    }
    case 'POST margin-mode': {
      const marginMode = word(body, 'mode', marginModes);
      return { answer: { marginMode }, change: { trading: { ...state.trading, marginMode } } };
    }
    case 'POST margin-price': {
      const marginPrice = word(body, 'by', marginPrices);
      return { answer: { marginPrice }, change: { trading: { ...state.trading, marginPrice } } };
    }
    case 'POST due': {
      const dueAt = now + days(body);
      const fixed = state.pool.fixed.map((one) => ({ ...one, borrowedAt: dueAt - one.termDays * dayMs }));
      return { answer: { dueAt }, change: { pool: { ...state.pool, fixed } } };
    }
    case 'POST liquidate': {
      const { pool, repaid } = state;
      const rows = repayments(pool).map((row, at): Repayment => {
        return { ...row, repayId: repayId(row, repaid.length + at), by: 'liquidation', at: now, dueAt: now, state: 'effective' };
      });
      const change = { pool: { ...pool, flexible: [], fixed: [], collateral: [] }, repaid: [...repaid, ...rows] };
      return { answer: { repaid: rows.length }, change };
    }
    case 'POST inventory':
      return { answer: { inventory: body['left'] }, inventory: decimal(String(body['left'])) };
    case 'POST maintenance': {
      const { state: word = 'ongoing', begin = now.toString(), end = '' } = body;
      const about = { title: 'maintenance', href: '', serviceTypes: [2, 3, 4, 5], product: [1, 2], uidSuffix: [], maintainType: 1, env: 1 };
      const maintenance = { id: '4d95b2a0-587f-11f0-bcc9-56f28c94d6ea', state: word, begin, end, ...about };
      return { answer: maintenance, maintenance };
    }
    case 'POST overpay': {
      const overpay = word(body, 'mode', overpayModes);
      return { answer: { overpay }, overpay };
    }
    case 'POST expiry': {
      const keysExpireAt = now + days(body);
      return { answer: { keysExpireAt }, keysExpireAt };
    }
    default:
      return undefined;
  }
}

/** Everything that is owed, each debt once. */
function repayments({ flexible, fixed }: Pool): readonly RepayRequest[] {
  const open = fixed.filter(({ principal }) => isPositive(principal));
  return [
    ...flexible.map(({ ccy, principal, interest }) => ({ ccy, amt: add(principal, interest) })),
    ...[...new Set(open.map(({ ccy }) => ccy))].map((name) =>
      wholeOf(
        name,
        open.filter(({ ccy }) => ccy === name),
      ),
    ),
  ];
}

function word<T extends string>(body: Parameters, name: string, words: readonly T[]): T {
  const found = words.find((one) => one === body[name]);
  if (found === undefined) throw new RangeError(`${name} must be one of ${words.join(', ')}, as text`);
  return found;
}

/** Whole milliseconds of so many days. */
function days(body: Parameters): number {
  const value = body['days'];
  if (typeof value !== 'number' || !Number.isFinite(value) || Math.abs(value) > 3650) throw new RangeError('days must be a number');
  return Math.round(value * dayMs);
}
