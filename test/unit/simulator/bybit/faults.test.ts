import assert from 'node:assert/strict';
import { Bench, poolPath, settleMs } from './bench.ts';

const position = `${poolPath}position`;
const adjust = `${poolPath}adjust-ltv`;
const addition = JSON.stringify({ currency: 'BTC', amount: '0.1', direction: '0' });

describe('what can go wrong at the simulated Bybit', () => {
  let bench: Bench;
  const control = (method: string, name: string, body?: unknown): Record<string, unknown> => {
    const { status, body: answer } = bench.control.handle(method, name, body === undefined ? '' : JSON.stringify(body));
    assert.equal(status, 200, JSON.stringify(answer));
    return answer as Record<string, unknown>;
  };
  const fault = (name: string, more: Record<string, unknown> = {}): void => {
    control('POST', 'fault', { fault: name, ...more });
  };
  const kindOf = (method = 'GET', path = position, body = ''): string => {
    bench.clock.pass(1000);
    const outcome = bench.send(method, path, body);
    return outcome.kind === 'answer' ? `${outcome.answer.status.toString()} ${outcome.answer.body}` : outcome.kind;
  };
  const acted = (): string[] => {
    const { adjustments } = control('GET', 'record') as unknown as { adjustments: Record<string, unknown>[] };
    return adjustments.map((one) => `${String(one['type'])} ${String(one['amt'])} ${String(one['state'])}`);
  };
  beforeEach(() => {
    bench = new Bench();
  });

  const done = ['add 0.1 effective'];
  const fine = /^200 \{"retCode":0,"retMsg":"OK","result":\{"adjustId":27512\},"retExtInfo":\{\},"time":\d{13}\}$/;
  const onAdding: readonly (readonly [name: string, answer: RegExp, adjustments: readonly string[]])[] = [
    ['timeout', /^silence$/, []],
    ['reset', /^reset$/, []],
    ['5xx', /^502 <html>/, []],
    ['5xx-after-acting', /^502 <html>/, done],
    ['dropped-before-head', /^dropped$/, done],
    ['dropped-after-head', /^dropped$/, done],
    ['retry-after-date', /^429 <html>/, []],
    ['http-404', /^404 <html>/, []],
    ['http-405', /^405 <html>/, []],
    ['http-407', /^407 <html>/, []],
    ['http-410', /^410 <html>/, []],
    ['http-421', /^421 $/, []],
    ['http-405-after-acting', /^405 <html>/, done],
    ['http-451', /^451 Unavailable/, []],
    ['10006', /^200 \{"retCode":10006,/, []],
    ['10000', /^200 \{"retCode":10000,/, []],
    ['10017', /^200 \{"retCode":10017,/, []],
    ['148019', /^200 \{"retCode":148019,/, []],
    ['148031', /^200 \{"retCode":148031,/, []],
    ['401', /^401 $/, []],
    ['403', /^403 <html>.*access too frequent/, []],
    ['429', /^429 <html>/, []],
    ['lost-before-acting', /^reset$/, []],
    ['lost-after-acting', /^reset$/, done],
    ['10016-after-acting', /^200 \{"retCode":10016,/, done],
    ['10000-after-acting', /^200 \{"retCode":10000,/, done],
    ['503-after-acting', /^503 <html>/, done],
    ['malformed', /^200 \{"retCode":0,"retMsg":"OK","result":\{"$/, done],
    ['wrong-types', fine, done],
    ['slow', fine, done],
    ['truncated', fine, done],
    ['never-settled', fine, ['add 0.1 never']],
    ['settled-late', fine, ['add 0.1 pending']],
    ['settlement-failed', fine, ['add 0.1 failed']],
    ['doubled-rows', fine, done],
    ['rows-out-of-order', fine, done],
    ['reversed-direction', fine, ['reduce 0.1 effective']],
    ['wrong-amount', fine, ['add 0.05 effective']],
  ];
  for (const [name, answer, expected] of onAdding) {
    it(`${name}: an adjustment meets ${answer.source} and is acted on ${expected.length === 0 ? 'not at all' : expected.join()}`, () => {
      fault(name);
      assert.match(kindOf('POST', adjust, addition), answer);
      bench.clock.pass(settleMs);
      assert.deepEqual(acted(), expected);
    });
  }

  it('has all been tried here', () => {
    const tried = onAdding.map(([name]) => name);
    assert.deepEqual(
      bench.api.faults.names().filter((name) => !tried.includes(name)),
      [],
    );
  });

  it('waits for an adjustment where it is about acting, of whichever generation', () => {
    for (const name of [
      'lost-after-acting',
      'lost-before-acting',
      'never-settled',
      'settlement-failed',
      'wrong-amount',
      '10016-after-acting',
    ]) {
      control('DELETE', 'fault');
      fault(name, { times: 1 });
      assert.match(kindOf(), /^200 \{"retCode":0/);
      assert.equal((control('GET', 'hello')['faults'] as unknown[]).length, 1, name);
      kindOf('POST', '/v5/crypto-loan/adjust-ltv', '{"orderId":"1793683005081680384","amount":"0.001","direction":"0"}');
      assert.equal((control('GET', 'hello')['faults'] as unknown[]).length, 0, name);
    }
  });

  it('lists each row of a history twice, or the oldest first, and keeps their ids to the digit', () => {
    control('POST', 'settle', { ms: 0 });
    bench.adjust('0', 'BTC', '0.1');
    bench.clock.pass(1000);
    bench.adjust('0', 'BTC', '0.1');
    const ids = (): string[] => {
      bench.clock.pass(1000);
      const outcome = bench.send('GET', `${poolPath}adjustment-history`);
      return outcome.kind === 'answer' ? [...outcome.answer.body.matchAll(/"adjustId":(\d+)/g)].map(([, id]) => id!) : [];
    };
    const [newest, older] = ids();
    assert.deepEqual([newest, older], ['9007199254740997', '27512']);
    fault('doubled-rows', { times: 1 });
    assert.match(kindOf(), /^200 \{"retCode":0/);
    assert.deepEqual(ids(), [newest, newest, older, older]);
    fault('rows-out-of-order', { times: 1 });
    assert.deepEqual(ids(), [older, newest]);
  });

  it('strikes only the endpoint it is for, as often as was asked for', () => {
    fault('reset', { endpoint: 'common/position', times: 2 });
    const kinds = [kindOf('GET', `${poolPath}adjustment-history`), kindOf(), kindOf(), kindOf()].map((kind) => kind.slice(0, 5));
    assert.deepEqual(kinds, ['200 {', 'reset', 'reset', '200 {']);
  });

  it('turns texts into numbers where types are to be wrong', () => {
    fault('wrong-types');
    assert.match(kindOf(), /"ltv":0\.527989.*"amount":0\.25\b/);
    assert.match(kindOf('GET', '/v5/nothing'), /^404 <html>/);
  });

  it('never settles, and says so for ever', () => {
    fault('never-settled', { times: 1 });
    bench.adjust('0', 'BTC', '0.1');
    bench.clock.pass(86_400_000);
    assert.equal(bench.pool('adjustment-history').list[0]?.['status'], 2);
    assert.equal(bench.collateral('BTC'), '0.25');
  });

  it('reverses only as far as there are coins', () => {
    fault('reversed-direction');
    bench.adjust('0', 'BTC', '1.5');
    bench.clock.pass(settleMs);
    assert.deepEqual(acted(), ['reduce 0.25 effective']);
    assert.equal(bench.wallet('BTC'), '2.0421483143067599');
  });

  it('is refused with a reason where there is no such thing', () => {
    const wrong = [
      ['POST', 'fault', '{"fault":"lightning"}'],
      ['POST', 'fault', '{"fault":"50011"}'],
      ['POST', 'fault', '{"fault":"lightning-after-acting"}'],
      ['POST', 'cap', '{"level":2}'],
      ['POST', 'cap', '{"level":"3"}'],
      ['GET', 'cap', ''],
    ] as const;
    for (const [method, name, body] of wrong) {
      const answer = bench.control.handle(method, name, body);
      assert.equal(answer.status, 400, body);
      assert.match(JSON.stringify(answer.body), /"error":"..+"/);
    }
  });

  it('names every control to whoever asks for another', () => {
    const { body } = bench.control.handle('GET', 'nothing', '');
    assert.match(
      JSON.stringify(body),
      /GET hello, .*POST clock, GET sockets, POST socket, POST cap, POST margin-mode, POST margin-price, POST due, POST expiry, POST inventory, POST liquidate, POST maintenance, POST overpay"/,
    );
  });

  it('is controlled as every simulated exchange is', () => {
    const hello = control('GET', 'hello');
    assert.deepEqual([hello['name'], hello['venue'], hello['simulated'], hello['legacy']], ['ltv-gauge-simulator', 'bybit', true, true]);
    assert.deepEqual(hello['prices'], { BTC: '88000', ETH: '3260', SOL: '140', USDT: '1', USDC: '1', MNT: '1.2' });
    control('POST', 'price', { coin: 'BTC', percent: '-10' });
    assert.equal(bench.pool('position').result['ltv'], '0.547894');
    bench.adjustOrder('0', '0.01');
    const { adjustments, requests } = control('GET', 'record') as { adjustments: unknown[]; requests: Record<string, number> };
    assert.deepEqual(adjustments, [
      { loan: '1793683005081680384', type: 'add', ccy: 'BTC', amt: '0.01', when: bench.clock.now(), state: 'pending' },
    ]);
    assert.deepEqual(requests, { [position]: 1, '/v5/crypto-loan/adjust-ltv': 1 });
    control('POST', 'settle', { ms: 0 });
    assert.equal(bench.adjust('0', 'ETH', '0.1').code, 0);
    assert.equal(bench.pool('adjustment-history').list[0]?.['status'], 1);
    assert.notDeepEqual(control('POST', 'step')['prices'], hello['prices']);
  });
});
