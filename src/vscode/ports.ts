import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { EnginePorts } from '../engine/ports.ts';
import type { Limits, LimitsFault } from '../engine/ledger/limits.ts';
import type { StatusLook } from '../views/status.ts';
import type { Acting } from '../flows/acting.ts';
import { intervalMsOf } from '../words/time.ts';
import { hidesAmountsBy, statusLookBy, warningSettingsBy, type WarningSettings } from './setting-values.ts';

/** What the editor brings to the engine. */
export const portsOf = (context: vscode.ExtensionContext, log: vscode.LogOutputChannel): EnginePorts => ({
  folder: context.globalStorageUri.fsPath,
  worker: context.asAbsolutePath('dist/parts/ledger-worker.js'),
  old: context.globalState,
  secrets: context.secrets,
  // Desktop windows share a keyring; a browser window only knows the keys from when it was opened.
  windowsShareSecrets: vscode.env.uiKind !== vscode.UIKind.Web,
  settings: { intervalMs, onDidChangeInterval, limits: readLimits },
  log,
  // The editor's own WebSocket knows about proxies. Without one, prices are polled.
  WebSocket: globalThis.WebSocket,
  window: randomUUID(),
  isSeen: () => vscode.window.state.focused,
  newId: randomUUID,
});

/** The person's interval between two readings, in milliseconds. Its scope is `application`: no workspace sets it. */
function intervalMs(): number {
  return intervalMsOf(vscode.workspace.getConfiguration('ltvGauge').get('refreshIntervalSeconds'));
}

const onDidChangeInterval = (listener: () => void): vscode.Disposable => onDidChangeSetting('refreshIntervalSeconds', listener);

/** @param name of one of our settings, or how several begin */
export const onDidChangeSetting = (name: string, listener: () => void): vscode.Disposable =>
  vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration(`ltvGauge.${name}`)) listener();
  });

/** The person's limits from their own settings; those of the open folder don't count. */
export async function readLimits(): Promise<Limits | LimitsFault> {
  return (await import('../engine/ledger/limits.ts')).limitsOfUser(limitSettings());
}

/** The same as they are set, for `limitsOfUser`. */
export const limitSettings = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('ltvGauge.limits');

/** The person's own settings of ours; those of a workspace don't count. */
export const ownSettings: Acting['ownSettings'] = {
  read: (name) => vscode.workspace.getConfiguration('ltvGauge').inspect(name)?.globalValue,
  write: async (name, value) => {
    await vscode.workspace.getConfiguration('ltvGauge').update(name, value, vscode.ConfigurationTarget.Global);
  },
};

/** The person's own; workspaces can't set them. */
const settingsOf =
  (section: string) =>
  (name: string): unknown =>
    vscode.workspace.getConfiguration(section).get(name);

export const warningSettings = (): WarningSettings => warningSettingsBy(settingsOf('ltvGauge.warnings'));

/** What the status bar shows. */
export const statusLook = (): StatusLook => statusLookBy(settingsOf('ltvGauge.statusBar'));

/** Whether amounts are hidden on every surface. */
export const hidesAmounts = (): boolean => hidesAmountsBy(settingsOf('ltvGauge')('hideAmounts'));
