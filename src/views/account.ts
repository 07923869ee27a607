import { msg, type Message } from '../core/message.ts';
import { targetKey, type Target, type Vanished } from '../core/model.ts';
import { compareUrgency, type Level } from '../core/risk/level.ts';
import { isCurrent } from '../engine/monitor/pace.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import { isDemo, readBy, readingAge, siteLabel, troubleIcon, troubleWord, venueName, type ViewContext } from '../words/account.ts';
import { armingContext, armingMark, armingText } from '../words/arming-mark.ts';
import { changeText, progressText } from '../words/kinds.ts';
import { levelIcon, levelWord, type Icon } from '../words/level.ts';
import { unwatchedSentence, vanishedSentence } from '../words/vanished.ts';
import type { Details, Entry } from './entry.ts';
import { bracketed, dotted, joined, labelled, lastKnown, type Text } from '../words/text.ts';
import type { WriteRecord } from '../engine/ledger/ledger.ts';
import { changeTarget } from '../engine/ledger/write-states.ts';

export function accountEntryId(accountId: string): string {
  return `account/${accountId}`;
}

/**
 * The line of an account, the same in every view; `children` are the view's. Trouble comes first among them.
 * @param worst the most urgent level among `children`, where the view shows it
 */
export function accountEntry(state: AccountState, children: readonly Entry[], viewContext: ViewContext, worst?: Level): Entry {
  const { account } = state;
  return {
    id: accountEntryId(account.id),
    accountId: account.id,
    label: account.name,
    description: accountMarks(state, viewContext, worst),
    icon: accountIcon(state, worst),
    expansion: 'open',
    context: armingContext(account, viewContext.arming(account.id)),
    details: () => accountDetails(state, viewContext),
    children: [...troubles(state, viewContext), ...children],
  };
}

function accountIcon({ account, failure }: AccountState, worst: Level | undefined): Icon {
  if (failure !== undefined) return troubleIcon(failure.error);
  if (worst !== undefined && compareUrgency(worst, 'warn') <= 0) return levelIcon(worst);
  return { id: account.simulated ? 'beaker' : 'account' };
}

function accountMarks(state: AccountState, viewContext: ViewContext, worst: Level | undefined): readonly Text[] {
  const { account, failure } = state;
  const mark = armingMark(account, viewContext.arming(account.id), viewContext.now);
  const isStale = state.snapshot !== undefined && !isCurrent(state, viewContext.now, viewContext.intervalMs);
  const age = readingAge(state, viewContext.now);
  const read = state.watched === undefined ? age : msg('account.watched', 'watched by the watcher, {0}', age);
  return [
    // What it needs comes first: a narrow view cuts off the end.
    ...moneyWord(state, viewContext),
    ...(failure === undefined ? [] : [troubleWord(failure.error)]),
    ...(isStale ? [read] : []),
    ...(mark === undefined ? [] : [mark]),
    ...(worst === undefined ? [] : [levelWord(worst)]),
    ...(isStale ? [] : [read]),
    venueName(state, viewContext),
    ...(account.simulated ? [] : [siteLabel(state, viewContext)]),
    ...(account.readOnly ? [msg('term.read-only', 'read-only')] : []),
  ];
}

/** "simulated" or "demo"; nothing for real money. */
const moneyWord = (state: AccountState, viewContext: ViewContext): readonly Message[] =>
  state.account.simulated ? [msg('term.simulated', 'simulated')] : isDemo(state, viewContext) ? [msg('account.demo', 'demo')] : [];

/** That the account is frozen; undefined when it isn't. */
export function frozenSentence({ account }: AccountState, viewContext: ViewContext): Message | undefined {
  const frozen = viewContext.frozen(account.id);
  return frozen === undefined
    ? undefined
    : msg('account.frozen', 'Frozen by LTV Gauge after a mismatch: {0}. Check the exchange.', changeText(frozen, account.simulated));
}

