import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { ErrorKind } from '../../../../src/core/errors.ts';
import { connectOkx } from '../../../../src/exchanges/okx/connect.ts';
import { bench, canary, change, failureOf, fixture, refusal, success, HastyClock, type Reply } from '../bench.ts';
import { says, saysInTurn } from '../../../texts.ts';

const html = '<html>Bad gateway</html>';
const reset = (): never => {
  throw new TypeError('fetch failed', { cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }) });
};
/** Half an answer, then the connection breaks. */
const broken = (): Response =>
  new Response(
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"code":"0","da'));
      },
      pull(controller) {
        controller.error(new TypeError('terminated'));
      },
    }),
  );
const endless = (): Response =>
  new Response(
    new ReadableStream({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode(' '.repeat(65_536)));
      },
    }),
  );
const redirect = (): Response => new Response('', { status: 307, headers: { location: 'https://example.org/' } });

/** Whatever can come back instead of an envelope: what it is, and whether a read is worth repeating. */
const faults: readonly (readonly [name: string, reply: Reply, kind: ErrorKind, reads: 1 | 3])[] = [
  ['a page under HTTP 200', html, 'shape', 1],
  ['an empty answer', '', 'shape', 1],
  ['half an envelope', '{"code":"0","data":[', 'shape', 1],
  ['an envelope without a code', '{"data":[]}', 'shape', 1],
  ['a code that is a number', '{"code":50105,"data":[],"msg":""}', 'auth', 1],
  ['a code that is a fraction', '{"code":0.5,"data":[],"msg":""}', 'shape', 1],
  ['an answer without end', endless, 'shape', 1],
  ['a page under HTTP 401', new Response(html, { status: 401 }), 'auth', 1],
  ['a page under HTTP 403', new Response(html, { status: 403 }), 'ip', 1],
  ['a page under HTTP 429', new Response(html, { status: 429 }), 'rate', 3],
  ['a page under HTTP 500', new Response(html, { status: 500 }), 'unavailable', 3],
  ['a page under HTTP 503', new Response(html, { status: 503 }), 'unavailable', 3],
  ['a connection that is reset', reset, 'network', 3],
  ['an answer that breaks off', broken, 'network', 3],
  ['50011', refusal('50011'), 'rate', 3],
  ['50026', new Response(refusal('50026'), { status: 500 }), 'unavailable', 3],
  ['50105', new Response(refusal('50105'), { status: 401 }), 'auth', 1],
  ['51063', refusal('51063'), 'refused', 1],
];

describe('a fault on the way to OKX', () => {
  for (const [name, reply, kind, attempts] of faults) {
    it(`"${name}" ends a read as ${kind} after ${attempts.toString()} attempts`, async () => {
      const { venue, connection, clock } = bench();
      venue.on('/borrow-currencies', reply);
      const error = await failureOf(connection.loans!.borrowableCoins());
      assert.equal(error.kind, kind);
      assert.equal(error.effect, 'none');
      assert.equal(venue.seen.length, attempts);
      assert.equal(clock.pauses.length, attempts - 1);
    });

    it(`"${name}" is met by one send of a change, no more`, async () => {
      const { venue, connection, clock } = bench();
      venue.on('/adjust-collateral', reply);
      const error = await failureOf(connection.actions.collateral!.send(change()));
      assert.equal(error.kind, kind);
      const refused = error.code !== undefined && kind !== 'unavailable';
      assert.equal(error.effect, refused ? 'none' : 'unknown');
      assert.equal(venue.seen.length, 1);
      assert.deepEqual(clock.pauses, []);
    });
  }

  it('is forgotten when the next attempt of a read succeeds', async () => {
    const { venue, connection } = bench();
    venue.on('/borrow-currencies', reset, new Response(html, { status: 502 }), fixture('borrow-currencies'));
    assert.deepEqual(await connection.loans!.borrowableCoins(), ['USDT', 'USDC']);
    const signatures = venue.seen.map(({ headers }) => headers.get('OK-ACCESS-SIGN'));
    assert.equal(new Set(signatures).size, 3, 'each attempt is signed afresh');
  });

  it('does not make a POST that only reads a write', async () => {
    const { venue, connection } = bench();
    venue.on('/max-loan', reset, fixture('max-loan'));
    assert.equal((await connection.loans!.maximumLoan('USDT', undefined, []))?.amount, '0.01113');
  });

  it('follows no redirect', async () => {
    const { venue, connection } = bench();
    venue.on('/borrow-currencies', redirect);
    await failureOf(connection.loans!.borrowableCoins());
    assert.ok(venue.seen.every(({ init }) => init.redirect === 'error' || init.redirect === 'manual'));
    assert.ok(venue.seen.every(({ url }) => url.host === 'openapi.okx.com'));
  });

  it('tells where it hurts when an answer is no list at all', async () => {
    for (const data of [{}, null, 'none', 5]) {
      const { venue, connection } = bench();
      venue.on('/borrow-currencies', JSON.stringify({ code: '0', data, msg: '' }));
      const error = await failureOf(connection.loans!.borrowableCoins());
      assert.deepEqual([error.kind, error.field], ['shape', 'data']);
      assert.match(error.message, saysInTurn(says('venue.odd-answer', 'OKX'), ' (data'));
    }
  });

  it('takes an empty text for unknown, not for zero', async () => {
    const loan = JSON.parse(fixture('loan-info')) as { data: Record<string, unknown>[] };
    const { venue, connection } = bench();
    venue
      .on('/loan-info', success([{ ...loan.data[0], curLTV: '', marginCallLTV: '', liqLTV: '', collateralNotionalUsd: '' }]))
      .on('/asset/balances', success([]))
      .on('/collateral-assets', success([]))
      .on('/index-tickers', success([]));
    const [read] = (await connection.read()).loans;
    assert.deepEqual([read?.ltv, read?.marginCall, read?.liquidation, read?.collateralUsd], [undefined, undefined, undefined, undefined]);
  });
});

