#!/usr/bin/env bash
# ccxt 4.5.84, seen 2026-11-30.
# Expected: `maxRetriesOnFailure` repeats what is safe to repeat.
# What happens: it repeats whatever failed with a NetworkError, and the class hierarchy puts OKX 50004 ("endpoint request timeout", which by OKX's
# own page says neither success nor failure), 50026 and 50001 there. One `addMargin` is one decision of a person and four requests at the exchange.
# Why it matters: margin changes have no client id, so a repeat that arrives after a first one that was carried out adds the margin again.
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
for (const code of ['50004', '50026', '50001']) {
  answer = { code, msg: 'in words', data: [] };
  arrivals.length = 0;
  const okx = client('okx', { maxRetriesOnFailure: 3, maxRetriesOnFailureDelay: 1 });
  const error = await okx.addMargin('BTC/USDT:USDT', 10).then(() => undefined, (one) => one);
  found[code] = `${error.constructor.name}, ${arrivals.length} requests of ${arrivals[0].path}`;
  assert.ok(arrivals.every(({ body }) => body === arrivals[0].body));
}
server.close();
console.log(`ccxt 4.5.84, one addMargin each:`, found);
assert.deepEqual(found, {
  50004: 'RequestTimeout, 4 requests of /api/v5/account/position/margin-balance',
  50026: 'ExchangeNotAvailable, 4 requests of /api/v5/account/position/margin-balance',
  50001: 'OnMaintenance, 4 requests of /api/v5/account/position/margin-balance',
});
JS
node run.js
