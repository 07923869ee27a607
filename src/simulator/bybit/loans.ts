import { add, compare, isPositive, isZero, multiply, sum, type Decimal } from '../../core/decimal.ts';
import type { Holding } from '../holdings.ts';
import { isParameters } from '../request.ts';
import { available, removable } from './adjusting.ts';
import { jsonInteger, Refusal } from './answers.ts';
import { findCoin } from './coins.ts';
import { amountIn, oneOf, optional, page, required, type AmountCodes, type Endpoint, type Question } from './endpoints.ts';
import { openContract, wholeOf } from './repaying.ts';
import { directions, type Adjustment, type FixedDebt } from './state.ts';
import {
  collateralUsd,
  currentPoolLtv,
  debtCoins,
  dueAt,
  fixedDebt,
  flexibleDebt,
  maxLoan,
  printedUsd,
  remainingQuota,
  trimmed,
} from './valuation.ts';

const root = '/v5/crypto-loan-common/';
const flexibleRoot = '/v5/crypto-loan-flexible/';
const fixedRoot = '/v5/crypto-loan-fixed/';
const amountCodes: AmountCodes = { wrong: '10001', negative: '148007', precision: '148005' };
/** `status` of an adjustment: 1 done, 2 on its way, 3 failed. */
const statuses = { effective: 1, pending: 2, failing: 2, never: 2, failed: 3 } as const;

/** Printed totals are the sums of the printed parts. */
function position({ world }: Question): Record<string, unknown> {
  const { pool, market, cap } = world;
  const usd = (ccy: string, amt: Decimal): Decimal => printedUsd(multiply(amt, market.price(ccy)));
  const borrowList = debtCoins(pool).map((ccy) => ({
    loanCurrency: ccy,
    flexibleTotalDebt: trimmed(flexibleDebt(pool, ccy)),
    flexibleTotalDebtUSD: usd(ccy, flexibleDebt(pool, ccy)),
    fixedTotalDebt: trimmed(fixedDebt(pool, ccy)),
    fixedTotalDebtUSD: usd(ccy, fixedDebt(pool, ccy)),
    flexibleHourlyInterestRate: findCoin(ccy)?.borrow?.hourlyRate ?? '',
  }));
  const collateralList = pool.collateral.map((one) => ({
    currency: one.ccy,
    amount: one.amt,
    amountUSD: printedUsd(collateralUsd(one, market)),
  }));
  const supplyList = pool.supply.map(({ ccy, amt }) => ({ currency: ccy, amount: amt, amountUSD: usd(ccy, amt) }));
  return {
    ltv: currentPoolLtv(pool, market),
    totalCollateral: trimmed(sum(collateralList.map(({ amountUSD }) => amountUSD))),
    totalDebt: trimmed(sum(borrowList.map((one) => add(one.flexibleTotalDebtUSD, one.fixedTotalDebtUSD)))),
    totalSupply: trimmed(sum(supplyList.map(({ amountUSD }) => amountUSD))),
    borrowList,
    collateralList,
    supplyList,
    colRes: cap,
  };
}

function maxCollateralAmount({ world, parameters }: Question): Record<string, unknown> {
  const ccy = required(parameters, 'currency');
  if (findCoin(ccy) === undefined) throw new Refusal('148014', ccy);
  return { maxCollateralAmount: removable(world.situation(), ccy) };
}

function availableInventory({ world, parameters, now }: Question): Record<string, unknown> {
  const ccy = required(parameters, 'currency');
  if (findCoin(ccy) === undefined) throw new Refusal('148014', ccy);
  return { currency: ccy, availableInventory: world.inventory, updateTime: now.toString() };
}

function adjust({ world, parameters, deviation }: Question): Record<string, unknown> {
  const direction = oneOf(parameters, 'direction', directions);
  const ccy = required(parameters, 'currency');
  const amt = amountIn(parameters, amountCodes);
  return { adjustId: jsonInteger(world.adjust({ direction, ccy, amt }, deviation)) };
}

