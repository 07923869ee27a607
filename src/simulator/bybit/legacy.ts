// The older generation. It can be removed as a whole: this file, and everything named `legacy` in this folder.
import { removableFromOrder } from './adjusting.ts';
import { Refusal } from './answers.ts';
import { findCoin } from './coins.ts';
import { amountIn, oneOf, optional, page, required, type AmountCodes, type Endpoint, type Question } from './endpoints.ts';
import { directions } from './state.ts';
import { currentLegacyLtv, trimmed } from './valuation.ts';

const root = '/v5/crypto-loan/';
const wrong = '177003';
const amountCodes: AmountCodes = { wrong, negative: wrong, precision: '177004' };

function ongoingOrders({ world, parameters }: Question): Record<string, unknown> {
  const orderId = optional(parameters, 'orderId', wrong);
  const loanCcy = optional(parameters, 'loanCurrency', wrong);
  const collateralCcy = optional(parameters, 'collateralCurrency', wrong);
  const termType = optional(parameters, 'loanTermType', wrong);
  if (termType !== undefined && termType !== '1' && termType !== '2') throw new Refusal(wrong, 'loanTermType');
  if (termType === '1') required(parameters, 'loanTerm', wrong);
  // No fixed loan can still be open: borrowing ended longer ago than the longest term.
  const found = (termType === '1' ? [] : world.legacyOrders)
    .filter((one) => (orderId ?? one.orderId) === one.orderId && (loanCcy ?? one.loan.ccy) === one.loan.ccy)
    .filter(({ collateral }) => (collateralCcy ?? collateral.ccy) === collateral.ccy);
  const { rows, nextPageCursor } = page(found, (one) => one.orderId, parameters);
  const list = rows.map((order) => ({
    orderId: order.orderId,
    loanCurrency: order.loan.ccy,
    collateralCurrency: order.collateral.ccy,
    collateralAmount: order.collateral.amt,
    currentLTV: currentLegacyLtv(order, world.market),
    totalDebt: order.loan.amt,
    residualInterest: order.interest,
    residualPenaltyInterest: '0',
    hourlyInterestRate: order.hourlyRate,
    loanTerm: '',
    expirationTime: '',
  }));
  return { list, nextPageCursor };
}

function maxCollateralAmount({ world, parameters }: Question): Record<string, unknown> {
  const order = world.legacyOrder(required(parameters, 'orderId', wrong));
  return { maxCollateralAmount: removableFromOrder(world.situation(), order) };
}

function adjust({ world, parameters, deviation }: Question): Record<string, unknown> {
  const direction = oneOf(parameters, 'direction', directions, wrong);
  const { orderId, collateral } = world.legacyOrder(required(parameters, 'orderId', wrong));
  const amt = amountIn(parameters, amountCodes);
  return { adjustId: world.adjust({ direction, ccy: collateral.ccy, amt, orderId }, deviation) };
}

function repay({ world, parameters, deviation }: Question): Record<string, unknown> {
  const { orderId, loan } = world.legacyOrder(required(parameters, 'orderId', wrong));
  const amt = amountIn(parameters, amountCodes, findCoin(loan.ccy)?.borrow?.places);
  return { repayId: world.repay({ ccy: loan.ccy, amt, orderId }, deviation) };
}

/** No status here: what is listed has happened. */
function adjustmentHistory({ world, parameters }: Question): Record<string, unknown> {
  const orderId = optional(parameters, 'orderId', wrong);
  const adjustId = optional(parameters, 'adjustId', wrong);
  const ccy = optional(parameters, 'collateralCurrency', wrong);
  const found = world.adjustments
    .filter((one) => one.orderId !== undefined && one.state === 'effective')
    .filter(
      (one) => (orderId ?? one.orderId) === one.orderId && (adjustId ?? one.adjustId) === one.adjustId && (ccy ?? one.ccy) === one.ccy,
    )
    .reverse();
  const { rows, nextPageCursor } = page(found, (one) => one.adjustId, parameters);
  const list = rows.map((one) => ({
    collateralCurrency: one.ccy,
    orderId: one.orderId,
    adjustId: one.adjustId,
    adjustTime: one.acceptedAt.toString(),
    amount: trimmed(one.amt),
    preLTV: one.ltvBefore,
    afterLTV: one.ltvAfter,
    direction: Number(one.direction),
  }));
  return { list, nextPageCursor };
}

const read = { method: 'GET', access: 'loans', perSecond: 5, legacy: true } as const;

/** The older loan: one order, one coin against one coin. Its limits are not printed; these are those of the newer one. */
export const legacyEndpoints: readonly Endpoint[] = [
  { ...read, path: `${root}ongoing-orders`, answer: ongoingOrders },
  { ...read, path: `${root}max-collateral-amount`, answer: maxCollateralAmount },
  { ...read, method: 'POST', access: 'loans-write', perSecond: 1, path: `${root}adjust-ltv`, answer: adjust },
  { ...read, method: 'POST', access: 'loans-write', perSecond: 1, path: `${root}repay`, answer: repay },
  { ...read, path: `${root}adjustment-history`, answer: adjustmentHistory },
];
