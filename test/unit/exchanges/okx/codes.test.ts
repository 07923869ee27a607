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
  permission:
    '4088 50075 51024 51155 51763 51773 59113 59114 59519 59550 50007 50009 50012 50027 50028 50029 50030 50041 50051 50052 50059 50060 50120 51732 51733 51734 51735 51737',
  ip: '50035 50110 50121',
  clock: '50102',
  rate: '50011 50040 50061',
  unavailable: '50001 50004 50013 50026 50046 50062 50064 51054 51149 51412 51739 51767 51774',
  refused:
    '50024 50025 50071 51011 51022 51028 51029 51030 51065 51068 51127 51131 51764 51765 51766 51768 51769 51770 51771 51772 51785 51820 59106 59121 59122 ' +
    '50000 50002 50005 50006 50014 50015 50016 50017 50018 50019 50020 50021 50022 50023 50032 50033 50122 50038 50042 50053 50072 50107 50112 50115 51000 51001 51010 51016 51023 51040 51043 51063 51720 51721 51722 51723 51724 51725 51726 51727 51728 51729 51730 51731 51736 51738 51750 51751 ' +
    '51752 51753 51754 51755 51756 51757 51758 51759 51760 51761 51762 51784 54012 59005 59105 59200 59201 59300 59301 59302 59303 59521',
  network: '',
  shape: '',
  aborted: '',
  maintenance: '',
};
const table = Object.entries(documented).flatMap(([kind, codes]) =>
  codes
    .split(' ')
    .filter((code) => code !== '')
    .map((code) => [code, kind] as const),
);

/** What does not tell whether a change was made. */
// 50042, 51016 and 51784 call our one send a repetition: then something on the way repeated it, and the first may have arrived.
const saysNothing = (
  '50001 50004 50013 50026 50042 51016 51054 51762 51784 ' +
  // No time, a repetition of what we send once, a part of a batch, and a failure that says no more.
  '50071 51011 51065 51068 51149 51412 51767 51820 59121 59122'
).split(' ');

async function readFailure(code: string, words = '', status = 200) {
  const { venue, connection } = bench();
  venue.on('/borrow-currencies', new Response(refusal(code, words), { status })).on('/public/time', refusal('51000'));
  return failureOf(connection.loans!.borrowableCoins());
}

