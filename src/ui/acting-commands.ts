import * as vscode from 'vscode';
import { Attended } from './acting/attended.ts';
import { changeCollateral } from './acting/change-collateral.ts';
import { showMaximumLoan } from './acting/maximum-loan.ts';
import { resolveWrite } from './acting/resolve-write.ts';
import { watchWrites } from './acting/watch-writes.ts';
import type { App } from './app.ts';
import { commandIds } from './command-ids.ts';
import { registerGuarded } from './trouble.ts';

/** The commands that change collateral or ask what could be borrowed, and the news of changes that nobody waits for. */
export function registerActingCommands(app: App): vscode.Disposable {
  const attended = new Attended();
  return vscode.Disposable.from(
    registerGuarded(app, commandIds.addCollateral, (argument: unknown) => changeCollateral(app, attended, 'add', argument)),
    registerGuarded(app, commandIds.reduceCollateral, (argument: unknown) => changeCollateral(app, attended, 'reduce', argument)),
    registerGuarded(app, commandIds.resolveWrite, (argument: unknown) => resolveWrite(app, attended, argument)),
    registerGuarded(app, commandIds.maximumLoan, (argument: unknown) => showMaximumLoan(app, argument)),
    watchWrites(app, attended),
  );
}
