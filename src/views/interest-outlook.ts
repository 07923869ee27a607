import { compare, decimal, divide, isPositive, isZero, multiply, sum, type Decimal } from '../core/decimal.ts';
import { formatAmount, formatLtv, formatUsd } from '../core/format.ts';
import { accrued, afterInterest, dailyInterest, hoursUntil } from '../core/risk/interest.ts';
import { ltvOf, modelOf } from '../core/risk/loan-model.ts';
import { hideable, msg, type Message } from '../core/message.ts';
import type { InterestRow, Loan } from '../core/model.ts';
import type { ViewContext } from '../words/account.ts';
import { added, ownCoins, shortAmount } from '../words/amount.ts';
import { bracketed, dotted, type Text } from '../words/text.ts';
import { distanceText } from '../words/loan.ts';
import { sourceKey, type Entry, type PageSource } from './entry.ts';

const hoursPerDay = decimal('24');
const msPerHour = 3_600_000;
/** Beyond this rates will have changed. */
const mostDays = decimal('3650');
/** The same for what is owed at a date. */
const mostHours = 366 * 24;
/** Due dates that get a line, the soonest. */
const mostDates = 6;

/** What an outlook is made from. */
export interface OutlookFigures {
  readonly loan: Loan;
  /** Newest first. */
  readonly rows: readonly InterestRow[];
  readonly prices: Readonly<Record<string, Decimal>>;
  /** When loan and prices were read. Milliseconds since the Unix epoch. */
  readonly asOf: number;
}

/** A part of a loan with the rate of its newest row. */
interface Cost {
  readonly coin: string;
  readonly debt: Decimal;
  readonly rate: Decimal;
}

/**
 * What a loan costs per day at its newest rates, when interest alone reaches the margin call at flat prices, and what it adds up to in
 * 30 days and by each due date. Nothing when no rate is known. All estimates, marked so.
 */
export function interestOutlook(source: PageSource, figures: OutlookFigures, times: Pick<ViewContext, 'when' | 'zoned'>): readonly Entry[] {
  const { loan, rows, asOf } = figures;
  const rates = new Map<string, Decimal>();
  for (const { coin, rate } of rows) if (rate !== undefined && !rates.has(coin)) rates.set(coin, rate);
  const owed = loan.debts.filter(({ amount }) => isPositive(amount));
  const costs = owed.flatMap(({ coin, amount }): Cost[] => {
    const rate = rates.get(coin);
    return rate === undefined ? [] : [{ coin, debt: amount, rate }];
  });
  if (costs.length === 0) return [];
  const unrated = owed.filter(({ coin }) => !rates.has(coin)).map(({ coin }) => coin);
  // A cost that leaves something out must not look like the whole.
  const about = [
    ...(unrated.length === 0 ? [] : [msg('interest.without', 'without {0} (rate unknown)', unrated.join(', '))]),
    msg('term.updated-age', 'updated {0}', times.when(asOf)),
  ];
  const entry = (path: string, label: Message, outlook: readonly Message[]): Entry => ({
    id: `${sourceKey(source)}/-outlook${path}`,
    accountId: source.accountId,
    on: { kind: 'loan', id: loan.id },
    label,
    description: [...outlook, ...about],
    icon: { id: 'calendar' },
    expansion: 'leaf',
    context: 'note',
  });
  const until = marginCallIn(figures, rates);
  return [
    entry('', costLabel(costs, figures), until === undefined ? [] : [until]),
    ...dates(figures, times).map(({ path, hours, label }) => {
      const ltv = ltvAfter(figures, rates, hours);
      const grown = sumText(
        costs.map(({ coin, debt, rate }) => ({ coin, cost: accrued(debt, rate, hours) })),
        figures,
      );
      const more = msg('interest.more', '+{0}', grown);
      const sum = ltv === undefined ? more : dotted(more, msg('term.ltv-is', 'LTV {0}', formatLtv(ltv)));
      return entry(path, label(sum), lineReached(loan, ltv));
    }),
  ];
}

