import { msg, type Message } from '../core/message.ts';
import { targetKey, type Target, type Vanished } from '../core/model.ts';
import { compareUrgency, type Level } from '../core/risk/level.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import { isDemo, readingAge, siteLabel, troubleIcon, troubleWord, venueName, type ViewContext } from '../words/account.ts';
import { armingContext, armingMark, armingText, withArming } from '../words/arming-mark.ts';
import { changeText, progressText } from '../words/kinds.ts';
import { levelIcon, levelWord, type Icon } from '../words/level.ts';
import { vanishedSentence } from '../words/vanished.ts';
import type { Details, Entry } from './entry.ts';
import type { Text } from '../words/text.ts';
import type { WriteRecord } from '../engine/ledger/ledger.ts';
import { changeTarget } from '../engine/ledger/write-states.ts';

export function accountEntryId(accountId: string): string {
  return `account/${accountId}`;
}

/**
 * The line of an account, the same in every view; what hangs below it is the view's. Its trouble comes first there.
 * @param worst the most urgent level of what hangs below it, where the view has levels and wants it told
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
    spoken: withArming(spokenAccount(state, viewContext, worst), account, viewContext.arming(account.id), viewContext.now),
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
  const arming = viewContext.arming(account.id);
  const mark = armingMark(account, arming, viewContext.now);
  return [
    // First, so that a narrow view cannot cut it off.
    ...(account.simulated ? [msg('term.simulated', 'simulated')] : isDemo(state, viewContext) ? [msg('account.demo', 'demo')] : []),
    ...(failure === undefined ? [] : [troubleWord(failure.error)]),
    ...(worst === undefined ? [] : [levelWord(worst)]),
    // That something can be sent must not be cut off either; that nothing can is how it mostly is.
    ...(arming.armed && mark !== undefined ? [mark] : []),
    readingAge(state, viewContext.now),
    venueName(state, viewContext),
    // That it is simulated is said already.
    ...(account.simulated ? [] : [siteLabel(state, viewContext)]),
    ...(account.readOnly ? [msg('term.read-only', 'read-only')] : []),
    ...(arming.armed || mark === undefined ? [] : [mark]),
  ];
}

function spokenAccount(state: AccountState, viewContext: ViewContext, worst: Level | undefined): Message {
  const spoken = spokenReading(state, viewContext);
  return worst === undefined ? spoken : msg('account.worst-level', '{0} Worst level: {1}.', spoken, levelWord(worst));
}

function spokenReading(state: AccountState, viewContext: ViewContext): Message {
  const { account, failure } = state;
  const marked = account.simulated
    ? msg('account.simulated', 'Simulated account {0}', account.name)
    : msg('account.account', 'Account {0}', account.name);
  const venue = venueName(state, viewContext);
  const age = readingAge(state, viewContext.now);
  return failure === undefined
    ? msg('account.read', '{0} at {1}, read: {2}.', marked, venue, age)
    : msg('account.read-trouble', '{0} at {1}, read: {2}. Trouble: {3}.', marked, venue, age, troubleWord(failure.error));
}

function troubles(state: AccountState, viewContext: ViewContext): readonly Entry[] {
  const { account, failure } = state;
  const frozen = viewContext.frozen(account.id);
  const entries: Entry[] = [];
  if (frozen !== undefined) {
    const sentence = msg(
      'account.changes-frozen-exchange',
      'Changes are frozen: the exchange did something else than was asked ({0}).',
      changeText(frozen, account.simulated),
    );
    entries.push({
      id: `${accountEntryId(account.id)}/frozen`,
      accountId: account.id,
      label: sentence,
      icon: { id: 'error', color: 'list.errorForeground' },
      expansion: 'leaf',
      context: 'openWrite',
      spoken: sentence,
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
      spoken: failure.error.sentence,
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
  const { account, snapshot, failure } = state;
  return {
    title: account.name,
    lines: [
      { label: msg('account.exchange', 'Exchange'), value: venueName(state, viewContext) },
      { label: msg('account.site', 'Site'), value: siteLabel(state, viewContext) },
      ...(account.baseUrl === undefined ? [] : [{ label: msg('account.address', 'Address'), value: account.baseUrl }]),
      {
        label: msg('term.money', 'Funds'),
        value: account.simulated
          ? msg('term.simulated', 'simulated')
          : isDemo(state, viewContext)
            ? msg('account.demo-trading', 'demo trading')
            : msg('account.real', 'real'),
      },
      {
        label: msg('account.key', 'Key'),
        value: account.readOnly
          ? msg('account.read-only-nothing', 'read-only: nothing can be changed')
          : msg('account.may-change-collateral', 'may change collateral and margin'),
      },
      ...(account.readOnly
        ? []
        : [{ label: msg('account.writing', 'Writing'), value: armingText(viewContext.arming(account.id), viewContext.when) }]),
      {
        label: msg('term.updated', 'Updated'),
        value: snapshot === undefined ? msg('term.never', 'never') : viewContext.when(snapshot.asOf),
      },
    ],
    ...(failure === undefined ? {} : { note: failure.error.sentence }),
  };
}

/** Why some or all of an account's loans or positions could not be read, above those that could. */
export function troubleNote({ account, snapshot }: AccountState, of: 'loans' | 'positions'): readonly Entry[] {
  const trouble = of === 'loans' ? snapshot?.loansTrouble : snapshot?.positionsTrouble;
  if (trouble === undefined) return [];
  const barred = of === 'loans' ? snapshot?.loansBarred : snapshot?.positionsBarred;
  return [
    {
      id: `${accountEntryId(account.id)}/${of}-trouble`,
      accountId: account.id,
      label: trouble,
      icon: barred === true ? { id: 'info' } : { id: 'warning', color: 'list.warningForeground' },
      expansion: 'leaf',
      context: 'note',
      spoken:
        of === 'loans'
          ? msg('account.loans-not-read', 'Loans not read in full: {0}', trouble)
          : msg('account.positions-not-read', 'Positions not read in full: {0}', trouble),
    },
  ];
}

