import {
  add,
  compare,
  decimal,
  divide,
  greater,
  isPositive,
  isZero,
  lesser,
  multiply,
  negate,
  subtract,
  sum,
  zero,
  type Decimal,
} from '../../core/decimal.ts';
import type { Conditions } from '../conditions.ts';
import type { RecordedAdjustment } from '../control.ts';
import { changed, type Holding } from '../holdings.ts';
import type { Market } from '../market.ts';
import { available, type Situation } from './adjusting.ts';
import { Refusal } from './answers.ts';
import { findCoin } from './coins.ts';
import type { FixedDebt, LegacyOrder, Pool, Repayment, WorldState } from './state.ts';
import { flexibleDebt, legacyDebt } from './valuation.ts';

/** What is paid back: of a flexible debt, of an older order, or whole fixed contracts. */
export type RepayRequest = Pick<Repayment, 'ccy' | 'amt' | 'orderId' | 'loans' | 'sells'>;

/**
 * What happens to an amount above the debt, which isn't documented: the least amount on the coin's grid that covers the debt takes the debt
 * and no more, or anything above the debt is refused.
 */
export const overpayModes = ['rounded', 'refused'] as const;
export type Overpay = (typeof overpayModes)[number];

const penaltyAnd = ({ principal, penalty }: FixedDebt): Decimal => add(principal, penalty);

/** What is charged on top of a sale, as a part of it. Bybit's is not documented in its API. */
const fee = decimal('0.01');
/** In USD, for one repayment with collateral. */
const mostSold = decimal('300000');

/** How much of the pledged coin pays `amt` of the debt, fee included. */
const soldFor = (ccy: string, amt: Decimal, sells: string, market: Market): Decimal =>
  divide(multiply(multiply(amt, market.price(ccy)), add(decimal('1'), fee)), market.price(sells), 8, 'up');

/** @throws Refusal when so much can't be sold of the collateral */
function checkSale(situation: Situation, { ccy, amt }: RepayRequest, sells: string): void {
  if (sells === ccy) throw new Refusal('148040');
  const pledged = situation.pool.collateral.find((one) => one.ccy === sells)?.amt ?? zero;
  if (isZero(pledged)) throw new Refusal('148040');
  if (compare(multiply(amt, situation.market.price(ccy)), mostSold) > 0) throw new Refusal('148047');
  if (compare(soldFor(ccy, amt, sells, situation.market), pledged) > 0) throw new Refusal('148012');
}

/** The contract called `loanId`. @throws Refusal 148023 when there is none, 148033 when nothing is owed on it */
export function openContract(pool: Pool, loanId: string): FixedDebt {
  const found = pool.fixed.find((one) => one.loanId === loanId);
  if (found === undefined) throw new Refusal('148023');
  if (isZero(penaltyAnd(found))) throw new Refusal('148033');
  return found;
}

/** Everything owed on these contracts of one coin. */
export function wholeOf(ccy: string, contracts: readonly FixedDebt[]): RepayRequest {
  const loans = contracts.map((one) => ({ loanId: one.loanId, amt: penaltyAnd(one) }));
  return { ccy, amt: sum(loans.map(({ amt }) => amt)), loans };
}

/**
 * Whether a repayment may be accepted. What accepted ones have claimed counts as paid.
 * @throws Refusal with the documented code when not.
 */
export function checkRepayment(situation: Situation, conditions: Conditions, request: RepayRequest, overpay: Overpay): void {
  const { ccy, amt, orderId, loans } = request;
  const older = orderId !== undefined;
  if (conditions.is('frozen')) throw new Refusal('10027');
  if (conditions.is('liquidating')) throw new Refusal(older ? '177005' : '148031');
  const waiting = situation.repaid.filter(isWaiting);
  if (loans?.some(({ loanId }) => waiting.some((one) => one.loans?.some((part) => part.loanId === loanId)))) throw new Refusal('148041');
  for (const { loanId, amt: part } of request.sells === undefined ? [] : (loans ?? []))
    if (compare(part, penaltyAnd(openContract(situation.pool, loanId))) > 0) throw new Refusal('148038');
  if (loans === undefined) {
    const claimed = sum(waiting.filter((one) => isSameDebt(one, request)).map((one) => one.amt));
    const left = greater(subtract(owed(situation, request), claimed), zero);
    const places = findCoin(ccy)?.borrow?.places ?? 0;
    const most = overpay === 'refused' ? left : divide(left, decimal('1'), places, 'up');
    if (isZero(left) && !older) throw new Refusal('148032');
    if (compare(amt, most) > 0) throw new Refusal(older ? '177010' : '148038');
  }
  // Of an amount that was rounded up, only the debt is taken.
  const taken = loans === undefined ? lesser(owed(situation, request), amt) : amt;
  if (request.sells !== undefined) checkSale(situation, request, request.sells);
  else if (compare(taken, available(situation, ccy)) > 0) throw new Refusal(older ? '177011' : '148029');
}

