import * as v from 'valibot';
import { isDecimal, type Decimal } from '../core/decimal.ts';
import type { Message } from '../core/message.ts';
import type { Snapshot } from '../core/model.ts';

const amount = v.custom<Decimal>((value) => typeof value === 'string' && isDecimal(value));
const time = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const threshold = v.object({ ltv: amount, source: v.picklist(['venue', 'table', 'person']) });
const coinAmount = v.object({ coin: v.string(), amount, usd: v.exactOptional(amount), usdEstimated: v.exactOptional(v.literal(true)) });

const message: v.GenericSchema<unknown, Message> = v.object({
  template: v.string(),
  args: v.array(v.union([v.string(), v.lazy(() => message)])),
});

const snapshot = v.object({
  loans: v.array(
    v.object({
      id: v.pipe(v.string(), v.nonEmpty()),
      orderId: v.exactOptional(v.string()),
      ltv: v.exactOptional(amount),
      debtUsd: v.exactOptional(amount),
      collateralUsd: v.exactOptional(amount),
      collateralValuation: v.picklist(['adjusted', 'raw']),
      debts: v.array(coinAmount),
      collateral: v.array(coinAmount),
      marginCall: v.exactOptional(threshold),
      liquidation: v.exactOptional(threshold),
      liquidationPrice: v.exactOptional(v.object({ instrument: v.string(), price: amount })),
    }),
  ),
  wallet: v.array(v.object({ ...coinAmount.entries, pledgeable: v.exactOptional(v.boolean()) })),
  walletTrouble: v.exactOptional(message),
  asOf: time,
});

/** A snapshot as it was stored, or undefined when anything about it is odd: half a snapshot is never shown. */
export function storedSnapshot(value: unknown): Snapshot | undefined {
  const result = v.safeParse(snapshot, value);
  return result.success ? result.output : undefined;
}
