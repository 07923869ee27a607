import assert from 'node:assert/strict';
import { Ticker } from '../../../src/vscode/age-ticker.ts';

function clockwork() {
  const armed: { ms: number; run: () => void; live: boolean }[] = [];
  return {
    timer: (ms: number, run: () => void) => {
      const one = { ms, run, live: true };
      armed.push(one);
      return {
        dispose: () => {
          one.live = false;
        },
      };
    },
    live: () => armed.filter((one) => one.live),
    fire: () => {
      const one = armed.find(({ live }) => live);
      assert.ok(one);
      one.live = false;
      one.run();
    },
  };
}

describe('the ticker of ages', () => {
  it('has no timer while nobody looks', () => {
    const { timer, live } = clockwork();
    const ticker = new Ticker({ nextMs: () => 1_000, tick: () => undefined, timer });
    assert.equal(live().length, 0);
    ticker.start();
    assert.equal(live().length, 1);
    ticker.stop();
    assert.equal(live().length, 0);
  });

  it('has one timer however often it is started, armed for the next change', () => {
    const { timer, live } = clockwork();
    let next = 1_000;
    const ticker = new Ticker({ nextMs: () => next, tick: () => undefined, timer });
    ticker.start();
    next = 400;
    ticker.start();
    assert.deepEqual(
      live().map(({ ms }) => ms),
      [400],
    );
  });

  it('goes on until it is disposed, and rests when there is no age to tell', () => {
    const { timer, live, fire } = clockwork();
    let ticks = 0;
    let next: number | undefined = 1_000;
    const ticker = new Ticker({
      nextMs: () => next,
      tick: () => {
        ticks += 1;
      },
      timer,
    });
    ticker.start();
    fire();
    fire();
    assert.equal(ticks, 2);
    next = undefined;
    fire();
    assert.equal(live().length, 0);
    next = 5;
    ticker.start();
    ticker.dispose();
    assert.equal(live().length, 0);
  });

  it('leaves no timer behind when what it calls stops it', () => {
    const { timer, live, fire } = clockwork();
    const ticker: Ticker = new Ticker({
      nextMs: () => 10,
      tick: () => {
        ticker.stop();
      },
      timer,
    });
    ticker.start();
    fire();
    assert.equal(live().length, 0);
  });
});
