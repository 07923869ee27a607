#!/usr/bin/env bash
# ccxt 4.5.84, seen 2026-11-30.
# Expected: `maintenanceMarginPercentage` of a position is its maintenance margin as a share of its value, whatever coin the margin is in.
# What happens: for an isolated spot-margin position whose margin is in the base coin, OKX gives `mmr` in that coin and `notionalUsd` in
# dollars. ccxt divides the one by the other and rounds to four decimals: 0, where coin by coin it is 1.67 %. `initialMargin` is undefined.
# Why it matters: a distance to liquidation taken from the unified fields says that nothing has to be maintained.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
printf '{"private":true,"type":"module"}\n' > package.json
npm install --no-audit --no-fund --loglevel=error --save-exact ccxt@4.5.84 >/dev/null
cat > run.js <<'JS'
import assert from 'node:assert/strict';
import ccxt from 'ccxt';

const market = { id: 'BTC-USDT', symbol: 'BTC/USDT', base: 'BTC', quote: 'USDT', type: 'spot', spot: true, margin: true, contract: false };
// Fields as on OKX's page "Get positions" for a long position on spot margin; the figures are made up and fit each other.
const row = { instType: 'MARGIN', instId: 'BTC-USDT', mgnMode: 'isolated', posId: '1', posSide: 'net', pos: '0.002', posCcy: 'BTC', ccy: 'BTC',
  avgPx: '60000', markPx: '60000', last: '60000', liqPx: '51000', lever: '5', liab: '-96', liabCcy: 'USDT', margin: '0.0004', mmr: '0.0000334',
  mgnRatio: '11.9', imr: '', upl: '0', uplRatio: '0', notionalUsd: '120', cTime: '1700000000000', uTime: '1700000000000' };

const { maintenanceMargin, maintenanceMarginPercentage, initialMargin, notional } = new ccxt.okx().parsePosition(row, market);
const inCoins = Number(row.mmr) / Number(row.pos);
console.log('ccxt 4.5.84:', { maintenanceMargin, notional, maintenanceMarginPercentage, initialMargin }, 'coin by coin:', inCoins);
assert.equal(maintenanceMargin, 0.0000334);
assert.equal(maintenanceMarginPercentage, 0);
assert.equal(initialMargin, undefined);
assert.equal(inCoins.toFixed(4), '0.0167');
JS
node run.js
