import * as v from 'valibot';
import { isTime } from '../../core/clock.ts';
import { isComputed, type Decimal } from '../../core/decimal.ts';
import { jsonIn } from '../../core/json.ts';
import { isMessage, type Message } from '../../core/message.ts';
import type { Snapshot } from '../../core/model.ts';

const amount = v.custom<Decimal>((value) => typeof value === 'string' && isComputed(value));
export const time = v.custom<number>(isTime);
const threshold = v.object({
  ltv: amount,
  source: v.picklist(['venue', 'table', 'person']),
  from: v.exactOptional(v.object({ url: v.string(), date: v.string() })),
});
const coinAmount = v.object({ coin: v.string(), amount, usd: v.exactOptional(amount), usdEstimated: v.exactOptional(v.literal(true)) });

export const message = v.custom<Message>(isMessage);

const position = v.object({
  positionId: v.pipe(v.string(), v.nonEmpty()),
  instrument: v.string(),
  market: v.string(),
  slot: v.string(),
  side: v.picklist(['long', 'short']),
  marginCoin: v.string(),
  contract: v.picklist(['linear', 'inverse', 'borrowed', 'other']),
  marginMode: v.picklist(['isolated', 'cross']),
  size: amount,
  sizeCoin: v.exactOptional(v.string()),
  exposure: v.exactOptional(amount),
  baseCoin: v.exactOptional(v.string()),
  priceCoin: v.string(),
  entryPrice: v.exactOptional(amount),
  markPrice: v.exactOptional(amount),
  lastPrice: v.exactOptional(amount),
  liquidationPrice: v.exactOptional(amount),
  leverage: v.exactOptional(amount),
  margin: v.exactOptional(amount),
  maintenanceMargin: v.exactOptional(amount),
  marginRatio: v.exactOptional(amount),
  unrealizedPnl: v.exactOptional(amount),
  debt: v.exactOptional(coinAmount),
  keptFrom: v.exactOptional(time),
  fixedMargin: v.exactOptional(message),
  distress: v.exactOptional(message),
});

const vanished = v.object({
  kind: v.picklist(['loan', 'position']),
  id: v.pipe(v.string(), v.nonEmpty()),
  name: v.string(),
  orderId: v.exactOptional(v.string()),
  side: v.exactOptional(v.picklist(['long', 'short'])),
  calm: v.exactOptional(v.literal(true)),
  distance: v.exactOptional(amount),
  overdue: v.exactOptional(v.literal(true)),
  repaid: v.exactOptional(v.literal(true)),
  lastSeen: time,
  noticed: time,
});

const changed = v.object({
  loan: v.string(),
  what: v.picklist(['marginCall', 'liquidation', 'tiers', 'rate']),
  coin: v.exactOptional(v.string()),
  before: amount,
  after: amount,
  worse: v.exactOptional(v.literal(true)),
  noticed: time,
});

const prices = v.record(v.string(), amount);

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
      haircuts: v.exactOptional(
        v.record(
          v.string(),
          v.object({
            by: v.picklist(['value', 'amount']),
            tiers: v.array(v.object({ upTo: v.exactOptional(amount), rate: amount })),
            recovered: v.exactOptional(v.literal(true)),
          }),
        ),
      ),
      marginCall: v.exactOptional(threshold),
      liquidation: v.exactOptional(threshold),
      liquidationPrice: v.exactOptional(v.object({ instrument: v.string(), price: amount })),
      capped: v.exactOptional(v.array(v.string())),
      drained: v.exactOptional(v.array(v.string())),
      rates: v.exactOptional(prices),
      keptFrom: v.exactOptional(time),
      due: v.exactOptional(
        v.array(
          v.object({
            ...coinAmount.entries,
            amount: v.exactOptional(amount),
            at: time,
            overdue: v.boolean(),
            contract: v.exactOptional(v.string()),
            then: v.exactOptional(message),
          }),
        ),
      ),
    }),
  ),
  wallet: v.array(v.object({ ...coinAmount.entries, pledgeable: v.exactOptional(v.boolean()) })),
  walletTrouble: v.exactOptional(message),
  positions: v.optional(v.array(position), []),
  positionsTrouble: v.exactOptional(message),
  positionsBarred: v.exactOptional(v.literal(true)),
  loansTrouble: v.exactOptional(message),
  loansBarred: v.exactOptional(v.literal(true)),
  vanished: v.exactOptional(v.array(vanished)),
  changed: v.exactOptional(v.array(changed)),
  ratesFrom: v.exactOptional(v.record(v.string(), prices)),
  doubted: v.exactOptional(v.array(v.string())),
  unwatched: v.exactOptional(v.object({ from: time, to: time })),
  prices: v.exactOptional(prices),
  asOf: time,
});

/** A stored snapshot; undefined if any part isn't valid: half a snapshot is never shown. */
export function storedSnapshot(value: unknown): Snapshot | undefined {
  const result = v.safeParse(snapshot, value);
  return result.success ? result.output : undefined;
}

/** The same from JSON text. */
export function storedSnapshotText(text: string): Snapshot | undefined {
  return storedSnapshot(jsonIn(text));
}

/** Public prices by coin from JSON text; undefined if not valid. */
export function storedPrices(text: string): Readonly<Record<string, Decimal>> | undefined {
  const { success, output } = v.safeParse(prices, jsonIn(text));
  return success ? output : undefined;
}
