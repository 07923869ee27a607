import { compareUrgency, type Level } from '../../core/level.ts';
import { msg, type Message } from '../../core/message.ts';
import type { AccountState } from '../../monitor/store.ts';
import { changeText } from '../acting/change-text.ts';
import { armingContext, armingMark, armingText, withArming } from './arming-words.ts';
import { isDemo, readingAge, siteLabel, troubleIcon, troubleWord, venueName, type Scene } from './condition.ts';
import { levelIcon, levelWord, type Icon } from './level-words.ts';
import type { Details, Entry, Text } from './outline.ts';

export function accountEntryId(accountId: string): string {
  return `account/${accountId}`;
}

/**
 * The line of an account, the same in every view; what hangs below it is the view's. Its trouble comes first there.
 * @param worst the most urgent level of what hangs below it, where the view has levels and wants it told
 */
export function accountEntry(state: AccountState, children: readonly Entry[], scene: Scene, worst?: Level): Entry {
  const { account } = state;
  return {
    id: accountEntryId(account.id),
    accountId: account.id,
    label: account.name,
    description: accountMarks(state, scene, worst),
    icon: accountIcon(state, worst),
    expansion: 'open',
    context: armingContext(account, scene.arming(account.id)),
    spoken: withArming(spokenAccount(state, scene, worst), account, scene.arming(account.id), scene.now),
    details: () => accountDetails(state, scene),
    children: [...troubles(state, scene), ...children],
  };
}

function accountIcon({ account, failure }: AccountState, worst: Level | undefined): Icon {
  if (failure !== undefined) return troubleIcon(failure.error);
  if (worst !== undefined && compareUrgency(worst, 'warn') <= 0) return levelIcon(worst);
  return { id: account.simulated ? 'beaker' : 'account' };
}

function accountMarks(state: AccountState, scene: Scene, worst: Level | undefined): readonly Text[] {
  const { account, failure } = state;
  const arming = scene.arming(account.id);
  const mark = armingMark(account, arming, scene.now);
  return [
    // First, so that a narrow view cannot cut it off.
    ...(account.simulated ? [msg('simulated')] : isDemo(state, scene) ? [msg('demo')] : []),
    ...(failure === undefined ? [] : [troubleWord(failure.error)]),
    ...(worst === undefined ? [] : [levelWord(worst)]),
    // That something can be sent must not be cut off either; that nothing can is how it mostly is.
    ...(arming.armed && mark !== undefined ? [mark] : []),
    readingAge(state, scene.now),
    venueName(state, scene),
    // That it is simulated is said already.
    ...(account.simulated ? [] : [siteLabel(state, scene)]),
    ...(account.readOnly ? [msg('read-only')] : []),
    ...(arming.armed || mark === undefined ? [] : [mark]),
  ];
}

function spokenAccount(state: AccountState, scene: Scene, worst: Level | undefined): Message {
  const spoken = spokenReading(state, scene);
  return worst === undefined ? spoken : msg('{0} Worst level: {1}.', spoken, levelWord(worst));
}

function spokenReading(state: AccountState, scene: Scene): Message {
  const { account, failure } = state;
  const marked = account.simulated ? msg('Simulated account {0}', account.name) : msg('Account {0}', account.name);
  const venue = venueName(state, scene);
  const age = readingAge(state, scene.now);
  return failure === undefined
    ? msg('{0} at {1}, read: {2}.', marked, venue, age)
    : msg('{0} at {1}, read: {2}. Trouble: {3}.', marked, venue, age, troubleWord(failure.error));
}

function troubles(state: AccountState, scene: Scene): readonly Entry[] {
  const { account, failure } = state;
  const frozen = scene.frozen(account.id);
  const entries: Entry[] = [];
  if (frozen !== undefined) {
    const sentence = msg(
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
          { label: msg('Since'), value: scene.when(failure.since) },
          { label: msg('Last attempt'), value: scene.when(failure.at) },
          { label: msg('Attempts'), value: failure.attempts.toString() },
          ...(failure.error.code === undefined ? [] : [{ label: msg('Code'), value: failure.error.code }]),
        ],
        note: failure.error.sentence,
      }),
    });
  }
  return entries;
}

function accountDetails(state: AccountState, scene: Scene): Details {
  const { account, snapshot, failure } = state;
  return {
    title: account.name,
    lines: [
      { label: msg('Exchange'), value: venueName(state, scene) },
      { label: msg('Site'), value: siteLabel(state, scene) },
      ...(account.baseUrl === undefined ? [] : [{ label: msg('Address'), value: account.baseUrl }]),
      { label: msg('Money'), value: account.simulated ? msg('simulated') : isDemo(state, scene) ? msg('demo trading') : msg('real') },
      { label: msg('Key'), value: account.readOnly ? msg('read-only: nothing can be changed') : msg('may change collateral and margin') },
      ...(account.readOnly ? [] : [{ label: msg('Writing'), value: armingText(scene.arming(account.id), scene.when) }]),
      { label: msg('Read at'), value: snapshot === undefined ? msg('never') : scene.when(snapshot.asOf) },
    ],
    ...(failure === undefined ? {} : { note: failure.error.sentence }),
  };
}
