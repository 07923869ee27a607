// The whole way of a warning, at the exchange inside the extension: a price that moves, a reading, a level, a notice.
import assert from 'node:assert/strict';
import { english } from '../../../src/core/message.ts';
import type { Notice } from '../../../src/engine/storage/warning-protocol.ts';
import { testWarnings } from '../../../src/flows/test-warnings.ts';
import { composeWarning } from '../../../src/flows/warnings.ts';
import { says, saysLike } from '../../texts.ts';
import { Machine, type Front } from './front.ts';
import { press, Scripted } from './scripted.ts';

describe('a rehearsal of warnings', function () {
  this.timeout(60_000);
  let machine: Machine;
  let front: Front;
  let notices: Notice[];
  let enabled: boolean;
  beforeEach(async () => {
    machine = new Machine();
    front = await machine.front();
    notices = [];
    enabled = true;
    front.engine.warnings.attach({
      compose: async (told) => composeWarning(front.acting(new Scripted()), told),
      show: async (notice) => void notices.push(notice),
      settings: () => ({ enabled, quietHours: '' }),
    });
    const { id } = await front.engine.simulated.create('Simulated');
    await front.until('its figures', () => front.engine.store.get(id)?.snapshot !== undefined);
    await front.passes(15_000);
  });
  afterEach(() => machine.end());

  const ltv = (): number => Number(front.engine.store.all()[0]?.snapshot?.loans.find(({ id }) => id === '12345')?.ltv);

  it('moves the price of the simulated exchange, waits for the true warning, and moves it back', async () => {
    const before = ltv();
    const heard = notices.length;
    const talk = await front.does(testWarnings, press(says('button.move-simulated-price')));
    const danger = notices.slice(heard).find(({ about }) => about.some(({ target }) => target === 'level loan:12345'));
    assert.equal(danger?.level, 'danger');
    assert.match(english(danger.sentence), saysLike('warning.near', says('level.danger'), says('kinds.loan', '12345')));
    assert.deepEqual(talk.titles('notice').slice(1), [says('warning.rehearsed', 'BTC')]);
    assert.ok(Math.abs(ltv() - before) < 0.02, `${ltv().toString()} after ${before.toString()}`);
  });

  it('moves it back where no warning comes, and says so', async () => {
    enabled = false;
    const before = ltv();
    const talk = await front.does(testWarnings, press(says('button.move-simulated-price')));
    assert.match(talk.titles('notice')[1] ?? '', saysLike('warning.rehearsed-not', undefined, 'BTC'));
    assert.ok(Math.abs(ltv() - before) < 0.02);
  });

  it('plays the sound of danger for who turned it on', async () => {
    const played: unknown[] = [];
    for (const wanted of [undefined, false, 'true', true]) {
      const acting = front.acting(new Scripted());
      const ownSettings = { ...acting.ownSettings, read: (name: string) => (name === 'warnings.sound' ? wanted : undefined) };
      await testWarnings({ ...acting, ownSettings, alarm: { tell: () => played.push(wanted) } });
    }
    assert.deepEqual(played, [true]);
  });

  it('moves nothing unless it is asked to', async () => {
    const before = notices.length;
    const talk = await front.does(testWarnings);
    assert.match(talk.titles('notice')[0] ?? '', saysLike('warning.test'));
    assert.equal(notices.length, before);
  });
});
