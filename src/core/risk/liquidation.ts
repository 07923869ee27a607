import { add, compare, isPositive, lesser, sum, zero, type Decimal } from '../decimal.ts';
import type { Position, Side } from '../model.ts';
import { believed, distanceToLiquidation, valueInMarginCoin } from './position-model.ts';

/**
 * What is known of the price that would liquidate a position:
 * - `price` the venue's own, above zero; `distance` as `distanceToLiquidation` has it, absent without a mark price
 * - `unreachable` none: its margin exceeds what it can lose
 * - `otherSide` the venue's price is that of the other side of a hedge, which is the larger one: see below
 * - `none` the venue gave a figure that isn't a price: it means "none", which we can't verify
 * - `unknown` the venue gives nothing
 */
export type Liquidation =
  | { readonly kind: 'price'; readonly price: Decimal; readonly distance?: Decimal }
  | { readonly kind: 'unreachable' | 'otherSide' | 'none' | 'unknown' };

/**
 * What is known of the price that would liquidate a position.
 *
 * A price on the wrong side of the mark price (at or above it for a long, at or below for a short) says that liquidation is reached. That holds
 * for an isolated position, hedged or not, since each side has its own margin, and for a cross position without a hedge. With cross margin both
 * sides of a hedge are liquidated together, by a move against the larger one, and venues print that one price for both: on the smaller side it
 * lies beyond the mark price though nothing is reached. There the price belongs to the other side. With equal sizes no price harms either side.
 * Both need known sizes from one reading; otherwise the alarm stays.
 *
 * @param held all positions of the account, as read together with this one
 */
export function liquidationOf(position: Position, held: readonly Position[] = []): Liquidation {
  const price = believed(position.liquidationPrice);
  if (price === undefined) {
    if (cannotBeLiquidated(position)) return { kind: 'unreachable' };
    return { kind: position.liquidationPrice === undefined ? 'unknown' : 'none' };
  }
  if (isOtherSides(position, price, held)) return { kind: 'otherSide' };
  const distance = distanceToLiquidation(position);
  return { kind: 'price', price, ...(distance === undefined ? {} : { distance }) };
}

/**
 * Whether no price can liquidate an isolated position: what is left of its margin after a loss is at least what it can still lose and has to
 * keep. Only of a long in linear and a short in inverse contracts, whose loss has an end: all of their value by the mark price. Exact; a
 * profit does not count, because the margin of some venues follows the mark price and would count it twice.
 */
function cannotBeLiquidated(position: Position): boolean {
  const { contract, side, marginMode, margin, unrealizedPnl, maintenanceMargin } = position;
  const ends = (contract === 'linear' && side === 'long') || (contract === 'inverse' && side === 'short');
  const required = believed(maintenanceMargin);
  const value = valueInMarginCoin(position);
  if (!ends || marginMode !== 'isolated' || margin === undefined || unrealizedPnl === undefined) return false;
  if (required === undefined || value === undefined) return false;
  return compare(add(margin, lesser(unrealizedPnl, zero)), add(value, required)) >= 0;
}

function isOtherSides(position: Position, price: Decimal, held: readonly Position[]): boolean {
  const { side, marginMode } = position;
  const mark = believed(position.markPrice);
  if (marginMode !== 'cross' || mark === undefined) return false;
  const beyond = side === 'long' ? compare(price, mark) >= 0 : compare(price, mark) <= 0;
  if (!beyond) return false;
  const group = held.filter((one) => sharesFate(one, position));
  const [own, other] = [weightOf(group, side), weightOf(group, side === 'long' ? 'short' : 'long')];
  return own !== undefined && other !== undefined && isPositive(other) && compare(other, own) >= 0;
}

/** Whether a loss of one is a gain of the other, in the same margin. */
function sharesFate(one: Position, other: Position): boolean {
  return (
    one.marginMode === 'cross' &&
    one.contract === other.contract &&
    one.marginCoin === other.marginCoin &&
    one.priceCoin === other.priceCoin &&
    one.keptFrom === other.keptFrom &&
    (one.instrument === other.instrument || (one.baseCoin !== undefined && one.baseCoin === other.baseCoin))
  );
}

/** How much is held on one side, in one unit; undefined when that is not known of all of it. */
function weightOf(group: readonly Position[], side: Side): Decimal | undefined {
  const instruments = new Set(group.map(({ instrument, sizeCoin }) => JSON.stringify([instrument, sizeCoin])));
  const weights = group
    .filter((one) => one.side === side)
    .map(({ exposure, size }) => (group.every((one) => one.exposure !== undefined) ? exposure : instruments.size === 1 ? size : undefined));
  return weights.every((weight) => weight !== undefined) ? sum(weights) : undefined;
}
