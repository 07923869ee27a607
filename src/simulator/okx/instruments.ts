import { decimal, multiply, round, type Decimal } from '../../core/decimal.ts';
import type { Market } from '../market.ts';

/** Every type that may be asked for; only two of them are simulated. */
export const instTypes = ['SPOT', 'MARGIN', 'SWAP', 'FUTURES', 'OPTION', 'EVENTS'] as const;

/** What can be held as a position. The figures are invented, in the shape of the real ones. */
export interface Instrument {
  readonly instId: string;
  readonly instType: 'MARGIN' | 'SWAP';
  /** Coins held with borrowed ones, contracts settled in the quote coin, contracts settled in the base coin. */
  readonly kind: 'borrowed' | 'linear' | 'inverse';
  readonly base: string;
  readonly quote: string;
  /** What one contract stands for: linear in the base coin, inverse in USD, borrowed 1. */
  readonly ctVal: Decimal;
  /** Digits behind the point of a price. */
  readonly pricePlaces: number;
  readonly lotSz: string;
  readonly maxLever: Decimal;
  /** Taker fee as a fraction. */
  readonly fee: Decimal;
  /** Maintenance rate by size: the first tier whose size is not exceeded counts. The last one has no end. */
  readonly tiers: readonly (readonly [rate: Decimal, upTo?: Decimal])[];
}

type Row = readonly [instId: string, ctVal: string, pricePlaces: number, lotSz: string, maxLever: string, tiers: string];

/** Tiers are written as `rate:size rate:size rate`. */
const rows: readonly Row[] = [
  ['BTC-USDT', '1', 1, '0.00000001', '10', '0.02'],
  ['ETH-USDT', '1', 2, '0.000001', '10', '0.02'],
  ['BTC-USDT-SWAP', '0.01', 1, '0.01', '100', '0.004:1000 0.005:5000 0.01'],
  ['ETH-USDT-SWAP', '0.1', 2, '0.01', '100', '0.004:1200 0.006:6000 0.012'],
  ['SOL-USDT-SWAP', '1', 2, '0.01', '50', '0.0065:5000 0.01:20000 0.02'],
  ['BTC-USD-SWAP', '100', 1, '1', '100', '0.004:3000 0.005:15000 0.01'],
];

export const instruments: readonly Instrument[] = rows.map(([instId, ctVal, pricePlaces, lotSz, maxLever, tiers]) => {
  const [base = '', quote = '', swap] = instId.split('-');
  return {
    instId,
    base,
    quote,
    pricePlaces,
    lotSz,
    instType: swap === undefined ? 'MARGIN' : 'SWAP',
    kind: swap === undefined ? 'borrowed' : quote === 'USD' ? 'inverse' : 'linear',
    ctVal: decimal(ctVal),
    maxLever: decimal(maxLever),
    fee: decimal(swap === undefined ? '0.001' : '0.0005'),
    tiers: tiers.split(' ').map((tier) => tier.split(':').map(decimal) as [Decimal, Decimal?]),
  };
});

/** The instrument called `instId`, spelt exactly so. */
export function findInstrument(instId: string): Instrument | undefined {
  return instruments.find((one) => one.instId === instId);
}

/**
 * The instrument called `instId`.
 * @throws RangeError when there is none.
 */
export function knownInstrument(instId: string): Instrument {
  const instrument = findInstrument(instId);
  if (instrument === undefined) throw new RangeError(`no such instrument: ${instId}`);
  return instrument;
}

/** Prices in the quote coin. Profit and liquidation go by the mark price, never by the last one. */
export interface Prices {
  readonly index: Decimal;
  readonly mark: Decimal;
  readonly last: Decimal;
}

const premium = { MARGIN: ['1.00002', '1.00004'], SWAP: ['1.0003', '1.0007'] } as const;

/** The prices of an instrument: mark and last are the index price with a small fixed premium, so that they differ. */
export function pricesOf({ base, quote, instType, pricePlaces }: Instrument, market: Market): Prices {
  const index = market.indexPrice(base, quote);
  if (index === undefined) throw new RangeError(`no price of ${base} in ${quote}`);
  const [mark, last] = premium[instType].map((factor) => round(multiply(index, decimal(factor)), pricePlaces, 'half-up'));
  return { index, mark: mark ?? index, last: last ?? index };
}
