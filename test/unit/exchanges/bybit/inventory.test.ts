import assert from 'node:assert/strict';
import { settled } from '../../core/fake-clock.ts';
import { refusal, sampled, success } from './bench.ts';

const minute = 60_000;
const path = '/crypto-loan-flexible/available-inventory';

/** The sample's pool owes 0.08800022 BTC flexibly. */
describe('what is left to borrow at Bybit', () => {
  async function reads(answer: string, bench = sampled()) {
    bench.venue.on(path, answer);
    const drained = async (): Promise<readonly string[] | undefined> => {
      const { loans } = await bench.connection.read();
      await settled();
      return loans[0]?.drained;
    };
    return { ...bench, drained, asked: () => bench.venue.to(path).length };
  }
  const left = (availableInventory: string): string => success({ currency: 'BTC', availableInventory, updateTime: '1752628288472' });

  it('is nearly nothing below a hundredth of the debt, and no reading waits for it', async () => {
    const dry = await reads(left('0.00088'));
    assert.equal(await dry.drained(), undefined, 'not known yet');
    assert.deepEqual(await dry.drained(), ['BTC']);
    const wet = await reads(left('0.00089'));
    await wet.drained();
    assert.deepEqual(await wet.drained(), []);
  });

  it('is asked for every quarter of an hour for each coin', async () => {
    const one = await reads(left('17.5'));
    for (let at = 0; at < 31; at += 1) {
      await one.drained();
      one.clock.time += minute;
    }
    assert.equal(one.asked(), 3);
  });

  it('is unknown where Bybit does not say, and the rest is read all the same', async () => {
    for (const answer of [
      refusal('10005', 'Permission denied'),
      left('?'),
      success({ currency: 'ETH', availableInventory: '0', updateTime: '' }),
    ]) {
      const one = await reads(answer);
      await one.drained();
      assert.equal(await one.drained(), undefined);
      assert.equal((await one.connection.read()).loansTrouble, undefined);
    }
  });
});
