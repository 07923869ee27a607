import * as v from 'valibot';
import { isPositive, sum, zero } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg, type Message } from '../../core/message.ts';
import type { DueDebt } from '../../core/model.ts';
import { optional, orError } from '../kit/parts.ts';
import type { Call } from '../http/call.ts';
import { endpoints } from './endpoints.ts';
import type { Line } from './loan-generation.ts';
import type { FixedDebts } from './loan-map.ts';
import { isAbsent, pageSize } from './requests.ts';
import * as schema from './schema.ts';
import { leftOut, named, readRows, said } from './schema.ts';

/** Pages to read. Repaid debts are listed too, so there are more rows than debts. */
const mostPages = 20;
const repaid = '2';
const overdue = '3';
const milliseconds = /^\d{13}$/;

const contract = v.object({
  orderId: v.fallback(v.optional(schema.id), undefined),
  loanId: v.fallback(v.optional(schema.id), undefined),
  borrowCurrency: schema.coin,
  repaymentTime: v.fallback(v.optional(schema.digits, ''), ''),
  residualPrincipal: schema.maybeNatural,
  residualPenaltyInterest: schema.part,
  // Anything not marked as repaid is still owed.
  status: v.fallback(schema.choice, 'unknown'),
  repayType: v.fallback(v.optional(v.union([schema.choice, v.literal('')]), ''), ''),
});

type Contract = v.InferOutput<typeof contract>;

/** The dates of fixed debts, soonest first, and what is unknown of them. */
export interface Dates {
  readonly due?: readonly DueDebt[];
  readonly trouble?: Message;
}

/**
 * When the fixed debts of the pool have to be repaid. Sends no request when there are none. Source:
 * https://bybit-exchange.github.io/docs/v5/new-crypto-loan/fixed/borrow-contract
 * @param now by Bybit's clock, as the dates are
 */
export async function readDates(
  line: Line,
  { owed, vague }: FixedDebts,
  now: () => number,
  signal: AbortSignal | undefined,
): Promise<Dates> {
  if (owed.size === 0 && !vague) return {};
  const read = await orError(readContracts(line, {}, signal));
  if (read instanceof ExchangeError) return owed.size === 0 && isAbsent(read) ? {} : { trouble: unread(read.sentence) };
  const open = read.contracts.filter(isOpen);
  const due = sooner(open.flatMap((one) => toDue(one, now()) ?? []));
  // A debt whose date is missing still has one.
  const missing = [
    ...open.filter((one) => !milliseconds.test(one.repaymentTime)).map(({ borrowCurrency }) => borrowCurrency),
    ...[...owed].filter((coin) => !open.some(({ borrowCurrency }) => borrowCurrency === coin)),
    ...(read.all ? [] : [...owed, ...due.map(({ coin }) => coin)]),
  ];
  const trouble = said(missing.length === 0 ? undefined : datesMissing(missing), leftOut([...read.odd, ...open.flatMap(oddIn)]));
  return { ...(due.length === 0 ? {} : { due }), ...trouble };
}

const unread = (why: Message): Message => msg('bybit.dates-unread', "Due dates of fixed loans can't be read. {0}", why);

/** @param whose coins or orders */
export const datesMissing = (whose: readonly string[]): Message =>
  msg('bybit.dates-missing', 'Due dates are missing for {0}. Check the Bybit app.', [...new Set(whose)].join(', '));

/** Whether something is owed on it, also with an undocumented status. */
export const isOpen = ({ status }: Contract): boolean => status !== repaid;

/** Soonest first. */
const sooner = (debts: readonly DueDebt[]): readonly DueDebt[] => [...debts].sort((a, b) => a.at - b.at);

interface ContractsRead {
  readonly contracts: readonly Contract[];
  /** The fields that could not be read. */
  readonly odd: readonly string[];
  /** Bybit has no more of them. */
  readonly all: boolean;
}

/** @param query which ones; all without it */
export async function readContracts(
  line: Line,
  query: NonNullable<Call['query']>,
  signal: AbortSignal | undefined,
): Promise<ContractsRead> {
  const all: Contract[] = [];
  const odd: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const answer = await line.get(endpoints.contracts, { ...query, limit: pageSize.toString(), cursor }, signal);
    const { list, nextPageCursor } = schema.read(schema.list, answer);
    const read = readRows(contract, list);
    all.push(...read.rows);
    odd.push(...read.odd.map(({ field }) => field));
    if (list.length < pageSize || nextPageCursor === '' || nextPageCursor === cursor) return { contracts: once(all), odd, all: true };
    cursor = nextPageCursor;
  }
  return { contracts: once(all), odd, all: false };
}

/** A contract that appears twice is owed once. Without ids we can't know whether two are the same. */
function once(contracts: readonly Contract[]): readonly Contract[] {
  const keyed = contracts.map((one, at) => {
    const named = one.loanId !== undefined || one.orderId !== undefined;
    return [named ? JSON.stringify(one) : at.toString(), one] as const;
  });
  return [...new Map(keyed).values()];
}

/** The fields without which it is unknown how much is owed. */
const oddIn = ({ residualPrincipal, residualPenaltyInterest, borrowCurrency }: Contract): readonly string[] => [
  ...(residualPrincipal === undefined ? [named('residualPrincipal', borrowCurrency)] : []),
  ...(residualPenaltyInterest === null ? [named('residualPenaltyInterest', borrowCurrency)] : []),
];

/** None for a contract that owes nothing; undefined when the date is missing. An overdue debt is danger, whatever its amount. */
function toDue(row: Contract, now: number): readonly DueDebt[] | undefined {
  if (!milliseconds.test(row.repaymentTime)) return undefined;
  const at = Number(row.repaymentTime);
  const late = row.status === overdue || at <= now;
  const { residualPrincipal: principal, residualPenaltyInterest: penalty } = row;
  const amount = principal === undefined || penalty === null ? undefined : sum([principal, penalty ?? zero]);
  if (amount !== undefined && !isPositive(amount) && row.status !== overdue) return [];
  // The date has passed, and what should have happened then did not.
  const then = late ? undefined : whatHappens(row.repayType);
  const named = row.loanId === undefined ? {} : { contract: row.loanId };
  return [
    { coin: row.borrowCurrency, ...optional('amount', amount), at, overdue: late, ...named, ...(then === undefined ? {} : { then }) },
  ];
}

function whatHappens(repayType: string): Message | undefined {
  if (repayType === '1') return msg('bybit.repays', 'Bybit then repays it automatically.');
  return repayType === '2' ? msg('bybit.becomes-flexible', 'It then becomes a flexible loan.') : undefined;
}
