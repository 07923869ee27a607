import type { Clock } from '../../core/clock.ts';
import type { Decimal } from '../../core/decimal.ts';
import type { Snapshot } from '../../core/model.ts';
import type { Actions, Connection, KeyFacts } from '../exchange.ts';
import type { Http } from '../http/client.ts';
import { refused } from '../kit/failure.ts';
import { mostTelling, part, sentenceOf, type Part } from '../kit/parts.ts';
import { priced, pricesOf, withPrices, withUsd, withValues } from '../kit/prices.ts';
import type { Maintenance, StreamSource } from '../streams.ts';
import { endpoints } from './endpoints.ts';
import { borrowAction } from './borrow-change.ts';
import { toKeyFacts } from './key.ts';
import { collateralAction } from './loan-change.ts';
import { isStandingAbsence, noLoans } from './loan-map.ts';
import { Loans, type LoansRead } from './loans.ts';
import { Positions } from './positions.ts';
import { repayAction } from './repay-change.ts';
import { signedGet } from './requests.ts';
import * as schema from './schema.ts';
import { maintenanceOf } from './stream.ts';
import { oddAnswer } from '../refusals.ts';
import { venue } from './codes.ts';

/** One account on OKX. Every request about a loan carries its order id whenever one is known: without it OKX acts on the oldest order. */
export class OkxConnection implements Connection {
  readonly loans: Loans;
  readonly actions: Actions;
  readonly streams: StreamSource | undefined;
  readonly #http: Http;
  readonly #clock: Clock;
  readonly #env: string;
  readonly #positions: Positions;
  /** Loans were read over this connection: if OKX then says that there can be none, that is an error, not a property of the account. */
  #hasLoans = false;

  constructor(http: Http, clock: Clock, env: string, streams?: StreamSource) {
    this.streams = streams;
    this.#env = env;
    this.#http = http;
    this.#clock = clock;
    this.loans = new Loans(http);
    this.#positions = new Positions(http, clock);
    this.actions = {
      collateral: collateralAction(http, clock, this.loans),
      margin: this.#positions.margin,
      repay: repayAction(http, clock, this.loans),
      borrow: borrowAction(http, clock, this.loans),
    };
  }

  async inspect(signal?: AbortSignal): Promise<KeyFacts> {
    const [config] = schema.read(schema.accountConfig, await signedGet(this.#http, endpoints.accountConfig, {}, signal));
    if (config === undefined) throw refused(oddAnswer(venue));
    return { ...toKeyFacts(config), ...this.#http.clockFacts() };
  }

  clockOffsetMs(): number {
    return this.#http.clockFacts().clockOffsetMs ?? 0;
  }

  isLimited(): boolean {
    return this.#http.isLimited();
  }

  async read(signal?: AbortSignal): Promise<Snapshot> {
    const loansRead = part(this.#clock, this.loans.all(undefined, signal));
    const positionsRead = part(this.#clock, this.#positions.read(signal));
    const [[loans, positions, wallet], prices] = await withPrices(
      this.#clock,
      Promise.all([loansRead, positionsRead, this.#walletAfter(loansRead, positionsRead, signal)]),
      () => this.loans.pricesIfAny(signal),
    );
    if (!('trouble' in loans)) this.#hasLoans = loans.value.loans.length + loans.value.odd > 0;
    const barred = 'trouble' in loans && !this.#hasLoans && isStandingAbsence(loans.trouble);
    // A wallet alone shows nothing that could be liquidated.
    if ('trouble' in loans && 'trouble' in positions) throw barred ? positions.trouble : mostTelling(loans.trouble, positions.trouble);
    const held = 'trouble' in positions ? { positions: [], trouble: positions.trouble.sentence, at: positions.at } : positions.value;
    const found = {
      loans: 'trouble' in loans ? [] : loans.value.loans.map(({ loan }) => withValues(loan, prices)),
      wallet: 'trouble' in wallet ? [] : withUsd(wallet.value.coins, prices),
      positions: held.positions,
    };
    const loansTrouble = barred ? noLoans(loans.trouble) : sentenceOf(loans);
    const walletTrouble = sentenceOf(wallet);
    return {
      ...found,
      ...(loansTrouble === undefined ? {} : { loansTrouble }),
      ...(barred ? { loansBarred: true as const } : {}),
      ...(walletTrouble === undefined ? {} : { walletTrouble }),
      ...(held.trouble === undefined ? {} : { positionsTrouble: held.trouble }),
      ...pricesOf(found, prices),
      // As old as the oldest of its parts.
      asOf: Math.min(loans.at, wallet.at, held.at),
    };
  }

  async indexPrices(coins: readonly string[], signal?: AbortSignal): Promise<Readonly<Record<string, Decimal>>> {
    // One request returns all prices; by name it would take one each.
    return coins.length === 0 ? {} : priced(coins, await this.loans.prices(signal));
  }

  async maintenance(signal?: AbortSignal): Promise<readonly Maintenance[]> {
    const data = await this.#http.call({ method: 'GET', path: endpoints.status, query: {}, signed: false }, signal);
    return schema.readRows(schema.status, data).rows.flatMap((row) => maintenanceOf(row, this.#env));
  }

  dispose(): void {
    this.#http.dispose();
  }

  /** The funding wallet, with hints for these loans; read without loans too, but not when nothing else could be read. */
  async #walletAfter(
    loansRead: Promise<Part<LoansRead>>,
    positionsRead: Promise<Part<unknown>>,
    signal: AbortSignal | undefined,
  ): Promise<Part<Awaited<ReturnType<Loans['wallet']>>>> {
    const loans = await loansRead;
    if ('trouble' in loans) {
      return 'trouble' in (await positionsRead) ? loans : part(this.#clock, this.loans.wallet(undefined, signal));
    }
    const refs = loans.value.loans.map(({ loan: { id, orderId } }) => ({ loanId: id, ...(orderId === undefined ? {} : { orderId }) }));
    return part(this.#clock, this.loans.wallet(refs, signal));
  }
}
