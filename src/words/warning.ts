import { absolute, compare, isPositive, round, type Decimal } from '../core/decimal.ts';
import { formatAmount, formatDistance, formatLiquidationPrice, formatLtv } from '../core/format.ts';
import { msg, type Message } from '../core/message.ts';
import type { DueDebt, Snapshot } from '../core/model.ts';
import { believed } from '../core/risk/position-model.ts';
import { gapsOf, type AccountState } from '../engine/monitor/store.ts';
import type { ForcedEvent } from '../engine/storage/history-protocol.ts';
import { levelOfAlarm, type Warning } from '../engine/storage/warning-protocol.ts';
import { loanRemedy, positionRemedy, type Remedy } from '../engine/targets/remedy.ts';
import { readWarningTarget, toldEvent, type Told } from '../engine/watch/warnings.ts';
import { isDemo, readingAge, venueName, type ViewContext } from './account.ts';
import { shortAmount } from './amount.ts';
import { levelBy, levelWord } from './level.ts';
import { liquidationPriceOf, loanName, loanViews, ltvText, standingAt, type LoanView } from './loan.ts';
import { namedWithSide, positionViews, type PositionView } from './position.ts';
import { pricesText } from './since-reading.ts';
import { bracketed, joined, labelled, spaced, type Text } from './text.ts';
import { unwatchedSentence, vanishedSentence } from './vanished.ts';

/** Named beside the worst of several before the rest is counted. */
const namedBeside = 3;

/**
 * One message for all that is told at one moment: the worst in full, the others by name.
 * @param told in the order of `worstFirst`, at least one
 */
export function warningSentence(told: readonly Told[], states: readonly AccountState[], viewContext: ViewContext): Message {
  const [first, ...more] = told;
  if (first === undefined) throw new RangeError('nothing to tell');
  const head = first.event === undefined ? headOf(first, states, viewContext) : eventSentence(told, first.event, states, viewContext);
  const details = detailsOf(first, states, viewContext);
  if (more.length === 0) return [head, ...details.figures, ...details.remedy].reduce((text, part) => spaced(text, part));
  const others = more.filter((one) => !isTogether(first, one));
  if (others.length === 0) return head;
  const names = others.slice(0, namedBeside).map((one) => warningName(one, states));
  const rest = others.length - names.length;
  const also = joined(rest === 0 ? names : [...names, msg('warning.more', '{0} more', rest.toString())]);
  const shown = details.isLastKnown === true ? details.figures : details.remedy;
  return [head, ...shown, msg('warning.also', 'Also: {0}.', also)].reduce((text, part) => spaced(text, part));
}

/** One liquidation has several rows. */
const isTogether = (a: Told, b: Told): boolean => a.event !== undefined && a.account === b.account && a.target === b.target;

/** What a venue did, by its own word for it: the worst first. */
const deeds: readonly (readonly [word: RegExp, what: () => Message])[] = [
  [/^(?!partial).*liquidation/, () => msg('preview.liquidation', 'liquidation')],
  [/^partial/, () => msg('warning.partial-liquidation', 'partial liquidation')],
  [/repa/, () => msg('warning.forced-repayment', 'forced repayment')],
  [/^/, () => msg('warning.forced-trade', 'forced trade')],
];

const rankOf = ({ event }: Told): number => deeds.findIndex(([word]) => word.test(event?.type ?? ''));

/** What the venue did to one loan, with the amounts of the worst of it. */
function eventSentence(told: readonly Told[], event: ForcedEvent, states: readonly AccountState[], viewContext: ViewContext): Message {
  const state = states.find(({ account }) => account.id === event.account);
  const rows = told.filter((one) => isTogether(one, toldEvent(event)));
  const worst = Math.min(...rows.map(rankOf));
  const shown = rows.filter((one) => rankOf(one) === worst).flatMap((one) => one.event ?? []);
  const amounts = shown.slice(0, namedBeside).map(({ amount, coin }) => `${formatAmount(absolute(amount))} ${coin}`);
  const account = state === undefined ? event.account : accountName(state, viewContext);
  const sentence = msg(
    'warning.event',
    '{0}: {1} recorded a {2} of {3}, {4}: {5}. Check the exchange.',
    levelWord('danger'),
    state === undefined ? event.account : venueName(state, viewContext),
    deeds[worst]?.[1]() ?? '',
    event.loan === undefined ? account : bracketed(nameOf(toldEvent(event).target, state), account),
    viewContext.when(shown[0]?.at ?? event.at),
    joined(
      shown.length > amounts.length ? [...amounts, msg('warning.more', '{0} more', (shown.length - amounts.length).toString())] : amounts,
    ),
  );
  const { unwatched } = state?.snapshot ?? {};
  const wasUnwatched = unwatched !== undefined && rows.some(({ since }) => since >= unwatched.from && since <= unwatched.to);
  return wasUnwatched ? spaced(sentence, unwatchedSentence(unwatched, viewContext)) : sentence;
}

