import * as vscode from 'vscode';
import { Attended } from './acting/attended.ts';
import { watchWrites } from './acting/watch-writes.ts';
import type { App } from './app.ts';
import { commandIds } from './command-ids.ts';

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
