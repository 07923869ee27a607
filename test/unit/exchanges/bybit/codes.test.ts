import assert from 'node:assert/strict';
import type { ErrorKind } from '../../../../src/core/errors.ts';
import { english } from '../../../../src/core/message.ts';
import { knownCodes, meaningOf } from '../../../../src/exchanges/bybit/codes.ts';
import { canary, failureOf } from '../bench.ts';
import { change, fixture, pool, refusal, sampled } from './bench.ts';
import { says, saysInTurn, saysLike } from '../../../texts.ts';

const range = (from: number, to: number): string => Array.from({ length: to - from + 1 }, (_, at) => (from + at).toString()).join(' ');

/** Every code of the error page's general, position and loan tables: https://bybit-exchange.github.io/docs/v5/error */
const documented: Readonly<Record<ErrorKind, string>> = {
  auth: '10003 10004 10007 33004 -2015',
  permission: '10005 10008 10024 10027 110123 110125 110132 177008',
  ip: '10009 10010',
  clock: '-1 10002',
  rate: '429 10006 10018',
  unavailable: '5004 10000 10016 3400214 148019 148034 148035 148036 177002',
  refused:
    `10020 10029 40004 100028 110030 110042 110050 110067 110072 110074 110080 110124 10001 10014 10017 10028 110004 110005 110006 110007 110035 110039 110044 110045 110063 110066 110079 110011 110012 110014 110015 110027 110033 110034 110046 ${range(110_076, 110_078)} ${range(148_001, 148_018)} ${range(148_020, 148_033)} ${range(148_037, 148_042)} 148047 148048 ` +
    `${range(177_003, 177_007)} ${range(177_009, 177_021)}`,
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

/** What does not tell whether a change was made: no time, no news, a failure to be tried again, or a repetition of our one send. */
const saysNothing = (
  '-1 10000 10014 10016 148019 148036 148041 177002 177018 ' +
  // "Please wait and try again later" is said of the next change, not of this one.
  '148034 148035 5004 3400214 40004 110030 110072'
).split(' ');

async function readFailure(body: string | Response) {
  const { venue, connection } = sampled();
  venue.on('/crypto-loan-common/loanable-data', body).on('/market/time', refusal('10001'));
  return failureOf(connection.loans!.borrowableCoins());
}

async function writeFailure(body: string | Response) {
  const { venue, connection } = sampled();
  venue.on('/crypto-loan-common/adjust-ltv', body).on('/market/time', refusal('10001'));
  return { error: await failureOf(connection.actions.collateral!.send(change())), sends: venue.to('/adjust-ltv').length };
}

describe('an error code of Bybit', () => {
  it('is in this table if it has a meaning, and the reverse', () => {
    assert.deepEqual([...knownCodes].sort(), table.map(([code]) => code).sort());
  });

  for (const [code, kind] of table.filter(([, one]) => one !== 'clock')) {
    it(`${code} is ${kind}, whatever the HTTP status`, async () => {
      for (const status of [200, 403, 500]) {
        const error = await readFailure(new Response(refusal(code), { status }));
        assert.deepEqual([error.kind, error.code, error.effect], [kind, code, 'none']);
        assert.match(error.message, /[.!?]\W/, 'says what to do in a sentence');
      }
    });
  }

  it('that nobody knows is a refusal with the words of Bybit, tamed', async () => {
    const error = await readFailure(refusal('999999', `a\u0000b\r\nc\u202ed ${'x'.repeat(500)}`));
    assert.equal(error.kind, 'refused');
    assert.match(error.message, /999999: "a b c d x/);
    assert.doesNotMatch(error.message, /\p{C}/u);
    assert.ok(error.message.length < 400);
  });

  it('is looked for, and only without one the HTTP status decides', async () => {
    const kinds = { 401: 'auth', 404: 'refused', 429: 'rate', 500: 'unavailable', 503: 'unavailable', 200: 'shape' } as const;
    for (const [status, kind] of Object.entries(kinds)) {
      const error = await readFailure(new Response('<html>', { status: Number(status) }));
      assert.equal(error.kind, kind, status);
    }
  });

  it('that is no number came from somebody else', async () => {
    for (const code of ['"0"', '1.5', '1e9', '12345678', 'null']) {
      assert.equal((await readFailure(`{"retCode":${code},"result":{"list":[]}}`)).kind, 'shape', code);
    }
  });
});

describe('the sentence of every code of Bybit', () => {
  for (const code of knownCodes) {
    it(`${code} says what to do`, () => {
      const said = english(meaningOf(code)!.sentence);
      assert.match(said, /\b(refresh|check|choose|use|wait|try|see|set|add|make|run|take out|upgrade|report|look|connect)\b/i);
      assert.match(said, /\.$/);
    });
  }

  it('offers another coin or repayment when the platform takes no more', async () => {
    const words = saysLike('venue.not-collateral', 'Bybit');
    for (const code of ['148006', '148048', '177015']) assert.match(english(meaningOf(code)!.sentence), words);
    const { venue, connection } = sampled();
    venue.on('/crypto-loan-common/position', fixture('position').replace('"colRes": "0"', '"colRes": "2"'));
    const error = await failureOf(connection.actions.collateral!.prepare({ loan: pool, direction: 'add', coin: 'BTC' }));
    assert.match(error.message, saysInTurn(says('collateral.not-taken', 'Bybit', 'BTC'), says('collateral.transfer', 'Bybit')));
    assert.deepEqual(error.instead, ['repay', 'later']);
  });
});

describe('a change that Bybit answers with an error', () => {
  for (const [code] of table.filter(([one]) => one !== '10002')) {
    const effect = saysNothing.includes(code) ? 'unknown' : 'none';
    it(`${code} is sent once, with the effect ${effect}`, async () => {
      const { error, sends } = await writeFailure(refusal(code));
      assert.deepEqual([error.effect, sends], [effect, 1]);
    });
  }

  it('that Bybit documents for other requests only is a certain refusal too, in its own words', async () => {
    for (const code of ['110001', '110113', '30208', '182103', '3200316', '3400213']) {
      const { error, sends } = await writeFailure(refusal(code, 'The reason'));
      assert.deepEqual([error.kind, error.code, error.effect, sends], ['refused', code, 'none', 1]);
      assert.match(error.message, /"The reason"/);
    }
  });

  it('is read as the real exchange said it', async () => {
    // As users of public client libraries reported them.
    for (const [body, effect, code] of [
      ['{"retCode":5004,"retMsg":"Server Timeout","result":null,"retExtInfo":{},"time":1667577060106}', 'unknown', '5004'],
      [
        '{"retCode":10016,"retMsg":"System error. Please try again later.","result":{},"retExtInfo":{},"time":1762607467807}',
        'unknown',
        '10016',
      ],
      [
        '{"retCode":10020,"retMsg":"your account is not a unified margin account, please update your account","result":null,"retExtInfo":null,"time":1664783731123}',
        'none',
        '10020',
      ],
      [
        '{"retCode":110123,"retMsg":"You must agree to the Trading Terms","result":{},"retExtInfo":{},"time":1762607467807}',
        'none',
        '110123',
      ],
    ] as const) {
      const { error, sends } = await writeFailure(body);
      assert.deepEqual([error.code, error.effect, sends], [code, effect, 1]);
    }
  });

  it('that nobody knows, or that a server in trouble says, is unknown', async () => {
    for (const status of [200, 400, 403, 404, 429, 500]) {
      const { error, sends } = await writeFailure(new Response(refusal('999999'), { status }));
      assert.deepEqual([error.effect, sends], ['unknown', 1], status.toString());
    }
    assert.equal((await writeFailure(new Response(refusal('148009'), { status: 502 }))).error.effect, 'unknown');
  });

  it('without a code is unknown, whatever the HTTP status', async () => {
    for (const status of [200, 401, 403, 404, 429, 502]) {
      const { error, sends } = await writeFailure(new Response('<html>', { status }));
      assert.deepEqual([error.effect, sends], ['unknown', 1], status.toString());
    }
  });

  it('never says a key, a secret or a signature, even when Bybit does', async () => {
    for (const code of ['10003', '10004', '148009', '999999']) {
      const { venue, connection, trace } = sampled();
      venue.on('/crypto-loan-common/adjust-ltv', () => {
        const { headers } = venue.seen.at(-1)!;
        const words = `key ${headers.get('X-BAPI-API-KEY') ?? ''} secret ${canary['secret']!} sign ${headers.get('X-BAPI-SIGN') ?? ''}`;
        return new Response(refusal(code, words));
      });
      const error = await failureOf(connection.actions.collateral!.send(change()));
      const said = [error.message, JSON.stringify(error), ...trace].join('\n');
      for (const secret of [canary['apiKey']!, canary['secret']!, venue.seen[0]!.headers.get('X-BAPI-SIGN')!]) {
        assert.equal(said.includes(secret), false);
      }
      assert.match(error.message, /\*\*\*/);
    }
  });
});
