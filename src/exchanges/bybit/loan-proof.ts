import { absolute, add, compare, subtract, zero, type Decimal } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import type { Direction, HistoryRow, Loan } from '../../core/model.ts';
import type { CollateralBaseline, CollateralChange, CollateralProof, Receipt } from '../exchange.ts';
import { isNewer, newestOf } from '../kit/changes.ts';
import type { Adjustment, AdjustmentRequest, ListRead, LoanBook, OddAdjustment } from './loan-generation.ts';
import { toHistoryRow } from './loan-map.ts';
import { pageSize } from './requests.ts';
import { unlike } from './schema.ts';

/**
 * Compares Bybit's history of adjustments and the loan with the requested change. Rows not newer than the baseline can't be of it, and rows of
 * other coins don't matter.
 *
 * Effective needs a row of status 1 with the right direction and amount, and a pledged amount that agrees with all rows since. Collateral also
 * leaves without such a row, by repayment out of it or by liquidation. Then it must at least have moved the right way, and the row's own LTV the
 * other way. If the loan is gone, the row alone decides. Contradicted is a row other than requested, or one that looks right while the pledged
 * amount moved the opposite way by the same amount. Pending is anything Bybit still works on. A row of status 3 says that it tried and did
 * nothing. Source of the procedure: https://bybit-exchange.github.io/docs/v5/new-crypto-loan/ltv-adjust-history
 *
 * If Bybit gave the change an id, only the row with that id counts: other changes at the same time neither prove nor contradict it, and a row
 * with that id that differs from the request contradicts it, whatever the pledged amount.
 *
 * @param loan the loan as it is now; undefined when Bybit no longer has it
 * @param reference the id that Bybit gave the change
 */
export function judge(
  change: CollateralChange,
  baseline: CollateralBaseline,
  rows: readonly Adjustment[],
  loan: Loan | undefined,
  reference?: string,
): CollateralProof {
  const found = loan === undefined ? {} : { loan };
  const own = rows.find(({ id }) => id === reference && isNewer(id, baseline.newestHistoryId));
  if (reference !== undefined && (own === undefined || own.status === 'processing')) return { state: 'pending' };
  if (own?.status === 'done' && !isAsked(change, own)) return { state: 'contradicted', row: toHistoryRow(own), ...found };

  // A row that appears twice happened once.
  const since = [...new Map(rows.map((row) => [row.id, row])).values()].filter(
    ({ id, coin }) => coin === change.coin && isNewer(id, baseline.newestHistoryId),
  );
  const done = since.filter(({ status }) => status === 'done');
  const asked = (own === undefined ? since : [own]).filter((row) => isAsked(change, row));
  const pledged = loan === undefined ? undefined : pledgedOf(loan, change.coin);
  const is = (expected: Decimal): boolean => pledged !== undefined && compare(pledged, expected) === 0;
  const agrees = is(after(baseline.pledged, done));

  const match = asked.find(({ status }) => status === 'done');
  if (match !== undefined) {
    const row = toHistoryRow(match);
    // Another change may have come between reading the newest row and the loan: then the baseline already includes it.
    const alone = is(after(baseline.pledged, [match]));
    const moved = pledged !== undefined && compare(pledged, baseline.pledged) === side(change.direction);
    if (pledged === undefined || agrees || alone || (moved && ltvWentAsAsked(match))) return { state: 'effective', row, ...found };
    const back = is(moveBy(baseline.pledged, opposite(match.direction), match.amount));
    return back && done.length === 1 ? { state: 'contradicted', row, ...found } : { state: 'pending' };
  }
  if (own === undefined && since.some(({ status }) => status === 'processing')) return { state: 'pending' };
  const [other, ...more] = done;
  const failed = asked.find(({ status }) => status === 'failed');
  if (failed !== undefined)
    return agrees || pledged === undefined ? { state: 'pending', failed: toHistoryRow(failed) } : { state: 'pending' };
  // One row that differs from the request, and a pledged amount that moved by exactly that: the exchange did something else.
  if (own === undefined && other !== undefined && more.length === 0 && agrees)
    return { state: 'contradicted', row: toHistoryRow(other), ...found };
  return { state: 'pending' };
}

/** Whether a row is the requested change. */
export function isAsked({ direction, coin, amount }: CollateralChange, row: Adjustment): boolean {
  return row.coin === coin && row.direction === direction && compare(absolute(row.amount), amount) === 0;
}

const pledgedOf = (loan: Loan, coin: string): Decimal => loan.collateral.find((held) => held.coin === coin)?.amount ?? zero;

const side = (direction: Direction): -1 | 1 => (direction === 'add' ? 1 : -1);

const opposite = (direction: Direction): Direction => (direction === 'add' ? 'reduce' : 'add');

function moveBy(pledged: Decimal, direction: Direction, amount: Decimal): Decimal {
  return direction === 'add' ? add(pledged, absolute(amount)) : subtract(pledged, absolute(amount));
}

