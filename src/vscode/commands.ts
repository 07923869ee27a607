import * as vscode from 'vscode';
import { msg } from '../core/message.ts';
import { localize } from './localize.ts';
import { hidesAmounts, onDidChangeSetting, ownSettings } from './ports.ts';
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

/** The commands with dialogs, and who reports a failure: the command itself ('told') or its registration. */
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
  repayLoan: 'told',
  repayWithCollateral: 'told',
  borrowMore: 'told',
  addMargin: 'told',
  reduceMargin: 'told',
  bringLtvToTarget: 'told',
  bringLiquidationToTarget: 'told',
  resolveWrite: 'told',
  undoAdd: 'told',
  maximumLoan: 'told',
  armWriting: 'guarded',
  allowBorrowing: 'guarded',
  exportActivity: 'guarded',
  exportLoanHistory: 'guarded',
  exportSetup: 'guarded',
  importSetup: 'guarded',
  verifyLedger: 'guarded',
  acknowledgeWarnings: 'guarded',
  snoozeWarnings: 'guarded',
  testWarnings: 'guarded',
  manageOutlets: 'guarded',
  setWarningLevels: 'guarded',
  openAtVenue: 'guarded',
  prepareRescue: 'guarded',
  openRescue: 'told',
  openPlanPreview: 'guarded',
  runPlan: 'told',
};

/** All commands but that of the gauges, and news of changes that no command waits for. Dialogs are loaded when first needed. */
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
    awaitPlan(app),
    registerGuarded(app, commandIds.refresh, (argument) => refresh(app, pages, argument)),
    registerGuarded(app, commandIds.loadMore, async (argument) => {
      const more = argument instanceof OutlineNode ? argument.entry.more : undefined;
      if (typeof more === 'function') more();
      else if (more !== undefined) await pages.more(more);
    }),
    registerGuarded(app, commandIds.copyValue, async (argument) => {
      if (argument instanceof OutlineNode && argument.entry.copy !== undefined) await vscode.env.clipboard.writeText(argument.entry.copy);
    }),
    registerGuarded(app, commandIds.toggleAmounts, () => ownSettings.write('hideAmounts', !hidesAmounts())),
    registerGuarded(app, commandIds.installCommandLine, () =>
      tell(app, (telling, acting) => telling.installCommandLine(acting.talk, app.context)),
    ),
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
      ? app.commands.handle(commandIds[name], run)
      : registerGuarded(app, commandIds[name], name === 'trySimulated' ? once : run);
  });
}

/** Loads the dialogs for something that is only told. */
async function tell<T>(app: App, act: (telling: typeof Dialogs.telling, acting: Acting) => Promise<T>): Promise<T> {
  const { actingOf, telling } = await import('./dialogs.ts');
  return act(telling, actingOf(app));
}

/** Loads what looks at plans once one is open. */
function awaitPlan(app: App): vscode.Disposable {
  let loading: Promise<vscode.Disposable> | undefined;
  const look = ({ uri }: vscode.TextDocument): void => {
    if (uri.path.endsWith('.loanplan.json'))
      loading ??= tell(app, (telling, acting) => Promise.resolve(telling.registerPlans(app, acting)));
  };
  vscode.workspace.textDocuments.forEach(look);
  return vscode.Disposable.from(vscode.workspace.onDidOpenTextDocument(look), {
    dispose: () => void loading?.then((plans) => void plans.dispose()),
  });
}

/** Of the read-only documents that list changes; the query names the account, no query means all. */
const scheme = 'ltv-gauge-activity';

function registerActivityDocument(app: App): vscode.Disposable {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  return vscode.Disposable.from(
    changed,
    onDidChangeSetting('hideAmounts', () => {
      for (const { uri } of vscode.workspace.textDocuments) if (uri.scheme === scheme) changed.fire(uri);
    }),
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: ({ query }) =>
        tell(app, (telling, acting) => telling.activityDocument(acting, query === '' ? undefined : query)),
    }),
    registerGuarded(app, commandIds.openActivity, async (argument) => {
      const uri = documentOf(app, asPlace(argument)?.accountId);
      // Updates one that is already open.
      changed.fire(uri);
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: false });
    }),
  );
}

function documentOf(app: App, accountId: string | undefined): vscode.Uri {
  const name = accountId === undefined ? undefined : app.book.get(accountId)?.name;
  const all = localize(msg('command.ltv-gauge-activity', 'LTV Gauge Activity Log'));
  const title = name === undefined ? all : `${all} · ${name}`;
  return vscode.Uri.from({ scheme, path: `/${title.replace(/[/\\]/g, '-')}.md`, query: accountId ?? '' });
}

/**
 * The account a menu named, else every account armed in any window: disarming in a hurry must not ask which. Nothing has to be loaded to
 * disarm.
 */
async function disarm(app: App, accountId: string | undefined): Promise<void> {
  const armed = app.book
    .list()
    .filter(({ id, readOnly }) => (accountId === undefined || id === accountId) && !readOnly && app.arming.mayBeArmed(id));
  await Promise.all(armed.map(({ id }) => app.arming.disarm(id)));
  await tell(app, (telling, acting) => telling.sayDisarmed(acting, armed, accountId));
}

/** The account whose line was used, else all. The views show a failure; no message box does. */
async function refresh(app: App, pages: LazyPages, argument: unknown): Promise<void> {
  const accountId = asPlace(argument)?.accountId;
  await vscode.window.withProgress({ location: { viewId: 'ltvGauge.loans' } }, () => app.poller.refresh(accountId));
  pages.drop(accountId);
}
