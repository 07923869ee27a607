import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { readState, writeState } from '../../../src/simulator/okx/state.ts';
import { Bench, settleMs } from './bench.ts';

describe('the saved state of the simulated exchange', () => {
  it('comes back as it was, with what is still to settle', () => {
    const bench = new Bench({ walking: true });
    bench.adjust('add', 'BTC', '0.1', '12345');
    bench.control.handle('POST', 'price', '{"coin":"ETH","percent":"-5"}');
    const text = writeState(bench.world.state());
    const again = new Bench({ state: readState(text) });
    assert.ok(isDeepStrictEqual(JSON.parse(writeState(again.world.state())), JSON.parse(text)));
    assert.equal(again.wallet('BTC'), '1.7921483143067599');
    again.clock.pass(500 + settleMs);
    bench.clock.pass(settleMs);
    assert.deepEqual(again.loan('loan-info').data, bench.loan('loan-info').data);
    assert.equal(again.wallet('BTC'), '1.6921483143067599');
    assert.deepEqual(again.loan('loan-history?limit=2').data, bench.loan('loan-history?limit=2').data);
  });

  it('keeps positions, the trading account and what is still to move', () => {
    const bench = new Bench();
    bench.control.handle('POST', 'fault', '{"fault":"settled-late"}');
    const body = '{"instId":"BTC-USDT-SWAP","posSide":"long","type":"add","amt":"10"}';
    assert.equal(bench.ask('POST', '/api/v5/account/position/margin-balance', body).code, '0');
    const again = new Bench({ state: readState(writeState(bench.world.state())) });
    again.clock.pass(500 + settleMs);
    again.world.advance();
    assert.equal(again.world.trading.wallet[0]?.amt, '5990');
    assert.equal(again.world.trading.state().positions[1]?.margin, '9496.4');
  });

  it('of before there were positions begins with the initial ones, calm at the prices it has', () => {
    const bench = new Bench();
    bench.control.handle('POST', 'price', '{"coin":"BTC","percent":"-60"}');
    const before = JSON.stringify({ ...bench.world.state(), trading: undefined });
    const again = new Bench({ state: readState(before) });
    again.world.advance();
    assert.equal(again.world.trading.quotes().length, 7);
    assert.equal(again.wallet('BTC'), bench.wallet('BTC'));
  });

  it('holds no key', () => {
    assert.doesNotMatch(writeState(new Bench().world.state()), /secret|passphrase|apiKey/i);
  });

  it('stays small enough to be kept by an editor after a month of interest', () => {
    const bench = new Bench({ walking: true });
    bench.clock.pass(40 * 24 * 3_600_000);
    bench.world.advance();
    assert.ok(writeState(bench.world.state()).length < 400_000);
  });

  const good = (): Record<string, unknown> => JSON.parse(writeState(new Bench().world.state())) as Record<string, unknown>;
  const broken: readonly (readonly [what: string, text: () => string])[] = [
    ['no JSON', () => '{'],
    ['a list', () => '[]'],
    ['another version', () => JSON.stringify({ ...good(), version: 2 })],
    ['a missing wallet', () => JSON.stringify({ ...good(), wallet: undefined })],
    ['an amount that is a number', () => JSON.stringify({ ...good(), wallet: [{ ccy: 'BTC', amt: 1.5 }] })],
    ['an amount with an exponent', () => JSON.stringify({ ...good(), wallet: [{ ccy: 'BTC', amt: '1e5' }] })],
    ['a coin it does not know', () => JSON.stringify({ ...good(), wallet: [{ ccy: 'DOGE', amt: '1' }] })],
    ['an order without an id', () => JSON.stringify({ ...good(), orders: [{ debts: [], collateral: [] }] })],
    ['a market without prices', () => JSON.stringify({ ...good(), market: {} })],
    ['an unknown kind of history', () => writeState(new Bench().world.state()).replace('"collateral_locked"', '"gift"')],
    ['a broken reference id', () => JSON.stringify({ ...good(), lastRefId: 'x' })],
    ['a position of an unknown instrument', () => writeState(new Bench().world.state()).replace('"BTC-USDT-SWAP"', '"DOGE-USDT"')],
    ['a position whose margin is a number', () => writeState(new Bench().world.state()).replace('"margin":"9486.4"', '"margin":9486.4')],
    ['a trading account without positions', () => JSON.stringify({ ...good(), trading: { wallet: [], changes: [] } })],
    ['a time that is text', () => JSON.stringify({ ...good(), accruedAt: '1' })],
  ];
  for (const [what, text] of broken) {
    it(`is refused with ${what}`, () => {
      assert.throws(() => readState(text()), RangeError);
    });
  }
});
