// The watcher as a program of its own, before simulated exchanges.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import parse from 'parse-prometheus-text-format';
import type { Status } from '../../../src/agent/status.ts';
import { stateIn } from '../../../src/cli/places.ts';
import { readingOnly } from '../../../src/cli/read-accounts.ts';
import { systemClock } from '../../../src/core/clock.ts';
import type { ConnectionOptions, Exchange } from '../../../src/exchanges/exchange.ts';
import { exchanges } from '../../../src/exchanges/registry.ts';
import { SqliteJournal } from '../../../src/engine/ledger/database/sqlite-journal.ts';
import { databaseName } from '../../../src/engine/storage/ledger-protocol.ts';
import { uid } from '../../../src/simulator/okx/wallet.ts';
import { workerFile } from '../engine/ledger/database/setup-folder.ts';
import { change, record } from '../words/records.ts';
import { within } from '../engine/storage/cabinet.ts';
import { fill, program, run, type Filled } from './program.ts';

interface Watcher {
  readonly child: ChildProcess;
  readonly url: string;
  /** All that it wrote. */
  readonly said: () => string;
  /** @returns exit code and how long it took. Milliseconds */
  end(signal: NodeJS.Signals): Promise<{ readonly code: number | null; readonly ms: number }>;
}

function watch(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Watcher> {
  const child = spawn(process.execPath, [program, 'watch', '--port', '0', ...args], { stdio: ['ignore', 'pipe', 'pipe'], env });
  let said = '';
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (data) => (said += `stdout ${String(data)}`));
    child.stderr.on('data', (data) => {
      said += String(data);
      const url = /^(http:\/\/[^/]+)\/metrics/m.exec(said)?.[1];
      if (url !== undefined) resolve({ child, url, said: () => said, end: (signal) => ended(child, signal) });
    });
    child.once('exit', (code) => {
      reject(new Error(`exit ${String(code)}: ${said}`));
    });
  });
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<{ code: number | null; ms: number }> {
  const began = performance.now();
  const code = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.kill(signal);
  return { code: await code, ms: performance.now() - began };
}

/** Waits until a page says so. */
async function until(url: string, isThere: (text: string, status: number) => boolean): Promise<string> {
  for (;;) {
    const answer = await fetch(url);
    const text = await answer.text();
    if (isThere(text, answer.status)) return text;
    await systemClock.sleep(50);
  }
}

/** With a host of one's own, which `fetch` doesn't let through. */
const status = (url: string, options: { method?: string; host?: string }): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const { method = 'GET', host } = options;
    const asked = request(url, { method, ...(host === undefined ? {} : { headers: { host } }) }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asked.on('error', reject);
    asked.end();
  });

