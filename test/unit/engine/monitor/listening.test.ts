// The whole engine listens to both simulated exchanges over real sockets, in real time: two windows, of which one reads.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { createEngine, type Engine } from '../../../../src/engine/engine.ts';
import { startBybit } from '../../../../src/simulator/bybit/start.ts';
import { startSimulator } from '../../../../src/simulator/okx/start.ts';
import { MemorySecrets, MemoryStorage } from '../accounts/memory-storage.ts';
import { workerFile } from '../ledger/database/setup-folder.ts';
import { noLimits } from '../ledger/support.ts';
import { memoryFolder } from '../../../memory-folder.ts';

const venues = {
  okx: { start: () => startSimulator({ walk: false }), publicPaths: ['/ws/v5/public'], privatePath: '/ws/v5/private' },
  bybit: {
    start: () => startBybit({ walk: false }),
    publicPaths: ['/v5/public/inverse', '/v5/public/linear', '/v5/public/misc/status', '/v5/public/spot'],
    privatePath: '/v5/private',
  },
} as const;

for (const [venue, { start, publicPaths, privatePath }] of Object.entries(venues)) {
  describe(`windows that listen to ${venue}`, function () {
    this.timeout(60_000);
    let folder: string;
    let exchange: Awaited<ReturnType<typeof start>>;
    let windows: Engine[];
    const secrets = new MemorySecrets();

    const open = async (name: string): Promise<Engine> => {
      const ignore = (): void => undefined;
      const engine = createEngine({
        folder: path.join(folder, 'storage'),
        worker: workerFile,
        old: new MemoryStorage(),
        secrets,
        windowsShareSecrets: true,
        settings: { intervalMs: () => 600_000, limits: () => noLimits },
        log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
        WebSocket,
        window: name,
        newId: () => `${name} ${Math.random().toString()}`,
      });
      windows.push(engine);
      await engine.start();
      return engine;
    };
    const control = async (what: string, body?: object): Promise<unknown> => {
      const answer = await fetch(`${exchange.url}/__simulator/${what}`, body && { method: 'POST', body: JSON.stringify(body) });
      return answer.json();
    };
    const paths = async (): Promise<readonly string[]> =>
      ((await control('sockets')) as { open: { path: string }[] }).open.map((one) => one.path).sort();
    const until = async (what: string, isSo: () => boolean | Promise<boolean>): Promise<void> => {
      for (let round = 0; round < 300; round += 1) {
        if (await isSo()) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      assert.fail(`${what} did not come about`);
    };
    const add = async ({ book, vault }: Engine, id: string): Promise<void> => {
      await vault.store(id, { ...exchange.keys });
      await book.add({ id, venue, site: 'loopback', baseUrl: exchange.url, name: id, simulated: true, readOnly: false });
    };

    beforeEach(async () => {
      folder = memoryFolder('listening');
      windows = [];
      exchange = await start();
      // Nothing is near enough to its line to be read more often than every ten minutes.
      exchange.movePrice('ETH', '4');
      exchange.movePrice('SOL', '20');
    });
    afterEach(async () => {
      await Promise.all(windows.map((engine) => engine.close()));
      await exchange.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
    });

    it('share what one hears, have what happened read, and leave no socket', async () => {
      const one = await open('one');
      const two = await open('two');
      assert.deepEqual(await paths(), []);
      await add(one, 'main');
      await add(one, 'other');
      const all = [...publicPaths, privatePath, privatePath].sort();
      await until('all sockets', async () => JSON.stringify(await paths()) === JSON.stringify(all));
      // A price that does not change is told once, and a reading is newer than it.
      exchange.movePrice('BTC', '-0.5');
      await until('what follows from that', () => (one.store.get('main')?.live?.at ?? 0) > 0);
      const ltvs = ({ store }: Engine): string => JSON.stringify(Object.values(store.get('main')?.live?.loans ?? {}));
      const marks = ({ store }: Engine): string => JSON.stringify(Object.values(store.get('main')?.live?.positions ?? {}));
      const before = [ltvs(one), marks(one)];
      exchange.movePrice('BTC', '-3');
      const movedAt = Date.now();
      await until('the new price in both windows', () =>
        [one, two].every((window) => ltvs(window) !== before[0] && marks(window) !== before[1]),
      );
      assert.ok(Date.now() - movedAt < 9_000, `${(Date.now() - movedAt).toString()} ms`);
      await until('the same in both', () => ltvs(one) === ltvs(two) && marks(one) === marks(two));
      // The standing readings are ten minutes apart.
      const asOf = one.store.get('main')!.snapshot!.asOf;
      await control('empty', { coin: 'USDT' });
      await until('a reading in both windows', () => [one, two].every(({ store }) => (store.get('main')?.snapshot?.asOf ?? 0) > asOf));
      await until('only these sockets', async () => JSON.stringify(await paths()) === JSON.stringify(all));
      await one.book.remove('other');
      await until('one private socket less', async () => (await paths()).length === all.length - 1);
      await one.close();
      await until('those of the other window', async () => (await paths()).length === all.length - 1 && two.reader.isReader);
      await two.book.remove('main');
      await until('none', async () => (await paths()).length === 0);
    });

    it('say that the exchange is in maintenance only when it said so', async () => {
      const one = await open('one');
      await add(one, 'main');
      await until('a reading', () => one.store.get('main')?.snapshot !== undefined);
      await until('sockets', async () => (await paths()).length > publicPaths.length);
      await control('fault', { fault: '5xx' });
      const failed = async (): Promise<string | undefined> => {
        await one.poller.refresh('main');
        return one.store.get('main')?.failure?.error.kind;
      };
      assert.equal(await failed(), 'unavailable');
      await control('maintenance', { state: 'ongoing', end: (Date.now() + 3_600_000).toString() });
      await until('that', async () => (await failed()) === 'maintenance');
      // One that is over, and one without an end, of which nobody says that it is over.
      await control('maintenance', { state: 'completed', end: Date.now().toString() });
      await until('its end', async () => (await failed()) === 'unavailable');
      await control('maintenance', { state: 'ongoing', end: '' });
      await until('another', async () => (await failed()) === 'maintenance');
      await fetch(`${exchange.url}/__simulator/fault`, { method: 'DELETE' });
      await until('a reading again', async () => (await failed()) === undefined);
      await control('fault', { fault: '5xx' });
      assert.equal(await failed(), 'unavailable');
    });
  });
}