describe('keys', () => {
  /** A venue that says back all it was told, and a network layer that does so in its errors. */
  const gossips: readonly (readonly [string, Reply])[] = [
    ...faults.map(([name, reply]) => [name, reply] as const),
    ['words that repeat the key', refusal('50111', `no key ${canary['apiKey']!} with ${canary['passphrase']!} and ${canary['secret']!}`)],
    ['a code that repeats the key', refusal(canary['apiKey']!)],
    [
      'an error that holds the request',
      () => {
        throw Object.assign(new TypeError(`failed with ${JSON.stringify(canary)}`), { options: { headers: canary } });
      },
    ],
  ];

  for (const [name, reply] of gossips) {
    it(`are in no error and no trace after "${name}"`, async () => {
      const { venue, connection, trace } = bench();
      venue.on('/borrow-currencies', reply).on('/adjust-collateral', reply);
      const errors = [await failureOf(connection.loans!.borrowableCoins()), await failureOf(connection.actions.collateral!.send(change()))];
      for (const error of errors) {
        assert.equal(error.cause, undefined);
        const all = [error.message, error.stack, inspect(error, { depth: 20, showHidden: true }), JSON.stringify(error), ...trace].join(
          '\n',
        );
        for (const secret of Object.values(canary)) assert.ok(!all.includes(secret), `${name}: ${all}`);
      }
    });
  }

  it('are not said back, and neither is a signature', async () => {
    const connection = connectOkx({
      account: { site: 'global' },
      keys: async () => canary,
      clock: new HastyClock(),
      fetch: async (_input, init) => new Response(refusal('50113', `no ${new Headers(init?.headers).get('OK-ACCESS-SIGN') ?? ''} here`)),
    });
    assert.match((await failureOf(connection.loans!.borrowableCoins())).message, /"no [^A-Za-z0-9+=]+ here"/);
  });

  it('that cannot stand in a header are named as the fault, and nothing is sent', async () => {
    const { venue } = bench();
    const clock = { now: () => 0, sleep: () => Promise.resolve() };
    for (const bad of ['pass\nphrase', 'Fränk\u4e2d', '']) {
      const connection = connectOkx({
        account: { site: 'global' },
        keys: async () => ({ ...canary, passphrase: bad }),
        clock,
        fetch: venue.fetch,
      });
      const error = await failureOf(connection.actions.collateral!.send(change()));
      assert.equal(error.kind, 'auth');
      assert.equal(error.effect, 'none');
    }
    assert.equal(venue.seen.length, 0);
  });
});

describe('the trace', () => {
  it('has a line per attempt with method, path, outcome and duration, and no query or body', async () => {
    const { venue, connection, trace } = bench();
    venue.on('/loan-history', reset, success([])).on('/adjust-collateral', fixture('adjust-collateral'));
    await connection.loans!.history({ loanId: '12345', orderId: '12345' }, {});
    await connection.actions.collateral!.send(change());
    assert.equal(trace.length, 3);
    assert.match(trace[0]!, /GET \/api\/v5\/finance\/flexible-loan\/loan-history\b.*network.*\d+ ms/);
    assert.match(trace[2]!, /POST \/api\/v5\/finance\/flexible-loan\/adjust-collateral\b.*\d+ ms/);
    assert.doesNotMatch(trace.join('\n'), /12345|collateralAmt|\?|0\.1/);
  });
});
