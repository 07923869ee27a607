import * as vscode from 'vscode';
import { msg } from '../core/message.ts';
import { localize } from './localize.ts';
import type { Acting } from '../flows/acting.ts';
import { Attended, watchWrites } from '../flows/open-change-news.ts';
import type { LazyPages } from '../views/lazy-pages.ts';
import { OutlineNode } from '../views/outline-node.ts';
import { asPlace } from '../views/place.ts';
import { commandIds } from './command-ids.ts';
import type * as Dialogs from './dialogs.ts';
import type { App } from './front.ts';
import { registerGuarded } from './guarded-command.ts';

type Asking = keyof typeof Dialogs.dialogs;

/** The commands that ask, and who tells the person of a failure: the command itself, or whoever registers it. */
const asking: Readonly<Record<Asking, 'told' | 'guarded'>> = {
  addAccount: 'guarded',
  updateKeys: 'guarded',
  renameAccount: 'guarded',
  removeAccount: 'guarded',
  setThresholds: 'guarded',
  testConnection: 'guarded',
  trySimulated: 'guarded',
  movePrice: 'guarded',
  addCollateral: 'told',
  reduceCollateral: 'told',
  addMargin: 'told',
  reduceMargin: 'told',
  bringLtvToTarget: 'told',
  bringLiquidationToTarget: 'told',
  resolveWrite: 'told',
  undoAdd: 'told',
  maximumLoan: 'told',
  armWriting: 'guarded',
  exportActivity: 'guarded',
  verifyLedger: 'guarded',
};

/** All commands but that of the gauges, and the news of changes that nobody waits for. What asks and tells is loaded when it is first needed. */
export function registerCommands(app: App, pages: LazyPages): vscode.Disposable {
  const attended = new Attended();
  return vscode.Disposable.from(
    ...registerAsking(app, attended),
    watchWrites(app, attended, async () => {
      const { actingOf, telling } = await import('./dialogs.ts');
      return (record, isNews) => telling.sayOutcome(actingOf(app), record, isNews);
    }),
    registerGuarded(app, commandIds.disarmWriting, (argument) => disarm(app, asPlace(argument)?.accountId)),
    app.arming.onDidChange((accountId) => {
      const arming = app.arming.state(accountId);
      app.log.info(`writing: ${accountId}: ${arming.armed ? `armed (${arming.until.toString()})` : 'not armed'}`);
    }),
    registerActivityDocument(app),
    registerGuarded(app, commandIds.refresh, (argument) => refresh(app, pages, argument)),
    registerGuarded(app, commandIds.loadMore, async (argument) => {
      const more = argument instanceof OutlineNode ? argument.entry.more : undefined;
      if (typeof more === 'function') more();
      else if (more !== undefined) await pages.more(more);
    }),
    registerGuarded(app, commandIds.copyValue, async (argument) => {
      if (argument instanceof OutlineNode && argument.entry.copy !== undefined) await vscode.env.clipboard.writeText(argument.entry.copy);
    }),
    registerGuarded(app, commandIds.showLog, () => {
      app.log.show();
    }),
  );
}

function registerAsking(app: App, attended: Attended): readonly vscode.Disposable[] {
  // Two quick clicks make one simulated account.
  let trying: Promise<void> | undefined;
  return (Object.keys(asking) as Asking[]).map((name) => {
    const run = async (argument: unknown): Promise<void> => {
      const { actingOf, dialogs } = await import('./dialogs.ts');
      await dialogs[name](actingOf(app), argument, attended);
    };
    const once = (argument: unknown): Promise<void> => {
      trying ??= run(argument).finally(() => {
        trying = undefined;
      });
      return trying;
    };
    return asking[name] === 'told'
      ? vscode.commands.registerCommand(commandIds[name], run)
      : registerGuarded(app, commandIds[name], name === 'trySimulated' ? once : run);
  });
}

/** Hands over what tells, and what it acts with. */
async function tell<T>(app: App, act: (telling: typeof Dialogs.telling, acting: Acting) => Promise<T>): Promise<T> {
  const { actingOf, telling } = await import('./dialogs.ts');
  return act(telling, actingOf(app));
}

/** Of the read-only documents that list changes; the query names the account, none means all. */
const scheme = 'ltv-gauge-activity';

function registerActivityDocument(app: App): vscode.Disposable {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  return vscode.Disposable.from(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: ({ query }) =>
        tell(app, (telling, acting) => telling.activityDocument(acting, query === '' ? undefined : query)),
    }),
    registerGuarded(app, commandIds.openActivity, async (argument) => {
      const uri = documentOf(app, asPlace(argument)?.accountId);
      // One that is open already is brought up to date.
      changed.fire(uri);
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: false });
    }),
  );
}

function documentOf(app: App, accountId: string | undefined): vscode.Uri {
  const name = accountId === undefined ? undefined : app.book.get(accountId)?.name;
  const title =
    name === undefined
      ? localize(msg('command.ltv-gauge-activity', 'LTV Gauge Activity'))
      : localize(msg('command.ltv-gauge-activity-2', 'LTV Gauge Activity of {0}', name));
  return vscode.Uri.from({ scheme, path: `/${title.replace(/[/\\]/g, '-')}.md`, query: accountId ?? '' });
}

/**
 * The account a menu named, else every one that is armed in any window: whoever disarms in a hurry is not asked which. To disarm, nothing
 * has to be loaded.
 */
async function disarm(app: App, accountId: string | undefined): Promise<void> {
  const armed = app.book
    .list()
    .filter(({ id, readOnly }) => (accountId === undefined || id === accountId) && !readOnly && app.arming.mayBeArmed(id));
  await Promise.all(armed.map(({ id }) => app.arming.disarm(id)));
  await tell(app, (telling, acting) => telling.sayDisarmed(acting, armed, accountId));
}

/** One account when it was asked for at its line, else all. A failure is told in the views, not in a box. */
async function refresh(app: App, pages: LazyPages, argument: unknown): Promise<void> {
  const accountId = asPlace(argument)?.accountId;
  await vscode.window.withProgress({ location: { viewId: 'ltvGauge.loans' } }, () => app.poller.refresh(accountId));
  pages.drop(accountId);
}
