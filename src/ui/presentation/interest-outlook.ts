import { compare, decimal, divide, multiply, sum, type Decimal } from '../../core/decimal.ts';
import { formatAmount, formatUsd } from '../../core/format.ts';
import { dailyInterest, hoursUntil } from '../../core/interest.ts';
import { modelOf } from '../../core/loan-model.ts';
import { msg, type Message } from '../../core/message.ts';
import type { InterestRow, Loan } from '../../core/model.ts';
import { sourceKey, type Entry, type PageSource } from './outline.ts';

const hoursPerDay = decimal('24');
/** Beyond this nobody plans, and rates will have changed. */
const mostDays = decimal('3650');

/**
 * What a loan costs a day at the rates of its newest rows, and when interest alone would bring its margin call, at flat prices.
 * Undefined when no rate is known of what it owes. Estimates, and called so.
 * @param rows newest first
 * @param figuresOf when loan and prices were read, as text: rows once opened stay, and so do figures made from them
 */
export function interestOutlook(
  source: PageSource,
  loan: Loan,
  rows: readonly InterestRow[],
  prices: Readonly<Record<string, Decimal>>,
  figuresOf: string,
): Entry | undefined {
  const rates = new Map<string, Decimal>();
  for (const { coin, rate } of rows) if (!rates.has(coin)) rates.set(coin, rate);
  const costs = loan.debts.flatMap(({ coin, amount }) => {
    const rate = rates.get(coin);
    return rate === undefined ? [] : [{ coin, cost: dailyInterest(amount, rate), price: prices[coin] }];
  });
  if (costs.length === 0) return undefined;
  const coins = costs.map(({ coin, cost }) => `${formatAmount(cost)} ${coin}`).join(' + ');
  const usd = costs.every(({ price }) => price !== undefined)
    ? sum(costs.map(({ cost, price }) => multiply(cost, price ?? decimal('0'))))
    : undefined;
  const label =
    usd === undefined
      ? msg('Costs {0} a day (estimate)', coins)
      : msg('Costs {0} a day, about {1} (estimate)', coins, formatUsd(usd, 'debt'));
  const outlook = marginCallIn(loan, prices, rates);
  return {
    id: `${sourceKey(source)}/-outlook`,
    accountId: source.accountId,
    loanId: loan.id,
    label,
    description: [...(outlook === undefined ? [] : [outlook]), msg('figures of {0}', figuresOf)],
    icon: { id: 'calendar' },
    expansion: 'leaf',
    context: 'note',
    spoken: outlook === undefined ? label : msg('{0}; {1}.', label, outlook),
  };
}

function marginCallIn(loan: Loan, prices: Readonly<Record<string, Decimal>>, rates: ReadonlyMap<string, Decimal>): Message | undefined {
  const line = loan.marginCall?.ltv;
  const model = modelOf(loan, new Map(Object.entries(prices)));
  if (line === undefined || typeof model === 'string') return undefined;
  const hours = hoursUntil(model, line, rates);
  if (hours === undefined) return undefined;
  const days = divide(hours, hoursPerDay, 0, 'down');
  if (compare(days, mostDays) > 0) return msg('at flat prices interest alone brings no margin call within ten years');
  return msg('at flat prices interest alone brings the margin call in {0} days', formatAmount(days));
}
