import { compare, decimal, decimalPlaces, divide, isDecimal, isPositive, lesser, multiply, type Decimal } from '../core/decimal.ts';
import { msg, type Message } from '../core/message.ts';
import type { Account, Loan, Threshold } from '../core/model.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import type { Checked } from './key.ts';

const hundred = decimal('100');
/** Percent. Beyond it more is owed than the collateral counts for: no exchange waits that long. */
const highest = decimal('100');
const mostPlaces = 2;

/** A percentage as typed, with or without its sign: more than 0, less than 100, at most two decimals. */
export function checkMarginCall(raw: string): Checked {
  const checked = checkPercent(raw);
  if (!('value' in checked)) return checked;
  return compare(checked.value, highest) < 0
    ? checked
    : { problem: msg('thresholds.less-please', 'Less than {0}, please.', `${highest}%`) };
}

/** The same for liquidation: more than the margin call, at most 100. */
export function checkLiquidation(raw: string, marginCall: Decimal): Checked {
  const checked = checkPercent(raw);
  if (!('value' in checked)) return checked;
  if (compare(checked.value, marginCall) <= 0)
    return {
      problem: msg('thresholds.liquidation-comes-after', 'Liquidation comes after the margin call: write more than {0}.', `${marginCall}%`),
    };
  return compare(checked.value, highest) <= 0 ? checked : { problem: msg('thresholds.most-please', 'At most {0}, please.', `${highest}%`) };
}

function checkPercent(raw: string): { readonly value: Decimal } | { readonly problem: Message } {
  const text = raw.trim().replace(/\s*%$/, '');
  const problem = msg(
    'thresholds.write-percentage-decimal',
    'Write a percentage with a decimal point and at most two decimals, such as 75 or 75.5.',
  );
  if (text.startsWith('-') || !isDecimal(text) || decimalPlaces(text) > mostPlaces) return { problem };
  return isPositive(text) ? { value: text } : { problem: msg('thresholds.more-0-please', 'More than 0, please.') };
}

/** Fractions from percentages that were checked. Exact. */
export function thresholdsFrom(marginCall: Decimal, liquidation: Decimal): NonNullable<Account['thresholds']> {
  const fraction = (percent: Decimal): Decimal => divide(percent, hundred, mostPlaces + 2, 'half-up');
  return { marginCall: fraction(marginCall), liquidation: fraction(liquidation) };
}

/** A fraction as percent, with all its digits. */
export function percentOf(ltv: Decimal): string {
  return multiply(ltv, hundred);
}

/** What to offer at first: the person's own thresholds, or those of a table. */
export function offered({ account, snapshot }: AccountState): { readonly marginCall: string; readonly liquidation: string } {
  const from = (name: 'marginCall' | 'liquidation'): string => {
    const known = account.thresholds?.[name] ?? snapshot?.loans.map((loan) => loan[name]).find(isReplaceable)?.ltv;
    return known === undefined ? '' : percentOf(known);
  };
  return { marginCall: from('marginCall'), liquidation: from('liquidation') };
}

/**
 * Said of a threshold above that of a table, before it is saved: the person may know better, but if not, warnings come too late.
 * @param typed percent, checked
 */
export function aboveTable({ snapshot }: AccountState, which: 'marginCall' | 'liquidation', typed: Decimal): Message | undefined {
  const known = (snapshot?.loans ?? []).map((loan) => tableFigure(loan[which])).filter((figure) => figure !== undefined);
  const [first, ...more] = known;
  if (first === undefined) return undefined;
  const strictest = percentOf(more.reduce(lesser, first));
  if (compare(typed, decimal(strictest)) <= 0) return undefined;
  return which === 'marginCall'
    ? msg(
        'thresholds.higher-table-warnings',
        'Higher than the {0} of our table: warnings would come later. Take it only if the exchange itself shows it.',
        `${strictest}%`,
      )
    : msg(
        'thresholds.higher-table-liquidation',
        'Higher than the {0} of our table: liquidation may come before it. Take it only if the exchange itself shows it.',
        `${strictest}%`,
      );
}

function tableFigure(threshold: Threshold | undefined): Decimal | undefined {
  return threshold?.source === 'table' ? threshold.ltv : threshold?.table;
}

/** Why own thresholds would have no effect on this account, or undefined when they would or when there are some to remove. */
export function uselessThresholds({ account, snapshot }: AccountState, venue: string): Message | undefined {
  if (account.thresholds !== undefined) return undefined;
  if (snapshot === undefined)
    return msg('thresholds.loans-not-been', 'The loans of {0} have not been read yet. Try again when they have.', account.name);
  if (snapshot.loans.length === 0) return msg('thresholds.no-loan-no', '{0} has no loan, so there are no thresholds to set.', account.name);
  if (snapshot.loans.some(hasReplaceable)) return undefined;
  return msg(
    'thresholds.supplies-not-used',
    '{0} supplies the thresholds of {1}; your own are not used. What you can set is the highest LTV after a reduction, a limit in the settings.',
    venue,
    account.name,
  );
}

function hasReplaceable({ marginCall, liquidation }: Loan): boolean {
  return isReplaceable(marginCall) || isReplaceable(liquidation);
}

/** The venue's own threshold always stands. */
function isReplaceable(threshold: Threshold | undefined): boolean {
  return threshold?.source === 'table' || threshold?.source === 'person';
}
