import assert from 'node:assert/strict';
import { movePrice } from '../../../src/flows/move-price.ts';
import { Machine, type Front } from './front.ts';
import { goBack, leave, pick, press, type, type Answer } from './scripted.ts';
import { says } from '../../texts.ts';

describe('moving a price of the exchange inside the extension', function () {
  this.timeout(60_000);
  let machine: Machine;
  let front: Front;
  beforeEach(async () => {
    machine = new Machine();
    front = await machine.front();
  });
  afterEach(() => machine.end());

  const moving = (...answers: readonly Answer[]) => front.does(movePrice, ...answers);
  const simulated = async (): Promise<void> => {
    const { id } = await front.engine.simulated.create('Simulated');
    await front.until('its figures', () => front.engine.store.get(id)?.snapshot !== undefined);
  };
  const danger = (): boolean =>
    front.rows('loans').some((row) => /^9[67]\.\d\d% · Danger/.test(row)) && front.status()?.includes('Danger') === true;

  it('asks which and by how much, and the level follows', async () => {
    await simulated();
    const talk = await moving(pick('BTC'), type('-'), type('-100'), type('0'), type('x'), type('-40'));
    const [coins, percent] = talk.heard;
    assert.equal(coins!.title, `${says('move-price.simulated-move-price')} | ${says('collateral.coin')}`);
    assert.equal(percent!.detail, says('move-price.how-many-percent'));
    // A minus alone is only a beginning.
    assert.deepEqual(talk.faults, ['', ...Array<string>(3).fill(says('move-price.range'))]);
    assert.deepEqual(talk.titles('notice'), [says('move-price.simulated-price-moved', 'BTC', '-40')]);
    assert.ok(danger(), JSON.stringify([front.rows('loans'), front.status()]));
  });

  it('goes back to the coin, and moves nothing when it is left', async () => {
    await simulated();
    const before = front.rows('loans').filter((row) => row.includes('%'));
    for (const answers of [[leave], [pick('BTC'), leave], [pick('BTC'), goBack, leave]]) {
      const talk = await moving(...answers);
      assert.deepEqual(talk.titles('notice'), []);
    }
    assert.deepEqual(
      before,
      front.rows('loans').filter((row) => row.includes('%')),
    );
  });

  it('offers the simulated exchange where there is none', async () => {
    const talk = await moving(press(says('gauges.try-simulated-exchange')));
    assert.deepEqual(talk.titles('notice'), [says('move-price.no-simulated-account')]);
    assert.deepEqual(talk.did, ['trySimulated']);
  });
});
