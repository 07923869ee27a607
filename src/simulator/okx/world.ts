import { isZero, lesser, negate, subtract, sum, zero, type Decimal } from '../../core/decimal.ts';
import {
  checkAdjustment,
  checkLoanConditions,
  checkMarginConditions,
  deviate,
  recorded,
  redeemable,
  type AdjustRequest,
  type Deviation,
} from './adjusting.ts';
import { Refusal } from './answers.ts';
import { coins, findCoin, knownCoin } from './coins.ts';
import type { ControlledWorld, RecordedAdjustment, RecordedMargin } from '../control.ts';
import { initialState, initialTrading, type InitialOptions } from './initial-state.ts';
import { amountOf, changed, emptied, hourMs, type Holding } from '../holdings.ts';
import { Market } from '../market.ts';
import { Conditions } from '../conditions.ts';
import { checkBorrowing } from './borrowing.ts';
import { checkRepayment, deviated, executed, leaving, recordedRepayments, type RepayRequest, type RepayRules } from './repaying.ts';
import type { Parameters } from '../request.ts';
import {
  References,
  type Adjustment,
  type HistoryRow,
  type HistoryType,
  type InterestRow,
  type Order,
  type Repayment,
  type TradingState,
  type WorldState,
} from './state.ts';
import { Trading, type MarginRequest, type PosMode } from './trading.ts';
import { hourlyInterest, maxLoan } from './valuation.ts';

/** Interest is listed for 30 days. */
const interestKeptMs = 30 * 24 * hourMs;
/** Adjustments beyond these are forgotten, oldest first; their history rows stay. */
const adjustmentsKept = 1000;

/** Two readings of one endpoint. */
export type CollateralAssets = 'wallet' | 'held';

export interface WorldOptions extends Omit<InitialOptions, 'now'> {
  /** Milliseconds since the Unix epoch. */
  readonly clock: { now(): number };
  /** Milliseconds from acceptance to effect. */
  readonly settleMs: number;
  /** A world to go on with, instead of the initial one. */
  readonly state?: WorldState;
  /** False makes it the older generation: one loan, which has no id towards clients. Default true. */
  readonly ordIds?: boolean;
  /** What `collateral-assets` lists: what the wallet could pledge, or (by the documentation since August 2026) what orders hold. Default 'wallet'. */
  readonly collateralAssets?: CollateralAssets;
  /** Default long_short_mode. */
  readonly posMode?: PosMode;
  /** Instead of the initial positions and trading account. */
  readonly trading?: Partial<TradingState>;
}

/**
 * The simulated exchange without its HTTP side: prices, one user's wallet and loans. Nothing happens by itself; `advance` is called first and
 * carries out what is due by the clock.
 */
export class World implements ControlledWorld {
  readonly market: Market;
  readonly trading: Trading;
  readonly conditions = new Conditions();
  readonly controls = ['POST account', 'POST auto-margin', 'POST liquidate', 'POST repaying', 'POST maintenance'];
  /** Set by hand; a new start has the first of each. */
  readonly rules: RepayRules = { excess: 'taken', dust: 'kept' };
  /** What is told of maintenance. */
  maintenance: Parameters | undefined;
  /** Whether clients see order ids, and may name one. */
  readonly ordIds: boolean;
  readonly collateralAssets: CollateralAssets;
  settleMs: number;
  /** Grows with everything worth saving; a step of the walk alone is not. */
  revision = 0;
  readonly #clock: { now(): number };
  readonly #references: References;
  #state: Omit<WorldState, 'market' | 'lastRefId' | 'trading'>;

  constructor({ clock, settleMs, state, ordIds = true, collateralAssets = 'wallet', posMode, trading, ...initial }: WorldOptions) {
    this.#clock = clock;
    this.collateralAssets = collateralAssets;
    this.ordIds = ordIds;
    this.settleMs = settleMs;
    const { market, lastRefId, trading: kept, ...rest } = state ?? initialState({ ...initial, now: clock.now() });
    this.market = new Market(coins, market);
    this.#references = new References(lastRefId);
    this.#state = rest;
    const begun = kept ?? { ...initialTrading(this.market, clock.now()), ...trading };
    this.trading = new Trading(this.market, begun, () => {
      this.touch();
    });
    if (posMode !== undefined) this.trading.posMode = posMode;
  }

