import type { Clock } from '../../core/clock.ts';
import { lesser, zero, type Decimal } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg, type Message } from '../../core/message.ts';
import type { Position, PositionRef } from '../../core/model.ts';
import type { MarginBaseline, MarginChange, MarginProof, MarginReadiness } from '../exchange.ts';
import type { Http } from '../http/client.ts';
import { noSuchPosition } from './codes.ts';
import { billsSince, newestBill } from './bills.ts';
import { endpoints } from './endpoints.ts';
import { Instruments } from './instruments.ts';
import { marginReadinessOf } from './position-change.ts';
import { sorted, toPosition, type Sorted } from './position-map.ts';
import { judgeByBills } from './prove-by-bills.ts';
import { judgeMargin } from './position-proof.ts';
import { ifAny } from '../kit/parts.ts';
import { missing, signedGet } from './requests.ts';
import * as schema from './schema.ts';
import { positionsTrouble } from './trouble.ts';

/** The positions of one account, and what it takes to change their margin. */
export class PositionBook {
  readonly #http: Http;
  readonly #clock: Clock;
  readonly #instruments: Instruments;

  constructor(http: Http, clock: Clock) {
    this.#http = http;
    this.#clock = clock;
    this.#instruments = new Instruments(http, clock);
  }

  /** All positions of all kinds. `trouble` tells of those that are not understood. */
  async read(
    signal: AbortSignal | undefined,
  ): Promise<{ readonly positions: readonly Position[]; readonly trouble?: Message; readonly at: number }> {
    const found = await this.#rows({}, signal);
    // Taken before the instruments are asked for: these do not age.
    const at = this.#clock.now();
    const positions = await this.#positions(found, signal);
    return { positions, at, ...(found.odd.length === 0 ? {} : { trouble: positionsTrouble(found.odd) }) };
  }

  async prepare(ref: PositionRef, signal: AbortSignal | undefined): Promise<MarginReadiness> {
    // Before the position: what happens in between shows as a bill, and is not taken for the change itself.
    const newestHistoryId = await newestBill(this.#http, ref.marginCoin, signal);
    const { position, at } = await this.#one(ref, signal);
    if (position === undefined) throw missing(msg('OKX has no such position any more. It may have been closed or liquidated. Refresh.'));
    if (!isSame(position, ref)) {
      throw missing(msg('This is another position by now: its side, its mode or its margin coin has changed. Refresh and look.'));
    }
    if (position.fixedMargin !== undefined) throw missing(position.fixedMargin);
    const [available, reducible] = await Promise.all([
      this.#available(position.marginCoin, signal),
      // Margin can be added without knowing how much could be taken.
      ifAny(this.#reducible(position, signal)),
    ]);
    return marginReadinessOf({ position, newestHistoryId, available, reducible, asOf: at });
  }

  async prove(change: MarginChange, baseline: MarginBaseline, signal: AbortSignal | undefined): Promise<MarginProof> {
    const { newestHistoryId } = baseline;
    // The bills first: a position read before its bills could miss what they tell.
    const read = newestHistoryId === undefined ? undefined : await billsSince(this.#http, newestHistoryId, change.position, signal);
    const { position } = await this.#one(change.position, signal);
    // What has taken the place of the position says nothing about it.
    const now = position !== undefined && isSame(position, change.position) ? position : undefined;
    return (read === undefined ? undefined : judgeByBills(change, baseline, read, now)) ?? judgeMargin(change, baseline, now);
  }

  /** The position of this id as it is now; undefined when OKX has none. @throws ExchangeError `shape` when it is not understood. */
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

  /** What the trading account has of a coin: where OKX names two figures, the smaller one. OKX leaves out coins it has none of. */
  async #available(coin: string, signal: AbortSignal | undefined): Promise<Decimal | undefined> {
    const data = await signedGet(this.#http, endpoints.tradingBalance, { ccy: coin }, signal);
    const [account] = schema.readRows(schema.tradingBalance, data).rows;
    if (account === undefined) return undefined;
    const { rows, odd } = schema.rowsOf(schema.tradingCoin, account.details);
    const [held, ...others] = schema.distinct(rows.filter(({ ccy }) => ccy === coin));
    // Where a coin has no name, it may be this one.
    if (held === undefined) return odd.length === 0 ? zero : undefined;
    // What is told in two ways is not known.
    if (others.length > 0) return undefined;
    const { availBal, availEq } = held;
    return availBal === undefined || availEq === undefined ? (availBal ?? availEq) : lesser(availBal, availEq);
  }

  /**
   * What could be taken out with the leverage left as it is set. For MARGIN one figure is in the base coin, the other in the quote coin.
   * Source: https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-leverage-estimated-info
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

/** OKX keeps the id of a position in its place, so one that was turned has the id of the one before. */
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