function adjustmentRow(one: Adjustment): Record<string, unknown> {
  return {
    adjustId: jsonInteger(one.adjustId),
    adjustTime: one.acceptedAt,
    collateralCurrency: one.ccy,
    amount: trimmed(one.amt),
    preLTV: one.ltvBefore,
    afterLTV: one.ltvAfter,
    direction: Number(one.direction),
    status: statuses[one.state],
  };
}

function adjustmentHistory({ world, parameters }: Question): Record<string, unknown> {
  const wantedId = optional(parameters, 'adjustId');
  const ccy = optional(parameters, 'collateralCurrency');
  const found = world.adjustments
    .filter((one) => one.orderId === undefined && (wantedId ?? one.adjustId) === one.adjustId && (ccy ?? one.ccy) === one.ccy)
    .reverse();
  const { rows, nextPageCursor } = page(found, (one) => one.adjustId, parameters);
  return { list: rows.map(adjustmentRow), nextPageCursor };
}

function moreCollateral({ world, parameters }: Question): Holding[] {
  const listed = parameters['collateralList'] ?? [];
  if (!Array.isArray(listed)) throw new Refusal('10001', 'collateralList');
  return listed.map((entry: unknown) => {
    if (!isParameters(entry)) throw new Refusal('10001', 'collateralList');
    const ccy = required(entry, 'ccy');
    const amt = amountIn(entry, amountCodes);
    if (findCoin(ccy)?.brackets === undefined) throw new Refusal('148004', ccy);
    if (compare(amt, available(world.situation(), ccy)) > 0) throw new Refusal('148037');
    return { ccy, amt };
  });
}

function mostToBorrow(question: Question): Record<string, unknown> {
  const { world, parameters } = question;
  const currency = required(parameters, 'currency');
  if (findCoin(currency)?.borrow === undefined) throw new Refusal('148014', currency);
  const most = maxLoan(world.pool, currency, moreCollateral(question), world.market);
  return {
    currency,
    maxLoan: most,
    notionalUsd: printedUsd(multiply(most, world.market.price(currency))),
    remainingQuota: trimmed(remainingQuota(world.pool, currency)),
  };
}

function ongoingCoins({ world, parameters }: Question): Record<string, unknown> {
  const wanted = optional(parameters, 'loanCurrency');
  const list = world.pool.flexible
    .filter((one) => (wanted ?? one.ccy) === one.ccy && !isZero(add(one.principal, one.interest)))
    .map(({ ccy, principal, interest }) => ({
      loanCurrency: ccy,
      hourlyInterestRate: findCoin(ccy)?.borrow?.hourlyRate ?? '',
      totalDebt: trimmed(add(principal, interest)),
      unpaidAmount: trimmed(principal),
      unpaidInterest: trimmed(interest),
    }));
  return { list };
}

const repayCodes: AmountCodes = { wrong: '10001', negative: '148007', precision: '148028' };

function repay({ world, parameters, deviation }: Question): Record<string, unknown> {
  const ccy = required(parameters, 'loanCurrency');
  const borrow = findCoin(ccy)?.borrow;
  if (borrow === undefined) throw new Refusal('148014', ccy);
  return { repayId: world.repay({ ccy, amt: amountIn(parameters, repayCodes, borrow.places) }, deviation) };
}

const borrowCodes: AmountCodes = { wrong: '10001', negative: '148007', precision: '148003' };

/** Against what the pool holds already: more collateral on the way is not simulated. */
function borrow({ world, parameters, deviation }: Question): Record<string, unknown> {
  const ccy = required(parameters, 'loanCurrency');
  const terms = findCoin(ccy)?.borrow;
  if (terms === undefined) throw new Refusal('148014', ccy);
  if (parameters['collateralList'] !== undefined) throw new Refusal('10001', 'collateralList');
  return { orderId: world.borrow({ ccy, amt: amountIn(parameters, borrowCodes, terms.places, 'loanAmount') }, deviation) };
}

