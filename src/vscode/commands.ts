import * as vscode from 'vscode';
import type { Account } from '../core/model.ts';
import { chooseAccount } from '../flows/account/choose.ts';
import { Attended, watchWrites } from '../flows/open-change-news.ts';
import type { LazyPages } from '../views/lazy-pages.ts';
import { asTarget } from '../views/target.ts';
import { commandIds } from './command-ids.ts';
import type * as Dialogs from './dialogs.ts';
import type { App } from './front.ts';
import { registerGuarded } from './guarded-command.ts';
import { OutlineNode } from './outline-node.ts';

/** Adding, changing, testing and removing accounts. What they ask is loaded when it is first asked. */
export function registerAccountCommands(app: App): vscode.Disposable {
  const onAccount = (id: string, question: string, act: (dialogs: typeof Dialogs, account: Account) => Promise<void>): vscode.Disposable =>
    registerGuarded(app, id, async (argument) => {
      const account = await chooseAccount(app, argument, question);
      if (account !== undefined) await act(await import('./dialogs.ts'), account);
    });
  return vscode.Disposable.from(
    registerGuarded(app, commandIds.addAccount, async () => (await import('./dialogs.ts')).addAccount(app)),
    onAccount(commandIds.updateKeys, vscode.l10n.t('Which account has new keys?'), (dialogs, account) => dialogs.updateKeys(app, account)),
    onAccount(commandIds.renameAccount, vscode.l10n.t('Which account shall be renamed?'), (dialogs, account) =>
      dialogs.renameAccount(app, account),
    ),
    onAccount(commandIds.removeAccount, vscode.l10n.t('Which account shall be removed?'), (dialogs, account) =>
      dialogs.removeAccount(app, account),
    ),
    registerGuarded(app, commandIds.setThresholds, async (argument) => {
      const account = await chooseAccount(app, argument, vscode.l10n.t('The loans of which account shall have other thresholds?'));
      if (account !== undefined) await (await import('./dialogs.ts')).setThresholds(app, account);
    }),
    onAccount(commandIds.testConnection, vscode.l10n.t('Which account shall be tested?'), (dialogs, account) =>
      dialogs.testConnection(app, account),
    ),
  );
}

/**
 * The commands that change collateral or margin or ask what could be borrowed, and the news of changes that nobody waits for.
 * What they ask and say is loaded when it is first needed.
 */
export function registerActingCommands(app: App): vscode.Disposable {
  const attended = new Attended();
  return vscode.Disposable.from(
    vscode.commands.registerCommand(commandIds.addCollateral, async (argument: unknown) =>
      (await import('./dialogs.ts')).changeCollateral(app, attended, 'add', argument),
    ),
    vscode.commands.registerCommand(commandIds.reduceCollateral, async (argument: unknown) =>
      (await import('./dialogs.ts')).changeCollateral(app, attended, 'reduce', argument),
    ),
    vscode.commands.registerCommand(commandIds.addMargin, async (argument: unknown) =>
      (await import('./dialogs.ts')).changeMargin(app, attended, 'add', argument),
    ),
    vscode.commands.registerCommand(commandIds.reduceMargin, async (argument: unknown) =>
      (await import('./dialogs.ts')).changeMargin(app, attended, 'reduce', argument),
    ),
    vscode.commands.registerCommand(commandIds.bringLtvToTarget, async (argument: unknown) =>
      (await import('./dialogs.ts')).bringLtvToTarget(app, attended, argument),
    ),
    vscode.commands.registerCommand(commandIds.bringLiquidationToTarget, async (argument: unknown) =>
      (await import('./dialogs.ts')).bringLiquidationToTarget(app, attended, argument),
    ),
    vscode.commands.registerCommand(commandIds.resolveWrite, async (argument: unknown) =>
      (await import('./dialogs.ts')).resolveWrite(app, attended, argument),
    ),
    vscode.commands.registerCommand(commandIds.maximumLoan, async (argument: unknown) =>
      (await import('./dialogs.ts')).showMaximumLoan(app, argument),
    ),
    vscode.commands.registerCommand(commandIds.undoAdd, async (argument: unknown) =>
      (await import('./dialogs.ts')).undoAdd(app, attended, argument),
    ),
    watchWrites(app, attended),
  );
}

