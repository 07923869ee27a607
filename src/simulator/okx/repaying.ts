import { compare, decimal, divide, isPositive, isZero, lesser, multiply, negate, type Decimal } from '../../core/decimal.ts';
import type { Conditions } from '../conditions.ts';
import type { RecordedAdjustment } from '../control.ts';
import { amountOf, changed, type Holding } from '../holdings.ts';
import type { Market } from '../market.ts';
import type { Deviation } from './adjusting.ts';
import { Refusal } from './answers.ts';
import type { HistoryType, Order, Repayment } from './state.ts';

/** What a client requests. */
export interface RepayRequest {
  readonly ccy: string;
  readonly amt: Decimal;
  readonly clOrdId: string;
}

/** What OKX does with too much and with too little is not documented: both ways of each can be tried. */
export interface RepayRules {
  /** More than is owed: only what is owed is taken, or all of it refused. */
  excess: 'taken' | 'refused';
  /** Less than a cent that is left: it stays owed, or the order is closed as if it were paid. */
  dust: 'kept' | 'forgiven';
}

/** For so long a client's id is known. */
const idKeptMs = 60_000;
const dustUsd = decimal('0.01');

/** What is on its way out of the wallet with repayments that are accepted. */
export function leaving(wallet: readonly Holding[], repayments: readonly Repayment[]): readonly Holding[] {
  return repayments
    .filter(({ state, type }) => state === 'pending' && type === 'repay')
    .reduce((left, { ccy, amt }) => changed(left, ccy, negate(lesser(amt, amountOf(left, ccy)))), wallet);
}

/**
 * Whether a repayment may be accepted.
 * @throws Refusal with the documented code when not; 51000 where none is documented
 */
export function checkRepayment(
  order: Order,
  { ccy, amt, clOrdId }: RepayRequest,
  wallet: readonly Holding[],
  known: readonly Repayment[],
  { conditions, rules, now }: { readonly conditions: Conditions; readonly rules: RepayRules; readonly now: number },
): void {
  knownId(known, clOrdId, now);
  if (conditions.is('frozen')) throw new Refusal('51738');
  if (conditions.is('liquidating')) throw new Refusal('50022');
  const owed = amountOf(order.debts, ccy);
  if (isZero(owed)) throw new Refusal('51000', 'ccy');
  if (rules.excess === 'refused' && compare(amt, owed) > 0) throw new Refusal('51000', 'amt');
  if (compare(amt, amountOf(leaving(wallet, known), ccy)) > 0) throw new Refusal('51736');
}

/** @throws Refusal when a client's id is known */
export function knownId(known: readonly Repayment[], clOrdId: string, now: number): void {
  const same = known.find((one) => one.clOrdId === clOrdId && now - one.acceptedAt < idKeptMs);
  if (same !== undefined) throw new Refusal(same.state === 'effective' ? '51016' : '51784');
}

/** What is really executed of a request to repay or to borrow: reversed it is the other. */
export function deviated(
  { ccy, amt }: RepayRequest,
  asked: Repayment['type'],
  deviation: Deviation | undefined,
): Pick<Repayment, 'type' | 'ccy' | 'amt'> {
  const type = deviation !== 'reversed-direction' ? asked : asked === 'repay' ? 'borrow' : 'repay';
  return { type, ccy, amt: deviation === 'wrong-amount' ? divide(amt, decimal('2'), 18, 'up') : amt };
}

/** A row of the history to be: its type, and the amount as the wallet sees it. */
type Row = Holding & { readonly type: HistoryType };

/** What a repayment does when it is executed. */
export interface Repaid {
  /** Undefined when it is paid off and closed. */
  readonly order: Order | undefined;
  readonly wallet: readonly Holding[];
  readonly rows: readonly Row[];
  readonly amt: Decimal;
}

/** Pays from the wallet what is there and what is owed; an order that owes nothing more releases its collateral and is closed. */
export function executed(
  order: Order,
  { type, ccy, amt: wanted }: Repayment,
  wallet: readonly Holding[],
  market: Market,
  { dust }: RepayRules,
): Repaid {
  const owed = amountOf(order.debts, ccy);
  const amt = type === 'borrow' ? wanted : lesser(lesser(wanted, owed), amountOf(wallet, ccy));
  const toDebt = type === 'borrow' ? amt : negate(amt);
  if (isZero(amt)) return { order, wallet, rows: [], amt };
  let debts = changed(order.debts, ccy, toDebt);
  const left = amountOf(debts, ccy);
  const isDust = isPositive(left) && compare(multiply(left, market.price(ccy)), dustUsd) < 0;
  if (dust === 'forgiven' && isDust) debts = changed(debts, ccy, negate(left));
  const after = changed(wallet, ccy, toDebt);
  const rows: readonly Row[] = [{ type: type === 'borrow' ? 'borrowed' : 'repaid', ccy, amt: toDebt }];
  if (debts.length > 0) return { order: { ...order, debts }, wallet: after, rows, amt };
  return {
    order: undefined,
    wallet: order.collateral.reduce<readonly Holding[]>((all, one) => changed(all, one.ccy, one.amt), after),
    rows: [...rows, ...order.collateral.map((one) => ({ type: 'collateral_released' as const, ...one }))],
    amt,
  };
}

/** Every accepted repayment, as it was really executed. */
export function recordedRepayments(repayments: readonly Repayment[]): RecordedAdjustment[] {
  return repayments.map(({ ordId, type, ccy, amt, acceptedAt, state }) => ({ loan: ordId, type, ccy, amt, when: acceptedAt, state }));
}
