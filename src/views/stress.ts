import {
  absolute,
  add,
  compare,
  decimal,
  divide,
  isNegative,
  isPositive,
  isZero,
  negate,
  one,
  zero,
  type Decimal,
} from '../core/decimal.ts';
import { formatDistance, formatLtv } from '../core/format.ts';
import { kept } from '../core/kept.ts';
import { msg, type Message } from '../core/message.ts';
import type { StressCell, StressTable, StressView } from '../core/protocol.ts';
import { levelOf, levelOfDistance, type Level } from '../core/risk/level.ts';
import {
  coinsOf,
  eventsOf,
  shocked,
  type Event,
  type Exposed,
  type Outcome,
  type StressedLoan,
  type StressedPosition,
} from '../core/risk/stress.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import { venueName, type ViewContext } from '../words/account.ts';
import { levelWord } from '../words/level.ts';
import { exposedLoan, exposedPosition, type NotExposed } from '../words/exposed.ts';
import { averageHaircut, changeText, noEstimateReason } from '../words/loan-estimates.ts';
import { loanName, loanViews, type LoanView } from '../words/loan.ts';
import { crossMargin, liquidationDistanceText, namedWithSide, outOfReach, positionViews, type PositionView } from '../words/position.ts';
import { bracketed, dotted, estimated, joined, labelled, listed, spaced, type Text } from '../words/text.ts';
import { notRead, partlyRead } from './account.ts';
import { loanKey, moneyMark, positionKey, type Say } from './gauge-frame.ts';

const shocksOfAll = ['-0.1', '-0.2', '-0.3', '-0.4', '-0.5'].map(decimal);
const shocksOfOne = ['-0.2', '-0.4'].map(decimal);
/** Only where a rise does harm. */
const riseOf = decimal('0.2');
const hundred = decimal('100');
/** Events named in a line before the rest is counted. */
const namedEvents = 4;

/** Coins that move together. */
export interface Moved {
  readonly label: Text;
  readonly coins: ReadonlySet<string>;
  /** Their rise does harm. */
  readonly owed: boolean;
  /** How many loans and positions depend on them. */
  readonly dependents: number;
}

/** A shock that the person thought of. */
interface OwnShock {
  readonly text: string;
  /** Absent for all coins. */
  readonly coin?: string;
  readonly change: Decimal;
}

const mostOwn = 6;

/** @param text e.g. `-35, BTC -15`: percents with at most one decimal place, of all coins or of one; a sign-less one is a rise */
function ownShocks(text: string): { readonly own: readonly OwnShock[]; readonly refused: readonly string[] } {
  const own: OwnShock[] = [];
  const refused: string[] = [];
  for (const part of text.split(/[,;，；]/).map((one) => one.trim())) {
    if (part === '') continue;
    const [, coin, sign = '', digits] = /^(?:(\S+)\s+)?([+−-]?)(\d{1,3}(?:\.\d)?)\s*%?$/.exec(part) ?? [];
    const size = digits === undefined ? zero : divide(decimal(digits), hundred, 3, 'down');
    const change = sign === '' || sign === '+' ? size : negate(size);
    if (isZero(size) || compare(change, negate(one)) <= 0 || own.length === mostOwn) refused.push(part);
    else own.push({ text: part, change, ...(coin === undefined ? {} : { coin: coin.toUpperCase() }) });
  }
  return { own, refused };
}

/**
 * What price moves do to all loans and isolated positions that can be calculated.
 * @param text the person's own shocks, as typed
 */
export function stressView(all: readonly Exposure[], say: Say, text = ''): StressView | undefined {
  const tables = all.map((exposure) => keptTable(exposure.from[0] ?? say, [text, say, ...fromOf(exposure)], exposure, text, say));
  const [first] = tables;
  return first === undefined ? undefined : keptView(first, [...tables, text, say], tables, text, say);
}

const keptView = kept((tables: readonly Tabled[], text: string, say: Say): StressView => {
  const { own, refused } = ownShocks(text);
  const unmet = own.filter(({ coin }) => coin !== undefined && !tables.some(({ coins }) => coins.has(coin))).map((one) => one.text);
  const wrong = [...refused, ...unmet];
  return {
    firstHeading: say(msg('stress.breaks-first', 'First affected')),
    memberHeading: say(msg('status.loan-position', 'Loan or position')),
    own: {
      label: say(msg('stress.own', 'Your own, in %')),
      example: '−35, BTC −15',
      ...(wrong.length === 0 ? {} : { refused: say(labelled(msg('stress.refused', 'Ignored'), listed(wrong))) }),
    },
    tables: tables.map(({ table }) => table),
  };
});

