import type * as v from 'valibot';
import { absolute, isZero, negate, type Decimal } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import type { HistoryRow, PositionRef } from '../../core/model.ts';
import type { Http } from '../http/client.ts';
import { newestOf } from '../kit/changes.ts';
import { endpoints } from './endpoints.ts';
import { pageSize, signedGet } from './requests.ts';
import * as schema from './schema.ts';

/** A bill of the trading account about a position's margin. */
export interface MarginBill {
  readonly row: HistoryRow;
  /** By hand: requested. Otherwise OKX did it. */
  readonly manual: boolean;
  /** What was added to the margin; negative when taken out. */
  readonly moved: Decimal;
}

/** Bills of margin since a moment, as far as readable. */
export interface BillsRead {
  readonly bills: readonly MarginBill[];
  /** There are more that are unreadable, or of kinds with an unknown effect. */
  readonly isWhole: boolean;
}

/** Bills of this type move margin. */
const marginTransfer = '6';

/** In OKX's words. Source: https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-bills-details-last-7-days */
const subTypes: ReadonlyMap<string, { readonly name: string; readonly into: boolean; readonly manual: boolean }> = new Map([
  ['160', { name: 'Manual margin increase', into: true, manual: true }],
  ['161', { name: 'Manual margin decrease', into: false, manual: true }],
  ['162', { name: 'Auto margin increase', into: true, manual: false }],
]);

/** An urgent change doesn't wait longer for what only helps to prove it. */
const patienceMs = 2_000;

/** What `newestBill` returns for an account without any: every bill is newer. */
const beforeAll = '0';

/**
 * Id of the newest bill of margin in this coin, even if the rest of it is unreadable.
 * @returns undefined where bills can't be read: then no bill is used as proof
 */
export async function newestBill(http: Http, coin: string, signal: AbortSignal | undefined): Promise<string | undefined> {
  const data = await ask(http, { ccy: coin, limit: '1' }, signal);
  if (data === undefined) return undefined;
  const { rows, odd } = schema.rowsOf(schema.namedBill, data);
  return odd.length > 0 ? undefined : (newestOf(rows.map(({ billId }) => billId)) ?? beforeAll);
}

/**
 * Bills of the margin of this instrument, newer than that one. A bill without an instrument's name is none of them.
 * @returns undefined where they cannot be read
 */
export async function billsSince(
  http: Http,
  newest: string,
  { instrument, marginCoin }: Pick<PositionRef, 'instrument' | 'marginCoin'>,
  signal: AbortSignal | undefined,
): Promise<BillsRead | undefined> {
  const query = { ccy: marginCoin, ...(newest === beforeAll ? {} : { before: newest }), limit: pageSize.toString() };
  const data = await ask(http, query, signal);
  if (data === undefined) return undefined;
  const { rows, odd } = schema.rowsOf(schema.bill, data);
  const ours = schema.distinct(rows).filter(({ billId, ccy, instId, mgnMode }) => {
    // The filters are sent but not relied on.
    return BigInt(billId) > BigInt(newest) && ccy === marginCoin && instId === instrument && mgnMode !== 'cross';
  });
  const bills = ours.flatMap(toBill);
  return { bills, isWhole: odd.length === 0 && bills.length === ours.length && data.length < pageSize };
}

/** @returns undefined where bills cannot be read, or not in time. @throws ExchangeError `aborted` only */
async function ask(
  http: Http,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<readonly unknown[] | undefined> {
  const inTime = AbortSignal.any([AbortSignal.timeout(patienceMs), ...(signal === undefined ? [] : [signal])]);
  try {
    const data = await signedGet(http, endpoints.bills, { type: marginTransfer, ...query }, inTime);
    return Array.isArray(data) ? data : undefined;
  } catch (error) {
    if (error instanceof ExchangeError && signal?.aborted !== true) return undefined;
    throw error;
  }
}

function toBill(row: v.InferOutput<typeof schema.bill>): readonly MarginBill[] {
  const kind = subTypes.get(row.subType);
  // At the level of the position. The sign is undocumented; the sub-type gives the direction.
  const told = [row.posBalChg, row.balChg].find((one) => one !== undefined && !isZero(one));
  if (kind === undefined || told === undefined) return [];
  const amount = absolute(told);
  return [
    {
      row: { id: row.billId, type: kind.name, forced: false, coin: row.ccy, amount, at: row.ts },
      manual: kind.manual,
      moved: kind.into ? amount : negate(amount),
    },
  ];
}
