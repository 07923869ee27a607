import type { Clock } from '../../core/clock.ts';
import { ExchangeError } from '../../core/errors.ts';
import type { Message } from '../../core/message.ts';
import type { Position, PositionRef } from '../../core/model.ts';
import type { MarginAction, MarginBaseline, MarginChange, MarginProof, MarginReadiness } from '../exchange.ts';
import type { Call } from '../http/call.ts';
import type { Http } from '../http/client.ts';
import { requestsOf } from '../kit/changes.ts';
import { refused } from '../kit/failure.ts';
import { orError, stamped } from '../kit/parts.ts';
import { endpoints } from './endpoints.ts';
import { marginCall, marginReadinessOf, marketOf } from './position-change.ts';
import { openIn, steadyMarginOf, toPosition, understoodIn, unknownMode, type Found, type Market } from './position-map.ts';
import { judgeMargin } from './position-proof.ts';
import { isAbsent } from './requests.ts';
import * as schema from './schema.ts';
import * as why from '../refusals.ts';
import { venue, positionPermission, writable } from './codes.ts';

/** Bybit's maximum page; its default is twenty. */
const pageSize = '200';
/** Pages to read of one kind of position. */
const mostPages = 20;

interface Kind {
  readonly market: Market;
  readonly settleCoin?: string;
}

/** Linear positions are requested by settlement coin. Source: https://bybit-exchange.github.io/docs/v5/position */
const kinds: readonly Kind[] = [{ market: 'linear', settleCoin: 'USDT' }, { market: 'linear', settleCoin: 'USDC' }, { market: 'inverse' }];

/** Bybit's code for a key that lacks a permission. */
const noRight = '10005';
const mayNotRead = why.lacksPermission(venue, positionPermission);
const mayNotChange = why.lacksPermission(venue, writable(positionPermission));

/** All positions that could be read. */
export interface PositionsRead {
  readonly positions: readonly Position[];
  /** The first reason why some could not be read. Absent where the address or the account has none of the kind. */
  readonly trouble?: ExchangeError;
  /** Why nothing at all could be read. */
  readonly blind?: ExchangeError;
  /** When the oldest part was read. */
  readonly asOf: number;
}

interface Part {
  readonly found: readonly Found[];
  readonly trouble?: ExchangeError;
  /** Why not even a first page could be read. */
  readonly blind?: ExchangeError;
  readonly at: number;
}

/** The positions of an account and their margin. */
export class Positions {
  /** Bybit gives no id of a change of margin. */
  readonly margin: MarginAction;
  readonly #http: Pick<Http, 'call' | 'rehearse'>;
  readonly #clock: Clock;
  /** The kinds that had positions: what existed a reading ago is not absent. */
  readonly #had = new Set<Kind>();

  constructor(http: Pick<Http, 'call' | 'rehearse'>, clock: Clock) {
    this.#http = http;
    this.#clock = clock;
    const call: Http['call'] = (asked, signal) => this.#ask(asked, signal, mayNotChange);
    this.margin = {
      ...requestsOf({ call, rehearse: (asked) => http.rehearse(asked) }, marginCall),
      prepare: ({ position }, signal) => this.#prepare(position, signal),
      prove: (change, baseline, _receipt, signal) => this.#prove(change, baseline, signal),
    };
  }

