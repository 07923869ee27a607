import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { launcherText } from '../cli/launcher.ts';
import { msg } from '../core/message.ts';
import type { Acting } from '../flows/acting.ts';

/** "Install Command Line": writes the launcher into the storage folder, which stays where it is. */
export async function installCommandLine(talk: Acting['talk'], context: vscode.ExtensionContext): Promise<void> {
  const folder = context.globalStorageUri.fsPath;
  const launcher = path.join(folder, 'bin', 'ltv-gauge.js');
  await mkdir(path.dirname(launcher), { recursive: true });
  const here = context.extensionUri.fsPath;
  await writeFile(launcher, launcherText(path.dirname(here), folder, here), { mode: 0o755 });
  const command = `node ${JSON.stringify(launcher)} status`;
  const chosen = await talk.tell({
    kind: 'info',
    sentence: msg('command-line.installed', 'Command line installed. It needs Node.js 22.13 or later: {0}', command),
    buttons: [{ id: 'copy', label: msg('button.copy', 'Copy') }],
  });
  if (chosen === 'copy') await vscode.env.clipboard.writeText(command);
}
