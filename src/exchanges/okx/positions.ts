import type { Clock } from '../../core/clock.ts';
import { lesser, zero, type Decimal } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import type { Message } from '../../core/message.ts';
import type { Position, PositionRef } from '../../core/model.ts';
import type { MarginAction, MarginBaseline, MarginChange, MarginProof, MarginReadiness } from '../exchange.ts';
import type { Http } from '../http/client.ts';
import { requestsOf } from '../kit/changes.ts';
import { refused } from '../kit/failure.ts';
import { ifAny } from '../kit/parts.ts';
import { billsSince, newestBill } from './bills.ts';
import { noSuchPosition } from './codes.ts';
import { endpoints } from './endpoints.ts';
import { marginCall, marginReadinessOf } from './position-change.ts';
import { positionsTrouble, sorted, toPosition, type Instrument, type Sorted } from './position-map.ts';
import { judgeByBills, judgeMargin } from './position-proof.ts';
import { signedGet } from './requests.ts';
import * as schema from './schema.ts';
import { venue } from './codes.ts';
import * as why from '../refusals.ts';

/** The positions of one account, and what is needed to change their margin. */
export class Positions {
  /** OKX gives no id of a change of margin. */
  readonly margin: MarginAction;
  readonly #http: Http;
  readonly #clock: Clock;
  readonly #instruments: Instruments;

  constructor(http: Http, clock: Clock) {
    this.#http = http;
    this.#clock = clock;
    this.#instruments = new Instruments(http, clock);
    this.margin = {
      ...requestsOf(http, marginCall),
      prepare: ({ position }, signal) => this.#prepare(position, signal),
      prove: (change, baseline, _receipt, signal) => this.#prove(change, baseline, signal),
    };
  }

  /** All positions of all kinds. `trouble` names unreadable ones. */
  async read(
    signal: AbortSignal | undefined,
  ): Promise<{ readonly positions: readonly Position[]; readonly trouble?: Message; readonly at: number }> {
    const found = await this.#rows({}, signal);
    // Taken before the instruments are read: those don't age.
    const at = this.#clock.now();
    const positions = await this.#positions(found, signal);
    return { positions, at, ...(found.odd.length === 0 ? {} : { trouble: positionsTrouble(found.odd) }) };
  }

