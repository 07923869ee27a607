import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A calm editor: nothing pops up that is not ours, and dialogs are drawn by the workbench, where tests can read them. */
const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'update.showReleaseNotes': false,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'security.workspace.trust.enabled': false,
  'git.enabled': false,
  'remote.autoForwardPorts': false,
  'window.dialogStyle': 'custom',
  'window.titleBarStyle': 'custom',
  'window.restoreWindows': 'none',
  'window.commandCenter': false,
  'workbench.layoutControl.enabled': false,
};

/** Writes the user's settings of a profile before its first start. Later edits from outside would go unseen. */
export function writeSettings(userDataFolder: string, more: Readonly<Record<string, unknown>> = {}): void {
  const folder = path.join(userDataFolder, 'User');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'settings.json'), `${JSON.stringify({ ...quietSettings, ...more }, null, 2)}\n`);
}
