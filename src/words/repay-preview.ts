import { compare, greater, isPositive, isZero, lesser, multiply, subtract, zero, type Decimal } from '../core/decimal.ts';
import { formatAmount, formatLtv } from '../core/format.ts';
import { msg, type Message } from '../core/message.ts';
import type { CoinAmount, Loan } from '../core/model.ts';
import { dailyInterest, mostInterest } from '../core/risk/interest.ts';
import { credibleLtv, distanceTo } from '../core/risk/ltv.ts';
import { saleIn } from '../engine/ledger/kinds/repay-collateral.ts';
import { ltvAfterIt } from '../engine/ledger/kinds/repay.ts';
import type { RepayPreview, SellPreview } from '../engine/ledger/ledger.ts';
import type { RepayReadiness, SellChange, SellReadiness } from '../exchanges/exchange.ts';
import { largestAllowed, shortAmount, type AmountBounds } from './amount.ts';
import {
  coinAmount,
  effect,
  figuresOf,
  loanWords,
  ltvLabel,
  previewOf,
  row,
  warningOf,
  type PreviewSurroundings,
  type PreviewText,
  type Remark,
} from './collateral-preview.ts';
import { changeLabel, ltvFigure } from './kinds.ts';
import { distanceText, standingAt } from './loan.ts';
import { availableLine } from './margin-preview.ts';
import { estimated, labelled, spaced, type Text } from './text.ts';

/** `Repay 100 USDT`: what a button or a row of ways says. */
export const repayLabel = (what: Text): Message => msg('target.repay', 'Repay {0}', what);

export const repayAll = (what: string): Message => msg('repay.all', 'Repay all: {0}', what);

/** The preview of a repayment as text: all a person needs to see that this is what they meant. */
export function repayPreviewText(preview: RepayPreview, around: PreviewSurroundings): PreviewText {
  const { account, change, readiness, walletAfter } = preview;
  const { coin } = change;
  const amount = coinAmount(change.amount, coin);
  const warning = isPaidOff(preview) ? undefined : warningOf(preview);
  return previewOf(
    {
      account,
      direction: change.direction,
      amount,
      target: loanWords(change.loan.orderId, change.loan.loanId),
      deed: changeLabel(change),
      act: repayLabel(amount),
      tone: warning?.tone ?? 'calm',
      warnings: warning === undefined ? [] : [warning.sentence],
      figures: [
        ...(isPaidOff(preview) ? [estimated(row(ltvLabel(), ltvFigure(preview.ltvNow), ltvFigure(preview.ltvAfter)))] : figuresOf(preview)),
        estimated(row(debtLabel(), coinAmount(readiness.debt, coin), coinAmount(preview.debtAfter, coin))),
        ...rest(preview),
        ...costRow(preview),
        ...released(preview),
        ...leftovers(preview, around.venueName),
        ...excess(preview),
        msg('repay.no-undo', "There's no undo: only borrowing again would reverse it."),
      ],
      wallet: [formatAmount(readiness.walletAvailable), coinAmount(walletAfter, coin)],
      details: interestFirst(preview),
    },
    around,
  );
}

/** The preview of a repayment with collateral: what is sold, what is paid, and what is left of both. */
export function sellPreviewText(preview: SellPreview, around: PreviewSurroundings): PreviewText {
  const { account, change, readiness, sold } = preview;
  const { coin, collateral } = change;
  const { pledged } = readiness.baseline;
  const amount = coinAmount(change.amount, coin);
  const warning = isPaidOff(preview) ? undefined : warningOf(preview);
  const left = coinAmount(greater(subtract(pledged, sold), zero), collateral);
  return previewOf(
    {
      account,
      direction: change.direction,
      amount,
      target: loanWords(change.loan.orderId, change.loan.loanId),
      deed: changeLabel(change),
      act: sellLabel(amount, collateral),
      tone: warning?.tone ?? 'calm',
      warnings: warning === undefined ? [] : [warning.sentence],
      figures: [
        ...(isPaidOff(preview) ? [estimated(row(ltvLabel(), ltvFigure(preview.ltvNow), ltvFigure(preview.ltvAfter)))] : figuresOf(preview)),
        estimated(row(debtLabel(), coinAmount(readiness.debt, coin), coinAmount(preview.debtAfter, coin))),
        estimated(row(msg('collateral.in-coin', '{0} collateral', collateral), coinAmount(pledged, collateral), left)),
        readiness.fee,
        ...rest(preview),
        ...costRow(preview),
        ...(change.all ? [dust(around.venueName)] : []),
        msg('repay-collateral.no-undo', "There's no undo: the collateral is sold at the exchange's price."),
      ],
      route: msg(
        'repay-collateral.sells',
        'Sells about {0} of {1}. Your wallet is not used.',
        coinAmount(sold, collateral),
        loanWords(change.loan.orderId, change.loan.loanId),
      ),
      details: interestFirst(preview),
    },
    around,
  );
}

/** `Repay 100 USDT with BTC` */
export const sellLabel = (what: Text, collateral: Text): Message => msg('repay-collateral.act', 'Repay {0} with {1}', what, collateral);

/** Nothing is owed afterwards: no line is left to be near. */
const isPaidOff = ({ ltvAfter }: RepayPreview | SellPreview): boolean => ltvAfter !== undefined && isZero(ltvAfter);

const debtLabel = (): Message => msg('repay.debt-with-interest', 'Debt, interest included');

