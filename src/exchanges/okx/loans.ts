import { isPositive, zero, type Decimal } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg, type Message } from '../../core/message.ts';
import type { Direction, Loan, WalletCoin } from '../../core/model.ts';
import { credibleLtv } from '../../core/risk/ltv.ts';
import type { CollateralReadiness, LoanRef } from '../exchange.ts';
import type { Http } from '../http/client.ts';
import { addableOf, instead, mustBeOwed } from '../kit/addable.ts';
import { ifAny } from '../kit/parts.ts';
import { endpoints } from './endpoints.ts';
import { isWhole, toLoans, toWallet, type Hint, type LoanRead, type WalletRead } from './loan-map.ts';
import { ambiguous, missing, orderOf, signedGet } from './requests.ts';
import * as schema from './schema.ts';
import { loansTrouble, walletTrouble } from './trouble.ts';

/** Loans as far as they are understood. */
export interface LoansRead {
  readonly loans: readonly LoanRead[];
  /** How many more there are that are not understood at all. */
  readonly odd: number;
  readonly trouble?: Message;
}

/** The loans of one account and the funding account, where their collateral comes from. */
export class LoanBook {
  readonly #http: Http;
  /** By loan: the coins that OKX named among its collateral assets when it was last asked. A hint, no more. */
  readonly #hints = new Map<string, ReadonlyMap<string, Hint>>();
  /** By loan: the coins it owed when it was last read. No loan takes the coin it owes (code 51750). */
  readonly #owed = new Map<string, ReadonlySet<string>>();

  constructor(http: Http) {
    this.#http = http;
  }

