import { uptimeOf, type Clock } from '../../core/clock.ts';
import { Emitter, type Disposable } from '../../core/emitter.ts';
import { english, msg, type Message } from '../../core/message.ts';
import type { AccountState, Store } from '../monitor/store.ts';
import type { Wakes } from '../monitor/wakes.ts';
import type { Log } from '../ports.ts';
import type { SharedState } from '../storage/shared-state.ts';
import type { ForcedEvent } from '../storage/history-protocol.ts';
import type { KnownWarning, Notice, Warning, WarningKey, Warnings } from '../storage/warning-protocol.ts';
import { Lookout } from './sights.ts';
import {
  acknowledged,
  applied,
  blindAfterMs,
  decide,
  isQuiet,
  readWarningTarget,
  snoozed,
  toldEvent,
  warningKey,
  type Decision,
  type Rows,
  type Sight,
  type Terms,
  type Told,
} from './warnings.ts';

/** The window that reads the accounts for all. */
export interface Reader {
  readonly isReader: boolean;
  readonly onDidChange: (listener: () => void) => Disposable;
}

/** What a front provides: sentences, and a place to show them. */
export interface WarningFront {
  /** One sentence for all that is told at one moment, and what it's about, worst first. */
  compose(told: readonly Told[]): Promise<Pick<Notice, 'sentence' | 'about' | 'outside'>>;
  /**
   * Shows it in this window. Resolves when it is shown, without waiting for an answer.
   * @param at when it was composed. Milliseconds since the Unix epoch
   */
  show(notice: Notice, at: number): Promise<void>;
  readonly settings: () => { readonly enabled: boolean; readonly quietHours: string };
  /** For messages to outlets. Default: English. */
  readonly localize?: (message: Message) => string;
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
  /** Readings from this time on belong to this session. Milliseconds since the Unix epoch. */
  readonly from: number;
  readonly front: WarningFront;
}

/** How often repeats, the end of quiet hours and the like are checked. Milliseconds. */
const evaluateEveryMs = 15_000;
/** After a start or sleep, how long to wait for all accounts at most, so that existing warnings come in one message. Milliseconds. */
const settleMs = 10_000;
/** After a start or sleep, how long (and one interval more) failures may come from a network that isn't back yet. Milliseconds. */
const wakingMs = 60_000;
/** A window that didn't look for this long slept or was suspended, even if that wasn't reported yet. Milliseconds. */
const lookedAwayMs = 30_000;
/** A notice taken longer ago than this can soon be taken and shown by another window. Milliseconds. */
const showSoonMs = 8_000;
/** How often to retry if another window changes the rows between look and write. */
const attempts = 10;

/**
 * Warns about accounts near their lines. Evaluates the store, keeps its rows in the shared database, and shows the notices that fall to
 * this window. Without the database it warns on its own: twice is better than never.
 */
export class WarningWatch implements Disposable {
  readonly #options: WarningWatchOptions;
  readonly #lookout = new Lookout();
  readonly #end = new AbortController();
  readonly #changed = new Emitter<undefined>();
  readonly #watches: Disposable[] = [];
  /** As in the database. */
  #stored: Rows = new Map();
  #version: string | undefined;
  /** As known here; differs from the stored rows only while the database can't be written. */
  #rows: Rows = new Map();
  /** Forced events that the person hasn't been told about. */
  #events: readonly ForcedEvent[] = [];
  #isAlone = false;
  /** Readings before this are from before the start or sleep. */
  #from: number;
  #fromUptime: number;
  #lookedAt: number;
  #isSettled = false;
  #work: Promise<void> = Promise.resolve();
  #claims: Promise<void> = Promise.resolve();
  #isLooking = false;
  #isTicking = false;
  /** Another window has priority for a notice. */
  #isWaiting = false;
  #wakes: Disposable | undefined;

  /** Fires when warnings begin, end, or are acknowledged or snoozed, in any window. */
  readonly onDidChange = this.#changed.on;