function after(pledged: Decimal, rows: readonly Adjustment[]): Decimal {
  return rows.reduce((sum, { direction, amount }) => moveBy(sum, direction, amount), pledged);
}

/** More collateral lowers LTV. Both figures are from the moment of the change, so neither prices nor debt interfere. */
function ltvWentAsAsked({ direction, ltvBefore, ltvAfter }: Adjustment): boolean {
  return ltvBefore !== undefined && ltvAfter !== undefined && compare(ltvBefore, ltvAfter) === side(direction);
}

/** Pages of history to read for a proof: a thousand changes of one coin, more than anyone makes. */
const mostPages = 10;

/**
 * Reads the evidence for a change once and judges it. With an id from Bybit, its row is read first, and the rest only if row and pledged amount
 * don't decide, because the same collateral was changed elsewhere too.
 */
export async function readProof(
  book: LoanBook,
  change: CollateralChange,
  baseline: CollateralBaseline,
  { reference }: Receipt,
  signal: AbortSignal | undefined,
): Promise<CollateralProof> {
  const judged = async (rows: readonly Adjustment[], isWhole: boolean): Promise<CollateralProof> => {
    const found = await book.find(change.loan, signal);
    const proof = judge(change, baseline, rows, found?.loan, reference);
    const own = rows.find(({ id }) => id === reference);
    if (own?.status === 'done' && !isAsked(change, own)) return proof;
    // An unreadable pledged amount is not zero.
    if (found?.isVague(change.coin) === true) return { state: 'pending' };
    // Unreadable rows may explain the rest, but don't weaken a row and a pledged amount that agree.
    return isWhole || proof.state === 'effective' ? proof : { state: 'pending' };
  };
  const read: Reader<Adjustment> = (page) => book.adjustments(change.loan, page, signal);
  const own = reference === undefined ? undefined : await ownRow(read, reference);
  if (own !== undefined) {
    if (own.status === 'processing') return { state: 'pending' };
    const proof = await judged([own], true);
    if (proof.state === 'effective' || (proof.state === 'pending' && proof.failed !== undefined)) return proof;
  }
  // Rows first: a loan read before its rows could lack their effect.
  const { rows, odd } = await rowsSince(read, change.coin, baseline.newestHistoryId);
  const all = own === undefined || rows.some(({ id }) => id === own.id) ? rows : [own, ...rows];
  if (all.length === 0 || (reference !== undefined && !all.some(({ id }) => id === reference))) return { state: 'pending' };
  return judged(all, odd.length === 0);
}

/**
 * The newest id among the rows of a coin, also of otherwise unreadable rows: anything after it is new.
 * @throws ExchangeError `shape` when a row that may be of that coin has no readable id
 */
export function newestIdOf({ rows, odd }: ListRead<HistoryRow>, coin: string): string | undefined {
  const own = odd.filter((one) => one.coin === undefined || one.coin === coin);
  const ids = own.map(({ id, field }) => {
    if (id === undefined) throw unlike(field);
    return id;
  });
  return newestOf([...rows.map(({ id }) => id), ...ids]);
}

/** Reads a page of a list. */
type Reader<Row> = (page: AdjustmentRequest) => Promise<ListRead<Row>>;

/** The row with this id, if it can be asked for alone. */
export async function ownRow<Row extends HistoryRow>(read: Reader<Row>, reference: string): Promise<Row | undefined> {
  try {
    const { rows } = await read({ id: reference, limit: pageSize });
    return rows.find(({ id }) => id === reference);
  } catch (error) {
    // The list that contains the row may still be read.
    if (ExchangeError.is(error, 'refused')) return undefined;
    throw error;
  }
}

/** All rows of a coin that are newer than an id, each once: one may move to the next page while it is read. */
export async function rowsSince<Row extends HistoryRow>(
  read: Reader<Row>,
  coin: string,
  newestHistoryId: string | undefined,
): Promise<Pick<ListRead<Row>, 'rows' | 'odd'>> {
  const all: Row[] = [];
  const odd: OddAdjustment[] = [];
  const isOfNow = (id: string | undefined): boolean => id === undefined || isNewer(id, newestHistoryId);
  let cursor: string | undefined;
  for (let count = 0; count < mostPages; count += 1) {
    const { rows, older, odd: unread } = await read({ coin, limit: pageSize, ...(cursor === undefined ? {} : { cursor }) });
    all.push(...rows.filter(({ id }) => isOfNow(id)));
    odd.push(...unread.filter((one) => isOfNow(one.id) && (one.coin === undefined || one.coin === coin)));
    if (older === undefined || rows.some(({ id }) => !isNewer(id, newestHistoryId))) break;
    cursor = older;
  }
  return { rows: [...new Map(all.map((row) => [row.id, row])).values()], odd };
}