/** In the order of worry: real money first, because a price moved in play must hide nothing; then danger; then what is nearest. */
export function worstFirst(told: readonly Told[], states: readonly AccountState[], viewContext: ViewContext): readonly Told[] {
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

/** The name of what a row warns of, with its account. */
export function warningName({ account, target }: Pick<Warning, 'account' | 'target'>, states: readonly AccountState[]): Text {
  const state = states.find((one) => one.account.id === account);
  const name = state?.account.name ?? account;
  return readWarningTarget(target).on === undefined ? name : bracketed(nameOf(target, state), name);
}

function nameOf(target: string, state: AccountState | undefined): Message {
  const { on } = readWarningTarget(target);
  if (on?.kind === 'position') {
    const found = state?.snapshot?.positions.find(({ positionId }) => positionId === on.id);
    if (found !== undefined) return namedWithSide(found);
    return msg('warning.position', 'position {0}', on.id);
  }
  const found = state?.snapshot?.loans.find(({ id }) => id === on?.id);
  return msg('kinds.loan', 'loan {0}', found === undefined ? (on?.id ?? '') : loanName(found));
}

function accountName(state: AccountState, viewContext: ViewContext): Text {
  const { name, simulated } = state.account;
  if (simulated) return msg('warning.simulated', '{0}, SIMULATED', name);
  return isDemo(state, viewContext) ? msg('warning.demo', '{0}, DEMO', name) : name;
}

/** Which one it is, and how far from its line. */
function headOf(told: Told, states: readonly AccountState[], viewContext: ViewContext): Message {
  const state = states.find(({ account }) => account.id === told.account);
  if (state === undefined) return msg('warning.no-account', '{0}: an account that was removed.', levelWord(levelOfAlarm(told.level)));
  const { facet, on } = readWarningTarget(told.target);
  const account = accountName(state, viewContext);
  if (facet === 'blind') {
    const reason = state.failure?.error.sentence ?? gapsOf(state.snapshot)[0] ?? '';
    return msg('warning.blind', "LTV Gauge can't read {0}, since {1}. {2}", account, viewContext.when(told.since), reason);
  }
  const names = [beginning(told), nameOf(told.target, state), account] as const;
  if (told.says === 'gone') {
    const gone = state.snapshot?.vanished?.find(({ kind, id }) => kind === on?.kind && id === on.id);
    return gone === undefined
      ? msg('warning.gone', '{0}: {1} ({2}) is no longer there. Check the exchange.', ...names)
      : labelled(account, vanishedSentence(gone, viewContext));
  }
  if (facet !== 'level') return debtHead(told, names, state, viewContext);
  return levelHead(told, names, state, viewContext);
}

type Names = readonly [Message, Message, Text];

function beginning({ says, level }: Told): Message {
  if (says === 'recovered') return msg('warning.recovered', 'Recovered');
  return says === 'better' ? msg('warning.better', 'Back to {0}', levelWord(levelOfAlarm(level))) : levelWord(levelOfAlarm(level));
}

function debtHead({ says, target }: Told, names: Names, { snapshot }: AccountState, { zoned }: ViewContext): Message {
  const { facet, on } = readWarningTarget(target);
  if (says === 'recovered') return msg('warning.no-longer-overdue', '{0}: {1} ({2}) no longer has an overdue debt.', ...names);
  const isOverdue = facet === 'overdue';
  const due = snapshot?.loans.find(({ id }) => id === on?.id)?.due?.find(({ overdue }) => overdue === isOverdue);
  const what = due === undefined ? msg('term.unknown', 'unknown') : dueText(due, zoned);
  return isOverdue
    ? msg('warning.overdue', '{0}: {1} ({2}) has an overdue debt: {3}.', ...names, what)
    : msg('warning.due', '{0}: {1} ({2}) has a debt due soon: {3}.', ...names, what);
}

function dueText({ coin, amount, at, then }: DueDebt, zoned: ViewContext['zoned']): Text {
  return joined([`${formatAmount(amount)} ${coin}`, msg('term.due-at', 'due {0}', zoned(at)), ...(then === undefined ? [] : [then])]);
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
  isEstimate
    ? msg('warning.reached-estimate', '{0}: {1} ({2}) reached {3} (estimate).', ...names, lineWord(line))
    : msg('warning.reached', '{0}: {1} ({2}) reached {3}.', ...names, lineWord(line));

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
  const text = `${since === undefined ? '' : '~'}${formatDistance(distance)}`;
  // Beside a reading that fails: so that it is not taken for the last one.
  if (!current && since !== undefined)
    return msg(
      'warning.near-estimate',
      '{0}: {1} ({2}) is {3} from {4} (estimate, {5}).',
      ...names,
      text,
      lineWord(line),
      pricesText(since, now),
    );
  return current
    ? msg('warning.near', '{0}: {1} ({2}) is {3} from {4}.', ...names, text, lineWord(line))
    : msg('warning.was-near', '{0}: {1} ({2}) was {3} from {4} when last read.', ...names, text, lineWord(line));
}

const lineWord = (line: 'marginCall' | 'liquidation'): Message =>
  line === 'marginCall' ? msg('preview.margin-call', 'margin call') : msg('preview.liquidation', 'liquidation');

function viewsOf(
  { target }: Told,
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
  /** What brings it back to Watch. What old figures would take to mend is not told. */
  readonly remedy: readonly Message[];
  readonly isLastKnown?: true;
}

function detailsOf(told: Told, states: readonly AccountState[], viewContext: ViewContext): WarningDetails {
  const state = states.find(({ account }) => account.id === told.account);
  const isAlarm = (told.says === 'alarm' || told.says === 'again') && readWarningTarget(told.target).facet === 'level';
  if (!isAlarm || state?.snapshot === undefined) return { figures: [], remedy: [] };
  const { loan, position } = viewsOf(told, state, viewContext);
  if (loan !== undefined) {
    const figures = joined(loanFigures(loan.current ? loan : { loan: loan.loan }, state.snapshot));
    if (!loan.current) return { figures: [lastKnown(state, viewContext, loan.loan.keptFrom, figures)], remedy: [], isLastKnown: true };
    const remedy = loanRemedy(loan.loan, state.snapshot, loan.since?.figures);
    return { figures: [sentence(figures)], remedy: remedyText(remedy, state, viewContext) };
  }
  if (position === undefined) return { figures: [], remedy: [] };
  const { position: read, liquidation } = position;
  const figures = joined(positionFigures(position.current ? position : { position: read, liquidation }));
  if (!position.current)
    return { figures: [lastKnown(state, viewContext, position.position.keptFrom, figures)], remedy: [], isLastKnown: true };
  const remedy = positionRemedy(position.position, state.snapshot, position.since?.figures);
  return { figures: figures === '' ? [] : [sentence(figures)], remedy: remedyText(remedy, state, viewContext) };
}

const sentence = (text: Text): Message => msg('warning.figures', '{0}.', text);

const lastKnown = (state: AccountState, { now }: ViewContext, keptFrom: number | undefined, text: Text): Message =>
  msg('warning.last-known', 'Last known ({0}): {1}.', readingAge(state, now, keptFrom), text);

function loanFigures({ loan, since }: Pick<LoanView, 'loan' | 'since'>, { prices = {} }: Snapshot): readonly Text[] {
  const price = liquidationPriceOf(loan);
  const coin = price?.instrument.split('-')[0] ?? loan.collateral[0]?.coin ?? '';
  const now = prices[coin];
  return [
    ...(loan.ltv === undefined
      ? []
      : [msg('term.ltv-is', 'LTV {0}', since === undefined ? ltvText(loan) : `~${formatLtv(since.figures.ltv)}`)]),
    // Between readings only what prices make of the loan is known here, not the prices.
    ...(now === undefined || since !== undefined ? [] : [`${coin} ${formatAmount(now)}`]),
    ...(price === undefined
      ? []
      : [msg('warning.liquidation-at', 'liquidation at {0}', `${coin} ${formatLiquidationPrice(price.price, 'long')}`)]),
  ];
}

function positionFigures({ position, liquidation, since }: Pick<PositionView, 'position' | 'liquidation' | 'since'>): readonly Text[] {
  const { distress, side, priceCoin } = position;
  const read = believed(position.markPrice);
  const mark = since === undefined ? read && formatAmount(read) : `~${formatLiquidationPrice(since.figures.markPrice, side)}`;
  return [
    ...(distress === undefined ? [] : [distress]),
    ...(mark === undefined ? [] : [msg('warning.mark-price', 'mark price {0}', `${mark} ${priceCoin}`)]),
    ...(liquidation.kind === 'price'
      ? [msg('warning.liquidation-at', 'liquidation at {0}', formatLiquidationPrice(liquidation.price, side))]
      : []),
  ];
}

function remedyText(remedy: Remedy | undefined, { account }: AccountState, { exchanges }: ViewContext): readonly Message[] {
  if (remedy === undefined) return [];
  const { coin, amount, held } = remedy;
  const add = [`~${roughly(amount)} ${coin}`, levelWord('watch')] as const;
  const wallet = exchanges.find(({ id }) => id === account.venue)?.collateralWallet;
  return [
    held === undefined || wallet === undefined
      ? msg('warning.add', 'Add {0} to get back to {1}.', ...add)
      : msg('warning.add-from', 'Add {0} to get back to {1}; {2} holds {3}.', ...add, wallet, shortAmount(held, 'asset')),
  ];
}

/** Three digits that count, rounded up: more would say more than an estimate knows. */
function roughly(amount: Decimal): string {
  const [whole = '', fraction = ''] = amount.split('.');
  const places = whole === '0' ? fraction.search(/[1-9]|$/) + 3 : Math.max(0, 3 - whole.length);
  return formatAmount(round(amount, places, 'up'));
}
