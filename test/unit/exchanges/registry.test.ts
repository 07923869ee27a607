import assert from 'node:assert/strict';
import { english } from '../../../src/core/message.ts';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isDecimal, isNegative, isPositive } from '../../../src/core/decimal.ts';
import type { ErrorKind } from '../../../src/core/errors.ts';
import { credibleLtv } from '../../../src/core/risk/ltv.ts';
import type { Account, Snapshot } from '../../../src/core/model.ts';
import * as bybitCodes from '../../../src/exchanges/bybit/codes.ts';
import type { Connection, Exchange } from '../../../src/exchanges/exchange.ts';
import * as okxCodes from '../../../src/exchanges/okx/codes.ts';
import { exchanges } from '../../../src/exchanges/registry.ts';
import { canary, failureOf, FakeFetch, HastyClock, type Reply } from './bench.ts';

/** What the tests have to know of a venue. A new one brings its lines here, and all that follows holds for it. */
interface Facts {
  /** Whatever an official address of it ends with. */
  readonly domains: readonly string[];
  /** Ends of paths and the samples that answer there. */
  readonly samples: Readonly<Record<string, string>>;
  /** Paths without any of which `read` has nothing to show. */
  readonly needed: readonly string[];
  readonly codes: {
    readonly knownCodes: readonly string[];
    readonly meaningOf: (code: string) => { readonly kind: ErrorKind } | undefined;
  };
}

const facts: Readonly<Record<string, Facts>> = {
  okx: {
    domains: ['okx.com'],
    samples: {
      '/loan-info': 'loan-info',
      '/collateral-assets': 'collateral-assets',
      '/asset/balances': 'balances',
      '/market/index-tickers': 'index-tickers',
      '/account/positions': 'positions',
      '/account/config': 'account-config',
    },
    needed: ['/loan-info', '/account/positions'],
    codes: okxCodes,
  },
  bybit: {
    domains: [
      'bybit.com',
      'bytick.com',
      'bybit.eu',
      'bybit.nl',
      'bybit.tr',
      'bybit.kz',
      'bybitgeorgia.ge',
      'bybit.ae',
      'bybit.id',
      'manepa.jp',
    ],
    samples: {
      '/crypto-loan-common/position': 'position',
      '/crypto-loan-common/collateral-data': 'collateral-data',
      '/crypto-loan-fixed/borrow-contract-info': 'borrow-contract-info',
      '/crypto-loan/ongoing-orders': 'legacy-ongoing-orders',
      '/crypto-loan/collateral-data': 'legacy-collateral-data',
      '/query-account-coins-balance': 'query-account-coins-balance',
      '/market/tickers': 'tickers',
      '/user/query-api': 'query-api',
    },
    needed: ['/crypto-loan-common/position', '/crypto-loan/ongoing-orders'],
    codes: bybitCodes,
  },
};

const factsOf = ({ id }: Exchange): Facts => {
  const known = facts[id];
  assert.ok(known, `the tests know nothing of ${id}`);
  return known;
};

const live = ({ sites }: Exchange) => sites.find(({ simulated, demo }) => !simulated && !demo)!;

async function connected(exchange: Exchange, account: Pick<Account, 'site' | 'baseUrl'>) {
  const venue = new FakeFetch();
  const folder = path.join(process.cwd(), 'test/fixtures', exchange.id);
  for (const [suffix, name] of Object.entries(factsOf(exchange).samples)) {
    venue.on(suffix, readFileSync(path.join(folder, `${name}.json`), 'utf8'));
  }
  const trace: string[] = [];
  const connection: Connection = await exchange.connect({
    account,
    keys: async () => canary,
    clock: new HastyClock(),
    fetch: venue.fetch,
    trace: (line) => trace.push(line),
  });
  return { venue, connection, trace };
}

