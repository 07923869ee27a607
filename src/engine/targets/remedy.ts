import { compare, decimal, divide, multiply, one, subtract, zero, type Decimal } from '../../core/decimal.ts';
import type { Loan, Position, Snapshot } from '../../core/model.ts';
import { defaultLevels } from '../../core/risk/level.ts';
import { modelOf, type LoanModel } from '../../core/risk/loan-model.ts';
import { waysTo } from '../../core/risk/ltv-solver.ts';
import { marginFor } from '../../core/risk/margin-solver.ts';
import type { LiveLoan, LivePosition } from '../../core/risk/live-estimate.ts';
import { usefulPlaces } from './ltv-offers.ts';
import { callLine } from './safe-maximum.ts';

/** What brings a loan or position back to the level Watch. Our own estimate. */
export interface Remedy {
  readonly coin: string;
  /** To add, rounded up. */
  readonly amount: Decimal;
  /** What the wallet it would come from holds of the coin. Absent where that is not known. */
  readonly held?: Decimal;
}

/** More than anyone has: what the wallet holds is shown beside the amount. */
const anyAmount = decimal('1000000000000000');
/** Of a margin coin whose price is not known. */
const usualPlaces = 8;

/**
 * How much of the largest collateral coin brings a loan back to Watch; undefined where that cannot be computed, or the coin can't be added.
 * @param levels where its levels begin
 */
export function loanRemedy(
  loan: Loan,
  { prices = {}, wallet, walletTrouble }: Snapshot,
  live?: LiveLoan,
  { warn } = defaultLevels,
): Remedy | undefined {
  const line = callLine(loan);
  const read = modelOf(loan, new Map(Object.entries(prices)));
  if (line === undefined || typeof read === 'string') return undefined;
  // An average says nothing of one coin, and neither does an estimate of several: the amount might not be enough.
  if (read.haircuts === 'averaged' || (live !== undefined && read.collateral.length > 1)) return undefined;
  const model = live === undefined ? read : atLtv(read, live.ltv);
  const [largest] = [...model.collateral].sort((a, b) => compare(multiply(b.amount, b.price), multiply(a.amount, a.price)));
  if (largest === undefined) return undefined;
  const { coin, price, rule } = largest;
  const found = wallet.find((one) => one.coin === coin);
  if (found?.pledgeable === false || loan.capped?.includes(coin) === true) return undefined;
  const target = multiply(line, subtract(one, warn));
  const addable = [{ coin, available: anyAmount, price, rule, places: usefulPlaces(price) }];
  const [step] = waysTo(model, target, { addable, takeable: [], payable: [] }).ways[0]?.steps ?? [];
  if (step?.act !== 'add') return undefined;
  const held = found?.amount ?? zero;
  return { coin, amount: step.amount, ...(walletTrouble === undefined ? { held } : {}) };
}

/** The model with the LTV that newer prices make of it. */
function atLtv(model: LoanModel, ltv: Decimal): LoanModel {
  return { ...model, ltv, correction: divide(multiply(model.correction, ltv), model.ltv, 18, 'up') };
}

/** How much margin brings an isolated position back to Watch; undefined where that cannot be computed. `levels` as for loans. */
export function positionRemedy(
  position: Position,
  { prices = {} }: Snapshot,
  live?: LivePosition,
  { warn } = defaultLevels,
): Remedy | undefined {
  const { marginMode, fixedMargin, distress, marginCoin } = position;
  if (marginMode !== 'isolated' || fixedMargin !== undefined || distress !== undefined) return undefined;
  const price = prices[marginCoin];
  const now = live === undefined ? position : { ...position, markPrice: live.markPrice };
  const means = { available: anyAmount, places: price === undefined ? usualPlaces : usefulPlaces(price) };
  const answer = marginFor(now, { by: 'distance', distance: warn }, means);
  return answer.state === 'way' && answer.way.direction === 'add' ? { coin: marginCoin, amount: answer.way.amount } : undefined;
}
