import { compare, decimal, isPositive, isZero, one, type Decimal } from '../core/decimal.ts';
import { formatAmount, formatDistance, formatLtv } from '../core/format.ts';
import { msg, type Message } from '../core/message.ts';
import type { Loan } from '../core/model.ts';
import type { Trial, TriedAction, TriedLine, WhatIfRow, WhatIfView } from '../core/protocol.ts';
import { compareUrgency, type Level } from '../core/risk/level.ts';
import { distanceTo } from '../core/risk/ltv.ts';
import { coinsOf, eventsOf, shocked, type Outcome, type StressedLoan, type StressedPosition } from '../core/risk/stress.ts';
import { factorOf, modelFrom, triedLoan, triedPosition, type TriedChange, type TriedPosition } from '../core/risk/what-if.ts';
import { readNumber } from '../words/amount.ts';
import { levelWord } from '../words/level.ts';
import { linesOf, liquidationsByCoin, reachText } from '../words/loan-estimates.ts';
import { liquidationPriceOf, ltvText } from '../words/loan.ts';
import { bareDistance, fixedReason, liquidationText } from '../words/position.ts';
import { arrow } from '../words/since-reading.ts';
import type { Text } from '../words/text.ts';
import { reachIn, unknownFigure, type Say } from './gauge-frame.ts';
import {
  exposedOf,
  firstOf,
  harmWord,
  leftOutTexts,
  levelUnder,
  memberDetail,
  movedIn,
  titleOf,
  type Exposure,
  type Member,
} from './stress.ts';

type LoanMember = Extract<Member, { kind: 'loan' }>;
type PositionMember = Extract<Member, { kind: 'position' }>;

/** How long the work on a trial may keep everything else waiting at a time. Milliseconds. */
export const sliceMs = 8;

/** How work is cut into slices. */
export interface Slices {
  /** Milliseconds since some moment. */
  readonly ticks: () => number;
  /** Lets everything else have its turn. */
  readonly pause: () => Promise<void>;
  /** Nobody waits for the result any more. */
  readonly isOvertaken: () => boolean;
}

/** Does something with each, in slices. @returns undefined when it was overtaken */
export async function inSlices<T, R>(
  all: readonly T[],
  each: (one: T) => R,
  { ticks, pause, isOvertaken }: Slices,
): Promise<readonly R[] | undefined> {
  const results: R[] = [];
  let began = ticks();
  let longest = 0;
  for (const one of all) {
    if (ticks() - began + longest > sliceMs) {
      await pause();
      if (isOvertaken()) return undefined;
      began = ticks();
    }
    const from = ticks();
    results.push(each(one));
    // What took long once, as on a busy machine, is forgotten.
    longest = Math.max(longest * 0.8, ticks() - from);
  }
  return results;
}

/** What is tried, and what is moved by it. */
interface Tried {
  readonly factors: ReadonlyMap<string, Decimal>;
  readonly changes: Trial['changes'];
}

/** A row, and the loan or position as it would be; absent when that can't be. */
interface Made {
  readonly row: WhatIfRow;
  readonly loan?: StressedLoan;
  readonly position?: StressedPosition;
}

/**
 * What a trial makes of everything that can be calculated. Estimates; from the last reading, or from newer prices where those are worse.
 * @returns undefined when it was overtaken
 */
export async function whatIfView(
  exposures: readonly Exposure[],
  { prices, changes }: Trial,
  say: Say,
  slices: Slices,
): Promise<WhatIfView | undefined> {
  const factors = new Map(
    Object.entries(prices)
      .map(([coin, percent]) => [coin, decimal(percent)] as const)
      .filter(([, percent]) => !isZero(percent))
      .map(([coin, percent]) => [coin, factorOf(percent)]),
  );
  const tables: WhatIfView['tables'][number][] = [];
  for (const { mark, members, leftOut } of exposures) {
    const [all] = movedIn(exposedOf(members));
    const made = await inSlices(
      members,
      (member) => {
        const one = madeOf(member, { factors, changes }, say);
        // Found again below, where all of them are brought into their order.
        if (all !== undefined && one.loan !== undefined) for (const way of ['fall', 'rise'] as const) eventsOf(ofOne(one), all.coins, way);
        return one;
      },
      slices,
    );
    if (made === undefined) return undefined;
    await slices.pause();
    if (slices.isOvertaken()) return undefined;
    const exposed = {
      loans: made.flatMap(({ loan }) => loan ?? []),
      positions: made.flatMap(({ position }) => position ?? []),
    };
    tables.push({
      ...(mark === undefined ? {} : { simulatedMark: say(mark) }),
      first: (all === undefined ? [] : firstOf(all, [], exposed, members)).map(say),
      rows: made.map(({ row }) => row),
      leftOut: leftOutTexts(leftOut).map(say),
    });
  }
  return {
    words: words(say),
    coins: [...new Set(exposures.flatMap(({ members }) => coinsOf(exposedOf(members))))],
    tables,
  };
}

const ofOne = ({ loan, position }: Made): { loans: readonly StressedLoan[]; positions: readonly StressedPosition[] } => ({
  loans: loan === undefined ? [] : [loan],
  positions: position === undefined ? [] : [position],
});

