import type * as Part from './outlines.ts';

let part: typeof Part | undefined;
let loading: Promise<typeof Part> | undefined;

/**
 * What views, badges and the status bar say: a part of its own, read when there is something to say. One that could not be loaded is tried
 * again by the next who asks.
 */
export function loadViews(load: () => Promise<typeof Part> = () => import('./outlines.ts')): Promise<typeof Part> {
  loading ??= load().then(
    (loaded) => (part = loaded),
    (error: unknown) => {
      loading = undefined;
      throw error;
    },
  );
  return loading;
}

/** Runs `use` with the part: at once when it is there, else when it has come. */
export function withViews(use: (views: typeof Part) => void, failed: (error: unknown) => void): void {
  if (part === undefined) loadViews().then(use).catch(failed);
  else use(part);
}
