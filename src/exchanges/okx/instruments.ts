import type { Clock } from '../../core/clock.ts';
import { ExchangeError } from '../../core/errors.ts';
import type { Http } from '../http/client.ts';
import { endpoints } from './endpoints.ts';
import type { Instrument } from './position-map.ts';
import * as schema from './schema.ts';

/** What a contract stands for does not change; new contracts come. */
const keptMs = 3_600_000;
/** It is the longest of all answers: one that fails is not asked for again at every read. */
const pauseMs = 60_000;

type Table = ReadonlyMap<string, Instrument>;
const none: Table = new Map();

/** The kinds of contracts OKX has, by their names. Asked for once an hour and kind, and only when there is a position of that kind. */
export class Instruments {
  readonly #http: Http;
  readonly #clock: Clock;
  readonly #kept = new Map<string, { readonly table: Table; readonly at: number; readonly forMs: number }>();

  constructor(http: Http, clock: Clock) {
    this.#http = http;
    this.#clock = clock;
  }

  /** Instruments of these kinds. Those that cannot be read are missing: they only feed estimates. @throws ExchangeError `aborted` only. */
  async of(markets: Iterable<string>, signal: AbortSignal | undefined): Promise<Table> {
    const kinds = [...new Set(markets)].filter((market) => market === 'SWAP' || market === 'FUTURES');
    const tables = await Promise.all(kinds.map((kind) => this.#table(kind, signal)));
    return new Map(tables.flatMap((table) => [...table]));
  }

  async #table(kind: string, signal: AbortSignal | undefined): Promise<Table> {
    const kept = this.#kept.get(kind);
    const age = kept === undefined ? undefined : this.#clock.now() - kept.at;
    // A clock that was put back makes an age below zero.
    if (kept !== undefined && age !== undefined && age >= 0 && age < kept.forMs) return kept.table;
    const { table, forMs } = await this.#read(kind, signal).then(
      (read) => ({ table: read, forMs: keptMs }),
      (error: unknown) => {
        if (error instanceof ExchangeError && error.kind !== 'aborted') return { table: kept?.table ?? none, forMs: pauseMs };
        throw error;
      },
    );
    this.#kept.set(kind, { table, forMs, at: this.#clock.now() });
    return table;
  }

  async #read(kind: string, signal: AbortSignal | undefined): Promise<Table> {
    const call = { method: 'GET', path: endpoints.instruments, query: { instType: kind }, signed: false } as const;
    const { rows } = schema.readRows(schema.instrument, await this.#http.call(call, signal));
    return new Map(rows.map((row) => [row.instId, row] as const));
  }
}
