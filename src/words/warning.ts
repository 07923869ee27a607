import { absolute, compare, isPositive, round, type Decimal } from '../core/decimal.ts';
import { formatAmount, formatDistance, formatLiquidationPrice, formatLtv } from '../core/format.ts';
import { msg, type Message } from '../core/message.ts';
import type { DueDebt, Snapshot, Target, TermChange } from '../core/model.ts';
import { isAlarm } from '../core/risk/level.ts';
import { believed } from '../core/risk/position-model.ts';
import { gapsOf, type AccountState } from '../engine/monitor/store.ts';
import type { ForcedEvent } from '../engine/storage/history-protocol.ts';
import { levelOfAlarm, type Warning } from '../engine/storage/warning-protocol.ts';
import { loanRemedy, positionRemedy, type Remedy } from '../engine/targets/remedy.ts';
import { readWarningTarget, toldEvent, type Told } from '../engine/watch/warnings.ts';
import { isDemo, readingAge, venueName, type ViewContext } from './account.ts';
import { shortAmount } from './amount.ts';
import { levelBy, levelWord } from './level.ts';
import { distanceText, liquidationPriceOf, loanName, loanViews, ltvText, standingAt, type LoanView } from './loan.ts';
import { liquidationsByCoin, loanEstimates } from './loan-estimates.ts';
import { liquidationDistanceText, namedWithSide, positionViews, reachWords, type PositionView } from './position.ts';
import { rescueSentence } from './rescue.ts';
import { pricesText } from './since-reading.ts';
import { bracketed, estimated, joined, labelled, sentence, spaced, type Text } from './text.ts';
import { unwatchedSentence, vanishedSentence } from './vanished.ts';
import { unboundKey } from './key.ts';

/** Number of further warnings named before the rest is counted. */
const namedBeside = 3;

/**
 * One message for all that is told at one moment: the worst in full, the others by name.
 * @param told in the order of `worstFirst`, at least one
 */
export function warningSentence(told: readonly Told[], states: readonly AccountState[], viewContext: ViewContext): Message {
  const [first, ...more] = told;
  if (first === undefined) throw new RangeError('nothing to tell');
  if (told.every(({ says }) => says === 'note')) return noteSentence(told, states, viewContext);
  const head = first.event === undefined ? headOf(first, states, viewContext) : eventSentence(told, first.event, states, viewContext);
  const details = detailsOf(first, states, viewContext);
  if (more.length === 0) return [head, ...details.figures, ...details.remedy].reduce((text, part) => spaced(text, part));
  const others = more.filter((one) => !isTogether(first, one));
  if (others.length === 0) return head;
  const names = others.slice(0, namedBeside).map((one) => warningName(one, states, nameOf));
  const rest = others.length - names.length;
  const also = joined(rest === 0 ? names : [...names, msg('warning.more', '{0} more', rest.toString())]);
  const shown = details.isLastKnown === true ? details.figures : details.remedy;
  return [head, ...shown, msg('warning.also', 'Also: {0}.', also)].reduce((text, part) => spaced(text, part));
}

/** Notices, each with its own sentence: a name alone would say nothing. */
function noteSentence(told: readonly Told[], states: readonly AccountState[], viewContext: ViewContext): Message {
  const heads = told.slice(0, namedBeside).map((one) => headOf(one, states, viewContext));
  const rest = told.length - heads.length;
  const more = rest === 0 ? [] : [msg('warning.also', 'Also: {0}.', msg('warning.more', '{0} more', rest.toString()))];
  return [...heads, ...more].reduce((text, part) => spaced(text, part));
}

/** One liquidation can have several rows. */
const isTogether = (a: Told, b: Told): boolean => a.event !== undefined && a.account === b.account && a.target === b.target;

/** Forced events by the venue's own word, worst first. */
const deeds: readonly (readonly [word: RegExp, what: () => Message])[] = [
  [/^(?!partial).*liquidation/, () => msg('preview.liquidation', 'liquidation')],
  [/^partial/, () => msg('warning.partial-liquidation', 'partial liquidation')],
  [/repa/, () => msg('warning.forced-repayment', 'forced repayment')],
  [/^/, () => msg('warning.forced-trade', 'forced trade')],
];

