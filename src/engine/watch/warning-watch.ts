import { uptimeOf, type Clock } from '../../core/clock.ts';
import { Emitter, type Disposable } from '../../core/emitter.ts';
import { english } from '../../core/message.ts';
import type { AccountState, Store } from '../monitor/store.ts';
import type { Wakes } from '../monitor/wakes.ts';
import type { Log } from '../ports.ts';
import type { SharedState } from '../storage/shared-state.ts';
import type { KnownWarning, Notice, Warning, WarningKey, Warnings } from '../storage/warning-protocol.ts';
import { Lookout } from './sights.ts';
import { acknowledged, applied, decide, isQuiet, snoozed, warningKey, type Decision, type Rows, type Told } from './warnings.ts';

/** Which window reads the accounts for all. */
export interface Reader {
  readonly isReader: boolean;
  readonly onDidChange: (listener: () => void) => Disposable;
}

/** What a front brings: words, and a place to show them. */
export interface WarningFront {
  /** One sentence for all that is told at one moment, and what it is about, the worst first. */
  compose(told: readonly Told[]): Promise<Pick<Notice, 'sentence' | 'about'>>;
  /** Shows it to the person in this window. Must not throw. */
  show(notice: Notice): void;
  readonly settings: () => { readonly enabled: boolean; readonly quietHours: string };
}

export interface WarningWatchOptions {
  readonly store: Pick<Store, 'all' | 'onDidChange'>;
  readonly shared: Pick<SharedState, 'ask' | 'onDidChangeWarnings'>;
  readonly clock: Clock;
  readonly wakes: Pick<Wakes, 'on'>;
  readonly intervalMs: () => number;
  readonly window: string;
  readonly log: Pick<Log, 'info' | 'warn'>;
  readonly reader: Reader;
  /** Since when readings are of this start. Milliseconds since the Unix epoch. */
  readonly from: number;
  readonly front: WarningFront;
}

/** Repeats, the end of quiet hours and the like are noticed within this time. Milliseconds. */
const lookEveryMs = 15_000;
/** After a start or a sleep all accounts are waited for, so that what stands already is told in one message; not longer. Milliseconds. */
const settleMs = 10_000;
/** So often somebody else may change the rows between a look and a write. */
const attempts = 10;

/**
 * Warns of what comes near its line. Looks at the store, keeps its rows in the database of all windows, and shows what falls to this window.
 * Without the database it warns by itself: twice is better than never.
 */
export class WarningWatch implements Disposable {
  readonly #options: WarningWatchOptions;
  readonly #lookout = new Lookout();
  readonly #end = new AbortController();
  readonly #changed = new Emitter<undefined>();
  readonly #watches: Disposable[] = [];
  /** As the database has them. */
  #stored: Rows = new Map();
  #version: string | undefined;
  /** As they are known here: other ones than the stored only while the database cannot be written. */
  #rows: Rows = new Map();
  #isAlone = false;
  /** What was read before this is from before the start or a sleep. */
  #from: number;
  #fromUptime: number;
  #isSettled = false;
  #work: Promise<void> = Promise.resolve();
  #claims: Promise<void> = Promise.resolve();
  #isLooking = false;
  #isTicking = false;
  /** Another window has the first right to a notice. */
  #isWaiting = false;
  #wakes: Disposable | undefined;

  /** Told when warnings begin, end, or are acknowledged or snoozed, in any window. */
  readonly onDidChange = this.#changed.on;

  constructor(options: WarningWatchOptions) {
    this.#options = options;
    this.#from = options.from;
    this.#fromUptime = uptimeOf(options.clock);
  }

