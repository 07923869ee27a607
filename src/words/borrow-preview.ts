import { add, isZero, zero, type Decimal } from '../core/decimal.ts';
import { formatAmount, formatLiquidationPrice, formatLtv, formatRate } from '../core/format.ts';
import { msg, type Message } from '../core/message.ts';
import type { Account, CoinAmount } from '../core/model.ts';
import { dailyInterest } from '../core/risk/interest.ts';
import { isAlarm, levelOfDistance, strictLevelsOf } from '../core/risk/level.ts';
import { loanDistance, modelOf, withDebt } from '../core/risk/loan-model.ts';
import { credibleLtv, distanceTo } from '../core/risk/ltv.ts';
import { isStable } from '../core/risk/stablecoins.ts';
import { borrowUnclear, ltvAfterIt, mostBorrowable } from '../engine/ledger/kinds/borrow.ts';
import type { BorrowPreview } from '../engine/ledger/ledger.ts';
import { callLine } from '../engine/targets/safe-maximum.ts';
import type { BorrowReadiness } from '../exchanges/exchange.ts';
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
import { changeText } from './loan-estimates.ts';
import { arrowed, dotted, estimated, joined, labelled, spaced, type Text } from './text.ts';

/** `Borrow 100 USDT` */
export const borrowLabel = (what: Text): Message => msg('borrow.label', 'Borrow {0}', what);

/** The preview of borrowing more as text: all a person needs to see that this is what they meant, and what it costs. */
export function borrowPreviewText(preview: BorrowPreview, around: PreviewSurroundings): PreviewText {
  const { account, change, readiness, walletAfter, debtAfter } = preview;
  const { coin } = change;
  const amount = coinAmount(change.amount, coin);
  const warning = warningOf(preview);
  return previewOf(
    {
      account,
      direction: change.direction,
      amount,
      target: loanWords(change.loan.orderId, change.loan.loanId),
      deed: changeLabel(change),
      act: borrowLabel(amount),
      tone: warning?.tone ?? 'cautious',
      warnings: warning === undefined ? [] : [warning.sentence],
      figures: [
        ...figuresOf(preview),
        ...callRows(readiness, coin, change.amount),
        estimated(
          row(msg('repay.debt-with-interest', 'Debt, interest included'), coinAmount(readiness.debt, coin), coinAmount(debtAfter, coin)),
        ),
        costRow(preview),
        msg('borrow.no-undo', "There's no undo: only repaying would reverse it."),
      ],
      wallet: [formatAmount(readiness.walletAvailable), coinAmount(walletAfter, coin)],
      details: [
        msg('borrow.lends', '{0} lends up to {1} on this loan now.', around.venueName, coinAmount(readiness.limit, coin)),
        labelled(msg('borrow.left', 'Left to borrow'), amountOrUnknown(readiness.room, coin)),
      ],
    },
    around,
  );
}

const unknown = (): Message => msg('term.unknown', 'unknown');

const amountOrUnknown = (amount: Decimal | undefined, coin: string): Text => (amount === undefined ? unknown() : coinAmount(amount, coin));

/** What the debt costs per day at the rate as it is, before and after. */
function costRow({ change: { coin }, readiness: { debt, rate }, debtAfter }: BorrowPreview): Message {
  const label = msg('repay.interest-per-day', 'Interest per day');
  if (rate === undefined) return labelled(label, unknown());
  const cost = (owed: Decimal): string => `${shortAmount(dailyInterest(owed, rate), 'debt')} ${coin}`;
  return dotted(estimated(row(label, cost(debt), cost(debtAfter))), rateText(rate));
}

const rateText = (rate: Decimal): Message => msg('page.year', '{0} per year', formatRate(rate));

/** What brings the margin call, now and with so much more debt: a price of one coin, or a fall of all collateral. */
interface CallLine {
  readonly coin: Text;
  readonly label: Text;
  readonly now: Text;
  readonly after: Text;
}

