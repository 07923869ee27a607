import * as v from 'valibot';
import { ExchangeError } from '../../core/errors.ts';
import { endpoints } from './endpoints.ts';
import { namesIn, toRules, type Rules } from './haircuts.ts';
import type { Line } from './loan-book.ts';
import { readRows } from './rows.ts';
import * as schema from './schema.ts';

/** What Bybit takes as collateral of the pool, and how it values it. */
export interface Terms {
  readonly coins: ReadonlySet<string>;
  /** Says which row does not name its coins: then it is not known what else is taken. */
  readonly unsure?: ExchangeError;
  readonly rules: Rules;
}

const named = v.object({ currencies: v.string() });

function toTerms(result: unknown): Terms {
  const { collateralRatioConfigList: list } = schema.read(schema.collateralData, result);
  const { rows, odd } = readRows(named, list, 'result.collateralRatioConfigList');
  const [first] = odd;
  return {
    coins: new Set(rows.flatMap(({ currencies }) => namesIn(currencies))),
    ...(first === undefined ? {} : { unsure: schema.unlike(first.field) }),
    rules: toRules(list),
  };
}

/** The brackets hardly ever change. */
const keptMs = 3_600_000;
/** After a failure it is not asked again at every read. */
const pauseMs = 60_000;

/** Keeps the terms for an hour: they are the same for everybody, and a list of all coins is long. */
export class CollateralTerms {
  readonly #line: Line;
  readonly #now: () => number;
  #kept: Terms | undefined;
  #asked: { readonly at: number; readonly forMs: number } | undefined;

  /** @param now our clock, in milliseconds since the Unix epoch */
  constructor(line: Line, now: () => number) {
    this.#line = line;
    this.#now = now;
  }

  /** As they were told last; undefined before that. */
  get kept(): Terms | undefined {
    return this.#kept;
  }

  /** As Bybit tells them now. @throws ExchangeError */
  async fresh(signal: AbortSignal | undefined): Promise<Terms> {
    const terms = toTerms(await this.#line.ask(endpoints.collateralData, {}, signal));
    this.#kept = terms;
    this.#asked = { at: this.#now(), forMs: keptMs };
    return terms;
  }

  /**
   * As they are kept. Only the very first read waits for them: they feed estimates, and figures about danger must not be late for those.
   * @returns undefined as long as they could not be read. @throws ExchangeError `aborted` only.
   */
  async known(signal: AbortSignal | undefined): Promise<Terms | undefined> {
    if (this.#asked === undefined) await this.#refresh(signal);
    else this.refreshIfOld(signal);
    return this.#kept;
  }

  /** Asks again where an hour has passed; nobody waits for the answer. */
  refreshIfOld(signal: AbortSignal | undefined): void {
    const age = this.#asked === undefined ? undefined : this.#now() - this.#asked.at;
    // A clock that was put back makes an age below zero.
    if (this.#asked !== undefined && age !== undefined && age >= 0 && age < this.#asked.forMs) return;
    // Only an interruption is left to be thrown, and what it interrupts says so itself.
    void this.#refresh(signal).catch(() => undefined);
  }

  async #refresh(signal: AbortSignal | undefined): Promise<void> {
    const before = this.#asked;
    const asked = { at: this.#now(), forMs: pauseMs };
    this.#asked = asked;
    try {
      await this.fresh(signal);
    } catch (error) {
      if (error instanceof ExchangeError && error.kind !== 'aborted') return;
      if (this.#asked === asked) this.#asked = before;
      throw error;
    }
  }
}
