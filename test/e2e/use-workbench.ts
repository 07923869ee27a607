import assert from 'node:assert/strict';
import { startBybit as startPlainBybit, type Bybit, type BybitOptions } from '../../src/simulator/bybit/start.ts';
import { bybitBend } from '../../src/simulator/bybit/hostile-words.ts';
import type { SimulatorOptions } from '../../src/simulator/okx/start.ts';
import { hostility, TestExchange } from './exchange.ts';
import { isLongRound, type SessionOptions } from './session.ts';
import { launchWorkbench, type Workbench } from './workbench.ts';

/** Something of its own for each test of the `describe` that calls this. The answer hands it out inside tests. */
function useFresh<T extends { close(): Promise<void> }>(what: string, start: () => Promise<T>): () => T {
  let one: T | undefined;
  beforeEach(async () => {
    one = await start();
  });
  afterEach(async () => {
    const ended = one;
    one = undefined;
    await ended?.close();
  });
  return () => {
    if (one === undefined) throw new Error(`${what} is there inside tests only.`);
    return one;
  };
}

/** A test of `npm run test:full`: what it looks at, unit tests of the same flow look at without an editor. */
export function itInLongRound(name: string, run: Mocha.AsyncFunc): void {
  if (isLongRound) it(name, run);
}

/** A VS Code of its own for each test, pictured when that fails (out/screenshots/failed-….png). */
export function useWorkbench(options: SessionOptions = {}): () => Workbench {
  let shown: Workbench | undefined;
  // Hooks run in the order of their definition: before the window is closed.
  afterEach(async function () {
    const test = this.currentTest;
    if (test?.state === 'failed') await shown?.screenshot(`failed-${test.title.replace(/\W+/g, '-')}`).catch(() => undefined);
    assert.deepEqual(await shown?.leaks(), [], 'no part of a key that was typed is left anywhere');
  });
  return useFresh('The workbench', async () => (shown = await launchWorkbench(options)));
}

/** A simulated OKX of its own for each test. */
export function useExchange(options: SimulatorOptions = {}): () => TestExchange {
  return useFresh('The exchange', () => TestExchange.start({ settleMs: 500, ...options }));
}

/** A simulated Bybit of its own for each test, hostile when the whole suite is. */
export function useBybit(options: BybitOptions = {}): () => Bybit {
  const bend = hostility === undefined ? {} : { bend: bybitBend(hostility) };
  return useFresh('Bybit', () => startPlainBybit({ walk: false, settleMs: 500, ...bend, ...options }));
}
