// A process with nothing in it but the engine: `node one-account.ts <folder> <worker>`. Adds an account, keeps figures of it, closes, and
// says when it is done: nothing else keeps the process alive meanwhile.
import { writeSync } from 'node:fs';
import { createEngine } from '../../../src/engine/engine.ts';

const [folder = '', worker = ''] = process.argv.slice(2);
const nothing = (): void => undefined;
const kept = new Map<string, string>();
const engine = createEngine({
  folder,
  worker,
  old: { get: nothing, update: () => Promise.resolve() },
  secrets: {
    get: (key) => Promise.resolve(kept.get(key)),
    store: (key, value) => Promise.resolve(void kept.set(key, value)),
    delete: (key) => Promise.resolve(void kept.delete(key)),
  },
  windowsShareSecrets: true,
  settings: { intervalMs: () => 60_000, limits: () => ({ perActionByCoin: new Map(), perDayByCoin: new Map(), keepInWallet: new Map() }) },
  log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
  window: 'w',
  newId: () => 'n',
});
await engine.ledger.activity();
const facts = { name: 'Main', simulated: false, readOnly: true };
await engine.book.add({ id: 'a', venue: 'okx', site: 'loopback', baseUrl: 'http://127.0.0.1:9', ...facts });
engine.store.succeed('a', { asOf: 1, loans: [], positions: [], wallet: [], notes: [] } as never);
await engine.close();
writeSync(1, 'closed');
