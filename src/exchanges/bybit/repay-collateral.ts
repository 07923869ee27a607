import type { Clock } from '../../core/clock.ts';
import { add, compare, isNegative, subtract, sum, zero, type Decimal } from '../../core/decimal.ts';
import { msg } from '../../core/message.ts';
import { isWholeDebt, mostInterest } from '../../core/risk/interest.ts';
import type { RepayProof, SellAction, SellBaseline, SellChange, SellReadiness } from '../exchange.ts';
import type { Call } from '../http/call.ts';
import type { Http } from '../http/client.ts';
import { isNewer, mustBeClear, requestsOf } from '../kit/changes.ts';
import { refused } from '../kit/failure.ts';
import { stamped } from '../kit/parts.ts';
import * as why from '../refusals.ts';
import { venue } from './codes.ts';
import { endpoints } from './endpoints.ts';
import type { LoanFound, Repayment } from './loan-generation.ts';
import { toHistoryRow } from './loan-map.ts';
import { rowsSince } from './loan-proof.ts';
import type { Loans } from './loans.ts';
import { readDebt } from './repay.ts';
import { writeCall } from './requests.ts';

/**
 * Repaying the pool's flexible debt of a coin, or a part of one fixed contract, by selling collateral. Bybit answers nothing and gives no id. Sources:
 * `flexible/repay-collateral` and `fixed/repay-collateral` of https://bybit-exchange.github.io/docs/v5/new-crypto-loan/
 */
export function sellAction(http: Http, clock: Clock, loans: Loans): SellAction {
  return {
    ...requestsOf(http, (change: SellChange) => sellCall(loans, change)),
    prepare: (asked, signal) => prepare(clock, loans, asked, signal),
    prove: (change, baseline, _receipt, signal) => prove(clock, loans, change, baseline, signal),
  };
}

/** Named by both pages: the higher rate of the two coins counts. No promise of the API, so it is for people to read. */
const feesUrl = 'https://www.bybit.com/x-api/spot/api/fixed-loan/v1/coin-config';

/** One coin at a time; of a fixed debt always one contract by its id, for Bybit would choose one at random. @throws ExchangeError `refused` */
function sellCall(loans: Loans, change: SellChange): Call & { readonly body: string } {
  mustBeClear(change);
  const { loan, contract, coin, collateral, amount } = change;
  // Also for callers that bypass the compiler.
  const direction: string = change.direction;
  const isPlain = typeof collateral === 'string' && /^[\w-]{1,32}$/.test(collateral) && collateral !== coin;
  if (direction !== 'reduce' || !isPlain) throw refused(why.incompleteChange);
  if (loans.book(loan) !== loans.pool) throw refused(why.unnamed);
  const asked = { loanCurrency: coin, amount, collateralCoin: collateral };
  // Checks its form too.
  loans.repayBook(change);
  return contract === undefined ? writeCall(endpoints.sell, asked) : writeCall(endpoints.sellFixed, { loanId: contract, ...asked });
}

async function prepare(
  clock: Clock,
  loans: Loans,
  asked: Pick<SellChange, 'loan' | 'coin' | 'collateral' | 'contract'>,
  signal: AbortSignal | undefined,
): Promise<SellReadiness> {
  const { readiness, found } = await readDebt(clock, loans, asked, signal);
  const { minimum: _wholeOnly, baseline, contract, ...rest } = readiness;
  const places = contract === undefined ? rest.places : await loans.pool.fixedPlaces(asked.coin, signal);
  if (places === undefined) throw refused(why.unsaid(venue, why.decimals(asked.coin)), ['later']);
  if (found.isVague(asked.collateral)) throw refused(why.unsaid(venue, why.pledged(asked.collateral)), ['later']);
  const pledged = pledgedOf(found, asked.collateral);
  if (compare(pledged, zero) <= 0) throw refused(why.coinNotPledged, ['otherCoin']);
  return {
    ...rest,
    ...(contract === undefined ? {} : { contract }),
    kind: 'repay-collateral',
    places,
    fee: msg('bybit.sale-fee', "Bybit adds a fee that its API doesn't give. Rates: {0}", feesUrl),
    baseline: { ...baseline, kind: 'repay-collateral', pledged },
  };
}

