#!/usr/bin/env bash
# bybit-api 4.7.7, seen 2026-11-30.
# Expected: `repayCollateralFixed`, by its name and place beside `repayFixed`, calls the fixed loan's documented path
# /v5/crypto-loan-fixed/repay-collateral.
# What happens: it posts to /v5/crypto-loan-flexible/repay-collateral, with a `loanId` that this path does not know.
# Why it matters: collateral is sold to repay another debt of the same coin, and the answer of either path is empty, so nothing tells.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
printf '{"private":true,"type":"module"}\n' > package.json
npm install --no-audit --no-fund --loglevel=error --save-exact bybit-api@4.7.7 >/dev/null
cat > run.js <<'JS'
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { RestClientV5 } from 'bybit-api';

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

answer = { retCode: 0, retMsg: 'ok', result: {}, time: 1 };
const client = new RestClientV5({ key: 'key', secret: 'secret', baseUrl: venue });
await client.repayFixed({ loanId: '1', loanCurrency: 'ETH' });
await client.repayCollateralFixed({ loanId: '1', loanCurrency: 'ETH', collateralCoin: 'BTC', amount: '0.1' });
server.close();
const paths = arrivals.map(({ path }) => path);
console.log('bybit-api 4.7.7:', paths);
assert.deepEqual(paths, ['/v5/crypto-loan-fixed/fully-repay', '/v5/crypto-loan-flexible/repay-collateral']);
JS
node run.js
