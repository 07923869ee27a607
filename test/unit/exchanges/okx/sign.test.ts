import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { decimal } from '../../../../src/core/decimal.ts';
import { sign } from '../../../../src/exchanges/okx/sign.ts';
import { bench, canary, change, fixture, success, type Seen } from '../bench.ts';

/** Signs what arrived, the way the guide describes it. */
function expected({ method, target, headers, body }: Seen): string {
  const text = `${headers.get('OK-ACCESS-TIMESTAMP') ?? ''}${method}${target}${body ?? ''}`;
  return createHmac('sha256', canary['secret']!).update(text).digest('base64');
}

describe('signing for OKX', () => {
  it('reproduces a published signature', () => {
    // Test values of an open-source trading platform; those in OKX's own guide do not match its sample secret.
    const keys = { apiKey: 'k', secret: 'chNOOS4KvNXR_Xq4k4c9qsfoKWvnDecLATCRlcBwyKDYnWgO', passphrase: 'p' };
    const timestamp = Date.parse('2020-12-08T09:08:57.715Z');
    const headers = sign({ method: 'GET', target: '/api/v5/account/balance', body: '', timestamp }, keys);
    assert.deepEqual(headers, {
      'OK-ACCESS-KEY': 'k',
      'OK-ACCESS-SIGN': 'PJ61e1nb2F2Qd7D8SPiaIcx2gjdELc+o0ygzre9z33k=',
      'OK-ACCESS-TIMESTAMP': '2020-12-08T09:08:57.715Z',
      'OK-ACCESS-PASSPHRASE': 'p',
    });
  });

  it('signs the query as it is sent, whatever is in it', async () => {
    const { venue, connection } = bench();
    venue.on('/loan-history', success([]));
    await connection.loans!.history({ loanId: 'a b', orderId: 'ä &=+/#?%20' }, { cursor: '17' });
    const [seen] = venue.seen;
    assert.equal(seen?.headers.get('OK-ACCESS-SIGN'), expected(seen!));
    assert.equal(seen.url.searchParams.get('ordId'), 'ä &=+/#?%20');
  });

  it('signs the very bytes of a body', async () => {
    const { venue, connection } = bench();
    venue.on('/adjust-collateral', fixture('adjust-collateral'));
    await connection.actions.collateral!.send(change({ amount: decimal('0.100000000000000001') }));
    const [seen] = venue.seen;
    assert.equal(seen?.headers.get('OK-ACCESS-SIGN'), expected(seen!));
    assert.equal(seen.headers.get('content-type'), 'application/json');
  });

  it('sends no key with a public request', async () => {
    const { venue, connection } = bench();
    venue
      .on('/loan-info', success([]))
      .on('/asset/balances', success([]))
      .on('/collateral-assets', success([]))
      .on('/index-tickers', fixture('index-tickers'));
    await connection.read();
    const [tickers] = venue.to('/index-tickers');
    assert.deepEqual(
      [...tickers!.headers.keys()].filter((name) => name.startsWith('ok-')),
      [],
    );
  });

  it('asks for demo trading on demo sites only', async () => {
    for (const [site, header] of [
      ['global', null],
      ['eea', null],
      ['us', null],
      ['global-demo', '1'],
      ['eea-demo', '1'],
      ['us-demo', '1'],
    ] as const) {
      const { venue, connection } = bench(site);
      venue.on('/borrow-currencies', fixture('borrow-currencies'));
      await connection.loans!.borrowableCoins();
      assert.equal(venue.seen[0]?.headers.get('x-simulated-trading'), header, site);
    }
  });
});
