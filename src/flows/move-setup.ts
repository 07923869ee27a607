import { msg, type Message } from '../core/message.ts';
import type { Account, Levels } from '../core/model.ts';
import { defaultLevels } from '../core/risk/level.ts';
import type { AccountUpdate } from '../engine/accounts/account-book.ts';
import {
  historyLost,
  importHistory,
  leaveHistory,
  movedSettings,
  movingFile,
  movingText,
  partsOf,
  readMoved,
  stageHistory,
  type Moved,
  type MovedAccount,
} from '../engine/moving-file.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import { rescuesOf, targetOf, type Rescue } from '../engine/rescue.ts';
import type { Warning } from '../engine/storage/warning-protocol.ts';
import { localIso } from '../words/activity.ts';
import { freeAccountName } from '../words/key.ts';
import { noRescue, rescueLabel, rescueText } from '../words/rescue.ts';
import { arrowed, bracketed, joined, labelled, type Text } from '../words/text.ts';
import { levelsText, percentOf } from '../words/thresholds.ts';
import { nameOf } from '../words/warning.ts';
import type { Acting } from './acting.ts';
import type { Conversation } from './conversation.ts';
import { ended, mayExport, sayNotWritten, withPatience } from './export-activity.ts';
import { compare } from '../core/decimal.ts';

const kinds = { JSON: ['json'] } as const;
const exportTitle = msg('moving.export', 'Export Accounts and Settings');
const importTitle = msg('moving.import', 'Import Accounts and Settings');

/** "Export Accounts and Settings…": one file for another computer. */
export async function exportSetup(app: Acting): Promise<void> {
  const { talk, book, clock, ownSettings, warnings } = app;
  if (!(await mayExport(app))) return;
  const now = localIso(clock.now());
  const file = await talk.save({
    title: exportTitle,
    label: msg('button.export', 'Export'),
    name: `ltv-gauge-setup-${now.slice(0, 10)}.json`,
    kinds,
  });
  if (file === undefined) return;
  const moved: Moved = {
    accounts: book
      .list()
      .filter(({ simulated }) => !simulated)
      .map(movedOf),
    settings: Object.fromEntries(movedSettings.map((name) => [name, ownSettings.read(name)])),
    warnings: warnings.all().filter(({ acknowledged, snoozedUntil }) => acknowledged !== undefined || snoozedUntil !== undefined),
  };
  const ids = moved.accounts.map(({ id }) => id);
  try {
    const content = await withPatience(app, exportTitle, (going) => movingFile(app, movingText(moved, now), ids, going));
    if (content === undefined) return;
    await file.write(content);
  } catch (error) {
    sayNotWritten(talk, reasonOf(error));
    return;
  }
  const buttons = [{ id: 'open', label: msg('button.open-file', 'Open File') }] as const;
  const sentence = msg(
    'moving.exported',
    'Exported to {1}. Accounts: {0}, with history. API keys stay here.',
    moved.accounts.length.toString(),
    file.where,
  );
  if ((await talk.tell({ kind: 'info', sentence, buttons })) === 'open') await file.open();
}

function movedOf(account: Account): MovedAccount {
  const { id, venue, site, name, readOnly, uid, thresholds, levels } = account;
  const rescues = rescuesOf(account);
  return {
    ...{ id, venue, site, name, readOnly },
    ...(uid === undefined ? {} : { uid }),
    ...(thresholds === undefined ? {} : { thresholds }),
    ...(levels === undefined ? {} : { levels }),
    ...(Object.keys(rescues).length === 0 ? {} : { rescues }),
  };
}

/** What an import would change, each with its line in the dialog. */
interface Plan {
  readonly add: readonly Account[];
  /** Thresholds, levels and prepared rescues of added accounts. */
  readonly brought: readonly Message[];
  readonly settings: readonly { readonly name: string; readonly value: unknown; readonly line: Message }[];
  /** For existing accounts. */
  readonly changes: readonly { readonly id: string; readonly change: AccountUpdate; readonly lines: readonly Message[] }[];
  readonly warnings: readonly Warning[];
  /** Of the history, new here. */
  readonly rows: number;
  /** Of the file, whose history it is. */
  readonly owners: Moved['accounts'];
}

