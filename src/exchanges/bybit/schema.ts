import * as v from 'valibot';
import { isDecimal, type Decimal } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg } from '../../core/message.ts';
import { Numeral } from './json.ts';

/**
 * The answers as documented. Amounts are decimal text: an amount that comes as a JSON number is refused, because nobody knows
 * what wrote it. Ids and times may be either, and stay the digits they were written with. Fields we do not know are tolerated.
 * Source: https://bybit-exchange.github.io/docs/v5/new-crypto-loan/ and the pages of the user, asset and market endpoints.
 */
export const amount = v.pipe(
  v.string(),
  v.custom<Decimal>((text) => typeof text === 'string' && isDecimal(text)),
);
/** "" is "no value". */
export const maybe = v.optional(
  v.union([
    v.pipe(
      v.literal(''),
      v.transform(() => undefined),
    ),
    amount,
  ]),
);
export const coin = v.pipe(v.string(), v.minLength(1));
/** Text, or a number as its digits. */
export const digits = v.union([
  v.string(),
  v.pipe(
    v.instance(Numeral),
    v.transform(({ source }) => source),
  ),
]);
export const id = v.pipe(digits, v.regex(/^[\w-]{1,64}$/));
/** Milliseconds. Seconds or microseconds would be taken for a time far away, and a clock learnt from it. */
export const time = v.pipe(digits, v.regex(/^\d{13}$/), v.transform(Number));
/** A small number that stands for a word. */
export const choice = v.pipe(digits, v.regex(/^-?\d{1,3}$/));
/** 0 adds, 1 reduces: https://bybit-exchange.github.io/docs/v5/new-crypto-loan/adjust-collateral */
export const direction = v.pipe(
  choice,
  v.picklist(['0', '1']),
  v.transform((text) => (text === '0' ? ('add' as const) : ('reduce' as const))),
);
/** What is neither done nor failed is still open, also in a word that is not documented. */
export const status = v.pipe(
  choice,
  v.transform((text) => (text === '1' ? ('done' as const) : text === '3' ? ('failed' as const) : ('processing' as const))),
);
export const cursor = v.optional(v.string(), '');

/** The cap of the platform. What cannot be read says nothing, and takes nothing else down. */
const cap = v.fallback(v.optional(v.union([choice, v.literal('')]), ''), '');

export const position = v.object({
  ltv: maybe,
  totalCollateral: maybe,
  totalDebt: maybe,
  borrowList: v.array(
    v.pipe(
      v.object({
        loanCurrency: coin,
        flexibleTotalDebt: maybe,
        fixedTotalDebt: maybe,
        flexibleTotalDebtUSD: maybe,
        fixedTotalDebtUSD: maybe,
      }),
      // A debt whose amount is not told is not nothing.
      v.check(({ flexibleTotalDebt, fixedTotalDebt }) => flexibleTotalDebt !== undefined || fixedTotalDebt !== undefined),
    ),
  ),
  // The table of the page indents the cap as if it were told of each coin; the sample has it once for all.
  collateralList: v.array(v.object({ currency: coin, amount, amountUSD: maybe, colRes: cap })),
  colRes: cap,
});
/** Rows are read one by one: of an odd one the coins may still be told. */
export const collateralData = v.object({ collateralRatioConfigList: v.array(v.unknown()) });
export const loanableData = v.object({
  list: v.array(v.object({ currency: coin, flexibleBorrowable: v.optional(v.boolean()), fixedBorrowable: v.optional(v.boolean()) })),
});
export const maxCollateral = v.object({ maxCollateralAmount: maybe });
export const maxLoan = v.object({ currency: coin, maxLoan: amount, notionalUsd: maybe, remainingQuota: maybe });
export const adjustments = v.object({
  list: v.array(
    v.object({
      adjustId: id,
      adjustTime: time,
      collateralCurrency: coin,
      amount,
      preLTV: maybe,
      afterLTV: maybe,
      direction,
      status,
    }),
  ),
  nextPageCursor: cursor,
});
export const flexibleDebts = v.object({
  list: v.array(v.object({ loanCurrency: coin, hourlyInterestRate: amount, totalDebt: amount, unpaidInterest: amount })),
});
export const balances = v.object({ balance: v.array(v.object({ coin, walletBalance: maybe, transferBalance: maybe })) });
/** A row that is not understood takes down only itself. */
export const tickers = v.object({ list: v.array(v.fallback(v.object({ symbol: v.string(), lastPrice: maybe }), { symbol: '' })) });
export const serverTime = v.object({ timeNano: v.pipe(digits, v.regex(/^\d{19}$/)) });
export const accountInfo = v.object({ marginMode: v.optional(v.string(), '') });
export const key = v.object({
  readOnly: v.pipe(choice, v.picklist(['0', '1'])),
  // Some groups are empty in one account and absent in another; what is no list names no right.
  permissions: v.record(v.string(), v.unknown()),
  ips: v.optional(v.array(v.string()), []),
  uta: v.optional(v.union([choice, v.literal('')]), ''),
  userID: v.optional(digits, ''),
  isMaster: v.optional(v.boolean()),
  // Told of some keys only, and of the others in more than one way: whatever cannot be read tells nothing.
  expiredAt: v.optional(v.unknown()),
  deadlineDay: v.optional(v.unknown()),
});

/**
 * Reads `result` by a schema.
 * @throws ExchangeError `shape` that names the field, e.g. `result.collateralList[0].amount`. Reads only: the effect is `none`.
 */
export function read<Schema extends v.GenericSchema>(schema: Schema, result: unknown): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, result);
  if (parsed.success) return parsed.output;
  throw unlike(`result${pathOf(parsed.issues[0])}`);
}

/** A field that is not what the documentation says. */
export function unlike(field: string): ExchangeError {
  return new ExchangeError({
    kind: 'shape',
    field,
    effect: 'none',
    sentence: msg(
      'The field {0} in the answer of Bybit is not what its documentation says, so the answer is not used. Update LTV Gauge.',
      field,
    ),
  });
}

function pathOf(issue: v.BaseIssue<unknown>): string {
  return (issue.path ?? []).map(({ key: part }) => (typeof part === 'number' ? `[${part.toString()}]` : `.${String(part)}`)).join('');
}
