import type { StressedLoan, StressedPosition } from '../core/risk/stress.ts';
import { modelOfView, type NoEstimate } from './loan-estimates.ts';
import type { LoanView } from './loan.ts';
import type { PositionView } from './position.ts';

/** Why it can't be calculated what prices do to a position. */
export type NotExposed = 'crossMargin' | 'stale' | 'outOfReach' | 'noLiquidationPrice' | 'contract';

/** What prices are held against. @returns why not, where that can't be calculated */
export function exposedLoan(key: string, view: LoanView): StressedLoan | NoEstimate {
  const model = modelOfView(view);
  if (typeof model === 'string') return model;
  const { marginCall, liquidation } = view.loan;
  return {
    key,
    model,
    ...(marginCall === undefined ? {} : { marginCall: marginCall.ltv }),
    ...(liquidation === undefined ? {} : { liquidation: liquidation.ltv }),
  };
}

/** As `exposedLoan`. */
export function exposedPosition(key: string, { position, current, liquidation, distance }: PositionView): StressedPosition | NotExposed {
  if (position.marginMode !== 'isolated') return 'crossMargin';
  if (!current) return 'stale';
  if (liquidation.kind === 'unreachable') return 'outOfReach';
  if (distance === undefined) return 'noLiquidationPrice';
  if (position.baseCoin === undefined || position.contract === 'other') return 'contract';
  return { key, position, coin: position.baseCoin };
}