function assertSound({ loans, wallet, positions, asOf }: Snapshot): void {
  assert.equal(new Set(loans.map(({ id }) => id)).size, loans.length, 'each loan has an id of its own');
  for (const loan of loans) {
    assert.notEqual(loan.id, '');
    assert.notEqual(loan.orderId, '');
    const ltv = credibleLtv(loan);
    assert.ok(ltv !== undefined && isDecimal(ltv), 'samples have an LTV');
    for (const { coin, amount, usd = amount } of [...loan.debts, ...loan.collateral]) {
      assert.notEqual(coin, '');
      for (const value of [amount, usd]) assert.ok(isDecimal(value) && !isNegative(value));
    }
    for (const threshold of [loan.marginCall, loan.liquidation]) assert.ok(threshold !== undefined && isDecimal(threshold.ltv));
    assert.ok(Number(loan.marginCall!.ltv) < Number(loan.liquidation!.ltv) && Number(loan.liquidation!.ltv) < 1);
  }
  assert.equal(new Set(wallet.map(({ coin }) => coin)).size, wallet.length);
  for (const { amount } of wallet) assert.ok(isDecimal(amount) && !isNegative(amount));
  assert.equal(new Set(positions.map(({ positionId }) => positionId)).size, positions.length, 'each position has an id of its own');
  for (const { instrument, slot, marginCoin, priceCoin, size } of positions) {
    for (const name of [instrument, slot, marginCoin, priceCoin]) assert.notEqual(name, '');
    assert.ok(isDecimal(size) && isPositive(size));
  }
  assert.ok(Number.isSafeInteger(asOf));
}

describe('the venues', () => {
  it('have ids and names of their own, and every folder of a venue is one', () => {
    const ids = exchanges.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    assert.equal(new Set(exchanges.map(({ name }) => name)).size, ids.length);
    const folders = readdirSync(path.join(process.cwd(), 'src/exchanges'), { withFileTypes: true }).filter((one) => one.isDirectory());
    const common = ['http', 'kit'];
    const venues = folders.map(({ name }) => name).filter((name) => !common.includes(name));
    assert.deepEqual(venues.sort(), [...ids].sort());
  });

  it('have their code under the same names, so that whoever knows one finds the way in another', () => {
    const parts =
      'venue connect connection endpoints sites sign envelope codes schema requests key stream ' +
      'loan-map loans loan-change loan-proof position-map positions position-change position-proof';
    for (const { id } of exchanges) {
      const files = readdirSync(path.join(process.cwd(), 'src/exchanges', id));
      for (const part of parts.split(' ')) assert.ok(files.includes(`${part}.ts`), `${id} has no ${part}.ts`);
    }
  });
});

