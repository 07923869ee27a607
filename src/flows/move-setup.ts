import { msg, type Message } from '../core/message.ts';
import type { Account } from '../core/model.ts';
import { movedSettings, movingText, readMoved, type Moved, type MovedAccount } from '../engine/moving-file.ts';
import type { Warning } from '../engine/storage/warning-protocol.ts';
import { localIso } from '../words/activity.ts';
import { freeAccountName } from '../words/key.ts';
import type { Text } from '../words/text.ts';
import { percentOf } from '../words/thresholds.ts';
import type { Acting } from './acting.ts';
import { ended, sayNotWritten } from './export-activity.ts';

const kinds = { JSON: ['json'] } as const;

/** "Export Accounts and Settings…": one file for another computer. */
export async function exportSetup(app: Acting): Promise<void> {
  const { talk, book, clock, ownSettings, warnings } = app;
  const now = localIso(clock.now());
  const title = msg('moving.export', 'Export Accounts and Settings');
  const file = await talk.save({ title, label: msg('button.export', 'Export'), name: `ltv-gauge-setup-${now.slice(0, 10)}.json`, kinds });
  if (file === undefined) return;
  const moved: Moved = {
    accounts: book
      .list()
      .filter(({ simulated }) => !simulated)
      .map(movedOf),
    settings: Object.fromEntries(movedSettings.map((name) => [name, ownSettings.read(name)])),
    warnings: warnings.all().filter(({ acknowledged, snoozedUntil }) => acknowledged !== undefined || snoozedUntil !== undefined),
  };
  try {
    await file.write(movingText(moved, now));
  } catch (error) {
    sayNotWritten(talk, reasonOf(error));
    return;
  }
  const buttons = [{ id: 'open', label: msg('button.open-file', 'Open File') }] as const;
  const sentence = msg(
    'moving.exported',
    'Accounts exported: {0} to {1}. API keys stay here.',
    moved.accounts.length.toString(),
    file.where,
  );
  if ((await talk.tell({ kind: 'info', sentence, buttons })) === 'open') await file.open();
}

const movedOf = ({ id, venue, site, name, readOnly, uid, thresholds }: Account): MovedAccount => ({
  ...{ id, venue, site, name, readOnly },
  ...(uid === undefined ? {} : { uid }),
  ...(thresholds === undefined ? {} : { thresholds }),
});

/** What an import would do here. */
interface Plan {
  readonly add: readonly Account[];
  readonly thresholds: readonly (Required<Pick<MovedAccount, 'id' | 'thresholds'>> & { readonly line: Message })[];
  readonly settings: readonly { readonly name: string; readonly value: unknown; readonly line: Message }[];
  readonly warnings: readonly Warning[];
}