const keptTable = kept((exposure: Exposure, text: string, say: Say) => tableOf(exposure, ownShocks(text).own, say));

/** Everything that is told of an exposure. What newer prices make of a loan or position is not in it. */
const fromOf = ({ mark, from }: Exposure): readonly unknown[] => [mark?.template, ...from];

/** Everything that an account's part of a table is made from, as one object. */
function essenceOf({ account }: AccountState, found: readonly (Member | LeftOut)[]): object {
  const parts: unknown[] = found.flatMap((one) =>
    'reason' in one
      ? [JSON.stringify(one)]
      : [...[inEssence(one), one.view.levels, one.place, one.several], one.kind === 'loan' ? one.view.loan : one.view.liquidation],
  );
  parts.push(account);
  return same(account, parts, parts);
}

const same = kept((parts: readonly unknown[]): object => parts);

/** What a loan or position is calculated from. */
const inEssence = (member: Member): object => (member.kind === 'loan' ? member.stressed.model : member.stressed.position);

interface Tabled {
  readonly table: StressTable;
  /** Whose price matters. */
  readonly coins: ReadonlySet<string>;
}

function tableOf({ mark, members, leftOut }: Exposure, own: readonly OwnShock[], say: Say): Tabled {
  const exposed = exposedOf(members);
  const [all, ...single] = movedIn(exposed);
  // Of one account they are alike.
  const details = new Map<string, string>();
  const detailOf = (member: Member): string => {
    const text = say(memberDetail(member));
    const known = details.get(text) ?? text;
    details.set(known, known);
    return known;
  };
  const table = {
    ...(mark === undefined ? {} : { simulatedMark: say(mark) }),
    first: (all === undefined ? [] : firstOf(all, single, exposed, members)).map(say),
    caption: say(msg('stress.caption', 'Estimated effect of each price move, all else unchanged')),
    members: members.map((member) => ({ key: member.stressed.key, title: say(titleOf(member)), detail: detailOf(member) })),
    shocks: all === undefined ? [] : shocks(all, single, own).map(({ moved, change }) => row(moved, change, members, say)),
    leftOut: leftOutTexts(leftOut).map(say),
  };
  return { table, coins: new Set([...(all?.coins ?? [])].map((coin) => coin.toUpperCase())) };
}

/** What prices can harm of them. */
export const exposedOf = (members: readonly Member[]): Exposed => ({
  loans: members.flatMap((member) => (member.kind === 'loan' ? [member.stressed] : [])),
  positions: members.flatMap((member) => (member.kind === 'position' ? [member.stressed] : [])),
});

export function memberDetail(member: Member): Text {
  const figure = member.kind === 'loan' ? msg('term.ltv', 'LTV') : msg('gauge.liquidation', 'To liquidation');
  return joined([member.place, figure, ...(member.kind === 'loan' && member.averaged ? [averageHaircut()] : [])]);
}

/** All coins together first, then each alone where there are several. */
export function movedIn(exposed: Exposed): readonly Moved[] {
  const coins = coinsOf(exposed);
  const by = (label: Text, some: readonly string[]): Moved => ({
    label,
    coins: new Set(some),
    owed: isOwed(exposed, new Set(some)),
    dependents: dependents(exposed, new Set(some)),
  });
  const [first, ...others] = coins;
  if (first === undefined) return [];
  return others.length === 0
    ? [by(first, coins)]
    : [by(msg('stress.all-coins', 'All coins'), coins), ...coins.map((coin) => by(coin, [coin]))];
}

function isOwed({ loans, positions }: Exposed, coins: ReadonlySet<string>): boolean {
  return (
    loans.some(({ model }) => model.debts.some(({ coin, amount }) => coins.has(coin) && isPositive(amount))) ||
    positions.some(({ coin, position }) => coins.has(position.side === 'short' ? coin : position.priceCoin))
  );
}

function dependents(exposed: Exposed, coins: ReadonlySet<string>): number {
  const { loans, positions } = dependingOn(exposed, coins);
  return loans.length + positions.length;
}

/** What the price of one of these coins matters to. */
const dependingOn = ({ loans, positions }: Exposed, coins: ReadonlySet<string>): Exposed => ({
  loans: loans.filter(({ model }) => [...model.collateral, ...model.debts].some(({ coin }) => coins.has(coin))),
  positions: positions.filter(({ coin, position }) => coins.has(coin) || coins.has(position.priceCoin)),
});

interface Shock {
  readonly moved: Moved;
  readonly change: Decimal;
}

