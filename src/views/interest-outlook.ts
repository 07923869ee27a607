import { compare, decimal, divide, isPositive, isZero, multiply, sum, type Decimal } from '../core/decimal.ts';
import { formatAmount, formatLtv, formatUsd } from '../core/format.ts';
import { accrued, afterInterest, dailyInterest, hoursUntil } from '../core/risk/interest.ts';
import { ltvOf, modelOf } from '../core/risk/loan-model.ts';
import { msg, type Message } from '../core/message.ts';
import type { InterestRow, Loan } from '../core/model.ts';
import type { ViewContext } from '../words/account.ts';
import { sourceKey, type Entry, type PageSource } from './entry.ts';
import type { Text } from '../words/text.ts';

const hoursPerDay = decimal('24');
const msPerHour = 3_600_000;
/** Beyond this nobody plans, and rates will have changed. */
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
 * What a loan costs a day at the rates of its newest rows, when interest alone would bring its margin call at flat prices, and what it
 * comes to in 30 days and until each due date. Nothing when no rate is known of what it owes. Estimates, and called so.
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
    ...(unrated.length === 0 ? [] : [msg('interest.without-whose-rate', 'without {0}, whose rate is not known', unrated.join(', '))]),
    msg('interest.figures', 'figures of {0}', times.when(asOf)),
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
    spoken: outlook.reduce((text, part) => msg('list.semicolon-sentence', '{0}; {1}.', text, part), label),
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
      return entry(path, label(grown, ltv), lineReached(loan, ltv));
    }),
  ];
}

function costLabel(costs: readonly Cost[], { prices }: OutlookFigures): Message {
  const each = costs.map(({ coin, debt, rate }) => ({ coin, cost: dailyInterest(debt, rate) }));
  const usd = usdOf(each, prices);
  return usd === undefined
    ? msg('interest.costs-day-estimate', 'Costs {0} a day (estimate)', coinsText(each))
    : msg('interest.costs-day-about', 'Costs {0} a day, about {1} (estimate)', coinsText(each), usd);
}

interface CoinCost {
  readonly coin: string;
  readonly cost: Decimal;
}

const coinsText = (costs: readonly CoinCost[]): string => costs.map(({ coin, cost }) => `${formatAmount(cost)} ${coin}`).join(' + ');

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
  return usd === undefined ? coinsText(costs) : msg('interest.about', '{0} (about {1})', coinsText(costs), usd);
}

interface OutlookDate {
  readonly path: string;
  readonly hours: number;
  readonly label: (grown: Text, ltv: Decimal | undefined) => Message;
}

/** In 30 days, and at the dates at which something has to be repaid. */
function dates({ loan, asOf }: OutlookFigures, { zoned }: Pick<ViewContext, 'zoned'>): readonly OutlookDate[] {
  const inAMonth: OutlookDate = {
    path: '/30',
    hours: 30 * 24,
    label: (grown, ltv) =>
      ltv === undefined
        ? msg('interest.30-days-rate', 'In 30 days at this rate: + {0} (estimate)', grown)
        : msg('interest.30-days-rate-ltv', 'In 30 days at this rate: + {0}, LTV {1} (estimate)', grown, formatLtv(ltv)),
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
        label: (grown: Text, ltv: Decimal | undefined) =>
          ltv === undefined
            ? msg('interest.until-when-part', 'Until {0}, when a part is due, at this rate: + {1} (estimate)', zoned(at), grown)
            : msg(
                'interest.until-when-part-due',
                'Until {0}, when a part is due, at this rate: + {1}, LTV {2} (estimate)',
                zoned(at),
                grown,
                formatLtv(ltv),
              ),
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
  if (liquidation !== undefined && compare(ltv, liquidation.ltv) >= 0) return [msg('term.liquidation-reached', 'liquidation reached')];
  return marginCall !== undefined && compare(ltv, marginCall.ltv) >= 0 ? [msg('estimate.margin-call-reached', 'margin call reached')] : [];
}

function marginCallIn({ loan, prices }: OutlookFigures, rates: ReadonlyMap<string, Decimal>): Message | undefined {
  const line = loan.marginCall?.ltv;
  const model = modelOf(loan, new Map(Object.entries(prices)));
  if (line === undefined || typeof model === 'string') return undefined;
  const hours = hoursUntil(model, line, rates);
  if (hours === undefined) return undefined;
  if (compare(model.ltv, line) >= 0) return msg('estimate.margin-call-reached', 'margin call reached');
  const days = divide(hours, hoursPerDay, 0, 'down');
  if (isZero(days))
    return msg('interest.flat-prices-alone-brings-margin', 'at flat prices interest alone brings the margin call within a day');
  if (compare(days, mostDays) > 0)
    return msg('interest.flat-prices-alone', 'at flat prices interest alone brings no margin call within ten years');
  return msg('interest.flat-prices-alone-brings', 'at flat prices interest alone brings the margin call in {0} days', formatAmount(days));
}
