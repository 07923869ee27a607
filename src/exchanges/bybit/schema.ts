import * as v from 'valibot';
import { decimalFrom, isNegative, type Decimal } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg } from '../../core/message.ts';
import { Numeral } from './exact-json.ts';

/**
 * The answers as documented. Amounts are decimal text, also with an exponent, which is exact; an amount that comes as a JSON number is not
 * believed, because nobody knows what wrote it. Ids and times may be either, and stay the digits they were written with. Fields we do not
 * know are tolerated. What says which thing a row is about has to be right; a figure that is not is unknown, and hides nothing beside it.
 * Source: https://bybit-exchange.github.io/docs/v5/new-crypto-loan/ and the pages of the user, asset and market endpoints.
 */
export const amount = v.pipe(
  v.unknown(),
  v.transform(decimalFrom),
  v.custom<Decimal>((value) => value !== undefined),
);
/** The same for what cannot be below zero. */
export const natural = v.pipe(
  amount,
  v.check((value) => !isNegative(value)),
);
/** A figure. Unknown where there is none, and where it is odd. */
export const maybe = v.pipe(v.optional(v.unknown()), v.transform(decimalFrom));
/** The same for what cannot be below zero: a debt, a total, a ratio. */
export const maybeNatural = v.pipe(
  maybe,
  v.transform((value) => (value === undefined || isNegative(value) ? undefined : value)),
);
/** A figure that may be left out for nothing: `null` where something stands there that is none. */
export const part = v.pipe(
  v.optional(v.unknown()),
  v.transform((value) => {
    if (value === undefined || value === '') return undefined;
    const told = decimalFrom(value);
    return told === undefined || isNegative(told) ? null : told;
  }),
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
/** Where to read on; "" where there is no more. */
export const cursor = v.fallback(v.optional(digits, ''), '');
/** The rows of a list, which are read one by one: an odd one takes down only itself. */
export const rows = v.array(v.unknown());

/** The cap of the platform. What cannot be read says nothing, and takes nothing else down. */
const cap = v.fallback(v.optional(v.union([choice, v.literal('')]), ''), '');

export const position = v.object({
  ltv: maybeNatural,
  totalCollateral: maybeNatural,
  totalDebt: maybeNatural,
  // Some servers print `null` for a list without rows. Whether it has none is told by the totals.
  borrowList: v.nullable(rows),
  collateralList: v.nullable(rows),
  colRes: cap,
});
export const debt = v.object({
  loanCurrency: coin,
  flexibleTotalDebt: part,
  fixedTotalDebt: part,
  flexibleTotalDebtUSD: maybeNatural,
  fixedTotalDebtUSD: maybeNatural,
});
// The table of the page indents the cap as if it were told of each coin; the sample has it once for all.
export const pledge = v.object({
  currency: coin,
  amount: natural,
  amountUSD: maybeNatural,
  colRes: cap,
});
export const collateralData = v.object({ collateralRatioConfigList: rows });
export const loanableData = v.object({ list: rows });
/** What is not said to be borrowable is not. */
const borrowable = v.fallback(v.optional(v.boolean(), false), false);
export const loanable = v.object({ currency: coin, flexibleBorrowable: borrowable, fixedBorrowable: borrowable });
export const maxCollateral = v.object({ maxCollateralAmount: maybeNatural });
export const maxLoan = v.object({ currency: coin, maxLoan: natural, notionalUsd: maybeNatural, remainingQuota: maybeNatural });
export const list = v.object({ list: rows, nextPageCursor: cursor });
export const adjustment = v.object({
  adjustId: id,
  adjustTime: time,
  collateralCurrency: coin,
  amount,
  preLTV: maybeNatural,
  afterLTV: maybeNatural,
  direction,
  // What cannot be read says neither that it is done nor that it failed.
  status: v.fallback(status, 'processing'),
});
export const flexibleDebts = v.object({ list: rows });
export const flexibleDebt = v.object({ loanCurrency: coin, hourlyInterestRate: amount, totalDebt: amount, unpaidInterest: amount });
export const balances = v.object({ balance: rows });
export const balance = v.object({ coin, walletBalance: maybe, transferBalance: maybe });
/** A row that is not understood takes down only itself. */
export const tickers = v.object({ list: v.array(v.fallback(v.object({ symbol: v.string(), lastPrice: maybe }), { symbol: '' })) });
export const serverTime = v.object({ timeNano: v.pipe(digits, v.regex(/^\d{19}$/)) });
export const accountInfo = v.object({});
export const key = v.object({
  readOnly: v.pipe(choice, v.picklist(['0', '1'])),
  // Some groups are empty in one account and absent in another; what is no list names no right.
  permissions: v.record(v.string(), v.unknown()),
  // What names no address binds to none, as far as is known.
  ips: v.fallback(v.optional(v.array(v.unknown()), []), []),
  uta: v.fallback(v.optional(v.union([choice, v.literal('')]), ''), ''),
  userID: v.fallback(v.optional(digits, ''), ''),
  isMaster: v.fallback(v.optional(v.boolean()), undefined),
  vipLevel: v.fallback(v.optional(v.string(), ''), ''),
  // Told of some keys only, and of the others in more than one way: whatever cannot be read tells nothing.
  expiredAt: v.optional(v.unknown()),
  deadlineDay: v.optional(v.unknown()),
});

/**
 * Reads `result`, or the part of it that `name` says, by a schema.
 * @throws ExchangeError `shape` that names the field, e.g. `result.collateralList[0].amount`. Reads only: the effect is `none`.
 */
export function read<Schema extends v.GenericSchema>(schema: Schema, result: unknown, name = 'result'): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, result);
  if (parsed.success) return parsed.output;
  throw unlike(`${name}${pathOf(parsed.issues[0])}`);
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