async function writeFailure(body: string, status = 200) {
  const { venue, connection } = bench();
  venue.on('/adjust-collateral', new Response(body, { status })).on('/public/time', refusal('51000'));
  return { error: await failureOf(connection.actions.collateral!.send(change())), sends: venue.to('/adjust-collateral').length };
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
    assert.deepEqual(await connection.loans!.borrowableCoins(), ['USDT']);
  });

  it('for one item is looked for inside "all failed"', async () => {
    const { venue, connection } = bench();
    const data = [{ sCode: '51756', sMsg: 'too much' }];
    venue.on('/borrow-currencies', JSON.stringify({ code: '1', data, msg: '' }));
    assert.equal((await failureOf(connection.loans!.borrowableCoins())).code, '51756');
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

  it('says why in the item that failed; an answer to several operations is unknown', async () => {
    const items = (sCode: string): unknown[] => [{ sCode: '0' }, { sCode, sMsg: 'why' }];
    for (const [code, sCode, effect] of [
      // One operation was sent: an answer to two, one of them done, is none to it, whatever it is called.
      ['1', '51758', 'unknown'],
      ['1', '50026', 'unknown'],
      ['2', '51758', 'unknown'],
    ] as const) {
      const { error } = await writeFailure(JSON.stringify({ code, data: items(sCode), msg: '' }));
      assert.deepEqual([error.code, error.effect], [sCode, effect]);
    }
    for (const code of ['1', '2']) assert.equal((await writeFailure(refusal(code))).error.effect, 'unknown', code);
  });

  describe('"all failed" with one item', () => {
    const answered = (item: unknown, status = 200) =>
      writeFailure(JSON.stringify({ code: '1', data: [item], msg: 'All operations failed', inTime: '1753979177157408' }), status);

    it('did nothing, where the code of the item says why', async () => {
      for (const sCode of ['51758', '51155', '51010', '59301', '51030', '50011', '59000', '51006', '51398']) {
        const { error, sends } = await answered({ clOrdId: '', ordId: '', sCode, sMsg: 'why', tag: '', ts: '1753979177157' });
        assert.deepEqual([error.code, error.effect, sends], [sCode, 'none', 1]);
        assert.match(error.message, /"why"/);
      }
    });

    it('is unknown where that code is doubtful', async () => {
      for (const sCode of saysNothing) assert.equal((await answered({ sCode, sMsg: '' })).error.effect, 'unknown', sCode);
    });

    it('is unknown where that code is not listed', async () => {
      for (const sCode of ['59999', '51999', '51322', '59617', '58124', '52912', '1', '2', '999999', '050008']) {
        assert.equal((await answered({ sCode, sMsg: '' })).error.effect, 'unknown', sCode);
      }
    });

    it('is unknown where that code is missing, or is none', async () => {
      for (const item of [
        {},
        { sMsg: 'why' },
        { sCode: '' },
        { sCode: null },
        { sCode: 'x' },
        { sCode: '0' },
        { sCode: -1 },
        null,
        'x',
        [],
      ]) {
        const { error, sends } = await answered(item);
        assert.deepEqual([error.kind, error.effect, sends], ['refused', 'unknown', 1], JSON.stringify(item));
      }
    });

    it('is unknown under the HTTP status of a server in trouble', async () => {
      assert.equal((await answered({ sCode: '51758' }, 502)).error.effect, 'unknown');
    });

    it('is read where its code is a number or has a sub-code', async () => {
      for (const sCode of [51_758, '51758_1000', '51758_1']) {
        const { error } = await answered({ sCode, sMsg: '' });
        assert.deepEqual([error.code, error.effect], ['51758', 'none']);
        assert.match(error.message, new RegExp(`OKX code ${sCode.toString()}\\)`));
      }
    });
  });

  it('that is a number or has a sub-code is read for what it is', async () => {
    for (const [body, code, effect] of [
      ['{"code":51758,"data":[],"msg":""}', '51758', 'none'],
      ['{"code":"51008_1000","data":[],"msg":""}', '51008', 'unknown'],
      ['{"code":"51131_1000","data":[],"msg":""}', '51131', 'none'],
      ['{"code":"50026_2","data":[],"msg":""}', '50026', 'unknown'],
      ['{"code":50026,"data":[],"msg":""}', '50026', 'unknown'],
      ['{"code":59999,"data":[],"msg":""}', '59999', 'unknown'],
    ] as const) {
      const { error, sends } = await writeFailure(body);
      assert.deepEqual([error.code, error.effect, sends], [code, effect, 1], body);
    }
  });

  it('that is no code of OKX is none', async () => {
    for (const code of ['1.5', '-51758', '1e7', '"51758_"', '"_1"', '"51758_1_2"', '"1234567"', 'true', 'null', '""', '" 51758"']) {
      const { error } = await writeFailure(`{"code":${code},"data":[],"msg":""}`);
      assert.deepEqual([error.kind, error.code, error.effect], ['shape', undefined, 'unknown'], code);
    }
  });

  it('that OKX documents for other requests only is a certain refusal too, in its own words', async () => {
    for (const code of ['50008', '51006', '51398', '54018', '59000', '59693']) {
      const { error, sends } = await writeFailure(refusal(code, 'The reason'));
      assert.deepEqual([error.kind, error.code, error.effect, sends], ['refused', code, 'none', 1]);
      assert.match(error.message, /"The reason"/);
    }
  });

  it('is read as the real exchange said it', async () => {
    // Answers of 2025 that users of public client libraries reported; order ids left out.
    for (const [body, kind, code] of [
      [
        '{"code":"1","data":[{"clOrdId":"","ordId":"","sCode":"51010","sMsg":"The current account mode does not support this API interface. ","tag":""}],"msg":"Operation failed."}',
        'refused',
        '51010',
      ],
      [
        '{"code":"1","data":[{"clOrdId":"x","ordId":"","sCode":"51155","sMsg":"You can\'t trade this pair or borrow this crypto due to local compliance restrictions. ","tag":"x","ts":"1753979177157"}],"inTime":"1753979177157408","msg":"All operations failed","outTime":"1753979177157874"}',
        'permission',
        '51155',
      ],
      [
        '{"code":"4088","data":[],"msg":"You can’t trade or deposit until you’ve verified your identity again. Head to Identity Verification to complete it."}',
        'permission',
        '4088',
      ],
      ['{"code":"59301","msg":"Margin adjustment failed for exceeding the max limit.","data":[]}', 'refused', '59301'],
    ] as const) {
      const { error, sends } = await writeFailure(body);
      assert.deepEqual([error.kind, error.code, error.effect, sends], [kind, code, 'none', 1]);
    }
  });

  it('is read at the door too, where there is no data', async () => {
    const { error } = await writeFailure('{"msg":"The API key does not exist.","code":"50119"}');
    assert.deepEqual([error.kind, error.code, error.effect], ['auth', '50119', 'none']);
  });
});