  constructor(options: WarningWatchOptions) {
    this.#options = options;
    this.#from = options.from;
    this.#fromUptime = this.#lookedAt = uptimeOf(options.clock);
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

  /** All active warnings, of all windows. */
  all(): readonly Warning[] {
    return [...this.#rows.values()];
  }

  /** Whether warnings are turned off, and whether it's a quiet hour. */
  get silence(): { readonly isOff: boolean; readonly isQuiet: boolean } {
    const { front, clock } = this.#options;
    const { enabled, quietHours } = front.settings();
    return { isOff: !enabled, isQuiet: !enabled || isQuiet(quietHours, clock.now()) };
  }

  /** The person looks at this window, so it shows the next notices. */
  noteFocus(): void {
    const { shared, window, clock } = this.#options;
    shared.ask({ do: 'noteFocus', window, at: clock.now() }).catch(() => undefined);
  }

  /** Each stays silent until a worse level than the known one is reached. */
  acknowledge(which: readonly KnownWarning[]): Promise<void> {
    return this.#queue(() => this.#change(() => acknowledged(this.#rows, which, this.#options.clock.now())));
  }

  /** Each stays silent until then, unless a worse level is reached. @param until milliseconds since the Unix epoch */
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
    this.#fromUptime = this.#lookedAt = uptimeOf(this.#options.clock);
    this.#isSettled = false;
    this.#lookout.forget();
  }

  /** Runs work in sequence, in this window. Never rejects: failures are logged, and the next look tries again. */
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

  /** Without accounts there is no timer. */
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
    clock.sleep(this.#isSettled ? evaluateEveryMs : settleMs, this.#end.signal).then(
      () => {
        this.#isTicking = false;
        this.#look();
        // Notices that another window wrote or took just before it ended.
        this.#claim();
      },
      () => undefined,
    );
  }