/** "Import Accounts and Settings…": adds what is missing here, and changes what is here only after asking. Arms nothing, stores no key. */
export async function importSetup(app: Acting): Promise<void> {
  const { talk } = app;
  const file = await talk.open({ title: importTitle, label: importLabel, kinds });
  if (file === undefined) return;
  const nothing = async (fault: Message): Promise<void> => {
    await talk.tell({ kind: 'error', sentence: msg('moving.nothing-imported', 'Nothing was imported. {0}', fault) });
  };
  const parts = await file.read().then(partsOf, (error: unknown) => ({
    ...{ head: '', rows: new Uint8Array() },
    unreadable: msg('moving.unreadable', "The file couldn't be read: {0}", reasonOf(error)),
  }));
  if ('unreadable' in parts) return nothing(parts.unreadable);
  const moved = readMoved(parts.head, app.exchanges, app.clock.now());
  const fault = 'fault' in moved ? moved.fault : parts.fault;
  if (fault !== undefined || 'fault' in moved) return fault && nothing(fault);
  try {
    const history = await withPatience(app, importTitle, (going) => stageHistory(app, parts.rows, moved.accounts, going));
    if (history === undefined) return;
    const wrong = 'fault' in history ? history.fault : otherOwner(app, moved, history.accounts);
    if (wrong !== undefined || 'fault' in history) return await (wrong && nothing(wrong));
    await propose(app, file.where, moved, history.rows);
  } finally {
    if (parts.rows.length > 0) await leaveHistory(app).catch(() => undefined);
  }
}

/** The history of one user is not put to that of another. */
function otherOwner({ book }: Acting, { accounts }: Moved, ids: readonly string[]): Message | undefined {
  const other = accounts.find(({ id, uid }) => {
    const here = book.get(id);
    return ids.includes(id) && here !== undefined && here.uid !== uid;
  });
  return other && msg('moving.other-owner', 'The history of {0} belongs to another user than the account here.', other.name);
}

async function propose(app: Acting, where: string, moved: Moved, rows: number): Promise<void> {
  const plan = planOf(app, moved, rows);
  if (plan.add.length + plan.settings.length + plan.changes.length + rows === 0) {
    await app.talk.tell({ kind: 'info', sentence: msg('moving.all-here', 'Everything in the file is already here.') });
    return;
  }
  const chosen = await ask(app.talk, where, plan);
  if (chosen === 'all') await apply(app, plan);
  if (chosen === 'add') {
    await apply(app, { ...plan, add: plan.add.map(bare), brought: [], settings: [], changes: [], warnings: [], rows: 0 });
  }
}

/** Changes of limits or warnings come first, and Enter doesn't confirm them. */
async function ask(
  talk: Conversation,
  where: string,
  { add, brought, settings, changes, warnings, rows }: Plan,
): Promise<'all' | 'add' | 'none' | undefined> {
  const names = add.slice(0, namesShown).map(({ name }) => name);
  const rest = add.length - names.length;
  const silent = msg('moving.silent', 'Warnings that stay silent: {0}', warnings.length.toString());
  const changed = [...settings.map(({ line }) => line), ...changes.flatMap(({ lines }) => lines)];
  const more = [...brought, ...(warnings.length === 0 ? [] : [silent])];
  const added = msg(
    'moving.to-add',
    'To add, without API keys: {0}',
    talk.localize(joined(rest === 0 ? names : [...names, msg('warning.more', '{0} more', rest.toString())])),
  );
  const isCautious = changed.length + more.length > 0;
  const harmless =
    add.length === 0
      ? ({ id: 'none', label: msg('moving.none', 'Change Nothing') } as const)
      : ({ id: 'add', label: msg('moving.add-only', 'Add Accounts Only') } as const);
  return talk.confirm({
    kind: isCautious ? 'warning' : 'info',
    title: msg('moving.ask', 'Import {0}?', where),
    detail: [
      ...(changed.length === 0 ? [] : [msg('moving.to-change', 'To change here:'), ...changed, '']),
      ...(add.length === 0 ? [] : [added]),
      ...more,
      ...(rows === 0 ? [] : [msg('moving.history', 'History rows to add: {0}', rows.toString())]),
    ],
    buttons: [...(isCautious ? [harmless] : []), { id: 'all', label: importLabel }],
  });
}

