import * as v from 'valibot';
import { compare, greater, isPositive, lesser, subtract, zero, type Decimal } from '../../../core/decimal.ts';
import { formatAmount, formatLtv } from '../../../core/format.ts';
import { msg, type Message } from '../../../core/message.ts';
import type { Account, Loan } from '../../../core/model.ts';
import { mostFromSale, saleOf, type Sale } from '../../../core/risk/collateral-sale.ts';
import { modelOf } from '../../../core/risk/loan-model.ts';
import { credibleLtv } from '../../../core/risk/ltv.ts';
import type { RepayProof, SellChange, SellReadiness } from '../../../exchanges/exchange.ts';
import { actionOf } from '../../actions.ts';
import {
  anotherTarget,
  atMost,
  checkAsked,
  checkDecimals,
  incomplete,
  mayBeOfEarlier,
  mustEqual,
  notAsRequested,
  previewedAlike,
  removalUnclear,
  storedAmount,
  storedAsked,
  storedText,
  type ChangeKind,
  type OtherWrites,
} from '../change-kind.ts';
import type { SellPreview } from '../preview.ts';
import type { SellWrite } from '../record.ts';
import { Refusal } from '../refusal.ts';
import type { Finding } from '../write-states.ts';
import {
  addressed,
  debtMove,
  debtMustBeAsShown,
  doneTwice,
  expectedLtv,
  headOf,
  ltvFigures,
  ltvSays,
  namedLoan,
  refreshForLtv,
  somethingElse,
  storedLoan,
  valuedAt,
} from './loan-changes.ts';
import { checkOwed, closed, debtSays, hasFallen, isRowAsAsked, remainder, wholeOf } from './repay.ts';

/** Debt of a loan that is paid by selling collateral of the loan. There is no way back. */
export const sell: ChangeKind<SellPreview, RepayProof> = {
  check(change) {
    checkAsked(change);
    const { direction, all, collateral, coin } = change;
    if (!['reduce'].includes(direction) || !v.is(v.boolean(), all) || !v.is(storedText, collateral) || collateral === coin)
      throw incomplete();
    return frozen(change);
  },
  prepare: (connection, change, signal) => actionOf(connection, 'repay-collateral').prepare(change, signal),
  priceIn: ({ prices }, coin) => prices.get(coin),
  preview,
  places: ({ places }) => places,
  mustBeAsShown(before, now) {
    debtMustBeAsShown(before, now);
    mustEqual(pledgedIn(before.change.collateral), before.readiness.baseline.pledged, now.readiness.baseline.pledged);
  },
  decidedOn: ({ readiness, sold }) => ({ limit: wholeOf(readiness), sold, ...valuedAt(readiness.loan) }),
  expectations: expectedLtv,
  prove: (connection, { change, baseline }, receipt, signal) =>
    actionOf(connection, 'repay-collateral').prove(change, baseline, receipt, signal),
  judge,
  schema: {
    since: 5,
    change: v.object({
      kind: v.literal('repay-collateral'),
      loan: storedLoan,
      ...storedAsked,
      direction: v.literal('reduce'),
      collateral: storedText,
      contract: v.exactOptional(storedText),
      all: v.boolean(),
    }),
    baseline: v.object({
      kind: v.literal('repay-collateral'),
      newestHistoryId: v.exactOptional(v.string()),
      debt: storedAmount,
      pledged: storedAmount,
      ltv: v.exactOptional(storedAmount),
    }),
  },
};

/** An immutable copy of just what belongs to a change. */
const frozen = ({ loan, direction, coin, collateral, contract, amount, all }: SellChange): SellChange =>
  Object.freeze({
    kind: 'repay-collateral',
    loan: namedLoan(loan),
    direction,
    coin,
    collateral,
    ...(contract === undefined ? {} : { contract }),
    amount,
    all,
  });

const pledgedIn = (coin: string): Message => msg('collateral.in-coin', '{0} collateral', coin);

/** What a sale does by these figures; undefined where that is unknown. */
export function saleIn(
  { loan, prices, owesMore }: Pick<SellReadiness, 'loan' | 'prices' | 'owesMore'>,
  { coin, amount, collateral }: Pick<SellChange, 'coin' | 'amount' | 'collateral'>,
): Sale | undefined {
  const model = owesMore === true ? 'ltv' : modelOf(loan, prices);
  return typeof model === 'string' ? undefined : saleOf(model, coin, amount, collateral);
}

