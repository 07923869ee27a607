import type { Disposable } from '../core/emitter.ts';
import type * as Part from '../engine/monitor/price-watch.ts';
import type { App } from './front.ts';

const loadPart = (): Promise<typeof Part> => import('../engine/monitor/price-watch.ts');

/**
 * Estimates between readings. What makes them is loaded with the first account that has been read: before that nothing can be estimated. When
 * it could not be loaded it is tried again with the next reading.
 */
export function watchPrices(app: Pick<App, 'store' | 'connections' | 'clock' | 'log'>, load = loadPart): Disposable {
  let watch: Disposable | undefined;
  let ended = false;
  let loading = false;
  const first = app.store.onDidChange(({ accountId }) => {
    if (loading || app.store.get(accountId)?.snapshot === undefined) return;
    loading = true;
    load()
      .then(({ PriceWatch }) => {
        first.dispose();
        if (ended) return;
        const made = new PriceWatch(app);
        watch = made;
        made.start();
      })
      .catch((error: unknown) => {
        loading = false;
        app.log.warn(`prices are not watched: ${error instanceof Error ? error.message : 'unknown'}`);
      });
  });
  return {
    dispose: () => {
      ended = true;
      first.dispose();
      watch?.dispose();
    },
  };
}
