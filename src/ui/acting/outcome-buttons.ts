import type { WriteRecord } from '../../ledger/ledger.ts';
import type { OutcomeText } from './outcome-text.ts';

/** What can be done once it is said what became of a change. */
export type OutcomeButton = 'openGauges' | 'undo' | 'resolve' | 'otherCoin' | 'otherAmount' | 'addMargin' | 'showLog';

/**
 * The buttons below an outcome, the most helpful first.
 * @param undoable whether it is an addition that can be taken back now
 */
export function outcomeButtons(
  { loudness, resolvable }: Pick<OutcomeText, 'loudness' | 'resolvable'>,
  record: WriteRecord,
  undoable: boolean,
): readonly OutcomeButton[] {
  if (loudness === 'info') return ['openGauges', ...(undoable ? ['undo' as const] : [])];
  if (resolvable) return ['resolve', 'showLog'];
  return [...(record.state === 'rejected' ? insteadOf(record) : []), 'showLog'];
}

/** Where the exchange refused: what would work by its own words. To repay and to wait are no buttons: the sentence says so. */
function insteadOf({ answer, change }: WriteRecord): readonly OutcomeButton[] {
  const instead = answer?.instead ?? [];
  const ofAmount = instead.includes('less') || instead.includes('more');
  // The command that asks for the coin asks for the amount too.
  if (change.kind === 'collateral') return instead.includes('otherCoin') ? ['otherCoin'] : ofAmount ? ['otherAmount'] : [];
  return [
    ...(instead.includes('addMargin') && change.direction === 'reduce' ? ['addMargin' as const] : []),
    ...(ofAmount ? ['otherAmount' as const] : []),
  ];
}
