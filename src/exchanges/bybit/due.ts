import * as v from 'valibot';
import { isPositive, sum } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg, type Message } from '../../core/message.ts';
import type { DueDebt } from '../../core/model.ts';
import { endpoints } from './endpoints.ts';
import { ifAny } from './funds.ts';
import type { Line } from './loan-book.ts';
import type { FixedDebts } from './map.ts';
import { pageSize } from './requests.ts';
import * as schema from './schema.ts';

/** Pages that are read. What was repaid is listed too, so there are more rows than debts. */
const mostPages = 20;
const repaid = '2';
const overdue = '3';
const milliseconds = /^\d{13}$/;

const contracts = v.object({
  list: v.array(
    v.object({
      borrowCurrency: schema.coin,
      repaymentTime: schema.digits,
      residualPrincipal: schema.maybe,
      residualPenaltyInterest: schema.maybe,
      status: schema.choice,
      repayType: v.optional(v.union([schema.choice, v.literal('')]), ''),
    }),
  ),
  nextPageCursor: schema.cursor,
});

type Contract = v.InferOutput<typeof contracts>['list'][number];

/** The dates of fixed debts, soonest first, and what could not be told of them. */
export interface Dates {
  readonly due?: readonly DueDebt[];
  readonly trouble?: Message;
}

/**
 * When the fixed debts of the pool have to be repaid. Nothing is asked when there are none.
 * Source: https://bybit-exchange.github.io/docs/v5/new-crypto-loan/fixed/borrow-contract
 * @param now by Bybit's clock, as the dates are
 */
export async function readDates(
  line: Line,
  { owed, vague }: FixedDebts,
  now: () => number,
  signal: AbortSignal | undefined,
): Promise<Dates> {
  if (owed.size === 0 && !vague) return {};
  const read = await ifAny(readContracts(line, signal));
  if (read instanceof ExchangeError) return { trouble: unread(read.sentence) };
  // Whoever is not said to have repaid still owes, also in a status that is not documented.
  const open = read.contracts.filter(({ status }) => status !== repaid);
  const due = sooner(open.flatMap((one) => toDue(one, now()) ?? []));
  // A debt without a date is not a debt without an end.
  const missing = [
    ...open.filter((one) => toDue(one, now()) === undefined).map(({ borrowCurrency }) => borrowCurrency),
    ...[...owed].filter((coin) => !open.some(({ borrowCurrency }) => borrowCurrency === coin)),
    ...(read.all ? [] : [...owed, ...due.map(({ coin }) => coin)]),
  ];
  return { ...(due.length === 0 ? {} : { due }), ...(missing.length === 0 ? {} : { trouble: incomplete(missing) }) };
}

const unread = (why: Message): Message => msg('The dates by which fixed loans must be repaid could not be read. {0}', why);

const incomplete = (coins: readonly string[]): Message =>
  msg(
    'Bybit does not name every date by which the fixed loans in {0} must be repaid. Look at them in the Bybit app.',
    [...new Set(coins)].join(', '),
  );

/** Soonest first. */
const sooner = (debts: readonly DueDebt[]): readonly DueDebt[] => [...debts].sort((a, b) => a.at - b.at);

async function readContracts(
  line: Line,
  signal: AbortSignal | undefined,
): Promise<{ readonly contracts: readonly Contract[]; readonly all: boolean }> {
  const all: Contract[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const { list, nextPageCursor } = schema.read(
      contracts,
      await line.get(endpoints.contracts, { limit: pageSize.toString(), cursor }, signal),
    );
    all.push(...list);
    if (list.length < pageSize || nextPageCursor === '' || nextPageCursor === cursor) return { contracts: all, all: true };
    cursor = nextPageCursor;
  }
  return { contracts: all, all: false };
}

/** None for a contract that owes nothing; undefined when amount or date is not told. */
function toDue(row: Contract, now: number): readonly DueDebt[] | undefined {
  if (row.residualPrincipal === undefined || !milliseconds.test(row.repaymentTime)) return undefined;
  const amount = sum([row.residualPrincipal, row.residualPenaltyInterest].filter((value) => value !== undefined));
  const at = Number(row.repaymentTime);
  const late = row.status === overdue || at <= now;
  if (!isPositive(amount) && row.status !== overdue) return [];
  // What should have happened at a date that has passed did not happen.
  const then = late ? undefined : whatHappens(row.repayType);
  return [{ coin: row.borrowCurrency, amount, at, overdue: late, ...(then === undefined ? {} : { then }) }];
}

function whatHappens(repayType: string): Message | undefined {
  if (repayType === '1') return msg('Bybit repays it automatically then.');
  return repayType === '2' ? msg('It becomes a flexible loan then.') : undefined;
}
