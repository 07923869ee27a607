#!/usr/bin/env bash
# ccxt 4.5.84, seen 2026-11-30.
# Expected: `marginRatio` of a position is OKX's `mgnRatio`: the higher the safer, liquidation at 1 (100 %).
# What happens: OKX's figure is not looked at. ccxt divides maintenance margin by the margin that was put in, without the profit or loss: the
# lower the safer, and unchanged while the position runs into its liquidation. Healthy (21.5) and about to be liquidated (1.02) both read 0.05.
# Why it matters: a level taken from the unified field shows green at the moment of liquidation.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
printf '{"private":true,"type":"module"}\n' > package.json
npm install --no-audit --no-fund --loglevel=error --save-exact ccxt@4.5.84 >/dev/null
cat > run.js <<'JS'
import assert from 'node:assert/strict';
import ccxt from 'ccxt';

const market = { id: 'BTC-USDT-SWAP', symbol: 'BTC/USDT:USDT', base: 'BTC', quote: 'USDT', settle: 'USDT', type: 'swap', swap: true,
  contract: true, linear: true, inverse: false, contractSize: 0.01 };
// An isolated swap, fields as on OKX's page "Get positions"; the figures are made up and fit each other.
const row = (more) => ({ instType: 'SWAP', instId: 'BTC-USDT-SWAP', mgnMode: 'isolated', posId: '1', posSide: 'net', pos: '1', ccy: 'USDT',
  avgPx: '60000', markPx: '61000', last: '61000', liqPx: '55000', lever: '10', margin: '60', mmr: '3', mgnRatio: '21.5', upl: '10',
  notionalUsd: '610', liab: '', liabCcy: '', imr: '', cTime: '1700000000000', uTime: '1700000000000', ...more });

const read = (more) => new ccxt.okx().parsePosition(row(more), market).marginRatio;
const found = { 'mgnRatio 21.5': read({}), 'mgnRatio 1.02': read({ mgnRatio: '1.02', liqPx: '', upl: '-56', markPx: '54400' }) };
console.log(`ccxt 4.5.84, unified marginRatio:`, found);
assert.deepEqual(found, { 'mgnRatio 21.5': 0.05, 'mgnRatio 1.02': 0.05 });
JS
node run.js
