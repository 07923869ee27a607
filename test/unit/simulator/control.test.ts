import assert from 'node:assert/strict';
import { faultNames } from '../../../src/simulator/faults.ts';
import { Bench, loanPath, settleMs } from './bench.ts';

const info = `${loanPath}loan-info`;

interface Recorded {
  adjustments: Record<string, unknown>[];
  requests: Record<string, number>;
}

describe('the control of the simulated exchange', () => {
  let bench: Bench;
  const control = (method: string, name: string, body?: unknown): Record<string, unknown> => {
    const { status, body: answer } = bench.control.handle(method, name, body === undefined ? '' : JSON.stringify(body));
    assert.equal(status, 200, JSON.stringify(answer));
    return answer as Record<string, unknown>;
  };
  const recorded = (): Recorded => control('GET', 'record') as unknown as Recorded;
  const fault = (name: string, more: Record<string, unknown> = {}): void => {
    control('POST', 'fault', { fault: name, ...more });
  };
  const kindOf = (path = info): string => {
    bench.clock.pass(500);
    const outcome = bench.send('GET', path);
    return outcome.kind === 'answer' ? outcome.answer.status.toString() : outcome.kind;
  };
  const addKind = (): string => {
    bench.clock.pass(500);
    const body = JSON.stringify({ type: 'add', ordId: '12345', collateralCcy: 'BTC', collateralAmt: '0.1' });
    const outcome = bench.send('POST', `${loanPath}adjust-collateral`, body);
    return outcome.kind === 'answer' ? `${outcome.answer.status.toString()} ${outcome.answer.body}` : outcome.kind;
  };

  beforeEach(() => {
    bench = new Bench();
  });

  it('says what it is', () => {
    const hello = control('GET', 'hello');
    assert.equal(hello['name'], 'ltv-gauge-simulator');
    assert.equal(hello['simulated'], true);
    assert.deepEqual(hello['prices'], { BTC: '88000', ETH: '3260', SOL: '140', USDT: '1', USDC: '1' });
    assert.doesNotMatch(JSON.stringify(hello), /secret|passphrase/i);
  });

  it('records every adjustment it acted on and counts requests whatever became of them', () => {
    bench.adjust('add', 'BTC', '0.1', '12345');
    bench.adjust('add', 'DOGE', '0.1', '12345');
    const { adjustments, requests } = recorded();
    assert.deepEqual(adjustments, [
      { loan: '12345', type: 'add', ccy: 'BTC', amt: '0.1', when: bench.clock.now() - 500, state: 'pending' },
    ]);
    assert.deepEqual(requests, { [`${loanPath}adjust-collateral`]: 2 });
    bench.clock.pass(settleMs);
    assert.equal(recorded().adjustments[0]?.['state'], 'effective');
  });

  it('moves and puts prices', () => {
    control('POST', 'price', { coin: 'BTC', percent: '-10' });
    assert.equal(bench.order('12345')['curLTV'], '0.6442');
    control('POST', 'price', { coin: 'BTC', price: '88000' });
    assert.equal(bench.order('12345')['curLTV'], '0.5798');
    assert.deepEqual(control('POST', 'price', { coin: 'BTC', percent: 10 })['prices'], {
      BTC: '96800',
      ETH: '3260',
      SOL: '140',
      USDT: '1',
      USDC: '1',
    });
  });

  it('lets prices walk, stop and step', () => {
    control('POST', 'walk', { running: true });
    bench.clock.pass(60_000);
    const walked = control('GET', 'hello')['prices'];
    assert.notDeepEqual(walked, { BTC: '88000', ETH: '3260', SOL: '140', USDT: '1', USDC: '1' });
    control('POST', 'walk', { running: false });
    bench.clock.pass(60_000);
    assert.deepEqual(control('GET', 'hello')['prices'], walked);
    assert.notDeepEqual(control('POST', 'step')['prices'], walked);
  });

  it('charges an hour of interest at once without skipping the next full hour', () => {
    control('POST', 'interest');
    bench.clock.pass(3_600_000);
    assert.deepEqual(bench.order('12345')['loanData'], [{ ccy: 'USDT', amt: '40000.45479583' }]);
  });

  it('changes how long settling takes', () => {
    control('POST', 'settle', { ms: 10_000 });
    bench.adjust('add', 'BTC', '0.1', '12345');
    bench.clock.pass(9_999);
    assert.equal(recorded().adjustments[0]?.['state'], 'pending');
    bench.clock.pass(1);
    assert.equal(recorded().adjustments[0]?.['state'], 'effective');
  });

  it('puts its own clock off, and shows it through public/time', () => {
    control('POST', 'clock', { offsetMs: 60_000 });
    assert.equal(bench.loan('loan-info').code, '50102');
    const { data } = bench.ask('GET', '/api/v5/public/time');
    assert.deepEqual(data, [{ ts: (bench.clock.now() + 60_000).toString() }]);
    const timestamp = new Date(bench.clock.now() + 60_500).toISOString();
    assert.equal(bench.ask('GET', info, '', { timestamp }).code, '0');
  });

  const nonsense: readonly (readonly [method: string, name: string, body: string])[] = [
    ['GET', 'nothing', ''],
    ['DELETE', 'price', ''],
    ['POST', 'price', '{'],
    ['POST', 'price', '[]'],
    ['POST', 'price', '{"coin":"BTC"}'],
    ['POST', 'price', '{"coin":"DOGE","percent":"1"}'],
    ['POST', 'price', '{"coin":"BTC","price":"0"}'],
    ['POST', 'price', '{"coin":"BTC","percent":"-100"}'],
    ['POST', 'walk', '{"running":"yes"}'],
    ['POST', 'settle', '{"ms":-1}'],
    ['POST', 'settle', '{"ms":"1"}'],
    ['POST', 'fault', '{"fault":"lightning"}'],
    ['POST', 'fault', '{"fault":"slow","times":0}'],
  ];
  for (const [method, name, body] of nonsense) {
    it(`refuses ${method} ${name} ${body} with a reason`, () => {
      const answer = bench.control.handle(method, name, body);
      assert.equal(answer.status, 400);
      assert.match(JSON.stringify(answer.body), /"error":"..+"/);
    });
  }

  describe('faults', () => {
    it('strike the endpoint they are for, as often as was asked for', () => {
      fault('reset', { endpoint: 'loan-info', times: 2 });
      assert.deepEqual([kindOf(`${loanPath}loan-history`), kindOf(), kindOf(), kindOf()], ['200', 'reset', 'reset', '200']);
    });

    it('strike every endpoint until they are taken back, where nothing else is said', () => {
      fault('timeout');
      assert.deepEqual([kindOf(), kindOf('/api/v5/public/time')], ['silence', 'silence']);
      control('DELETE', 'fault');
      assert.equal(kindOf(), '200');
    });

    it('about acting wait for an adjustment', () => {
      for (const name of ['lost-after-acting', 'lost-before-acting', 'never-settled', 'reversed-direction', 'wrong-amount']) {
        control('DELETE', 'fault');
        fault(name, { times: 1 });
        assert.equal(kindOf(), '200');
        assert.equal((control('GET', 'hello')['faults'] as unknown[]).length, 1, name);
      }
    });

    const onAdding: readonly (readonly [name: string, answer: RegExp, adjustments: readonly string[]])[] = [
      ['timeout', /^silence$/, []],
      ['reset', /^reset$/, []],
      ['5xx', /^502 <html>/, []],
      ['5xx-after-acting', /^502 <html>/, ['add 0.1 effective']],
      ['dropped-before-head', /^dropped$/, ['add 0.1 effective']],
      ['dropped-after-head', /^dropped$/, ['add 0.1 effective']],
      ['retry-after-date', /^429 .*"50011"/, []],
      ['http-404', /^404 <html>/, []],
      ['http-405', /^405 <html>/, []],
      ['http-407', /^407 <html>/, []],
      ['http-410', /^410 <html>/, []],
      ['http-421', /^421 $/, []],
      ['http-421-after-acting', /^421 $/, ['add 0.1 effective']],
      ['http-451', /^451 Unavailable/, []],
      ['50011', /^429 .*"50011"/, []],
      ['51759', /^200 .*"51759"/, []],
      ['50013', /^429 .*"50013"/, []],
      ['lost-before-acting', /^reset$/, []],
      ['lost-after-acting', /^reset$/, ['add 0.1 effective']],
      ['50026-after-acting', /^500 .*"50026"/, ['add 0.1 effective']],
      ['malformed', /^200 \{"code":"0","data":\[\{"$/, ['add 0.1 effective']],
      ['wrong-types', /^200 \{"code":"0","data":null,"msg":""\}$/, ['add 0.1 effective']],
      ['slow', /^200 \{"code":"0","data":\[\],"msg":""\}$/, ['add 0.1 effective']],
      ['truncated', /^200 \{"code":"0","data":\[\],"msg":""\}$/, ['add 0.1 effective']],
      ['never-settled', /^200 \{"code":"0","data":\[\],"msg":""\}$/, ['add 0.1 never']],
      ['settled-late', /^200 \{"code":"0","data":\[\],"msg":""\}$/, ['add 0.1 pending']],
      ['doubled-rows', /^200 \{"code":"0","data":\[\],"msg":""\}$/, ['add 0.1 effective']],
      ['rows-out-of-order', /^200 \{"code":"0","data":\[\],"msg":""\}$/, ['add 0.1 effective']],
      ['reversed-direction', /^200 \{"code":"0","data":\[\],"msg":""\}$/, ['reduce 0.1 effective']],
      ['wrong-amount', /^200 \{"code":"0","data":\[\],"msg":""\}$/, ['add 0.05 effective']],
    ];
    for (const [name, answer, expected] of onAdding) {
      it(`${name}: an adjustment meets ${answer.source} and is acted on ${expected.length === 0 ? 'not at all' : expected.join()}`, () => {
        fault(name);
        assert.match(addKind(), answer);
        bench.clock.pass(settleMs);
        const acted = recorded().adjustments.map((one) => `${String(one['type'])} ${String(one['amt'])} ${String(one['state'])}`);
        assert.deepEqual(acted, expected);
      });
    }

    it('are all known by name', () => {
      assert.deepEqual(
        faultNames.filter((name) => !onAdding.some(([tried]) => tried === name)),
        [],
      );
    });

    it('about rows wait for the history, and list each row twice or the oldest first', () => {
      bench.adjust('add', 'BTC', '0.1', '12345');
      bench.clock.pass(settleMs);
      const listed = (): unknown[] => bench.loan('loan-history?ordId=12345&limit=2').data.map((row) => row['refId']);
      const [newest, older] = listed();
      for (const [name, expected] of [
        ['doubled-rows', [newest, newest, older, older]],
        ['rows-out-of-order', [older, newest]],
      ] as const) {
        fault(name, { times: 1 });
        assert.equal(bench.order('12345')['curLTV'], '0.5154');
        assert.deepEqual(listed(), expected, name);
        assert.deepEqual(listed(), [newest, older], name);
      }
    });

    it('turn texts into numbers where types are to be wrong', () => {
      fault('wrong-types');
      bench.clock.pass(500);
      const outcome = bench.send('GET', info);
      assert.match(outcome.kind === 'answer' ? outcome.answer.body : '', /"amt":40000\b.*"curLTV":0\.5798/);
    });

    it('say how late and how short an answer is', () => {
      fault('slow', { ms: 123, times: 1 });
      fault('truncated', { times: 1 });
      const slow = bench.send('GET', info);
      const cut = bench.send('GET', info);
      assert.deepEqual(slow.kind === 'answer' && [slow.delayMs, slow.cut], [123, false]);
      assert.deepEqual(cut.kind === 'answer' && [cut.delayMs, cut.cut], [0, true]);
    });

    it('reverse only as far as there are coins', () => {
      fault('reversed-direction');
      bench.adjust('add', 'BTC', '1.5', '12345');
      bench.clock.pass(settleMs);
      assert.equal(recorded().adjustments[0]?.['amt'], '0.8');
      assert.equal(bench.order('12345')['curLTV'], '', 'without collateral there is no ratio');
    });
  });
});