const rankOf = ({ event }: Told): number => deeds.findIndex(([word]) => word.test(event?.type ?? ''));

/** A forced event of one loan, with the amounts of its worst rows. */
function eventSentence(told: readonly Told[], event: ForcedEvent, states: readonly AccountState[], viewContext: ViewContext): Message {
  const state = states.find(({ account }) => account.id === event.account);
  const rows = told.filter((one) => isTogether(one, toldEvent(event)));
  const worst = Math.min(...rows.map(rankOf));
  const shown = rows.filter((one) => rankOf(one) === worst).flatMap((one) => one.event ?? []);
  const amounts = shown
    .slice(0, namedBeside)
    .map(({ amount, coin }) =>
      viewContext.hidesAmounts === true || amount === undefined ? coin : `${formatAmount(absolute(amount))} ${coin}`,
    );
  const account = state === undefined ? event.account : accountName(state, viewContext);
  const sentence = msg(
    'warning.event',
    '{0}: {1} recorded a {2} for {3}, {4}: {5}. Check the exchange.',
    levelWord('danger'),
    state === undefined ? event.account : venueName(state, viewContext),
    deeds[worst]?.[1]() ?? '',
    event.loan === undefined ? account : bracketed(nameOf({ kind: 'loan', id: event.loan }, state), account),
    viewContext.when(shown[0]?.at ?? event.at),
    joined(
      shown.length > amounts.length ? [...amounts, msg('warning.more', '{0} more', (shown.length - amounts.length).toString())] : amounts,
    ),
  );
  const { unwatched } = state?.snapshot ?? {};
  const wasUnwatched = unwatched !== undefined && rows.some(({ since }) => since >= unwatched.from && since <= unwatched.to);
  return wasUnwatched ? spaced(sentence, unwatchedSentence(unwatched, viewContext)) : sentence;
}

/** Sorts warnings: real money first, so that simulated prices hide nothing; then Danger; then the nearest. */
export function worstFirst<One extends Told>(
  told: readonly One[],
  states: readonly AccountState[],
  viewContext: ViewContext,
): readonly One[] {
  const worry = told.map((one) => {
    const state = states.find(({ account }) => account.id === one.account);
    const { loan, position } = state === undefined ? {} : viewsOf(one, state, viewContext);
    const distance = loan?.since?.figures.toMarginCall ?? loan?.distance ?? position?.since?.figures.distance ?? position?.distance;
    return { one, rank: (state?.account.simulated === true ? 2 : 0) + (one.level === 'warn' ? 1 : 0), distance };
  });
  return worry
    .sort((a, b) => a.rank - b.rank || (a.distance !== undefined && b.distance !== undefined ? compare(a.distance, b.distance) : 0))
    .map(({ one }) => one);
}

/**
 * What a row warns of, with its account.
 * @param nameIt `nameOf` within a sentence, `titleOf` at the start of a line
 */
export function warningName(
  { account, target }: Pick<Warning, 'account' | 'target'>,
  states: readonly AccountState[],
  nameIt: (on: Target, state: AccountState | undefined) => Text,
): Text {
  const state = states.find((one) => one.account.id === account);
  const name = state?.account.name ?? account;
  const { on } = readWarningTarget(target);
  return on === undefined ? name : bracketed(nameIt(on, state), name);
}

/** `loan 12345`, or a position by its instrument and side. */
export function nameOf(on: Target, state: AccountState | undefined): Message {
  if (on.kind === 'position') {
    const found = state?.snapshot?.positions.find(({ positionId }) => positionId === on.id);
    if (found !== undefined) return namedWithSide(found);
    return msg('warning.position', 'position {0}', on.id);
  }
  return msg('kinds.loan', 'loan {0}', loanNumber(on, state));
}

/** `Loan 12345`, or a position by its instrument and side: the label of a line. */
export const titleOf = (on: Target, state: AccountState | undefined): Message =>
  on.kind === 'loan' ? msg('term.loan', 'Loan {0}', loanNumber(on, state)) : nameOf(on, state);

function loanNumber({ id }: Target, state: AccountState | undefined): string {
  const found = state?.snapshot?.loans.find((loan) => loan.id === id);
  return found === undefined ? id : loanName(found);
}

