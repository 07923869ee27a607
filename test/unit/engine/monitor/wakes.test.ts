import assert from 'node:assert/strict';
import { Wakes, type Wake } from '../../../../src/engine/monitor/wakes.ts';
import { systemClock, uptimeOf } from '../../../../src/core/clock.ts';
import { FakeClock } from '../../core/fake-clock.ts';

const hourMs = 3_600_000;

describe('a wake', () => {
  let clock: FakeClock;
  let addresses: string;
  let heard: Wake[];
  let wakes: Wakes;
  beforeEach(() => {
    clock = new FakeClock();
    addresses = '192.0.2.1';
    heard = [];
    wakes = new Wakes(clock, () => addresses);
  });
  const listen = (): { dispose(): void } => wakes.on((wake) => heard.push(wake));

  it('from sleep is told within ten seconds, once', async () => {
    const listening = listen();
    await clock.advance(25_000);
    assert.deepEqual(heard, []);
    clock.suspend(hourMs);
    await clock.advance(10_000);
    assert.deepEqual(heard, ['slept']);
    await clock.advance(hourMs);
    assert.deepEqual(heard, ['slept']);
    listening.dispose();
  });

  it('is told where timers do count sleep, too', async () => {
    const listening = listen();
    await clock.advance(0);
    clock.jump(hourMs);
    await clock.advance(0);
    assert.deepEqual(heard, ['slept']);
    listening.dispose();
  });

  it('is no clock that was set, and no timer that is a little late', async () => {
    const listening = listen();
    clock.setWall(hourMs);
    await clock.advance(10_000);
    clock.setWall(-2 * hourMs);
    await clock.advance(10_000);
    clock.suspend(4_000);
    await clock.advance(10_000);
    assert.deepEqual(heard, []);
    listening.dispose();
  });

  it('on another network is told, and so is the way back', async () => {
    const listening = listen();
    addresses = '';
    await clock.advance(10_000);
    addresses = '198.51.100.7';
    await clock.advance(10_000);
    await clock.advance(60_000);
    assert.deepEqual(heard, ['moved', 'moved']);
    listening.dispose();
  });

  it('is looked for with one timer, and with none when nobody listens any more', async () => {
    const [one, two] = [listen(), listen()];
    await clock.advance(0);
    assert.equal(clock.sleeping, 1);
    one.dispose();
    one.dispose();
    assert.equal(clock.sleeping, 1);
    two.dispose();
    assert.equal(clock.sleeping, 0);
    const again = listen();
    clock.suspend(hourMs);
    await clock.advance(10_000);
    assert.deepEqual(heard, ['slept']);
    again.dispose();
  });

  it('is told to others when one who listens fails', async () => {
    const failing = wakes.on(() => {
      throw new Error('broken');
    });
    const listening = listen();
    for (let times = 0; times < 2; times += 1) {
      clock.suspend(hourMs);
      await clock.advance(10_000);
    }
    assert.deepEqual(heard, ['slept', 'slept']);
    failing.dispose();
    listening.dispose();
  });

  it('is told by the addresses of this machine where no others are given', async () => {
    const listening = new Wakes(clock).on((wake) => heard.push(wake));
    await clock.advance(20_000);
    assert.deepEqual(heard, []);
    listening.dispose();
  });
});

describe('the time that has passed', () => {
  it('is counted by the machine, in milliseconds', async () => {
    const before = uptimeOf(systemClock);
    assert.ok(before > 0);
    await systemClock.sleep(50);
    const passed = uptimeOf(systemClock) - before;
    assert.ok(passed >= 20 && passed < 5_000, passed.toString());
  });

  it('is that of the wall clock where a clock knows no other', () => {
    assert.equal(uptimeOf({ now: () => 7, sleep: () => Promise.resolve() }), 7);
  });
});