  async #evaluate(): Promise<void> {
    const { store, reader, clock } = this.#options;
    // Sleep counts as time, and no timer runs during it: whichever comes first afterwards notices.
    const uptime = uptimeOf(clock);
    if (uptime - this.#lookedAt > lookedAwayMs) this.#beginAgain();
    this.#lookedAt = uptime;
    if (!reader.isReader || !this.#settles(store.all())) return;
    await this.#change(() => this.#decide());
  }

  /** Whether all accounts were read or failed since the start or last sleep, or took too long. */
  #settles(states: readonly AccountState[]): boolean {
    const isHeard = ({ snapshot, failure }: AccountState): boolean =>
      (snapshot !== undefined && snapshot.asOf >= this.#from) || (failure !== undefined && failure.at >= this.#from);
    this.#isSettled ||= states.every(isHeard) || uptimeOf(this.#options.clock) - this.#fromUptime >= settleMs;
    return this.#isSettled;
  }

  #decide(): Decision & { readonly events: readonly ForcedEvent[] } {
    const { store, clock, intervalMs, front } = this.#options;
    const now = clock.now();
    const { enabled, quietHours } = front.settings();
    const times = { now, uptime: uptimeOf(clock), intervalMs: intervalMs(), from: this.#from };
    const isWaking = times.uptime - this.#fromUptime < Math.min(wakingMs + times.intervalMs, blindAfterMs);
    const terms = { now, enabled, quiet: isQuiet(quietHours, now), isWaking };
    const decisions = store
      .all()
      .filter(({ snapshot, failure }) => snapshot !== undefined || failure !== undefined)
      .map((state) => this.#decideOn(state, times, terms));
    return {
      changes: new Map(decisions.flatMap(({ changes }) => [...changes])),
      told: [...(enabled ? this.#events.map(toldEvent) : []), ...decisions.flatMap(({ told }) => told)],
      events: this.#events,
    };
  }

  /** An account that can't be evaluated must not silence the others or what is known about it. */
  #decideOn(state: AccountState, times: Parameters<Lookout['look']>[2], terms: Terms): Decision {
    const known = this.all().filter(({ account }) => account === state.account.id);
    try {
      return decide(this.#rows, this.#lookout.look(state, known, times), terms);
    } catch (error) {
      this.#options.log.warn(`warnings: ${state.account.id} can't be judged: ${String(error)}`);
      const lost = known.map(({ account, target }): Sight => ({ account, target, sees: 'lost' }));
      return decide(this.#rows, lost, terms);
    }
  }

  /**
   * Decides by the known rows, and writes the result in one transaction that fails if another window changed them; then it decides again.
   * So only one window tells each event.
   */
  async #change(decision: () => Decision & { readonly events?: readonly ForcedEvent[] }): Promise<void> {
    const { shared, clock } = this.#options;
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const decided = decision();
      const { events = [] } = decided;
      if (decided.changes.size === 0 && events.length === 0) return;
      const notices = await this.#noticesOf(decided.told);
      const rows = applied(this.#rows, decided);
      const answer = await shared
        .ask({ do: 'putWarnings', known: this.#version, ...difference(this.#stored, rows), notices, events, at: clock.now() })
        .catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
      if (answer === undefined || answer instanceof Error) {
        await this.#actAlone(rows, notices, answer?.message ?? 'no database');
        return;
      }
      if ('refused' in answer) {
        this.#take(answer.refused);
        continue;
      }
      this.#take({ version: answer.version, rows: [...rows.values()], events: this.#events.filter((one) => !events.includes(one)) });
      this.#claim();
      return;
    }
    throw new Error('the warnings change each time they are looked at');
  }

  async #actAlone(rows: Rows, notices: readonly Notice[], reason: string): Promise<void> {
    if (!this.#isAlone) this.#options.log.warn(`warnings: this window warns by itself, for the shared database cannot be used: ${reason}`);
    this.#isAlone = true;
    this.#rows = rows;
    this.#events = [];
    this.#changed.tell(undefined);
    for (const notice of notices) await this.#show(notice, this.#options.clock.now());
  }

  async #noticesOf(told: readonly Told[]): Promise<readonly Notice[]> {
    const alarms = told.filter(({ says }) => says === 'alarm' || says === 'again');
    const gone = told.filter(({ says }) => says === 'gone');
    const events = told.filter(({ says }) => says === 'event');
    const better = told.filter(({ says }) => says === 'better' || says === 'recovered');
    const notes = told.filter(({ says }) => says === 'note');
    const notices: Notice[] = [];
    for (const group of [events, alarms, gone, better, notes]) {
      if (group.length === 0) continue;
      const level = group === better || group === notes ? 'note' : group.some((one) => one.level !== 'warn') ? 'danger' : 'warn';
      const accounts = [...new Set(group.map(({ account }) => account))];
      const alone = accounts.length < 2 ? [] : accounts;
      const each = await Promise.all(
        alone.map(async (account) => ({ account, ...(await this.#compose(group.filter((one) => one.account === account))) })),
      );
      notices.push({ level, ...(await this.#compose(group)), accounts, ...(each.length === 0 ? {} : { each }) });
    }
    return notices;
  }

  /** Falls back to a plain sentence if composing fails: nothing may stay untold. */
  async #compose(told: readonly Told[]): Promise<Pick<Notice, 'sentence' | 'about' | 'outside'>> {
    const { store, log, front } = this.#options;
    try {
      return await front.compose(told);
    } catch (error) {
      log.warn(`warnings: ${String(error)}`);
      const nameOf = ({ account, target }: Told): string =>
        [store.all().find((one) => one.account.id === account)?.account.name ?? account, readWarningTarget(target).on?.id].join(' ').trim();
      const names = [...new Set(told.map(nameOf))].join(', ');
      return {
        sentence: msg('warning.plain', '{0}: {1}. Check the exchange.', plainLevel(told), names),
        about: told
          .filter(({ says }) => says !== 'gone' && says !== 'event')
          .map(({ account, target, level }) => ({ account, target, level })),
      };
    }
  }

  async #load(): Promise<void> {
    const found = await this.#options.shared.ask({ do: 'warnings' }).catch(() => undefined);
    if (found !== undefined && found.version !== this.#version) this.#take(found);
    if (this.#events.length > 0) this.#look();
  }

  #take({ version, rows, events }: Warnings): void {
    if (this.#isAlone) this.#options.log.info('warnings: the shared database is used again');
    this.#isAlone = false;
    this.#version = version;
    this.#events = events;
    this.#stored = new Map(rows.map((row) => [warningKey(row), row]));
    this.#rows = this.#stored;
    this.#changed.tell(undefined);
  }

  /** Shows the notices of this window: at once if it was used last, otherwise those that no window took. */
  #claim(): void {
    // In sequence: a notice being shown must not be taken again.
    this.#claims = this.#claims.then(() => (this.#end.signal.aborted ? undefined : this.#claimNow())).catch(() => undefined);
  }

  async #claimNow(): Promise<void> {
    const { shared, window, clock } = this.#options;
    const asked = uptimeOf(clock);
    const { notices = [], againMs } = (await shared.ask({ do: 'claimNotices', window, at: clock.now() })) ?? {};
    if (this.#end.signal.aborted) return;
    for (const { seq, at, notice } of notices) {
      // This window was suspended meanwhile, and another may have shown it. Notices that no window showed can be taken again.
      if (uptimeOf(clock) - asked > showSoonMs) break;
      if (await this.#show(notice, at)) await shared.ask({ do: 'noteShown', seqs: [seq] });
    }
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

  /** @returns whether it was shown; if not, any window can take it again */
  async #show(notice: Notice, at: number): Promise<boolean> {
    const { log, front } = this.#options;
    log.info(`warning (${notice.level}): ${english(notice.sentence)}`);
    try {
      await front.show(notice, at);
      return true;
    } catch (error) {
      log.warn(`warnings: not shown: ${String(error)}`);
      return false;
    }
  }
}

function plainLevel(told: readonly Told[]): Message {
  if (told.every(({ says }) => says === 'recovered')) return msg('warning.recovered', 'Recovered');
  return told.some(({ level }) => level !== 'warn') ? msg('level.danger', 'Danger') : msg('level.warning', 'Warning');
}

function difference(before: Rows, after: Rows): { readonly put: readonly Warning[]; readonly drop: readonly WarningKey[] } {
  return {
    put: [...after].filter(([key, row]) => JSON.stringify(before.get(key)) !== JSON.stringify(row)).map(([, row]) => row),
    drop: [...before].filter(([key]) => !after.has(key)).map(([, { account, target }]) => ({ account, target })),
  };
}
