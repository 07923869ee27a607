import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decimal } from '../../../../src/core/decimal.ts';
import { Emitter } from '../../../../src/core/emitter.ts';
import { english, msg, type Message } from '../../../../src/core/message.ts';
import type { AccountState, StoreChange } from '../../../../src/engine/monitor/store.ts';
import type { Alarm, ClaimedNotices, KnownWarning, Notice } from '../../../../src/engine/storage/warning-protocol.ts';
import { WarningWatch } from '../../../../src/engine/watch/warning-watch.ts';
import type { Told } from '../../../../src/engine/watch/warnings.ts';
import { FakeClock, settled } from '../../core/fake-clock.ts';
import { holds } from '../../property.ts';
import { says } from '../../../texts.ts';
import { account, Cabinet, within, type Window } from '../storage/cabinet.ts';
import { withoutThreads } from '../storage/same-thread.ts';

const minute = 60_000;
const ltvs = { ok: '0.2', warn: '0.7', danger: '0.74', marginCall: '0.76' } as const;
type Seen = keyof typeof ltvs;

/** One window that watches one loan of one account, as a test shows it. */
class Watcher {
  readonly changed = new Emitter<StoreChange>();
  readonly shown: Told[] = [];
  readonly notices: Notice[] = [];
  readonly log: string[] = [];
  readonly watch: WarningWatch;
  readonly #window: Pick<Window, 'shared'>;
  #state: AccountState;
  isReader = true;
  isEnabled = true;
  failing: 'none' | 'compose' | 'show' = 'none';
  /** Cannot be judged. */
  broken: AccountState | undefined;

