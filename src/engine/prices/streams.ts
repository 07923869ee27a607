import { uptimeOf, type Clock } from '../../core/clock.ts';
import type { Decimal } from '../../core/decimal.ts';
import type { Disposable } from '../../core/emitter.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg } from '../../core/message.ts';
import type { Account, Position } from '../../core/model.ts';
import { markKey } from '../../core/risk/live-estimate.ts';
import { StreamLine, type LinePorts } from '../../exchanges/kit/stream.ts';
import type { LineSpec, Maintenance, SocketMaker, StreamEvent } from '../../exchanges/streams.ts';
import type { Connections } from '../monitor/connections.ts';
import type { Reader } from '../monitor/reader.ts';

export interface StreamsOptions {
  readonly connections: Pick<Connections, 'get'>;
  readonly clock: Clock;
  /** At least 0, less than 1. */
  readonly random: () => number;
  readonly reader: Pick<Reader, 'pass' | 'keepPrices'>;
  readonly WebSocket: SocketMaker;
  /** Called when something happened to the account: it should be read soon. */
  readonly nudge: (accountId: string) => void;
  readonly trace: (line: string) => void;
}

/** What to listen to at one site of a venue. */
export interface Wanted {
  /** Accounts of the site; the first one gives the address. */
  readonly accounts: readonly string[];
  /** Coins with a price in the readings. */
  readonly coins: readonly string[];
  /** Positions whose mark price matters. */
  readonly positions: readonly Pick<Position, 'instrument' | 'market'>[];
  /** Accounts with positions: something can happen to them between two readings. */
  readonly holders: readonly string[];
}

/** The last price, and where it came from. */
interface Told {
  readonly price: Decimal;
  readonly line: StreamLine;
  readonly topic: string;
}

interface Place {
  wanted: Wanted;
  readonly lines: Map<string, StreamLine>;
  readonly told: Map<string, Told>;
  readonly maintenance: Map<string, Maintenance>;
  venue: string;
  /** By `uptimeOf`. */
  arrangedAt: number;
  kept?: { readonly text: string; readonly at: number };
  isArmed: boolean;
}

/** How often prices are shared with all windows at most, and how often if nothing changed. Milliseconds. */
const keepEveryMs = 1_000;
const repeatEveryMs = 5_000;
const arrangeEveryMs = 10_000;

const newPlace = (): Omit<Place, 'wanted' | 'arrangedAt'> => ({
  lines: new Map(),
  told: new Map(),
  maintenance: new Map(),
  venue: '',
  isArmed: false,
});

/** Public lines are keyed by URL, private ones by account id. */
const isAddress = (key: string): boolean => /^wss?:/.test(key);

function drop({ lines }: Place, key: string): void {
  lines.get(key)?.dispose();
  lines.delete(key);
}

/** Key of a venue's site; all its accounts have the same prices. */
export const siteOf = ({ venue, site, baseUrl }: Account): string => JSON.stringify([venue, site, baseUrl]);

/**
 * Listens to the venues' WebSockets in the reading window: prices, which update estimates in all windows, and events of an account, which
 * cause a reading. A line counts only while it is fresh; otherwise prices are polled. Without anything wanted there is no socket and no
 * timer.
 */
export class Streams implements Disposable {
  readonly #options: StreamsOptions;
  readonly #places = new Map<string, Place>();
  readonly #end = new AbortController();

  constructor(options: StreamsOptions) {
    this.#options = options;
  }

