#!/usr/bin/env bash
# ccxt 4.5.84, seen 2026-11-30.
# Expected: a code that leaves open whether a change was made comes as a NetworkError (RequestTimeout and its kin), a refusal as an ExchangeError:
# that is what the two halves of the class hierarchy are for.
# What happens: OKX 51054 (request timed out) and Bybit 10016 (the server failed or was restarted) come as a plain ExchangeError, in one class
# with "insufficient margin". Bybit 10002, a timestamp that was refused at the door, comes as a NetworkError.
# Why it matters: code that takes an ExchangeError for "nothing happened" lets a person repeat a change that may have been made.
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

const found = {};
for (const [id, code] of [['okx', '51054'], ['bybit', 10016], ['bybit', 10002]]) {
  answer = id === 'okx' ? { code, msg: 'in words', data: [] } : { retCode: code, retMsg: 'in words', result: {}, time: 1 };
  const one = client(id);
  const call = id === 'okx' ? one.addMargin('BTC/USDT:USDT', 10) : one.privatePostV5PositionAddMargin({ category: 'linear', symbol: 'BTCUSDT', margin: '10' });
  const error = await call.then(() => undefined, (thrown) => thrown);
  found[`${id} ${code}`] = `${error.constructor.name}, ${error instanceof ccxt.NetworkError ? 'NetworkError' : 'no NetworkError'}`;
}
server.close();
console.log(`ccxt 4.5.84:`, found);
assert.deepEqual(found, {
  'okx 51054': 'ExchangeError, no NetworkError',
  'bybit 10016': 'ExchangeError, no NetworkError',
  'bybit 10002': 'InvalidNonce, NetworkError',
});
JS
node run.js
