import { hideable, msg, type Message } from '../core/message.ts';
import { compare, sum, type Decimal } from '../core/decimal.ts';
import { formatUsd } from '../core/format.ts';
import type { Loan } from '../core/model.ts';
import type { GaugeView, LineTrend, OverviewWords, PageState, Summary } from '../core/protocol.ts';
import { isAlarm } from '../core/risk/level.ts';
import { gapsOf, type AccountState } from '../engine/monitor/store.ts';
import { isSame, loanAt, positionAt, type Place, type PlaceOn } from './place.ts';
import { loanKey, moneyMark, positionKey, type Say } from './gauge-frame.ts';
import { loanGauge } from './loan-gauge.ts';
import { positionGauge } from './position-gauge.ts';
import { venueName, type ViewContext } from '../words/account.ts';
import { kept } from '../core/kept.ts';
import { seenOf, shownFrom } from './shown-from.ts';
import type { LoanView } from '../words/loan.ts';
import type { PositionView } from '../words/position.ts';
import { dotted, joined, labelled, lastKnown, spaced, type Text } from '../words/text.ts';
import { vanishedSentence } from '../words/vanished.ts';
import { nearest, roughly, sortedByWorst, type Ranked } from './status.ts';
import { exposures, firstFall, stressMakers, stressView, type Exposure } from './stress.ts';
import type { Trends } from './trend.ts';
import { inSlices, type Slices } from './what-if.ts';

/** What the page shows, and which loan or position each of its gauges stands for. */
export interface GaugePage {
  readonly state: PageState;
  readonly places: ReadonlyMap<string, PlaceOn>;
  /** There are gauges, and none of them is about real money. */
  readonly simulatedOnly: boolean;
}