function troubles(state: AccountState, viewContext: ViewContext): readonly Entry[] {
  const { account, failure } = state;
  const frozen = frozenSentence(state, viewContext);
  const entries: Entry[] = [];
  if (frozen !== undefined) {
    entries.push({
      id: `${accountEntryId(account.id)}/frozen`,
      accountId: account.id,
      label: frozen,
      icon: { id: 'error', color: 'list.errorForeground' },
      expansion: 'leaf',
      context: 'openWrite',
    });
  }
  if (failure !== undefined) {
    entries.push({
      id: `${accountEntryId(account.id)}/trouble`,
      accountId: account.id,
      label: failure.error.sentence,
      icon: { id: 'info' },
      expansion: 'leaf',
      context: 'note',
      details: () => ({
        title: troubleWord(failure.error),
        lines: [
          { label: msg('account.since', 'Since'), value: viewContext.when(failure.since) },
          { label: msg('account.last-attempt', 'Last attempt'), value: viewContext.when(failure.at) },
          { label: msg('account.attempts', 'Attempts'), value: failure.attempts.toString() },
          ...(failure.error.code === undefined ? [] : [{ label: msg('term.code', 'Code'), value: failure.error.code }]),
        ],
        note: failure.error.sentence,
      }),
    });
  }
  return entries;
}

function accountDetails(state: AccountState, viewContext: ViewContext): Details {
  const { account, failure } = state;
  return {
    title: account.name,
    lines: [
      { label: msg('account.exchange', 'Exchange'), value: dotted(venueName(state, viewContext), siteLabel(state, viewContext)) },
      ...(account.baseUrl === undefined ? [] : [{ label: msg('account.address', 'Address'), value: account.baseUrl }]),
      { label: msg('term.funds', 'Funds'), value: moneyWord(state, viewContext)[0] ?? msg('account.live', 'live') },
      {
        label: msg('term.api-key', 'API key'),
        value: account.readOnly
          ? msg('term.read-only', 'read-only')
          : joined([msg('account.can-trade', 'can trade'), armingText(viewContext.arming(account.id), viewContext.when)]),
      },
      updatedLine(state, viewContext),
    ],
    ...(failure === undefined ? {} : { note: failure.error.sentence }),
  };
}

/** Something of the account by its name, marked when it is simulated. */
export const named = ({ account }: Pick<AccountState, 'account'>, name: Text): Text =>
  account.simulated ? bracketed(name, msg('term.simulated', 'simulated')) : name;

export const accountText = (state: Pick<AccountState, 'account'>): Text => named(state, state.account.name);

/** That figures are out of date, for a screen reader. @param keptFrom when they were read, if earlier than the rest */
export const spokenAge = (state: AccountState, { now }: ViewContext, keptFrom?: number): readonly Message[] => [
  msg('estimate.stale', 'data out of date'),
  msg('term.updated-age', 'updated {0}', readingAge(state, now, keptFrom)),
];

export const notRead = (): Message => msg('account.not-read', 'not read');
export const partlyRead = (): Message => msg('account.partly-read', 'partly read');

/** That an account was read and has nothing of a kind. */
export function emptyNote(state: AccountState, path: string, none: Message, { now, intervalMs }: ViewContext): readonly Entry[] {
  if (state.snapshot === undefined) return [];
  const { id } = state.account;
  const label = isCurrent(state, now, intervalMs) ? none : lastKnown(none);
  return [{ id: `${accountEntryId(id)}/${path}`, accountId: id, label, expansion: 'leaf', context: 'note' }];
}

/** When the figures were read, for a tooltip. */
export function updatedLine(state: AccountState, { when }: Pick<ViewContext, 'when'>): Details['lines'][number] {
  const { snapshot } = state;
  const value = snapshot === undefined ? msg('term.never', 'never') : readBy(state, when(snapshot.asOf));
  return { label: msg('term.updated', 'Updated'), value };
}

