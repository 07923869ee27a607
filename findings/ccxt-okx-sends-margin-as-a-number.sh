#!/usr/bin/env bash
# ccxt 4.5.84, seen 2026-11-30.
# Expected: the amount of a margin change goes out as OKX documents it, a decimal string.
# What happens: `addMargin` puts a JSON number there; a small one of a coin-margined position leaves with an exponent ("amt":1e-7), and digits
# beyond those of a double are gone before that.
# Why it matters: byte-for-byte comparison with ccxt is no oracle for this request, and an amount cannot be read back from its log exactly.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
printf '{"private":true,"type":"module"}\n' > package.json
npm install --no-audit --no-fund --loglevel=error --save-exact ccxt@4.5.84 >/dev/null
cat > run.js <<'JS'
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import ccxt from 'ccxt';

// The venue: answers what it is told to, and counts.
const arrivals = [];
let answer = {};
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (part) => (body += part));
  request.on('end', () => {
    arrivals.push({ path: request.url.split('?')[0], body });
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answer));
  });
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const venue = `http://127.0.0.1:${server.address().port}`;

function client(id, options = {}) {
  const made = new ccxt[id]({ apiKey: 'key', secret: 'secret', password: 'phrase', options });
  for (const name of Object.keys(made.urls.api)) made.urls.api[name] = venue;
  const place = id === 'okx' ? 'BTC-USDT-SWAP' : 'BTCUSDT';
  made.setMarkets([{ id: place, symbol: 'BTC/USDT:USDT', base: 'BTC', quote: 'USDT', settle: 'USDT', type: 'swap', swap: true,
    contract: true, linear: true, inverse: false, contractSize: 0.01, active: true, precision: { amount: 1, price: 0.1 }, limits: {} }], {});
  return made;
}

answer = { code: '0', msg: '', data: [{ instId: 'BTC-USDT-SWAP', posSide: 'net', amt: '1', type: 'add', ccy: 'USDT' }] };
const okx = client('okx');
for (const amount of ['0.0000001', '1.7921483143067599']) await okx.addMargin('BTC/USDT:USDT', Number(amount));
server.close();
const bodies = arrivals.map(({ body }) => body);
console.log(`ccxt 4.5.84:`, bodies);
assert.match(bodies[0], /"amt":1e-7[,}]/);
assert.match(bodies[1], /"amt":1\.7921483143067598[,}]/);
JS
node run.js
