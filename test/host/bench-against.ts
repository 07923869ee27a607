// `npm run bench -- --against 6631138`: the same work by an older build, taken from git and installed beside this one.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AccountState } from '../../src/engine/monitor/store.ts';
import type { Say } from '../../src/views/gauge-frame.ts';
import type { ViewContext } from '../../src/words/account.ts';
import { cacheFolder, root } from './places.ts';
import { runNpm } from './processes.ts';

type View = (states: readonly AccountState[], viewContext: ViewContext, say: Say) => unknown;

/** What the older build makes of the same figures. */
export interface Older {
  readonly outline: View;
  readonly page: View;
  readonly status: View;
  readonly stress: View;
}

/** Where it has them. */
const places = {
  outline: ['src/ui/presentation/loans-outline.ts', 'loansOutline'],
  page: ['src/ui/gauge-state.ts', 'gaugePage'],
  status: ['src/ui/presentation/status.ts', 'statusOf'],
  stress: ['src/ui/stress-state.ts', 'stressView'],
} as const;

/** @param commit one that has these places */
export async function older(commit: string): Promise<Older> {
  const folder = path.join(cacheFolder, `against-${commit}`);
  if (!existsSync(path.join(folder, 'node_modules/.package-lock.json'))) {
    mkdirSync(folder, { recursive: true });
    const archive = path.join(folder, 'sources.tar');
    execFileSync('git', ['archive', '--output', archive, commit], { cwd: root });
    execFileSync('tar', ['-xf', archive, '-C', folder]);
    if ((await runNpm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'inherit' })) !== 0) {
      throw new Error(`The packages of ${commit} couldn't be installed.`);
    }
  }
  const load = async (file: string): Promise<Readonly<Record<string, unknown>>> =>
    (await import(pathToFileURL(path.join(folder, file)).href)) as Readonly<Record<string, unknown>>;
  const { exchanges } = (await load('src/exchanges/registry.ts')) as Pick<ViewContext, 'exchanges'>;
  const view = async ([file, name]: readonly [string, string]): Promise<View> => {
    const made = (await load(file))[name] as View;
    return (states, viewContext, say) => made(states, { ...viewContext, exchanges }, say);
  };
  return {
    outline: await view(places.outline),
    page: await view(places.page),
    status: await view(places.status),
    stress: await view(places.stress),
  };
}