function accountName(state: AccountState, viewContext: ViewContext): Text {
  const { name, simulated } = state.account;
  if (simulated) return joined([name, msg('preview.simulated', 'SIMULATED')]);
  return isDemo(state, viewContext) ? joined([name, msg('preview.demo', 'DEMO')]) : name;
}

/** Which loan or position it is, and how far from its line. */
function headOf(told: Told, states: readonly AccountState[], viewContext: ViewContext): Message {
  const state = states.find(({ account }) => account.id === told.account);
  if (state === undefined) return msg('warning.no-account', '{0}: an account that was removed.', levelWord(levelOfAlarm(told.level)));
  const { facet, on } = readWarningTarget(told.target);
  const account = accountName(state, viewContext);
  if (facet === 'key' || facet === 'unbound') return keyHead(told, account, state, viewContext);
  if (on === undefined) {
    const reason =
      state.failure?.error.sentence ??
      gapsOf(state.snapshot)[0] ??
      msg('warning.no-readings', 'No answer has come. Run "LTV Gauge: Refresh".');
    return msg('warning.blind', 'No figures from {0} since {1}. {2}', account, viewContext.when(told.since), reason);
  }
  const names = [beginning(told), nameOf(on, state), account] as const;
  if (told.says === 'gone') {
    const gone = state.snapshot?.vanished?.find(({ kind, id }) => kind === on.kind && id === on.id);
    return gone === undefined
      ? msg('warning.gone', '{0}: {1} ({2}) is no longer there. Check the exchange.', ...names)
      : labelled(account, vanishedSentence(gone, viewContext));
  }
  if (facet === 'capped' || facet === 'drained' || facet === 'terms') return termsHead(told, names, state, viewContext);
  if (facet !== 'level') return debtHead(told, names, state, viewContext);
  return levelHead(told, names, state, viewContext);
}

type Names = readonly [Message, Message, Text];

function beginning({ says, level }: Told): Message {
  if (says === 'recovered') return msg('warning.recovered', 'Recovered');
  return says === 'better' ? msg('warning.better', 'Back to {0}', levelWord(levelOfAlarm(level))) : levelWord(levelOfAlarm(level));
}

function keyHead({ target, level }: Told, account: Text, state: AccountState, viewContext: ViewContext): Message {
  const venue = venueName(state, viewContext);
  if (readWarningTarget(target).facet === 'unbound') return labelled(account, unboundKey(venue));
  return msg(
    'warning.key-expires',
    '{0}: the API key of {1} expires at {2}. Renew it at {3}, then update the keys.',
    ...[levelWord(levelOfAlarm(level)), account, validUntil(state, viewContext), venue],
  );
}

const validUntil = ({ account: { key } }: AccountState, { zoned }: ViewContext): Text =>
  key?.expiresAt === undefined ? msg('term.unknown', 'unknown') : zoned(key.expiresAt);

function termsHead({ target }: Told, [word, name, account]: Names, state: AccountState, viewContext: ViewContext): Message {
  const venue = venueName(state, viewContext);
  const { facet, on } = readWarningTarget(target);
  if (facet === 'drained')
    return msg(
      'warning.drained',
      '{0}: {1} has hardly any {2} left to lend you. The rate of {3} ({4}) may rise.',
      ...[word, venue, coinsOf('drained', state, on), name, account],
    );
  return facet === 'capped'
    ? msg(
        'warning.capped',
        '{0}: {1} accepts no more {2} as collateral for {3} ({4}). Add another coin, or repay.',
        ...[word, venue, coinsOf('capped', state, on), name, account],
      )
    : msg('warning.terms', '{0} changed the terms of {1} ({2}): {3}.', venue, name, account, changedTerms(state, on));
}

const coinsOf = (which: 'capped' | 'drained', { snapshot }: AccountState, on: Target | undefined): string =>
  snapshot?.loans.find(({ id }) => id === on?.id)?.[which]?.join(', ') ?? '';

/** The venue's latest changes of terms, newest first. */
const changedTerms = ({ snapshot }: AccountState, on: Target | undefined): Text =>
  joined((snapshot?.changed ?? []).filter(({ loan }) => loan === on?.id).map(changeText));