const words = (say: Say): WhatIfView['words'] => ({
  note: say(msg('what-if.note', 'Estimates from the last known prices, all else unchanged. Nothing is sent from here.')),
  allCoins: say(msg('stress.all-coins', 'All coins')),
  percent: say(msg('stress.own', 'Your own, in %')),
  reset: say(msg('what-if.reset', 'Reset')),
  use: say(msg('what-if.use', 'Use This…')),
  noChange: say(msg('what-if.none', 'No change')),
  also: say(msg('what-if.also', 'Also…')),
  oneByOne: say(msg('what-if.one-by-one', 'Tried together; each is a change of its own, with its own preview.')),
  amount: say(msg('term.amount', 'Amount')),
  first: say(msg('stress.breaks-first', 'First affected')),
});

/** The changes tried on one loan or position, with their places among the lines. */
interface Asked {
  readonly changes: readonly (TriedChange & { readonly at: number })[];
  /** The first line that is no amount. */
  readonly refused?: { readonly at: number; readonly text: Message };
}

/** Lines without an amount, or with what is none, are left out. */
function askedOf(lines: readonly TriedLine[]): Asked {
  const read = lines
    .map(({ action, coin, amount }, at) => ({
      act: actOf(action),
      coin,
      amount: readNumber(amount.trim(), '0.1'),
      at,
      isEmpty: amount.trim() === '',
    }))
    .filter(({ isEmpty }) => !isEmpty);
  const wrong = read.find(({ amount }) => typeof amount !== 'string');
  return {
    changes: read.flatMap(({ act, coin, amount, at }) => (typeof amount === 'string' ? [{ act, coin, amount, at }] : [])),
    ...(wrong === undefined || typeof wrong.amount === 'string' ? {} : { refused: { at: wrong.at, text: wrong.amount } }),
  };
}

function madeOf(member: Member, tried: Tried, say: Say): Made {
  const asked = askedOf(tried.changes[member.stressed.key] ?? []);
  const isMoved = coinsOf(exposedOf([member])).some((coin) => tried.factors.has(coin));
  const isTouched = isMoved || asked.changes.length > 0;
  const made =
    member.kind === 'loan'
      ? madeOfLoan(member, tried.factors, asked.changes, isTouched, say)
      : madeOfPosition(member, tried.factors, asked.changes, isTouched, say);
  if (asked.refused === undefined || made.row.refused !== undefined) return made;
  const { at, text } = asked.refused;
  return { ...made, row: { ...made.row, refused: { at, text: say(text) } } };
}

function actOf(action: TriedAction): TriedChange['act'] {
  switch (action) {
    case 'add':
    case 'addMargin':
      return 'add';
    case 'reduce':
    case 'reduceMargin':
      return 'reduce';
    case 'repay':
      return 'repay';
  }
}

function madeOfLoan(member: LoanMember, factors: Tried['factors'], changes: Asked['changes'], isTouched: boolean, say: Say): Made {
  const { view, stressed } = member;
  const { model } = stressed;
  const estimate = view.since?.figures.ltv;
  const isWorse = estimate !== undefined && isPositive(model.ltv) && compare(estimate, model.ltv) > 0;
  const from = isWorse ? { ...stressed, model: modelFrom(model, estimate) } : stressed;
  const loan = triedLoan(from, factors, ...changes);
  const acts = [
    ...view.loan.collateral.flatMap(({ coin }) => [act('add', coin, say), act('reduce', coin, say)]),
    ...view.loan.debts.filter(({ amount }) => isPositive(amount)).map(({ coin }) => act('repay', coin, say)),
  ];
  if (loan === undefined) {
    const first = changes.find((_, place) => triedLoan(from, factors, ...changes.slice(0, place + 1)) === undefined);
    return { row: unknownRow(member, acts, first?.at, say) };
  }
  const [outcome = { key: stressed.key }] = shocked({ loans: [loan], positions: [] }, new Set(), one);
  const after = changes.length === 0 ? view.loan : afterwards(view.loan, loan.model);
  const then = outcome.ltv === undefined ? unknownFigure : formatLtv(outcome.ltv);
  const now = ltvText(view.loan);
  const reach = (line: Decimal | undefined): string => near(distanceTo(line, outcome.ltv), say);
  const price = loanPrice(view.loan, loan, isTouched);
  return {
    loan,
    row: {
      ...rowOf({ ...member, view: { ...view, loan: after } }, outcome, isTouched, say),
      figure: then === now ? now : arrow(now, then),
      toMarginCall: reach(loan.marginCall),
      toLiquidation: reach(loan.liquidation),
      ...(price === undefined ? {} : { liquidationPrice: price }),
      acts,
    },
  };
}

/** The amounts of the loan after the change, so that one that owes nothing any more is known as that. */
function afterwards(loan: Loan, { collateral, debts }: StressedLoan['model']): Loan {
  const { debtUsd: _debt, collateralUsd: _collateral, ...rest } = loan;
  const amounts = (coins: typeof collateral | typeof debts): Loan['debts'] => coins.map(({ coin, amount }) => ({ coin, amount }));
  return { ...rest, collateral: amounts(collateral), debts: amounts(debts) };
}

