import {
  absolute,
  compare,
  decimal,
  decimalPlaces,
  divide,
  greater,
  lesser,
  multiply,
  negate,
  one,
  subtract,
  zero,
  type Decimal,
} from '../../core/decimal.ts';
import type { Position } from '../../core/model.ts';
import type { MarginBaseline, MarginChange, MarginProof } from '../exchange.ts';

/** What was read after a change. */
export interface MarginNow {
  readonly position: Position;
  /** As in the baseline. */
  readonly steadyMargin: Decimal | undefined;
}

/**
 * Compares a position with what it was before a change of its margin. Bybit keeps no history of such changes, so two figures are used:
 * - The margin. Bybit says that it follows the mark price, while its printed sample goes by the entry. So it is compared as it is and without the
 *   part that follows the mark price, and one of the two must differ by exactly the amount.
 * - The liquidation price, which follows no other price while the position is isolated. Where it is known before and after, it has to have moved
 *   as such an amount moves it.
 *
 * Effective if both agree, or the margin alone, more exactly, where the price shows nothing. Contradicted if they show the opposite in the same
 * way. Anything else is pending: also a position that is gone, was traded, changed sides, has another leverage, or is no longer isolated, because
 * its margin then shows nothing. New leverage moves margin and liquidation price just as adding or taking margin does.
 *
 * @param now the position as it is now; undefined when it is gone
 */
export function judgeMargin(change: MarginChange, baseline: MarginBaseline, now: MarginNow | undefined): MarginProof {
  if (now === undefined) return { state: 'pending' };
  const { position } = now;
  if (!isSame(change, baseline, position)) return { state: 'pending', position };
  const asked = change.direction === 'add' ? change.amount : negate(change.amount);
  const done = hasMovedBy(asked, change, baseline, now);
  const opposite = hasMovedBy(negate(asked), change, baseline, now);
  // Both at once can only be coincidence.
  if (done === opposite) return { state: 'pending', position };
  return { state: done ? 'effective' : 'contradicted', position };
}

/** Whether it is still the baseline's position with the same size, entry and leverage, as far as known. */
function isSame({ position: ref }: MarginChange, { size, entryPrice, leverage }: MarginBaseline, now: Position): boolean {
  const isAsBefore = (before: Decimal | undefined, after: Decimal | undefined): boolean =>
    before === undefined || after === undefined || compare(before, after) === 0;
  return (
    now.positionId === ref.positionId &&
    now.side === ref.side &&
    now.marginMode === 'isolated' &&
    compare(now.size, size) === 0 &&
    isAsBefore(entryPrice, now.entryPrice) &&
    isAsBefore(leverage, now.leverage)
  );
}

const quarter = decimal('0.25');
const hundredth = decimal('0.01');
const thousandth = decimal('0.001');
const tenThousandth = decimal('0.0001');
/** The rounding of two figures with eight decimals. */
const rounding = decimal('0.00000002');
const ten = decimal('10');
/** Digits kept in our own figures: more than Bybit prints. */
const digits = 16;

/**
 * Without the liquidation price, the margin may be off by 0.0001 of the amount, or the rounding, or the fee of closing; by 1 % of the amount at
 * most.
 * @param expected signed: what went into the position
 */
function hasMovedBy(expected: Decimal, change: MarginChange, baseline: MarginBaseline, now: MarginNow): boolean {
  const word = wordOfPrice(expected, baseline, now.position);
  if (word === 'no') return false;
  // With the price, only adding, taking and nothing must be told apart.
  const rough = multiply(change.amount, quarter);
  const moved = moves(baseline, now);
  const isNear = (one: Decimal, to: Decimal, tolerance: Decimal): boolean => compare(absolute(subtract(one, to)), tolerance) <= 0;
  if (word === 'yes') return moved.some((one) => isNear(one, expected, rough));
  // Without it, a margin that one of the two readings shows unchanged may have moved by the mark price alone.
  const noise = feeMove(baseline, now);
  if (compare(noise, rough) > 0 || moved.some((one) => isNear(one, zero, rough))) return false;
  const tolerance = lesser(multiply(change.amount, hundredth), greater(greater(multiply(change.amount, tenThousandth), rounding), noise));
  return moved.some((one) => isNear(one, expected, tolerance));
}

/** How far the margin moved, with and without the part that follows the mark price; as far as known. */
function moves(baseline: MarginBaseline, { position: { margin }, steadyMargin }: MarginNow): readonly Decimal[] {
  return [
    ...(margin === undefined ? [] : [subtract(margin, baseline.margin)]),
    ...(steadyMargin === undefined || baseline.steadyMargin === undefined ? [] : [subtract(steadyMargin, baseline.steadyMargin)]),
  ];
}

/** What the closing fee, which may follow the mark price, may have moved the margin by: 0.001 of what the value moved by. */
function feeMove(baseline: MarginBaseline, { position, steadyMargin }: MarginNow): Decimal {
  const before = following(baseline.margin, baseline.steadyMargin);
  const after = following(position.margin, steadyMargin);
  const { leverage } = position;
  return before === undefined || after === undefined || leverage === undefined
    ? zero
    : multiply(multiply(absolute(subtract(after, before)), leverage), thousandth);
}

/** Value by mark price / leverage. */
function following(margin: Decimal | undefined, steadyMargin: Decimal | undefined): Decimal | undefined {
  return margin === undefined || steadyMargin === undefined ? undefined : subtract(margin, steadyMargin);
}

/**
 * What the liquidation price shows about a change of margin: linear, it moves by amount / size, inverse, one over it does. A maintenance margin
 * that follows the price makes it somewhat more or less, so a quarter of the amount is allowed for; half of it would be another change. `nothing`
 * when unknown, or when one step of it is too coarse to show the change. Source: Bybit's help centre on isolated margin: entry - (initial -
 * maintenance margin) / size - margin added / size for a long position.
 */
function wordOfPrice(
  expected: Decimal,
  { liquidationPrice: before }: MarginBaseline,
  { side, exposure, contract, liquidationPrice: after }: Position,
): 'yes' | 'no' | 'nothing' {
  if (before === undefined || after === undefined || exposure === undefined) return 'nothing';
  const step = stepOf(before, after);
  const inverse = contract === 'inverse';
  const fall = inverse ? subtract(divide(one, after, digits, 'half-up'), divide(one, before, digits, 'half-up')) : subtract(before, after);
  const oneStep = inverse ? divide(step, multiply(before, before), digits, 'up') : step;
  // More margin moves the price down for a long position and up for a short one.
  const moved = multiply(side === 'long' ? fall : negate(fall), exposure);
  const noise = multiply(oneStep, exposure);
  const amount = absolute(expected);
  const off = subtract(absolute(subtract(moved, expected)), noise);
  if (compare(off, multiply(amount, quarter)) > 0) return 'no';
  return compare(noise, multiply(amount, quarter)) > 0 ? 'nothing' : 'yes';
}

/** The steps of a price are ten of its last printed digit at most, as in `0.10`. */
function stepOf(...prices: readonly Decimal[]): Decimal {
  const places = Math.max(...prices.map(decimalPlaces));
  return divide(ten, decimal(`1${'0'.repeat(places)}`), places, 'up');
}