const costLabel = (costs: readonly Cost[], figures: OutlookFigures): Message =>
  msg(
    'interest.per-day',
    '~{0} per day',
    sumText(
      costs.map(({ coin, debt, rate }) => ({ coin, cost: dailyInterest(debt, rate) })),
      figures,
    ),
  );

interface CoinCost {
  readonly coin: string;
  readonly cost: Decimal;
}

const coinsText = (costs: readonly CoinCost[]): Text =>
  added(costs.map(({ coin, cost }) => ownCoins(cost, coin, shortAmount(cost, 'debt'))));

/** Undefined unless all prices are known. */
function usdOf(costs: readonly CoinCost[], prices: OutlookFigures['prices']): string | undefined {
  const values = costs.flatMap(({ coin, cost }) => {
    const price = prices[coin];
    return price === undefined ? [] : [multiply(cost, price)];
  });
  return values.length === costs.length ? formatUsd(sum(values), 'debt') : undefined;
}

function sumText(costs: readonly CoinCost[], { prices }: OutlookFigures): Text {
  const usd = usdOf(costs, prices);
  return usd === undefined ? coinsText(costs) : bracketed(coinsText(costs), hideable(`~${usd}`));
}

interface OutlookDate {
  readonly path: string;
  readonly hours: number;
  readonly label: (sum: Text) => Message;
}

/** In 30 days, and at the dates at which something has to be repaid. */
function dates({ loan, asOf }: OutlookFigures, { zoned }: Pick<ViewContext, 'zoned'>): readonly OutlookDate[] {
  const inAMonth: OutlookDate = {
    path: '/30',
    hours: 30 * 24,
    label: (sum) => msg('interest.30-days', 'In 30 days: {0} (estimate)', sum),
  };
  const due = new Set((loan.due ?? []).filter(({ overdue }) => !overdue).map(({ at }) => at));
  const ahead = [...due].map((at) => ({ at, hours: Math.ceil((at - asOf) / msPerHour) }));
  return [
    inAMonth,
    ...ahead
      .filter(({ hours }) => hours > 0 && hours <= mostHours)
      .slice(0, mostDates)
      .map(({ at, hours }) => ({
        path: `/${at.toString()}`,
        hours,
        label: (sum: Text) => msg('interest.by-due', 'By {0} (due): {1} (estimate)', zoned(at), sum),
      })),
  ];
}

function ltvAfter({ loan, prices }: OutlookFigures, rates: ReadonlyMap<string, Decimal>, hours: number): Decimal | undefined {
  const model = modelOf(loan, new Map(Object.entries(prices)));
  const after = typeof model === 'string' ? undefined : afterInterest(model, rates, hours);
  return after === undefined ? undefined : ltvOf(after);
}

function lineReached({ marginCall, liquidation }: Loan, ltv: Decimal | undefined): readonly Message[] {
  if (ltv === undefined) return [];
  if (liquidation !== undefined && compare(ltv, liquidation.ltv) >= 0) return [distanceText('liquidation')];
  return marginCall !== undefined && compare(ltv, marginCall.ltv) >= 0 ? [distanceText('marginCall')] : [];
}

function marginCallIn({ loan, prices }: OutlookFigures, rates: ReadonlyMap<string, Decimal>): Message | undefined {
  const line = loan.marginCall?.ltv;
  const model = modelOf(loan, new Map(Object.entries(prices)));
  if (line === undefined || typeof model === 'string') return undefined;
  const hours = hoursUntil(model, line, rates);
  if (hours === undefined) return undefined;
  if (compare(model.ltv, line) >= 0) return distanceText('marginCall');
  const days = divide(hours, hoursPerDay, 0, 'down');
  const shown = isZero(days) ? '<1' : compare(days, mostDays) > 0 ? `>${formatAmount(mostDays)}` : formatAmount(days);
  return msg('interest.margin-call', 'Interest alone reaches the margin call in {0} days (prices unchanged)', shown);
}
