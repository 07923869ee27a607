import { existsSync } from 'node:fs';
import path from 'node:path';

const extensionId = 'ltv-gauge.ltv-gauge';
const stateFile = path.join('state', 'state.sqlite');

/** The folders that editors keep the data of a person in, below where the system has such folders. */
const editors = ['Code', 'Code - Insiders', 'VSCodium', 'Cursor', 'Windsurf'];
/** Of servers, below the home folder. */
const servers = ['.vscode-server/data', '.vscode-server-insiders/data', '.local/share/code-server', '.cursor-server/data'];

/** The person's surroundings, handed in by tests. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  /** `APPDATA` on Windows, `XDG_CONFIG_HOME` elsewhere. */
  readonly configured?: string | undefined;
}

/** The state files of all known editors that are there. */
export function foundStates(
  { platform, home, configured }: Surroundings,
  exists: (file: string) => boolean = existsSync,
): readonly string[] {
  const base =
    platform === 'darwin'
      ? path.join(home, 'Library', 'Application Support')
      : (configured ?? path.join(home, ...(platform === 'win32' ? ['AppData', 'Roaming'] : ['.config'])));
  const folders = [...editors.map((editor) => path.join(base, editor)), ...servers.map((server) => path.join(home, ...server.split('/')))];
  return folders.map((folder) => stateIn(path.join(folder, 'User', 'globalStorage', extensionId))).filter((file) => exists(file));
}

/** The state file in the storage folder of the extension. */
export const stateIn = (folder: string): string => path.join(folder, stateFile);