/** The venue's own as long as nothing is tried, else of the coin that has the least way to go. */
function loanPrice(read: Loan, { model, liquidation }: StressedLoan, isTouched: boolean): string | undefined {
  const given = isTouched ? undefined : liquidationPriceOf(read);
  if (given !== undefined) return `${given.instrument} ${formatAmount(given.price)}`;
  if (liquidation === undefined || !model.debts.some(({ amount }) => isPositive(amount))) return undefined;
  const lines = linesOf(model, { liquidation: { ltv: liquidation, source: 'venue' } });
  const [nearest] = liquidationsByCoin({ lines }, {});
  // What is reached already has no way to go.
  return nearest?.coin === undefined || isZero(nearest.liquidation.change)
    ? undefined
    : `~${nearest.coin} ${reachText(nearest.liquidation, nearest.way)}`;
}

function madeOfPosition(member: PositionMember, factors: Tried['factors'], changes: Asked['changes'], isTouched: boolean, say: Say): Made {
  const { view, stressed } = member;
  const { position } = view;
  const estimate = view.since?.figures;
  const isWorse = estimate !== undefined && view.distance !== undefined && compare(estimate.distance, view.distance) < 0;
  const from = isWorse ? { ...stressed, position: { ...stressed.position, markPrice: estimate.markPrice } } : stressed;
  const tried = triedPosition(from, factors, ...changes);
  const { marginCoin } = position;
  const acts = fixedReason(position) === undefined ? [act('addMargin', marginCoin, say), act('reduceMargin', marginCoin, say)] : [];
  if (tried === undefined) return { row: unknownRow(member, acts, changes.at(-1)?.at, say) };
  const [outcome = { key: stressed.key }] = shocked({ loans: [], positions: [tried] }, new Set(), one);
  const then = positionFigure(tried, outcome, say);
  const isFigure = tried.unreachable !== true && outcome.distance !== undefined && isPositive(outcome.distance);
  const now = bareDistance(view.distance);
  const price = say(liquidationText(tried.liquidationPrice, position.side, position.priceCoin, tried.unreachable));
  return {
    position: tried,
    row: {
      ...rowOf(member, outcome, isTouched, say, tried.unreachable === true ? 'ok' : undefined),
      figure: then === now ? now : isFigure ? arrow(now, then) : `${now} → ${then}`,
      toLiquidation: tried.unreachable === true ? then : near(outcome.distance, say),
      liquidationPrice: changes.length === 0 ? price : `~${price}`,
      acts,
    },
  };
}

function positionFigure({ unreachable }: TriedPosition, { distance }: Outcome, say: Say): string {
  if (unreachable === true) return say(msg('position.not-reached', 'not reached'));
  if (distance === undefined) return unknownFigure;
  return isPositive(distance) ? formatDistance(distance) : say(msg('term.reached', 'reached'));
}

/** Title, level and what happens. As it is shown elsewhere until something is tried; what rests on other figures is never made better. */
function rowOf(
  member: Member,
  outcome: Outcome,
  isTouched: boolean,
  say: Say,
  known?: Level,
): Pick<WhatIfRow, 'key' | 'title' | 'detail' | 'level' | 'levelText'> {
  const shown = member.view.level;
  const own = known ?? levelUnder(member, outcome);
  const level = !isTouched || (member.view.by !== undefined && compareUrgency(shown, own) < 0) ? shown : own;
  return {
    ...nameOf(member, say),
    level,
    levelText: say(isTouched && outcome.harm !== undefined ? harmWord(outcome.harm) : levelWord(level)),
  };
}

const nameOf = (member: Member, say: Say): Pick<WhatIfRow, 'key' | 'title' | 'detail'> => ({
  key: member.stressed.key,
  title: say(titleOf(member)),
  detail: say(memberDetail(member)),
});

/** Of what can't be. */
const unknownRow = (member: Member, acts: WhatIfRow['acts'], at: number | undefined, say: Say): WhatIfRow => ({
  ...nameOf(member, say),
  figure: unknownFigure,
  level: 'unknown',
  levelText: say(levelWord('unknown')),
  toLiquidation: unknownFigure,
  acts,
  refused: { at: at ?? 0, text: say(msg('what-if.too-much', 'More than there is')) },
});

const near = (distance: Decimal | undefined, say: Say): string => {
  const text: Text = reachIn(distance, {}, undefined);
  return distance !== undefined && isPositive(distance) ? `~${say(text)}` : say(text);
};

function act(action: TriedAction, coin: string, say: Say): WhatIfRow['acts'][number] {
  return { action, coin, label: say(labelOf(action, coin)) };
}

function labelOf(action: TriedAction, coin: string): Message {
  switch (actOf(action)) {
    case 'add':
      return msg('term.add', 'Add {0}', coin);
    case 'reduce':
      return msg('term.remove', 'Remove {0}', coin);
    case 'repay':
      return msg('target.repay', 'Repay {0}', coin);
  }
}
