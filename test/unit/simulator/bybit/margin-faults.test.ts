import assert from 'node:assert/strict';
import { Bench, type Row } from './bench.ts';

const path = '/v5/position/add-margin';
const body = (symbol: string, positionIdx: number, margin: string): string =>
  JSON.stringify({ category: symbol === 'ETHUSD' ? 'inverse' : 'linear', symbol, margin, positionIdx });

describe('what can go wrong with a change of margin at the simulated Bybit', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  const record = (): { margins: Row[]; requests: Record<string, number> } =>
    bench.control.handle('GET', 'record', '').body as { margins: Row[]; requests: Record<string, number> };
  const recorded = (): string[] =>
    record().margins.map((one) =>
      ['category', 'symbol', 'positionIdx', 'margin', 'moved', 'state'].map((name) => String(one[name])).join(' '),
    );
  const extra = (): string | undefined => bench.world.trading.positions.find((one) => one.positionIdx === 2)?.extra;

  const done = ['linear BTCUSDT 2 -100 -100 effective'];
  const fine = /^200 \{"retCode":0,"retMsg":"OK","result":\{"category":"linear"/;
  const onTaking: readonly (readonly [fault: string, answer: RegExp, record: readonly string[], extra: string])[] = [
    ['timeout', /^silence$/, [], '250'],
    ['lost-before-acting', /^reset$/, [], '250'],
    ['lost-after-acting', /^reset$/, done, '150'],
    ['5xx', /^502 <html>/, [], '250'],
    ['503-after-acting', /^503 <html>/, done, '150'],
    ['10000-after-acting', /^200 \{"retCode":10000,/, done, '150'],
    ['10016', /^200 \{"retCode":10016,/, [], '250'],
    ['110011', /^200 \{"retCode":110011,/, [], '250'],
    ['malformed', /^200 \{"retCode":0,"retMsg":"OK","result":\{"$/, done, '150'],
    ['never-settled', fine, ['linear BTCUSDT 2 -100 -100 never'], '250'],
    ['settlement-failed', fine, ['linear BTCUSDT 2 -100 -100 failed'], '250'],
    ['settled-late', fine, ['linear BTCUSDT 2 -100 -100 pending'], '250'],
    ['wrong-amount', fine, ['linear BTCUSDT 2 -100 -50 effective'], '200'],
    ['reversed-direction', fine, ['linear BTCUSDT 2 -100 100 effective'], '350'],
  ];
  for (const [fault, answer, expected, after] of onTaking) {
    it(`${fault}: it meets ${answer.source}, and ${after} of added margin are left of 250`, () => {
      bench.act('fault', { fault, times: 1 });
      const outcome = bench.send('POST', path, body('BTCUSDT', 2, '-100'));
      assert.match(outcome.kind === 'answer' ? `${outcome.answer.status.toString()} ${outcome.answer.body}` : outcome.kind, answer);
      assert.deepEqual(recorded(), expected);
      assert.equal(extra(), after);
      assert.equal(record().requests[path], 1);
    });
  }

  it('waits for a change of margin where it is about acting', () => {
    for (const fault of ['lost-after-acting', 'never-settled', 'wrong-amount', '10016-after-acting', 'settled-late']) {
      bench.act('fault', { fault, times: 1 });
      bench.positions('category=inverse');
      assert.equal(bench.api.faults.list().length, 1, fault);
      bench.send('POST', path, body('ETHUSD', 0, '0.001'));
      assert.equal(bench.api.faults.list().length, 0, fault);
    }
  });

  it('counts what arrived, with its direction and its side', () => {
    bench.send('POST', path, body('BTCUSDT', 1, '10'));
    bench.send('POST', path, body('BTCUSDT', 2, '-10.5'));
    bench.send('POST', path, body('ETHUSD', 0, '0.0001'));
    assert.deepEqual(recorded(), [
      'linear BTCUSDT 1 10 10 effective',
      'linear BTCUSDT 2 -10.5 -10.5 effective',
      'inverse ETHUSD 0 0.0001 0.0001 effective',
    ]);
    assert.ok(record().margins.every((one) => one['when'] === bench.clock.now()));
  });

  it('settles late, but settles; what is on its way cannot be used twice', () => {
    bench.act('fault', { fault: 'settled-late', times: 2 });
    assert.equal(bench.margin('BTCUSDT', 2, '-200').code, 0);
    assert.equal(bench.margin('BTCUSDT', 2, '-60').code, 110078);
    assert.equal(bench.position('BTCUSDT', 2)['liqPrice'], '107461.6');
    bench.clock.pass(20_000);
    assert.equal(bench.position('BTCUSDT', 2)['liqPrice'], '106461.6');
    assert.deepEqual(recorded(), ['linear BTCUSDT 2 -200 -200 effective']);
  });

  it('reverses only as far as margin was added', () => {
    bench.act('fault', { fault: 'reversed-direction', times: 1 });
    assert.equal(bench.margin('BTCUSDT', 2, '1000').code, 0);
    assert.deepEqual([recorded(), extra()], [['linear BTCUSDT 2 1000 -250 effective'], '0']);
  });

  it('comes to nothing late where the position is gone by then', () => {
    bench.act('fault', { fault: 'settled-late', times: 1 });
    bench.margin('BTCUSDT', 2, '10');
    bench.act('price', { coin: 'BTC', price: '120000' });
    bench.clock.pass(20_000);
    assert.equal(bench.position('BTCUSDT', 2)['side'], '');
    assert.deepEqual(recorded(), ['linear BTCUSDT 2 10 10 failed']);
  });

  it('is refused where a control makes no sense', () => {
    for (const [name, wrong] of [
      ['margin-mode', { mode: 'CROSS' }],
      ['margin-mode', {}],
      ['margin-price', { by: 'last' }],
      ['due', {}],
      ['due', { days: '1' }],
      ['expiry', { days: 5000 }],
    ] as const) {
      assert.throws(() => {
        bench.act(name, wrong);
      }, RangeError);
    }
  });
});