function changeText({ what, coin = '', before, after, worse }: TermChange): Message {
  const values = `${formatLtv(before)} → ${formatLtv(after)}`;
  const term =
    what === 'tiers'
      ? msg('terms.counts', '{0} counts for', coin)
      : what === 'rate'
        ? msg('terms.rate', '{0} interest per year', coin)
        : lineWord(what);
  return worse === true ? bracketed(spaced(term, values), msg('terms.closer', 'now closer')) : spaced(term, values);
}

const loanReach = ({ since, standing }: LoanView): Text =>
  since === undefined
    ? distanceText(standing)
    : estimated(distanceText(standingAt(since.figures.toMarginCall, since.figures.toLiquidation)));

const positionReach = (view: PositionView): Text =>
  view.since === undefined ? reachWords(view) : estimated(liquidationDistanceText(view.since.figures.distance));

/** What a row warns of, in a few words. */
export function warningWhat(row: Warning, state: AccountState, viewContext: ViewContext): Text {
  const { facet, on } = readWarningTarget(row.target);
  switch (facet) {
    case 'level': {
      const { loan, position } = viewsOf(row, state, viewContext);
      const view = loan ?? position;
      if (view === undefined) return msg('account.not-read', 'not read');
      const reach = loan === undefined ? position && positionReach(position) : loanReach(loan);
      // The warning stays until the level has been better for a while.
      const isBetter = view.current && !isAlarm(view.level);
      return joined([...(reach === undefined ? [] : [reach]), ...(isBetter ? [msg('warning.recovering', 'recovering')] : [])]);
    }
    case 'overdue':
      return msg('term.debt-overdue', 'debt overdue');
    case 'due':
      return msg('warning.due-soon', 'debt due soon');
    case 'capped':
      return msg('warning.capped-coins', "can't add more {0}", coinsOf('capped', state, on));
    case 'drained':
      return msg('warning.drained-coins', 'hardly any {0} left to borrow', coinsOf('drained', state, on));
    case 'terms':
      return changedTerms(state, on);
    case 'key':
      return msg('warning.valid-until', 'key expires at {0}', validUntil(state, viewContext));
    case 'unbound':
      return msg('warning.no-ip-list', 'key not bound to an IP address');
    case 'blind':
    case 'event':
      return msg('account.not-read', 'not read');
  }
}

function debtHead({ says, target }: Told, names: Names, { snapshot }: AccountState, viewContext: ViewContext): Message {
  const { facet, on } = readWarningTarget(target);
  if (says === 'recovered') return msg('warning.no-longer-overdue', '{0}: {1} ({2}) no longer has an overdue debt.', ...names);
  const isOverdue = facet === 'overdue';
  const due = snapshot?.loans.find(({ id }) => id === on?.id)?.due?.find(({ overdue }) => overdue === isOverdue);
  const what = due === undefined ? msg('term.unknown', 'unknown') : dueText(due, viewContext);
  return isOverdue
    ? msg('warning.overdue', '{0}: {1} ({2}) has an overdue debt: {3}.', ...names, what)
    : msg('warning.due', '{0}: {1} ({2}) has a debt due soon: {3}.', ...names, what);
}

function dueText({ coin, amount, at, then }: DueDebt, { zoned, hidesAmounts }: ViewContext): Text {
  return joined([
    hidesAmounts || amount === undefined ? coin : `${formatAmount(amount)} ${coin}`,
    msg('term.due-at', 'due {0}', zoned(at)),
    ...(then === undefined ? [] : [then]),
  ]);
}

function levelHead(told: Told, names: Names, state: AccountState, viewContext: ViewContext): Message {
  const { loan, position } = viewsOf(told, state, viewContext);
  if (loan !== undefined) {
    const { since, distance } = loan;
    const standing = since === undefined ? loan.standing : standingAt(since.figures.toMarginCall, since.figures.toLiquidation);
    if (standing === 'marginCall' || standing === 'liquidation') return reached(names, standing, since !== undefined);
    return near(names, loan, since?.figures.toMarginCall ?? distance, told, 'marginCall', viewContext.now);
  }
  if (position !== undefined) {
    const distance = position.since?.figures.distance ?? position.distance;
    if (distance !== undefined && !isPositive(distance)) return reached(names, 'liquidation', position.since !== undefined);
    return near(names, position, distance, told, 'liquidation', viewContext.now);
  }
  return msg('warning.unread', "{0}: {1} ({2}) can't be read now.", ...names);
}

