import type { Clock } from '../core/clock.ts';
import { isPositive, type Decimal } from '../core/decimal.ts';
import { msg } from '../core/message.ts';
import type { Account } from '../core/model.ts';
import type { Change, Connection, Readiness } from '../exchanges/exchange.ts';
import { collateralPreview } from './collateral-preview.ts';
import { marginPreview } from './margin-preview.ts';
import { isTooOld, type Preview } from './preview.ts';
import { Refusal, tooOld } from './refusal.ts';

/** The fresh facts for a change, with what one coin of it is worth in USD where that is known. */
export interface Facts {
  readonly readiness: Readiness;
  readonly price?: Decimal;
  /** The venue's clock minus ours, where that is known. Milliseconds. */
  readonly clockOffsetMs?: number;
}

/** How long figures that are there wait for a price, without which adding must still be possible. Milliseconds. */
const priceWaitMs = 3_000;

/**
 * Step 2: reads everything that a change of this kind is decided on.
 * @throws ExchangeError when the venue could not be read. A price alone that could not be read is absent.
 */
export async function prepare(connection: Connection, change: Change, clock: Clock, signal: AbortSignal | undefined): Promise<Facts> {
  const enough = new AbortController();
  const stop = signal === undefined ? enough.signal : AbortSignal.any([signal, enough.signal]);
  try {
    // Of margin no price comes with the rest: it is asked for at the same time.
    const asked = change.kind === 'margin' ? priceOf(connection, change.coin, stop) : undefined;
    const readiness = await read(connection, change, signal);
    const clockOffsetMs = connection.clockOffsetMs?.();
    const facts = { readiness, ...(clockOffsetMs === undefined ? {} : { clockOffsetMs }) };
    const told = readiness.kind === 'collateral' ? readiness.prices.get(change.coin) : undefined;
    if (told !== undefined && isPositive(told)) return { ...facts, price: told };
    const wait = clock.sleep(priceWaitMs, stop).catch(() => undefined);
    const price = await Promise.race([asked ?? priceOf(connection, change.coin, stop), wait]);
    return price === undefined ? facts : { ...facts, price };
  } finally {
    enough.abort();
  }
}

function read(connection: Connection, change: Change, signal: AbortSignal | undefined): Promise<Readiness> {
  return change.kind === 'collateral'
    ? connection.prepareCollateral(change.loan, change.direction, change.coin, signal)
    : connection.prepareMargin(change.position, signal);
}

async function priceOf(connection: Connection, coin: string, signal: AbortSignal): Promise<Decimal | undefined> {
  try {
    const price = (await connection.indexPrices([coin], signal))[coin];
    return price !== undefined && isPositive(price) ? price : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Step 3: what would come of it, or why it must not be.
 * @throws Refusal when a figure is missing or too old, or a limit is passed. The sentence names what would be allowed.
 */
export function previewOf(
  account: Account,
  intent: Change,
  { readiness, price, clockOffsetMs }: Facts,
  at: { readonly now: number; readonly maxAgeMs: number },
): Preview {
  if (isTooOld(readiness.asOf, at.now, at.maxAgeMs)) throw tooOld();
  const clock = clockOffsetMs === undefined ? {} : { clockOffsetMs };
  if (intent.kind === 'collateral' && readiness.kind === 'collateral') {
    return Object.freeze({ ...collateralPreview(account, intent, readiness, price), ...clock });
  }
  if (intent.kind === 'margin' && readiness.kind === 'margin') {
    return Object.freeze({ ...marginPreview(account, intent, readiness, price), ...clock });
  }
  throw new Refusal(msg('The figures that were read are not those of what was named. Nothing was sent. Start the change again.'));
}
