import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { decimal } from '../../../../src/core/decimal.ts';
import { Numeral, parseExact } from '../../../../src/exchanges/bybit/schema.ts';
import { sign } from '../../../../src/exchanges/bybit/sign.ts';
import { canary, failureOf, type Seen } from '../bench.ts';
import { change, pool, sampled } from './bench.ts';
import { saysLike } from '../../../texts.ts';

/** Signs what arrived, the way the documentation describes it. */
function expected({ method, url, headers, body }: Seen): string {
  const head = ['X-BAPI-TIMESTAMP', 'X-BAPI-API-KEY', 'X-BAPI-RECV-WINDOW'].map((name) => headers.get(name)).join('');
  return createHmac('sha256', canary['secret']!)
    .update(head + (method === 'GET' ? url.search.slice(1) : (body ?? '')))
    .digest('hex');
}

describe('signing for Bybit', () => {
  it('reproduces a published signature', () => {
    // Test values of an open-source trading platform.
    const attempt = {
      method: 'GET',
      target: '/v5/market/tickers?category=linear&symbol=BTCUSDT',
      body: '',
      timestamp: 1_700_000_000_000,
    } as const;
    assert.deepEqual(sign(attempt, { apiKey: 'test_api_key', secret: 'test_secret' }), {
      'X-BAPI-API-KEY': 'test_api_key',
      'X-BAPI-TIMESTAMP': '1700000000000',
      'X-BAPI-SIGN': 'fd4f31228a46109dc6673062328693696df9a96c7ff04e6491a45e7f63a0fdd7',
    });
  });

  it('signs the query as it is sent, and a question without one', async () => {
    const { venue, connection } = sampled();
    await connection.loans!.interest(pool, { coin: 'ä &=+/#?%20' });
    await connection.inspect();
    for (const seen of venue.seen) assert.equal(seen.headers.get('X-BAPI-SIGN'), expected(seen), seen.target);
    assert.equal(venue.seen[0]?.url.searchParams.get('loanCurrency'), 'ä &=+/#?%20');
    assert.equal(venue.seen[1]?.url.search, '');
  });

  it('signs the very bytes of a body', async () => {
    const { venue, connection } = sampled();
    await connection.actions.collateral!.send(change({ amount: decimal('0.080000000000000001') }));
    const [seen] = venue.seen;
    assert.equal(seen?.headers.get('X-BAPI-SIGN'), expected(seen!));
    assert.equal(seen.headers.get('content-type'), 'application/json');
    assert.equal(seen.headers.get('X-BAPI-RECV-WINDOW'), '5000');
  });

  it('sends no body with a question, and no key with a public one', async () => {
    const { venue, connection } = sampled();
    await connection.read();
    for (const { method, body, init } of venue.seen)
      assert.deepEqual([method, body, init.body ?? undefined], ['GET', undefined, undefined]);
    for (const suffix of ['/market/tickers', '/crypto-loan-common/collateral-data']) {
      const [asked] = venue.to(suffix);
      assert.equal(asked?.headers.get('X-BAPI-API-KEY'), null);
      assert.equal(asked.headers.get('X-BAPI-SIGN'), null);
    }
  });

  it('refuses what cannot be a key, and does not repeat it', async () => {
    for (const secret of ['', 'Zeile\nZeile', 'schlüssel']) {
      assert.throws(
        () => sign({ method: 'GET', target: '/', body: '', timestamp: 1 }, { apiKey: 'k', secret }),
        (error: Error) => error.message.includes('Update Keys') && !(secret !== '' && error.message.includes(secret)),
      );
    }
  });

  it('asks for the time and signs anew when the timestamp is refused, also a change', async () => {
    const { venue, connection, clock } = sampled();
    const late = '{"retCode":10002,"retMsg":"invalid request, please check your server timestamp","result":{}}';
    venue.on('/crypto-loan-common/adjust-ltv', late, '{"retCode":0,"retMsg":"","result":{"adjustId":1}}');
    const began = clock.time;
    await connection.actions.collateral!.send(change());
    const [first, second, ...more] = venue.to('/adjust-ltv');
    assert.deepEqual(more, []);
    assert.equal(first?.headers.get('X-BAPI-TIMESTAMP'), began.toString());
    assert.equal(clock.time, began + 1_000, 'one in a second');
    assert.equal(second?.headers.get('X-BAPI-TIMESTAMP'), '1688639404423');
  });

  it('says how far off the clock is when the timestamp is refused again', async () => {
    const { venue, connection } = sampled();
    const late = '{"retCode":10002,"retMsg":"","result":{}}';
    venue.on('/crypto-loan-common/adjust-ltv', late);
    const error = await failureOf(connection.actions.collateral!.send(change()));
    assert.deepEqual([error.kind, error.effect], ['clock', 'none']);
    assert.match(error.message, saysLike('clock.off', /-\d+/, 'Bybit'));
  });

  it('does not sign a change anew when it is not said that nothing was done with it', async () => {
    const { venue, connection } = sampled();
    venue.on('/crypto-loan-common/adjust-ltv', '{"retCode":-1,"retMsg":"request expired","result":{}}');
    const error = await failureOf(connection.actions.collateral!.send(change()));
    assert.deepEqual([error.kind, error.effect, venue.to('/adjust-ltv').length], ['clock', 'unknown', 1]);
  });
});

describe('JSON of Bybit', () => {
  it('keeps every number as its digits, and everything else as it is', () => {
    const told = parseExact('{"a":9007199254740993,"b":[0.10,-1e400],"c":"5","d":null,"e":true}');
    assert.deepEqual(told, {
      a: new Numeral('9007199254740993'),
      b: [new Numeral('0.10'), new Numeral('-1e400')],
      c: '5',
      d: null,
      e: true,
    });
  });

  it('is nothing where it is no JSON', () => {
    for (const text of ['', '<html>', '{"retCode":0,']) assert.equal(parseExact(text), undefined);
  });
});