const reached = (names: Names, line: 'marginCall' | 'liquidation', isEstimate: boolean): Message =>
  msg('warning.reached', '{0}: {1} ({2}) reached {3}.', ...names, isEstimate ? estimated(lineWord(line)) : lineWord(line));

function near(
  names: Names,
  { by, current, since }: Pick<LoanView | PositionView, 'by' | 'current' | 'since'>,
  distance: Decimal | undefined,
  { says, level }: Told,
  line: 'marginCall' | 'liquidation',
  now: number,
): Message {
  const [word, what, account] = names;
  const isBySubstitute = by !== undefined && since?.raises !== true && (says === 'alarm' || says === 'again');
  if (isBySubstitute) return msg('warning.by', '{0}: {1} ({2}).', levelBy(levelOfAlarm(level), by), what, account);
  if (distance === undefined) return msg('warning.by', '{0}: {1} ({2}).', word, what, account);
  const bare = formatDistance(distance);
  const text = since === undefined ? bare : `~${bare}`;
  if (!current && since === undefined)
    return msg('warning.was-near', '{0}: {1} ({2}) was {3} from {4} when last read.', ...names, text, lineWord(line));
  // Beside figures that are out of date, an estimate says so, and how old its prices are.
  const shown =
    current || since === undefined ? text : bracketed(text, joined([msg('term.estimate-word', 'estimate'), pricesText(since, now)]));
  return msg('warning.near', '{0}: {1} ({2}) is {3} from {4}.', ...names, shown, lineWord(line));
}

const lineWord = (line: 'marginCall' | 'liquidation'): Message =>
  line === 'marginCall' ? msg('preview.margin-call', 'margin call') : msg('preview.liquidation', 'liquidation');

export function viewsOf(
  { target }: Pick<Told, 'target'>,
  state: AccountState,
  { now, intervalMs }: ViewContext,
): { readonly loan?: LoanView | undefined; readonly position?: PositionView | undefined } {
  const { on } = readWarningTarget(target);
  return on?.kind === 'position'
    ? { position: positionViews(state, now, intervalMs).find(({ position }) => position.positionId === on.id) }
    : { loan: loanViews(state, now, intervalMs).find(({ loan }) => loan.id === on?.id) };
}

interface WarningDetails {
  readonly figures: readonly Message[];
  /** What brings it back to Watch. None for out-of-date figures. */
  readonly remedy: readonly Message[];
  readonly isLastKnown?: true;
}

function detailsOf(told: Told, states: readonly AccountState[], viewContext: ViewContext): WarningDetails {
  const state = states.find(({ account }) => account.id === told.account);
  const isAlarm = (told.says === 'alarm' || told.says === 'again') && readWarningTarget(told.target).facet === 'level';
  if (!isAlarm || state?.snapshot === undefined) return { figures: [], remedy: [] };
  const { loan, position } = viewsOf(told, state, viewContext);
  const { on } = readWarningTarget(told.target);
  const prepared = on === undefined ? [] : rescueSentence(state, on, viewContext);
  if (loan !== undefined) {
    const figures = joined(
      loan.current ? loanFigures(loan, state.snapshot, nearestByCoin(loan)) : loanFigures({ loan: loan.loan }, state.snapshot),
    );
    if (!loan.current) return { figures: [lastKnown(state, viewContext, loan.loan.keptFrom, figures)], remedy: [], isLastKnown: true };
    const remedy = loanRemedy(loan.loan, state.snapshot, loan.since?.figures, loan.levels);
    return { figures: [sentence(figures)], remedy: [...remedyText(remedy, state, viewContext), ...prepared] };
  }
  if (position === undefined) return { figures: [], remedy: [] };
  const { position: read, liquidation } = position;
  const figures = joined(positionFigures(position.current ? position : { position: read, liquidation }));
  if (!position.current)
    return { figures: [lastKnown(state, viewContext, position.position.keptFrom, figures)], remedy: [], isLastKnown: true };
  const remedy = positionRemedy(position.position, state.snapshot, position.since?.figures, position.levels);
  return { figures: figures === '' ? [] : [sentence(figures)], remedy: [...remedyText(remedy, state, viewContext), ...prepared] };
}