const pledgedOf = ({ loan }: Pick<LoanFound, 'loan'>, coin: string): Decimal =>
  loan.collateral.find((held) => held.coin === coin)?.amount ?? zero;

/** A reading to judge a sale by. */
interface Reading {
  readonly rows: readonly Repayment[];
  readonly debt: Decimal;
  /** Undefined when Bybit no longer has it. */
  readonly loan: LoanFound['loan'] | undefined;
  readonly asOf: number;
}

/**
 * Compares Bybit's history of repayments, the debt and what is pledged with the requested sale. There is no id that ties a row to it, and Bybit doesn't
 * say which of its types a row of a sale has. So effective needs all of these: exactly one new row of this coin and amount that is no forced one, a debt
 * that fell as the new rows say, and less of the sold coin pledged. Contradicted is a debt that rose by the amount instead, or one other row,
 * not forced, by which debt and collateral fell. Everything else is pending: the person may be repaying in the app too.
 */
export function judgeSale(change: SellChange, baseline: SellBaseline, { rows, debt, loan, asOf }: Reading): RepayProof {
  const fresh = rows.filter(({ id, coin }) => coin === change.coin && isNewer(id, baseline.newestHistoryId));
  const [own, ...more] = fresh.filter((row) => (row.byUser || row.byCurrency === true) && isAsked(change, baseline, row));
  const done = fresh.filter(({ status }) => status === 'done');
  const [other] = done;
  const row = own ?? (done.length === 1 ? other : undefined);
  if (row === undefined || more.length > 0 || fresh.some(({ status }) => status === 'processing')) return { state: 'pending' };
  const isInterest = (grown: Decimal): boolean => !isNegative(grown) && compare(grown, mostInterest(baseline.debt, asOf - row.at)) <= 0;
  const unpaid = subtract(baseline.debt, sum(done.map(({ amount }) => amount)));
  const isExplained = isInterest(subtract(debt, isNegative(unpaid) ? zero : unpaid));
  const hasSold = loan === undefined || compare(pledgedOf({ loan }, change.collateral), baseline.pledged) < 0;
  const found = loan === undefined ? {} : { loan };
  const told = toHistoryRow(row);
  if (row.status === 'failed') return isExplained && !hasSold ? { state: 'pending', failed: told } : { state: 'pending' };
  const fell = compare(debt, baseline.debt) < 0 && isExplained && hasSold;
  // A liquidation may come first: this one may still come.
  if (own === undefined) return fell && !told.forced ? { state: 'contradicted', row: told, ...found } : { state: 'pending' };
  if (fell) return { state: 'effective', row: told, ...found, debt, asOf };
  return isInterest(subtract(debt, add(baseline.debt, change.amount)))
    ? { state: 'contradicted', row: told, ...found }
    : { state: 'pending' };
}

function isAsked({ amount, all }: SellChange, { debt }: SellBaseline, row: Repayment): boolean {
  return compare(row.amount, amount) === 0 || (all && isWholeDebt(row.amount, debt, amount));
}

async function prove(
  clock: Clock,
  loans: Loans,
  change: SellChange,
  baseline: SellBaseline,
  signal: AbortSignal | undefined,
): Promise<RepayProof> {
  const { loan: ref, coin } = change;
  const book = loans.repayBook(change);
  // Rows first: a debt read before its rows could lack their effect.
  const { rows, odd } = await rowsSince((page) => book.repayments(ref, page, signal), coin, baseline.newestHistoryId);
  // An unreadable row may be the one that counts, or its twin.
  if (rows.length === 0 || odd.length > 0) return { state: 'pending' };
  const { value, at } = await stamped(clock, book.owed(ref, coin, signal));
  if (value.found?.isVague(change.collateral) === true) return { state: 'pending' };
  return judgeSale(change, baseline, { rows, debt: value.debt, loan: value.found?.loan, asOf: at });
}