  /** Each unreadable kind of position affects only itself. @throws ExchangeError `aborted` only */
  async all(signal?: AbortSignal): Promise<PositionsRead> {
    const [mode, ...parts] = await Promise.all([
      stamped(this.#clock, orError(this.#mode(signal))),
      ...kinds.map(async (kind) => this.#noted(kind, await this.#kind(kind, signal))),
    ]);
    const asOf = Math.min(mode.at, ...parts.map(({ at }) => at));
    // Whether positions are isolated is the account's affair: without it none can be told what it is. Every account has this page, so its absence
    // is reported: positions must not vanish silently.
    if (mode.value instanceof ExchangeError) return { positions: [], trouble: mode.value, blind: mode.value, asOf };
    const failures = parts.flatMap(({ blind }) => blind ?? []);
    const [failure] = failures;
    if (failure !== undefined && failures.length === parts.length) {
      const trouble = parts.find((part) => part.trouble !== undefined)?.trouble;
      return { positions: [], ...(trouble === undefined ? {} : { trouble }), blind: trouble ?? failure, asOf };
    }
    const account = mode.value;
    const positions = parts.flatMap(({ found }) => found.map((one) => toPosition(one, account)));
    const trouble = parts.find((part) => part.trouble !== undefined)?.trouble ?? (account.marginMode === '' ? oddMode() : undefined);
    return {
      // What moves to the next page while pages are read appears twice.
      positions: [...new Map(positions.map((one) => [one.positionId, one])).values()],
      ...(trouble === undefined ? {} : { trouble }),
      asOf,
    };
  }

  /** @throws ExchangeError `refused` when the position is gone, is another one now, is not isolated, or a figure is missing. */
  async #prepare(ref: PositionRef, signal: AbortSignal | undefined): Promise<MarginReadiness> {
    const market = marketOf(ref);
    const [found, mode, wallet] = await Promise.all([
      stamped(this.#clock, this.#find(market, ref, signal)),
      stamped(this.#clock, this.#mode(signal)),
      stamped(this.#clock, this.#wallet(signal)),
    ]);
    if (found.value === undefined) throw refused(why.noSuchPosition(venue));
    return marginReadinessOf(ref, {
      found: found.value,
      position: toPosition(found.value, mode.value),
      wallet: wallet.value,
      asOf: Math.min(found.at, mode.at, wallet.at),
    });
  }

  async #prove(change: MarginChange, baseline: MarginBaseline, signal: AbortSignal | undefined): Promise<MarginProof> {
    const market = marketOf(change.position);
    const [found, mode] = await Promise.all([this.#find(market, change.position, signal), this.#mode(signal)]);
    const now = found === undefined ? undefined : { position: toPosition(found, mode), steadyMargin: steadyMarginOf(found) };
    return judgeMargin(change, baseline, now);
  }

  async #find(market: Market, { instrument, slot, marginCoin }: PositionRef, signal: AbortSignal | undefined): Promise<Found | undefined> {
    const { list } = await this.#list(market, { symbol: instrument }, signal);
    return openIn(list, { market, instrument, slot, marginCoin });
  }

  #noted(kind: Kind, part: Part): Part {
    if (part.found.length > 0) this.#had.add(kind);
    return part;
  }

  /** All positions of one kind, as far as they can be read. */
  async #kind(kind: Kind, signal: AbortSignal | undefined): Promise<Part> {
    const { market, settleCoin } = kind;
    const found: Found[] = [];
    let trouble: ExchangeError | undefined;
    let cursor: string | undefined;
    let at = Number.POSITIVE_INFINITY;
    for (let page = 0; page < mostPages; page += 1) {
      const answer = await orError(this.#list(market, { settleCoin, limit: pageSize, cursor }, signal));
      at = Math.min(at, this.#clock.now());
      if (answer instanceof ExchangeError) {
        // What existed a page ago is not absent.
        if (page > 0) return { found, at, trouble: trouble ?? answer };
        return { found, at, blind: answer, ...(isAbsent(answer) && !this.#had.has(kind) ? {} : { trouble: answer }) };
      }
      const here = understoodIn(market, settleCoin, answer.list);
      found.push(...here.found);
      trouble ??= here.trouble;
      const next = answer.nextPageCursor;
      // An empty page is the last one, and so is one whose cursor repeats itself.
      if (next === '' || next === cursor || answer.list.length === 0) return { found, at, ...(trouble === undefined ? {} : { trouble }) };
      cursor = next;
    }
    return {
      found,
      at,
      trouble: trouble ?? refused(why.leftOut(venue, why.positions(`> ${(mostPages * Number(pageSize)).toString()}`))),
    };
  }

  async #list(market: Market, query: NonNullable<Call['query']>, signal: AbortSignal | undefined) {
    const call: Call = { method: 'GET', path: endpoints.positions, query: { category: market, ...query }, signed: true };
    return schema.read(schema.positions(market), await this.#ask(call, signal, mayNotRead));
  }

  async #mode(signal: AbortSignal | undefined): Promise<schema.Mode> {
    return schema.read(schema.account, await this.#ask({ method: 'GET', path: endpoints.accountInfo, signed: true }, signal, mayNotRead));
  }

  async #wallet(signal: AbortSignal | undefined): Promise<schema.Wallet> {
    const call: Call = { method: 'GET', path: endpoints.unifiedWallet, query: { accountType: 'UNIFIED' }, signed: true };
    return schema.read(schema.wallet, await this.#ask(call, signal, mayNotRead));
  }

  /** Names the missing permission: the general sentence is about loans. */
  async #ask(call: Call, signal: AbortSignal | undefined, missing: Message): Promise<unknown> {
    try {
      return await this.#http.call(call, signal);
    } catch (error) {
      if (!ExchangeError.is(error, 'permission') || error.code !== noRight) throw error;
      throw new ExchangeError({ kind: 'permission', code: noRight, effect: error.effect, sentence: missing });
    }
  }
}

const oddMode = (): ExchangeError =>
  new ExchangeError({
    kind: 'shape',
    field: 'result.marginMode',
    effect: 'none',
    sentence: unknownMode,
  });
