import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hiding, spoken } from '../../../../src/exchanges/http/redact.ts';
import { bench as okxBench, change, failureOf, HastyClock, refusal } from '../bench.ts';
import { change as bybitChange, refusal as bybitRefusal, sampled } from '../bybit/bench.ts';
import { connectOkx } from '../../../../src/exchanges/okx/connect.ts';
import { holds } from '../../property.ts';

/** Made up, with every kind of character that a key can have. */
const secret = `aB3/xY9+qW=7"t&<'k>\\zR5-mN_2 pL8.vC`;
const html: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const each = (text: string, write: (character: string) => string): string => Array.from(text, write).join('');

/** Every way in which an answer may say a secret back. */
const echoes: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  'in upper case': (text) => text.toUpperCase(),
  'in lower case': (text) => text.toLowerCase(),
  'for a URL': encodeURIComponent,
  'for a URL, in small letters': (text) => encodeURIComponent(text).replace(/%../g, (one) => one.toLowerCase()),
  'for a form': (text) => new URLSearchParams({ k: text }).toString().slice(2),
  'twice for a URL': (text) => encodeURIComponent(encodeURIComponent(text)),
  'all of it for a URL': (text) => each(text, (one) => `%${one.charCodeAt(0).toString(16).padStart(2, '0')}`),
  'as JSON': (text) => JSON.stringify(text),
  'as JSON within JSON': (text) => JSON.stringify(JSON.stringify(text)),
  'as JSON of PHP': (text) => JSON.stringify(text).replaceAll('/', '\\/'),
  'as JSON of Go': (text) => JSON.stringify(text).replace(/[&<>]/g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`),
  'as HTML': (text) => each(text, (one) => html[one] ?? one),
  'as HTML twice': (text) => each(text, (one) => html[one] ?? one).replaceAll('&', '&amp;'),
  'as HTML numbers': (text) => each(text, (one) => `&#${one.charCodeAt(0).toString()};`),
  'as HTML hex numbers': (text) => each(text, (one) => `&#x${one.charCodeAt(0).toString(16)};`),
  'as base64': (text) => Buffer.from(text).toString('base64'),
  'as base64 for URLs': (text) => Buffer.from(text).toString('base64url'),
  'as a user of basic authentication': (text) => Buffer.from(`${text}:x`).toString('base64'),
  'as a password of basic authentication': (text) => Buffer.from(`me:${text}`).toString('base64'),
  'as hex': (text) => Buffer.from(text).toString('hex'),
  'as hex in upper case': (text) => Buffer.from(text).toString('hex').toUpperCase(),
  'as hex with colons': (text) =>
    Buffer.from(text)
      .toString('hex')
      .replace(/..(?=.)/g, '$&:'),
  'broken by lines': (text) => text.replace(/.{7}/g, '$&\r\n'),
  'broken by what is not seen': (text) => text.replace(/.{3}/g, '$&\u200b\u00ad'),
  'spaced out': (text) => each(text, (one) => `${one} `),
};

/** The longest run of the secret's letters and digits that is still there. */
function leftOf(text: string, of: string): number {
  const bare = (one: string): string => one.toLowerCase().replace(/[^a-z0-9]/g, '');
  const [said, whole] = [bare(text), bare(of)];
  let longest = 0;
  for (let from = 0; from < whole.length; from += 1)
    while (said.includes(whole.slice(from, from + longest + 1)) && from + longest < whole.length) longest += 1;
  return longest;
}

describe('a secret that an answer says back', () => {
  for (const [name, echo] of Object.entries(echoes)) {
    it(`${name} is masked`, () => {
      const text = `before ${echo(secret)} after`;
      const masked = hiding([secret])(text);
      assert.match(masked, /^before .{0,4}\*\*\*.{0,7} after$/s);
      assert.ok(leftOf(masked.replace(/before|after/g, ''), secret) < 3, masked);
    });
  }

  it('is masked wherever it stands: it is looked for before the words are shortened', () => {
    for (let before = 150; before < 230; before += 1) {
      const words = spoken(`${'x'.repeat(before)} ${secret} end`, hiding([secret]));
      assert.ok(leftOf(words, secret) < 3, `${before.toString()}: ${words}`);
      assert.ok(words.length <= 200);
    }
  });

  it('is masked when it is any text at all, in any of the ways', () => {
    holds(
      fc.property(
        fc.string({ minLength: 8, maxLength: 40, unit: 'grapheme-ascii' }),
        fc.constantFrom(...Object.keys(echoes)),
        (text, way) => {
          fc.pre(text.replace(/\s/g, '').length >= 6 && text === text.trim());
          const said = echoes[way]!(text);
          assert.ok(!hiding([text])(`before ${said} after`).includes(said), `${way}: ${said}`);
        },
      ),
      { interruptAfterTimeLimit: 3_000, numRuns: 500 },
    );
  });

  it('leaves other words as they are', () => {
    const hide = hiding([secret, 'Pass Phrase 9', 'abc']);
    for (const text of ['The maximum is 0.25 BTC', 'abc', 'https://x.example/a%20b?c=d', '数量超过最大可赎回数量', 'a+b & <c>', '']) {
      assert.equal(hide(text), text);
    }
  });

  it('costs no time in a long answer of nothing', () => {
    const hide = hiding([secret, 'a b c d e f g h', '++++++++', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa']);
    const started = process.cpuUsage();
    for (const one of [' ', 'a', 'a ', '+', '%', '&#', '\\']) hide(one.repeat(200_000 / one.length));
    // Of its own work: a busy machine takes longer. Microseconds.
    assert.ok(process.cpuUsage(started).user < 5_000_000);
  });
});

describe('a key that a venue echoes in its words', () => {
  const apiKey = '8f14e45f-ceea-467a-9d3b-1c2a7e9b0d55';
  const keys = { apiKey, secret: 'S3cr3tOfFortyCharactersForTestsOnly00001', passphrase: 'Phrase&More/2' };

  it('is nowhere in the error of a change at OKX, wherever in the words and in whatever way', async () => {
    for (const echo of Object.values(echoes)) {
      for (const part of Object.values(keys)) {
        for (const before of [0, 170, 190]) {
          const { venue } = okxBench();
          const trace: string[] = [];
          venue.on('/adjust-collateral', refusal('51000', `${'y'.repeat(before)}  \n ${echo(part)}`));
          const connection = connectOkx({
            account: { site: 'global' },
            keys: async () => keys,
            clock: new HastyClock(),
            fetch: venue.fetch,
            trace: (line) => trace.push(line),
          });
          const error = await failureOf(connection.actions.collateral!.send(change()));
          const told = [error.message, JSON.stringify(error), ...trace].join('\n').replaceAll('y'.repeat(before), '');
          assert.ok(leftOf(told, part) < 5, told);
        }
      }
    }
  });

  it('is nowhere in the error of a change at Bybit', async () => {
    const { venue, connection, trace } = sampled();
    venue.on('/crypto-loan-common/adjust-ltv', () => {
      const { headers } = venue.seen.at(-1)!;
      return new Response(
        bybitRefusal(
          '148009',
          `${'y'.repeat(170)} \t${headers.get('X-BAPI-API-KEY')!.toUpperCase()} ${headers.get('X-BAPI-SIGN')!.toUpperCase()}`,
        ),
      );
    });
    const error = await failureOf(connection.actions.collateral!.send(bybitChange()));
    const told = [error.message, ...trace].join('\n');
    for (const name of ['X-BAPI-API-KEY', 'X-BAPI-SIGN']) assert.ok(leftOf(told, venue.seen[0]!.headers.get(name)!) < 5, told);
  });
});