/** The fall of all collateral first where there are several coins, then each coin whose price alone does it; undefined where it can't be estimated. */
function callLines({ loan, prices }: BorrowReadiness, coin: string, amount: Decimal): readonly CallLine[] | undefined {
  const line = callLine(loan);
  const model = modelOf(loan, prices);
  if (line === undefined || typeof model === 'string') return undefined;
  const owed = loan.debts.find((debt) => debt.coin === coin)?.amount ?? zero;
  const [now, after] = [loanDistance(model, line), loanDistance(withDebt(model, coin, add(owed, amount)), line)];
  const told = (at: Decimal | undefined, text: (at: Decimal) => string): Text => (at === undefined ? msg('term.none', 'none') : text(at));
  const priceOf = (of: string, way: 'fallOf' | 'riseOf'): CallLine[] => {
    const [before, then] = [now[way].get(of)?.price, after[way].get(of)?.price];
    if (before === undefined && then === undefined) return [];
    const text = (price: Decimal): string => `$${formatLiquidationPrice(price, way === 'fallOf' ? 'long' : 'short')}`;
    return [
      {
        coin: of,
        label: msg('borrow.coin-call-price', '{0} price at the margin call', of),
        now: told(before, text),
        after: told(then, text),
      },
    ];
  };
  const fall = (distance: Decimal): string => changeText(distance, 'fall');
  const all: CallLine = {
    coin: msg('borrow.all-collateral', 'all collateral'),
    label: msg('borrow.all-call-price', 'All collateral prices at the margin call'),
    now: told(now.uniformFall, fall),
    after: told(after.uniformFall, fall),
  };
  const fallsOf = (coins: readonly CoinAmount[]): CallLine[] => coins.flatMap((held) => priceOf(held.coin, 'fallOf'));
  const [stable, volatile] = [
    loan.collateral.filter(({ coin: of }) => isStable(of)),
    loan.collateral.filter(({ coin: of }) => !isStable(of)),
  ];
  const reaches = now.uniformFall !== undefined || after.uniformFall !== undefined;
  return [
    ...(volatile.length < 2 || !reaches ? [] : [all]),
    ...fallsOf(volatile),
    ...loan.debts.flatMap((debt) => priceOf(debt.coin, 'riseOf')),
    ...fallsOf(stable),
  ];
}

function callRows(readiness: BorrowReadiness, coin: string, amount: Decimal): readonly Message[] {
  const lines = callLines(readiness, coin, amount);
  if (lines === undefined) return [labelled(callPriceLabel(), unknown())];
  if (lines.length === 0) return [labelled(callPriceLabel(), msg('term.none', 'none'))];
  return lines.map(({ label, now, after }) => estimated(row(label, now, after)));
}

const callPriceLabel = (): Message => msg('borrow.call-price', 'Price at the margin call');

/** Short, for the box. */
function callText(readiness: BorrowReadiness, coin: string, amount: Decimal): Message {
  const lines = callLines(readiness, coin, amount);
  const [first] = lines ?? [];
  if (first === undefined) return labelled(callPriceLabel(), lines === undefined ? unknown() : msg('term.none', 'none'));
  const { now, after } = first;
  return msg('borrow.call-at', 'margin call at {0} {1}', first.coin, isZero(amount) ? now : arrowed(now, after));
}

/** The most that can be borrowed now. */
export function borrowBounds(account: Account, coin: string, readiness: BorrowReadiness): AmountBounds {
  const limit = mostBorrowable(account, coin, readiness) ?? zero;
  return { coin, places: readiness.places, limit, ...(isZero(limit) ? { impossible: whyNothing(account, coin, readiness) } : {}) };
}

const whyNothing = (account: Account, coin: string, readiness: BorrowReadiness): Message =>
  mostBorrowable(account, coin, readiness) === undefined
    ? borrowUnclear()
    : msg('borrow.nothing-now', 'No {0} can be borrowed on this loan now: its LTV is too high, or the exchange has none left.', coin);

/** What stands over the box before anything is typed: where the loan is now, how much is possible, and what it costs. */
export function borrowPrompt(account: Account, coin: string, readiness: BorrowReadiness): Text {
  const most = largestAllowed(borrowBounds(account, coin, readiness)) ?? zero;
  const { rate, loan } = readiness;
  return joined([
    spaced(ltvLabel(), ltvFigure(credibleLtv(loan))),
    callText(readiness, coin, zero),
    msg('borrow.up-to', 'up to {0}', coinAmount(most, coin)),
    rate === undefined ? msg('borrow.rate-unknown', 'rate unknown') : rateText(rate),
  ]);
}

/** What an amount does, while it is typed. */
export function borrowRemark(account: Account, coin: string, readiness: BorrowReadiness, amount: Decimal): Remark {
  const { loan, debt, rate } = readiness;
  const after = ltvAfterIt(readiness, { coin, amount });
  const now = ltvFigure(credibleLtv(loan));
  if (after === undefined)
    return { sentence: msg('preview.effect-unknown', "LTV {0}; the effect can't be estimated.", now), caution: true };
  const levels = strictLevelsOf(account, { kind: 'loan', id: loan.id });
  const cost =
    rate === undefined
      ? []
      : [msg('borrow.per-day', '{0} interest per day', `${shortAmount(dailyInterest(add(debt, amount), rate), 'debt')} ${coin}`)];
  const parts = [row(ltvLabel(), now, formatLtv(after)), callText(readiness, coin, amount), ...cost];
  return { sentence: effect(parts), caution: isAlarm(levelOfDistance(distanceTo(callLine(loan), after), levels)) };
}
