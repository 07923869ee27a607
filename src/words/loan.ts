import { isPositive, type Decimal } from '../core/decimal.ts';
import { formatDistance, formatLtv } from '../core/format.ts';
import { judgeLoan, levelOf, levelsOf, type Level } from '../core/risk/level.ts';
import type { LiveLoan } from '../core/risk/live-estimate.ts';
import { believedLoan, distanceTo, owesNothing } from '../core/risk/ltv.ts';
import { msg, type Message } from '../core/message.ts';
import type { CoinAmount, DueDebt, Levels, LiquidationPrice, Loan, Threshold } from '../core/model.ts';
import type { Substitute } from '../core/risk/substitute.ts';
import { isCurrent } from '../engine/monitor/pace.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import type { ViewContext } from './account.ts';
import { added, ownCoins, shortAmount } from './amount.ts';
import { kept } from '../core/kept.ts';
import { arrow, seenFrom, sinceReading, type Look, type Since } from './since-reading.ts';
import { spaced, type Text } from './text.ts';
import { lineReached, toLine, unknownDistance } from './level.ts';

/** Debts named in a line. */
const namedDebts = 2;

/** A loan together with the account it was read from. */
export interface LoanView {
  readonly state: AccountState;
  /** Without impossible figures. */
  readonly loan: Loan;
  /** Whether the figures are up to date. */
  readonly current: boolean;
  /** Where its levels begin. */
  readonly levels: Levels;
  /** The worse of the last reading and the live estimate. */
  readonly level: Level;
  /** What raised the alarm where the LTV or the thresholds are missing. */
  readonly by?: Substitute;
  /** To the margin call by the last reading; a fraction. */
  readonly distance: Decimal | undefined;
  /** The same to liquidation. */
  readonly toLiquidation: Decimal | undefined;
  /** By the last reading. */
  readonly standing: Standing;
  /** Absent where the live estimate adds nothing. */
  readonly since?: Since<LiveLoan>;
}

/** The loans of an account; the same list as before while nothing has changed for any. */
export function loanViews(state: AccountState, now: number, intervalMs: number): readonly LoanView[] {
  const { snapshot } = state;
  return snapshot === undefined ? [] : viewsOf(snapshot, seenFrom(state, now, intervalMs), state, snapshot.loans, now, intervalMs);
}

const viewsOf = kept((state: AccountState, loans: readonly Loan[], now: number, intervalMs: number): readonly LoanView[] => {
  const isUpToDate = isCurrent(state, now, intervalMs);
  return loans.map((read) => {
    const loan = believedLoan(read);
    const current = isUpToDate && loan.keptFrom === undefined;
    const levels = levelsOf(state.account, { kind: 'loan', id: loan.id });
    const { level: readLevel, by, text, ...figures } = judged(loan, [current, levels], loan, current, levels);
    const look = (live: LiveLoan): Look => estimated(live, [loan, levels], live, loan, levels);
    const since = sinceReading(state, state.live?.loans[loan.id], now, readLevel, text, look);
    const level = since?.raises === true ? look(since.figures).level : readLevel;
    return {
      state,
      loan,
      current,
      levels,
      level,
      ...figures,
      ...(by === undefined ? {} : { by }),
      ...(since === undefined ? {} : { since }),
    };
  });
});

const judged = kept((loan: Loan, current: boolean, levels: Levels) => {
  const distance = distanceTo(loan.marginCall?.ltv, loan.ltv);
  const toLiquidation = distanceTo(loan.liquidation?.ltv, loan.ltv);
  const standing: Standing = owesNothing(loan) ? 'nothing' : standingAt(distance, toLiquidation);
  return { ...judgeLoan(loan, current, levels), text: ltvText(loan), distance, toLiquidation, standing };
});

const estimated = kept(({ ltv }: LiveLoan, loan: Loan, levels: Levels): Look => ({
  level: levelOf({ ...loan, ltv }, true, levels),
  text: formatLtv(ltv),
}));

/** Which threshold of a loan is reached, or how far the margin call is; `nothing` is owed, or it is `unknown`. Every view and card goes by this. */
export type Standing = 'liquidation' | 'marginCall' | 'nothing' | 'unknown' | { readonly toMarginCall: Decimal };

