#!/usr/bin/env bash
# ccxt 4.5.84, seen 2026-11-30.
# Expected: `maintenanceMargin` of a Bybit position is `positionMM` of the answer.
# What happens: as soon as there is a liquidation price it is replaced by (bankruptcy price - liquidation price) x size; in unified accounts
# Bybit leaves `bustPrice` empty, so the product is undefined, and `marginRatio` with it. Both are there only for a position without a
# liquidation price: the figures vanish where they are needed.
# Why it matters: an alarm on the unified margin ratio of a Bybit position never fires.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
printf '{"private":true,"type":"module"}\n' > package.json
npm install --no-audit --no-fund --loglevel=error --save-exact ccxt@4.5.84 >/dev/null
cat > run.js <<'JS'
import assert from 'node:assert/strict';
import ccxt from 'ccxt';
const market = { id: 'BTCUSDT', symbol: 'BTC/USDT:USDT', base: 'BTC', quote: 'USDT', settle: 'USDT', type: 'swap', swap: true,
  contract: true, linear: true, inverse: false, contractSize: 1 };
// Fields as on Bybit's page "Get Position Info" for a unified account; the figures are made up and fit each other.
const row = (more) => ({ positionIdx: 0, symbol: 'BTCUSDT', side: 'Buy', size: '0.1', avgPrice: '60000', positionValue: '6000', tradeMode: 0,
  leverage: '10', markPrice: '61000', liqPrice: '55000', bustPrice: '', positionIM: '600', positionMM: '30', positionBalance: '600',
  unrealisedPnl: '100', createdTime: '1700000000000', updatedTime: '1700000000000', ...more });
const read = (more) => {
  const { maintenanceMargin, marginRatio } = new ccxt.bybit().parsePosition(row(more), market);
  return { maintenanceMargin, marginRatio };
};
const found = { 'with liqPrice': read({}), 'without liqPrice': read({ liqPrice: '' }) };
console.log(`ccxt 4.5.84, positionMM 30 of 600:`, found);
assert.deepEqual(found, {
  'with liqPrice': { maintenanceMargin: undefined, marginRatio: undefined },
  'without liqPrice': { maintenanceMargin: 30, marginRatio: 0.05 },
});
JS
node run.js
