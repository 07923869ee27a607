import * as vscode from 'vscode';
import type { App } from './app.ts';
import { commandIds } from './command-ids.ts';
import type { LazyPages } from './lazy-pages.ts';
import { OutlineNode } from './outline-node.ts';
import { asTarget } from './target.ts';
import { registerGuarded } from './trouble.ts';

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
