import * as vscode from 'vscode';
import type { Account } from '../core/model.ts';
import { msg, type Message } from '../core/message.ts';
import type { Acting } from '../flows/acting.ts';
import { Attended, watchWrites } from '../flows/open-change-news.ts';
import type { LazyPages } from '../views/lazy-pages.ts';
import { asPlace } from '../views/place.ts';
import { commandIds } from './command-ids.ts';
import type * as Dialogs from './dialogs.ts';
import type { App } from './front.ts';
import { registerGuarded } from './guarded-command.ts';
import { OutlineNode } from './outline-node.ts';

/** Adding, changing, testing and removing accounts. What they ask is loaded when it is first asked. */
export function registerAccountCommands(app: App): vscode.Disposable {
  const onAccount = (
    id: string,
    question: Message,
    act: (dialogs: typeof Dialogs, acting: Acting, account: Account) => Promise<void>,
  ): vscode.Disposable =>
    registerGuarded(app, id, (argument) =>
      asking(app, async (dialogs, acting) => {
        const account = await dialogs.chooseAccount(acting, argument, question);
        if (account !== undefined) await act(dialogs, acting, account);
      }),
    );
  return vscode.Disposable.from(
    registerGuarded(app, commandIds.addAccount, () => asking(app, (dialogs, acting) => dialogs.addAccount(acting))),
    onAccount(commandIds.updateKeys, msg('Which account has new keys?'), (dialogs, acting, account) => dialogs.updateKeys(acting, account)),
    onAccount(commandIds.renameAccount, msg('Which account shall be renamed?'), (dialogs, acting, account) =>
      dialogs.renameAccount(acting, account),
    ),
    onAccount(commandIds.removeAccount, msg('Which account shall be removed?'), (dialogs, acting, account) =>
      dialogs.removeAccount(acting, account),
    ),
    onAccount(commandIds.setThresholds, msg('The loans of which account shall have other thresholds?'), (dialogs, acting, account) =>
      dialogs.setThresholds(acting, account),
    ),
    onAccount(commandIds.testConnection, msg('Which account shall be tested?'), (dialogs, acting, account) =>
      dialogs.testConnection(acting, account),
    ),
  );
}

/** Hands over the part that asks, which is loaded when it is first needed, and what it acts with. */
async function asking<T>(app: App, act: (dialogs: typeof Dialogs, acting: Acting) => Promise<T>): Promise<T> {
  const dialogs = await import('./dialogs.ts');
  return act(dialogs, dialogs.actingOf(app));
}

/**
 * The commands that change collateral or margin or ask what could be borrowed, and the news of changes that nobody waits for.
 * What they ask and say is loaded when it is first needed.
 */
export function registerActingCommands(app: App): vscode.Disposable {
  const attended = new Attended();
  return vscode.Disposable.from(
    vscode.commands.registerCommand(commandIds.addCollateral, (argument: unknown) =>
      asking(app, (dialogs, acting) => dialogs.changeCollateral(acting, attended, 'add', argument)),
    ),
    vscode.commands.registerCommand(commandIds.reduceCollateral, (argument: unknown) =>
      asking(app, (dialogs, acting) => dialogs.changeCollateral(acting, attended, 'reduce', argument)),
    ),
    vscode.commands.registerCommand(commandIds.addMargin, (argument: unknown) =>
      asking(app, (dialogs, acting) => dialogs.changeMargin(acting, attended, 'add', argument)),
    ),
    vscode.commands.registerCommand(commandIds.reduceMargin, (argument: unknown) =>
      asking(app, (dialogs, acting) => dialogs.changeMargin(acting, attended, 'reduce', argument)),
    ),
    vscode.commands.registerCommand(commandIds.bringLtvToTarget, (argument: unknown) =>
      asking(app, (dialogs, acting) => dialogs.bringLtvToTarget(acting, attended, argument)),
    ),
    vscode.commands.registerCommand(commandIds.bringLiquidationToTarget, (argument: unknown) =>
      asking(app, (dialogs, acting) => dialogs.bringLiquidationToTarget(acting, attended, argument)),
    ),
    vscode.commands.registerCommand(commandIds.resolveWrite, (argument: unknown) =>
      asking(app, (dialogs, acting) => dialogs.resolveWrite(acting, attended, argument)),
    ),
    vscode.commands.registerCommand(commandIds.maximumLoan, (argument: unknown) =>
      asking(app, (dialogs, acting) => dialogs.showMaximumLoan(acting, argument)),
    ),
    vscode.commands.registerCommand(commandIds.undoAdd, (argument: unknown) =>
      asking(app, (dialogs, acting) => dialogs.undoAdd(acting, attended, argument)),
    ),
    watchWrites(app, attended, async () => {
      const { actingOf, sayOutcome } = await import('./dialogs.ts');
      return (record, isNews) => sayOutcome(actingOf(app), record, isNews);
    }),
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
      provideTextDocumentContent: (uri) => asking(app, (dialogs) => dialogs.activityDocument(app, uri)),
    }),
    registerGuarded(app, commandIds.openActivity, async (argument) => {
      const uri = documentOf(app, asPlace(argument)?.accountId);
      // One that is open already is brought up to date.
      changed.fire(uri);
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: false });
    }),
    registerGuarded(app, commandIds.exportActivity, () => asking(app, (dialogs, acting) => dialogs.exportActivity(acting))),
    registerGuarded(app, commandIds.verifyLedger, () => asking(app, (dialogs, acting) => dialogs.verifyLedger(acting))),
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
    registerGuarded(app, commandIds.armWriting, (argument) => asking(app, (dialogs, acting) => dialogs.armWritingOn(acting, argument))),
    registerGuarded(app, commandIds.disarmWriting, (argument) => disarm(app, asPlace(argument)?.accountId)),
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
  await asking(app, (dialogs, acting) => dialogs.sayDisarmed(acting, armed, accountId));
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
    registerGuarded(app, commandIds.movePrice, () => asking(app, (dialogs, acting) => dialogs.movePrice(acting))),
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
  if (!(await asking(app, (dialogs, acting) => dialogs.mayChangeKeys(acting)))) return undefined;
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
  const accountId = asPlace(argument)?.accountId;
  await vscode.window.withProgress({ location: { viewId: 'ltvGauge.loans' } }, () => app.poller.refresh(accountId));
  pages.drop(accountId);
}