  async #prepare(ref: PositionRef, signal: AbortSignal | undefined): Promise<MarginReadiness> {
    // Before the position, so that anything in between shows as a bill and isn't taken for the change itself.
    const newestHistoryId = await newestBill(this.#http, ref.marginCoin, signal);
    const { position, at } = await this.#one(ref, signal);
    if (position === undefined) throw refused(why.noSuchPosition(venue));
    if (!isSame(position, ref)) {
      throw refused(why.anotherPosition);
    }
    if (position.fixedMargin !== undefined) throw refused(position.fixedMargin);
    const [available, reducible] = await Promise.all([
      this.#available(position.marginCoin, signal),
      // Margin can be added even if it is unknown how much could be taken.
      ifAny(this.#reducible(position, signal)),
    ]);
    return marginReadinessOf({ position, newestHistoryId, available, reducible, asOf: at });
  }

  async #prove(change: MarginChange, baseline: MarginBaseline, signal: AbortSignal | undefined): Promise<MarginProof> {
    const { newestHistoryId } = baseline;
    // Bills first: a position read before its bills could lack their effect.
    const read = newestHistoryId === undefined ? undefined : await billsSince(this.#http, newestHistoryId, change.position, signal);
    const { position } = await this.#one(change.position, signal);
    // A position that replaced it shows nothing about it.
    const now = position !== undefined && isSame(position, change.position) ? position : undefined;
    return (read === undefined ? undefined : judgeByBills(change, baseline, read, now)) ?? judgeMargin(change, baseline, now);
  }

  /** The position of this id as it is now; undefined when OKX has none. @throws ExchangeError `shape` when it is unreadable. */
  async #one(ref: PositionRef, signal: AbortSignal | undefined): Promise<{ readonly position?: Position; readonly at: number }> {
    const found = await this.#rows({ instId: ref.instrument, posId: ref.positionId }, signal).catch((error: unknown): Sorted => {
      if (ExchangeError.is(error, 'refused') && noSuchPosition.has(error.code ?? '')) return { rows: [], odd: [] };
      throw error;
    });
    const at = this.#clock.now();
    const row = found.rows.find(({ posId, instId }) => posId === ref.positionId && instId === ref.instrument);
    if (row === undefined && found.odd.length > 0) {
      throw new ExchangeError({ kind: 'shape', effect: 'none', sentence: positionsTrouble(found.odd) });
    }
    if (row === undefined) return { at };
    const [position] = await this.#positions({ rows: [row], odd: [] }, signal);
    return position === undefined ? { at } : { position, at };
  }

  async #rows(query: { readonly instId?: string; readonly posId?: string }, signal: AbortSignal | undefined): Promise<Sorted> {
    return sorted(schema.read(schema.list, await signedGet(this.#http, endpoints.positions, query, signal)));
  }

  async #positions({ rows }: Sorted, signal: AbortSignal | undefined): Promise<readonly Position[]> {
    const instruments = await this.#instruments.of(
      rows.map(({ instType }) => instType),
      signal,
    );
    return rows.map((row) => toPosition(row, instruments.get(row.instId)));
  }

  /** What the trading account has of a coin: where OKX gives two figures, the smaller one. OKX leaves out coins with none. */
  async #available(coin: string, signal: AbortSignal | undefined): Promise<Decimal | undefined> {
    const data = await signedGet(this.#http, endpoints.tradingBalance, { ccy: coin }, signal);
    const [account] = schema.readRows(schema.tradingBalance, data).rows;
    if (account === undefined) return undefined;
    const { rows, odd } = schema.rowsOf(schema.tradingCoin, account.details);
    const [held, ...others] = schema.distinct(rows.filter(({ ccy }) => ccy === coin));
    // A coin without a name may be this one.
    if (held === undefined) return odd.length === 0 ? zero : undefined;
    // With two different figures it is unknown.
    if (others.length > 0) return undefined;
    const { availBal, availEq } = held;
    return availBal === undefined || availEq === undefined ? (availBal ?? availEq) : lesser(availBal, availEq);
  }

  /**
   * What could be taken out at the set leverage. For MARGIN one figure is in the base coin, the other in the quote coin. Source:
   * https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-leverage-estimated-info
   */
  async #reducible(position: Position, signal: AbortSignal | undefined): Promise<Decimal | undefined> {
    const { market, instrument, slot, leverage, marginCoin, priceCoin } = position;
    if (leverage === undefined) return undefined;
    const query = {
      instType: market,
      mgnMode: 'isolated',
      lever: leverage,
      instId: instrument,
      ...(market === 'MARGIN' ? { ccy: marginCoin } : {}),
      ...(slot === 'net' ? {} : { posSide: slot }),
    };
    const [info] = schema.readRows(schema.leverageInfo, await signedGet(this.#http, endpoints.leverageInfo, query, signal)).rows;
    if (market !== 'MARGIN') return info?.estAvailTrans;
    if (marginCoin === priceCoin) return info?.estAvailQuoteTrans;
    return instrument.startsWith(`${marginCoin}-`) ? info?.estAvailTrans : undefined;
  }
}

/** OKX reuses the id in the same place, so a reversed position has the id of the one before. */
function isSame(position: PositionRef, ref: PositionRef): boolean {
  return (
    position.positionId === ref.positionId &&
    position.instrument === ref.instrument &&
    position.market === ref.market &&
    position.slot === ref.slot &&
    position.side === ref.side &&
    position.marginCoin === ref.marginCoin
  );
}

/** A contract's size never changes; new contracts are added. */
const keptMs = 3_600_000;
/** The longest of all answers: after a failure it is not read again each time. */
const pauseMs = 60_000;

type Table = ReadonlyMap<string, Instrument>;
const none: Table = new Map();

/** The kinds of contracts OKX has, by their names. Read once an hour per kind, and only with a position of that kind. */
class Instruments {
  readonly #http: Http;
  readonly #clock: Clock;
  readonly #kept = new Map<string, { readonly table: Table; readonly at: number; readonly forMs: number }>();

  constructor(http: Http, clock: Clock) {
    this.#http = http;
    this.#clock = clock;
  }

  /** Instruments of these kinds. Unreadable ones are left out: they are only for estimates. @throws ExchangeError `aborted` only. */
  async of(markets: Iterable<string>, signal: AbortSignal | undefined): Promise<Table> {
    const kinds = [...new Set(markets)].filter((market) => market === 'SWAP' || market === 'FUTURES');
    const tables = await Promise.all(kinds.map((kind) => this.#table(kind, signal)));
    return new Map(tables.flatMap((table) => [...table]));
  }

  async #table(kind: string, signal: AbortSignal | undefined): Promise<Table> {
    const kept = this.#kept.get(kind);
    const age = kept === undefined ? undefined : this.#clock.now() - kept.at;
    // A clock that was set back gives a negative age.
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
