import assert from 'node:assert/strict';
import type { ErrorKind, ExchangeError } from '../../../../src/core/errors.ts';
import { bench, change as okxChange, failureOf } from '../bench.ts';
import { change as bybitChange, sampled } from '../bybit/bench.ts';
import { saysInTurn, saysLike } from '../../../texts.ts';

type Ask = (answer: () => Response) => Promise<{ readonly read: ExchangeError; readonly write: ExchangeError; readonly sends: number }>;

const venues: Readonly<Record<'OKX' | 'Bybit', Ask>> = {
  OKX: async (answer) => {
    const { venue, connection } = bench();
    venue.on('/adjust-collateral', answer).on('/borrow-currencies', answer);
    const write = await failureOf(connection.actions.collateral!.send(okxChange()));
    return { write, read: await failureOf(connection.loans!.borrowableCoins()), sends: venue.to('/adjust-collateral').length };
  },
  Bybit: async (answer) => {
    const { venue, connection } = sampled();
    venue.on('/crypto-loan-common/adjust-ltv', answer).on('/crypto-loan-common/loanable-data', answer);
    const write = await failureOf(connection.actions.collateral!.send(bybitChange()));
    return { write, read: await failureOf(connection.loans!.borrowableCoins()), sends: venue.to('/adjust-ltv').length };
  },
};

/** Gateways in front of exchanges answer by status. What a missing part looks like differs by venue. */
const statuses: readonly (readonly [
  status: number,
  kind: ErrorKind | Readonly<Record<'OKX' | 'Bybit', ErrorKind>>,
  says: string,
  code?: string,
])[] = [
  [301, 'shape', 'http.redirected'],
  [307, 'shape', 'http.redirected'],
  [400, 'shape', 'http.web-page'],
  [401, 'auth', 'venue.wrong-key'],
  [404, { OKX: 'unavailable', Bybit: 'refused' }, 'venue.not-offered', '404'],
  [405, { OKX: 'unavailable', Bybit: 'refused' }, 'venue.not-offered', '405'],
  [407, 'network', 'http.proxy-sign-in'],
  [408, 'network', 'http.connection-failed'],
  [410, { OKX: 'unavailable', Bybit: 'refused' }, 'venue.not-offered', '410'],
  [418, 'shape', 'http.web-page'],
  [421, 'network', 'http.connection-failed'],
  [429, 'rate', 'venue.too-many-requests'],
  [451, 'ip', 'venue.region-not-served'],
  [500, 'unavailable', 'venue.busy'],
  [502, 'unavailable', 'venue.busy'],
  [522, 'unavailable', 'venue.busy'],
  [599, 'unavailable', 'venue.busy'],
];

const page = '<!DOCTYPE html>\n<html><head><title>Sign in to Hotel Wi-Fi</title></head><body>…</body></html>';
/** Under a status that is one of success, or tells nothing. */
const bodies: readonly (readonly [name: string, body: string, says: RegExp])[] = [
  ['a page to sign in on', page, saysLike('http.web-page')],
  ['a page after spaces', `\ufeff \n${page.toLowerCase()}`, saysLike('http.web-page')],
  ['a page to prove to be human on', '<html lang="en-US"><head><title>Just a moment...</title>', saysLike('http.web-page')],
  ['XML', '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', saysLike('http.web-page')],
  ['nothing', '', saysLike('http.connection-failed')],
  ['nothing but lines', '\r\n \r\n', saysLike('http.connection-failed')],
  ['plain words', 'error code: 1020', saysLike('venue.odd-answer')],
  ['JSON of somebody else', '{"error":"blocked","request_id":"canary-key-1f0e"}', saysLike('venue.odd-answer')],
  ['a JSON text', '"ok"', saysLike('venue.odd-answer')],
  ['a list', '[]', saysLike('venue.odd-answer')],
];

for (const [name, ask] of Object.entries(venues) as readonly (readonly ['OKX' | 'Bybit', Ask])[]) {
  describe(`an answer that is not ${name}'s`, () => {
    for (const [status, kind, says, code] of statuses) {
      it(`with HTTP ${status.toString()} is read for what it is; what became of a change it does not tell`, async () => {
        const { read, write, sends } = await ask(() => new Response(page, { status }));
        const expected = typeof kind === 'string' ? kind : kind[name];
        assert.deepEqual([read.kind, read.effect, read.code], [expected, 'none', code]);
        assert.deepEqual([write.kind, write.effect, write.code, sends], [expected, 'unknown', code, 1]);
        assert.match(read.message, saysInTurn(saysLike(says), ` (HTTP ${status.toString()})`));
        assert.deepEqual(write.instead, []);
      });
    }

    for (const [what, body, says] of bodies) {
      for (const status of [200, 400]) {
        it(`but ${what}, under HTTP ${status.toString()}, is named`, async () => {
          const { read, write } = await ask(() => new Response(body, { status }));
          assert.deepEqual([read.kind, read.effect, write.kind, write.effect], ['shape', 'none', 'shape', 'unknown']);
          assert.match(write.message, says);
          assert.doesNotMatch(write.message, /canary/);
        });
      }
    }
  });
}

describe('a redirect that answers a change', () => {
  it('is read like any other answer: nothing is followed, and the words of the venue are not lost', async () => {
    const body = JSON.stringify({ code: '51758', data: [], msg: 'at most 1 BTC' });
    const { write, sends } = await venues.OKX(() => new Response(body, { status: 307, headers: { location: 'https://example.org/' } }));
    assert.deepEqual([write.code, write.effect, sends], ['51758', 'none', 1]);
  });
});
