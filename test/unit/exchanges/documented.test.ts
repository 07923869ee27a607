import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { decimal } from '../../../src/core/decimal.ts';
import { ExchangeError } from '../../../src/core/errors.ts';
import { english } from '../../../src/core/message.ts';
import { requestOf } from '../../../src/engine/actions.ts';
import type { Connection, Exchange } from '../../../src/exchanges/exchange.ts';
import { exchanges } from '../../../src/exchanges/registry.ts';
import { holds } from '../property.ts';
import { canary, FakeFetch, HastyClock, type Reply, type Seen } from './bench.ts';
import { documentation, type Documented } from './documented.ts';
import { says } from '../../texts.ts';

const documentedOf = ({ id }: Exchange): Documented => {
  const known = documentation[id];
  assert.ok(known, `the tests know nothing of the documentation of ${id}`);
  return known;
};

async function connected(exchange: Exchange, everywhere?: Reply, asked = { asked: 0 }) {
  const venue = new FakeFetch();
  for (const [suffix, name] of Object.entries(documentedOf(exchange).samples)) {
    venue.on(suffix, everywhere ?? readFileSync(path.join(process.cwd(), 'test/fixtures', exchange.id, `${name}.json`), 'utf8'));
  }
  const site = exchange.sites.find(({ simulated, demo }) => !simulated && !demo)!;
  const trace: string[] = [];
  const connection = await exchange.connect({
    account: { site: site.id },
    keys: async () => {
      asked.asked += 1;
      return canary;
    },
    clock: new HastyClock(),
    fetch: venue.fetch,
    trace: (line) => trace.push(line),
  });
  return { venue, connection, trace, origin: site.baseUrl };
}

type Call = (connection: Connection) => Promise<unknown>;

/** Everything a connection can do, with every loan and position of the samples. */
function* everyCall({ loans, positions, changes }: Documented): Generator<Call> {
  const extra = [{ coin: 'ETH', amount: decimal('1') }];
  yield (connection) => connection.inspect();
  yield (connection) => connection.read();
  yield (connection) => connection.loans!.borrowableCoins();
  yield (connection) => connection.indexPrices(['BTC', 'USDC']);
  yield async (connection) => connection.maintenance?.();
  yield (connection) => connection.loans!.maximumLoan('USDT', undefined, []);
  for (const loan of [undefined, ...loans]) {
    yield (connection) => connection.loans!.history(loan, { limit: 10 });
    yield (connection) => connection.loans!.history(loan, { limit: 1, cursor: '7' });
    yield (connection) => connection.loans!.interest(loan, { coin: 'USDC' });
  }
  for (const loan of loans) {
    yield (connection) => connection.loans!.maximumLoan('USDT', loan, extra);
    for (const direction of ['add', 'reduce'] as const) {
      yield (connection) => connection.actions.collateral!.options(loan, direction);
      yield (connection) => connection.actions.collateral!.prepare({ loan, direction, coin: 'BTC' });
    }
  }
  for (const [change] of changes) if (change.kind === 'repay') yield (connection) => connection.actions.repay!.prepare(change);
  for (const [change] of changes) if (change.kind === 'borrow') yield (connection) => connection.actions.borrow!.prepare(change);
  for (const position of positions) yield (connection) => connection.actions.margin!.prepare({ position });
  for (const [change] of changes) {
    yield (connection) => requestOf(connection, change).send(change);
    for (const receipt of [{}, { reference: '27511' }]) {
      yield (connection) => {
        const { actions } = connection;
        if (change.kind === 'margin')
          return actions.margin!.prove(change, { kind: 'margin', size: decimal('1'), margin: decimal('1') }, receipt);
        if (change.kind === 'repay') return actions.repay!.prove(change, { kind: 'repay', debt: decimal('1') }, receipt);
        if (change.kind === 'repay-collateral')
          return actions['repay-collateral']!.prove(change, { kind: change.kind, debt: decimal('1'), pledged: decimal('1') }, receipt);
        if (change.kind === 'borrow') return actions.borrow!.prove(change, { kind: 'borrow', debt: decimal('1') }, receipt);
        return actions.collateral!.prove(change, { kind: 'collateral', pledged: decimal('1') }, receipt);
      };
    }
  }
}