/** One contract, or every contract of a coin; only the whole. */
function repayFully({ world, parameters, deviation }: Question): Record<string, unknown> {
  const loanId = optional(parameters, 'loanId');
  const coin = loanId === undefined ? required(parameters, 'loanCurrency') : optional(parameters, 'loanCurrency');
  const isOwed = ({ principal, penalty }: FixedDebt): boolean => isPositive(add(principal, penalty));
  const contracts =
    loanId === undefined ? world.pool.fixed.filter((one) => one.ccy === coin && isOwed(one)) : [openContract(world.pool, loanId)];
  const [first] = contracts;
  if (first === undefined) throw new Refusal('148032');
  if (coin !== undefined && coin !== first.ccy) throw new Refusal('10001', 'loanCurrency');
  return { repayId: world.repay(wholeOf(first.ccy, contracts), deviation) };
}

/** Of a flexible debt, or of a contract. Without its id the real one chooses a contract; this one refuses. The answer is empty. */
function repayWithCollateral({ world, parameters, deviation }: Question, isFixed: boolean): Record<string, unknown> {
  const ccy = required(parameters, 'loanCurrency');
  const borrow = findCoin(ccy)?.borrow;
  if (borrow === undefined) throw new Refusal('148014', ccy);
  const sells = required(parameters, 'collateralCoin');
  if (findCoin(sells)?.brackets === undefined) throw new Refusal('148004', sells);
  const amt = amountIn(parameters, repayCodes, borrow.places);
  const contract = isFixed ? openContract(world.pool, required(parameters, 'loanId')) : undefined;
  if (contract !== undefined && contract.ccy !== ccy) throw new Refusal('10001', 'loanCurrency');
  world.repay({ ccy, amt, sells, ...(contract === undefined ? {} : { loans: [{ loanId: contract.loanId, amt }] }) }, deviation);
  return {};
}

function borrowContracts({ world, parameters, now }: Question): Record<string, unknown> {
  const [orderId, loanId, ccy, term] = ['orderId', 'loanId', 'orderCurrency', 'term'].map((name) => optional(parameters, name));
  const found = world.pool.fixed
    .filter((one) => (orderId ?? one.orderId) === one.orderId && (loanId ?? one.loanId) === one.loanId && (ccy ?? one.ccy) === one.ccy)
    .filter((one) => (term ?? one.termDays.toString()) === one.termDays.toString())
    .reverse();
  const { rows, nextPageCursor } = page(found, (one) => one.loanId, parameters);
  const list = rows.map((one) => ({
    orderId: one.orderId,
    loanId: one.loanId,
    borrowCurrency: one.ccy,
    annualRate: one.annualRate,
    borrowTime: one.borrowedAt.toString(),
    repaymentTime: dueAt(one).toString(),
    interestPaid: one.interestPaid,
    residualPrincipal: one.principal,
    residualPenaltyInterest: one.penalty,
    term: one.termDays.toString(),
    status: !isPositive(one.principal) ? 2 : dueAt(one) < now ? 3 : 1,
    repayType: one.repayType,
    autoRepay: one.repayType === '1' ? 'true' : 'false',
  }));
  return { list, nextPageCursor };
}

const read = { method: 'GET', access: 'loans', perSecond: 5 } as const;
const write = { method: 'POST', access: 'loans-write', perSecond: 1 } as const;

/** The newer loan: one pool per account. */
export const loanEndpoints: readonly Endpoint[] = [
  { ...read, path: `${root}position`, answer: position },
  { ...read, path: `${root}max-collateral-amount`, answer: maxCollateralAmount },
  { ...write, path: `${root}adjust-ltv`, answer: adjust },
  { ...read, path: `${root}adjustment-history`, answer: adjustmentHistory },
  { ...read, method: 'POST', path: `${root}max-loan`, answer: mostToBorrow },
  { ...read, path: `${flexibleRoot}ongoing-coin`, answer: ongoingCoins },
  { ...read, path: `${flexibleRoot}available-inventory`, answer: availableInventory },
  { ...write, path: `${flexibleRoot}repay`, answer: repay },
  { ...write, path: `${flexibleRoot}borrow`, answer: borrow },
  { ...read, path: `${fixedRoot}borrow-contract-info`, answer: borrowContracts },
  { ...write, path: `${fixedRoot}fully-repay`, answer: repayFully },
  { ...write, path: `${flexibleRoot}repay-collateral`, answer: (question) => repayWithCollateral(question, false) },
  { ...write, path: `${fixedRoot}repay-collateral`, answer: (question) => repayWithCollateral(question, true) },
];
