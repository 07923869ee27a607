import * as v from 'valibot';
import { isDecimal, isZero, type Decimal } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg } from '../../core/message.ts';

/**
 * The answers as documented. Amounts are decimal text and ids are text: a JSON number has lost digits already and is refused.
 * Fields we do not know are tolerated.
 * Source: https://www.okx.com/docs-v5/en/#financial-product-flexible-loan and the pages of the account and funding endpoints.
 */
const amount = v.pipe(
  v.string(),
  v.custom<Decimal>((text) => typeof text === 'string' && isDecimal(text)),
);
/** "" is "no value". */
const maybe = v.optional(
  v.union([
    v.pipe(
      v.literal(''),
      v.transform(() => undefined),
    ),
    amount,
  ]),
);
const coin = v.pipe(v.string(), v.minLength(1));
/** Milliseconds. Seconds or microseconds would be taken for a time far away, and a clock learnt from it. */
const time = v.pipe(v.string(), v.regex(/^\d{13}$/), v.transform(Number));
const coinAmounts = v.array(v.object({ ccy: coin, amt: amount }));

export const loanInfo = v.array(
  v.object({
    ordId: v.optional(v.string()),
    loanNotionalUsd: maybe,
    loanData: coinAmounts,
    collateralNotionalUsd: maybe,
    collateralData: coinAmounts,
    riskWarningData: v.optional(v.object({ instId: v.optional(v.string(), ''), liqPx: maybe })),
    curLTV: maybe,
    marginCallLTV: maybe,
    liqLTV: maybe,
  }),
);
export const collateralAssets = v.array(v.object({ assets: v.array(v.object({ ccy: coin, amt: amount, notionalUsd: maybe })) }));
export const borrowCurrencies = v.array(v.object({ borrowCcy: coin }));
export const maxLoan = v.array(v.object({ borrowCcy: coin, maxLoan: amount, notionalUsd: maybe, remainingQuota: maybe }));
export const maxRedeem = v.array(v.object({ ccy: coin, maxRedeemAmt: maybe }));
export const loanHistory = v.array(v.object({ refId: coin, type: v.string(), ccy: coin, amt: amount, ts: time }));
export const interestAccrued = v.array(
  v.object({ refId: coin, ccy: coin, loan: amount, interest: amount, interestRate: amount, ts: time }),
);
export const balances = v.array(v.object({ ccy: coin, availBal: maybe }));
/** A row that is not understood takes down only itself. */
export const indexTickers = v.array(v.fallback(v.object({ instId: v.string(), idxPx: maybe }), { instId: '' }));
export const publicTime = v.pipe(v.array(v.object({ ts: time })), v.minLength(1));
/** One by one, so that a row that is not understood takes down only itself. */
export const positions = v.array(v.unknown());
/** A row without a position: closed, or margin that waits for one in manual-transfer mode. */
export const idlePosition = v.object({ pos: v.pipe(amount, v.check(isZero)) });
/** Source: https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-positions */
export const position = v.object({
  instType: v.picklist(['MARGIN', 'SWAP', 'FUTURES', 'OPTION', 'EVENTS']),
  instId: coin,
  mgnMode: v.picklist(['isolated', 'cross']),
  posId: coin,
  posSide: v.picklist(['net', 'long', 'short']),
  pos: amount,
  posCcy: v.optional(v.string(), ''),
  ccy: coin,
  avgPx: maybe,
  markPx: maybe,
  last: maybe,
  liqPx: maybe,
  lever: maybe,
  margin: maybe,
  mmr: maybe,
  mgnRatio: maybe,
  upl: maybe,
  liab: maybe,
  liabCcy: v.optional(v.string(), ''),
  interest: maybe,
});
/** One by one too: what is listed there by the hundred must not hang on one. */
export const instruments = v.array(v.unknown());
export const instrument = v.object({
  instId: coin,
  ctVal: maybe,
  ctMult: maybe,
  ctValCcy: v.optional(v.string(), ''),
  ctType: v.optional(v.string(), ''),
});
export const tradingBalance = v.array(v.object({ details: v.array(v.object({ ccy: coin, availBal: maybe, availEq: maybe })) }));
export const leverageInfo = v.array(v.object({ estAvailTrans: maybe, estAvailQuoteTrans: maybe }));
export const accountConfig = v.pipe(
  v.array(
    v.object({
      uid: v.optional(v.string(), ''),
      mainUid: v.optional(v.string(), ''),
      perm: v.string(),
      ip: v.optional(v.string(), ''),
      acctLv: v.optional(v.string(), ''),
    }),
  ),
  v.minLength(1),
);

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
    sentence: msg(
      'The field {0} in the answer of OKX is not what its documentation says, so the answer is not used. Update LTV Gauge.',
      field,
    ),
  });
}

function pathOf(issue: v.BaseIssue<unknown>): string {
  return (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? `[${key.toString()}]` : `.${String(key)}`)).join('');
}
