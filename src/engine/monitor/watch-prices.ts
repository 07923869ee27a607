import type { Disposable } from '../../core/emitter.ts';
import type * as Part from './price-watch.ts';

const loadPart = (): Promise<typeof Part> => import('./price-watch.ts');

interface WatchPricesOptions extends Part.PriceWatchOptions {
  readonly log: { debug(line: string): void; warn(line: string): void };
}

/**
 * Live estimates between readings. Their code is loaded with the first reading; before that nothing can be estimated. If loading fails, the
 * next reading tries again.
 */
export function watchPrices(options: WatchPricesOptions, load = loadPart): Disposable & Pick<Part.PriceWatch, 'explain'> {
  let watch: Part.PriceWatch | undefined;
  let ended = false;
  let loading = false;
  const first = options.store.onDidChange(({ accountId }) => {
    if (loading || options.store.get(accountId)?.snapshot === undefined) return;
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