/** What of the coin this debt is not: it may be owed with a due date too. Interest between two readings is none. */
function rest({ change: { coin }, readiness: { loan, debt } }: RepayPreview | SellPreview): Message[] {
  const all = loan.debts.find((one) => one.coin === coin)?.amount ?? debt;
  const other = subtract(all, debt);
  return compare(other, mostInterest(all, 0)) > 0
    ? [msg('repay.rest', '{0} more is owed on other terms and stays owed.', coinAmount(other, coin))]
    : [];
}

/** What the debt costs per day at the rate as it is, before and after. */
function costRow({ change: { coin }, readiness: { debt, rate }, debtAfter }: RepayPreview | SellPreview): Message[] {
  if (rate === undefined) return [];
  const cost = (owed: Decimal): string => `${shortAmount(dailyInterest(owed, rate), 'debt')} ${coin}`;
  return [estimated(row(msg('repay.interest-per-day', 'Interest per day'), cost(debt), cost(debtAfter)))];
}

/** What comes back where this pays the whole loan off. */
function released({ change, readiness: { loan, debt, closesWhenPaid } }: RepayPreview): Message[] {
  const others = loan.debts.some((one) => one.coin !== change.coin && isPositive(one.amount));
  if (closesWhenPaid !== true || others || compare(change.amount, debt) < 0) return [];
  const back = loan.collateral.map(held).join(', ');
  // What is pledged may be unreadable.
  return [back === '' ? msg('repay.closes', 'Closes the loan.') : msg('repay.releases', 'Closes the loan and releases {0}.', back)];
}

const held = ({ amount, coin }: CoinAmount): string => coinAmount(amount, coin);

/** Why something may still be owed after all was repaid, or more be paid than is owed now. */
function leftovers({ change: { all, contract } }: RepayPreview, venueName: string): Message[] {
  if (contract !== undefined) return [msg('repay.contract', 'Repays all of fixed loan {0}, with any penalty added by then.', contract)];
  if (!all) return [];
  return [dust(venueName)];
}

const dust = (venueName: string): Message =>
  msg('repay.dust', 'Interest that {0} adds before executing this stays owed. Repay it afterwards.', venueName);

/** All of a debt is sent rounded up, and what becomes of the rest is not documented. Said where that is worth a dollar, or may be. */
function excess({ change: { coin, amount }, readiness: { debt }, usd }: RepayPreview): Message[] {
  const more = subtract(amount, debt);
  if (!isPositive(more) || (usd !== undefined && compare(multiply(usd, more), amount) < 0)) return [];
  return [msg('repay.excess', 'Sends {0} more than is owed, as amounts are rounded. It may not come back.', coinAmount(more, coin))];
}

/** How an amount is split, where the exchange says how much of the debt is interest. */
function interestFirst({ change: { coin, amount }, readiness: { debt, interest } }: RepayPreview | SellPreview): Message[] {
  if (interest === undefined || !isPositive(interest)) return [];
  const paid = lesser(interest, amount);
  return [
    msg(
      'repay.interest-first',
      'Interest first: {0}, then principal: {1}',
      coinAmount(paid, coin),
      // All of a debt is sent rounded up.
      coinAmount(greater(subtract(lesser(amount, debt), paid), zero), coin),
    ),
  ];
}

/** The most that can be repaid now: what is owed, or what the wallet has of it. @param whole all that is owed, as an amount that the venue takes */
export function repayBounds(coin: string, { walletAvailable, places }: RepayReadiness, whole: Decimal): AmountBounds {
  return { coin, places, limit: lesser(walletAvailable, whole) };
}

/** What stands over the box: the limit, and why it is one. */
export function repayPrompt(coin: string, readiness: RepayReadiness, whole: Decimal, wallet: Message): Message {
  const most = `${largestAllowed(repayBounds(coin, readiness, whole)) ?? ''} ${coin}`;
  return compare(readiness.walletAvailable, whole) < 0 ? availableLine(most, wallet) : labelled(msg('repay.owed', 'Owed'), most);
}

/** What an amount does, while it is typed. */
export const repayRemark = (coin: string, readiness: RepayReadiness, amount: Decimal): Remark =>
  effectOn(readiness.loan, ltvAfterIt(readiness, { coin, amount }));

/** What stands over the box where collateral is sold: the limit, and what comes on top. */
export const sellPrompt = (bounds: AmountBounds, { fee }: Pick<SellReadiness, 'fee'>): Message =>
  spaced(msg('amount.up-to', 'Up to {0} (estimate).', `${largestAllowed(bounds) ?? ''} ${bounds.coin}`), fee);

/** The same where collateral is sold. */
export const sellRemark = (readiness: SellReadiness, change: Pick<SellChange, 'coin' | 'amount' | 'collateral'>): Remark =>
  effectOn(readiness.loan, saleIn(readiness, change)?.ltv);

function effectOn(loan: Loan, after: Decimal | undefined): Remark {
  const now = ltvFigure(credibleLtv(loan));
  if (after === undefined)
    return { sentence: msg('preview.effect-unknown', "LTV {0}; the effect can't be estimated.", now), caution: false };
  const standing = standingAt(distanceTo(loan.marginCall?.ltv, after), distanceTo(loan.liquidation?.ltv, after));
  return { sentence: effect([row(ltvLabel(), now, formatLtv(after)), distanceText(standing)]), caution: false };
}