const namesShown = 10;

const bare = ({ id, venue, site, name, simulated, readOnly, uid }: Account): Account => ({
  ...{ id, venue, site, name, simulated, readOnly },
  ...(uid === undefined ? {} : { uid }),
});

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const importLabel = msg('button.import', 'Import');

function planOf(app: Acting, { accounts, settings, warnings }: Moved, rows: number): Plan {
  const { book, ownSettings } = app;
  const taken = book.list().map(({ name }) => name);
  const missing = accounts.filter(({ id }) => book.get(id) === undefined);
  const add = missing.map((account): Account => {
    // Leaves room for a number.
    const name = freeAccountName(account.name.slice(0, 50), taken);
    taken.push(name);
    return { ...account, name, simulated: false };
  });
  const differing = Object.entries(settings).flatMap(([name, value]) => {
    const before = ownSettings.read(name);
    if (JSON.stringify(before) === JSON.stringify(value)) return [];
    const shown = (one: unknown): Text =>
      one === undefined || one === '' ? nothingSet : JSON.stringify(one).replace(/[^\x20-\x7e]/g, '?');
    return [{ name, value, line: change(`ltvGauge.${name}`, shown(before), shown(value)) }];
  });
  return {
    ...{ add, settings: differing, rows, owners: accounts },
    brought: add.flatMap((account) => linesOf(app, account)),
    changes: accounts.flatMap((moved) => changesOf(app, moved)),
    warnings: warnings.filter(({ account }) => missing.some(({ id }) => id === account)),
  };
}

function linesOf({ talk, store }: Acting, account: Account): readonly Message[] {
  const { id, name, thresholds, levels = {} } = account;
  return [
    ...(thresholds === undefined ? [] : [labelled(msg('thresholds.loan', 'Loan Thresholds of {0}', name), said(thresholds))]),
    ...Object.entries(levels).map(([key, own]) =>
      msg('levels.saved', 'Warning levels of {0}: {1}.', talk.localize(targetName(store.get(id), key, name)), levelsText(own)),
    ),
    ...Object.entries(rescuesOf(account)).map(([key, rescue]) => labelled(rescueTitle(store.get(id), key, name), planText(key, rescue))),
  ];
}

/** Settings absent in the file stay unchanged. */
function changesOf({ book, store, talk }: Acting, { id, thresholds, levels = {}, rescues = {} }: MovedAccount): Plan['changes'] {
  const here = book.get(id);
  if (here === undefined) return [];
  const { name } = here;
  const before = (key: string): Levels => here.levels?.[key] ?? defaultLevels;
  const others = Object.entries(levels).filter(([key, own]) => !sameLevels(own, before(key)));
  const prepared = rescuesOf(here);
  const otherRescues = Object.entries(rescues).filter(([key, rescue]) => JSON.stringify(rescue) !== JSON.stringify(prepared[key]));
  const isOther = thresholds !== undefined && said(thresholds) !== said(here.thresholds);
  const lines = [
    ...(isOther ? [change(msg('thresholds.loan', 'Loan Thresholds of {0}', name), said(here.thresholds), said(thresholds))] : []),
    ...others.map(([key, own]) => {
      const title = msg('levels.title', 'Warning Levels of {0}', talk.localize(targetName(store.get(id), key, name)));
      return change(title, levelsText(before(key)), levelsText(own));
    }),
    ...otherRescues.map(([key, rescue]) =>
      change(rescueTitle(store.get(id), key, name), planText(key, prepared[key]), planText(key, rescue)),
    ),
  ];
  const changed: AccountUpdate = {
    ...(isOther ? { thresholds } : {}),
    ...(others.length === 0 ? {} : { levels: { ...here.levels, ...Object.fromEntries(others) } }),
    ...(otherRescues.length === 0 ? {} : { rescues: { ...here.rescues, ...Object.fromEntries(otherRescues) } }),
  };
  return lines.length === 0 ? [] : [{ id, change: changed, lines }];
}

