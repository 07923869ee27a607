import { decimal, type Decimal } from '../../core/decimal.ts';
import type { Account, Threshold } from '../../core/model.ts';

/** The thresholds of one loan. */
export interface Thresholds {
  readonly marginCall: Threshold;
  readonly liquidation: Threshold;
}

const from = { url: 'https://www.bybit.com/en/help-center/article/FAQ-Crypto-Loan', date: '2026-11-20' } as const;

/**
 * Bybit's thresholds are not in the API of its loans. Its help pages disagree: liquidation at 95 % (page of 27 January 2026)
 * and at 92 % (an undated copy), margin call at 85 % in both. The stricter figures are taken.
 */
const table: Thresholds = {
  marginCall: { ltv: decimal('0.85'), source: 'table', from },
  liquidation: { ltv: decimal('0.92'), source: 'table', from },
};

/** What counts where Bybit itself says nothing: the person's figures, and without any those of the table. */
export function presumed(person: Account['thresholds']): Thresholds {
  if (person === undefined) return table;
  return {
    marginCall: { ltv: person.marginCall, source: 'person', table: table.marginCall.ltv },
    liquidation: { ltv: person.liquidation, source: 'person', table: table.liquidation.ltv },
  };
}

/** The venue's own figure where there is one. */
export function thresholdOf(own: Decimal | undefined, otherwise: Threshold): Threshold {
  return own === undefined ? otherwise : { ltv: own, source: 'venue' };
}
