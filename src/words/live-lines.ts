import { absolute, decimal, divide, multiply, withPlaces, type Decimal } from '../core/decimal.ts';
import { formatLtv } from '../core/format.ts';
import type { LiveLoan } from '../core/risk/live-estimate.ts';
import { msg, type Message } from '../core/message.ts';
import { estimateMark, modelOfView } from './loan-estimates.ts';
import { distanceText, standingAt, type LoanView } from './loan.ts';
import { liquidationDistanceText, type PositionView } from './position.ts';
import { pricesText } from './since-reading.ts';
import { joined, labelled, type Text } from './text.ts';

/** A line about the live estimate between two readings. */
export interface LiveLine {
  readonly label: Message;
  readonly value: Text;
  /** What the value is from. */
  readonly detail?: Text;
}

const liveLabel = (): Message => msg('estimate.live', 'Live estimate');

/** The live estimate of a loan and the error of the last one. */
export function loanLiveLines(view: LoanView, now: number): readonly LiveLine[] {
  const { since } = view;
  const off = view.state.live?.off[view.loan.id];
  return [
    ...(since === undefined
      ? []
      : [
          {
            label: liveLabel(),
            value: joined([`~${formatLtv(since.figures.ltv)}`, liveDistanceText(since.figures)]),
            detail: joined([estimateMark(since.figures), pricesText(since, now)]),
          },
        ]),
    ...(off === undefined
      ? []
      : [{ label: msg('estimate.last', 'Estimate error'), value: msg('estimate.off-points', '{0} pp', pointsText(off)) }]),
  ];
}

/** The live estimate of a position. */
export function positionLiveLines({ since }: PositionView, now: number): readonly LiveLine[] {
  return since === undefined
    ? []
    : [{ label: liveLabel(), value: liquidationDistanceText(since.figures.distance), detail: pricesText(since, now) }];
}

/** Whether our calculation is known not to match the venue's LTV, so that nothing of the loan is estimated. */
export function definitionsDiffer(view: LoanView): boolean {
  return view.state.live?.doubted.includes(view.loan.id) === true || modelOfView(view) === 'definitions';
}

/** What a screen reader says of the live estimate. */
export function spokenSince({ since }: LoanView | PositionView): readonly Message[] {
  if (since === undefined) return [];
  const { figures } = since;
  const estimate =
    'ltv' in figures ? joined([`LTV ${formatLtv(figures.ltv)}`, liveDistanceText(figures)]) : liquidationDistanceText(figures.distance);
  return [labelled(liveLabel(), estimate)];
}

const liveDistanceText = ({ toMarginCall, toLiquidation }: LiveLoan): Message => distanceText(standingAt(toMarginCall, toLiquidation));

/** A difference of LTV in percentage points: two digits, no sign, rounded up. */
function pointsText(off: Decimal): string {
  return withPlaces(divide(multiply(absolute(off), decimal('100')), decimal('1'), 2, 'up'), 2);
}
