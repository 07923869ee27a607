// What activation costs in a real extension host, beside an extension that does nothing. Part of `npm run bench`.
import assert from 'node:assert/strict';
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { withFigures } from '../../src/engine/history/figures.ts';
import { StateFile } from '../../src/engine/storage/state-file.ts';
import { stateIn } from '../../src/engine/storage/state-folder.ts';
import { held } from './bench-page.ts';
import { freePort } from './browser-host.ts';
import { runInBrowser } from './browser-suite.ts';
import { cacheFolder, root } from './places.ts';
import { writeSettings } from './quiet-settings.ts';
import { median, type Outcome } from './side-by-side.ts';

/** A host warms up: the first rounds are not counted. */
const warmUp = 3;
const rounds = warmUp + 9;
const kinds = ['empty', 'without', 'with'] as const;
type Kind = (typeof kinds)[number];

/** As the host wrote it. Milliseconds of the processor. */
interface Cost {
  readonly id: string;
  readonly active: number;
  readonly later: number;
}

/** Another extension with the same code and the same length of its ids, because two can't register the same command. */
function installCopy(place: string, name: string, number: string): void {
  mkdirSync(place, { recursive: true });
  for (const part of ['dist', 'media', 'package.nls.json']) cpSync(path.join(root, part), path.join(place, part), { recursive: true });
  const renamed = (text: string): string => text.replaceAll('ltvGauge', `ltv${number}`);
  for (const file of globSync('dist/**/*.js', { cwd: place })) {
    const full = path.join(place, file);
    writeFileSync(full, renamed(readFileSync(full, 'utf8')));
  }
  const manifest = JSON.parse(renamed(readFileSync(path.join(root, 'package.json'), 'utf8'))) as Record<string, unknown>;
  writeFileSync(path.join(place, 'package.json'), JSON.stringify({ ...manifest, name, publisher: 'bench', activationEvents: [] }));
}

function installEmpty(place: string, name: string): void {
  mkdirSync(place, { recursive: true });
  writeFileSync(path.join(place, 'main.js'), '');
  const manifest = { name, publisher: 'bench', version: '0.1.0', engines: { vscode: '^1.110.0' }, main: './main.js', activationEvents: [] };
  writeFileSync(path.join(place, 'package.json'), JSON.stringify(manifest));
}

/** What an earlier window left of one account with ten loans and ten positions. */
function leaveAccount(storage: string): void {
  const [state] = held(20);
  assert.ok(state?.snapshot !== undefined);
  const { account, snapshot } = state;
  const folder = stateIn(storage);
  mkdirSync(folder, { recursive: true });
  const file = new StateFile(DatabaseSync, { folder, busyMs: 0, pragmas: [] });
  file.change({ do: 'add', id: account.id, record: account });
  const now = Date.now() - 60_000;
  const text = JSON.stringify({ ...snapshot, asOf: now });
  const reading = { account: account.id, at: now, asOf: now, text, staleMs: 90_000 };
  assert.equal(file.answer(withFigures({ do: 'keepReading', reading, now, pass: {} })), 'kept');
  file.close();
}

async function costs(): Promise<readonly Cost[]> {
  const folder = path.join(cacheFolder, `activation-${String(process.pid)}`);
  const [extensionsFolder, userData] = [path.join(folder, 'extensions'), path.join(folder, 'user-data')];
  const answer = path.join(folder, 'costs.json');
  // With the certificates of the system, each connection costs the host more than all that is measured here.
  writeSettings(userData, { 'http.proxySupport': 'off', 'http.systemCertificates': false });
  const ids: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    // In another order each time: a host has more to do the longer it runs.
    for (let at = 0; at < kinds.length; at += 1) {
      const kind = kinds[(at + round) % kinds.length] ?? 'empty';
      const number = `${kind === 'with' ? 'A' : 'B'}${String(round).padStart(4, '0')}`;
      const name = `${kind}-${String(round)}`;
      const place = path.join(extensionsFolder, `bench.${name}-0.1.0`);
      if (kind === 'empty') installEmpty(place, name);
      else installCopy(place, name, number);
      if (kind === 'with') leaveAccount(path.join(userData, 'User/globalStorage', `bench.${name}`));
      ids.push(`bench.${name}`);
    }
  }
  const development = path.join(folder, 'development');
  installEmpty(development, 'development');
  const said: string[] = [];
  try {
    await runInBrowser({
      ...{
        folder,
        extensionsFolder,
        workspace: path.join(folder, 'workspace'),
        port: (await freePort()) ?? 0,
        builtIn: ['theme-defaults'],
      },
      extensionDevelopmentPath: development,
      extensionTestsPath: path.join(root, 'test/host/stand-ins/activation-suite.cjs'),
      env: { LTV_GAUGE_ACTIVATE: JSON.stringify(ids), LTV_GAUGE_ACTIVATED: answer },
      say: (text) => said.push(text),
    });
    if (!existsSync(answer)) throw new Error(`The extension host measured nothing.\n${said.slice(-20).join('\n')}`);
    return JSON.parse(readFileSync(answer, 'utf8')) as readonly Cost[];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function host(): Promise<readonly Outcome[]> {
  const all = await costs();
  const of = (kind: Kind, until: 'active' | 'later'): readonly number[] =>
    all
      .filter(({ id }) => id.startsWith(`bench.${kind}-`))
      .slice(warmUp)
      .map((cost) => cost[until]);
  const outcome = (what: string, kind: Kind, until: 'active' | 'later', budget: number): Outcome => {
    const [ours, baseline] = [of(kind, until), of('empty', until)];
    return {
      what,
      oursMs: median(ours),
      baselineMs: median(baseline),
      ratio: median(ours.map((ms, round) => ms / (baseline[round] ?? 0))),
      budget,
    };
  };
  return [
    // Measured 2.6 each, under load: 67 ms with an account, against 3 ms, when the engine was loaded before the activation had ended.
    outcome('in the host, until active, no account · an empty extension', 'without', 'active', 3),
    outcome('the same with an account', 'with', 'active', 3),
    // Measured 5.4: with the engine, the views and two threads of databases. What is compared is mostly what the host does by itself.
    outcome('in the host, until a second later, with an account · an empty extension', 'with', 'later', 12),
  ];
}
