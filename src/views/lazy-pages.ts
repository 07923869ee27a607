import type * as Part from './outlines.ts';
import { Emitter, type Disposable } from '../core/emitter.ts';
import { ExchangeError } from '../core/errors.ts';
import { sourceKey, type Entry, type PageReader, type PageSource } from './entry.ts';

let part: typeof Part | undefined;
let loading: Promise<typeof Part> | undefined;

/**
 * The code of views, badges and the status bar: a part of its own, loaded when there is something to show. A load that failed is tried again
 * by the next caller.
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

/** The part, once it is loaded. */
export const loadedViews = (): typeof Part | undefined => part;

/** Runs `use` with the part: at once when it is loaded, else later. */
export function withViews(use: (views: typeof Part) => void, failed: (error: unknown) => void): void {
  if (part === undefined) loadViews().then(use).catch(failed);
  else use(part);
}

interface Loaded {
  readonly version: string;
  /** Whether a first page was read, even an empty one. */
  read: boolean;
  entries: readonly Entry[];
  above: (() => readonly Entry[]) | undefined;
  older: string | undefined;
  error: ExchangeError | undefined;
  reading: Promise<void> | undefined;
}

/** Rows that are read only when opened, and kept until they may be out of date. */
export class LazyPages implements Disposable {
  readonly #read: PageReader;
  readonly #loaded = new Map<string, Loaded>();
  readonly #changed = new Emitter<string>();
  /** Fires the `sourceKey` of a source whose rows changed. */
  readonly onDidChange = this.#changed.on;

  constructor(read: PageReader) {
    this.#read = read;
  }

  /** What to show below the entry; reads the first page when there is none yet. Never rejects: a failure is an entry. */
  async entries(source: PageSource): Promise<readonly Entry[]> {
    const loaded = this.#of(source);
    if (!loaded.read && loaded.error === undefined) await (loaded.reading ?? this.#next(source, loaded));
    return shown(source, loaded);
  }

  /** Reads the next page, or the one that failed again. */
  async more(source: PageSource): Promise<void> {
    const loaded = this.#of(source);
    await (loaded.reading ?? this.#next(source, loaded));
    this.#changed.fire(sourceKey(source));
  }

  /** Forgets the rows of an account, or all of them; open ones are read again. */
  drop(accountId?: string): void {
    for (const key of [...this.#loaded.keys()]) {
      if (accountId !== undefined && key.split('/')[1] !== accountId) continue;
      this.#loaded.delete(key);
      this.#changed.fire(key);
    }
  }

  dispose(): void {
    this.#changed.dispose();
    this.#loaded.clear();
  }

  #of(source: PageSource): Loaded {
    const known = this.#loaded.get(sourceKey(source));
    if (known?.version === source.version) return known;
    const fresh: Loaded = {
      version: source.version,
      read: false,
      entries: [],
      above: undefined,
      older: undefined,
      error: undefined,
      reading: undefined,
    };
    this.#loaded.set(sourceKey(source), fresh);
    return fresh;
  }

  async #next(source: PageSource, loaded: Loaded): Promise<void> {
    loaded.reading = this.#readInto(source, loaded);
    try {
      await loaded.reading;
    } finally {
      loaded.reading = undefined;
    }
  }

  async #readInto(source: PageSource, loaded: Loaded): Promise<void> {
    try {
      const page = await this.#read(source, loaded.older);
      loaded.entries = [...loaded.entries, ...page.entries];
      loaded.above ??= page.above;
      loaded.older = page.older;
      loaded.read = true;
      loaded.error = undefined;
    } catch (error) {
      if (!ExchangeError.is(error)) throw error;
      loaded.error = error;
    }
  }
}

async function shown(source: PageSource, { entries: rows, above, older, error }: Loaded): Promise<readonly Entry[]> {
  const { emptyEntry, failedEntry, moreEntry } = await loadViews();
  const entries = [...(above?.() ?? []), ...rows];
  if (error !== undefined) return [...entries, failedEntry(source, error), moreEntry(source, true)];
  if (entries.length === 0) return [emptyEntry(source)];
  return older === undefined ? entries : [...entries, moreEntry(source, false)];
}
