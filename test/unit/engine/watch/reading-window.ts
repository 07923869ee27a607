// A process with nothing in it but the engine: `node reading-window.ts <folder> <worker> <keys as JSON>`. Says each time whether it reads for
// all, and how old its figures are, in lines of JSON.
import { writeSync } from 'node:fs';
import { createEngine } from '../../../../src/engine/engine.ts';

const [folder = '', worker = '', keys = ''] = process.argv.slice(2);
const nothing = (): void => undefined;
const kept = new Map([['ltvGauge.keys.main', keys]]);
const name = `w${process.pid.toString()}`;
let ids = 0;
const engine = createEngine({
  folder,
  worker,
  old: { get: nothing, update: () => Promise.resolve() },
  secrets: {
    get: (key) => Promise.resolve(kept.get(key) ?? keys),
    store: (key, value) => Promise.resolve(void kept.set(key, value)),
    delete: (key) => Promise.resolve(void kept.delete(key)),
  },
  windowsShareSecrets: true,
  settings: { intervalMs: () => 2_000, limits: () => ({ perActionByCoin: new Map(), perDayByCoin: new Map(), keepInWallet: new Map() }) },
  log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
  window: name,
  newId: () => `${name}-${(ids += 1).toString()}`,
});
const say = (): void => {
  writeSync(1, `${JSON.stringify({ reader: engine.reader.isReader, asOf: engine.store.all()[0]?.snapshot?.asOf ?? 0 })}\n`);
};
engine.reader.onDidChange(say);
engine.store.onDidChange(say);
await engine.start();
// Nothing else keeps it alive between two looks of the database.
setInterval(nothing, 1_000);
process.on('SIGTERM', () => {
  void engine.close().then(() => process.exit());
});
