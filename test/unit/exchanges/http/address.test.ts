import assert from 'node:assert/strict';
import { ExchangeError } from '../../../../src/core/errors.ts';
import { loopbackOrigin, originOf } from '../../../../src/exchanges/http/address.ts';
import { exchanges } from '../../../../src/exchanges/registry.ts';
import { connectOkx } from '../../../../src/exchanges/okx/connect.ts';
import { okx } from '../../../../src/exchanges/okx/venue.ts';

const refused = (error: unknown): boolean => ExchangeError.is(error, 'refused') && error.effect === 'none';

describe('a loopback address', () => {
  for (const [text, origin] of [
    ['http://127.0.0.1:9000', 'http://127.0.0.1:9000'],
    ['http://127.0.0.1:9000/', 'http://127.0.0.1:9000'],
    ['https://localhost:8443', 'https://localhost:8443'],
    ['http://LOCALHOST', 'http://localhost'],
    ['http://[::1]:9000', 'http://[::1]:9000'],
    // Other spellings of the same machine; what is kept is the plain one.
    ['http://2130706433:9000', 'http://127.0.0.1:9000'],
    ['http://0x7f.1', 'http://127.0.0.1'],
  ] as const) {
    it(`is ${text}`, () => {
      assert.equal(loopbackOrigin(text), origin);
    });
  }

  for (const text of [
    '',
    'localhost',
    'localhost:9000',
    '127.0.0.1:9000',
    'ftp://localhost',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'http://localhost.evil.com',
    'http://localhost.',
    'http://127.0.0.1.evil.com',
    'http://evil.com',
    'http://evil.com#localhost',
    'http://evil.com?localhost',
    'http://localhost@evil.com',
    'http://127.0.0.1:80@evil.com',
    'http://user@localhost',
    'http://user:word@127.0.0.1:9000',
    'http://localhost/path',
    'http://127.0.0.1:9000/path',
    'http://3232235777',
    'http://127.0.0.1%2eevil.com',
    'http://evil.com\\@localhost',
    'http://localhost:9000/?',
    'http://localhost:9000/#',
    'http://localhost:9000/?a=b',
    'http://localhost:99999',
    'http://127.0.0.2',
    'http://0.0.0.0',
    'http://[::]',
    'http://[::ffff:10.0.0.1]',
    'http://10.0.0.1',
    'http://169.254.169.254',
    'http://lоcalhost',
  ]) {
    it(`is not ${JSON.stringify(text)}`, () => {
      assert.throws(() => loopbackOrigin(text), refused);
    });
  }
});

describe("an account's address", () => {
  it("is its site's own, and a stored address cannot lead a live account elsewhere", () => {
    for (const site of okx.sites.filter(({ simulated }) => !simulated)) {
      const { origin } = originOf(okx.sites, { site: site.id, baseUrl: 'https://evil.com' });
      assert.equal(origin, site.baseUrl);
    }
  });

  it('is refused for a site that does not exist, and for loopback without an address', () => {
    assert.throws(() => originOf(okx.sites, { site: 'elsewhere' }), refused);
    assert.throws(() => originOf(okx.sites, { site: 'loopback' }), refused);
    assert.throws(() => connectOkx({ account: { site: 'loopback', baseUrl: 'http://evil.com' }, keys: never, clock: still }), refused);
  });
});

const never = (): never => {
  throw new Error('asked for keys');
};
const still = { now: () => 0, sleep: () => Promise.resolve() };

describe('the list of exchanges', () => {
  it('has sites with unique ids; each but loopback is an HTTPS origin of OKX', () => {
    for (const { sites } of exchanges) assert.equal(new Set(sites.map(({ id }) => id)).size, sites.length);
    for (const { id, baseUrl, simulated } of okx.sites) {
      if (simulated) assert.deepEqual([id, baseUrl], ['loopback', undefined]);
      else assert.match(baseUrl ?? '', /^https:\/\/(openapi|eea|us)\.okx\.com$/);
    }
    const ids = ['global', 'eea', 'us', 'global-demo', 'eea-demo', 'us-demo', 'loopback'];
    assert.deepEqual(new Set(okx.sites.map(({ id }) => id)), new Set(ids));
  });

  it('asks for the parts of a key in the order OKX shows them', () => {
    assert.deepEqual(
      okx.keyFields.map(({ id }) => id),
      ['apiKey', 'secret', 'passphrase'],
    );
  });
});