interface Drawn extends Ranked {
  readonly place: PlaceOn;
  readonly gauge: GaugeView;
  readonly loan?: Loan;
  /** Of a loan. */
  readonly toMarginCall?: Decimal | undefined;
  readonly toLiquidation: Decimal | undefined;
  /** Both, to be compared at once. */
  readonly rough: readonly [toMarginCall: number, toLiquidation: number];
  /** When it was read. Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** What the page shows besides the store. */
export interface Asked {
  /** The person's own shocks, as typed. Undefined while nobody looks at the shocks: they are not calculated then. */
  readonly shocks?: string | undefined;
  /** By the keys of the gauges. */
  readonly trends?: Trends;
}

/** The whole page as a function of the store. Gauges keep the order of accounts, loans and positions: buttons must not jump. */
export function gaugePage(
  accounts: readonly AccountState[],
  viewContext: ViewContext,
  say: Say,
  { shocks, trends }: Asked = {},
): GaugePage {
  const drawn = accounts.flatMap((state) => gaugesOf(state, viewContext, say));
  const exposed = drawn.length === 0 ? [] : exposures(accounts, viewContext);
  const stress = shocks === undefined ? undefined : stressView(exposed, say, shocks);
  const ordered = (order: (a: Drawn, b: Drawn) => number): readonly Drawn[] => [...drawn].sort(order);
  const places = new Map(drawn.map((one, place) => [one, place]));
  const placesOf = (some: readonly Drawn[]): readonly number[] => some.map((one) => places.get(one) ?? 0);
  const worst = sortedByWorst(drawn, (one) => one);
  const shown = new Set<unknown>(drawn.map(({ state }) => state.account));
  return {
    state: {
      heading: say(msg('term.ltv-gauges', 'LTV Gauges')),
      silent: {
        notice: say(msg('gauges.silent', "Figures out of date: LTV Gauge isn't responding. Reload the window.")),
        age: say(msg('gauges.not-current', 'Out of date')),
      },
      words: overviewWords(say),
      summaries: summaries(worst, exposed, say),
      gauges: drawn.map(({ gauge }) => withTrend(gauge, trends?.get(gauge.key))),
      orders: {
        worst: placesOf(worst),
        marginCall: placesOf(ordered((a, b) => a.rough[0] - b.rough[0] || knownFirst(a.toMarginCall, b.toMarginCall))),
        liquidation: placesOf(ordered((a, b) => a.rough[1] - b.rough[1] || knownFirst(a.toLiquidation, b.toLiquidation))),
        age: placesOf(ordered((a, b) => b.at - a.at)),
      },
      sections: drawn.length === 0 ? [] : sections(say, exposed.length > 0),
      sectionFailed: say(msg('gauges.section-failed', "This part couldn't be loaded. Reload the window.")),
      ...(stress === undefined ? {} : { stress }),
      notices: accounts.flatMap((state) => notices(state, shown, viewContext, say)),
      emptyText: say(emptyText(accounts)),
      emptyActions:
        accounts.length > 0
          ? []
          : [
              { id: 'addAccount', label: say(msg('term.add-account', 'Add Account…')) },
              { id: 'trySimulated', label: say(msg('gauges.try-simulated-exchange', 'Try the Simulated Exchange')) },
            ],
    },
    places: new Map(drawn.map(({ gauge, place }) => [gauge.key, place])),
    simulatedOnly: drawn.length > 0 && drawn.every((one) => moneyMark(one.state, viewContext) !== undefined),
  };
}

/** Loans, then positions. A position with cross margin has no gauge: it isn't liquidated alone. */
function gaugesOf(state: AccountState, viewContext: ViewContext, say: Say): readonly Drawn[] {
  const { owner, from, seen } = seenOf(state, viewContext, [state.reading, say]);
  return keptGauges(owner, from, seen, viewContext, say);
}

const keptGauges = kept((...from: Parameters<typeof gaugeMakers>): readonly Drawn[] => gaugeMakers(...from).map((make) => make()));

function gaugeMakers(
  { loans, positions, ground }: ReturnType<typeof seenOf>['seen'],
  viewContext: ViewContext,
  say: Say,
): readonly (() => Drawn)[] {
  const { now } = viewContext;
  return [
    ...loans.map((view) => () => drawnLoan(view.loan, shownFrom(view, ground, now), view, viewContext, say)),
    ...positions
      .filter(({ position }) => position.marginMode === 'isolated')
      .map((view) => () => drawnPosition(view.position, shownFrom(view, ground, now), view, viewContext, say)),
  ];
}

/** Makes in slices what of a page takes long, so that `gaugePage` only has to put it together. Overtaken, it ends early. */
export async function preparePage(
  accounts: readonly AccountState[],
  viewContext: ViewContext,
  say: Say,
  shocks: string | undefined,
  slices: Slices,
): Promise<void> {
  const gauges = accounts.flatMap((state) => gaugeMakers(seenOf(state, viewContext, [state.reading, say]).seen, viewContext, say));
  if ((await inSlices(gauges, (make) => make(), slices)) === undefined) return;
  await slices.pause();
  const stress = exposures(accounts, viewContext).flatMap((exposure) => stressMakers(exposure, shocks, say));
  const made = await inSlices(
    stress,
    (make) => {
      make();
    },
    slices,
  );
  if (made !== undefined) await slices.pause();
}

const drawnLoan = kept((view: LoanView, viewContext: ViewContext, say: Say): Drawn => {
  const { state, loan, level, current, since } = view;
  const key = loanKey(state.account.id, loan.id);
  const toMarginCall = nearest(view.distance, since?.figures.toMarginCall);
  const toLiquidation = nearest(view.toLiquidation, since?.figures.toLiquidation);
  return {
    state,
    level,
    current,
    loan,
    toMarginCall,
    toLiquidation,
    distance: toMarginCall,
    rough: [roughly(toMarginCall), roughly(toLiquidation)],
    at: loan.keptFrom ?? state.snapshot?.asOf ?? 0,
    place: loanAt(state.account.id, loan.id),
    gauge: loanGauge(key, view, viewContext, say),
  };
});

const drawnPosition = kept((view: PositionView, viewContext: ViewContext, say: Say): Drawn => {
  const { state, level, current, position, since } = view;
  const key = positionKey(state.account.id, position.positionId);
  const distance = nearest(view.distance, since?.figures.distance);
  return {
    state,
    level,
    current,
    distance,
    toLiquidation: distance,
    rough: [NaN, roughly(distance)],
    at: position.keptFrom ?? state.snapshot?.asOf ?? 0,
    place: positionAt(state.account.id, position.positionId),
    gauge: positionGauge(key, view, viewContext, say),
  };
});

const withTrend = (gauge: GaugeView, trend: LineTrend | undefined): GaugeView =>
  trend === undefined ? gauge : trended(gauge, [trend], gauge, trend);

const trended = kept((gauge: GaugeView, trend: LineTrend): GaugeView => ({ ...gauge, line: { ...gauge.line, trend } }));

const knownFirst = (a: Decimal | undefined, b: Decimal | undefined): number =>
  a === undefined || b === undefined ? Number(a === undefined) - Number(b === undefined) : compare(a, b);

const sections = (say: Say, hasStress: boolean): PageState['sections'] => [
  ...(hasStress
    ? [
        { id: 'whatIf' as const, heading: say(msg('what-if.heading', 'What if (estimate)')) },
        { id: 'stress' as const, heading: say(msg('stress.prices-moved-estimates', 'If prices move (estimate)')) },
      ]
    : []),
  { id: 'history', heading: say(msg('loan.history', 'History')) },
];

const overviewWords = (say: Say): OverviewWords => ({
  filter: say(msg('overview.filter', 'Filter')),
  groups: {
    none: say(msg('overview.no-groups', 'No groups')),
    account: say(msg('term.account', 'Account')),
    venue: say(msg('account.exchange', 'Exchange')),
  },
  compact: say(msg('overview.compact', 'Compact')),
  columns: {
    worst: say(msg('term.level', 'Level')),
    name: say(msg('status.loan-position', 'Loan or position')),
    figure: say(msg('overview.figure', 'LTV or distance')),
    marginCall: say(msg('overview.to-margin-call', 'To margin call')),
    liquidation: say(msg('gauge.liquidation', 'To liquidation')),
    age: say(msg('term.updated', 'Updated')),
    changes: say(msg('overview.changes', 'Changes')),
  },
});

/** One for each kind of money, worst first within it. */
function summaries(worstFirst: readonly Drawn[], exposed: readonly Exposure[], say: Say): readonly Summary[] {
  const marks = new Set([undefined, ...worstFirst.map(({ gauge }) => gauge.simulatedMark)]);
  return [...marks].flatMap((mark): Summary[] => {
    const some = worstFirst.filter(({ gauge }) => gauge.simulatedMark === mark);
    const [worst] = some;
    if (worst === undefined) return [];
    const { key, title, caption, figure, level, levelText } = worst.gauge;
    const alarms = some.filter((one) => isAlarm(one.level)).length;
    const unknown = some.filter((one) => one.level === 'unknown').length;
    const exposure = exposed.find((one) => (one.mark && say(one.mark)) === mark);
    const fall = exposure && firstFall(exposure, say);
    return [
      {
        ...(mark === undefined ? {} : { simulatedMark: mark }),
        worst: {
          key,
          level,
          text: say(labelled(msg('overview.worst', 'Worst'), dotted(dotted(title, spaced(caption, figure)), levelText))),
        },
        facts: [
          ...counted(msg('overview.attention', 'Need attention'), alarms),
          ...counted(msg('level.unknown', 'Unknown'), unknown),
          ...total(msg('term.debt', 'Debt'), 'debt', some, ({ debtUsd }) => debtUsd),
          ...total(msg('term.collateral', 'Collateral'), 'asset', some, ({ collateralUsd }) => collateralUsd),
          ...(fall === undefined ? [] : [fall]),
        ].map(say),
      },
    ];
  });
}

const counted = (what: Message, count: number): readonly Text[] => (count === 0 ? [] : [labelled(what, count.toString())]);

/** What loans add up to in USD; says when some are missing in it, and when it isn't up to date. */
function total(what: Message, side: 'debt' | 'asset', some: readonly Drawn[], usdOf: (loan: Loan) => Decimal | undefined): readonly Text[] {
  const loans = some.flatMap(({ loan, current }) => (loan === undefined ? [] : [{ loan, usd: usdOf(loan), current }]));
  const known = loans.flatMap(({ usd }) => (usd === undefined ? [] : [usd]));
  if (known.length === 0) return [];
  const isAdjusted = side === 'asset' && loans.some(({ loan }) => loan.collateralValuation === 'adjusted');
  const usd = hideable(formatUsd(sum(known), side));
  const missing = loans.length - known.length;
  const text = joined([
    spaced(what, isAdjusted ? spaced(usd, msg('loan.after-haircut', 'after haircut')) : usd),
    ...(missing === 0 ? [] : [msg('overview.not-counted', '{0} not counted', missing.toString())]),
  ]);
  return [loans.every(({ current }) => current) ? text : lastKnown(text)];
}

/** Which gauge to show for a place: the loan's or position's own, or the account's first. */
export function keyOfPlace(places: GaugePage['places'], { accountId, on }: Place): string | undefined {
  return [...places].find(([, one]) => one.accountId === accountId && (on === undefined || isSame(on, one.on)))?.[0];
}

/** The trouble of an account without gauges, what couldn't be read beside the gauges it has, and what is gone. */
function notices(state: AccountState, shown: ReadonlySet<unknown>, viewContext: ViewContext, say: Say): string[] {
  const { failure, snapshot } = state;
  const mark = moneyMark(state, viewContext);
  const name = `${venueName(state, viewContext)} · ${state.account.name}${mark === undefined ? '' : ` (${say(mark)})`}`;
  const gone = (snapshot?.vanished ?? []).filter(({ repaid }) => repaid !== true).map((one) => vanishedSentence(one, viewContext));
  return [...(failure === undefined || shown.has(state.account) ? [] : [failure.error.sentence]), ...gapsOf(snapshot), ...gone].map(
    (sentence) => say(labelled(name, sentence)),
  );
}

function emptyText(accounts: readonly AccountState[]): Message {
  if (accounts.length === 0) return msg('gauges.no-account', 'Add an account to see its loans and positions.');
  const isBroken = ({ failure, snapshot }: AccountState): boolean => failure !== undefined || gapsOf(snapshot).length > 0;
  if (accounts.some(isBroken)) return msg('gauges.not-everything-read', "Some accounts couldn't be read. Retrying…");
  if (accounts.some((state) => state.snapshot === undefined)) return msg('gauges.loading', 'Loading…');
  return msg('gauges.none', 'No loans or isolated positions');
}
