import type { Trial, WhatIfView } from '../core/protocol.ts';
import type { Say } from './gauge-frame.ts';
import type { Exposure } from './stress.ts';
import { whatIfView, type Slices } from './what-if.ts';

interface TrialsOptions extends Omit<Slices, 'isOvertaken'> {
  /** Everything that can be tried with, as it is now. */
  readonly exposures: () => readonly Exposure[];
  /** As texts are shown now. */
  readonly say: () => Say;
  readonly answer: (round: number, view: WhatIfView) => void;
  readonly failed: (error: unknown) => void;
}

interface Asked {
  readonly round: number;
  /** Absent when nothing is tried any more. */
  readonly trial?: Trial;
}

/** Answers what a page tries out: always the newest trial, and again whenever anything is new. */
export class Trials {
  readonly #options: TrialsOptions;
  #asked: Asked | undefined;
  /** The one that is being worked on. */
  #working: Asked | undefined;
  /** Read once for all trials until anything is new. */
  #exposures: readonly Exposure[] | undefined;

  constructor(options: TrialsOptions) {
    this.#options = options;
  }

  /** What is being worked on for an older trial ends without an answer. */
  ask(asked: Asked): void {
    this.#asked = asked;
    this.#work();
  }

  /** Figures are new. What is being worked on is finished first: readings that come faster would never let anything be. */
  renew(): void {
    this.#exposures = undefined;
    if (this.#working === undefined) this.#work();
  }

  /** Nobody listens any more. */
  end(): void {
    this.#asked = undefined;
  }

  #work(): void {
    const asked = this.#asked;
    this.#working = asked?.trial === undefined ? undefined : asked;
    this.#answer(asked).catch((error: unknown) => {
      if (this.#working === asked) this.#working = undefined;
      this.#options.failed(error);
    });
  }

  async #answer(asked: Asked | undefined): Promise<void> {
    if (asked?.trial === undefined) return;
    const { exposures, say, answer, ...slices } = this.#options;
    const seen = (this.#exposures ??= exposures());
    const isOvertaken = (): boolean => this.#asked !== asked;
    const view = await whatIfView(seen, asked.trial, say(), { ...slices, isOvertaken });
    if (view === undefined || isOvertaken()) return;
    this.#working = undefined;
    answer(asked.round, view);
    if (this.#exposures !== seen) this.#work();
  }
}
