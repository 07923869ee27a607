import type { Disposable } from '../core/emitter.ts';
import type { App } from './app.ts';

/** Estimates between readings. What makes them is loaded with the first account that has been read: before that nothing can be estimated. */
export function watchPrices(app: App): Disposable {
  let watch: Disposable | undefined;
  let ended = false;
  const first = app.store.onDidChange(({ accountId }) => {
    if (app.store.get(accountId)?.snapshot === undefined) return;
    first.dispose();
    import('../monitor/price-watch.ts')
      .then(({ PriceWatch }) => {
        if (ended) return;
        const made = new PriceWatch(app);
        watch = made;
        made.start();
      })
      .catch((error: unknown) => {
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