function shocks(all: Moved, single: readonly Moved[], own: readonly OwnShock[]): readonly Shock[] {
  const of = (moved: Moved, changes: readonly Decimal[]): readonly Shock[] =>
    [...changes, ...(moved.owed ? [riseOf] : [])].map((change) => ({ moved, change }));
  const theirs = own.flatMap(({ coin, change }): readonly Shock[] => {
    const among = single.length === 0 ? [all] : single;
    const moved = coin === undefined ? all : among.find(({ coins }) => [...coins].some((one) => one.toUpperCase() === coin));
    return moved === undefined ? [] : [{ moved, change }];
  });
  return [...theirs, ...of(all, shocksOfAll), ...single.flatMap((moved) => of(moved, shocksOfOne))];
}

/** Makes what takes long of a table, or of the first fall where no table is asked for, for one of its members after the other. */
export function stressMakers({ members }: Exposure, text: string | undefined, say: Say): readonly (() => void)[] {
  const [all, ...others] = movedIn(exposedOf(members));
  if (all === undefined) return [];
  const single = text === undefined ? [] : others;
  const moves = (text === undefined ? [] : shocks(all, single, ownShocks(text).own)).map(({ moved, change }) => ({
    coins: moved.coins,
    factor: add(one, change),
  }));
  return members.map((member) => () => {
    const exposed = exposedOf([member]);
    for (const { coins } of [all, ...single])
      for (const way of ['fall', 'rise'] as const) eventsOf(dependingOn(exposed, coins), coins, way);
    for (const { coins, factor } of moves) cellOf(member, coins, factor, say);
  });
}

function row({ label, coins }: Moved, change: Decimal, members: readonly Member[], say: Say): StressTable['shocks'][number] {
  const factor = add(one, change);
  return { label: say(spaced(label, changed(change))), cells: members.map((member) => cellOf(member, coins, factor, say)) };
}

function cellOf(member: Member, coins: ReadonlySet<string>, factor: Decimal, say: Say): StressCell {
  const known = cellsOf(inEssence(member), [member.view.levels, member.kind === 'loan' ? member.view.loan : undefined, say], member);
  // Whatever else moves, a loan or position sees only its own coins: most are not moved when one coin is.
  const own = known.coins.filter((coin) => coins.has(coin));
  const question = own.length === 0 ? '' : own.length === known.coins.length ? factor : [factor, ...own].join(' ');
  const at = known.questions.indexOf(question);
  const held = known.cells[at] ?? cell(member, shocked(exposedOf([member]), coins, factor)[0], say);
  if (at >= 0) return held;
  // Not pushed: that makes room for sixteen more.
  known.questions = known.questions.concat(question);
  known.cells = known.cells.concat(held);
  return held;
}

/** Of one loan or position, by the shock: few enough to be looked through. */
const cellsOf = kept(
  (member: Member): { readonly coins: readonly string[]; questions: readonly string[]; cells: readonly StressCell[] } => ({
    coins: coinsOf(exposedOf([member])),
    questions: [],
    cells: [],
  }),
);

function cell(member: Member, outcome: Outcome | undefined, say: Say): StressCell {
  const level = levelUnder(member, outcome);
  const word = outcome?.harm === undefined ? levelWord(level) : harmWord(outcome.harm);
  const figure = figureUnder(member, outcome);
  return { text: say(figure === undefined ? word : dotted(figure, word)), level };
}

export const harmWord = (harm: Event['harm']): Message =>
  harm === 'liquidation' ? msg('term.liquidation', 'Liquidation') : msg('term.margin-call', 'Margin call');

function figureUnder(member: Member, { ltv, distance }: Pick<Outcome, 'ltv' | 'distance'> = {}): string | undefined {
  if (member.kind === 'loan') return ltv === undefined ? undefined : formatLtv(ltv);
  return distance === undefined || !isPositive(distance) ? undefined : formatDistance(distance);
}

export function levelUnder(member: Member, outcome: Outcome | undefined): Level {
  if (outcome === undefined) return 'unknown';
  if (outcome.harm !== undefined) return 'danger';
  const { levels } = member.view;
  if (member.kind === 'loan')
    return outcome.ltv === undefined ? 'unknown' : levelOf({ ...member.view.loan, ltv: outcome.ltv }, true, levels);
  return member.stressed.position.distress === undefined ? levelOfDistance(outcome.distance, levels) : 'danger';
}

const changed = (change: Decimal): string => changeText(absolute(change), isNegative(change) ? 'fall' : 'rise');

