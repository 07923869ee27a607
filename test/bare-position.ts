import { decimal } from '../src/core/decimal.ts';
import type { Position } from '../src/core/model.ts';

/** An isolated long in USDT contracts of which nothing more is told than each position has. */
export const barePosition: Position = {
  positionId: 'p1',
  instrument: 'BTC-USDT-SWAP',
  market: 'SWAP',
  slot: 'net',
  side: 'long',
  marginCoin: 'USDT',
  contract: 'linear',
  marginMode: 'isolated',
  size: decimal('1'),
  priceCoin: 'USDT',
};
