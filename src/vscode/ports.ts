import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { EnginePorts } from '../engine/ports.ts';
import type { Limits, LimitsFault } from '../engine/ledger/limits.ts';
import { intervalMsOf } from '../words/time.ts';

/** What the editor brings to the engine. */
export const portsOf = (context: vscode.ExtensionContext, log: vscode.LogOutputChannel): EnginePorts => ({
  folder: context.globalStorageUri.fsPath,
  worker: context.asAbsolutePath('dist/parts/ledger-worker.js'),
  old: context.globalState,
  secrets: context.secrets,
  // Windows of the desktop share a keyring; one in a browser knows the keys that were there when it was opened.
  windowsShareSecrets: vscode.env.uiKind !== vscode.UIKind.Web,
  settings: { intervalMs, limits: readLimits },
  log,
  window: randomUUID(),
  newId: randomUUID,
});

/** The person's interval between two readings, in milliseconds. Its scope is `application`: no workspace decides it. */
function intervalMs(): number {
  return intervalMsOf(vscode.workspace.getConfiguration('ltvGauge').get('refreshIntervalSeconds'));
}

/** What the person allows at most, as their own settings say; those of the folder that is open do not count. */
export async function readLimits(): Promise<Limits | LimitsFault> {
  const settings = vscode.workspace.getConfiguration('ltvGauge.limits');
  return (await import('../engine/ledger/limits.ts')).limitsOfUser(settings);
}
