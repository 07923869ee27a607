import assert from 'node:assert/strict';
import { sound } from '../../../src/webview/sound.ts';

describe('the sound of danger', () => {
  it('is tones one after the other, and nothing of it stays', () => {
    const played: (readonly [from: number, to: number, pitch: number])[] = [];
    const later: (() => void)[] = [];
    let closed = 0;
    class FakeAudio {
      readonly destination = 'the speaker';
      createOscillator() {
        let from = 0;
        const tone = {
          frequency: { value: 0 },
          connect: (to: unknown) => {
            assert.equal(to, this.destination);
          },
          start: (at: number) => void (from = at),
          stop: (at: number) => void played.push([from, at, tone.frequency.value]),
        };
        return tone;
      }
      close(): Promise<void> {
        closed += 1;
        return Promise.resolve();
      }
    }
    const real = globalThis.setTimeout;
    Object.assign(globalThis, { setTimeout: (run: () => void) => later.push(run) });
    try {
      sound(new FakeAudio());
    } finally {
      Object.assign(globalThis, { setTimeout: real });
    }
    assert.equal(played.length, 6);
    for (const [at, [from, to, pitch]] of played.entries()) {
      assert.ok(from < to && from >= (played[at - 1]?.[1] ?? 0) && pitch > 0);
    }
    assert.ok(played.at(-1)![1] < 3, 'it ends before it is closed');
    assert.equal(closed, 0);
    for (const run of later) run();
    assert.equal(closed, 1);
  });
});