/** Whether a change is accepted and not yet at its end. */
export const isWaiting = ({ state }: Pick<Repayment, 'state'>): boolean => state === 'pending' || state === 'failing';

function isSameDebt(one: Repayment, { ccy, orderId }: RepayRequest): boolean {
  return one.loans === undefined && one.orderId === orderId && one.ccy === ccy;
}

function owed({ pool, legacyOrders }: Situation, { ccy, orderId }: RepayRequest): Decimal {
  if (orderId === undefined) return flexibleDebt(pool, ccy);
  const order = legacyOrders.find((one) => one.orderId === orderId);
  return order === undefined ? zero : legacyDebt(order);
}

const firstLegacyId = 1_794_271_131_730_737_664n;
/** Ids go on from those of the past. */
const firstIds = { flexible: 1774, fixed: 1783 } as const;

/** The id of a repayment that `before` others came before. */
export function repayId({ orderId, loans }: Pick<Repayment, 'orderId' | 'loans'>, before: number): string {
  if (orderId !== undefined) return (firstLegacyId + BigInt(before + 1) * 4099n).toString();
  return (firstIds[loans === undefined ? 'flexible' : 'fixed'] + before).toString();
}

/** What a fault makes of a repayment. */
export function deviateRepayment(request: RepayRequest, deviation: string | undefined): RepayRequest & Pick<Repayment, 'borrows'> {
  if (deviation === 'reversed-direction') return { ...request, borrows: true };
  if (deviation !== 'wrong-amount') return request;
  const half = (amt: Decimal): Decimal => divide(amt, decimal('2'), 18, 'up');
  const { loans } = request;
  const parts = loans === undefined ? {} : { loans: loans.map((one) => ({ ...one, amt: half(one.amt) })) };
  return { ...request, amt: half(request.amt), ...parts };
}

type Held = Pick<WorldState, 'wallet' | 'pool' | 'legacyOrders'>;

/**
 * The effect of a repayment that is carried out now; undefined where it has none, because nothing is owed or nothing is in the wallet.
 * Interest is paid first. Collateral comes back only with the last debt.
 */
export function repayNow(
  held: Held,
  one: Repayment,
  market: Market,
): { readonly done: Partial<Repayment>; readonly change: Partial<Held> } | undefined {
  if (one.orderId !== undefined) return repayOrder(held, one, one.orderId);
  const inWallet = held.wallet.find(({ ccy }) => ccy === one.ccy)?.amt ?? zero;
  let left = one.borrows === true || one.sells !== undefined ? one.amt : lesser(one.amt, inWallet);
  const pay = <Debt>(debt: Debt, wanted: Decimal, parts: (debt: Debt, amt: Decimal) => Paid<Debt>): Paid<Debt> => {
    const paid = parts(debt, lesser(wanted, left));
    left = subtract(left, paid.amt);
    return paid;
  };
  const sign = one.borrows === true;
  const fixed = held.pool.fixed.map((debt) => {
    const part = one.loans?.find(({ loanId }) => loanId === debt.loanId);
    return part === undefined ? { debt, amt: zero } : pay(debt, part.amt, (was, amt) => payFixed(was, amt, sign));
  });
  const flexible = held.pool.flexible.map((debt) => {
    if (one.loans !== undefined || debt.ccy !== one.ccy) return { debt, amt: zero };
    return pay(debt, one.amt, (was, amt) => payFlexible(was, amt, sign));
  });
  const amt = sum([...fixed, ...flexible].map((paid) => paid.amt));
  if (isZero(amt)) return undefined;
  const sold = one.sells === undefined ? zero : soldFor(one.ccy, amt, one.sells, market);
  const pledged = held.pool.collateral.find(({ ccy }) => ccy === one.sells)?.amt ?? zero;
  const collateral =
    one.sells === undefined || sign ? held.pool.collateral : changed(held.pool.collateral, one.sells, negate(lesser(sold, pledged)));
  const pool: Pool = {
    ...held.pool,
    collateral,
    fixed: fixed.map(({ debt }) => debt),
    flexible: flexible.map(({ debt }) => debt).filter(({ principal, interest }) => isPositive(add(principal, interest))),
  };
  const wallet = one.sells !== undefined && !sign ? held.wallet : changed(held.wallet, one.ccy, sign ? amt : negate(amt));
  const loans = one.loans?.map(({ loanId }) => ({ loanId, amt: fixed.find(({ debt }) => debt.loanId === loanId)?.amt ?? zero }));
  const done = { amt, ...(loans === undefined ? {} : { loans }) };
  const isOpen = pool.flexible.length > 0 || pool.fixed.some((debt) => isPositive(penaltyAnd(debt)));
  if (isOpen) return { done, change: { wallet, pool } };
  return { done, change: { wallet: returning(wallet, pool.collateral), pool: { ...pool, collateral: [] } } };
}

