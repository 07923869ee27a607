import { rmSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { msg } from '../../src/core/message.ts';
import type { Snapshot } from '../../src/core/model.ts';
import { withFigures } from '../../src/engine/history/figures.ts';
import { storedFailure } from '../../src/engine/monitor/stored-failure.ts';
import { storedSnapshotText } from '../../src/engine/monitor/stored-snapshot.ts';
import type { Failure } from '../../src/engine/monitor/store.ts';
import { settle } from '../../src/engine/storage/history-tables.ts';
import { StateTrouble, type StateDatabase } from '../../src/engine/storage/shared-state.ts';
import { StateFile } from '../../src/engine/storage/state-file.ts';
import { lastCopyName, stateName, type Lease, type StateAnswers, type StateAsked } from '../../src/engine/storage/state-protocol.ts';
import { inDatabase } from './banned.ts';
import type { HistoryCheck } from './history.ts';
import type { Past } from './past.ts';
import type { Random } from './random.ts';
import type { OwnClock, WorldTime } from './time.ts';
import { memoryFolder } from '../memory-folder.ts';

/** `locked` nothing can be asked, `full` nothing can be written, `slow` answers take their time. Times are milliseconds since the world began. */
export interface DatabaseFault {
  readonly kind: 'locked' | 'full' | 'slow';
  readonly from: number;
  readonly to: number;
}

type AnyAnswer = StateAnswers[StateAsked['do']] | undefined;

/** The folder that all windows share, on a disk that may fail. */
export class Folder {
  readonly #faults: readonly DatabaseFault[];
  readonly #time: WorldTime;
  readonly #random: Random;
  readonly path = memoryFolder('watch');
  readonly #files = new Set<StateFile>();
  #own: DatabaseSync | undefined;
  #reading: StatementSync | undefined;
  readonly #known = new Map<string, AnyAnswer>();
  /** Where it is looked at, the history is kept. */
  readonly #history: HistoryCheck | undefined;

  constructor(faults: readonly DatabaseFault[], time: WorldTime, random: Random, history?: HistoryCheck) {
    this.#history = history;
    this.#faults = faults;
    this.#time = time;
    this.#random = random;
  }

  faultAt(at: number): DatabaseFault['kind'] | undefined {
    return this.#faults.find(({ from, to }) => from <= at && at < to)?.kind;
  }

  /** The database as one window reaches it: one thing after the other. @param answered may stop the window before it hears of it */
  open(clock: OwnClock, answered: (asked: StateAsked, answer: AnyAnswer) => void): StateDatabase<Snapshot, Failure> {
    const file = new StateFile(DatabaseSync, { folder: this.path, busyMs: 0, pragmas: [] });
    this.#files.add(file);
    let last = Promise.resolve();
    const answerTo = async (asked: StateAsked): Promise<AnyAnswer> => {
      await this.#waits(asked, clock);
      if (clock.isStopped || clock.isDead) await clock.reached();
      const fault = this.faultAt(this.#time.passed);
      if (fault === 'locked' || (fault === 'full' && !isLook(asked))) throw new StateTrouble(msg('test', 'The database is {0}.', fault));
      const answer = inDatabase(() => this.#kept(file, asked));
      answered(asked, answer);
      await clock.reached();
      return answer;
    };
    return {
      read: storedSnapshotText,
      readFailure: storedFailure,
      ask: <A extends StateAsked>(asked: A) => {
        const answer = last.then(() => answerTo(asked));
        last = answer.then(
          () => undefined,
          () => undefined,
        );
        return answer as Promise<StateAnswers[A['do']]>;
      },
      close: () => {
        void last.then(() => {
          this.#close(file);
        });
      },
    };
  }

  #kept(file: StateFile, asked: StateAsked): AnyAnswer {
    if (this.#history === undefined || asked.do !== 'keepReading') return this.#answer(file, asked);
    const whole = withFigures(asked);
    const answer = this.#answer(file, whole);
    if (answer === 'kept') this.#history.took(whole.reading);
    return answer;
  }

  /** Two windows that know the same are told the same, as long as nothing was written. */
  #answer(file: StateFile, asked: StateAsked): AnyAnswer {
    if (asked.do !== 'look' || asked.snapshots === true || asked.old !== undefined || asked.copy !== undefined) {
      this.#known.clear();
      return file.answer(asked);
    }
    const key = JSON.stringify(asked);
    const answer = this.#known.get(key) ?? file.answer(asked);
    this.#known.set(key, answer);
    return answer;
  }

  /** As the operating system does with the files of a process that died. */
  #close(file: StateFile): void {
    file.close();
    this.#files.delete(file);
  }

  /** Which window reads for all, as it stands written. */
  lease(): Lease | undefined {
    try {
      this.#own ??= new DatabaseSync(path.join(this.path, stateName), { readOnly: true });
      this.#reading ??= this.#own.prepare("SELECT fence, beat, holder FROM leases WHERE name = ''");
      return this.#reading.get() as unknown as Lease | undefined;
    } catch {
      return undefined;
    }
  }

  /** What is wrong with the history. */
  historyFaults(past: Past | undefined): readonly string[] {
    if (this.#own === undefined) return [];
    const settling = new DatabaseSync(path.join(this.path, stateName));
    settle(settling);
    settling.close();
    return [this.#history, past].flatMap((one) => one?.faultsIn(this.#own!) ?? []);
  }

  /** Bytes in use. */
  size(): number {
    const pages = this.#own
      ?.prepare('SELECT (SELECT page_count FROM pragma_page_count) * (SELECT page_size FROM pragma_page_size) AS n')
      .get();
    return Number(pages?.['n'] ?? 0);
  }

  remove(): void {
    this.#own?.close();
    for (const file of this.#files) file.close();
    rmSync(this.path, { recursive: true, force: true });
  }

  get copy(): string {
    return path.join(this.path, lastCopyName);
  }

  async #waits(asked: StateAsked, clock: OwnClock): Promise<void> {
    const isSlow = this.faultAt(this.#time.passed) === 'slow';
    if (!isSlow && !this.#random.chance(isLook(asked) ? 0.01 : 0.3)) return;
    await clock.sleep(this.#random.between(1, isSlow ? 800 : 25));
  }
}

const isLook = (asked: StateAsked): boolean => asked.do === 'look' || asked.do === 'warnings' || asked.do === 'anchor';
