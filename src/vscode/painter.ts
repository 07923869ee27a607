import { setImmediate as breathe, setTimeout as wait } from 'node:timers/promises';
import type { Disposable } from '../core/emitter.ts';

/** Draws one view from a frame: what is known at one moment. */
export type Draw<Frame> = (frame: Frame) => void | Promise<void>;

export interface PainterOptions<Frame> {
  readonly frame: () => Frame;
  readonly failed: (error: unknown) => void;
  /** Lets everything else have its turn. Injected by tests, as below. */
  readonly pause?: () => Promise<unknown>;
  readonly coalesce?: () => Promise<unknown>;
}

/** Several accounts may report at once; they are drawn together. */
const coalesceMs = 50;

/**
 * Draws views after news: one after the other, each in a turn of its own, so that the host isn't blocked for the sum of them, and all from one
 * frame. What comes meanwhile is drawn in the next round, so that news that comes faster than it can be drawn delays nothing and is left out.
 */
export class Painter<Frame> implements Disposable {
  readonly #options: PainterOptions<Frame>;
  readonly #followers = new Set<Draw<Frame>>();
  readonly #due = new Set<Draw<Frame>>();
  #isPainting = false;
  #isEnded = false;

  constructor(options: PainterOptions<Frame>) {
    this.#options = options;
  }

  /** From now on it is drawn with each `news`. */
  follow(draw: Draw<Frame>): Disposable {
    this.#followers.add(draw);
    return {
      dispose: () => {
        this.#followers.delete(draw);
        this.#due.delete(draw);
      },
    };
  }

  readonly news = (): void => {
    for (const draw of this.#followers) this.soon(draw);
  };

  /** Draws this view soon. */
  soon(draw: Draw<Frame>): void {
    this.#due.add(draw);
    if (!this.#isPainting) void this.#paint();
  }

  dispose(): void {
    this.#isEnded = true;
    this.#due.clear();
    this.#followers.clear();
  }

  async #paint(): Promise<void> {
    const { frame, failed, pause = () => breathe(), coalesce = () => wait(coalesceMs) } = this.#options;
    this.#isPainting = true;
    try {
      while (this.#due.size > 0) {
        await coalesce();
        const due = [...this.#due];
        this.#due.clear();
        const shown = frame();
        for (const draw of due) {
          if (this.#isEnded) return;
          try {
            await draw(shown);
          } catch (error) {
            failed(error);
          }
          await pause();
        }
      }
    } catch (error) {
      failed(error);
    } finally {
      // Whatever failed: with the next news it goes on, or old figures would stand for good.
      this.#isPainting = false;
    }
  }
}