/** Where a loan stands; impossible figures don't count. */
export function standingOf(loan: Loan): Standing {
  const { ltv, marginCall, liquidation } = believedLoan(loan);
  return owesNothing(loan) ? 'nothing' : standingAt(distanceTo(marginCall?.ltv, ltv), distanceTo(liquidation?.ltv, ltv));
}

/** Where a loan stands at these distances from its thresholds. */
export function standingAt(toMarginCall: Decimal | undefined, toLiquidation: Decimal | undefined): Standing {
  const reached = (distance: Decimal | undefined): boolean => distance !== undefined && !isPositive(distance);
  if (reached(toLiquidation)) return 'liquidation';
  if (reached(toMarginCall)) return 'marginCall';
  return toMarginCall === undefined ? 'unknown' : { toMarginCall };
}

/** The venue's LTV, and beside it the live estimate. */
export function ltvTexts({ loan, since }: Pick<LoanView, 'loan' | 'since'>): string {
  return since === undefined ? ltvText(loan) : arrow(ltvText(loan), formatLtv(since.figures.ltv));
}

export function ltvText(loan: Loan): string {
  return loan.ltv === undefined ? '–' : formatLtv(loan.ltv);
}

/** Which threshold is reached, or how far collateral may fall until the margin call; to stand beside an LTV. */
export function distanceText(standing: Standing): Message {
  switch (standing) {
    case 'nothing':
      return msg('loan.nothing-owed', 'nothing owed');
    case 'unknown':
      return unknownDistance(msg('preview.margin-call', 'margin call'));
    case 'marginCall':
      return lineReached(msg('preview.margin-call', 'margin call'));
    case 'liquidation':
      return lineReached(msg('preview.liquidation', 'liquidation'));
    default:
      return toLine(formatDistance(standing.toMarginCall), msg('preview.margin-call', 'margin call'));
  }
}

/** The venue's liquidation price of a loan; anything but a price above zero is none. */
export function liquidationPriceOf({ liquidationPrice }: Pick<Loan, 'liquidationPrice'>): LiquidationPrice | undefined {
  return liquidationPrice !== undefined && isPositive(liquidationPrice.price) ? liquidationPrice : undefined;
}

const coinText = ({ coin, amount }: CoinAmount): Message => ownCoins(amount, coin, shortAmount(amount, 'debt'));

/** What is owed, in short amounts. `…` stands for further coins. */
export function debtsText(loan: Loan): Text {
  if (loan.debts.length === 0) return distanceText('nothing');
  return added([...loan.debts.slice(0, namedDebts).map(coinText), ...(loan.debts.length > namedDebts ? ['…'] : [])]);
}

export const fromVenue = (venue: string): Message => msg('term.from-source', 'from {0}', venue);

/** Where a threshold is known from. */
export function sourceText(threshold: Threshold, venue: string): Message {
  switch (threshold.source) {
    case 'venue':
      return fromVenue(venue);
    case 'table':
      return tableText(threshold.from?.date ?? '?');
    case 'person':
      return msg('loan.entered', 'entered by you');
  }
}

/** The dated table of thresholds in this extension. */
export const tableText = (date: string): Message => msg('loan.table', 'table of {0}', date);

/** Whether a part of the debt is overdue. */
export function isOverdue({ due }: Loan): boolean {
  return due?.some(({ overdue }) => overdue) ?? false;
}

/** How much is due of which coin. */
export const dueAmountText = ({ coin, amount }: DueDebt): Message =>
  amount === undefined ? spaced(msg('term.unknown', 'unknown'), coin) : ownCoins(amount, coin);

/** The soonest due date; undefined for a loan without dates. */
export function soonestDueText(loan: Loan, zoned: ViewContext['zoned']): Message | undefined {
  const [soonest] = loan.due ?? [];
  if (isOverdue(loan)) return msg('term.debt-overdue', 'debt overdue');
  return soonest === undefined ? undefined : msg('term.due-at', 'due {0}', zoned(soonest.at));
}

/** The venue's order id, or our id. */
export function loanName(loan: Loan): string {
  return loan.orderId ?? loan.id;
}
