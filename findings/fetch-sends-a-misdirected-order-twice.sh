#!/usr/bin/env bash
# Node.js 24.21.0 (its built-in fetch), seen 2026-11-30.
# Expected: `fetch` sends a POST once; whoever wants it again asks again.
# What happens: where the answer is HTTP 421 (misdirected request), it goes out a second time, whole, with the same signature header, and only the
# second answer is seen. The first one, with whatever the exchange said in it, is gone. The standard asks for this; retry options of libraries on
# top (0 or none) do not reach it. A body that is a stream, which can be read only once, is not sent again.
# Why it matters: a signed change of collateral without a client id may be carried out twice behind a single call.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
printf '{"private":true,"type":"module"}\n' > package.json
npm install --no-audit --no-fund --loglevel=error --save-exact node@24.21.0 >/dev/null
cat > run.js <<'JS'
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
const arrivals = [];
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (part) => (body += part));
  request.on('end', () => {
    arrivals.push(`${request.headers['x-signature']} ${body}`);
    response.statusCode = arrivals.length === 1 ? 421 : 200;
    response.end(response.statusCode === 421 ? 'first answer' : 'second answer');
  });
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const address = `http://127.0.0.1:${server.address().port}/`;
const headers = { 'x-signature': 'abc' };
const order = '{"amt":"0.1"}';
const text = await (await fetch(address, { method: 'POST', headers, body: order })).text();
const asText = { arrivals: [...arrivals], seen: text };
arrivals.length = 0;
const stream = new ReadableStream({
  start(queue) {
    queue.enqueue(new TextEncoder().encode(order));
    queue.close();
  },
});
const once = await fetch(address, { method: 'POST', headers, body: stream, duplex: 'half' }).then((one) => one.text(), () => 'an error');
const asStream = { arrivals: arrivals.length, seen: once };
server.close();
console.log(`Node.js ${process.version}:`, asText, asStream);
assert.equal(process.version, 'v24.21.0');
assert.deepEqual(asText, { arrivals: [`abc ${order}`, `abc ${order}`], seen: 'second answer' });
assert.equal(asStream.arrivals, 1);
JS
npx --no-install node run.js