/** "Import Accounts and Settings…": adds what is missing here, and changes what is here only after asking. Arms nothing, stores no key. */
export async function importSetup(app: Acting): Promise<void> {
  const { talk } = app;
  const file = await talk.open({ title: msg('moving.import', 'Import Accounts and Settings'), label: importLabel, kinds });
  if (file === undefined) return;
  const moved = await file.read().then(
    (content) => readMoved(content, app.exchanges),
    (error: unknown) => ({ fault: msg('moving.unreadable', "The file couldn't be read: {0}", reasonOf(error)) }),
  );
  if ('fault' in moved) {
    await talk.tell({ kind: 'error', sentence: msg('moving.nothing-imported', 'Nothing was imported. {0}', moved.fault) });
    return;
  }
  const plan = planOf(app, moved);
  const changes = [...plan.thresholds, ...plan.settings];
  if (plan.add.length + changes.length === 0) {
    await talk.tell({ kind: 'info', sentence: msg('moving.all-here', 'Everything in the file is already here.') });
    return;
  }
  const added = msg('moving.to-add', 'To add, without API keys: {0}', plan.add.map(({ name }) => name).join(', '));
  const chosen = await talk.confirm({
    kind: changes.length === 0 ? 'info' : 'warning',
    title: msg('moving.ask', 'Import {0}?', file.where),
    detail: [
      ...(plan.add.length === 0 ? [] : [added]),
      ...(changes.length === 0 ? [] : ['', msg('moving.to-change', 'To change here:'), ...changes.map(({ line }) => line)]),
    ],
    buttons: [
      { id: 'all', label: importLabel },
      ...(plan.add.length === 0 || changes.length === 0
        ? []
        : [{ id: 'add', label: msg('moving.add-only', 'Add Accounts Only') } as const]),
    ],
  });
  if (chosen === undefined) return;
  await apply(app, chosen === 'all' ? plan : { ...plan, thresholds: [], settings: [] });
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const importLabel = msg('button.import', 'Import');

function planOf({ book, ownSettings, talk }: Acting, { accounts, settings, warnings }: Moved): Plan {
  const taken = book.list().map(({ name }) => name);
  const missing = accounts.filter(({ id }) => book.get(id) === undefined);
  const add = missing.map((account): Account => {
    // A number may come behind it.
    const name = freeAccountName(account.name.slice(0, 50), taken);
    taken.push(name);
    return { ...account, name, simulated: false };
  });
  const change = (what: string, before: Text, after: Text): Message =>
    msg('preview.row', '{0}: {1} → {2}', what, talk.localize(before), talk.localize(after));
  const thresholds = accounts.flatMap(({ id, thresholds: own }) => {
    const here = book.get(id);
    if (here === undefined || own === undefined || said(own) === said(here.thresholds)) return [];
    return [{ id, thresholds: own, line: change(here.name, said(here.thresholds), said(own)) }];
  });
  const differing = Object.entries(settings).flatMap(([name, value]) => {
    const before = ownSettings.read(name);
    if (JSON.stringify(before) === JSON.stringify(value)) return [];
    const shown = (one: unknown): Text =>
      one === undefined || one === '' ? nothingSet : JSON.stringify(one).replace(/[^\x20-\x7e]/g, '?');
    return [{ name, value, line: change(`ltvGauge.${name}`, shown(before), shown(value)) }];
  });
  return { add, thresholds, settings: differing, warnings: warnings.filter(({ account }) => missing.some(({ id }) => id === account)) };
}

const nothingSet = msg('moving.not-set', 'not set');

const said = (own: Account['thresholds']): Text =>
  own === undefined ? nothingSet : `${percentOf(own.marginCall)}% / ${percentOf(own.liquidation)}%`;

async function apply(app: Acting, { add, thresholds, settings, warnings }: Plan): Promise<void> {
  const { book, talk, ownSettings, poller, log } = app;
  try {
    for (const account of add) await book.add(account);
    for (const { id, thresholds: own } of thresholds) await book.update(id, { thresholds: own });
    for (const { name, value } of settings) await ownSettings.write(name, value);
    await restore(app, warnings);
  } catch (error) {
    log.error(error instanceof Error ? error : String(error));
    await talk.tell({
      kind: 'error',
      sentence: msg('moving.partly', 'Only part of the file was imported: {0} Import it again.', ended(reasonOf(error))),
    });
    return;
  }
  log.info(`imported: ${add.map(({ id }) => id).join(', ')}; settings: ${settings.map(({ name }) => name).join(', ')}`);
  void poller.refresh();
  const buttons = add.length === 0 ? [] : ([{ id: 'keys', label: msg('button.update-keys', 'Update Keys…') }] as const);
  const sentence =
    add.length === 0
      ? msg('moving.imported-settings', 'Imported. No account was added or armed.')
      : msg('moving.imported', 'Accounts imported: {0}. Update the API keys of each; none is armed.', add.length.toString());
  if ((await talk.tell({ kind: 'info', sentence, buttons })) === 'keys') await talk.run('updateKeys');
}

/** Another window may change warnings at the same moment. */
const attempts = 5;

/** Warnings that a person silenced stay silent on the other computer, until something gets worse. */
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