/** What a fall of all prices together brings first, in one sentence; what is reached already isn't ahead. Undefined where it brings nothing. */
export const firstFall = (exposure: Exposure, say: Say): Text | undefined => keptFall(exposure.from[0] ?? say, fromOf(exposure), exposure);

const keptFall = kept(({ members, leftOut }: Exposure): Text | undefined => {
  const exposed = exposedOf(members);
  const [all] = movedIn(exposed);
  return all === undefined ? undefined : firstFallOf(all, exposed, members, leftOut.length);
});

function firstFallOf(all: Moved, exposed: Exposed, members: readonly Member[], leftOut: number): Text | undefined {
  const event = eventsOf(exposed, all.coins, 'fall').find(({ change }) => !isZero(change));
  const member = members.find(({ stressed }) => stressed.key === event?.key);
  if (event === undefined || member === undefined) return undefined;
  const fall = estimated(
    msg(
      'overview.first-fall',
      '{0} brings the first {1}: {2}',
      spaced(all.label, changed(event.change)),
      harmNoun(event.harm),
      nameOf(member),
    ),
  );
  return leftOut === 0 ? fall : joined([fall, msg('overview.not-counted', '{0} not counted', leftOut.toString())]);
}

const harmNoun = (harm: Event['harm']): Message =>
  harm === 'liquidation' ? msg('preview.liquidation', 'liquidation') : msg('preview.margin-call', 'margin call');

/** What happens first as prices move one way: for all together, and for each coin that several depend on. Before it, what is reached already. */
export function firstOf(all: Moved, single: readonly Moved[], exposed: Exposed, members: readonly Member[]): readonly Message[] {
  const byKey = new Map(members.map((member) => [member.stressed.key, member]));
  const harmText = ({ key, harm }: Event): Message => {
    const member = byKey.get(key);
    return dotted(member === undefined ? '' : nameOf(member), harmWord(harm));
  };
  const events = (moved: Moved, way: 'fall' | 'rise'): readonly Event[] =>
    withoutEchoes(eventsOf(moved === all ? exposed : dependingOn(exposed, moved.coins), moved.coins, way));
  const ofAll = { fall: events(all, 'fall'), rise: events(all, 'rise') };
  const reached = [...ofAll.fall, ...ofAll.rise].filter(({ change }) => isZero(change));
  const already = [...new Map(reached.map((event) => [event.key, harmText(event)])).values()];
  const ahead = [all, ...single.filter(({ dependents }) => dependents > 1)].flatMap((moved) =>
    (['fall', 'rise'] as const).flatMap((way) => {
      const coming = (moved === all ? ofAll[way] : events(moved, way)).filter(({ change }) => !isZero(change));
      const texts = coming.slice(0, namedEvents).map((event) => labelled(changed(event.change), harmText(event)));
      const more = coming.length - texts.length;
      return texts.length === 0 ? [] : [spaced(moved.label, listed(more > 0 ? [...texts, `… (+${more.toString()})`] : texts))];
    }),
  );
  if (already.length === 0 && ahead.length === 0)
    return [msg('stress.no-known-line', 'No known margin call or liquidation, even if prices fall to 0 or double')];
  return [...(already.length === 0 ? [] : [msg('stress.reached-already', 'Already reached: {0}', listed(already))]), ...ahead];
}

/** Without margin calls that come together with the liquidation. */
function withoutEchoes(events: readonly Event[]): readonly Event[] {
  const name = ({ key, change }: Event): string => `${change} ${key}`;
  const ends = new Set(events.filter(({ harm }) => harm === 'liquidation').map(name));
  return events.filter((event) => event.harm === 'liquidation' || !ends.has(name(event)));
}

export function leftOutTexts(leftOut: readonly LeftOut[]): readonly Message[] {
  const byReason = new Map<string, readonly LeftOut[]>();
  for (const one of leftOut) byReason.set(one.reason.template, [...(byReason.get(one.reason.template) ?? []), one]);
  return [...byReason.values()].flatMap((some) => {
    const reason = some[0]?.reason;
    return reason === undefined ? [] : [msg('stress.left-out', 'Not included ({0}): {1}', reason, joined(some.map(({ what }) => what)))];
  });
}

interface Named {
  /** Venue and account. */
  readonly place: string;
  /** There are other accounts. */
  readonly several: boolean;
}

/** The loan or position alone. Not kept: of a thousand, few are named at a time. */
export const titleOf = ({ view }: Pick<Member, 'view'>): Message =>
  'loan' in view ? msg('term.loan', 'Loan {0}', loanName(view.loan)) : namedWithSide(view.position);

