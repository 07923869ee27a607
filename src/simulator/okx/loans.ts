import { multiply } from '../../core/decimal.ts';
import type { Holding } from '../holdings.ts';
import { isParameters } from '../request.ts';
import { readAmount } from './adjusting.ts';
import { Refusal } from './answers.ts';
import { coins, findCoin } from './coins.ts';
import { endpoint, optional, optionalId, required, type Endpoint, type Question } from './endpoints.ts';
import { isClientId, type Order } from './state.ts';
import { maxLoan, valuate } from './valuation.ts';

/** The order a request names. The older generation knows no ids and ignores one. */
function named({ world, parameters }: Question): string | undefined {
  return world.ordIds ? optionalId(parameters, 'ordId') : undefined;
}

/** The order a list is narrowed to, all when undefined. An unknown id finds nothing. */
export function narrowedTo(question: Question): string | undefined {
  return question.world.ordIds ? named(question) : question.world.orders()[0]?.ordId;
}

function borrowCurrencies(): readonly unknown[] {
  return coins.filter((coin) => coin.borrow !== undefined).map((coin) => ({ borrowCcy: coin.ccy }));
}

/** The wallet's coins that the order would take: any but the coin it owes. By the newer documentation, what the order holds. */
function collateralAssets(question: Question): readonly unknown[] {
  const { world, parameters } = question;
  const wanted = optional(parameters, 'ccy');
  const order = world.order(named(question));
  if (order === undefined) return [];
  if (world.collateralAssets === 'held')
    return [{ assets: order.collateral.filter(({ ccy }) => (wanted ?? ccy) === ccy).map(worthOf(world)) }];
  const assets = world.wallet
    .filter(
      ({ ccy }) =>
        (wanted === undefined || ccy === wanted) &&
        !world.conditions.is('coin-refused', ccy) &&
        !order.debts.some((debt) => debt.ccy === ccy),
    )
    .map(worthOf(world));
  return [{ assets }];
}

const worthOf =
  ({ market }: Question['world']) =>
  ({ ccy, amt }: Holding): unknown => ({ ccy, amt, notionalUsd: multiply(amt, market.price(ccy)) });

function supplementary(value: unknown, borrowCcy: string): Holding[] {
  if (value === undefined || value === '') return [];
  if (!Array.isArray(value)) throw new Refusal('51000', 'supCollateral');
  return value.map((entry: unknown) => {
    if (!isParameters(entry)) throw new Refusal('51000', 'supCollateral');
    const ccy = required(entry, 'ccy');
    const amt = readAmount('amt', entry['amt']);
    if (ccy === borrowCcy) throw new Refusal('51750', ccy);
    if (findCoin(ccy) === undefined) throw new Refusal('51752', ccy);
    return { ccy, amt };
  });
}

function maximumLoan(question: Question): readonly unknown[] {
  const { world, parameters } = question;
  const borrowCcy = required(parameters, 'borrowCcy');
  const remainingQuota = world.remainingQuota(borrowCcy);
  if (remainingQuota === undefined) throw new Refusal('51751', borrowCcy);
  const extra = supplementary(parameters['supCollateral'], borrowCcy);
  const order = world.order(named(question));
  if (order === undefined) return [];
  if (order.collateral.some(({ ccy }) => ccy === borrowCcy)) throw new Refusal('51750', borrowCcy);
  const debt = order.debts.find(({ ccy }) => extra.some((one) => one.ccy === ccy));
  if (debt !== undefined) throw new Refusal('51750', debt.ccy);
  return [{ borrowCcy, ...maxLoan(order, extra, borrowCcy, remainingQuota, world.market), remainingQuota }];
}

function maximumRedeem(question: Question): readonly unknown[] {
  const { world, parameters } = question;
  const ccy = required(parameters, 'ccy');
  const order = world.order(named(question));
  if (order === undefined) return [];
  if (!order.collateral.some((one) => one.ccy === ccy)) throw new Refusal('51753', ccy);
  return [{ ccy, maxRedeemAmt: world.redeemable(order, ccy) }];
}

