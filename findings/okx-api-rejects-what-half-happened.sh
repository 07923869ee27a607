#!/usr/bin/env bash
# okx-api 3.2.3 and bybit-api 4.7.7 (same author, same shape of client), seen 2026-11-30.
# Expected: both clients tell a refusal in the same way, and a rejected promise means that nothing was done.
# What happens: okx-api rejects (with a plain object, no Error) on every code but "0", so also on OKX's "2", partly done, where the first of two
# orders stands in the answer as placed. bybit-api fulfils the promise of a refused change; only `retCode` tells.
# Why it matters: the same try/catch around both repeats on one exchange what was done, and takes on the other a refusal for success.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
printf '{"private":true,"type":"module"}\n' > package.json
npm install --no-audit --no-fund --loglevel=error --save-exact okx-api@3.2.3 bybit-api@4.7.7 >/dev/null
cat > run.js <<'JS'
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { RestClientV5 } from 'bybit-api';
import { RestClient } from 'okx-api';

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

const order = { instId: 'BTC-USDT-SWAP', tdMode: 'isolated', side: 'buy', ordType: 'market', sz: '1' };
answer = { code: '2', msg: 'in words', data: [{ sCode: '0', sMsg: '', ordId: '1' }, { sCode: '51008', sMsg: 'in words', ordId: '' }] };
const okx = await new RestClient({ apiKey: 'key', apiSecret: 'secret', apiPass: 'phrase', baseUrl: venue }).submitMultipleOrders([order, order]).then(
  () => 'fulfilled',
  (one) => `rejected, ${one instanceof Error ? 'an Error' : 'no Error'}, order ${one.data[0].ordId} placed`,
);
answer = { retCode: 110071, retMsg: 'in words', result: {}, time: 1 };
const bybit = await new RestClientV5({ key: 'key', secret: 'secret', baseUrl: venue }).addOrReduceMargin({ category: 'linear', symbol: 'BTCUSDT', margin: '10' }).then(
  ({ retCode }) => `fulfilled, ${retCode}`,
  () => 'rejected',
);
server.close();
console.log('okx-api 3.2.3, bybit-api 4.7.7:', { okx, bybit });
assert.deepEqual({ okx, bybit }, { okx: 'rejected, no Error, order 1 placed', bybit: 'fulfilled, 110071' });
JS
node run.js
