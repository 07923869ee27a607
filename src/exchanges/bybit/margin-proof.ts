import {
  absolute,
  compare,
  decimalPlaces,
  divide,
  greater,
  lesser,
  multiply,
  negate,
  subtract,
  decimal,
  type Decimal,
} from '../../core/decimal.ts';
import type { Position } from '../../core/model.ts';
import type { MarginBaseline, MarginChange, MarginProof } from '../exchange.ts';

/** What was read after a change. */
export interface MarginNow {
  readonly position: Position;
  readonly steadyMargin: Decimal | undefined;
  /** By mark price, in the margin coin. */
  readonly value: Decimal | undefined;
}

const hundredth = decimal('0.01');
const tenThousandth = decimal('0.0001');
const quarter = decimal('0.25');
const ten = decimal('10');
const rounding = decimal('0.00000002');

/**
 * Compares a position with what it was before a change of its margin. Bybit keeps no history of such changes, so two witnesses are heard:
 * - the margin that only such a change moves (or else the margin as shown) has to differ by the amount that was asked;
 * - the liquidation price of an isolated position does not follow the mark price; where it is known before and after, it has to have moved
 *   the right way, unless such an amount moves it by less than a step of the price.
 * What differs by just the amount the other way, with the price agreeing to that, is contradicted. All else is pending: also a position that is
 * gone, was traded in between, changed sides, or is isolated no more, because then its margin tells nothing.
 *
 * @param now the position as it is now; undefined when it is gone
 */
export function judgeMargin(change: MarginChange, baseline: MarginBaseline, now: MarginNow | undefined): MarginProof {
  if (now === undefined) return { state: 'pending' };
  const { position, steadyMargin } = now;
  const pending: MarginProof = { state: 'pending', position };
  if (!isSame(change, baseline, position)) return pending;
  const moved =
    baseline.steadyMargin !== undefined && steadyMargin !== undefined
      ? subtract(steadyMargin, baseline.steadyMargin)
      : position.margin === undefined
        ? undefined
        : subtract(position.margin, baseline.margin);
  if (moved === undefined) return pending;
  const word = wordOfPrice(change, baseline, position);
  const tolerance = toleranceOf(change, baseline, now, word === 'nothing');
  const isNear = (expected: Decimal): boolean => compare(absolute(subtract(moved, expected)), tolerance) <= 0;
  const asked = change.direction === 'add' ? change.amount : negate(change.amount);
  if (isNear(asked) && (word === 'asked' || word === 'nothing')) return { state: 'effective', position };
  if (isNear(negate(asked)) && (word === 'opposite' || word === 'nothing')) return { state: 'contradicted', position };
  return pending;
}

/** Whether it is still the position that the baseline was read of, of the same size and entry. */
function isSame({ position: ref }: MarginChange, { size, entryPrice }: MarginBaseline, now: Position): boolean {
  return (
    now.positionId === ref.positionId &&
    now.side === ref.side &&
    now.marginMode === 'isolated' &&
    compare(now.size, size) === 0 &&
    (entryPrice === undefined || now.entryPrice === undefined || compare(entryPrice, now.entryPrice) === 0)
  );
}

/** What the liquidation price says; `nothing` when it is not known, or could not show so small a change; `still` when it should have moved. */
function wordOfPrice(
  { direction, amount }: MarginChange,
  { liquidationPrice: before }: MarginBaseline,
  { side, exposure, contract, liquidationPrice: after }: Position,
): 'asked' | 'opposite' | 'still' | 'nothing' {
  if (before === undefined || after === undefined) return 'nothing';
  const way = compare(after, before);
  // More margin moves it away: down for a long position, up for a short one.
  if (way !== 0) return way > 0 === ((side === 'short') === (direction === 'add')) ? 'asked' : 'opposite';
  if (exposure === undefined) return 'still';
  const move = contract === 'inverse' ? multiply(multiply(amount, before), before) : amount;
  return compare(divide(move, exposure, 16, 'up'), stepOf(before, after)) < 0 ? 'nothing' : 'still';
}

/** The steps of a price are ten of its last printed digit at most, as in `0.10`. */
function stepOf(...prices: readonly Decimal[]): Decimal {
  const places = Math.max(...prices.map(decimalPlaces));
  return divide(ten, decimal(`1${'0'.repeat(places)}`), places, 'up');
}

/**
 * How far the margin may be from what is expected.
 * - With the liquidation price as a second witness: 1 % of the amount, or 0.0001 of what the position is worth, because the reserve for closing, and
 *   perhaps more, follows the mark price; but never more than a quarter of the amount, so that adding, taking and nothing stay apart.
 * - Alone, where value / leverage moved too: 1 % of the amount, for the reserve.
 * - Alone, where it did not: 0.0001 of the amount, or the rounding of two figures of eight decimals. Bybit says that the margin follows the mark
 *   price; should it do so while the value does not, the mark price alone could look like a change of the margin.
 */
function toleranceOf(
  { amount }: MarginChange,
  baseline: MarginBaseline,
  { position, steadyMargin, value }: MarginNow,
  alone: boolean,
): Decimal {
  const percent = multiply(amount, hundredth);
  if (!alone) return value === undefined ? percent : lesser(multiply(amount, quarter), greater(percent, multiply(value, tenThousandth)));
  const before = initialPart(baseline.margin, baseline.steadyMargin);
  const after = initialPart(position.margin, steadyMargin);
  const followed = before !== undefined && after !== undefined && compare(before, after) !== 0;
  return followed ? percent : greater(multiply(amount, tenThousandth), rounding);
}

/** Value / leverage. */
function initialPart(margin: Decimal | undefined, steadyMargin: Decimal | undefined): Decimal | undefined {
  return margin === undefined || steadyMargin === undefined ? undefined : subtract(margin, steadyMargin);
}