  start(): void {
    const { store, shared, reader } = this.#options;
    const look = (): void => {
      this.#look();
    };
    this.#watches.push(
      store.onDidChange(look),
      reader.onDidChange(look),
      shared.onDidChangeWarnings(() => {
        void this.#queue(() => this.#load());
        this.#claim();
      }),
    );
    void this.#queue(() => this.#load());
    this.noteFocus();
    look();
    this.#claim();
  }

  /** All warnings that stand, in any window. */
  all(): readonly Warning[] {
    return [...this.#rows.values()];
  }

  /** The person looks at this window: it shows what comes next. */
  noteFocus(): void {
    const { shared, window, clock } = this.#options;
    shared.ask({ do: 'noteFocus', window, at: clock.now() }).catch(() => undefined);
  }

  /** Each is silent until a worse level than the known one is reached. */
  acknowledge(which: readonly KnownWarning[]): Promise<void> {
    return this.#queue(() => this.#change(() => acknowledged(this.#rows, which, this.#options.clock.now())));
  }

  /** Each is silent until then, unless a worse level is reached. @param until milliseconds since the Unix epoch */
  snooze(which: readonly KnownWarning[], until: number): Promise<void> {
    return this.#queue(() => this.#change(() => snoozed(this.#rows, which, until)));
  }

  dispose(): void {
    this.#end.abort();
    for (const watch of this.#watches.splice(0)) watch.dispose();
    this.#wakes?.dispose();
    this.#changed.dispose();
  }

  #beginAgain(): void {
    this.#from = this.#options.clock.now();
    this.#fromUptime = uptimeOf(this.#options.clock);
    this.#isSettled = false;
    this.#lookout.forget();
  }

  /** One after the other, in this window. Never rejects: what failed is in the log, and the next look tries again. */
  #queue(work: () => Promise<void>): Promise<void> {
    this.#work = this.#work
      .then(() => (this.#end.signal.aborted ? undefined : work()))
      .catch((error: unknown) => {
        if (!this.#end.signal.aborted) this.#options.log.warn(`warnings: ${error instanceof Error ? error.message : String(error)}`);
      });
    return this.#work;
  }

  #look(): void {
    this.#tick();
    if (this.#isLooking) return;
    this.#isLooking = true;
    void this.#queue(() => {
      this.#isLooking = false;
      return this.#evaluate();
    });
  }

  /** No account, no timer. */
  #tick(): void {
    const { clock, store, wakes } = this.#options;
    if (this.#isTicking || this.#end.signal.aborted) return;
    if (store.all().length === 0) {
      this.#wakes?.dispose();
      this.#wakes = undefined;
      return;
    }
    this.#wakes ??= wakes.on((wake) => {
      if (wake === 'slept') this.#beginAgain();
    });
    this.#isTicking = true;
    clock.sleep(this.#isSettled ? lookEveryMs : settleMs, this.#end.signal).then(
      () => {
        this.#isTicking = false;
        this.#look();
        // What another window wrote or took just before it ended.
        this.#claim();
      },
      () => undefined,
    );
  }

  async #evaluate(): Promise<void> {
    const { store, reader } = this.#options;
    if (!reader.isReader || !this.#settles(store.all())) return;
    await this.#change(() => this.#decide());
  }

  /** Whether all accounts were read, or failed, since the start or the last sleep; or did not for long enough. */
  #settles(states: readonly AccountState[]): boolean {
    const isHeard = ({ snapshot, failure }: AccountState): boolean =>
      (snapshot !== undefined && snapshot.asOf >= this.#from) || (failure !== undefined && failure.at >= this.#from);
    this.#isSettled ||= states.every(isHeard) || uptimeOf(this.#options.clock) - this.#fromUptime >= settleMs;
    return this.#isSettled;
  }

  #decide(): Decision {
    const { store, clock, intervalMs, front } = this.#options;
    const now = clock.now();
    const { enabled, quietHours } = front.settings();
    const times = { now, uptime: uptimeOf(clock), intervalMs: intervalMs() };
    const rows = this.all();
    const sights = store
      .all()
      .filter(({ snapshot, failure }) => snapshot !== undefined || failure !== undefined)
      .flatMap((state) =>
        this.#lookout.look(
          state,
          rows.filter(({ account }) => account === state.account.id),
          times,
        ),
      );
    return decide(this.#rows, sights, { now, enabled, quiet: isQuiet(quietHours, now) });
  }

  /**
   * Decides by the rows that are known here, and writes that in one transaction which fails when another window has changed them meanwhile:
   * then it is decided again. So of several windows only one tells an event.
   */
  async #change(decision: () => Decision): Promise<void> {
    const { shared, clock } = this.#options;
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const decided = decision();
      if (decided.changes.size === 0) return;
      const notices = await this.#noticesOf(decided.told);
      const rows = applied(this.#rows, decided);
      const answer = await shared
        .ask({ do: 'putWarnings', known: this.#version, ...difference(this.#stored, rows), notices, at: clock.now() })
        .catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
      if (answer === undefined || answer instanceof Error) {
        this.#actAlone(rows, notices, answer?.message ?? 'no database');
        return;
      }
      if ('refused' in answer) {
        this.#take(answer.refused);
        continue;
      }
      this.#take({ version: answer.version, rows: [...rows.values()] });
      this.#claim();
      return;
    }
    throw new Error('the warnings change each time they are looked at');
  }

  #actAlone(rows: Rows, notices: readonly Notice[], reason: string): void {
    if (!this.#isAlone) this.#options.log.warn(`warnings: this window warns by itself, for the shared database cannot be used: ${reason}`);
    this.#isAlone = true;
    this.#rows = rows;
    for (const notice of notices) this.#show(notice);
    this.#tellChange();
  }

  async #noticesOf(told: readonly Told[]): Promise<readonly Notice[]> {
    const alarms = told.filter(({ says }) => says === 'alarm' || says === 'again');
    const gone = told.filter(({ says }) => says === 'gone');
    const notes = told.filter(({ says }) => says === 'better' || says === 'recovered');
    const notices: Notice[] = [];
    for (const group of [alarms, gone, notes]) {
      if (group.length === 0) continue;
      const level = group === notes ? 'note' : group.some((one) => one.level !== 'warn') ? 'danger' : 'warn';
      notices.push({ level, ...(await this.#options.front.compose(group)) });
    }
    return notices;
  }

  async #load(): Promise<void> {
    const found = await this.#options.shared.ask({ do: 'warnings' }).catch(() => undefined);
    if (found !== undefined && found.version !== this.#version) this.#take(found);
  }

  #take({ version, rows }: Warnings): void {
    if (this.#isAlone) this.#options.log.info('warnings: the shared database is used again');
    this.#isAlone = false;
    this.#version = version;
    this.#stored = new Map(rows.map((row) => [warningKey(row), row]));
    this.#rows = this.#stored;
    this.#tellChange();
  }

  /** Shows what falls to this window: at once if it was used last, else what nobody else took. */
  #claim(): void {
    // One after the other: what is being shown here must not be taken once more.
    this.#claims = this.#claims.then(() => (this.#end.signal.aborted ? undefined : this.#claimNow())).catch(() => undefined);
  }

  async #claimNow(): Promise<void> {
    const { shared, window, clock } = this.#options;
    const { notices = [], againMs } = (await shared.ask({ do: 'claimNotices', window, at: clock.now() })) ?? {};
    if (this.#end.signal.aborted) return;
    for (const { notice } of notices) this.#show(notice);
    const seqs = notices.map(({ seq }) => seq);
    if (seqs.length > 0) await shared.ask({ do: 'noteShown', seqs });
    if (againMs === undefined || this.#isWaiting) return;
    this.#isWaiting = true;
    clock.sleep(Math.max(againMs, 1), this.#end.signal).then(
      () => {
        this.#isWaiting = false;
        this.#claim();
      },
      () => undefined,
    );
  }

  #show(notice: Notice): void {
    this.#options.log.info(`warning (${notice.level}): ${english(notice.sentence)}`);
    this.#options.front.show(notice);
  }

  #tellChange(): void {
    try {
      this.#changed.fire(undefined);
    } catch {
      // A view that fails must not stop a warning.
    }
  }
}

function difference(before: Rows, after: Rows): { readonly put: readonly Warning[]; readonly drop: readonly WarningKey[] } {
  return {
    put: [...after].filter(([key, row]) => JSON.stringify(before.get(key)) !== JSON.stringify(row)).map(([, row]) => row),
    drop: [...before].filter(([key]) => !after.has(key)).map(([, { account, target }]) => ({ account, target })),
  };
}
