import assert from 'node:assert/strict';
import { add, compare, decimal, subtract, type Decimal } from '../../../src/core/decimal.ts';
import { Bench, readKey, settleMs, type Reply } from './bench.ts';

const path = '/api/v5/account/';
const change = `${path}position/margin-balance`;
const long = { instId: 'BTC-USDT-SWAP', posSide: 'long' };

describe('positions on the simulated exchange', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  const positions = (query = ''): readonly Record<string, unknown>[] => bench.ask('GET', `${path}positions${query}`).data;
  const position = (instId: string, posSide: string): Record<string, unknown> => {
    const found = positions(`?instId=${instId}`).find((one) => one['posSide'] === posSide);
    assert.ok(found, `${instId} ${posSide}`);
    return found;
  };
  const margin = (body: Record<string, unknown>, key = {}): Reply => bench.ask('POST', change, JSON.stringify(body), key);
  const available = (ccy: string): Decimal => bench.ask('GET', `${path}balance`).data.flatMap((one) => one['details'] as Record<string, string>[]).find((one) => one['ccy'] === ccy)?.['availBal'] as Decimal; // oxfmt-ignore
  const control = (method: string, name: string, body: unknown = {}): Record<string, unknown> => {
    const answer = bench.control.handle(method, name, JSON.stringify(body));
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return answer.body as Record<string, unknown>;
  };
  const recorded = (): string[] => {
    const rows = control('GET', 'record')['margins'] as Record<string, string>[];
    return rows.map((row) => ['kind', 'instId', 'posSide', 'type', 'amt', 'ccy', 'state'].map((name) => row[name]).join(' '));
  };
  const set = (body: unknown): unknown => control('POST', 'account', body);

  it('begin far enough from liquidation that nobody is alarmed before having looked round, and one is near', () => {
    const distances = positions().map((one) => {
      const [mark, liq] = [Number(one['markPx']), Number(one['liqPx'])];
      return Math.abs(mark - liq) / mark;
    });
    assert.equal(distances.length, 7);
    assert.ok(Math.min(...distances) > 0.08 && Math.min(...distances) < 0.12);
    assert.equal(distances.filter((one) => one < 0.15).length, 1);
  });

  it('come newest first, with every kind among them', () => {
    const all = positions();
    const times = all.map((one) => Number(one['cTime']));
    assert.deepEqual(
      times,
      [...times].sort((a, b) => b - a),
    );
    assert.deepEqual(all.map((one) => [one['instId'], one['posSide'], one['mgnMode'], one['ccy']].join(' ')).sort(), [
      'BTC-USD-SWAP long isolated BTC',
      'BTC-USDT net isolated BTC',
      'BTC-USDT-SWAP long isolated USDT',
      'BTC-USDT-SWAP short isolated USDT',
      'ETH-USDT net isolated USDT',
      'ETH-USDT-SWAP long isolated USDT',
      'SOL-USDT-SWAP short cross USDT',
    ]);
  });

  it('leave empty what does not apply', () => {
    const swap = position('BTC-USDT-SWAP', 'long');
    assert.deepEqual([swap['imr'], swap['liab'], swap['posCcy']], ['', '', '']);
    const cross = position('SOL-USDT-SWAP', 'short');
    assert.deepEqual([cross['margin'], cross['imr']], ['', '2800.8']);
    const borrowed = position('BTC-USDT', 'net');
    assert.deepEqual([borrowed['liab'], borrowed['liabCcy'], borrowed['posCcy'], borrowed['usdPx']], ['-8536', 'USDT', 'BTC', '']);
  });

  it('have three prices that are not the same', () => {
    for (const one of positions()) assert.equal(new Set([one['last'], one['markPx'], one['idxPx']]).size, 3, String(one['instId']));
  });

  it('are found by type, by instrument and by id', () => {
    const id = String(position('BTC-USDT', 'net')['posId']);
    assert.equal(positions('?instType=MARGIN').length, 2);
    assert.equal(positions('?instType=FUTURES').length, 0);
    assert.equal(positions('?instId=BTC-USDT-SWAP,ETH-USDT').length, 3);
    assert.equal(positions(`?posId=${id},1`).length, 1);
    const many = (count: number): string => Array.from({ length: count }, () => '1').join(',');
    assert.equal(bench.ask('GET', `${path}positions?instId=${many(11)}`).code, '51000');
    assert.equal(bench.ask('GET', `${path}positions?posId=${many(20)}`).code, '0');
    assert.equal(bench.ask('GET', `${path}positions?posId=${many(21)}`).code, '51000');
    assert.equal(bench.ask('GET', `${path}positions?instType=STOCK`).code, '51000');
  });

  it('follow the price that is moved by hand', () => {
    const before = position('BTC-USDT-SWAP', 'long');
    control('POST', 'price', { coin: 'BTC', percent: '-10' });
    const after = position('BTC-USDT-SWAP', 'long');
    assert.equal(after['markPx'], '79223.8');
    assert.equal(after['liqPx'], before['liqPx']);
    assert.equal(after['upl'], '-3508.1');
    assert.ok(compare(after['mgnRatio'] as Decimal, before['mgnRatio'] as Decimal) < 0);
  });

  it('are closed at the ratio of 1, and their margin is gone; the others stay', () => {
    const free = available('USDT');
    const crossUpl = position('SOL-USDT-SWAP', 'short')['upl'];
    control('POST', 'price', { coin: 'ETH', price: '2974' });
    assert.equal(positions('?instId=ETH-USDT-SWAP').length, 1);
    control('POST', 'price', { coin: 'ETH', price: '2973.9' });
    assert.equal(positions('?instId=ETH-USDT-SWAP').length, 0);
    assert.equal(positions().length, 6);
    assert.equal(position('SOL-USDT-SWAP', 'short')['upl'], crossUpl);
    assert.equal(available('USDT'), free);
    assert.equal(margin({ instId: 'ETH-USDT-SWAP', posSide: 'long', type: 'add', amt: '1' }).code, '51023');
  });

  it('take cross margin along when they are closed', () => {
    control('POST', 'price', { coin: 'SOL', percent: '50' });
    assert.equal(positions('?instId=SOL-USDT-SWAP').length, 0);
    assert.equal(available('USDT'), '0');
  });

  describe('a change of margin', () => {
    it('moves exactly that much, at once, and the liquidation price away', () => {
      const [before, free] = [position('BTC-USDT-SWAP', 'long'), available('USDT')];
      const reply = margin({ ...long, type: 'add', amt: '123.000000000000000001' });
      assert.deepEqual(reply.data, [
        { amt: '123.000000000000000001', ccy: 'USDT', instId: 'BTC-USDT-SWAP', leverage: '4.5803', posSide: 'long', type: 'add' },
      ]);
      const after = position('BTC-USDT-SWAP', 'long');
      assert.equal(after['margin'], add(before['margin'] as Decimal, decimal('123.000000000000000001')));
      assert.equal(available('USDT'), subtract(free, decimal('123.000000000000000001')));
      assert.ok(compare(after['liqPx'] as Decimal, before['liqPx'] as Decimal) < 0);
      assert.equal(position('BTC-USDT-SWAP', 'short')['margin'], '6517.86666667');
      assert.ok(Number(after['uTime']) > Number(before['uTime']));
      assert.equal(after['cTime'], before['cTime']);
      assert.deepEqual(recorded(), ['margin BTC-USDT-SWAP long add 123.000000000000000001 USDT effective']);
    });

    it('of coins held with borrowed ones changes what is held too', () => {
      const before = position('BTC-USDT', 'net');
      const reply = margin({ instId: 'BTC-USDT', posSide: 'net', type: 'reduce', amt: '0.001', ccy: 'BTC' });
      assert.equal(reply.data[0]?.['leverage'], '');
      const after = position('BTC-USDT', 'net');
      assert.deepEqual([after['margin'], after['pos']], ['0.03733334', '0.13723334']);
      assert.equal(after['upl'], before['upl']);
      assert.equal(available('BTC'), '0.051');
      assert.ok(compare(after['liqPx'] as Decimal, before['liqPx'] as Decimal) > 0);
    });

    it('takes out what adjust-leverage-info says, and not one step more', () => {
      const info = bench.ask('GET', `${path}adjust-leverage-info?instType=SWAP&mgnMode=isolated&lever=5&instId=BTC-USDT-SWAP&posSide=long`);
      const most = info.data[0]?.['estAvailTrans'] as Decimal;
      assert.equal(most, '683.76');
      assert.equal(margin({ ...long, type: 'reduce', amt: add(most, decimal('0.00000001')) }).code, '59301');
      assert.equal(margin({ ...long, type: 'reduce', amt: most }).code, '0');
      assert.equal(position('BTC-USDT-SWAP', 'long')['margin'], '8802.64');
    });

    it('gives the whole balance, and not one step more', () => {
      const free = available('USDT');
      assert.equal(margin({ ...long, type: 'add', amt: add(free, decimal('0.00000001')) }).code, '59200');
      assert.equal(margin({ ...long, type: 'add', amt: free }).code, '0');
      assert.equal(available('USDT'), '0');
    });

    const refused: readonly (readonly [code: string, status: number, what: string, body: Record<string, unknown>])[] = [
      ['51001', 200, 'an instrument that does not exist', { ...long, instId: 'DOGE-USDT-SWAP', type: 'add', amt: '1' }],
      ['51023', 200, 'a position that does not exist', { instId: 'ETH-USDT-SWAP', posSide: 'short', type: 'add', amt: '1' }],
      ['59300', 200, 'a cross position', { instId: 'SOL-USDT-SWAP', posSide: 'short', type: 'add', amt: '1' }],
      ['51000', 400, 'no side where there are two', { instId: 'BTC-USDT-SWAP', type: 'add', amt: '1' }],
      ['51000', 400, 'net where there are sides', { ...long, posSide: 'net', type: 'add', amt: '1' }],
      ['51000', 400, 'a side where there is none', { instId: 'BTC-USDT', posSide: 'long', type: 'add', amt: '0.001', ccy: 'BTC' }],
      ['51000', 400, 'the wrong coin', { instId: 'BTC-USDT', posSide: 'net', type: 'add', amt: '1', ccy: 'USDT' }],
      ['50014', 400, 'no coin where it is needed', { instId: 'BTC-USDT', posSide: 'net', type: 'add', amt: '0.001' }],
      ['51000', 400, 'an unknown type', { ...long, type: 'both', amt: '1' }],
      ['50014', 400, 'no type', { ...long, amt: '1' }],
      ['50014', 400, 'no amount', { ...long, type: 'add' }],
      ['51000', 400, 'an amount below zero', { ...long, type: 'add', amt: '-1' }],
      ['51000', 400, 'an amount that is a number', { ...long, type: 'add', amt: 1 }],
      ['59303', 200, 'more than its margin', { ...long, type: 'reduce', amt: '9486.5' }],
      ['59301', 200, 'more than may go', { instId: 'ETH-USDT-SWAP', posSide: 'long', type: 'reduce', amt: '0.01' }],
    ];
    for (const [code, status, what, body] of refused) {
      it(`is refused for ${what} with ${code}, and nothing moves`, () => {
        const before = positions();
        const reply = margin(body);
        assert.deepEqual([reply.code, reply.status], [code, status]);
        assert.deepEqual(positions(), before);
        assert.deepEqual(recorded(), []);
      });
    }

    it('is refused when so much margin would make the leverage too low', () => {
      const rich = [{ ccy: 'USDT', amt: decimal('100000000') }];
      bench = new Bench({ trading: { wallet: rich } });
      assert.equal(margin({ ...long, type: 'add', amt: '9000000' }).code, '59105');
    });

    it('is refused for want of permission, and where the account mode knows no isolated margin', () => {
      assert.equal(margin({ ...long, type: 'add', amt: '1' }, { key: readKey }).code, '50120');
      assert.equal(bench.ask('GET', `${path}positions`, '', { key: readKey }).code, '0');
      set({ acctLv: '3' });
      assert.equal(bench.ask('GET', `${path}config`).data[0]?.['acctLv'], '3');
      assert.equal(margin({ ...long, type: 'add', amt: '1' }).code, '50072');
    });
  });

  describe('in net mode', () => {
    beforeEach(() => {
      set({ posMode: 'net_mode' });
    });

    it('there is one per instrument, and its sign is its side, but not where coins are borrowed', () => {
      assert.equal(bench.ask('GET', `${path}config`).data[0]?.['posMode'], 'net_mode');
      assert.deepEqual(
        positions().map((one) => `${String(one['instId'])} ${String(one['posSide'])} ${String(one['pos'])}`),
        [
          'ETH-USDT-SWAP net 40',
          'BTC-USDT-SWAP net 50',
          'BTC-USDT net 0.13823334',
          'SOL-USDT-SWAP net -100',
          'ETH-USDT net 8040.3336',
          'BTC-USD-SWAP net 100',
        ],
      );
    });

    it('a side by name is refused, and net is what is meant where none is named', () => {
      assert.equal(margin({ ...long, type: 'add', amt: '1' }).code, '51000');
      assert.equal(margin({ instId: 'BTC-USDT-SWAP', type: 'add', amt: '1' }).data[0]?.['posSide'], 'net');
    });

    it('and the control says which words it knows', () => {
      const answer = bench.control.handle('POST', 'account', '{"posMode":"hedge"}');
      assert.equal(answer.status, 400);
      assert.match(JSON.stringify(answer.body), /long_short_mode, net_mode/);
      assert.equal(bench.control.handle('POST', 'account', '{"acctLv":2}').status, 400);
    });
  });

  describe('faults', () => {
    const onAdding: readonly (readonly [name: string, answer: RegExp, acted: readonly string[], margin: string])[] = [
      ['lost-before-acting', /^reset$/, [], '9486.4'],
      ['lost-after-acting', /^reset$/, ['add 10 effective'], '9496.4'],
      ['50026-after-acting', /"50026"/, ['add 10 effective'], '9496.4'],
      ['51054-after-acting', /"51054"/, ['add 10 effective'], '9496.4'],
      ['5xx', /502/, [], '9486.4'],
      ['59303', /"59303"/, [], '9486.4'],
      ['never-settled', /"code":"0"/, ['add 10 never'], '9486.4'],
      ['reversed-direction', /"type":"add"/, ['reduce 10 effective'], '9476.4'],
      ['wrong-amount', /"amt":"10"/, ['add 5 effective'], '9491.4'],
    ];
    for (const [name, answer, acted, left] of onAdding) {
      it(`${name}: a change of margin is acted on ${acted.length === 0 ? 'not at all' : acted.join()}`, () => {
        // Faults about executing wait for a change.
        const acting = name !== '5xx' && name !== '59303';
        control('POST', 'fault', { fault: name, times: 1, ...(acting ? {} : { endpoint: 'margin-balance' }) });
        assert.equal(bench.ask('GET', `${path}config`).code, '0');
        const outcome = bench.send('POST', change, JSON.stringify({ ...long, type: 'add', amt: '10' }));
        assert.match(outcome.kind === 'answer' ? outcome.answer.body : outcome.kind, answer);
        assert.deepEqual(
          recorded(),
          acted.map((one) => {
            const [type = '', amt = '', state = ''] = one.split(' ');
            return `margin BTC-USDT-SWAP long ${type} ${amt} USDT ${state}`;
          }),
        );
        assert.equal(position('BTC-USDT-SWAP', 'long')['margin'], left);
      });
    }

    it('settled-late: nothing moves until the settlement time has passed, and what is claimed is not there twice', () => {
      const free = available('USDT');
      control('POST', 'fault', { fault: 'settled-late', times: 1 });
      assert.equal(margin({ ...long, type: 'add', amt: free }).code, '0');
      bench.clock.pass(settleMs - 1001);
      assert.equal(position('BTC-USDT-SWAP', 'long')['margin'], '9486.4');
      assert.equal(margin({ ...long, type: 'add', amt: '1' }).code, '59200');
      assert.equal(position('BTC-USDT-SWAP', 'long')['margin'], add(decimal('9486.4'), free));
      assert.deepEqual(recorded(), [`margin BTC-USDT-SWAP long add ${free} USDT effective`]);
    });

    it('settled-late: collateral takes twice its time', () => {
      control('POST', 'fault', { fault: 'settled-late', times: 1 });
      bench.adjust('add', 'BTC', '0.1', '12345');
      bench.clock.pass(settleMs);
      assert.equal(bench.order('12345')['curLTV'], '0.5798');
      bench.clock.pass(settleMs);
      assert.equal(bench.order('12345')['curLTV'], '0.5154');
    });
  });

  describe('what they are about', () => {
    const list = (target: string): Reply => bench.ask('GET', `/api/v5/public/${target}`, '', { headers: { 'ok-access-key': undefined } });

    it('is listed by type, without a key', () => {
      assert.deepEqual(
        list('instruments?instType=SWAP').data.map((one) => `${String(one['instId'])} ${String(one['ctType'])} ${String(one['ctVal'])} ${String(one['settleCcy'])}`), // oxfmt-ignore
        ['BTC-USDT-SWAP linear 0.01 USDT', 'ETH-USDT-SWAP linear 0.1 USDT', 'SOL-USDT-SWAP linear 1 USDT', 'BTC-USD-SWAP inverse 100 BTC'],
      );
      assert.equal(list('instruments?instType=MARGIN&instId=BTC-USDT').data[0]?.['tickSz'], '0.1');
      assert.equal(list('instruments').code, '50014');
      assert.equal(list('instruments?instType=SWAP&instId=BTC-USDT').code, '51001');
      assert.deepEqual(list('mark-price?instType=SWAP&instId=BTC-USDT-SWAP').data[0]?.['markPx'], '88026.4');
    });

    it('is limited per type, and the mark price for all of them', () => {
      const codes = (target: string, times: number): string[] =>
        Array.from({ length: times }, () => {
          const outcome = bench.send('GET', `/api/v5/public/${target}`);
          return outcome.kind === 'answer' ? outcome.answer.status.toString() : outcome.kind;
        });
      assert.equal(codes('instruments?instType=SWAP', 21).indexOf('429'), 20);
      assert.equal(codes('instruments?instType=MARGIN', 20).indexOf('429'), -1);
      assert.equal(codes('mark-price?instType=SWAP', 10).indexOf('429'), -1);
      assert.deepEqual(codes('mark-price?instType=MARGIN', 1), ['429']);
    });
  });

  describe('adjust-leverage-info', () => {
    const info = (query: string): Reply => bench.ask('GET', `${path}adjust-leverage-info?${query}`);

    it('says what another leverage would ask for', () => {
      const [less] = info('instType=MARGIN&mgnMode=isolated&lever=2&instId=BTC-USDT').data;
      assert.deepEqual([less?.['estAvailTrans'], less?.['estMgn']], ['0', '0.04849901']);
      assert.ok(compare(less?.['estLiqPx'] as Decimal, position('BTC-USDT', 'net')['liqPx'] as Decimal) < 0);
      const [inQuote] = info('instType=MARGIN&mgnMode=isolated&lever=5&instId=ETH-USDT').data;
      assert.deepEqual([inQuote?.['estAvailTrans'], inQuote?.['estAvailQuoteTrans']], ['', '92.556']);
    });

    const wrong: readonly (readonly [code: string, query: string])[] = [
      ['50014', 'mgnMode=isolated&lever=5&instId=BTC-USDT'],
      ['50014', 'instType=MARGIN&lever=5&instId=BTC-USDT'],
      ['50014', 'instType=MARGIN&mgnMode=isolated&instId=BTC-USDT'],
      ['51000', 'instType=MARGIN&mgnMode=isolated&lever=11&instId=BTC-USDT'],
      ['51000', 'instType=MARGIN&mgnMode=isolated&lever=0&instId=BTC-USDT'],
      ['51000', 'instType=SWAP&mgnMode=isolated&lever=5&instId=BTC-USDT-SWAP'],
      ['51001', 'instType=SWAP&mgnMode=isolated&lever=5&instId=BTC-USDT'],
    ];
    for (const [code, query] of wrong) {
      it(`answers ${query} with ${code}`, () => {
        assert.equal(info(query).code, code);
      });
    }
  });
});
