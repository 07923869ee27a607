import { add, decimal, divide, isZero, lesser, multiply, negate, type Decimal } from '../../core/decimal.ts';
import type { ControlledWorld, RecordedAdjustment } from '../control.ts';
import { deviations as commonDeviations } from '../faults.ts';
import { amountOf, changed, type Holding } from '../holdings.ts';
import { hourMs } from '../interest.ts';
import { Market } from '../market.ts';
import type { Parameters } from '../request.ts';
import { adjustId } from './adjust-ids.ts';
import { checkOrderAdjustment, checkPoolAdjustment, type AdjustRequest, type Situation } from './adjusting.ts';
import { Refusal } from './answers.ts';
import { coins, findCoin } from './coins.ts';
import { firstDay, type FirstDay } from './first-day.ts';
import { capLevels, type Adjustment, type CapLevel, type LegacyOrder, type Pool, type WorldState } from './state.ts';
import { currentLegacyLtv, currentPoolLtv } from './valuation.ts';

/** Adjustments beyond these are forgotten, oldest first. */
const adjustmentsKept = 1000;
const interestPlaces = 8;

/** Ways in which an accepted adjustment can go wrong when a fault asks for it. */
export const deviations = [...commonDeviations, 'settlement-failed'] as const;
export type Deviation = (typeof deviations)[number];

/** Whether the older generation answers, and how it does not. */
export type Legacy = 'there' | '404' | '10017';

export interface WorldOptions extends Omit<FirstDay, 'now'> {
  /** Milliseconds since the Unix epoch. */
  readonly clock: { now(): number };
  /** Milliseconds from acceptance to effect. */
  readonly settleMs: number;
  /** A world to go on with, instead of a first day. */
  readonly state?: WorldState;
  /** Default 'there'. */
  readonly legacy?: Legacy;
}

/**
 * The simulated Bybit without its HTTP side: prices, one user's wallet and loans. Nothing happens by itself; whoever looks calls
 * `advance` first, which lets happen what was due by the clock.
 */
export class World implements ControlledWorld {
  readonly market: Market;
  readonly controls = ['POST cap'];
  readonly legacy: Legacy;
  settleMs: number;
  /** Grows with everything worth saving; a step of the walk alone is not. */
  revision = 0;
  readonly #clock: { now(): number };
  #state: Omit<WorldState, 'market'>;

