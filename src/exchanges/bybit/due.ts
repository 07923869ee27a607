import * as v from 'valibot';
import { isPositive, sum } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg, type Message } from '../../core/message.ts';
import type { DueDebt } from '../../core/model.ts';
import { endpoints } from './endpoints.ts';
import { ifAny } from './funds.ts';
import type { Line } from './loan-book.ts';
import { pageSize } from './requests.ts';
import * as schema from './schema.ts';

/** Pages that are read. What was repaid is listed too, so there are more rows than debts. */
const mostPages = 20;
const repaid = '2';
const overdue = '3';

const contracts = v.object({
  list: v.array(
    v.object({
      borrowCurrency: schema.coin,
      repaymentTime: schema.time,
      residualPrincipal: schema.amount,
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
 * @param owed the coins of fixed debts
 */
export async function readDates(line: Line, owed: ReadonlySet<string>, now: () => number, signal: AbortSignal | undefined): Promise<Dates> {
  if (owed.size === 0) return {};
  const read = await ifAny(readContracts(line, signal));
  if (read instanceof ExchangeError) return { trouble: unread(read.sentence) };
  const due = sooner(read.contracts.filter(({ status }) => status !== repaid).flatMap((one) => toDue(one, now())));
  // A debt without a date is not a debt without an end.
  const missing = [...owed].filter((coin) => !due.some((one) => one.coin === coin));
  const trouble = read.all && missing.length === 0 ? {} : { trouble: incomplete(missing, [...owed]) };
  return { ...(due.length === 0 ? {} : { due }), ...trouble };
}

/** Also said of the old loans. */
export const unread = (why: Message): Message => msg('The dates by which fixed loans must be repaid could not be read. {0}', why);

const incomplete = (missing: readonly string[], owed: readonly string[]): Message =>
  msg(
    'Bybit does not name every date by which the fixed loans in {0} must be repaid. Look at them in the Bybit app.',
    (missing.length === 0 ? owed : missing).join(', '),
  );

/** Soonest first. */
export const sooner = (debts: readonly DueDebt[]): readonly DueDebt[] => [...debts].sort((a, b) => a.at - b.at);

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

/** Whoever is not said to have repaid still owes, also in a status that is not documented. */
function toDue(row: Contract, now: number): readonly DueDebt[] {
  const amount = sum([row.residualPrincipal, row.residualPenaltyInterest].filter((value) => value !== undefined));
  const late = row.status === overdue || row.repaymentTime <= now;
  if (!isPositive(amount) && row.status !== overdue) return [];
  // What should have happened at a date that has passed did not happen.
  const then = late ? undefined : whatHappens(row.repayType);
  return [{ coin: row.borrowCurrency, amount, at: row.repaymentTime, overdue: late, ...(then === undefined ? {} : { then }) }];
}

function whatHappens(repayType: string): Message | undefined {
  if (repayType === '1') return msg('Bybit repays it automatically then.');
  return repayType === '2' ? msg('It becomes a flexible loan then.') : undefined;
}
