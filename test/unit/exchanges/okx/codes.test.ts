import assert from 'node:assert/strict';
import type { ErrorKind } from '../../../../src/core/errors.ts';
import { knownCodes } from '../../../../src/exchanges/okx/codes.ts';
import { english } from '../../../../src/core/message.ts';
import { bench, change, failureOf, refusal } from '../bench.ts';

/**
 * Every code of the guide's general and finance tables, https://www.okx.com/docs-v5/en/#error-code-rest-api, and those that tell why a
 * margin is not changed.
 */
const documented: Readonly<Record<ErrorKind, string>> = {
  auth: '50067 50100 50101 50103 50104 50105 50106 50111 50113 50114 50119',
  permission: '50007 50009 50012 50027 50028 50029 50030 50041 50051 50052 50059 50060 50120 51732 51733 51734 51735 51737',
  ip: '50035 50110 50121',
  clock: '50102',
  rate: '50011 50040 50061',
  unavailable: '50001 50004 50013 50026 50046 50062 50064 51054 51739',
  refused:
    '50000 50002 50005 50006 50014 50015 50016 50017 50018 50019 50020 50021 50022 50023 50032 50033 50122 50038 50042 50053 50072 50107 50112 50115 51000 51001 51010 51016 51023 51040 51043 51063 51720 51721 51722 51723 51724 51725 51726 51727 51728 51729 51730 51731 51736 51738 51750 51751 ' +
    '51752 51753 51754 51755 51756 51757 51758 51759 51760 51761 51762 51784 54012 59005 59105 59200 59201 59300 59301 59302 59303 59521',
  network: '',
  shape: '',
  aborted: '',
};
const table = Object.entries(documented).flatMap(([kind, codes]) =>
  codes
    .split(' ')
    .filter((code) => code !== '')
    .map((code) => [code, kind] as const),
);

/** What does not tell whether a change was made. */
// 50042, 51016 and 51784 call our one send a repetition: then something on the way repeated it, and the first may have arrived.
const saysNothing = ['50001', '50004', '50013', '50026', '50042', '51016', '51054', '51762', '51784'];

async function readFailure(code: string, words = '', status = 200) {
  const { venue, connection } = bench();
  venue.on('/borrow-currencies', new Response(refusal(code, words), { status })).on('/public/time', refusal('51000'));
  return failureOf(connection.borrowableCoins());
}

async function writeFailure(body: string, status = 200) {
  const { venue, connection } = bench();
  venue.on('/adjust-collateral', new Response(body, { status })).on('/public/time', refusal('51000'));
  return { error: await failureOf(connection.send(change())), sends: venue.to('/adjust-collateral').length };
}

describe('an error code of OKX', () => {
  it('is in this table if it has a meaning, and the reverse', () => {
    const own = table.map(([code]) => code).filter((code) => !/^517(2\d|3[01])$/.test(code));
    assert.deepEqual([...knownCodes].sort(), own.sort());
  });

  for (const [code, kind] of table.filter(([, one]) => one !== 'clock')) {
    it(`${code} is ${kind}, whatever the HTTP status`, async () => {
      for (const status of [200, 400, 401, 500]) {
        const error = await readFailure(code, '', status);
        assert.equal(error.kind, kind);
        assert.equal(error.code, code);
        assert.equal(error.effect, 'none');
        assert.match(error.message, /[.!?]\W/, 'says what to do in a sentence');
      }
    });
  }

  it('names three different things for a wrong key, a wrong passphrase and a wrong secret', async () => {
    const [key, alsoKey, passphrase, secret] = await Promise.all(['50111', '50119', '50105', '50113'].map((code) => readFailure(code)));
    assert.match(key!.message, /API key/);
    assert.match(alsoKey!.message, /API key.*site/);
    assert.match(passphrase!.message, /passphrase/);
    assert.match(secret!.message, /secret/);
    assert.doesNotMatch(key!.message, /passphrase|secret/i);
  });

  it('tells an address that is not on the list of the key from a region that is not served', async () => {
    assert.match((await readFailure('50110')).message, /list/);
    assert.match((await readFailure('50121')).message, /region/);
  });

  it("passes on OKX's own words, which may name the maximum", async () => {
    const error = await readFailure('51758', 'The maximum is 0.25 BTC');
    assert.match(error.message, /"The maximum is 0\.25 BTC"/);
  });

  it("tames OKX's own words: no control or direction characters, no lines, 200 characters at most", async () => {
    const error = await readFailure('51758', `a\u0000b\r\nc\u202ed\u200be\u001b[31m ${'x'.repeat(500)}`);
    const text = english(error.sentence);
    assert.doesNotMatch(text, /\p{C}/u);
    assert.ok(text.length < 400);
    assert.match(text, /a b c d e/);
  });

  it('that has no meaning of its own, or that nobody knows, is a refusal', async () => {
    // "1" says that all failed, "2" that a part did.
    for (const code of ['1', '2', '59999']) assert.equal((await readFailure(code, 'words')).kind, 'refused', code);
  });

  it('decides also under an HTTP status of success, and success also under one of failure', async () => {
    const { venue, connection } = bench();
    venue.on('/borrow-currencies', new Response('{"code":"0","data":[{"borrowCcy":"USDT"}],"msg":""}', { status: 500 }));
    assert.deepEqual(await connection.borrowableCoins(), ['USDT']);
  });

  it('for one item is looked for inside "all failed"', async () => {
    const { venue, connection } = bench();
    const data = [{ sCode: '51756', sMsg: 'too much' }];
    venue.on('/borrow-currencies', JSON.stringify({ code: '1', data, msg: '' }));
    assert.equal((await failureOf(connection.borrowableCoins())).code, '51756');
  });
});

describe('a change that OKX answers with an error code', () => {
  for (const [code] of table.filter(([, kind]) => kind !== 'clock')) {
    const effect = saysNothing.includes(code) ? 'unknown' : 'none';
    it(`${code} is sent once, with the effect ${effect}`, async () => {
      const { error, sends } = await writeFailure(refusal(code));
      assert.equal(error.effect, effect);
      assert.equal(sends, 1);
    });
  }

  it('that nobody knows is unknown, whatever the HTTP status', async () => {
    for (const status of [200, 400, 404, 429, 500]) {
      const { error, sends } = await writeFailure(refusal('59999'), status);
      assert.deepEqual([error.effect, error.code, sends], ['unknown', '59999', 1]);
    }
  });

  it('that is documented as a refusal is unknown under HTTP 5xx', async () => {
    for (const code of ['51758', '50011', '50120']) assert.equal((await writeFailure(refusal(code), 502)).error.effect, 'unknown');
  });

  it('says why in the item that failed: "all failed" has that effect, "partly failed" is unknown', async () => {
    const items = (sCode: string): unknown[] => [{ sCode: '0' }, { sCode, sMsg: 'why' }];
    for (const [code, sCode, effect] of [
      ['1', '51758', 'none'],
      ['1', '50026', 'unknown'],
      ['2', '51758', 'unknown'],
    ] as const) {
      const { error } = await writeFailure(JSON.stringify({ code, data: items(sCode), msg: '' }));
      assert.deepEqual([error.code, error.effect], [sCode, effect]);
    }
    for (const code of ['1', '2']) assert.equal((await writeFailure(refusal(code))).error.effect, 'unknown', code);
  });

  it('is read at the door too, where there is no data', async () => {
    const { error } = await writeFailure('{"msg":"The API key does not exist.","code":"50119"}');
    assert.deepEqual([error.kind, error.code, error.effect], ['auth', '50119', 'none']);
  });
});
