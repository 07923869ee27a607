import { absolute, decimal, divide, multiply, withPlaces, type Decimal } from '../core/decimal.ts';
import { formatLtv } from '../core/format.ts';
import type { LiveLoan } from '../core/risk/live-estimate.ts';
import { msg, type Message } from '../core/message.ts';
import { modelOfView, estimateMark } from './loan-estimates.ts';
import { distanceText, standingAt, type LoanView } from './loan.ts';
import { bareDistance, liquidationDistanceText, type PositionView } from './position.ts';
import { pricesText } from './since-reading.ts';

/** A line about what is estimated between readings. */
export interface LiveLine {
  readonly label: Message;
  readonly value: Message | string;
  /** What the value is from. */
  readonly detail?: Message;
}

/** What a loan is about now and how good that is, in words; where it cannot be told, that it cannot. */
export function loanLiveLines(view: LoanView, now: number): readonly LiveLine[] {
  const { since } = view;
  const off = view.state.live?.off[view.loan.id];
  return [
    ...(definitionsDiffer(view)
      ? [
          {
            label: msg('estimate.now-about', 'Now about'),
            value: msg('estimate.unknown-definitions-differ', 'unknown: definitions differ'),
          },
        ]
      : []),
    ...(since === undefined
      ? []
      : [
          {
            label: msg('estimate.now-about', 'Now about'),
            value: msg('list.comma', '{0}, {1}', `~${formatLtv(since.figures.ltv)}`, liveDistanceText(since.figures)),
            detail: msg('list.comma', '{0}, {1}', estimateMark(since.figures), pricesText(since, now)),
          },
        ]),
    ...(off === undefined
      ? []
      : [{ label: msg('estimate.last', 'Last estimate'), value: msg('estimate.off-points', 'was off by {0} points', pointsText(off)) }]),
  ];
}

/** The same for a position. */
export function positionLiveLines({ since }: PositionView, now: number): readonly LiveLine[] {
  return since === undefined
    ? []
    : [
        {
          label: msg('estimate.now-about', 'Now about'),
          value: liquidationDistanceText(since.figures.distance),
          detail: msg('list.comma', '{0}, {1}', msg('term.estimate-word', 'estimate'), pricesText(since, now)),
        },
      ];
}

/** Whether our arithmetic is known not to mean what the venue means, so that nothing is estimated of the loan. */
export function definitionsDiffer(view: LoanView): boolean {
  return view.state.live?.doubted.includes(view.loan.id) === true || modelOfView(view) === 'definitions';
}

/** What is added to a sentence for a screen reader. */
export function spokenSince(view: LoanView | PositionView): Message | undefined {
  if (view.since === undefined) return undefined;
  const { figures } = view.since;
  return 'ltv' in figures
    ? msg('estimate.estimated-now-ltv', 'Estimated now: LTV {0}, {1}.', formatLtv(figures.ltv), liveDistanceText(figures))
    : msg('estimate.estimated-now-liquidation', 'Estimated now: {0} to liquidation.', bareDistance(figures.distance));
}

const liveDistanceText = ({ toMarginCall, toLiquidation }: LiveLoan): Message => distanceText(standingAt(toMarginCall, toLiquidation));

/** A difference of LTV in points with two digits, without its sign, rounded up. */
function pointsText(off: Decimal): string {
  return withPlaces(divide(multiply(absolute(off), decimal('100')), decimal('1'), 2, 'up'), 2);
}