for (const exchange of exchanges) {
  describe(`what is asked of ${exchange.name}`, () => {
    const documented = documentedOf(exchange);

    it('is documented: endpoint, method and every parameter; and it goes to the one host of the site', async () => {
      const seen: Seen[] = [];
      let origin: string | undefined;
      for (const call of everyCall(documented)) {
        // A connection each: what one has asked counts towards its limits.
        const one = await connected(exchange);
        // Samples do not fit all questions; what counts here is what was asked.
        await call(one.connection).catch((error: unknown) => {
          assert.ok(ExchangeError.is(error), inspect(error));
        });
        seen.push(...one.venue.seen);
        origin = one.origin;
      }
      assert.ok(seen.length > documented.changes.length);
      for (const { method, url, body } of seen) {
        const name = `${method} ${url.pathname}`;
        const allowed = documented.endpoints[name];
        assert.ok(allowed, `${name} is not documented`);
        assert.equal(url.origin, origin);
        if (method === 'GET') assert.equal(body, undefined, 'a GET has no body');
        else assert.equal(url.search, '');
        const named = method === 'GET' ? [...url.searchParams.keys()] : Object.keys(JSON.parse(body ?? '{}') as object);
        for (const parameter of named) assert.ok(allowed.includes(parameter), `${name} knows no ${parameter}`);
        assert.equal(new Set(named).size, named.length);
      }
      // The other way round: nothing is listed that is never asked, so that the list stays the truth.
      const asked = new Set(seen.map(({ method, url }) => `${method} ${url.pathname}`));
      const listed = Object.keys(documented.endpoints).filter((name) => !/\/(time|instruments)$/.test(name));
      assert.deepEqual(
        listed.filter((name) => !asked.has(name)),
        [],
      );
    });

    for (const [change, where, body] of documented.changes) {
      const target =
        change.kind === 'margin' ? `${change.position.instrument} ${change.position.side} (${change.position.slot})` : change.loan.loanId;
      it(`to ${change.direction} ${change.kind} of ${target} is these very bytes, once`, async () => {
        const { venue, connection } = await connected(exchange);
        assert.deepEqual(requestOf(connection, change).describe(change), { method: 'POST', path: where, body });
        await requestOf(connection, change).send(change);
        assert.deepEqual(
          venue.seen.map(({ method, target: asked, body: sent }) => [method, asked, sent]),
          [['POST', where, body]],
        );
      });
    }

    for (const [change, where, body] of documented.changes) {
      const of = change.kind === 'margin' ? `${change.position.instrument} (${change.position.slot})` : change.loan.loanId;
      it(`to ${change.direction} ${change.kind} of ${of} is rehearsed as it would leave, without a key or a request`, async () => {
        const keys = { asked: 0 };
        const { venue, connection, origin } = await connected(exchange, undefined, keys);
        const { method, url, headers, body: shown } = requestOf(connection, change).rehearse(change);
        assert.deepEqual([method, url, shown], ['POST', `${origin!}${where}`, body]);
        assert.deepEqual(
          headers.map(({ name, value }) => [name, value]),
          documented.headers,
        );
        assert.deepEqual([venue.seen.length, keys.asked], [0, 0]);
        for (const { value, masked, said } of headers) {
          assert.equal(masked === true, value === '••••');
          assert.equal(said === undefined ? undefined : english(said), value === says('http.time-sending') ? value : undefined);
        }
        await requestOf(connection, change).send(change);
        const [sent] = venue.seen;
        assert.deepEqual([sent?.method, sent?.url.href, sent?.body], [method, url, shown]);
        assert.deepEqual([...sent!.headers.keys()].sort(), headers.map(({ name }) => name.toLowerCase()).sort());
        for (const { name, value, masked, said } of headers) {
          if (masked !== true && said === undefined) assert.equal(sent!.headers.get(name), value);
        }
      });
    }

    it('is rehearsed to the byte, whatever amount is sent', async () => {
      await holds(
        fc.asyncProperty(
          fc.nat(999_999),
          fc.integer({ min: 1, max: 9999 }),
          fc.constantFrom(...documented.changes),
          async (whole, part, [one]) => {
            const { venue, connection } = await connected(exchange);
            const change = { ...one, amount: decimal(`${whole.toString()}.${part.toString().padStart(4, '0')}`) };
            const { method, url, body } = requestOf(connection, change).rehearse(change);
            await requestOf(connection, change).send(change);
            const sent = venue.seen.at(-1);
            assert.deepEqual([method, url, body], [sent?.method, sent?.url.href, sent?.body]);
          },
        ),
        { numRuns: 60 },
      );
    });

    it('is not rehearsed where it would not be sent', async () => {
      const { venue, connection } = await connected(exchange);
      for (const [change] of documented.changes) {
        const unclear = { ...change, amount: decimal('0') };
        assert.throws(
          () => requestOf(connection, unclear).rehearse(unclear),
          (error) => ExchangeError.is(error, 'refused'),
        );
        await assert.rejects(requestOf(connection, unclear).send(unclear), (error) => ExchangeError.is(error, 'refused'));
      }
      assert.deepEqual(venue.seen, []);
    });

    const faults: readonly (readonly [string, Reply])[] = [
      ['HTTP 401', new Response(JSON.stringify(canary), { status: 401 })],
      ['HTTP 403', new Response(JSON.stringify(canary), { status: 403 })],
      ['HTTP 429', new Response('', { status: 429 })],
      ['HTTP 500', new Response('', { status: 500 })],
      ['a page that repeats the request', `<html>${Object.values(canary).join(' ')}</html>`],
      ['a broken connection', () => Promise.reject(new TypeError(`fetch failed ${canary['apiKey']!}`))],
      ['a time-out', () => Promise.reject(new DOMException(canary['secret'], 'TimeoutError'))],
    ];
    for (const [name, reply] of faults) {
      it(`never lets the key out, whatever is asked, at ${name}`, async () => {
        const said: string[] = [];
        for (const call of everyCall(documented)) {
          const { connection, trace } = await connected(exchange, reply);
          await call(connection).then(
            (answer) => said.push(inspect(answer, { depth: 9 })),
            (error: unknown) => said.push(inspect(error, { depth: 9, showHidden: true }), JSON.stringify(error)),
          );
          said.push(...trace);
        }
        const all = said.join('\n');
        assert.ok(said.length > 10);
        for (const secret of Object.values(canary)) assert.equal(all.includes(secret), false);
      });
    }

    it('is asked no more once it was told to stop', async () => {
      const { venue, connection } = await connected(exchange);
      const stop = AbortSignal.abort();
      for (const question of [
        () => connection.inspect(stop),
        () => connection.read(stop),
        ...documented.loans.map((loan) => () => connection.actions.collateral!.prepare({ loan, direction: 'add', coin: 'BTC' }, stop)),
        ...documented.positions.map((position) => () => connection.actions.margin!.prepare({ position }, stop)),
      ]) {
        await assert.rejects(question, (error) => ExchangeError.is(error, 'aborted'));
      }
      assert.deepEqual(venue.seen, []);
    });
  });
}