  get wallet(): readonly Holding[] {
    return this.#state.wallet;
  }
  get history(): readonly HistoryRow[] {
    return this.#state.history;
  }
  get interest(): readonly InterestRow[] {
    return this.#state.interest;
  }
  get adjustments(): readonly Adjustment[] {
    return this.#state.adjustments;
  }

  get repayments(): readonly Repayment[] {
    return this.#state.repayments ?? [];
  }

  /** Orders that still hold or owe something, oldest first. */
  orders(): readonly Order[] {
    const live = this.#state.orders.filter((one) => one.collateral.length > 0 || one.debts.some((debt) => !isZero(debt.amt)));
    return this.ordIds ? live : live.slice(0, 1);
  }

  /**
   * The order called `ordId`, or the oldest one when none is named. Undefined when none is named and there is no order at all.
   * @throws Refusal 51063 when the named one does not exist.
   */
  order(ordId: string | undefined): Order | undefined {
    const orders = this.orders();
    if (ordId === undefined || !this.ordIds) return orders[0];
    const order = orders.find((one) => one.ordId === ordId);
    if (order === undefined) throw new Refusal('51063');
    return order;
  }

  /** The most of `ccy` that can be taken out of an order now. */
  redeemable(order: Order, ccy: string): Decimal {
    return redeemable(order, ccy, this.adjustments, this.market);
  }

  /** What the user may still borrow of `ccy`, in that coin; undefined when it cannot be borrowed. */
  remainingQuota(ccy: string): Decimal | undefined {
    const quota = findCoin(ccy)?.borrow?.quota;
    return quota === undefined ? undefined : subtract(quota, sum(this.orders().map((one) => amountOf(one.debts, ccy))));
  }

  /** When the next accepted adjustment or change of margin becomes effective. */
  nextDueAt(): number | undefined {
    const due = [...this.adjustments, ...this.repayments, ...this.trading.changes]
      .filter((one) => one.state === 'pending')
      .map((one) => one.dueAt);
    return due.length === 0 ? undefined : Math.min(...due);
  }

