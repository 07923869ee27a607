import assert from 'node:assert/strict';
import type { Disposable } from '../../../../src/core/emitter.ts';
import type * as Part from '../../../../src/engine/prices/price-watch.ts';
import { watchPrices } from '../../../../src/engine/prices/watch-prices.ts';
import { settled } from '../../core/fake-clock.ts';

function bench(failures: number) {
  const listeners = new Set<(change: { readonly accountId: string }) => void>();
  const seen = { loads: 0, started: 0, disposed: 0, warnings: 0 };
  class PriceWatch implements Disposable {
    start(): void {
      seen.started += 1;
    }
    dispose(): void {
      seen.disposed += 1;
    }
  }
  const app = {
    store: {
      onDidChange: (listener: (change: { readonly accountId: string }) => void): Disposable => {
        listeners.add(listener);
        return { dispose: () => listeners.delete(listener) };
      },
      get: (accountId: string) => ({ read: { snapshot: {} }, failed: { failure: {} } })[accountId] ?? {},
    },
    log: {
      warn: () => {
        seen.warnings += 1;
      },
    },
  } as unknown as Parameters<typeof watchPrices>[0];
  const watch = watchPrices(app, async () => {
    seen.loads += 1;
    if (seen.loads <= failures) throw new Error('the part could not be read');
    return { PriceWatch } as unknown as typeof Part;
  });
  const change = async (accountId: string): Promise<void> => {
    for (const listener of listeners) listener({ accountId });
    await settled();
  };
  return { seen, watch, change };
}

describe('what watches prices', () => {
  it('is loaded with the first reading, once', async () => {
    const { seen, watch, change } = bench(0);
    await change('unread');
    assert.equal(seen.loads, 0);
    await Promise.all([change('read'), change('read')]);
    await change('read');
    assert.deepEqual([seen.loads, seen.started], [1, 1]);
    watch.dispose();
    assert.equal(seen.disposed, 1);
  });

  it('is loaded with the first failure too, to find out when the venue is back', async () => {
    const { seen, change } = bench(0);
    await change('failed');
    assert.deepEqual([seen.loads, seen.started], [1, 1]);
  });

  it('is tried again with the next reading when it could not be loaded', async () => {
    const { seen, change } = bench(2);
    await change('read');
    await change('read');
    assert.deepEqual([seen.loads, seen.started, seen.warnings], [2, 0, 2]);
    await change('read');
    await change('read');
    assert.deepEqual([seen.loads, seen.started, seen.warnings], [3, 1, 2]);
  });
});
