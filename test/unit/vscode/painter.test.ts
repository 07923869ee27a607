import assert from 'node:assert/strict';
import { Painter, type Draw } from '../../../src/vscode/painter.ts';

describe('what follows the news', () => {
  let now: number;
  let isThere: boolean;
  let turns: string[];
  let faults: unknown[];
  let painter: Painter<number>;
  /** Ends the wait for more news. */
  let draw: () => Promise<void>;

  beforeEach(() => {
    [now, isThere] = [0, true];
    [turns, faults] = [[], []];
    let go = (): void => undefined;
    painter = new Painter<number>({
      frame: () => {
        if (!isThere) throw new Error('no');
        return now;
      },
      failed: (error) => faults.push(error),
      pause: async () => void turns.push('|'),
      coalesce: () => new Promise<void>((resolve) => (go = resolve)),
    });
    draw = async () => {
      go();
      for (let left = 50; left > 0; left -= 1) await Promise.resolve();
    };
  });

  const view =
    (name: string, meanwhile: () => void = () => undefined): Draw<number> =>
    (frame) => {
      turns.push(`${name}${frame.toString()}`);
      meanwhile();
    };

  it('is drawn once for all news, each view in a turn of its own, all from one moment', async () => {
    painter.follow(view('a', () => (now += 1)));
    painter.follow(view('b'));
    painter.news();
    painter.news();
    await draw();
    assert.deepEqual(turns, ['a0', '|', 'b0', '|']);
    await draw();
    assert.equal(turns.length, 4);
  });

  it('is drawn anew for what comes meanwhile, in a round of its own', async () => {
    let left = 1;
    painter.follow(
      view('a', () => {
        now += 1;
        if ((left -= 1) >= 0) painter.news();
      }),
    );
    painter.follow(view('b'));
    painter.news();
    await draw();
    assert.deepEqual(turns, ['a0', '|', 'b0', '|']);
    await draw();
    assert.deepEqual(turns.slice(4), ['a1', '|', 'b1', '|']);
  });

  it('waits for a view that is drawn in slices, before the next one and before newer figures', async () => {
    let end = (): void => undefined;
    painter.follow(async (frame) => {
      turns.push(`slow${frame.toString()}`);
      await new Promise<void>((resolve) => (end = resolve));
    });
    painter.follow(view('b'));
    painter.news();
    await draw();
    now = 1;
    painter.news();
    await draw();
    assert.deepEqual(turns, ['slow0']);
    end();
    await draw();
    assert.deepEqual(turns, ['slow0', '|', 'b0', '|']);
    await draw();
    assert.deepEqual(turns.slice(4), ['slow1']);
  });

  it('goes on with the next view where one fails, and says so', async () => {
    painter.follow(() => {
      throw new Error('no');
    });
    painter.follow(view('b'));
    for (const round of [1, 2]) {
      painter.news();
      await draw();
      assert.equal(faults.length, round);
      assert.equal(turns.filter((turn) => turn === 'b0').length, round);
    }
  });

  it('goes on with the next news after the moment itself could not be told', async () => {
    isThere = false;
    painter.follow(view('b'));
    painter.news();
    await draw();
    assert.equal(faults.length, 1);
    isThere = true;
    painter.news();
    await draw();
    assert.deepEqual(turns, ['b0', '|']);
  });

  it('draws nothing of a view that is gone, and nothing once it is over', async () => {
    const one = painter.follow(view('a'));
    painter.follow(
      view('b', () => {
        painter.dispose();
      }),
    );
    painter.follow(view('c'));
    painter.news();
    one.dispose();
    await draw();
    assert.deepEqual(turns, ['b0', '|']);
  });
});