  /** Carries out everything due by now: steps of the walk, changes of margin and liquidations, settlements, interest. */
  advance(): void {
    const now = this.#clock.now();
    this.market.advance(now);
    this.trading.advance(now);
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
   * @throws Refusal with the documented code when it may not be.
   */
  adjust(ordId: string | undefined, request: AdjustRequest, deviation?: Deviation): void {
    const order = this.order(ordId);
    if (order === undefined) throw new Refusal('51063');
    checkLoanConditions(this.conditions, request, order.collateral);
    checkAdjustment(order, request, leaving(this.wallet, this.repayments), this.adjustments, this.market);
    const acceptedAt = this.#clock.now();
    const adjustment: Adjustment = {
      ordId: order.ordId,
      ...deviate(request, deviation),
      acceptedAt,
      dueAt: acceptedAt + this.settleMs * (deviation === 'settled-late' ? 2 : 1),
      state: deviation === 'never-settled' ? 'never' : 'pending',
    };
    this.#change({ adjustments: [...this.adjustments, adjustment].slice(-adjustmentsKept) });
  }

  /**
   * Accepts a repayment; it becomes effective `settleMs` later.
   * @throws Refusal with the documented code when it may not be.
   */
  repay(ordId: string | undefined, request: RepayRequest, deviation?: Deviation): void {
    const order = this.ordIds ? this.order(ordId) : undefined;
    if (order === undefined) throw new Refusal('51063');
    const acceptedAt = this.#clock.now();
    const { conditions, rules } = this;
    checkRepayment(order, request, this.wallet, this.repayments, { conditions, rules, now: acceptedAt });
    this.#accept(order, request, 'repay', deviation);
  }

  /**
   * Accepts that more is borrowed on an order; it becomes effective `settleMs` later.
   * @throws Refusal with the documented code when it may not be.
   */
  borrow(ordId: string | undefined, request: RepayRequest, deviation?: Deviation): void {
    const order = this.ordIds && ordId !== undefined ? this.order(ordId) : undefined;
    if (order === undefined) throw new Refusal('51063');
    const quota = this.remainingQuota(request.ccy);
    const most = quota === undefined ? zero : maxLoan(order, [], request.ccy, quota, this.market).maxLoan;
    checkBorrowing(order, request, this.repayments, { conditions: this.conditions, now: this.#clock.now(), most, quota });
    this.#accept(order, request, 'borrow', deviation);
  }

  #accept(order: Order, request: RepayRequest, asked: Repayment['type'], deviation: Deviation | undefined): void {
    const acceptedAt = this.#clock.now();
    const repayment: Repayment = {
      ordId: order.ordId,
      clOrdId: request.clOrdId,
      ...deviated(request, asked, deviation),
      acceptedAt,
      dueAt: acceptedAt + this.settleMs * (deviation === 'settled-late' ? 2 : 1),
      state: deviation === 'never-settled' ? 'never' : 'pending',
    };
    this.#change({ repayments: [...this.repayments, repayment].slice(-adjustmentsKept) });
  }

  /**
   * Changes the margin of a position, at once; `settleMs` later if a fault requires it.
   * @throws Refusal with the documented code when it may not be.
   */
  changeMargin(request: MarginRequest, deviation?: Deviation): ReturnType<Trading['change']> {
    checkMarginConditions(this.conditions, request.instId);
    return this.trading.change(request, this.#clock.now(), this.settleMs, deviation);
  }

  /** Charges one hour's interest at once, stamped now. */
  accrueNow(): void {
    this.#accrue(this.#clock.now(), this.#state.accruedAt);
  }

  empty(coin: string | undefined): void {
    this.#change({ wallet: emptied(this.wallet, coin) });
    this.trading.empty(coin);
  }

  /** Notes that something worth saving happened outside, e.g. a price was moved by hand. */
  touch(): void {
    this.revision += 1;
  }

  get about(): Readonly<Record<string, unknown>> {
    const { posMode, acctLv } = this.trading;
    return { venue: 'okx', ordIds: this.ordIds, posMode, acctLv };
  }

  /**
   * - `POST account`: another position mode or account mode, which a real account only changes while it holds nothing.
   * - `POST auto-margin {instId, posSide, amt}`: OKX adds margin to a position automatically.
   * - `POST liquidate {loan}`: an order is liquidated whole. Prices alone don't do it, so that a loan beyond its threshold can be seen.
   * - `POST repaying {excess, dust}`: what is made of repayments of too much or too little, `taken` or `refused`, `kept` or `forgiven`.
   * - `POST maintenance {state, begin, end}`: told over sockets and when asked, in OKX's words; `begin` and `end` as text.
   */
  control(what: string, body: Parameters): unknown {
    if (what === 'POST repaying') {
      const { excess = this.rules.excess, dust = this.rules.dust } = body;
      if (excess !== 'taken' && excess !== 'refused') throw new RangeError('excess must be taken or refused');
      if (dust !== 'kept' && dust !== 'forgiven') throw new RangeError('dust must be kept or forgiven');
      return Object.assign(this.rules, { excess, dust });
    }
    if (what === 'POST maintenance') {
      const { state = 'ongoing', begin = this.#clock.now().toString(), end = '' } = body;
      const about = { title: 'Spot System Upgrade', href: '', preOpenBegin: '', scheDesc: '', serviceType: '5', system: 'unified' };
      this.maintenance = { state, begin, end, ...about, maintType: '1', env: '1' };
      return this.maintenance;
    }
    if (what === 'POST liquidate') {
      this.#liquidate(body['loan']);
      return { ok: true };
    }
    if (what === 'POST auto-margin') {
      this.trading.addByItself(body, this.#clock.now());
      return { ok: true };
    }
    if (what !== 'POST account') return undefined;
    this.trading.configure(body);
    return this.about;
  }

  recorded(): RecordedAdjustment[] {
    return [...recorded(this.adjustments), ...recordedRepayments(this.repayments)].sort((a, b) => a.when - b.when);
  }

  recordedMargins(): RecordedMargin[] {
    return this.trading.recorded();
  }

  /** Everything, as plain data. */
  state(): WorldState {
    return { ...this.#state, market: this.market.state(), lastRefId: this.#references.last, trading: this.trading.state() };
  }

  #change(change: Partial<WorldState>): void {
    this.#state = { ...this.#state, ...change };
    this.touch();
  }

  #settleDue(dueAt: number): void {
    const adjustments = this.adjustments.map((one) => {
      if (one.state !== 'pending' || one.dueAt !== dueAt) return one;
      return { ...one, amt: this.#move(one), state: 'effective' as const };
    });
    this.#change({ adjustments });
    const repayments = this.repayments.map((one) => {
      if (one.state !== 'pending' || one.dueAt !== dueAt) return one;
      return { ...one, amt: this.#pay(one), state: 'effective' as const };
    });
    if (repayments.length > 0) this.#change({ repayments });
  }

  /** Pays the coins and writes the history rows. Returns what was really paid. */
  #pay(repayment: Repayment): Decimal {
    const { ordId, dueAt } = repayment;
    const order = this.#state.orders.find((one) => one.ordId === ordId);
    if (order === undefined) return zero;
    const paid = executed(order, repayment, this.wallet, this.market, this.rules);
    const rows = paid.rows.map((row): HistoryRow => ({ refId: this.#references.next(dueAt), ordId, ...row, at: dueAt }));
    const orders = this.#state.orders.flatMap((one) => (one.ordId !== ordId ? [one] : paid.order === undefined ? [] : [paid.order]));
    this.#change({ orders, wallet: paid.wallet, history: [...this.history, ...rows] });
    return paid.amt;
  }

  /** Moves the coins and writes the history row. Returns what really moved: a fault may demand more than there is. */
  #move({ ordId, type, ccy, amt: wanted, dueAt }: Adjustment): Decimal {
    const order = this.#state.orders.find((one) => one.ordId === ordId);
    const source = type === 'add' ? this.wallet : (order?.collateral ?? []);
    const amt = lesser(wanted, amountOf(source, ccy));
    if (isZero(amt)) return amt;
    const toLoan = type === 'add' ? amt : negate(amt);
    const orders = this.#state.orders.map((one) =>
      one.ordId === ordId ? { ...one, collateral: changed(one.collateral, ccy, toLoan) } : one,
    );
    const kind: HistoryType = type === 'add' ? 'collateral_locked' : 'collateral_released';
    const row: HistoryRow = { refId: this.#references.next(dueAt), ordId, type: kind, ccy, amt: negate(toLoan), at: dueAt };
    this.#change({ orders, wallet: changed(this.wallet, ccy, negate(toLoan)), history: [...this.history, row] });
    return amt;
  }

  /** The collateral is sold, the debt bought back and settled with it, in the words the history has for that; nothing is left. */
  #liquidate(ordId: unknown): void {
    const order = this.orders().find((one) => one.ordId === ordId);
    if (order === undefined) throw new RangeError(`there is no loan ${String(ordId)}`);
    const at = this.#clock.now();
    const rowOf = (type: HistoryType, { ccy, amt }: Holding): HistoryRow => ({
      refId: this.#references.next(at),
      ordId: order.ordId,
      type,
      ccy,
      amt,
      at,
    });
    const out = ({ ccy, amt }: Holding): Holding => ({ ccy, amt: negate(amt) });
    const rows = [
      ...order.collateral.map((one) => rowOf('sell_collateral', out(one))),
      ...order.debts.flatMap((one) => [rowOf('buy_borrowed_coin', one), rowOf('forced_liquidation', out(one))]),
    ];
    this.#change({ orders: this.#state.orders.filter((one) => one.ordId !== order.ordId), history: [...this.history, ...rows] });
  }

  #accrue(at: number, accruedAt = at): void {
    const rows: InterestRow[] = [];
    const orders = this.#state.orders.map((order) => {
      let { debts } = order;
      for (const { ccy, amt: loan } of order.debts) {
        const rate = knownCoin(ccy).borrow?.rate;
        if (rate === undefined || isZero(loan)) continue;
        const interest = hourlyInterest(loan, rate);
        debts = changed(debts, ccy, interest);
        rows.push({ refId: this.#references.next(at), ordId: order.ordId, ccy, loan, interest, rate, at });
      }
      return { ...order, debts };
    });
    const interest = [...this.interest, ...rows].filter((row) => row.at > at - interestKeptMs);
    this.#change({ orders, interest, accruedAt });
  }
}
