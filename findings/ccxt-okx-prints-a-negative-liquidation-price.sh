#!/usr/bin/env bash
# ccxt 4.5.84, seen 2026-11-30.
# Expected: a `liqPx` below zero, which OKX gives where no price would liquidate the position, is read as "none".
# What happens: it is passed on as `liquidationPrice` -965678126.11 (the figure of an issue of a trading bot's users); only "" becomes undefined.
# Why it matters: a distance computed from it is a large negative or positive number that sorts and colours like a real one.
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

const read = (liqPx) => new ccxt.okx().parsePosition(row({ liqPx }), market).liquidationPrice;
const found = { negative: read('-965678126.11'), empty: read('') };
console.log(`ccxt 4.5.84, unified liquidationPrice:`, found);
assert.deepEqual(found, { negative: -965678126.11, empty: undefined });
JS
node run.js
