import type { Clock } from '../../core/clock.ts';
import type { Decimal } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import type { Snapshot, WalletCoin } from '../../core/model.ts';
import type { Actions, Connection, KeyFacts } from '../exchange.ts';
import type { Http } from '../http/client.ts';
import { orError, stamped } from '../kit/parts.ts';
import { priced, pricesOf, withPrices, withUsd, withValues } from '../kit/prices.ts';
import type { StreamSource } from '../streams.ts';
import { borrowAction } from './borrow.ts';
import { endpoints } from './endpoints.ts';
import { withHaircuts, type Rules } from './haircuts.ts';
import { toKeyFacts, vipLevelOf } from './key.ts';
import { collateralAction } from './loan-change.ts';
import type { LoansRead, Setting } from './loan-generation.ts';
import { Loans, wholePool } from './loans.ts';
import { Positions, type PositionsRead } from './positions.ts';
import { sellAction } from './repay-collateral.ts';
import { repayAction } from './repay.ts';
import * as schema from './schema.ts';

/** One account on Bybit: the pool of its loans and, as long as there are any, its old orders. */
export class BybitConnection implements Connection {
  readonly loans: Loans;
  readonly actions: Actions;
  readonly streams: StreamSource | undefined;
  readonly #http: Http;
  readonly #clock: Clock;
  readonly #positions: Positions;

  /**
   * @param thresholds the person's own, fetched at every reading
   */
  constructor(http: Http, clock: Clock, streams?: StreamSource, thresholds: Setting['thresholds'] = () => undefined) {
    this.streams = streams;
    this.#http = http;
    this.#clock = clock;
    this.loans = new Loans(http, clock, thresholds);
    this.#positions = new Positions(http, clock);
    this.actions = {
      collateral: collateralAction(http, clock, this.loans),
      margin: this.#positions.margin,
      repay: repayAction(http, clock, this.loans),
      'repay-collateral': sellAction(http, clock, this.loans),
      borrow: borrowAction(http, clock, this.loans),
    };
  }

  async inspect(signal?: AbortSignal): Promise<KeyFacts> {
    const key = schema.read(schema.key, await this.#http.call({ method: 'GET', path: endpoints.key, signed: true }, signal));
    this.loans.vipLevel = vipLevelOf(key);
    const facts = { ...toKeyFacts(key, this.#clock.now()), ...this.#http.clockFacts() };
    if (facts.canRead || facts.canWithdraw) return facts;
    // It is undocumented whether loans can be read without this permission: reading them shows it.
    await this.loans.pool.find(wholePool, signal);
    return { ...facts, canRead: true };
  }

  clockOffsetMs(): number {
    return this.#http.clockFacts().clockOffsetMs ?? 0;
  }

  isLimited(): boolean {
    return this.#http.isLimited();
  }

  async read(signal?: AbortSignal): Promise<Snapshot> {
    const wallet = stamped(this.#clock, orError(this.loans.walletForPool(signal)));
    const [[loans, held, positions], prices] = await withPrices(
      this.#clock,
      Promise.all([this.loans.all(signal), wallet, this.#positions.all(signal)]),
      () => this.loans.pricesIfAny(signal),
    );
    return snapshotOf({ loans, wallet: held, positions, prices, rules: this.loans.pool.terms.kept?.rules });
  }

  async indexPrices(coins: readonly string[], signal?: AbortSignal): Promise<Readonly<Record<string, Decimal>>> {
    // One request returns all prices; by name it would take one each.
    return coins.length === 0 ? {} : priced(coins, await this.loans.prices(signal));
  }

  dispose(): void {
    this.#http.dispose();
  }
}

/** What was read for one snapshot; a part that failed is its error. */
interface Parts {
  readonly loans: LoansRead | ExchangeError;
  readonly wallet: { readonly value: readonly WalletCoin[] | ExchangeError; readonly at: number };
  readonly positions: PositionsRead;
  readonly prices: ReadonlyMap<string, Decimal>;
  /** How the pool's collateral is valued; undefined when unknown now. */
  readonly rules: Rules | undefined;
}

/** @throws ExchangeError when there is nothing to show. */
function snapshotOf({ loans, wallet, positions, prices, rules }: Parts): Snapshot {
  if (loans instanceof ExchangeError && !standsAlone(positions, loans)) throw loans;
  // In an account without loans, positions are all there is.
  if ('barred' in loans && positions.blind !== undefined) throw positions.blind;
  const held = wallet.value instanceof ExchangeError ? [] : withUsd(wallet.value, prices);
  const found =
    loans instanceof ExchangeError ? [] : loans.loans.map((loan) => withValues(withHaircuts(loan, rules, prices, held), prices));
  const loansTrouble = loans instanceof ExchangeError ? loans.sentence : loans.trouble;
  return {
    loans: found,
    ...(loansTrouble === undefined ? {} : { loansTrouble }),
    ...(isBarred(loans) || 'barred' in loans ? { loansBarred: true } : {}),
    wallet: held,
    ...(wallet.value instanceof ExchangeError ? { walletTrouble: wallet.value.sentence } : {}),
    positions: positions.positions,
    ...(positions.trouble === undefined ? {} : { positionsTrouble: positions.trouble.sentence }),
    ...(isBarred(positions.trouble) ? { positionsBarred: true } : {}),
    ...pricesOf({ loans: found, wallet: held, positions: positions.positions }, prices),
    // As old as the oldest of its parts.
    asOf: Math.min(loans instanceof ExchangeError ? positions.asOf : loans.asOf, wallet.at, positions.asOf),
  };
}

/** Bybit's name of a permission that the key lacks. */
const isBarred = (answer: unknown): boolean => ExchangeError.is(answer, 'permission') && answer.code === '10005';

/** Whether positions are enough to show without loans: there are some, or the key cannot read loans at all. */
function standsAlone({ positions, blind }: PositionsRead, loans: ExchangeError): boolean {
  return blind === undefined && (positions.length > 0 || isBarred(loans));
}