  /** Opens and closes lines to listen to exactly these sites. */
  want(all: ReadonlyMap<string, Wanted>): void {
    if (this.#end.signal.aborted) return;
    const now = uptimeOf(this.#options.clock);
    for (const [site, place] of this.#places) {
      if (all.has(site)) continue;
      this.#places.delete(site);
      for (const line of place.lines.values()) line.dispose();
    }
    for (const [site, wanted] of all) {
      const place = this.#places.get(site);
      const isSame = place !== undefined && JSON.stringify(place.wanted) === JSON.stringify(wanted);
      // The address may have changed, or may not have been available before.
      if (isSame && now - place.arrangedAt < arrangeEveryMs) continue;
      const there: Place = place ?? { ...newPlace(), wanted, arrangedAt: now };
      Object.assign(there, { wanted, arrangedAt: now });
      this.#places.set(site, there);
      for (const key of there.lines.keys()) if (!isAddress(key) && !wanted.holders.includes(key)) drop(there, key);
      this.#arrange(site, there, wanted).catch(() => undefined);
    }
  }

  /** The machine slept or changed its network. */
  renew(): void {
    for (const { lines } of this.#places.values()) for (const line of lines.values()) line.renew();
  }

  /** Whether all wanted prices of a site are fresh, so that polling isn't needed. */
  isFresh(site: string): boolean {
    const place = this.#places.get(site);
    return place !== undefined && this.#row(place) !== undefined;
  }

  /** The announced reason for a failed reading, if the venue gave one. */
  explain(account: Account, error: ExchangeError): ExchangeError {
    const place = this.#places.get(siteOf(account));
    const now = this.#options.clock.now();
    const current = [...(place?.maintenance.values() ?? [])].find(({ isOver, begin, end }) => !isOver && begin <= now && !(end <= now));
    if (place === undefined || current === undefined || (error.kind !== 'network' && error.kind !== 'unavailable')) return error;
    const { effect, code, retryAfterMs } = error;
    const end = Number.isFinite(current.end)
      ? `${new Date(current.end).toISOString().slice(0, 16).replace('T', ' ')} UTC`
      : msg('term.unknown', 'unknown');
    return new ExchangeError({
      kind: 'maintenance',
      effect,
      ...(code === undefined ? {} : { code }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      sentence: msg(
        'venue.maintenance',
        '{0} is under maintenance (announced end: {1}). Figures are updated after that.',
        place.venue,
        end,
      ),
    });
  }

  /** All that a venue says of maintenance at a site when it is asked. */
  note(site: string, all: readonly Maintenance[]): void {
    const known = this.#places.get(site)?.maintenance;
    known?.clear();
    for (const one of all) known?.set(one.id, one);
  }

  /** The account was read, so maintenance without an announced end is over, even if the venue didn't say so. */
  noteRead(account: Account, asOf: number): void {
    const maintenance = this.#places.get(siteOf(account))?.maintenance;
    for (const [id, { begin, end }] of maintenance ?? []) if (begin <= asOf && !Number.isFinite(end)) maintenance?.delete(id);
  }

  dispose(): void {
    this.want(new Map());
    this.#end.abort();
  }

  async #arrange(site: string, place: Place, wanted: Wanted): Promise<void> {
    const { connections, nudge, trace } = this.#options;
    const [first] = wanted.accounts;
    if (first === undefined) return;
    const specs = new Map<string, readonly [LineSpec, Pick<LinePorts, 'onEvents' | 'onSettled'>]>();
    const { streams } = await connections.get(first);
    place.venue = streams?.venue ?? '';
    for (const spec of streams?.publicLines(wanted.coins, wanted.positions) ?? []) {
      const onEvents: LinePorts['onEvents'] = (events, topic) => {
        this.#hear(place, spec.url, events, topic);
      };
      specs.set(spec.url, [spec, { onEvents, onSettled: () => undefined }]);
    }
    for (const accountId of wanted.holders) {
      const own = async (): Promise<LineSpec | undefined> => (await connections.get(accountId)).streams?.privateLine?.();
      const spec = await own().catch(() => undefined);
      // The keys may have changed by the next login.
      const login = async (): Promise<string> => (await (await own())?.login?.()) ?? Promise.reject(new Error('no login'));
      const onSettled = (): void => {
        nudge(accountId);
      };
      const onEvents: LinePorts['onEvents'] = (events) => {
        for (const event of events) if (event.kind === 'account') trace(`stream of account ${accountId}: ${event.what}`);
        nudge(accountId);
      };
      if (spec !== undefined)
        specs.set(accountId, [
          { ...spec, login },
          { onEvents, onSettled },
        ]);
    }
    // Something else may be wanted in the meantime.
    if (this.#places.get(site) !== place || place.wanted !== wanted) return;
    for (const key of place.lines.keys()) if (isAddress(key) && !specs.has(key)) drop(place, key);
    for (const [key, [spec, told]] of specs) {
      const line = place.lines.get(key);
      if (line === undefined) place.lines.set(key, new StreamLine(spec, { ...this.#options, ...told }));
      else line.change(spec);
    }
  }

  #hear(place: Place, url: string, events: readonly StreamEvent[], topic: string | undefined): void {
    const line = place.lines.get(url);
    for (const event of events) {
      if (event.kind === 'maintenance') place.maintenance.set(event.id, event);
      if (event.kind === 'maintenance' || event.kind === 'account' || line === undefined) continue;
      const key = event.kind === 'price' ? event.coin : markKey(event.instrument);
      const known = topic ?? place.told.get(key)?.topic;
      if (known !== undefined) place.told.set(key, { price: event.price, line, topic: known });
    }
    if (events.length > 0) this.#arm(place);
  }

  #arm(place: Place): void {
    if (place.isArmed) return;
    place.isArmed = true;
    this.#options.clock.sleep(keepEveryMs, this.#end.signal).then(
      () => {
        place.isArmed = false;
        return this.#keep(place);
      },
      () => undefined,
    );
  }

  async #keep(place: Place): Promise<void> {
    const { reader, clock } = this.#options;
    const row = this.#row(place);
    if (row === undefined) return;
    const { kept } = place;
    if (kept?.text === row.prices && row.at - kept.at < repeatEveryMs && row.at >= kept.at) return;
    const pass = await reader.pass();
    const site = [...this.#places].find(([, one]) => one === place)?.[0];
    if (pass === undefined || site === undefined) return;
    place.kept = { text: row.prices, at: clock.now() };
    reader.keepPrices({ site, ...row }, pass);
  }

  /** All prices of a site, with the time of the oldest line; undefined if a wanted one isn't fresh. */
  #row({ wanted: { coins, positions }, told }: Place): { readonly at: number; readonly prices: string } | undefined {
    const { clock } = this.#options;
    const prices: Record<string, Decimal> = {};
    let oldest = uptimeOf(clock);
    for (const coin of coins) {
      const found = told.get(coin);
      if (found?.line.isFresh(found.topic) !== true) return undefined;
      prices[coin] = found.price;
      oldest = Math.min(oldest, found.line.newestAt ?? oldest);
    }
    for (const { instrument } of positions) {
      const found = told.get(markKey(instrument));
      if (found?.line.isFresh(found.topic) === true) prices[markKey(instrument)] = found.price;
    }
    return coins.length === 0 ? undefined : { at: clock.now() - (uptimeOf(clock) - oldest), prices: JSON.stringify(prices) };
  }
}
