import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { EnginePorts } from '../engine/ports.ts';
import { intervalMs, readLimits } from './settings.ts';

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