/** The most of the debt that can be repaid with the coin: what is owed, or what all of the coin is worth. */
export function mostToSell(readiness: SellReadiness, coin: string, collateral: string): Decimal | undefined {
  const model = modelOf(readiness.loan, readiness.prices);
  const worth = typeof model === 'string' ? undefined : mostFromSale(model, coin, collateral, readiness.places);
  return worth === undefined ? undefined : lesser(worth, wholeOf(readiness));
}

function preview(account: Account, intent: SellChange, readiness: SellReadiness, price: Decimal | undefined): SellPreview {
  const { loan, debt, contract } = readiness;
  if (intent.contract !== undefined && intent.contract !== contract) throw anotherTarget();
  const change = frozen({ ...intent, loan: addressed(intent.loan, loan), ...(contract === undefined ? {} : { contract }) });
  checkDecimals(change, readiness.places);
  checkOwed(change, readiness);
  const sale = saleIn(readiness, change);
  const ltvNow = credibleLtv(loan);
  if (sale === undefined || ltvNow === undefined) throw new Refusal(removalUnclear(), { remedy: 'refresh', instead: ['later'] });
  const { sold, ltv } = sale;
  const most = mostToSell(readiness, change.coin, change.collateral) ?? zero;
  if (compare(sold, readiness.baseline.pledged) > 0 && compare(most, change.amount) < 0) {
    throw new Refusal(
      atMost(msg('repay-collateral.not-enough', "There isn't enough {0} in the collateral.", change.collateral), most, change.coin),
      {
        instead: ['less', 'otherCoin'],
      },
    );
  }
  // Where debt exceeds what counts as collateral, a sale takes more away than it pays off.
  if (ltv === undefined || compare(ltv, ltvNow) >= 0) {
    const after = ltv === undefined ? msg('term.unknown', 'unknown') : formatLtv(ltv);
    throw new Refusal(
      msg('repay-collateral.raises', "LTV wouldn't fall: {0} now, {1} after this (estimate). Nothing was sent.", formatLtv(ltvNow), after),
    );
  }
  const { walletAfter: _unmoved, ...alike } = previewedAlike(account, change, readiness, price);
  return Object.freeze({
    kind: 'repay-collateral',
    change,
    ...alike,
    readiness: Object.freeze({ ...readiness }),
    debtAfter: greater(subtract(debt, change.amount), zero),
    sold,
    ...ltvFigures(loan, ltv),
  });
}

/**
 * Steps 7 and 8 of a repayment with collateral: what a reading proves. As for a repayment, and less of the sold coin must be pledged: while it is not, the
 * figures lag behind, or somebody added some. How much was sold is noted, for only the exchange decides that.
 */
function judge(record: SellWrite, read: RepayProof, { claimed, givenUp }: OtherWrites): Finding | undefined {
  const { change, baseline } = record;
  const head = headOf(record, read, claimed, {
    asAsked: (row) => isRowAsAsked(record, row),
    asWanted: (loan) => hasFallen(record, loan),
  });
  if ('found' in head) return head.found;
  const { facts, proof } = head;
  const { loan } = proof;
  const doubt = givenUp === undefined ? undefined : mayBeOfEarlier(baseline.debt, change.coin);
  if (loan === undefined) return { type: 'proven', ...facts, ...closed(record, proof.released ?? [], doubt) };
  const move = debtMove(record, proof.debt);
  const says = debtSays(record, proof, doubt !== undefined);
  if (says === 'rose') return { type: 'contradicted', ...facts, note: notAsRequested(...move) };
  if (says === 'twice') return { type: 'contradicted', ...facts, note: doneTwice(...move) };
  const sold = subtract(baseline.pledged, pledgedOf(loan, change.collateral));
  if (says === 'nothing' || !isPositive(sold)) return undefined;
  const { unexplained, remark } = ltvSays(record, loan, facts.ltvAfter);
  if (unexplained !== undefined) return { type: 'contradicted', ...facts, note: unexplained, unsure: true };
  const note =
    doubt ??
    (change.all && isPositive(proof.debt) ? remainder(proof.debt, change.coin) : undefined) ??
    remark ??
    (says === 'other' ? somethingElse(...move) : undefined) ??
    (facts.ltvAfter === undefined ? refreshForLtv() : undefined) ??
    msg('repay-collateral.sold', '{0} {1} less is pledged now.', formatAmount(sold), change.collateral);
  return { type: 'proven', ...facts, note };
}

const pledgedOf = (loan: Loan, coin: string): Decimal => loan.collateral.find((held) => held.coin === coin)?.amount ?? zero;
