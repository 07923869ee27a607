import { compare, decimal, decimalPlaces, divide, isDecimal, lesser, multiply, type Decimal } from '../core/decimal.ts';
import { msg, type Message } from '../core/message.ts';
import type { Account, Levels, Loan, Threshold } from '../core/model.ts';
import { defaultLevels } from '../core/risk/level.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import type { Checked } from './key.ts';
import { levelWord } from './level.ts';
import { joined, spaced, type Text } from './text.ts';

const hundred = decimal('100');
const mostPlaces = 2;
/** Percent. A margin call at 100% or a liquidation above it would come after the collateral is used up: no exchange waits that long. */
const highest = { marginCall: decimal('99.99'), liquidation: hundred } as const;

/** A percentage as typed, with or without its sign: more than 0, less than 100, at most two decimals. */
export const checkMarginCall = (raw: string): Checked => checkPercent(raw, decimal('0'), highest.marginCall);

/** The same for liquidation: more than the margin call, at most 100. */
export const checkLiquidation = (raw: string, marginCall: Decimal): Checked => checkPercent(raw, marginCall, highest.liquidation);

function checkPercent(raw: string, above: Decimal, upTo: Decimal): Checked {
  const text = raw.trim().replace(/\s*%$/, '');
  const valid = isDecimal(text) && decimalPlaces(text) <= mostPlaces && compare(text, above) > 0 && compare(text, upTo) <= 0;
  return valid
    ? { value: text }
    : {
        problem: msg(
          'thresholds.range',
          'Enter a number above {0} and up to {1}, with a decimal point and at most 2 decimals.',
          above,
          upTo,
        ),
      };
}

/** Highest values: a level ends a fifth beyond where it begins. Percent. */
const highestLevels: Levels = { danger: decimal('50'), warn: decimal('70'), watch: decimal('90') };

/** A percentage at which a level begins: further away than the next worse one. */
export const checkLevel = (raw: string, level: keyof Levels, above: Decimal): Checked => checkPercent(raw, above, highestLevels[level]);

/** What a person should know before a level begins later than usual. */
export const laterThanUsual = (level: keyof Levels, typed: Decimal): Message | undefined =>
  compare(fraction(typed), defaultLevels[level]) < 0
    ? msg('levels.later', 'Less than the usual {0}: warnings could come too late.', `${percentOf(defaultLevels[level])}%`)
    : undefined;

/** Fractions from percentages that were checked. */
export const levelsFrom = ({ watch, warn, danger }: Levels): Levels => ({
  watch: fraction(watch),
  warn: fraction(warn),
  danger: fraction(danger),
});

/** `Watch 25%, Warning 12%, Danger 5%` */
export const levelsText = (levels: Levels): Text =>
  joined((['watch', 'warn', 'danger'] as const).map((level) => spaced(levelWord(level), `${percentOf(levels[level])}%`)));

const fraction = (percent: Decimal): Decimal => divide(percent, hundred, mostPlaces + 2, 'half-up');

/** Fractions from percentages that were checked. Exact. */
export function thresholdsFrom(marginCall: Decimal, liquidation: Decimal): NonNullable<Account['thresholds']> {
  return { marginCall: fraction(marginCall), liquidation: fraction(liquidation) };
}

/** A fraction as percent, with all its digits. */
export function percentOf(ltv: Decimal): string {
  return multiply(ltv, hundred);
}

/** What to offer first: the person's own thresholds, or those of a table. */
export function offered({ account, snapshot }: AccountState): { readonly marginCall: string; readonly liquidation: string } {
  const from = (name: 'marginCall' | 'liquidation'): string => {
    const known = account.thresholds?.[name] ?? snapshot?.loans.map((loan) => loan[name]).find(isReplaceable)?.ltv;
    return known === undefined ? '' : percentOf(known);
  };
  return { marginCall: from('marginCall'), liquidation: from('liquidation') };
}

/**
 * Shown for a threshold above that of a table, before it is saved: the person may know better, but if not, warnings come too late.
 * @param typed percent, checked
 */
export function aboveTable({ snapshot }: AccountState, which: 'marginCall' | 'liquidation', typed: Decimal): Message | undefined {
  const known = (snapshot?.loans ?? []).map((loan) => tableFigure(loan[which])).filter((figure) => figure !== undefined);
  const [first, ...more] = known;
  if (first === undefined) return undefined;
  const strictest = percentOf(more.reduce(lesser, first));
  if (compare(typed, decimal(strictest)) <= 0) return undefined;
  return msg(
    'thresholds.above-table',
    "Above our table's {0}: warnings could come too late. Use it only if the exchange shows it.",
    `${strictest}%`,
  );
}

function tableFigure(threshold: Threshold | undefined): Decimal | undefined {
  return threshold?.source === 'table' ? threshold.ltv : threshold?.table;
}

/** Why custom thresholds would have no effect on this account; undefined when they would, or when there are some to remove. */
export function uselessThresholds({ account, snapshot }: AccountState, venue: string): Message | undefined {
  if (account.thresholds !== undefined) return undefined;
  if (snapshot === undefined) return msg('thresholds.not-read', '{0} not read yet. Try again later.', account.name);
  if (snapshot.loans.length === 0) return msg('loan.none', 'No loans');
  if (snapshot.loans.some(hasReplaceable)) return undefined;
  return msg(
    'thresholds.supplied',
    '{0} supplies the thresholds, so custom ones are not used. You can set a highest LTV in the settings.',
    venue,
  );
}

function hasReplaceable({ marginCall, liquidation }: Loan): boolean {
  return isReplaceable(marginCall) || isReplaceable(liquidation);
}

/** A threshold from the venue always applies. */
function isReplaceable(threshold: Threshold | undefined): boolean {
  return threshold?.source === 'table' || threshold?.source === 'person';
}