const sameLevels = (a: Levels, b: Levels): boolean =>
  (['watch', 'warn', 'danger'] as const).every((level) => compare(a[level], b[level]) === 0);

const change = (what: Text, before: Text, after: Text): Message => labelled(what, arrowed(before, after));

/** The loan or position of a key, with its account. */
function targetName(state: AccountState | undefined, key: string, account: string): Text {
  const on = targetOf(key);
  return bracketed(on === undefined ? key : nameOf(on, state), account);
}

const rescueTitle = (state: AccountState | undefined, key: string, account: string): Text =>
  joined([rescueLabel(), targetName(state, key, account)]);

function planText(key: string, rescue: Rescue | undefined): Text {
  const on = targetOf(key);
  return on === undefined || rescue === undefined ? noRescue() : rescueText(rescue, on);
}

const nothingSet = msg('moving.not-set', 'not set');

const said = (own: Account['thresholds']): Text =>
  own === undefined ? nothingSet : `${percentOf(own.marginCall)}% / ${percentOf(own.liquidation)}%`;

async function apply(app: Acting, { add, changes, settings, warnings, rows, owners }: Plan): Promise<void> {
  const { book, talk, ownSettings, poller, log } = app;
  const partly = async (reason: Text): Promise<void> => {
    const sentence = msg('moving.partly', 'Only part of the file was imported: {0} Import it again.', reason);
    await talk.tell({ kind: 'error', sentence });
  };
  try {
    for (const account of add) await book.add(account);
    for (const { id, change } of changes) await book.update(id, change);
    for (const { name, value } of settings) await ownSettings.write(name, value);
    await restore(app, warnings);
    // Last, and all or nothing: it needs the accounts.
    const isIn = rows === 0 || (await withPatience(app, importTitle, () => importHistory(app, owners), true)) === true;
    if (!isIn) {
      await partly(historyLost);
      return;
    }
  } catch (error) {
    log.error(error instanceof Error ? error : String(error));
    return partly(ended(reasonOf(error)));
  }
  log.info(
    `imported: ${add.map(({ id }) => id).join(', ')}; settings: ${settings.map(({ name }) => name).join(', ')}; rows of history: ${rows.toString()}`,
  );
  void poller.refresh();
  const buttons = add.length === 0 ? [] : ([{ id: 'keys', label: msg('button.update-keys', 'Update Keys…') }] as const);
  const sentence =
    add.length === 0
      ? msg('moving.imported-settings', 'Imported. No account was added or armed.')
      : msg('moving.imported', 'Accounts imported: {0}. Update the API keys of each; none is armed.', add.length.toString());
  if ((await talk.tell({ kind: 'info', sentence, buttons })) === 'keys') await talk.run('updateKeys');
}

/** Retries, because another window may change warnings at the same moment. */
const attempts = 5;

/** Silenced warnings stay silent on the other computer until something gets worse. */
async function restore({ shared, clock }: Acting, warnings: readonly Warning[]): Promise<void> {
  for (let attempt = 0; attempt < attempts && warnings.length > 0; attempt += 1) {
    const there = await shared.ask({ do: 'warnings' });
    const put = warnings.filter(
      ({ account, target }) => there?.rows.some((row) => row.account === account && row.target === target) !== true,
    );
    const answer = await shared.ask({ do: 'putWarnings', known: there?.version, put, drop: [], notices: [], at: clock.now() });
    if (answer === undefined || 'version' in answer) return;
  }
}