/** Of the read-only documents that list changes; the query names the account, none means all. */
const scheme = 'ltv-gauge-activity';

/** Reading, exporting and verifying what was ever done from here. All of it is loaded when it is first asked for. */
export function registerActivityCommands(app: App): vscode.Disposable {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  return vscode.Disposable.from(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: async (uri) => (await import('./dialogs.ts')).activityDocument(app, uri),
    }),
    registerGuarded(app, commandIds.openActivity, async (argument) => {
      const uri = documentOf(app, asTarget(argument)?.accountId);
      // One that is open already is brought up to date.
      changed.fire(uri);
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: false });
    }),
    registerGuarded(app, commandIds.exportActivity, async () => (await import('./dialogs.ts')).exportActivity(app)),
    registerGuarded(app, commandIds.verifyLedger, async () => (await import('./dialogs.ts')).verifyLedger(app)),
  );
}

function documentOf(app: App, accountId: string | undefined): vscode.Uri {
  const name = accountId === undefined ? undefined : app.book.get(accountId)?.name;
  const title = name === undefined ? vscode.l10n.t('LTV Gauge Activity') : vscode.l10n.t('LTV Gauge Activity of {0}', name);
  return vscode.Uri.from({ scheme, path: `/${title.replace(/[/\\]/g, '-')}.md`, query: accountId ?? '' });
}

/** Arming and disarming. What is asked before an account is armed is loaded when it is asked; to disarm, nothing has to be loaded. */
export function registerArmingCommands(app: App): vscode.Disposable {
  return vscode.Disposable.from(
    registerGuarded(app, commandIds.armWriting, async (argument) => (await import('./dialogs.ts')).armWritingOn(app, argument)),
    registerGuarded(app, commandIds.disarmWriting, (argument) => disarm(app, asTarget(argument)?.accountId)),
    app.arming.onDidChange((accountId) => {
      const arming = app.arming.state(accountId);
      app.log.info(`writing: ${accountId}: ${arming.armed ? `armed (${arming.until.toString()})` : 'not armed'}`);
    }),
  );
}

/** The account a menu named, else every one that is armed in any window: whoever disarms in a hurry is not asked which. */
async function disarm(app: App, accountId: string | undefined): Promise<void> {
  const armed = app.book
    .list()
    .filter(({ id, readOnly }) => (accountId === undefined || id === accountId) && !readOnly && app.arming.mayBeArmed(id));
  await Promise.all(armed.map(({ id }) => app.arming.disarm(id)));
  await (await import('./dialogs.ts')).sayDisarmed(app, armed, accountId);
}

/** "Try with the Simulated Exchange" and "Simulator: Move Price…". */
export function registerSimulatorCommands(app: App): vscode.Disposable {
  // Two quick clicks make one account.
  let trying: Promise<void> | undefined;
  return vscode.Disposable.from(
    registerGuarded(app, commandIds.trySimulated, () => {
      trying ??= trySimulated(app).finally(() => {
        trying = undefined;
      });
      return trying;
    }),
    registerGuarded(app, commandIds.movePrice, async () => (await import('./dialogs.ts')).movePrice(app)),
  );
}

/** There is one simulated account at most: a second call shows it again. */
async function trySimulated(app: App): Promise<void> {
  const account = app.simulated.account() ?? (await makeAccount(app));
  if (account === undefined) return;
  await app.poller.refresh(account.id);
  await vscode.commands.executeCommand(commandIds.openGauges);
}

async function makeAccount(app: App): Promise<Account | undefined> {
  if (!(await (await import('./dialogs.ts')).mayChangeKeys(app))) return undefined;
  return Promise.resolve(
    vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Starting the simulated exchange') },
      () => app.simulated.create(vscode.l10n.t('Simulated')),
    ),
  );
}

/** The commands of the views themselves: read anew, read on, copy, log. */
export function registerViewCommands(app: App, pages: LazyPages): vscode.Disposable {
  return vscode.Disposable.from(
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

/** One account when it was asked for at its line, else all. A failure is told in the views, not in a box. */
async function refresh(app: App, pages: LazyPages, argument: unknown): Promise<void> {
  const accountId = asTarget(argument)?.accountId;
  await vscode.window.withProgress({ location: { viewId: 'ltvGauge.loans' } }, () => app.poller.refresh(accountId));
  pages.drop(accountId);
}
