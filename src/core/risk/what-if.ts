import { add, compare, divide, multiply, one, subtract, type Decimal } from '../decimal.ts';
import { withCollateral, withDebt, withPrices, type LoanModel } from './loan-model.ts';
import { estimateMarginChange } from './position-model.ts';
import { movedPosition, type StressedLoan, type StressedPosition } from './stress.ts';

/** What somebody tries out: collateral or margin added or taken out, or a debt repaid. */
export interface TriedChange {
  readonly act: 'add' | 'reduce' | 'repay';
  readonly coin: string;
  /** Above zero. */
  readonly amount: Decimal;
}

/** Digits of a factor that was found by division. */
const factorPlaces = 18;

/**
 * The loan from a later estimate of its LTV on, instead of the venue's figure.
 * @param ltv above zero
 */
export const modelFrom = (model: LoanModel, ltv: Decimal): LoanModel => ({
  ...model,
  ltv,
  correction: divide(multiply(model.correction, ltv), model.ltv, factorPlaces, 'up'),
});

/**
 * A loan at other prices and after changes, so that `shocked`, `eventsOf` and distances can be had of it. Each is made as for targets, on what
 * those before it left.
 * @returns undefined when more would be taken out or repaid than there is
 */
export function triedLoan(
  loan: StressedLoan,
  factors: ReadonlyMap<string, Decimal>,
  ...changes: readonly TriedChange[]
): StressedLoan | undefined {
  const model = changes.reduce<LoanModel | undefined>((left, change) => left && changedModel(left, change), loan.model);
  return model === undefined ? undefined : { ...loan, model: withPrices(model, factors) };
}

function changedModel(model: LoanModel, { act, coin, amount }: TriedChange): LoanModel | undefined {
  const held = (act === 'repay' ? model.debts : model.collateral).find((stake) => stake.coin === coin);
  if (held === undefined || (act !== 'add' && compare(amount, held.amount) > 0)) return undefined;
  if (act === 'repay') return withDebt(model, coin, subtract(held.amount, amount));
  const pledge = model.collateral.find((stake) => stake.coin === coin);
  return (
    pledge && withCollateral(model, { ...pledge, amount: act === 'add' ? add(pledge.amount, amount) : subtract(pledge.amount, amount) })
  );
}

/** A position after a change of margin, at other prices; its liquidation price is absent where it can't be estimated. */
export interface TriedPosition extends StressedPosition {
  /** In the coin of the prices, which may have moved itself in `position`. */
  readonly liquidationPrice?: Decimal;
  /** With this margin no price liquidates it. */
  readonly unreachable?: true;
}

/**
 * An isolated position after a change of margin, as a preview estimates it at today's prices, then at other prices.
 * @returns undefined when more margin would be taken out than there is, and for several changes: its margin is of one coin
 */
export function triedPosition(
  tried: StressedPosition,
  factors: ReadonlyMap<string, Decimal>,
  ...[change, ...more]: readonly TriedChange[]
): TriedPosition | undefined {
  if (more.length > 0) return undefined;
  const { margin, liquidationPrice, ...rest } = tried.position;
  if (change?.act === 'reduce' && margin !== undefined && compare(change.amount, margin) >= 0) return undefined;
  const after =
    change === undefined
      ? { margin, liquidationPrice }
      : estimateMarginChange(tried.position, change.act === 'reduce' ? 'reduce' : 'add', change.amount);
  const changed = {
    ...rest,
    ...(after.margin === undefined ? {} : { margin: after.margin }),
    ...(after.liquidationPrice === undefined ? {} : { liquidationPrice: after.liquidationPrice }),
  };
  return {
    ...tried,
    position: movedPosition(changed, tried.coin, factors),
    ...(after.liquidationPrice === undefined ? {} : { liquidationPrice: after.liquidationPrice }),
    ...('unreachable' in after ? { unreachable: true } : {}),
  };
}

/** A change in percent as a factor on a price: -20 is 0.8. */
export const factorOf = (percent: Decimal): Decimal => add(one, divide(percent, '100' as Decimal, 4, 'half-up'));