describe('the watcher', () => {
  let filled: Filled;
  let running: Watcher[] = [];
  const keep = async (watcher: Promise<Watcher>): Promise<Watcher> => {
    running.push(await watcher);
    return watcher;
  };

  before(async () => {
    filled = await fill();
  });
  afterEach(() => {
    for (const { child } of running) child.kill('SIGKILL');
    running = [];
  });
  after(() => filled.end());

  /** A file with an account. */
  function account(venue: 'okx' | 'bybit', which: 'readOnly' | 'withdraw' | 'trading' = 'readOnly', more: object = {}): string {
    const { url: baseUrl, keys, otherKeys } = filled[venue];
    const { apiKey: key, ...parts } = which === 'trading' ? keys : otherKeys[which];
    const file = path.join(filled.parent, `${venue} ${which} ${Object.keys(more).join(' ')}.json`);
    writeFileSync(file, JSON.stringify({ venue, site: 'loopback', baseUrl, name: 'Mine "\\', key, ...parts, ...more }), { mode: 0o600 });
    return file;
  }

  /** A folder with the same state and no activity log. */
  function copied(name: string): string {
    const folder = path.join(filled.parent, name);
    mkdirSync(path.dirname(stateIn(folder)), { recursive: true });
    const from = new DatabaseSync(stateIn(filled.folder));
    from.exec(`VACUUM INTO '${stateIn(folder)}'`);
    from.close();
    return folder;
  }

  it('reads accounts with keys that only read, and shows what the status says', async () => {
    const files = ['--account', account('okx'), '--account', account('bybit')];
    const watcher = await keep(watch([...files, '--amounts']));
    assert.match(await until(`${watcher.url}/health`, (_text, code) => code === 200), /^\{"ok":true\}$/m);
    const answer = await fetch(`${watcher.url}/metrics`);
    assert.equal(answer.headers.get('content-type'), 'application/openmetrics-text; version=1.0.0; charset=utf-8');
    assert.equal(answer.headers.get('access-control-allow-origin'), null);
    const text = await answer.text();
    const once = await run('status', '--once', '--json', ...files);
    const told = JSON.parse(once.stdout) as Status;
    assert.equal(once.code, 2);
    const values = (name: string): unknown =>
      parse(text)
        .find((family) => family.name === `ltv_gauge_${name}`)
        ?.metrics.map(({ value, labels }) => [labels?.['account'], labels?.['unit'], value]);
    assert.deepEqual(
      values('loan_ltv_ratio'),
      told.accounts.flatMap(({ account: alias, loans }) => loans.filter(({ ltv }) => ltv).map(({ loan, ltv }) => [alias, loan, ltv])),
    );
    assert.deepEqual(
      values('position_distance_to_liquidation_ratio'),
      told.accounts.flatMap(({ account: alias, positions }) =>
        positions.filter((one) => one.toLiquidation).map((one) => [alias, one.position, one.toLiquidation]),
      ),
    );
    assert.match(text, /account_info\{.*name="Mine_"\} 1/);
    for (const venue of ['okx', 'bybit'] as const) {
      for (const secret of Object.values<string>({ ...filled[venue].otherKeys.readOnly }))
        assert.ok(!`${text}${watcher.said()}`.includes(secret));
    }
    const { code, ms } = await watcher.end('SIGTERM');
    assert.equal(code, 0);
    assert.ok(ms < 2_000, ms.toString());
    assert.doesNotMatch(watcher.said(), /stdout/);
  });

  it('asks nothing but what reads', async () => {
    const paths = new Set<string>();
    for (const venue of ['okx', 'bybit'] as const) {
      const arrivals = await fetch(`${filled[venue].url}/__simulator/arrivals?since=0`);
      const { keys } = (await arrivals.json()) as { keys: Record<string, Record<string, number>> };
      for (const asked of Object.keys(keys[filled[venue].otherKeys.readOnly.apiKey] ?? {})) paths.add(asked);
    }
    assert.ok(paths.size > 5);
    const acts = /adjust|repay|\/borrow$|margin-balance|add-margin|renew|supply|transfer\/(?!query)|order\/|withdraw/;
    assert.deepEqual(
      [...paths].filter((asked) => acts.test(asked) && !/history|max-|limit/.test(asked)),
      [],
    );
  });

  for (const venue of ['okx', 'bybit'] as const) {
    for (const which of ['trading', 'withdraw'] as const) {
      it(`refuses a ${which} key of ${venue} before anything is shown`, async () => {
        for (const command of ['status', 'watch']) {
          const { code, stdout, stderr } = await run(command, '--account', account(venue, which));
          assert.deepEqual([code, stdout], [3, '']);
          assert.match(stderr, /doesn't say that this key is read-only, so it isn't used\.\n$/);
        }
      });
    }
  }

  it('refuses files that others can read, that are no account, or that ask for another address', async () => {
    const open = account('okx', 'readOnly', { open: true });
    chmodSync(open, 0o640);
    const secret = 'Secret9';
    const broken = path.join(filled.parent, 'broken.json');
    writeFileSync(broken, `{"key": ${secret}`, { mode: 0o600 });
    for (const [file, reason] of [
      [open, /chmod 600/],
      [broken, /isn't a JSON object/],
      [path.join(filled.parent, 'absent.json'), /ENOENT/],
      [filled.parent, /is a folder/],
      [
        account('okx', 'readOnly', { secret: 'another' }),
        /The secret doesn't match this API key\. Correct it in the file\. \(OKX code 50113/,
      ],
      [account('okx', 'readOnly', { venue: 'kraken' }), /"venue" must be one of okx, bybit/],
      [account('okx', 'readOnly', { site: 'moon' }), /"site" must be one of global/],
      [account('okx', 'readOnly', { name: ' ' }), /"name" is missing/],
      [account('okx', 'readOnly', { baseUrl: 'https://evil.example' }), /runs on this computer only/],
    ] as const) {
      const { code, stdout, stderr } = await run('status', '--account', file);
      assert.deepEqual([code, stdout], [3, ''], file);
      assert.match(stderr, reason);
      assert.ok(!stderr.includes(secret));
    }
    const { code, stderr } = await run('status', '--account', account('okx'), '--account', account('okx'));
    assert.equal(code, 3);
    assert.match(stderr, /Two accounts of OKX have one name/);
  });

  it('takes a credential of systemd as it is', async () => {
    const file = account('okx', 'readOnly', { credential: true });
    chmodSync(file, 0o444);
    const watcher = await keep(watch(['--account', file], { ...process.env, CREDENTIALS_DIRECTORY: filled.parent }));
    await until(`${watcher.url}/health`, (_text, code) => code === 200);
  });

  it('shows what the editor stored, to this computer only and to those who ask for it by name', async () => {
    const watcher = await keep(watch(['--data', filled.folder, '--interval', '60']));
    const port = new URL(watcher.url).port;
    const text = await (await fetch(`${watcher.url}/metrics`)).text();
    assert.equal(parse(text).find(({ name }) => name === 'ltv_gauge_up')?.metrics.length, 2);
    assert.doesNotMatch(text, /Ignore/);
    assert.equal(await status(`http://[::1]:${port}/health`, {}), 200);
    assert.equal(await status(watcher.url, { host: `localhost:${port}` }), 404);
    for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1', `127.0.0.1.evil.example:${port}`])
      assert.equal(await status(`${watcher.url}/metrics`, { host }), 421, host);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) assert.equal(await status(`${watcher.url}/metrics`, { method }), 405);
    assert.equal(await status(`${watcher.url}/metrics`, { method: 'HEAD' }), 200);
    const second = await keep(watch(['--data', filled.folder, '--interval', '60']));
    assert.equal((await fetch(`${second.url}/health`)).status, 200);
    const { code, stderr } = await run('watch', '--data', filled.folder, '--port', port);
    assert.equal(code, 3);
    assert.match(stderr, /^Port \d+ is in use by another program/);
  });

  it('counts the changes of the activity log that are open or keep an account frozen, unless the log cannot be read', async () => {
    const alone = copied('alone');
    const counted = (text: string): unknown =>
      parse(text)
        .find(({ name }) => name === 'ltv_gauge_ledger_open_rows')
        ?.metrics.map(({ labels, value }) => [labels?.['state'], value]);
    const watcher = await keep(watch(['--data', alone]));
    const shown = async (): Promise<unknown> => counted(await (await fetch(`${watcher.url}/metrics`)).text());
    assert.deepEqual(
      await shown(),
      ['sent', 'accepted', 'unknown', 'mismatch'].map((state) => [state, '0']),
    );
    const log = path.join(alone, 'journal');
    const journal = new SqliteJournal({
      folder: log,
      worker: workerFile,
      storage: { get: async () => undefined, note: async () => undefined },
    });
    for (const [id, ...states] of [
      ['a', 'planned', 'sent'],
      ['b', 'planned', 'sent', 'accepted'],
      ['c', 'planned', 'sent', 'accepted', 'effective'],
      ['d', 'planned', 'sent', 'rejected'],
      ['e', 'planned', 'sent', 'unknown'],
      ['f', 'planned', 'sent', 'unknown'],
      ['g', 'planned', 'sent', 'mismatch'],
    ] as const)
      for (const state of states) await journal.append(record({ id, state, change: { ...change, loan: { loanId: id, orderId: id } } }));
    await journal.append(record({ id: 'h', accountId: 'other', state: 'mismatch', freezeLiftedAt: 1 }));
    journal.dispose();
    const now = [
      ['sent', '1'],
      ['accepted', '1'],
      ['unknown', '2'],
      ['mismatch', '1'],
    ];
    assert.deepEqual(await shown(), now);
    const both = await keep(watch(['--account', account('bybit'), '--data', alone]));
    assert.deepEqual(counted(await (await fetch(`${both.url}/metrics`)).text()), now);
    writeFileSync(path.join(log, databaseName), 'no database');
    assert.equal(await shown(), undefined);
    assert.equal((await fetch(`${watcher.url}/metrics`)).status, 200);
  });

  it('says why where the database is locked, damaged or gone, and ends in time even then', async () => {
    const copy = copied('copy');
    const watcher = await keep(watch(['--data', copy, '--interval', '60']));
    assert.equal((await fetch(`${watcher.url}/health`)).status, 200);
    const lock = new DatabaseSync(stateIn(copy));
    lock.exec('BEGIN EXCLUSIVE');
    assert.match(await until(`${watcher.url}/health`, (_text, code) => code === 503), /can't be read: database is locked/);
    const waiting = fetch(`${watcher.url}/health`).catch(() => undefined);
    await systemClock.sleep(50);
    const { code, ms } = await watcher.end('SIGTERM');
    assert.equal(code, 0);
    assert.ok(ms < 2_000, ms.toString());
    await waiting;
    lock.close();
    const again = await keep(watch(['--data', copy, '--interval', '60']));
    writeFileSync(stateIn(copy), 'not a database');
    assert.match(await until(`${again.url}/metrics`, (_text, status) => status === 503), /not a database/);
    const none = await keep(watch(['--data', path.join(filled.parent, 'none')]));
    assert.match(await until(`${none.url}/health`, (_text, status) => status === 503), /there is no/);
  });

  it('is not healthy while an exchange hangs, and ends in time in the middle of a reading', async () => {
    const hanging = createServer((asked, answer) => {
      // Of the key it tells, and of nothing else.
      if (asked.url?.includes('/account/config') !== true) return;
      answer.end(JSON.stringify({ code: '0', msg: '', data: [{ uid: '7', mainUid: '7', perm: 'read_only', ip: '', acctLv: '1' }] }));
    });
    await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
    const baseUrl = `http://127.0.0.1:${(hanging.address() as AddressInfo).port.toString()}`;
    try {
      const watcher = await keep(watch(['--account', account('okx', 'readOnly', { baseUrl })]));
      const health = await fetch(`${watcher.url}/health`);
      assert.equal(health.status, 503);
      assert.match(await health.text(), /^\{"ok":false,"reasons":\["okx-[0-9a-f]{8}: never read"\]\}$/m);
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        const one = signal === 'SIGINT' ? watcher : await keep(watch(['--account', account('okx', 'readOnly', { baseUrl })]));
        const { code, ms } = await one.end(signal);
        assert.deepEqual([code, ms < 2_000], [0, true], `${signal} ${ms.toString()} ms`);
      }
    } finally {
      hanging.closeAllConnections();
      hanging.close();
    }
  });

  it('leaves nothing behind that stops the next one when it is killed', async () => {
    const files = ['--account', account('bybit')];
    await (await keep(watch(files))).end('SIGKILL');
    const next = await keep(watch(files));
    await until(`${next.url}/health`, (_text, code) => code === 200);
  });

  it('reads for the editor that has the account, which goes on when it is killed and follows the next one', async () => {
    const { engine, folder, okx } = filled;
    await engine.vault.store('okx', { ...okx.keys }, uid);
    await engine.book.update('okx', { uid });
    await engine.poller.refresh('okx');
    const watched = (): boolean => engine.store.get('okx')?.watched === true;
    const own = async (): Promise<number> => {
      const arrivals = (await (await fetch(`${okx.url}/__simulator/arrivals?since=0`)).json()) as {
        keys: Record<string, Record<string, number>>;
      };
      return Object.entries(arrivals.keys[okx.keys.apiKey] ?? {}).find(([asked]) => asked.endsWith('/loan-info'))?.[1] ?? 0;
    };
    const first = await keep(watch(['--data', folder, '--account', account('okx')]));
    // Its loans are near their lines: every five seconds.
    await within(30_000, 'the editor shows what the watcher read', watched);
    await within(5_000, 'it says so', () => first.said().includes('the editor gets what is read.\n'));
    await systemClock.sleep(11_000);
    const before = await own();
    await systemClock.sleep(11_000);
    assert.equal(watched(), true);
    assert.ok((await own()) - before <= 1, 'the window hardly asks');
    await first.end('SIGKILL');
    const killedAt = engine.store.get('okx')?.snapshot?.asOf ?? 0;
    await within(30_000, 'the window reads itself', () => !watched());
    assert.ok((engine.store.get('okx')?.snapshot?.asOf ?? 0) - killedAt < 20_000);
    const next = await keep(watch(['--data', folder, '--account', account('okx')]));
    await within(30_000, 'the next one', watched);
    const { code, ms } = await next.end('SIGTERM');
    assert.deepEqual([code, ms < 2_000], [0, true]);
    const db = new DatabaseSync(stateIn(folder), { readOnly: true });
    assert.deepEqual(
      db
        .prepare("SELECT holder FROM leases WHERE name LIKE 'watch:%'")
        .all()
        .map(({ holder }) => holder),
      [''],
    );
    db.close();
  }).timeout(180_000);

  it('says what goes together', async () => {
    for (const args of [
      ['watch', '--once'],
      ['watch', '--port', '70000'],
      ['mcp', '--account', 'x'],
      ['status', '--account', 'x', '--data', 'y'],
    ]) {
      const { code, stdout } = await run(...args);
      assert.deepEqual([code, stdout], [3, ''], args.join(' '));
    }
  });
});

