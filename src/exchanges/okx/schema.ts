import * as v from 'valibot';
import { decimalFrom, isZero, type Decimal } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import { isName } from '../kit/names.ts';
import { oddAnswer } from '../refusals.ts';
import { venue } from './codes.ts';

/**
 * The answers as documented, read so that an invalid field doesn't hide its row, nor a row its neighbours: what names a loan, a position or a
 * coin is strict; a figure that is no exact decimal is unknown ("", null, "--"; a JSON number has lost digits already). An exponent is an exact
 * decimal and is written out. Unknown fields are tolerated. Source: https://www.okx.com/docs-v5/en/#financial-product-flexible-loan and the pages
 * of the account and funding endpoints.
 */
const figure = v.optional(v.pipe(v.unknown(), v.transform(decimalFrom)));
/** A figure without which the row means nothing. */
const amount = v.pipe(
  v.unknown(),
  v.transform(decimalFrom),
  v.custom<Decimal>((value) => value !== undefined),
);
const coin = v.pipe(v.string(), v.check(isName));
/** A text, or a whole number with all its digits: codes come as either. */
const code = v.union([v.string(), v.pipe(v.number(), v.safeInteger(), v.transform(String))]);
/** A text that names nothing we act on. */
const word = v.optional(v.fallback(code, ''), '');
/** Milliseconds. Seconds or microseconds would look like a time far away, and we would learn a wrong clock from it. */
const time = v.pipe(code, v.regex(/^\d{13}$/), v.transform(Number));
/** Read row by row. */
export const list = v.array(v.unknown());

export const loan = v.object({
  /** An id that is not a text may have lost digits, and would name another loan. */
  ordId: v.nullish(v.union([v.literal(''), coin]), ''),
  loanNotionalUsd: figure,
  loanData: v.optional(v.unknown()),
  collateralNotionalUsd: figure,
  collateralData: v.optional(v.unknown()),
  riskWarningData: v.optional(v.fallback(v.object({ instId: word, liqPx: figure }), { instId: '', liqPx: undefined })),
  curLTV: figure,
  marginCallLTV: figure,
  liqLTV: figure,
});
export const coinAmount = v.object({ ccy: coin, amt: figure });
export const collateralAssets = v.object({ assets: list });
export const collateralAsset = v.object({ ccy: coin, amt: figure, notionalUsd: figure });
export const borrowCurrency = v.object({ borrowCcy: coin });
export const maxLoan = v.object({ borrowCcy: coin, maxLoan: figure, notionalUsd: figure, remainingQuota: figure });
export const maxRedeem = v.object({ ccy: coin, maxRedeemAmt: figure });
/** The id of a history row, even if the rest of it is unreadable. */
export const named = v.object({ refId: coin });
export const historyRow = v.object({ refId: coin, type: v.string(), ccy: coin, amt: amount, ts: time });
export const interestRow = v.object({ refId: coin, ccy: coin, loan: figure, interest: amount, interestRate: figure, ts: time });
export const balance = v.object({ ccy: coin, availBal: figure });
export const indexTicker = v.object({ instId: coin, idxPx: figure });
export const publicTime = v.pipe(v.array(v.object({ ts: time })), v.minLength(1));
/** A row without a position: closed, or waiting margin in manual-transfer mode. */
export const idlePosition = v.object({ pos: v.pipe(amount, v.check(isZero)) });
/** Source: https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-positions */
export const position = v.object({
  instType: v.picklist(['MARGIN', 'SWAP', 'FUTURES', 'OPTION', 'EVENTS']),
  instId: coin,
  mgnMode: v.picklist(['isolated', 'cross']),
  posId: coin,
  posSide: v.picklist(['net', 'long', 'short']),
  pos: amount,
  posCcy: word,
  ccy: coin,
  avgPx: figure,
  markPx: figure,
  last: figure,
  liqPx: figure,
  lever: figure,
  margin: figure,
  mmr: figure,
  mgnRatio: figure,
  upl: figure,
  liab: figure,
  liabCcy: word,
  interest: figure,
});
export const instrument = v.object({ instId: coin, ctVal: figure, ctMult: figure, ctValCcy: word, ctType: word });
export const tradingBalance = v.object({ details: list });
export const tradingCoin = v.object({ ccy: coin, availBal: figure, availEq: figure });
export const leverageInfo = v.object({ estAvailTrans: figure, estAvailQuoteTrans: figure });
/** Source: https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-bills-details-last-7-days */
export const namedBill = v.object({ billId: v.pipe(v.string(), v.regex(/^\d{1,40}$/)) });
export const bill = v.object({
  ...namedBill.entries,
  subType: code,
  ccy: coin,
  instId: word,
  mgnMode: word,
  balChg: figure,
  posBalChg: figure,
  ts: time,
});
export const accountConfig = v.pipe(
  v.array(v.object({ uid: word, mainUid: word, perm: v.string(), ip: word, acctLv: word })),
  v.minLength(1),
);

/** A list as far as readable. */
export interface Rows<Row> {
  readonly rows: readonly Row[];
  /** The unreadable rows, raw. */
  readonly odd: readonly unknown[];
}

/** A maintenance. */
export const status = v.record(v.string(), v.unknown());

/** Reads a list row by row, so that an unreadable row affects only itself. @throws ExchangeError `shape` for anything but a list. */
export function readRows<Schema extends v.GenericSchema>(schema: Schema, data: unknown): Rows<v.InferOutput<Schema>> {
  return rowsOf(schema, read(list, data));
}

/** The same for a list inside a row, which doesn't invalidate the row. */
export function rowsOf<Schema extends v.GenericSchema>(schema: Schema, data: readonly unknown[]): Rows<v.InferOutput<Schema>> {
  const results = data.map((row) => ({ row, result: v.safeParse(schema, row) }));
  return {
    rows: results.flatMap(({ result }) => (result.success ? [result.output] : [])),
    odd: results.flatMap(({ row, result }) => (result.success ? [] : [row])),
  };
}

/** The rows without exact repetitions. */
export function distinct<Row>(rows: readonly Row[]): readonly Row[] {
  return [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
}

/**
 * Reads `data` by a schema.
 * @throws ExchangeError `shape` that names the field, e.g. `data[0].curLTV`. Reads only: the effect is `none`.
 */
export function read<Schema extends v.GenericSchema>(schema: Schema, data: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, data);
  if (result.success) return result.output;
  const field = `data${pathOf(result.issues[0])}`;
  throw new ExchangeError({
    kind: 'shape',
    field,
    effect: 'none',
    sentence: oddAnswer(venue, field),
  });
}

function pathOf(issue: v.BaseIssue<unknown>): string {
  return (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? `[${key.toString()}]` : `.${String(key)}`)).join('');
}
