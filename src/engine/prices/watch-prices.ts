import type { Disposable } from '../../core/emitter.ts';
import type * as Part from './price-watch.ts';

const loadPart = (): Promise<typeof Part> => import('./price-watch.ts');

interface WatchPricesOptions extends Part.PriceWatchOptions {
  readonly log: { debug(line: string): void; warn(line: string): void };
}

/**
 * Estimates between readings. What makes them is loaded with the first account that was read, or failed to be: before that nothing can be estimated. When
 * it could not be loaded it is tried again with the next reading.
 */
export function watchPrices(options: WatchPricesOptions, load = loadPart): Disposable & Pick<Part.PriceWatch, 'explain'> {
  let watch: Part.PriceWatch | undefined;
  let ended = false;
  let loading = false;
  const first = options.store.onDidChange(({ accountId }) => {
    const { snapshot, failure } = options.store.get(accountId) ?? {};
    if (loading || (snapshot ?? failure) === undefined) return;
    loading = true;
    load()
      .then(({ PriceWatch }) => {
        first.dispose();
        if (ended) return;
        const made = new PriceWatch(options);
        watch = made;
        made.start();
      })
      .catch((error: unknown) => {
        loading = false;
        options.log.warn(`prices are not watched: ${error instanceof Error ? error.message : 'unknown'}`);
      });
  });
  return {
    explain: (account, error) => watch?.explain(account, error) ?? error,
    dispose: () => {
      ended = true;
      first.dispose();
      watch?.dispose();
    },
  };
}