  constructor({ clock, settleMs, state, legacy = 'there', ...first }: WorldOptions) {
    this.#clock = clock;
    this.settleMs = settleMs;
    this.legacy = legacy;
    const { market, ...rest } = state ?? firstDay({ ...first, now: clock.now() });
    this.market = new Market(coins, market);
    this.#state = rest;
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
  get cap(): CapLevel {
    return this.#state.cap;
  }
  get about(): Readonly<Record<string, unknown>> {
    return { venue: 'bybit', legacy: this.legacy === 'there', cap: this.cap };
  }

  /** Everything that decides whether an adjustment may be accepted. */
  situation(): Situation {
    return { wallet: this.wallet, pool: this.pool, adjustments: this.adjustments, cap: this.cap, market: this.market };
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
    return this.adjustments.map(({ orderId, direction, ccy, amt, acceptedAt, state }) => ({
      ...(orderId === undefined ? {} : { loan: orderId }),
      type: direction === '0' ? 'add' : 'reduce',
      ccy,
      amt,
      when: acceptedAt,
      state,
    }));
  }

  /** `POST cap`: the platform's cap of collateral is off (0), near (1), reached (2: nothing can be added) or unknown (-1). */
  control(what: string, body: Parameters): unknown {
    if (what !== 'POST cap') return undefined;
    const cap = capLevels.find((level) => level === body['level']);
    if (cap === undefined) throw new RangeError(`level must be one of ${capLevels.join(', ')}, as text`);
    this.#change({ cap });
    return { cap };
  }

  /** When the next accepted adjustment comes to an end. */
  nextDueAt(): number | undefined {
    const due = this.adjustments.filter(({ state }) => state === 'pending' || state === 'failing').map((one) => one.dueAt);
    return due.length === 0 ? undefined : Math.min(...due);
  }

  /** Lets everything happen that was due by now: steps of the walk, settlements, interest. */
  advance(): void {
    const now = this.#clock.now();
    this.market.advance(now);
    for (;;) {
      const dueAt = this.nextDueAt() ?? Infinity;
      const accrueAt = this.#state.accruedAt + hourMs;
      if (Math.min(dueAt, accrueAt) > now) return;
      if (dueAt <= accrueAt) this.#settleDue(dueAt);
      else this.#accrue(accrueAt);
    }
  }

  /**
   * Accepts an adjustment; it becomes effective `settleMs` later.
   * @returns its id.
   * @throws Refusal with the documented code when it may not be.
   */
  adjust(request: AdjustRequest, deviation?: Deviation): string {
    const { orderId } = request;
    if (orderId === undefined) checkPoolAdjustment(this.situation(), request);
    else checkOrderAdjustment(this.situation(), this.legacyOrder(orderId), request);
    const real = deviate(request, deviation);
    const acceptedAt = this.#clock.now();
    const counted = this.#state.counted + 1;
    const adjustment: Adjustment = {
      ...real,
      adjustId: adjustId(counted, orderId !== undefined),
      acceptedAt,
      dueAt: acceptedAt + this.settleMs,
      state: deviation === 'never-settled' ? 'never' : deviation === 'settlement-failed' ? 'failing' : 'pending',
      ltvBefore: this.#ltv(orderId),
      ltvAfter: this.#moved(real).ltv,
    };
    this.#change({ counted, adjustments: [...this.adjustments, adjustment].slice(-adjustmentsKept) });
    return adjustment.adjustId;
  }

  /** Charges one hour's interest at once. */
  accrueNow(): void {
    this.#accrue(this.#state.accruedAt);
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

  #settleDue(dueAt: number): void {
    for (const one of this.adjustments) {
      if (one.dueAt !== dueAt || (one.state !== 'pending' && one.state !== 'failing')) continue;
      const ltvBefore = this.#ltv(one.orderId);
      const moved = one.state === 'pending' ? this.#moved(one) : undefined;
      const done: Adjustment =
        moved === undefined
          ? { ...one, state: 'failed', ltvBefore, ltvAfter: ltvBefore }
          : { ...one, state: 'effective', amt: moved.amt, ltvBefore, ltvAfter: moved.ltv };
      this.#change({ ...moved?.change, adjustments: this.adjustments.map((other) => (other === one ? done : other)) });
    }
  }

  /** What carrying out an adjustment now comes to: a fault may ask for more than there is, and then what there is moves. */
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
    const flexible = this.pool.flexible.map((debt) => {
      const rate = findCoin(debt.ccy)?.borrow?.hourlyRate ?? decimal('0');
      return { ...debt, interest: add(debt.interest, oneHour(debt.principal, rate)) };
    });
    const legacyOrders = this.legacyOrders.map((order) => ({
      ...order,
      interest: add(order.interest, oneHour(order.loan.amt, order.hourlyRate)),
    }));
    this.#change({ pool: { ...this.pool, flexible }, legacyOrders, accruedAt });
  }
}

/** Against the borrower: rounded up at 8 decimals. */
function oneHour(principal: Decimal, hourlyRate: Decimal): Decimal {
  const exact = multiply(principal, hourlyRate);
  return divide(exact, decimal('1'), interestPlaces, 'up');
}

function deviate(request: AdjustRequest, deviation: Deviation | undefined): AdjustRequest {
  if (deviation === 'reversed-direction') return { ...request, direction: request.direction === '0' ? '1' : '0' };
  if (deviation === 'wrong-amount') return { ...request, amt: divide(request.amt, decimal('2'), 18, 'up') };
  return request;
}
