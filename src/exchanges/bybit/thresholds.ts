import { decimal, type Decimal } from '../../core/decimal.ts';
import type { Threshold } from '../../core/model.ts';

/**
 * Bybit's thresholds are not in the API of its loans. Its help pages disagree: liquidation at 95 % (page of 27 January 2026)
 * and at 92 % (an undated copy), margin call at 85 % in both. The stricter figures are taken.
 * Looked up on 20 November 2026: https://www.bybit.com/en/help-center/article/FAQ-Crypto-Loan
 */
export const tableThresholds: { readonly marginCall: Threshold; readonly liquidation: Threshold } = {
  marginCall: { ltv: decimal('0.85'), source: 'table' },
  liquidation: { ltv: decimal('0.92'), source: 'table' },
};

/** The venue's own figure where there is one. */
export function thresholdOf(own: Decimal | undefined, otherwise: Threshold): Threshold {
  return own === undefined ? otherwise : { ltv: own, source: 'venue' };
}
