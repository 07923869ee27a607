const firstPoolId = 27_511;
/** Odd, and beyond what a JavaScript number can tell apart. */
const firstLongId = 9_007_199_254_740_993n;
const firstLegacyId = 1_794_318_409_405_331_968n;

/**
 * The id of the `count`th adjustment (from 1). Those of the pool are JSON numbers: every second one is too large for a client that reads
 * it into a float. Those of older orders are 19 digits.
 */
export function adjustId(count: number, legacy: boolean): string {
  if (legacy) return (firstLegacyId + BigInt(count) * 4099n).toString();
  if (count % 2 === 1) return (firstPoolId + count).toString();
  return (firstLongId + 2n * BigInt(count)).toString();
}