describe('a connection of the command line', () => {
  it('has nothing that changes an account, gives a change no key and sends nothing but GET', async () => {
    let options: ConnectionOptions | undefined;
    const [exchange] = exchanges;
    assert.ok(exchange !== undefined);
    const venue: Exchange = {
      ...exchange,
      connect: (given) => {
        options = given;
        return exchange.connect(given);
      },
    };
    const sent: string[] = [];
    const fetched = (async (_where: unknown, how?: RequestInit) => {
      sent.push(how?.method ?? '');
      return new Response('{}');
    }) as typeof fetch;
    const site = exchange.sites[0]!;
    const keys = { apiKey: 'a', secret: 'b', passphrase: 'c' };
    const given = { clock: systemClock, intervalMs: 30_000, credentials: undefined, fetch: fetched };
    const connection = await readingOnly({ file: '', exchange: venue, site, name: '', keys }, given, new Map());
    assert.deepEqual(Object.keys(connection).sort(), ['dispose', 'inspect', 'isLimited', 'read']);
    assert.ok(options !== undefined);
    assert.equal(await options.keys(), keys);
    await assert.rejects(options.keys(true));
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', undefined])
      await assert.rejects(Promise.resolve(options.fetch?.('https://openapi.okx.com/', method === undefined ? {} : { method })));
    assert.deepEqual(sent, []);
    await options.fetch?.('https://openapi.okx.com/', { method: 'GET' });
    assert.deepEqual(sent, ['GET']);
    connection.dispose();
  });
});