  constructor(window: Pick<Window, 'shared'>, name: string, clock: FakeClock, accountId: string) {
    this.#window = window;
    this.#state = { account: account(accountId), reading: false };
    const note = (line: string): void => void this.log.push(line);
    const isReader = (): boolean => this.isReader;
    this.watch = new WarningWatch({
      store: { all: () => (this.broken === undefined ? [this.#state] : [this.broken, this.#state]), onDidChange: this.changed.on },
      shared: window.shared,
      clock,
      wakes: { on: () => ({ dispose: () => undefined }) },
      intervalMs: () => 30_000,
      window: name,
      log: { info: note, warn: note },
      reader: {
        get isReader() {
          return isReader();
        },
        onDidChange: () => ({ dispose: () => undefined }),
      },
      from: 0,
      front: {
        compose: async (told) => {
          if (this.failing === 'compose') throw new Error('no words');
          return {
            sentence: msg('test', JSON.stringify(told)),
            about: told.map(({ account: id, target, level }) => ({ account: id, target, level })),
          };
        },
        show: async (notice) => {
          if (this.failing === 'show') throw new Error('no screen');
          this.notices.push(notice);
          if (this.failing !== 'none') return;
          // That nothing was read for minutes is told too, by each of these windows for itself: none reads for the other.
          this.shown.push(...(JSON.parse(english(notice.sentence)) as Told[]).filter(({ target }) => target !== 'blind'));
        },
        settings: () => ({ enabled: this.isEnabled, quietHours: '' }),
      },
    });
  }

  get key(): KnownWarning {
    return { account: this.#state.account.id, target: 'level loan:1', level: 'danger' };
  }

  sees(seen: Seen, asOf: number): void {
    const loan = {
      ...{ id: '1', ltv: decimal(ltvs[seen]), collateralValuation: 'adjusted' as const, debts: [], collateral: [] },
      ...{ debtUsd: decimal('1'), marginCall: { ltv: decimal('0.75'), source: 'venue' as const } },
    };
    this.#state = { ...this.#state, snapshot: { loans: [loan], wallet: [], positions: [], asOf } };
    this.changed.fire({ accountId: this.#state.account.id, what: 'state' });
  }

  /** Until all that was begun here is done, and news of other windows has come. */
  async idle(): Promise<void> {
    await this.watch.acknowledge([]);
    await this.#window.shared.look().catch(() => undefined);
    await this.watch.acknowledge([]);
    await settled();
  }
}

describe('several windows that warn', function () {
  this.timeout(60_000);
  let cabinet: Cabinet;
  let windows: readonly Window[];
  const watchers: Watcher[] = [];
  let accounts = 0;
  let threads: () => void;
  before(async () => {
    threads = withoutThreads();
    cabinet = new Cabinet();
    windows = [await cabinet.open(), await cabinet.open()];
  });
  after(() => {
    cabinet.remove();
    threads();
  });
  afterEach(() => {
    for (const { watch } of watchers.splice(0)) watch.dispose();
  });

  async function two(clock = new FakeClock()): Promise<{ readonly clock: FakeClock; readonly one: Watcher; readonly other: Watcher }> {
    for (const { watch } of watchers.splice(0)) watch.dispose();
    const id = `account ${(accounts += 1).toString()}`;
    await windows[0]!.book.add(account(id));
    const [one, other] = windows.map((window, index) => new Watcher(window, `${id} ${index.toString()}`, clock, id));
    watchers.push(one!, other!);
    for (const { watch } of watchers) {
      watch.start();
      await clock.advance(1_000);
    }
    await one!.idle();
    await other!.idle();
    return { clock, one: one!, other: other! };
  }

  /** Windows of earlier tests may have ended before they showed theirs. */
  const unshown = (): readonly Record<string, unknown>[] =>
    cabinet
      .query('SELECT * FROM notices WHERE shown = 0')
      .filter(({ notice }) => String(notice).includes(`account ${accounts.toString()}"`));

  /** What is claimed and not shown within ten seconds is shown again: this clock must not advance that far while showing. */
  const nothingUnderWay = (): Promise<void> =>
    within(20_000, 'what was taken is shown', () => unshown().every(({ claimed_by: by }) => by === null));

  /** Lets the first right of a window to a notice pass. */
  async function shownSoon(clock: FakeClock): Promise<void> {
    for (let seconds = 0; seconds < 5; seconds += 1) {
      await nothingUnderWay();
      await clock.advance(1_000);
      for (const window of windows) await window.shared.look();
    }
    await within(20_000, 'all is shown', () => unshown().length === 0);
    await settled();
  }

  /** In steps, so that no window looks as if it had been stopped before it heard what it is to show. */
  async function pass(ms: number, clock: FakeClock, all: readonly Watcher[]): Promise<void> {
    for (let passed = 0; passed < ms; passed += 5_000) {
      await clock.advance(5_000);
      for (const watcher of all) await watcher.idle();
    }
  }

  it('tell one event once, in the window used last', async () => {
    const { clock, one, other } = await two();
    one.watch.noteFocus();
    await one.idle();
    for (const watcher of [one, other]) watcher.sees('danger', clock.now());
    await other.idle();
    await one.idle();
    await within(20_000, 'it is told', () => one.shown.length + other.shown.length > 0);
    assert.deepEqual([one.shown.map(({ says }) => says), other.shown], [['alarm'], []]);
    assert.equal(one.notices[0]?.level, 'danger');
    await within(20_000, 'it is noted as shown', () => unshown().length === 0);
  });

  it('show a notice elsewhere when the window used last does not take it within three seconds', async () => {
    const { clock, one, other } = await two();
    other.watch.noteFocus();
    await other.idle();
    other.watch.dispose();
    one.sees('danger', clock.now());
    await one.idle();
    await clock.advance(2_000);
    await one.idle();
    assert.deepEqual(one.shown, []);
    await clock.advance(2_000);
    await within(20_000, 'it is told', () => one.shown.length === 1);
  });

  it('tell what a venue did against the borrower once, though both decide at the same moment, and nothing of it while warnings are off', async () => {
    const { clock, one, other } = await two();
    const { account: id } = one.key;
    const page = (more: object): Promise<unknown> =>
      windows[0]!.shared.ask({
        ...{ do: 'keepVenuePage', now: clock.now(), pass: {} },
        page: { ...{ account: id, uid: `user of ${id}`, kind: 'event', loan: '1', rates: [], rows: [] }, ...more },
      });
    const row = (name: string, at: number) => ({
      ...{ id: name, at, type: 'forced_liquidation', forced: true, coin: 'BTC', amount: decimal('0.1') },
    });
    await page({ rows: [row('from before the account was here', clock.now() - 1)] });
    await clock.advance(1_000);
    const rows = [row('1', clock.now()), row('2', clock.now())];
    await page({ rows });
    await page({ rows });
    const told = (): string[] => [...one.shown, ...other.shown].map(({ event }) => event?.id ?? '');
    for (let turn = 0; turn < 3; turn += 1) {
      for (const watcher of [one, other]) watcher.sees('ok', clock.now());
      await Promise.all([one, other].map((watcher) => watcher.idle()));
      await clock.advance(15_000);
    }
    await within(20_000, 'it is told', () => told().length > 0);
    assert.deepEqual(told(), ['1', '2']);
    assert.equal(one.notices.length + other.notices.length, 1);

    // Nothing floods when warnings are turned on again.
    for (const watcher of [one, other]) watcher.isEnabled = false;
    await page({ rows: [row('while they were off', clock.now())] });
    for (const watcher of [one, other]) watcher.sees('ok', clock.now());
    await Promise.all([one, other].map((watcher) => watcher.idle()));
    const left = async (): Promise<number> => (await windows[0]!.shared.ask({ do: 'warnings' }))!.events.length;
    while ((await left()) > 0) await one.idle();
    for (const watcher of [one, other]) watcher.isEnabled = true;
    await clock.advance(20_000);
    await Promise.all([one, other].map((watcher) => watcher.idle()));
    assert.deepEqual(told(), ['1', '2']);
  });

  it('show what a window took and did not show before it ended, and what was written before they opened', async () => {
    const { clock, one, other } = await two();
    const write = async (window: string): Promise<void> => {
      const sentence = msg('test', JSON.stringify([{ account: one.key.account }]));
      const { shared } = windows[0]!;
      const known = (await shared.ask({ do: 'warnings' }))?.version;
      const notices = [{ level: 'warn' as const, sentence, about: [] }];
      await shared.ask({ do: 'noteFocus', window, at: clock.now() });
      await shared.ask({ do: 'putWarnings', known, put: [], drop: [], notices, at: clock.now() });
      await shared.ask({ do: 'claimNotices', window, at: clock.now() });
    };
    const shown = (): number => one.shown.length + other.shown.length;
    await write('a window that crashes');
    for (const watcher of [one, other]) await watcher.idle();
    await clock.advance(9_000);
    for (const watcher of [one, other]) await watcher.idle();
    assert.equal(shown(), 0);
    await pass(20_000, clock, [one, other]);
    await within(20_000, 'it is told', () => shown() === 1);
    await within(20_000, 'it is noted as shown', () => unshown().length === 0);

    for (const { watch } of [one, other]) watch.dispose();
    await write('a window that crashes too');
    await clock.advance(11_000);
    const next = new Watcher(windows[1]!, 'next', clock, one.key.account);
    watchers.push(next);
    next.watch.start();
    await within(20_000, 'it is told by the next window', () => next.shown.length === 1);
    assert.equal(shown(), 1);
  });

  it('show nothing that a window took before it was stopped, because another one may have', async () => {
    const { clock, one, other } = await two();
    one.watch.noteFocus();
    await one.idle();
    const { shared } = windows[0]!;
    const ask = shared.ask.bind(shared);
    let stopped = false;
    shared.ask = async (asked) => {
      const answer = await ask(asked);
      const isTaken = asked.do === 'claimNotices' && (answer as ClaimedNotices | undefined)?.notices.length === 1;
      if (!isTaken || stopped) return answer;
      stopped = true;
      clock.jump(12_000);
      await clock.advance(0);
      await windows[1]!.shared.look();
      await within(20_000, 'it is shown by the other window', () => other.shown.length === 1);
      return answer;
    };
    try {
      one.sees('danger', clock.now());
      await within(20_000, 'the window is stopped', () => stopped);
      await within(20_000, 'it is noted as shown', () => unshown().length === 0);
      await one.idle();
      assert.deepEqual(one.shown, []);
    } finally {
      shared.ask = ask;
    }
  });

  it('tell a warning again that nobody showed while it was news', async () => {
    const { clock, one, other } = await two();
    const { account: id, target } = one.key;
    const row = { account: id, target, level: 'warn' as const, since: clock.now(), told: clock.now(), repeats: 0 };
    const { shared } = windows[0]!;
    const known = (await shared.ask({ do: 'warnings' }))?.version;
    const notices = [{ level: 'warn' as const, sentence: msg('test', '[]'), about: [row] }];
    await shared.ask({ do: 'putWarnings', known, put: [row], drop: [], notices, at: clock.now() - 10 * minute - 1 });
    await one.idle();
    one.watch.noteFocus();
    one.sees('warn', clock.now());
    await one.idle();
    assert.deepEqual(one.shown, []);
    await pass(15_000, clock, [one, other]);
    await within(20_000, 'the old notice is dropped', () => unshown().length === 0);
    await one.idle();
    one.sees('warn', clock.now());
    await one.idle();
    await within(20_000, 'it is told', () => one.shown.length + other.shown.length === 1);
  });

  it('note as shown what was shown: what was not is shown later', async () => {
    const { clock, one, other } = await two();
    one.watch.noteFocus();
    await one.idle();
    one.failing = 'show';
    one.sees('warn', clock.now());
    await one.idle();
    await within(20_000, 'it is tried', () => one.log.some((line) => line.includes('no screen')));
    assert.deepEqual([unshown().length, one.shown, other.shown], [1, [], []]);
    one.failing = 'none';
    await pass(30_000, clock, [one, other]);
    await within(20_000, 'it is told', () => one.shown.length + other.shown.length === 1);
    await within(20_000, 'it is noted as shown', () => unshown().length === 0);
  });

  it('tell in plain words where the proper ones fail', async () => {
    const { clock, one } = await two();
    one.watch.noteFocus();
    await one.idle();
    one.failing = 'compose';
    one.sees('danger', clock.now());
    await one.idle();
    await within(20_000, 'it is told', () => one.notices.length === 1);
    assert.equal(english(one.notices[0]!.sentence), says('warning.plain', says('level.danger'), `${account(one.key.account).name} 1`));
    assert.deepEqual(one.notices[0]?.about, [one.key]);
    await within(20_000, 'it is noted as shown', () => unshown().length === 0);
  });

  it('tell of one account while another cannot be judged, and go on with what was known of that', async () => {
    const { clock, one, other } = await two();
    const broken = `${one.key.account} broken`;
    await windows[0]!.book.add(account(broken));
    other.isReader = false;
    const outlet = { id: 'o', kind: 'webhook', host: 'a.b', enabled: true, least: 'danger', amounts: true } as const;
    await windows[0]!.shared.ask({ do: 'putOutlet', outlet, at: clock.now() });
    one.watch.noteFocus();
    await one.idle();
    const known = (await windows[0]!.shared.ask({ do: 'warnings' }))?.version;
    const row = { account: broken, target: 'level loan:1', level: 'danger' as const, since: 0, told: clock.now() - 6 * minute, repeats: 0 };
    await windows[0]!.shared.ask({ do: 'putWarnings', known, put: [row], drop: [], notices: [], at: clock.now() });
    await one.idle();
    one.broken = {
      account: account(broken),
      reading: false,
      snapshot: { loans: [undefined as never], wallet: [], positions: [], asOf: 0 },
    };
    one.sees('danger', clock.now());
    await one.idle();
    await within(20_000, 'both are told', () => one.shown.length === 2);
    assert.deepEqual(
      one.shown.map(({ account: id, says: said }) => [id, said]),
      [
        [broken, 'again'],
        [one.key.account, 'alarm'],
      ],
    );
    assert.ok(one.log.some((line) => line.includes(broken)));
    const queued = (): readonly (readonly string[])[] =>
      cabinet.query('SELECT message FROM outbox').map(({ message }) => {
        const { sentence } = JSON.parse(String(message)) as { sentence: Message };
        return (JSON.parse(english(sentence)) as Told[]).map(({ account: id }) => id);
      });
    assert.deepEqual(queued(), [[broken, one.key.account]]);
    await windows[0]!.book.remove(broken);
    assert.deepEqual(queued(), [[one.key.account]], 'what outlets get of the other goes on alone');
    await windows[0]!.shared.ask({ do: 'dropOutlet', id: 'o' });
  });

  it('acknowledge and snooze for each other', async () => {
    const { clock, one, other } = await two();
    one.sees('danger', clock.now());
    await one.idle();
    await other.idle();
    await other.watch.acknowledge([other.key]);
    await one.idle();
    assert.equal(one.watch.all().find(({ account: id }) => id === one.key.account)?.acknowledged, 'danger');
    await shownSoon(clock);
    await clock.advance(10 * minute);
    one.sees('danger', clock.now());
    await one.idle();
    await shownSoon(clock);
    assert.deepEqual(
      [...one.shown, ...other.shown].map(({ says }) => says),
      ['alarm'],
    );
  });

  it('forget the warnings of an account that is removed', async () => {
    const { clock, one } = await two();
    one.sees('warn', clock.now());
    await one.idle();
    assert.ok(one.watch.all().some(({ account: id }) => id === one.key.account));
    await windows[0]!.book.remove(one.key.account);
    await one.idle();
    assert.ok(!one.watch.all().some(({ account: id }) => id === one.key.account));
  });

  it('warn anew once the keys of an account are those of another user, whatever was acknowledged before', async () => {
    const { clock, one } = await two();
    const own = () => one.watch.all().find(({ account: id }) => id === one.key.account);
    one.sees('danger', clock.now());
    await one.idle();
    await one.watch.acknowledge([one.key]);
    assert.equal(own()?.acknowledged, 'danger');
    // What `replaceKeys` has done, before the first reading with the new ones.
    await windows[0]!.shared.ask({ do: 'forget', account: one.key.account, now: clock.now() });
    await one.idle();
    one.sees('danger', clock.now());
    await one.idle();
    assert.deepEqual([own()?.level, own()?.acknowledged], ['danger', undefined]);
  });

  it('leave the judging to the one that reads', async () => {
    const { clock, one, other } = await two();
    other.isReader = false;
    other.sees('danger', clock.now());
    await other.idle();
    assert.deepEqual(
      other.watch.all().filter(({ account: id }) => id === other.key.account),
      [],
    );
    one.sees('warn', clock.now());
    await one.idle();
    await other.idle();
    assert.deepEqual(
      other.watch
        .all()
        .filter(({ account: id }) => id === other.key.account)
        .map(({ level }) => level),
      ['warn'],
    );
  });

  it('warn each for itself while the database cannot be used, and say so in the log', async () => {
    const shared = { ask: () => Promise.reject(new Error('no disk')), onDidChangeWarnings: () => ({ dispose: () => undefined }) };
    const clock = new FakeClock();
    const alone = [1, 2].map(
      (number) => new Watcher({ shared: { ...shared, look: () => Promise.resolve() } as never }, number.toString(), clock, 'x'),
    );
    watchers.push(...alone);
    for (const watcher of alone) {
      watcher.watch.start();
      for (const seen of ['danger', 'danger'] as const) {
        watcher.sees(seen, clock.now());
        await watcher.idle();
      }
      assert.deepEqual(
        watcher.shown.map(({ says, level }) => `${says} ${level}`),
        ['alarm danger'],
      );
      await watcher.watch.acknowledge([watcher.key]);
      assert.equal(watcher.watch.all()[0]?.acknowledged, 'danger');
      assert.equal(watcher.log.filter((line) => line.includes('by itself')).length, 1);
    }
  });

  it('tell each event once, however their work falls together', async () => {
    const step = fc.record({
      window: fc.constantFrom(0, 1),
      does: fc.constantFrom('look', 'look', 'look', 'acknowledge', 'snooze', 'focus'),
      truth: fc.option(fc.constantFrom<Seen>('ok', 'warn', 'danger', 'marginCall'), { freq: 2 }),
      waits: fc.constantFrom(0, 0, 1, 30, 6 * 60),
      together: fc.boolean(),
    });
    await holds(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
        const { clock, one, other } = await two();
        const both = [one, other];
        let truth: Seen = 'ok';
        /** Each rise above the level reached before may be notified once. */
        const rank = { ok: 0, warn: 1, danger: 2, marginCall: 3, liquidation: 4 };
        for (const { window, does, truth: next, waits, together } of steps) {
          truth = next ?? truth;
          // This clock runs much faster than the windows, for which a notice would be old news.
          if (waits > 0) await shownSoon(clock);
          for (let left = waits; left > 0; left -= 5) {
            await clock.advance(Math.min(left, 5) * 1_000);
            for (const each of both) await each.idle();
            await nothingUnderWay();
          }
          const watcher = both[window]!;
          if (does === 'look') {
            watcher.sees(truth, clock.now());
            if (together) both[1 - window]!.sees(truth, clock.now());
          } else if (does === 'acknowledge') void watcher.watch.acknowledge([watcher.key]);
          else if (does === 'snooze') void watcher.watch.snooze([watcher.key], clock.now() + 60 * minute);
          else watcher.watch.noteFocus();
          if (!together) await watcher.idle();
        }
        for (const watcher of both) {
          watcher.sees(truth, clock.now());
          await watcher.idle();
        }
        await shownSoon(clock);
        // Of earlier runs something may still have been on its way.
        const told = both.flatMap(({ shown }) => shown).filter(({ account: id }) => id === one.key.account);
        for (const level of ['warn', 'danger', 'marginCall'] as const satisfies readonly Alarm[]) {
          const began = told.filter((one) => one.says === 'alarm' && one.level === level).map(({ since }) => since);
          assert.equal(new Set(began).size, began.length, `${level} told twice: ${JSON.stringify(told)}`);
        }
        assert.ok(
          rank[truth] === 0 || told.some(({ says, level }) => says === 'alarm' && rank[level] >= rank[truth]),
          'what stands was told',
        );
        const logged = both.flatMap(({ log }) => log.filter((line) => line.includes('by itself')));
        assert.deepEqual(logged, []);
      }),
      { numRuns: 30, endOnFailure: true },
    );
  });
});