const lastKnown = (state: AccountState, { now }: ViewContext, keptFrom: number | undefined, text: Text): Message =>
  msg('warning.last-known', 'Last known ({0}): {1}.', readingAge(state, now, keptFrom), text);

/** The nearest estimated liquidation price of a single coin, if the venue gives none. */
function nearestByCoin(view: LoanView): { readonly coin: string; readonly price: Decimal } | undefined {
  const estimates = liquidationPriceOf(view.loan) === undefined ? loanEstimates(view) : undefined;
  if (typeof estimates !== 'object') return undefined;
  const found = liquidationsByCoin(estimates, view.loan).find(({ way, liquidation: { change } }) => way === 'fall' && isPositive(change));
  return found?.coin === undefined || found.liquidation.price === undefined
    ? undefined
    : { coin: found.coin, price: found.liquidation.price };
}

function loanFigures(
  { loan, since }: Pick<LoanView, 'loan' | 'since'>,
  { prices = {} }: Snapshot,
  nearest?: ReturnType<typeof nearestByCoin>,
): readonly Text[] {
  const given = liquidationPriceOf(loan);
  const price = given?.price ?? nearest?.price;
  const coin = given?.instrument.split('-')[0] ?? nearest?.coin ?? loan.collateral[0]?.coin ?? '';
  const now = prices[coin];
  return [
    loan.ltv === undefined
      ? msg('term.ltv-unknown', 'LTV unknown')
      : msg('term.ltv-is', 'LTV {0}', since === undefined ? ltvText(loan) : `~${formatLtv(since.figures.ltv)}`),
    // Between readings only the loan's estimate is known here, not the prices.
    ...(now === undefined || since !== undefined ? [] : [`${coin} ${formatAmount(now)}`]),
    ...(price === undefined
      ? []
      : [
          msg(
            'warning.liquidation-at',
            'liquidation at {0}',
            `${coin} ${given === undefined ? '~' : ''}${formatLiquidationPrice(price, 'long')}`,
          ),
        ]),
  ];
}

function positionFigures({ position, liquidation, since }: Pick<PositionView, 'position' | 'liquidation' | 'since'>): readonly Text[] {
  const { distress, side, priceCoin } = position;
  const read = believed(position.markPrice);
  const mark = since === undefined ? read && formatAmount(read) : `~${formatLiquidationPrice(since.figures.markPrice, side)}`;
  const more = [
    ...(liquidation.kind === 'price'
      ? [msg('warning.liquidation-at', 'liquidation at {0}', formatLiquidationPrice(liquidation.price, side))]
      : []),
    ...(distress === undefined ? [] : [distress]),
  ];
  if (mark === undefined && more.length === 0) return [];
  const price = mark === undefined ? msg('term.unknown', 'unknown') : `${mark} ${priceCoin}`;
  return [spaced(msg('position.mark-price', 'Mark price'), price), ...more];
}

function remedyText(remedy: Remedy | undefined, { account }: AccountState, { exchanges, hidesAmounts }: ViewContext): readonly Message[] {
  if (remedy === undefined) return [];
  const { coin, amount, held } = remedy;
  const add = [hidesAmounts ? coin : `~${roughly(amount)} ${coin}`, levelWord('watch')] as const;
  const wallet = exchanges.find(({ id }) => id === account.venue)?.collateralWallet;
  return [
    held === undefined || wallet === undefined || hidesAmounts
      ? msg('warning.add', 'Add {0} to get back to {1}.', ...add)
      : msg('warning.add-from', 'Add {0} to get back to {1}; {2} holds {3}.', ...add, wallet, shortAmount(held, 'asset')),
  ];
}

/** Three significant digits, rounded up: an estimate isn't more precise. */
function roughly(amount: Decimal): string {
  const [whole = '', fraction = ''] = amount.split('.');
  const places = whole === '0' ? fraction.search(/[1-9]|$/) + 3 : Math.max(0, 3 - whole.length);
  return formatAmount(round(amount, places, 'up'));
}