for (const exchange of exchanges) {
  describe(`the venue ${exchange.name}`, () => {
    it('has sites on official hosts over TLS, and exactly one on loopback', () => {
      const { sites } = exchange;
      assert.equal(new Set(sites.map(({ id }) => id)).size, sites.length);
      assert.equal(new Set(sites.map(({ label }) => (typeof label === 'string' ? label : english(label)))).size, sites.length);
      assert.deepEqual(
        sites.filter(({ simulated }) => simulated).map(({ id, baseUrl, demo }) => [id, baseUrl, demo]),
        [['loopback', undefined, false]],
      );
      const examples = exchanges.map((one) => one.sites.find(({ id }) => id === 'loopback')?.exampleUrl);
      assert.equal(new Set(examples).size, exchanges.length, 'each shows where its own simulated exchange listens');
      for (const { baseUrl, page, simulated } of sites) {
        assert.equal(page === undefined, simulated, 'a website, but for what is simulated');
        if (page === undefined) continue;
        const site = new URL(page);
        assert.equal(site.origin, page);
        assert.ok(
          factsOf(exchange).domains.some((domain) => `.${site.hostname}`.endsWith(`.${domain}`)) && site.protocol === 'https:',
          page,
        );
        const url = new URL(baseUrl!);
        assert.equal(url.origin, baseUrl, 'nothing but scheme and host');
        assert.equal(url.protocol, 'https:');
        const isOfficial = factsOf(exchange).domains.some((domain) => url.hostname.endsWith(`.${domain}`));
        assert.ok(isOfficial, url.hostname);
      }
      assert.equal(new URL(exchange.keyHelpUrl).protocol, 'https:');
    });

    it('is listened to on official hosts over TLS, each of which the README names', async () => {
      const readme = readFileSync(path.join(process.cwd(), 'README.md'), 'utf8');
      let heard = 0;
      for (const { id, simulated } of exchange.sites) {
        const account = simulated ? { site: id, baseUrl: 'http://127.0.0.1:9' } : { site: id };
        const { streams } = (await connected(exchange, account)).connection;
        const positions = ['SWAP', 'linear', 'inverse'].map((market) => ({ instrument: 'X', market }));
        for (const { url } of [...(streams?.publicLines(['BTC'], positions) ?? []), ...[streams?.privateLine?.() ?? []].flat()]) {
          const { protocol, hostname, search } = new URL(url);
          heard += 1;
          assert.equal(search, '');
          if (simulated) assert.deepEqual([protocol, hostname], ['ws:', '127.0.0.1']);
          else assert.ok(protocol === 'wss:' && factsOf(exchange).domains.some((domain) => hostname.endsWith(`.${domain}`)), url);
          assert.ok(readme.includes(`\`${hostname}\``), hostname);
        }
      }
      assert.ok(heard > exchange.sites.length);
    });

    it('asks for a key and a secret, each once and with a label', () => {
      const ids = exchange.keyFields.map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length);
      assert.ok(ids.includes('apiKey') && ids.includes('secret'));
      for (const { label } of exchange.keyFields) assert.notEqual(label.template, '');
    });

    it('is not connected to an address that is not its own', async () => {
      for (const account of [{ site: 'nowhere' }, { site: 'loopback' }, { site: 'loopback', baseUrl: 'https://example.com' }]) {
        const error = await failureOf(connected(exchange, account));
        assert.deepEqual([error.kind, error.code, error.effect], ['refused', 'address', 'none']);
      }
    });

    it('gives a sound snapshot of its samples, and sends everything to the one address', async () => {
      const site = live(exchange);
      const { venue, connection } = await connected(exchange, { site: site.id });
      assertSound(await connection.read());
      assert.ok(venue.seen.length > 0);
      for (const { url, method, body } of venue.seen) assert.deepEqual([url.origin, method, body], [site.baseUrl, 'GET', undefined]);
    });

    it('says what a key may do', async () => {
      const { connection } = await connected(exchange, { site: live(exchange).id });
      const { canRead, canTrade } = await connection.inspect();
      assert.deepEqual([canRead, canTrade], [true, true]);
    });

    it('has a kind for every error code that it documents', () => {
      const { knownCodes, meaningOf } = factsOf(exchange).codes;
      assert.ok(knownCodes.length > 50);
      for (const code of knownCodes) assert.notEqual(meaningOf(code)?.kind, undefined, code);
      for (const code of ['toString', '__proto__', '', '31415926']) assert.equal(meaningOf(code), undefined);
    });

    const faults: readonly (readonly [string, Reply, readonly ErrorKind[]])[] = [
      ['HTTP 401', new Response('', { status: 401 }), ['auth']],
      ['HTTP 403', new Response('', { status: 403 }), ['ip', 'rate']],
      ['HTTP 429', new Response('', { status: 429 }), ['rate']],
      ['HTTP 500', new Response('', { status: 500 }), ['unavailable']],
      ['a page that is no answer', '<html>', ['shape']],
      ['half an answer', '{"retCode":0,"code":"0","result":{"', ['shape']],
      ['a broken connection', () => Promise.reject(new TypeError('fetch failed')), ['network']],
      ['a time-out', () => Promise.reject(new DOMException('', 'TimeoutError')), ['network']],
    ];
    for (const [name, reply, kinds] of faults) {
      it(`makes of ${name} ${kinds.join(' or ')}, without a word of the key`, async () => {
        const { venue, connection, trace } = await connected(exchange, { site: live(exchange).id });
        for (const suffix of factsOf(exchange).needed) venue.on(suffix, reply);
        const error = await failureOf(connection.read());
        assert.ok(kinds.includes(error.kind), error.kind);
        assert.equal(error.effect, 'none');
        const said = [error.message, JSON.stringify(error), error.stack, ...trace].join('\n');
        for (const secret of Object.values(canary)) assert.equal(said.includes(secret), false);
      });
    }

    it('stops when it is told to', async () => {
      const { venue, connection } = await connected(exchange, { site: live(exchange).id });
      assert.equal((await failureOf(connection.read(AbortSignal.abort()))).kind, 'aborted');
      assert.deepEqual(venue.seen, []);
    });
  });
}