/** Among those of other accounts. */
const nameOf = ({ view, place, several }: Pick<Member, 'view' | 'place' | 'several'>): Message =>
  several ? bracketed(titleOf({ view }), place) : titleOf({ view });

/** A loan or position that can be calculated. */
export type Member = Named &
  (
    | { readonly kind: 'loan'; readonly view: LoanView; readonly stressed: StressedLoan; readonly averaged: boolean }
    | { readonly kind: 'position'; readonly view: PositionView; readonly stressed: StressedPosition }
  );

/** What can't be calculated, and why. */
export interface LeftOut {
  readonly what: Text;
  readonly reason: Message;
}

/** Everything of one kind of money: real and simulated are never mixed. */
export interface Exposure {
  /** Absent for real money. */
  readonly mark?: Message;
  readonly members: readonly Member[];
  readonly leftOut: readonly LeftOut[];
  /** One object for each account, the same while nothing has changed but by estimates. */
  readonly from: readonly object[];
}

/** Everything that prices can harm: real money first, then in the order of the gauges. */
export function exposures(accounts: readonly AccountState[], viewContext: ViewContext): readonly Exposure[] {
  const byMark = new Map<string, AccountState[]>();
  for (const state of accounts) {
    const kind = moneyMark(state, viewContext)?.template ?? '';
    const some = byMark.get(kind) ?? [];
    some.push(state);
    byMark.set(kind, some);
  }
  return [...byMark.entries()]
    .sort(([a], [b]) => Number(a !== '') - Number(b !== ''))
    .map(([, states]) => {
      const mark = states[0] === undefined ? undefined : moneyMark(states[0], viewContext);
      const parts = states.map((state) => partOf(state, viewContext, states.length > 1));
      return {
        ...(mark === undefined ? {} : { mark }),
        members: parts.flatMap(({ members }) => members),
        leftOut: parts.flatMap(({ leftOut }) => leftOut),
        from: parts.map(({ essence }) => essence),
      };
    })
    .filter(({ members, leftOut }) => members.length > 0 || leftOut.length > 0);
}

function partOf(state: AccountState, viewContext: ViewContext, several: boolean): ReturnType<typeof keptPart> {
  const { now, intervalMs, exchanges } = viewContext;
  const views = [loanViews(state, now, intervalMs), positionViews(state, now, intervalMs)] as const;
  return keptPart(state.snapshot ?? state.account, [...views, state.account, several, exchanges], state, viewContext, several, views);
}

const keptPart = kept((...args: Parameters<typeof foundIn>) => {
  const found = foundIn(...args);
  return {
    members: found.filter((one) => 'stressed' in one),
    leftOut: found.filter((one) => 'reason' in one),
    essence: essenceOf(args[0], found),
  };
});

function foundIn(
  state: AccountState,
  viewContext: ViewContext,
  several: boolean,
  [loans, positions]: readonly [readonly LoanView[], readonly PositionView[]],
): readonly (Member | LeftOut)[] {
  const place = `${venueName(state, viewContext)} · ${state.account.name}`;
  const named = { place, several };
  const { snapshot } = state;
  const incomplete = snapshot?.loansTrouble !== undefined || snapshot?.positionsTrouble !== undefined;
  return [
    ...loans.map((view) => loanIn(view, named)),
    ...positions.map((view) => positionIn(view, named)),
    ...(snapshot === undefined ? [{ what: place, reason: notRead() }] : []),
    ...(incomplete ? [{ what: place, reason: partlyRead() }] : []),
  ];
}

function loanIn(view: LoanView, named: Named): Member | LeftOut {
  const stressed = exposedLoan(loanKey(view.state.account.id, view.loan.id), view);
  if (typeof stressed === 'string') return { what: nameOf({ view, ...named }), reason: noEstimateReason(stressed) };
  return { ...named, kind: 'loan', view, stressed, averaged: stressed.model.haircuts === 'averaged' };
}

function positionIn(view: PositionView, named: Named): Member | LeftOut {
  const stressed = exposedPosition(positionKey(view.state.account.id, view.position.positionId), view);
  if (typeof stressed === 'string') return { what: nameOf({ view, ...named }), reason: reasonOf(stressed) };
  return { ...named, kind: 'position', view, stressed };
}

function reasonOf(why: NotExposed): Message {
  switch (why) {
    case 'crossMargin':
      return crossMargin();
    case 'stale':
      return noEstimateReason(why);
    case 'outOfReach':
      return outOfReach();
    case 'noLiquidationPrice':
      return liquidationDistanceText(undefined);
    case 'contract':
      return msg('stress.contract', 'contract not supported');
  }
}
