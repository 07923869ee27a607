import * as v from 'valibot';
import { decimalFrom, isNegative, isPositive, type Decimal } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg, type Message } from '../../core/message.ts';
import { isName } from '../kit/names.ts';
import * as why from '../refusals.ts';
import { venue } from './codes.ts';

/** A number of a JSON text as written, never a float: ids are too long for one. */
export class Numeral {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

/** What `JSON.parse` gives its reviver; our type library lacks the third argument. */
type Revive = (this: unknown, key: string, value: unknown, context?: { readonly source?: string }) => unknown;

/**
 * Parses a JSON text and keeps each number as its digits.
 * @returns undefined for anything but JSON.
 */
export function parseExact(text: string): unknown {
  const revive: Revive = (_key, value, context) => (typeof value === 'number' ? new Numeral(context?.source ?? '') : value);
  try {
    return JSON.parse(text, revive) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * The answers as documented. Amounts are decimal text, also with an exponent, which is exact; an amount that comes as a JSON number is not used,
 * because its writer is unknown. Ids and times may be either, and stay the digits they were written with. Fields we do not know are tolerated.
 * What identifies a row must be right; an invalid figure is unknown and hides nothing else. Source:
 * https://bybit-exchange.github.io/docs/v5/new-crypto-loan/ and the pages of the user, asset and market endpoints.
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
/** A figure. Unknown where missing or invalid. */
export const maybe = v.pipe(v.optional(v.unknown()), v.transform(decimalFrom));
/** The same for what cannot be below zero: a debt, a total, a ratio. */
export const maybeNatural = v.pipe(
  maybe,
  v.transform((value) => (value === undefined || isNegative(value) ? undefined : value)),
);
/** A figure that may be left out for zero: `null` for something else. */
export const part = v.pipe(
  v.optional(v.unknown()),
  v.transform((value) => {
    if (value === undefined || value === '') return undefined;
    const told = decimalFrom(value);
    return told === undefined || isNegative(told) ? null : told;
  }),
);
export const coin = v.pipe(v.string(), v.check(isName));
/** Text, or a number as its digits. */
export const digits = v.union([
  v.string(),
  v.pipe(
    v.instance(Numeral),
    v.transform(({ source }) => source),
  ),
]);
export const id = v.pipe(digits, v.regex(/^[\w-]{1,64}$/), v.check(isName));
/** Milliseconds. Seconds or microseconds would look like a time far away, and we would learn a wrong clock from it. */
export const time = v.pipe(digits, v.regex(/^\d{13}$/), v.transform(Number));
/** A small number that stands for a word. */
export const choice = v.pipe(digits, v.regex(/^-?\d{1,3}$/));
/** 0 adds, 1 reduces: https://bybit-exchange.github.io/docs/v5/new-crypto-loan/adjust-collateral */
export const direction = v.pipe(
  choice,
  v.picklist(['0', '1']),
  v.transform((text) => (text === '0' ? ('add' as const) : ('reduce' as const))),
);
/** Anything neither done nor failed is still open, also with an undocumented word. */
export const status = v.pipe(
  choice,
  v.transform((text) => (text === '1' ? ('done' as const) : text === '3' ? ('failed' as const) : ('processing' as const))),
);
/** The next cursor; "" at the end. */
export const cursor = v.fallback(v.optional(digits, ''), '');
/** The rows of a list, read one by one: an invalid one affects only itself. */
export const rows = v.array(v.unknown());

/** The cap of the platform. An unreadable one is ignored and affects nothing else. */
const cap = v.fallback(v.optional(v.union([choice, v.literal('')]), ''), '');

export const pool = v.object({
  ltv: maybeNatural,
  totalCollateral: maybeNatural,
  totalDebt: maybeNatural,
  // Some servers print `null` for a list without rows. The totals show whether it has none. Anything else is a list that can't be read.
  borrowList: v.fallback(v.optional(v.nullable(rows)), undefined),
  collateralList: v.fallback(v.optional(v.nullable(rows)), undefined),
  colRes: cap,
});
export const debt = v.object({
  loanCurrency: coin,
  flexibleTotalDebt: part,
  fixedTotalDebt: part,
  flexibleTotalDebtUSD: maybeNatural,
  fixedTotalDebtUSD: maybeNatural,
  flexibleHourlyInterestRate: v.fallback(maybeNatural, undefined),
});
// The documentation's table indents the cap as if it were per coin; its sample has it once for all.
export const pledge = v.object({
  currency: coin,
  amount: natural,
  amountUSD: maybeNatural,
  colRes: cap,
});
export const collateralData = v.object({ collateralRatioConfigList: rows });
export const loanableData = v.object({ list: rows });
/** Borrowable only where stated. */
export const borrowable = v.fallback(v.optional(v.boolean(), false), false);
export const loanable = v.object({ currency: coin, flexibleBorrowable: borrowable, fixedBorrowable: borrowable });
export const inventory = v.object({ currency: coin, availableInventory: natural });
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
  // Unreadable means neither done nor failed.
  status: v.fallback(status, 'processing'),
});
export const flexibleDebts = v.object({ list: rows });
export const flexibleDebt = v.object({ loanCurrency: coin, hourlyInterestRate: amount, totalDebt: amount, unpaidInterest: amount });
/** Without interest or rate a debt can still be repaid. */
export const owed = v.object({ loanCurrency: coin, totalDebt: natural, unpaidInterest: maybeNatural, hourlyInterestRate: maybeNatural });
/** How many decimals an amount may have. An unreadable one affects nothing else. */
export const places = v.fallback(v.optional(v.pipe(digits, v.regex(/^(\d|1[0-8])$/), v.transform(Number))), undefined);
export const accuracy = v.object({
  ...{ currency: coin, flexibleBorrowable: borrowable, flexibleBorrowingAccuracy: places },
  ...{ fixedBorrowable: borrowable, fixedBorrowingAccuracy: places },
});
export const lending = v.object({
  currency: coin,
  flexibleBorrowable: borrowable,
  flexibleBorrowingAccuracy: places,
  minFlexibleBorrowingAmount: v.fallback(maybeNatural, undefined),
  flexibleAnnualizedInterestRate: v.fallback(maybeNatural, undefined),
});
/** The fewest decimals of some; undefined where none is known. */
export function coarsest(some: readonly (number | undefined)[]): number | undefined {
  const known = some.filter((one) => one !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
/**
 * The same of what is lent. A zero beside "not borrowable" is no figure: a debt rounded up to whole coins may be far more than is owed.
 */
export function repayPlaces(
  some: readonly Pick<v.InferOutput<typeof accuracy>, 'flexibleBorrowable' | 'flexibleBorrowingAccuracy'>[],
): number | undefined {
  const told = some.filter((one) => one.flexibleBorrowable || one.flexibleBorrowingAccuracy !== 0);
  return coarsest(told.map(({ flexibleBorrowingAccuracy }) => flexibleBorrowingAccuracy));
}
export const balances = v.object({ balance: rows });
export const balance = v.object({ coin, walletBalance: maybe, transferBalance: maybe });
/** An unreadable row affects only itself. */
export const tickers = v.object({ list: v.array(v.fallback(v.object({ symbol: v.string(), lastPrice: maybe }), { symbol: '' })) });
export const serverTime = v.object({ timeNano: v.pipe(digits, v.regex(/^\d{19}$/)) });
export const accountInfo = v.object({});
export const key = v.object({
  readOnly: v.pipe(choice, v.picklist(['0', '1'])),
  // Some groups are empty in one account and absent in another; anything but a list grants nothing.
  permissions: v.custom<Readonly<Record<string, unknown>>>((told) => typeof told === 'object' && told !== null),
  // Without addresses the key is bound to none, as far as known.
  ips: v.fallback(v.optional(v.array(v.unknown()), []), []),
  uta: v.fallback(v.optional(v.union([choice, v.literal('')]), ''), ''),
  userID: v.fallback(v.optional(digits, ''), ''),
  isMaster: v.fallback(v.optional(v.boolean()), undefined),
  vipLevel: v.fallback(v.optional(v.string(), ''), ''),
  // Given for some keys only, and in several forms: an unreadable one is ignored.
  expiredAt: v.optional(v.unknown()),
  deadlineDay: v.optional(v.unknown()),
});

/**
 * What is said of positions, and of the account and the wallet behind them. Amounts are decimal text, `""` is unknown.
 * Sources: https://bybit-exchange.github.io/docs/v5/position , /docs/v5/account/account-info , /docs/v5/account/wallet-balance
 */

/** For an open position none of these is zero: a printed zero means missing. */
const figure = v.pipe(
  maybe,
  v.transform((value) => (value !== undefined && isPositive(value) ? value : undefined)),
);

/** Rows are read one by one, so that an invalid one affects only itself. */
export const positions = (market: string) =>
  v.object({
    // Anything but text names no other market.
    category: v.pipe(
      v.optional(v.unknown()),
      v.check((category) => typeof category !== 'string' || category === market),
    ),
    list: rows,
    nextPageCursor: cursor,
  });

const positionIdx = v.pipe(id, v.picklist(['0', '1', '2']));

/** Enough of a row to tell that its slot is empty. */
export const slot = v.object({
  symbol: v.optional(v.unknown()),
  positionIdx: v.fallback(v.optional(positionIdx), undefined),
  side: v.optional(v.unknown()),
  size: maybe,
});

export const position = v.pipe(
  v.object({
    // Names come in any script and case. No name has invisible characters.
    symbol: v.pipe(v.string(), v.regex(/^[^\s\p{Cc}\p{Cf}\p{Cs}]{1,64}$/u)),
    positionIdx,
    side: v.picklist(['Buy', 'Sell']),
    // Otherwise it is unknown whether there is a position.
    size: v.pipe(amount, v.check(isPositive)),
    avgPrice: figure,
    markPrice: figure,
    liqPrice: figure,
    positionValue: figure,
    leverage: figure,
    positionIM: figure,
    positionMM: figure,
    unrealisedPnl: maybe,
    positionStatus: v.fallback(v.optional(v.string(), ''), ''),
    tradeMode: v.fallback(v.optional(id, '0'), '0'),
  }),
  // Slot 1 is the Buy side and slot 2 the Sell side: https://bybit-exchange.github.io/docs/v5/enum#positionidx
  v.check(({ positionIdx, side }) => positionIdx === '0' || (positionIdx === '1') === (side === 'Buy')),
);

// An unknown word doesn't show whether positions are isolated, nor does anything that is no account.
export const account = v.fallback(
  v.object({
    marginMode: v.fallback(v.picklist(['ISOLATED_MARGIN', 'REGULAR_MARGIN', 'PORTFOLIO_MARGIN', '']), ''),
    unifiedMarginStatus: v.fallback(v.optional(id, ''), ''),
  }),
  { marginMode: '', unifiedMarginStatus: '' },
);

export const wallet = v.object({ list: rows });
export const walletOfType = v.object({ accountType: v.optional(v.unknown()), coin: rows });
export const walletCoin = v.object({
  coin: coin,
  walletBalance: maybe,
  totalPositionIM: maybe,
  totalOrderIM: maybe,
  locked: maybe,
  bonus: maybe,
});

export type PositionRow = v.InferOutput<typeof position>;
export type Mode = v.InferOutput<typeof account>;
export type Wallet = v.InferOutput<typeof wallet>;

/**
 * Reads `result`, or the part that `name` names, by a schema.
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
    sentence: why.oddAnswer(venue, field),
  });
}

function pathOf(issue: v.BaseIssue<unknown>): string {
  return (issue.path ?? []).map(({ key: part }) => (typeof part === 'number' ? `[${part.toString()}]` : `.${String(part)}`)).join('');
}

/** A row that is not as documented: the name of its invalid field, and the raw row. */
export interface OddRow {
  readonly field: string;
  readonly raw: unknown;
}

/** The rows of a list that could be read, and the others. */
export interface RowsRead<Row> {
  readonly rows: readonly Row[];
  readonly odd: readonly OddRow[];
}

/**
 * Reads a list row by row, so that an invalid row affects only itself.
 * @param name of the list in the answer, e.g. `result.list`
 */
export function readRows<Schema extends v.GenericSchema>(
  schema: Schema,
  list: readonly unknown[],
  name = 'result.list',
): RowsRead<v.InferOutput<Schema>> {
  const rows: v.InferOutput<Schema>[] = [];
  const odd: OddRow[] = [];
  for (const [at, raw] of list.entries()) {
    try {
      rows.push(read(schema, raw, `${name}[${at.toString()}]`));
    } catch (error) {
      if (!ExchangeError.is(error, 'shape')) throw error;
      odd.push({ field: error.field ?? name, raw });
    }
  }
  return { rows, odd };
}

/**
 * What appears twice counts once.
 * @returns also the keys with contradicting rows: which is right is unknown
 */
export function onceEach<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): { readonly rows: readonly Row[]; readonly unclear: ReadonlySet<string> } {
  const known = new Map<string, Row>();
  const unclear = new Set<string>();
  for (const row of rows) {
    const key = keyOf(row);
    const other = known.get(key);
    if (other === undefined) known.set(key, row);
    else if (JSON.stringify(other) !== JSON.stringify(row)) unclear.add(key);
  }
  for (const key of unclear) known.delete(key);
  return { rows: [...known.values()], unclear };
}

/** The text in one field of an otherwise unreadable row. */
export function textIn(raw: unknown, field: string): string | undefined {
  const row = v.safeParse(v.record(v.string(), v.unknown()), raw);
  const text = row.success ? row.output[field] : undefined;
  return typeof text === 'string' && text !== '' ? text : undefined;
}

/** A field and what its row is about, as far as known: short, and safe for a screen or a log. */
export function named(field: string, name: string | undefined): string {
  const shown = name
    ?.replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 40);
  return shown === undefined || shown === '' ? field : `${field} (${shown})`;
}

/** What is missing because it could not be read; undefined for nothing. */
export function leftOut(fields: readonly string[]): Message | undefined {
  return fields.length === 0
    ? undefined
    : why.leftOut(venue, [...new Set(fields)].slice(0, mostNamed).join(', ') + (new Set(fields).size > mostNamed ? ', …' : ''));
}

/** A longer list is hard to read. */
const mostNamed = 5;

/** Everything that is missing, as one message. */
export function said(...troubles: readonly (Message | undefined)[]): { readonly trouble?: Message } {
  const [first, ...more] = troubles.filter((one) => one !== undefined);
  return first === undefined ? {} : { trouble: more.reduce((text, one) => msg('list.space', '{0} {1}', text, one), first) };
}