/**
 * What is gone though nothing done here closed it: without a word the account would merely look safer than before. A loan opens on the
 * venue's own history of it, which tells what became of it.
 */
export function vanishedNotes({ account, snapshot }: AccountState, kind: Vanished['kind'], viewContext: ViewContext): readonly Entry[] {
  return (snapshot?.vanished ?? [])
    .filter((one) => one.kind === kind)
    .map((one) => {
      const label = vanishedSentence(one, viewContext);
      const { id, calm, orderId } = one;
      return {
        id: `${accountEntryId(account.id)}/vanished/${kind}/${id}`,
        accountId: account.id,
        label,
        icon: calm === true ? { id: 'info' } : { id: 'warning', color: 'list.warningForeground' },
        context: 'note',
        spoken:
          calm === true
            ? msg('account.note', 'Note for account {0}: {1}', account.name, label)
            : msg('account.warning', 'Warning for account {0}: {1}', account.name, label),
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

/** Unfinished changes of loans, or of positions, that are no longer there: they must not be lost from sight. */
export function strayWrites(state: AccountState, kind: Target['kind'], viewContext: ViewContext): readonly Entry[] {
  const { id: accountId } = state.account;
  const loans = (state.snapshot?.loans ?? []).map(({ id }): Target => ({ kind: 'loan', id }));
  const positions = (state.snapshot?.positions ?? []).map(({ positionId }): Target => ({ kind: 'position', id: positionId }));
  const present = new Set([...loans, ...positions].map(targetKey));
  const isStray = (target: Target): boolean => target.kind === kind && !present.has(targetKey(target));
  return viewContext
    .openWrites(accountId)
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
    spoken: msg('list.colon-sentence', '{0}: {1}.', what, how),
  };
}
