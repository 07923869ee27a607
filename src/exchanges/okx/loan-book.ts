import { lesser, type Decimal } from '../../core/decimal.ts';
import { msg } from '../../core/message.ts';
import type { Loan, WalletCoin } from '../../core/model.ts';
import type { LoanRef } from '../exchange.ts';
import type { Http } from '../http.ts';
import { endpoints } from './endpoints.ts';
import { toLoans, toWallet } from './map.ts';
import { ambiguous, missing, orderOf, signedGet } from './requests.ts';
import * as schema from './schema.ts';

/** The loans of one account and the funding account, where their collateral comes from. */
export class LoanBook {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  async loans(ref: LoanRef | undefined, signal: AbortSignal | undefined): Promise<readonly Loan[]> {
    return toLoans(schema.read(schema.loanInfo, await signedGet(this.#http, endpoints.loanInfo, orderOf(ref), signal)));
  }

  /** The loan as it is now. @throws ExchangeError when it is gone, or when it has no order id among several loans. */
  async loan(ref: LoanRef, signal: AbortSignal | undefined): Promise<Loan> {
    const loans = await this.loans(ref, signal);
    if (ref.orderId === undefined && (loans.length > 1 || (loans.length === 1 && loans[0]?.id !== ref.loanId))) throw ambiguous();
    const loan = loans.find(({ id }) => id === ref.loanId);
    if (loan === undefined) throw missing(msg('OKX has no such loan. It may have been repaid or liquidated. Refresh.'));
    return loan;
  }

  /**
   * The funding wallet, with what any of these loans would take as collateral. What is taken differs by loan (no loan takes the coin it owes),
   * and without an order OKX answers for the oldest one. A coin whose amount is not told is left out, unless it is `needed`.
   *
   * @param refs none of them for an account without loans; undefined when the loans are not known, and nothing is said of what they take
   */
  async wallet(refs: readonly LoanRef[] | undefined, signal: AbortSignal | undefined, needed?: string): Promise<readonly WalletCoin[]> {
    const asked = refs?.length === 0 ? [undefined] : (refs ?? []);
    const [balances, ...answers] = await Promise.all([
      signedGet(this.#http, endpoints.balances, {}, signal).then((data) => schema.read(schema.balances, data)),
      ...asked.map(async (ref) =>
        schema.read(schema.collateralAssets, await signedGet(this.#http, endpoints.collateralAssets, orderOf(ref), signal)),
      ),
    ]);
    if (needed !== undefined && balances.some(({ ccy, availBal }) => ccy === needed && availBal === undefined)) {
      throw missing(msg('OKX does not say how much {0} the funding account holds, so nothing can be decided. Try again later.', needed));
    }
    const assets = answers.flat().flatMap((element) => element.assets);
    // Where both name an amount, the smaller one is safe to count on.
    return toWallet(balances, assets).map((one) => {
      const asset = assets.find(({ ccy }) => ccy === one.coin);
      return asset === undefined ? one : { ...one, amount: lesser(one.amount, asset.amt) };
    });
  }

  async redeemable(ref: LoanRef, coin: string, signal: AbortSignal | undefined): Promise<Decimal | undefined> {
    const data = await signedGet(this.#http, endpoints.maxRedeem, { ccy: coin, ...orderOf(ref) }, signal);
    return schema.read(schema.maxRedeem, data).find(({ ccy }) => ccy === coin)?.maxRedeemAmt;
  }
}