interface Paid<Debt> {
  readonly debt: Debt;
  readonly amt: Decimal;
}

function payFixed(debt: FixedDebt, wanted: Decimal, borrows: boolean): Paid<FixedDebt> {
  const { first, second, amt } = inTurn(debt.penalty, debt.principal, wanted, borrows);
  return { debt: { ...debt, penalty: first, principal: second }, amt };
}

function payFlexible(debt: Pool['flexible'][number], wanted: Decimal, borrows: boolean): Paid<Pool['flexible'][number]> {
  const { first, second, amt } = inTurn(debt.interest, debt.principal, wanted, borrows);
  return { debt: { ...debt, interest: first, principal: second }, amt };
}

/** Interest is paid before principal; borrowing adds to the principal. */
function inTurn(interest: Decimal, principal: Decimal, wanted: Decimal, borrows: boolean) {
  if (borrows) return { first: interest, second: add(principal, wanted), amt: wanted };
  const amt = lesser(wanted, add(interest, principal));
  const first = lesser(amt, interest);
  return { first: subtract(interest, first), second: subtract(principal, subtract(amt, first)), amt };
}

function repayOrder(held: Held, one: Repayment, orderId: string): ReturnType<typeof repayNow> {
  const order = held.legacyOrders.find((other) => other.orderId === orderId);
  if (order === undefined) return undefined;
  const inWallet = held.wallet.find(({ ccy }) => ccy === one.ccy)?.amt ?? zero;
  const borrows = one.borrows === true;
  const { first, second, amt } = inTurn(order.interest, order.loan.amt, borrows ? one.amt : lesser(one.amt, inWallet), borrows);
  if (isZero(amt)) return undefined;
  const wallet = changed(held.wallet, one.ccy, borrows ? amt : subtract(zero, amt));
  const next: LegacyOrder = { ...order, interest: first, loan: { ...order.loan, amt: second } };
  if (isPositive(legacyDebt(next))) {
    const legacyOrders = held.legacyOrders.map((other) => (other === order ? next : other));
    return { done: { amt }, change: { wallet, legacyOrders } };
  }
  const legacyOrders = held.legacyOrders.filter((other) => other !== order);
  return { done: { amt, returned: order.collateral.amt }, change: { wallet: returning(wallet, [order.collateral]), legacyOrders } };
}

/** A wallet with what comes back to it. */
const returning = (wallet: readonly Holding[], back: readonly Holding[]): readonly Holding[] =>
  back.reduce<readonly Holding[]>((all, { ccy, amt }) => changed(all, ccy, amt), wallet);

/** Every accepted repayment a client made, as it was really carried out. */
export function recordedRepayments(repaid: readonly Repayment[]): RecordedAdjustment[] {
  return repaid.flatMap(({ by, orderId, loans, borrows, sells, ccy, amt, at, state }) => {
    const loan = orderId ?? loans?.map(({ loanId }) => loanId).join();
    const type = borrows === true ? 'borrow' : sells === undefined ? 'repay' : `sell ${sells}`;
    return by === 'user' ? [{ ...(loan === undefined ? {} : { loan }), type, ccy, amt, when: at, state }] : [];
  });
}
