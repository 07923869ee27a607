import { add, decimal, divide, multiply, one, round, subtract, zero, type Decimal } from '../../core/decimal.ts';
import type { Holding } from '../holdings.ts';
import { hourMs } from '../interest.ts';
import type { Market } from '../market.ts';
import { knownInstrument, pricesOf } from './instruments.ts';
import { worth } from './position-figures.ts';
import type { OpenPosition, TradingState } from './state.ts';

type Row = readonly [
  instId: string,
  side: OpenPosition['side'],
  /** Contracts; for MARGIN coins of the base. */
  size: string,
  /** Entry price over today's index price. */
  entry: string,
  lever: string,
  /** Margin over initial margin; absent for cross. */
  margin?: string,
];

/** Newest first. At the prices of the first day liquidation is between 9 % and 40 % away. */
const rows: readonly Row[] = [
  ['ETH-USDT-SWAP', 'long', '40', '1.015', '10', '1.05'],
  ['BTC-USDT-SWAP', 'long', '50', '0.98', '5', '1.1'],
  ['BTC-USDT-SWAP', 'short', '20', '1.01', '3', '1.1'],
  ['BTC-USDT', 'long', '0.1', '0.97', '3', '1.15'],
  ['SOL-USDT-SWAP', 'short', '100', '1.02', '5'],
  ['ETH-USDT', 'short', '2', '1.02', '5', '1.05'],
  ['BTC-USD-SWAP', 'long', '100', '0.99', '3', '1.2'],
];

const firstWallet: readonly Holding[] = [
  { ccy: 'USDT', amt: decimal('6000') },
  { ccy: 'BTC', amt: decimal('0.05') },
  { ccy: 'ETH', amt: decimal('1.2') },
];

/** The trading account of the first day. Entries follow today's prices, so that a world that is older begins it calmly too. */
export function firstTrading(market: Market, now: number): TradingState {
  const hour = Math.floor(now / hourMs) * hourMs;
  const positions = rows.map(([instId, side, size, entry, lever, margin], index): OpenPosition => {
    const instrument = knownInstrument(instId);
    const avgPx = round(multiply(pricesOf(instrument, market).index, decimal(entry)), instrument.pricePlaces, 'half-up');
    const at = hour - (index + 1) * 26 * hourMs;
    const bare = {
      posId: (1_752_810_569_801_498_640n - BigInt(index)).toString(),
      instId,
      side,
      mgnMode: margin === undefined ? ('cross' as const) : ('isolated' as const),
      pos: decimal(size),
      avgPx,
      lever: decimal(lever),
      margin: zero,
      liab: zero,
      openedAt: at,
      changedAt: at,
    };
    const part = (value: Decimal): Decimal => divide(multiply(value, decimal(margin ?? '0')), bare.lever, 8, 'up');
    if (instrument.kind !== 'borrowed') return { ...bare, margin: part(worth(instrument, bare, avgPx)) };
    // What was bought or sold came less the fee, and the margin lies with it.
    const [got, liab] = side === 'long' ? [bare.pos, multiply(bare.pos, avgPx)] : [multiply(bare.pos, avgPx), bare.pos];
    return { ...bare, liab, margin: part(got), pos: add(multiply(got, subtract(one, instrument.fee)), part(got)) };
  });
  return { wallet: firstWallet, positions, changes: [], bills: [], closed: [] };
}