/** Only accepts; the effect comes later and is shown by loan-history and loan-info. */
function adjustCollateral(question: Question): readonly unknown[] {
  const { world, parameters, deviation } = question;
  const type = required(parameters, 'type');
  if (type !== 'add' && type !== 'reduce') throw new Refusal('51000', 'type');
  const ccy = required(parameters, 'collateralCcy');
  const amt = readAmount('collateralAmt', parameters['collateralAmt']);
  world.adjust(named(question), { type, ccy, amt }, deviation);
  return [];
}

/** Only accepts, and says back what it was asked. */
function repay(question: Question): readonly unknown[] {
  const { world, parameters, deviation } = question;
  const ordId = required(parameters, 'ordId');
  const ccy = required(parameters, 'ccy');
  const amt = readAmount('amt', parameters['amt']);
  const clOrdId = required(parameters, 'clOrdId');
  if (!isClientId(clOrdId)) throw new Refusal('51000', 'clOrdId');
  world.repay(optionalId({ ordId }, 'ordId'), { ccy, amt, clOrdId }, deviation);
  return [{ ordId, ccy, amt, clOrdId }];
}

/** Only accepts, and says back what it was asked. New orders are not simulated, so one has to be named, without `eMode`. */
function borrow(question: Question): readonly unknown[] {
  const { world, parameters, deviation } = question;
  const ordId = required(parameters, 'ordId');
  const clOrdId = required(parameters, 'clOrdId');
  const { loanData, collateralData, eMode } = parameters;
  if (!isParameters(loanData)) throw new Refusal('51000', 'loanData');
  if (collateralData !== undefined) throw new Refusal('51000', 'collateralData');
  if (eMode !== undefined) throw new Refusal('51000', 'eMode');
  if (!isClientId(clOrdId)) throw new Refusal('51000', 'clOrdId');
  const ccy = required(loanData, 'ccy');
  const amt = readAmount('amt', loanData['amt']);
  world.borrow(optionalId({ ordId }, 'ordId'), { ccy, amt, clOrdId }, deviation);
  return [{ ordId, eMode: '0', clOrdId }];
}

function describe(order: Order, { world }: Question): unknown {
  const value = valuate(order, world.market);
  return {
    ...(world.ordIds ? { ordId: order.ordId } : {}),
    loanNotionalUsd: value.loanUsd,
    loanData: order.debts,
    collateralNotionalUsd: value.collateralUsd,
    collateralData: order.collateral,
    riskWarningData: { instId: value.risk?.instId ?? '', liqPx: value.risk?.liqPx ?? '' },
    curLTV: value.curLtv ?? '',
    marginCallLTV: value.marginCallLtv ?? '',
    liqLTV: value.liqLtv ?? '',
  };
}

function loanInfo(question: Question): readonly unknown[] {
  const ordId = narrowedTo(question);
  const orders = question.world.orders().filter((order) => ordId === undefined || order.ordId === ordId);
  return orders.map((order) => describe(order, question));
}

const loan = 'finance/flexible-loan/';
const reading = { permission: 'read_only' } as const;

/** Flexible loans. Source: https://www.okx.com/docs-v5/en/#financial-product-flexible-loan */
export const loanEndpoints: readonly Endpoint[] = [
  endpoint(`${loan}borrow-currencies`, 5, borrowCurrencies, reading),
  endpoint(`${loan}collateral-assets`, 5, collateralAssets, reading),
  endpoint(`${loan}max-loan`, 5, maximumLoan, { ...reading, method: 'POST' }),
  endpoint(`${loan}max-collateral-redeem-amount`, 5, maximumRedeem, reading),
  endpoint(`${loan}adjust-collateral`, 5, adjustCollateral, { method: 'POST', permission: 'trade' }),
  endpoint(`${loan}repay`, 2, repay, { method: 'POST', permission: 'trade' }),
  endpoint(`${loan}borrow`, 2, borrow, { method: 'POST', permission: 'trade' }),
  endpoint(`${loan}loan-info`, 5, loanInfo, reading),
];