/** Why some or all of an account's loans or positions couldn't be read, above those that could. */
export function troubleNote({ account, snapshot }: AccountState, of: 'loans' | 'positions'): readonly Entry[] {
  const trouble = of === 'loans' ? snapshot?.loansTrouble : snapshot?.positionsTrouble;
  if (trouble === undefined) return [];
  const barred = of === 'loans' ? snapshot?.loansBarred : snapshot?.positionsBarred;
  return [
    {
      id: `${accountEntryId(account.id)}/${of}-trouble`,
      accountId: account.id,
      label: trouble,
      ...noteMark(trouble, barred === true),
      expansion: 'leaf',
      context: 'note',
    },
  ];
}

/** The icon of a note; that one is a warning is also spoken. */
const noteMark = (label: Text, calm: boolean): Pick<Entry, 'icon' | 'spoken'> =>
  calm
    ? { icon: { id: 'info' } }
    : { icon: { id: 'warning', color: 'list.warningForeground' }, spoken: labelled(levelWord('warn'), label) };

/**
 * What is gone though no change here closed it: without a note the account would only look safer than before. A loan opens on the
 * venue's history of it.
 */
export function vanishedNotes({ account, snapshot }: AccountState, kind: Vanished['kind'], viewContext: ViewContext): readonly Entry[] {
  return (snapshot?.vanished ?? [])
    .filter((one) => one.kind === kind && one.repaid !== true)
    .map((one) => {
      const label = vanishedSentence(one, viewContext);
      const { id, calm, orderId } = one;
      return {
        id: `${accountEntryId(account.id)}/vanished/${kind}/${id}`,
        accountId: account.id,
        label,
        ...noteMark(label, calm === true),
        context: 'note',
        ...(kind === 'position'
          ? { expansion: 'leaf' }
          : {
              expansion: 'closed',
              pages: {
                kind: 'history',
                accountId: account.id,
                loan: { loanId: id, ...(orderId === undefined ? {} : { orderId }) },
                version: 'closed',
              },
            }),
      };
    });
}

/** A time without readings; in the Loans view it opens the venue's own loan history. */
export function unwatchedNote({ account, snapshot }: AccountState, kind: Target['kind'], viewContext: ViewContext): readonly Entry[] {
  if (snapshot?.unwatched === undefined) return [];
  return [
    {
      id: `${accountEntryId(account.id)}/unwatched`,
      accountId: account.id,
      label: unwatchedSentence(snapshot.unwatched, viewContext),
      icon: { id: 'info' },
      context: 'note',
      ...(kind === 'position'
        ? { expansion: 'leaf' }
        : { expansion: 'closed', pages: { kind: 'history', accountId: account.id, version: snapshot.unwatched.to.toString() } }),
    },
  ];
}

/** Unfinished changes of loans or positions that are no longer there: they must stay visible. */
export function strayWrites(state: AccountState, kind: Target['kind'], viewContext: ViewContext): readonly Entry[] {
  const { id: accountId } = state.account;
  const open = viewContext.openWrites(accountId);
  if (open.length === 0) return [];
  const loans = (state.snapshot?.loans ?? []).map(({ id }): Target => ({ kind: 'loan', id }));
  const positions = (state.snapshot?.positions ?? []).map(({ positionId }): Target => ({ kind: 'position', id: positionId }));
  const present = new Set([...loans, ...positions].map(targetKey));
  const isStray = (target: Target): boolean => target.kind === kind && !present.has(targetKey(target));
  return open
    .filter(({ change }) => isStray(changeTarget(change)))
    .map((record) => ({
      ...writeEntry(record, { id: `${accountEntryId(accountId)}/write/${record.id}`, accountId }, state, viewContext),
      icon: { id: 'question', color: 'list.warningForeground' },
    }));
}

/** The line of an unfinished change. */
export function writeEntry(
  record: WriteRecord,
  place: Pick<Entry, 'id' | 'accountId'>,
  state: AccountState,
  viewContext: ViewContext,
): Entry {
  const what = changeText(record, state.account.simulated);
  const how = progressText(record, venueName(state, viewContext)) ?? '';
  return {
    ...place,
    on: changeTarget(record.change),
    label: what,
    description: [how],
    icon: { id: record.state === 'unknown' ? 'question' : 'loading~spin', color: 'list.warningForeground' },
    expansion: 'leaf',
    context: 'openWrite',
  };
}
