import { decimal } from '../../../src/core/decimal.ts';
import type { Direction, Position } from '../../../src/core/model.ts';
import { distanceToLiquidation, effectiveLeverage, estimateMarginChange } from '../../../src/core/risk/position-model.ts';
import type { MarginBaseline, MarginChange, MarginReadiness } from '../../../src/exchanges/exchange.ts';
import type { MarginPreview, MarginWrite } from '../../../src/engine/ledger/ledger.ts';
import { refOf } from '../../../src/flows/choose.ts';
import { account, record } from './records.ts';

/** 0.02 BTC at 50,000 USDT with 100 USDT of margin: round figures of our own, easy to compute by hand. */
const long: Position = {
  positionId: '1752810569801498626',
  instrument: 'BTC-USDT-SWAP',
  market: 'SWAP',
  slot: 'net',
  side: 'long',
  marginCoin: 'USDT',
  contract: 'linear',
  marginMode: 'isolated',
  size: decimal('2'),
  exposure: decimal('0.02'),
  priceCoin: 'USDT',
  entryPrice: decimal('50000'),
  markPrice: decimal('50000'),
  liquidationPrice: decimal('45200'),
  leverage: decimal('10'),
  margin: decimal('100'),
  maintenanceMargin: decimal('4'),
};

/** The same the other way round, in hedge mode. */
const short: Position = {
  ...long,
  positionId: '1752810569801498627',
  slot: 'short',
  side: 'short',
  liquidationPrice: decimal('54800'),
};

/** 1,000 USD of a contract whose margin is in BTC. */
const inverse: Position = {
  ...long,
  positionId: 'inverse:BTCUSD:0',
  instrument: 'BTCUSD',
  market: 'inverse',
  slot: '0',
  marginCoin: 'BTC',
  contract: 'inverse',
  exposure: decimal('1000'),
  priceCoin: 'USD',
  liquidationPrice: decimal('45000'),
  margin: decimal('0.002'),
  maintenanceMargin: decimal('0.0001'),
};

/** The sample that OKX prints at https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-positions . */
const borrowed: Position = {
  positionId: '1752810569801498626',
  instrument: 'BTC-USDT',
  market: 'MARGIN',
  slot: 'net',
  side: 'long',
  marginCoin: 'BTC',
  contract: 'borrowed',
  marginMode: 'isolated',
  size: decimal('0.00190433573'),
  sizeCoin: 'BTC',
  exposure: decimal('0.00190433573'),
  priceCoin: 'USDT',
  entryPrice: decimal('62961.4'),
  markPrice: decimal('62891.9'),
  liquidationPrice: decimal('53615.448336593756'),
  leverage: decimal('5'),
  margin: decimal('0.000317654'),
  maintenanceMargin: decimal('0.0000318005395854'),
  debt: { coin: 'USDT', amount: decimal('99.9998177776581948') },
};

export const positions = { long, short, inverse, borrowed } as const;

/** A position of which the venue tells neither mark nor liquidation price, margin nor leverage. */
export function blind({
  positionId,
  instrument,
  market,
  slot,
  side,
  marginCoin,
  contract,
  marginMode,
  size,
  priceCoin,
}: Position): Position {
  return { positionId, instrument, market, slot, side, marginCoin, contract, marginMode, size, priceCoin };
}

export function marginChange(position: Position = long, direction: Direction = 'add', amount = '10'): MarginChange {
  return { kind: 'margin', position: refOf(position), direction, coin: position.marginCoin, amount: decimal(amount) };
}

export function baseline(more: Partial<MarginBaseline> = {}): MarginBaseline {
  return {
    kind: 'margin',
    size: decimal('2'),
    margin: decimal('100'),
    entryPrice: decimal('50000'),
    liquidationPrice: decimal('45200'),
    ...more,
  };
}

/** Without a word about what can be taken out. */
export function mutedReadiness(position: Position = long): MarginReadiness {
  return { kind: 'margin', position, walletAvailable: decimal('250.123456'), places: 4, baseline: baseline(), asOf: 1_000 };
}

export function marginReadiness(position: Position = long, more: Partial<MarginReadiness> = {}): MarginReadiness {
  return { ...mutedReadiness(position), reducible: { amount: decimal('33.33339'), source: 'venue' }, ...more };
}

/** As the ledger makes it, from the same estimate. */
export function marginPreview(
  position: Position = long,
  direction: Direction = 'add',
  amount = '10',
  more: Partial<MarginPreview> = {},
): MarginPreview {
  const { margin, liquidationPrice } = position;
  const leverage = effectiveLeverage(position);
  const distance = distanceToLiquidation(position);
  return {
    kind: 'margin',
    change: marginChange(position, direction, amount),
    account,
    readiness: marginReadiness(position),
    now: {
      ...(margin === undefined ? {} : { margin }),
      ...(leverage === undefined ? {} : { leverage }),
      ...(liquidationPrice === undefined ? {} : { liquidationPrice }),
      ...(distance === undefined ? {} : { distance }),
    },
    after: estimateMarginChange(position, direction, decimal(amount)),
    walletAfter: decimal('240.123456'),
    readAt: 1_000,
    ...more,
  };
}

export function marginRecord(more: Partial<MarginWrite> = {}): MarginWrite {
  return {
    ...record(),
    change: marginChange(),
    request: { method: 'POST', path: '/api/v5/account/position/margin-balance', body: '{}' },
    baseline: baseline(),
    liquidationBefore: decimal('45200'),
    liquidationEstimate: decimal('44700'),
    ...more,
  };
}