  async loans(ref: LoanRef | undefined, signal: AbortSignal | undefined): Promise<LoansRead> {
    const { rows, odd } = schema.readRows(schema.loan, await signedGet(this.#http, endpoints.loanInfo, orderOf(ref), signal));
    // Two loans without ids may be alike in everything.
    const told = [...schema.distinct(rows.filter(({ ordId }) => ordId !== '')), ...rows.filter(({ ordId }) => ordId === '')];
    // Two rows of one id could not be told apart where it matters: neither is believed.
    const unique = told.filter(({ ordId }) => ordId === '' || told.filter((other) => other.ordId === ordId).length === 1);
    const all = toLoans(unique, odd.length + told.length - unique.length);
    const loans = all.filter(tellsWhatIsOwed);
    for (const { loan, owed } of loans) this.#owed.set(loan.id, new Set([...loan.debts.map(({ coin }) => coin), ...owed.coins]));
    const lost = odd.length + told.length - loans.length;
    const trouble = loansTrouble(loans, lost);
    return { loans, odd: lost, ...(trouble === undefined ? {} : { trouble }) };
  }

  /** The loan as it is now. @throws ExchangeError when it is gone or not understood, or when it has no order id among several loans. */
  async loan(ref: LoanRef, signal: AbortSignal | undefined): Promise<LoanRead> {
    const { loans, odd, trouble } = await this.loans(ref, signal);
    const count = loans.length + odd;
    if (ref.orderId === undefined && (count > 1 || (loans.length === 1 && loans[0]?.loan.id !== ref.loanId))) throw ambiguous();
    const found = loans.find(({ loan }) => loan.id === ref.loanId);
    if (found !== undefined) return found;
    if (trouble !== undefined) throw new ExchangeError({ kind: 'shape', effect: 'none', sentence: trouble });
    throw missing(msg('OKX has no such loan. It may have been repaid or liquidated. Refresh.'));
  }

  /**
   * The funding wallet, and of its coins those that OKX named among the collateral assets of these loans, which it is asked for too. What is
   * available is what `asset/balances` says, whatever else is said or cannot be read.
   *
   * @param refs none of them for an account without loans; undefined when the loans are not known, and nothing is asked about what they take
   */
  async wallet(
    refs: readonly LoanRef[] | undefined,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly coins: readonly WalletCoin[]; readonly trouble?: Message }> {
    const asked = refs?.length === 0 ? [undefined] : (refs ?? []);
    const [funds, ...hints] = await Promise.all([this.#funds(signal), ...asked.map((ref) => this.#askHints(ref, signal))]);
    const wallet = toWallet(funds, new Map(hints.flatMap((some) => [...some])));
    const trouble = walletTrouble(wallet);
    return { coins: wallet.coins, ...(trouble === undefined ? {} : { trouble }) };
  }

  /** What of the funding wallet could be added to this loan: all but what it owes, and first what OKX named. */
  async addable(ref: LoanRef, signal: AbortSignal | undefined): Promise<readonly WalletCoin[]> {
    const [funds, hints, owed] = await Promise.all([
      this.#funds(signal),
      this.#hints.get(ref.loanId) ?? this.#askHints(ref, signal),
      this.#owed.get(ref.loanId) ?? ifAny(this.loans(ref, signal)).then(() => this.#owed.get(ref.loanId)),
    ]);
    const coins = toWallet(funds, hints).coins.filter(({ coin }) => owed?.has(coin) !== true);
    return [...coins.filter(({ pledgeable }) => pledgeable === true), ...coins.filter(({ pledgeable }) => pledgeable !== true)];
  }

  /** The funding wallet for a change of this loan. Nothing is asked for that the change does not need. */
  async walletFor(ref: LoanRef, signal: AbortSignal | undefined): Promise<WalletRead> {
    return toWallet(await this.#funds(signal), this.#hints.get(ref.loanId) ?? new Map<string, Hint>());
  }

  async redeemable(ref: LoanRef, coin: string, signal: AbortSignal | undefined): Promise<Decimal | undefined> {
    const data = await signedGet(this.#http, endpoints.maxRedeem, { ccy: coin, ...orderOf(ref) }, signal);
    return schema.readRows(schema.maxRedeem, data).rows.find(({ ccy }) => ccy === coin)?.maxRedeemAmt;
  }

  async #funds(signal: AbortSignal | undefined): Promise<Parameters<typeof toWallet>[0]> {
    return schema.readRows(schema.balance, await signedGet(this.#http, endpoints.balances, {}, signal));
  }

  /** Only hints, so that none is better than no wallet. @throws ExchangeError `aborted` only */
  async #askHints(ref: LoanRef | undefined, signal: AbortSignal | undefined): Promise<ReadonlyMap<string, Hint>> {
    const data = await ifAny(signedGet(this.#http, endpoints.collateralAssets, orderOf(ref), signal));
    // What cannot be read tells nothing; what was named before stays a hint.
    if (!Array.isArray(data)) return (ref === undefined ? undefined : this.#hints.get(ref.loanId)) ?? new Map<string, Hint>();
    const lists = schema.rowsOf(schema.collateralAssets, data).rows.map(({ assets }) => schema.rowsOf(schema.collateralAsset, assets).rows);
    const hints = new Map(lists.flat().map(({ ccy, ...hint }) => [ccy, hint] as const));
    if (ref !== undefined) this.#hints.set(ref.loanId, hints);
    return hints;
  }
}

/** A loan of which neither debt nor LTV is understood would look like one that owes nothing, and so would one of which all that is understood says zero. */
function tellsWhatIsOwed({ loan: { debts, debtUsd, ltv }, owed }: LoanRead): boolean {
  const figures = [...debts.map(({ amount }) => amount), debtUsd, ltv];
  return isWhole(owed) || figures.some((figure) => figure !== undefined && isPositive(figure));
}

/** What was read for one change. */
export interface ChangeFacts {
  readonly loan: LoanRead;
  readonly wallet: WalletRead;
  /** Asked for reductions only. */
  readonly redeemable: Decimal | undefined;
  readonly newestHistoryId: string | undefined;
  readonly prices: ReadonlyMap<string, Decimal>;
  readonly asOf: number;
}

/**
 * Everything a change of `coin` is decided on.
 * @throws ExchangeError `refused` when a figure that is needed is missing, zero or not believable.
 */
export function readinessOf(direction: Direction, coin: string, facts: ChangeFacts): CollateralReadiness {
  const { wallet, prices, asOf, newestHistoryId } = facts;
  const { loan } = facts.loan;
  const credible = credibleLtv(loan);
  const ltv = credible !== undefined && isPositive(credible) ? credible : undefined;
  // Adding never brings a loan nearer to its end, and who is to be rescued must not be kept waiting for a figure.
  if (direction === 'add') {
    // What is owed but not understood is owed.
    if (isWhole(facts.loan.owed)) mustBeOwed(loan);
  }
  if (direction === 'reduce' && ltv === undefined) {
    throw instead(
      ['later'],
      msg('OKX gives no LTV for this loan now, so nothing can be taken out of it safely. Adding is possible. Try again later.'),
    );
  }
  const pledged = pledgedOf(facts.loan, coin);
  const held = heldOf(wallet, coin);
  return {
    kind: 'collateral',
    loan,
    limit: direction === 'add' ? addable(coin, wallet.coins, loan) : takeable(coin, pledged, facts.redeemable),
    walletAvailable: held,
    prices,
    baseline: {
      kind: 'collateral',
      ...(newestHistoryId === undefined ? {} : { newestHistoryId }),
      pledged,
      ...(ltv === undefined ? {} : { ltv }),
    },
    asOf,
  };
}

/** Only of this one coin it matters that it is told: what else is odd in loan or wallet stops nothing. */
function pledgedOf({ loan, pledged: gaps }: LoanRead, coin: string): Decimal {
  const amount = loan.collateral.find((one) => one.coin === coin)?.amount;
  if (amount === undefined && (gaps.coins.has(coin) || gaps.unnamed)) {
    throw instead(['later'], msg('OKX does not say how much {0} is pledged, so nothing can be decided. Try again later.', coin));
  }
  return amount ?? zero;
}

function heldOf({ coins, gaps }: WalletRead, coin: string): Decimal {
  const amount = coins.find((one) => one.coin === coin)?.amount;
  if (amount === undefined && (gaps.coins.has(coin) || gaps.unnamed)) {
    throw missing(msg('OKX does not say how much {0} the funding account holds, so nothing can be decided. Try again later.', coin));
  }
  return amount ?? zero;
}

/** Whether OKX takes a coin is for OKX to say. Where there is none of it, what OKX named is named instead, or else what is there. */
function addable(coin: string, wallet: readonly WalletCoin[], { debts }: Loan): Decimal {
  const named = wallet.filter(({ pledgeable, amount }) => pledgeable === true && isPositive(amount));
  const others = named.some((one) => one.coin !== coin) ? named : wallet.filter((one) => debts.every((debt) => debt.coin !== one.coin));
  return addableOf(coin, { venue: 'OKX', held: wallet, takes: (name) => name === coin || others.some((one) => one.coin === name) });
}

function takeable(coin: string, pledged: Decimal, redeemable: Decimal | undefined): Decimal {
  if (!isPositive(pledged)) throw instead(['otherCoin'], msg('This coin is not part of the collateral. Choose one that is.'));
  if (redeemable === undefined) {
    throw instead(['later'], msg('OKX does not say how much {0} could be taken out, so nothing can be decided. Try again later.', coin));
  }
  if (!isPositive(redeemable))
    throw instead(['addMargin', 'repay'], msg('No {0} can be taken from this loan now. Add collateral or repay first.', coin));
  return redeemable;
}
