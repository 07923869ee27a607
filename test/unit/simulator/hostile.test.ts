// A hostile answer says the same as a plain one. Whether it does is checked here without the means of either.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { bybitBend, hostileWords as bybitWords } from '../../../src/simulator/bybit/hostile-words.ts';
import { startBybit } from '../../../src/simulator/bybit/start.ts';
import { hostile, saidAnew, type HostileWords } from '../../../src/simulator/hostile.ts';
import { okxBend, hostileWords as okxWords } from '../../../src/simulator/okx/hostile-words.ts';
import { startSimulator } from '../../../src/simulator/okx/start.ts';
import { holds } from '../property.ts';
import { Bench as OkxBench, loanPath, settleMs } from './bench.ts';
import { Bench as BybitBench, legacyPath, poolPath } from './bybit/bench.ts';

const oddNames = ['币安人生', 'kPEPE', 'BRK.B'];
const seeds = Array.from({ length: 12 }, (_, index) => `seed ${index.toString()}`);

/** A number as an integer and a power of ten, with neither zeros at the end nor floats: one form for each number. */
function exact(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const trimmed = digits.replace(/0+$/, '');
  if (trimmed === '') return '0';
  return `${sign}${trimmed} ${String(Number(exponent) - fraction.length + digits.length - trimmed.length)}`;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Why a hostile value does not say what the plain one says; undefined when it does. */
function difference(plain: unknown, hard: unknown, words: HostileWords, at = ''): string | undefined {
  const name = at.split('.').at(-1) ?? '';
  if (words.spare.has(name) && (hard === null || hard === undefined)) return undefined;
  if (Array.isArray(plain)) {
    if (!Array.isArray(hard)) return `${at} is no list`;
    const rows = plain as readonly unknown[];
    const lost = rows.findIndex((one) => !hard.some((other) => difference(one, other, words, at) === undefined));
    if (lost >= 0) return `${at}: row ${lost.toString()} is gone`;
    const isOurs = (one: unknown): boolean => rows.some((other) => difference(other, one, words, at) === undefined);
    const foreign = (hard as readonly unknown[]).find(
      (one) => !isOurs(one) && !oddNames.some((odd) => JSON.stringify(one).includes(odd)) && !isUnreadable(one),
    );
    return foreign === undefined ? undefined : `${at}: ${JSON.stringify(foreign)} is new`;
  }
  if (isObject(plain)) {
    if (hard === null && Object.values(plain).every((one) => one === '')) return undefined;
    if (!isObject(hard)) return `${at} is no object`;
    return Object.entries(plain)
      .map(([key, value]) => difference(value, hard[key], words, `${at}.${key}`))
      .find((one) => one !== undefined);
  }
  if (plain === hard || (plain === '' && hard === null && words.figures.has(name))) return undefined;
  if (words.codes.has(name) && typeof hard === 'number' && hard.toString() === plain) return undefined;
  const same = words.figures.has(name) && typeof plain === 'string' && typeof hard === 'string' && exact(plain) === exact(hard);
  return same ? undefined : `${at}: ${JSON.stringify(plain)} became ${JSON.stringify(hard)}`;
}

/** No documented field is in it. */
const isUnreadable = (row: unknown): boolean => !isObject(row) || Object.keys(row).every((key) => key === 'unknown');

const okxPaths = [
  ...[
    'loan-info',
    'loan-history?limit=5',
    'interest-accrued?limit=3',
    'borrow-currencies',
    'collateral-assets',
    'max-collateral-redeem-amount?ccy=BTC',
  ].map((name) => `${loanPath}${name}`),
  ...[
    'account/config',
    'account/positions',
    'account/positions?instId=BTC-USDT',
    'account/balance',
    'account/bills',
    'account/positions-history',
  ].map((name) => `/api/v5/${name}`),
  '/api/v5/account/adjust-leverage-info?instType=MARGIN&mgnMode=isolated&lever=3&instId=BTC-USDT',
  ...['asset/balances', 'market/index-tickers?quoteCcy=USD', 'public/instruments?instType=SWAP', 'public/mark-price?instType=SWAP'].map(
    (name) => `/api/v5/${name}`,
  ),
  // Refused: an order that does not exist.
  `${loanPath}loan-history?type=x`,
];
const bybitPaths = [
  ...['position', 'adjustment-history', 'loanable-data', 'collateral-data', 'max-collateral-amount?currency=BTC'].map(
    (name) => `${poolPath}${name}`,
  ),
  ...['ongoing-orders', 'adjustment-history', 'borrow-history', 'repayment-history', 'collateral-data'].map(
    (name) => `${legacyPath}${name}`,
  ),
  ...[
    'flexible/ongoing-coin',
    'flexible/borrow-history',
    'flexible/repayment-history',
    'fixed/borrow-contract-info',
    'fixed/borrow-order-info',
    'fixed/repayment-history',
  ].map((name) => `/v5/crypto-loan-${name}`),
  ...[
    'list?category=linear&settleCoin=USDT',
    'list?category=inverse',
    'list?category=linear&symbol=BTCUSDT',
    'closed-pnl?category=linear',
  ].map((name) => `/v5/position/${name}`),
  ...[
    'account/info',
    'account/wallet-balance?accountType=UNIFIED',
    'asset/transfer/query-account-coins-balance?accountType=FUND',
    'user/query-api',
  ].map((name) => `/v5/${name}`),
  ...['tickers?category=spot', 'tickers?category=linear', 'time'].map((name) => `/v5/market/${name}`),
  `${poolPath}max-collateral-amount?currency=DOGE`,
];

/** The plain answers to all questions of a venue, by question. */
type Answers = ReadonlyMap<string, string>;

function okxAnswers(): Answers {
  const bench = new OkxBench();
  bench.adjust('add', 'BTC', '0.0000097', '12345');
  bench.clock.pass(settleMs);
  bench.ask(
    'POST',
    '/api/v5/account/position/margin-balance',
    JSON.stringify({ instId: 'BTC-USDT-SWAP', posSide: 'long', type: 'add', amt: '10' }),
  );
  return new Map(okxPaths.map((path) => [path, bench.ask('GET', path).raw]));
}

function bybitAnswers(): Answers {
  const bench = new BybitBench();
  for (const [direction, amount] of [
    ['0', '0.1'],
    ['1', '0.0000097'],
    ['0', '0.002'],
  ] as const) {
    assert.equal(bench.adjust(direction, 'BTC', amount).code, 0);
    bench.clock.pass(settleMs);
  }
  assert.equal(bench.adjustOrder('0', '0.001').code, 0);
  bench.clock.pass(settleMs);
  return new Map(bybitPaths.map((path) => [path, bench.ask('GET', path).raw]));
}

const venues = [
  ['OKX', okxWords, okxAnswers],
  ['Bybit', bybitWords, bybitAnswers],
] as const;

describe('a hostile answer', () => {
  for (const [venue, words, answersOf] of venues) {
    describe(`of the simulated ${venue}`, () => {
      let answers: Answers;
      before(() => {
        answers = answersOf();
      });
      const bodiesOf = (seed: string, unreadable = true): string[] => {
        const bend = hostile(words, seed, unreadable);
        return [...answers].map(([path, body]) => bend(path, body));
      };

      it('says the same as the plain one, whatever the seed', () => {
        for (const seed of seeds) {
          const bend = hostile(words, seed, true);
          for (const [path, body] of answers) {
            const odd = bend(path, body);
            assert.equal(difference(JSON.parse(body), JSON.parse(odd), words), undefined, `${seed} ${path}\n${odd}`);
          }
        }
      });

      it('is the same for the same seed, and another for another', () => {
        assert.deepEqual(bodiesOf('a'), bodiesOf('a'));
        assert.notDeepEqual(bodiesOf('a'), bodiesOf('b'));
      });

      it('has exponents, nulls, unknown fields, numbers for text, odd names, rows that come twice and one that cannot be read', () => {
        const all = seeds.flatMap((seed) => bodiesOf(seed)).join('\n');
        assert.match(all, /"\d(\.\d+)?E[+-]\d+"/);
        assert.match(all, /"\d(\.\d+)?e-?\d+"/);
        assert.match(all, /"9\.7E-6"|"9\.7e-6"/);
        assert.match(all, /"备注":\{"来源":\["a",1,null\]/);
        assert.match(all, venue === 'OKX' ? /"riskWarningData":null/ : /"liqPrice":null|"bonus":null/);
        assert.match(all, venue === 'OKX' ? /"code":0,/ : /"colRes":0/);
        for (const name of oddNames) assert.ok(all.includes(name), name);
        const lists = seeds.flatMap((seed) => bodiesOf(seed).map((body) => JSON.parse(body) as Record<string, unknown>));
        const rows = lists.flatMap(({ data, result }) =>
          [data, isObject(result) ? result['list'] : undefined].filter(Array.isArray),
        ) as unknown[][];
        assert.ok(rows.some((list) => new Set(list.map((one) => JSON.stringify(one))).size < list.length));
        assert.ok(rows.some((list) => list.includes(null)) && rows.some((list) => list.includes('row')));
      });

      it('can be read row by row to the last where that is asked for', () => {
        const nonsense = (bodies: readonly string[]): number =>
          bodies.join('\n').split('"unknown":{"shape"').length - 1 + bodies.join('').split(/[[,](null|"row"|7)[\],]/).length - 1;
        assert.ok(nonsense(seeds.flatMap((seed) => bodiesOf(seed))) > nonsense(seeds.flatMap((seed) => bodiesOf(seed, false))));
        const bodies = seeds
          .flatMap((seed) => bodiesOf(seed, false))
          .map((body) => JSON.parse(body) as { data?: unknown; result?: { list?: unknown } });
        for (const { data, result } of bodies) {
          for (const list of [data, result?.list])
            if (Array.isArray(list)) assert.ok(list.every((row) => isObject(row) && Object.keys(row).length > 1));
        }
      });

      it('names every list and figure that there is', () => {
        const names = new Set<string>();
        for (const body of answers.values()) {
          for (const [, name] of body.matchAll(/"(\w+)":"-?\d+\.\d+"/g)) names.add(name!);
        }
        assert.deepEqual(
          [...names].filter((name) => !words.figures.has(name) && !words.spare.has(name)),
          [],
        );
        const ends = Object.keys(words.lists);
        assert.deepEqual(
          ends.filter((end) => ![...answers.keys()].some((path) => path.split('?')[0]?.endsWith(end))),
          [],
        );
      });
    });
  }

  it('keeps ids that no number can hold to the digit, and order where one is documented', () => {
    const ids = (body: string): string[] => [...body.matchAll(/"adjustId":(\d+)/g)].map(([, id]) => id!);
    const plain = bybitAnswers().get(`${poolPath}adjustment-history`)!;
    assert.ok(ids(plain).includes('9007199254740997'));
    for (const seed of seeds) {
      const odd = hostile(bybitWords, seed, true)(`${poolPath}adjustment-history`, plain);
      assert.deepEqual([...new Set(ids(odd))], ids(plain));
    }
  });

  it('adds nothing to an answer about what was asked for by name', () => {
    const answers = [...okxAnswers(), ...bybitAnswers()].filter(([path]) => /instId=|symbol=/.test(path));
    assert.equal(answers.length, 3);
    for (const [path, body] of answers) {
      const words = path.startsWith('/api') ? okxWords : bybitWords;
      assert.ok(!oddNames.some((name) => hostile(words, 'a', true)(path, body).includes(name)));
    }
  });

  it('leaves alone what is no JSON', () => {
    for (const text of ['', '<html></html>', '[1]']) assert.equal(hostile(okxWords, 'a', true)('/', text), text);
  });

  it('writes a figure in four ways that are one number', () => {
    assert.deepEqual(
      ['0.0000097', '40000', '-12.50', '0', '0.00'].map((figure) => [0, 1, 2, 3].map((way) => saidAnew(figure, way))),
      [
        ['0.0000097', '0.000009700', '9.7E-6', '9.7e-6'],
        ['40000', '40000.00', '4.0000E+4', '4e4'],
        ['-12.50', '-12.5000', '-1.250E+1', '-1.25e1'],
        ['0', '0.00', '0E-1', '0e0'],
        ['0.00', '0.0000', '0E-3', '0e0'],
      ],
    );
    const figures = fc.stringMatching(/^-?(0|[1-9]\d{0,20})(\.\d{1,20})?$/);
    holds(
      fc.property(figures, fc.nat(3), (figure, way) => {
        assert.equal(exact(saidAnew(figure, way)), exact(figure));
      }),
    );
  });

  it('comes of both exchanges when they are started so, and OKX then lists what loans hold', async () => {
    const [okx, bybit, plain] = await Promise.all([
      startSimulator({ bend: okxBend('whole') }),
      startBybit({ bend: bybitBend('readable') }),
      startSimulator(),
    ]);
    try {
      const get = async (url: string): Promise<string> => (await fetch(url)).text();
      assert.match(await get(`${okx.url}/api/v5/public/instruments?instType=SWAP`), /币安人生-USDT-SWAP/);
      assert.match(await get(`${bybit.url}/v5/market/tickers?category=linear`), /kPEPEUSDT/);
      assert.doesNotMatch(await get(`${plain.url}/api/v5/public/instruments?instType=SWAP`), /币安人生/);
      const hello = await Promise.all(
        [okx, bybit, plain].map(async ({ url }) => JSON.parse(await get(`${url}/__simulator/hello`)) as unknown),
      );
      assert.deepEqual(
        hello.map((one) => (one as { hostile: unknown }).hostile),
        [true, true, false],
      );
    } finally {
      await Promise.all([okx.close(), bybit.close(), plain.close()]);
    }
  });
});
