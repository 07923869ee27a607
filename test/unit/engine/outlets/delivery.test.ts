import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Emitter } from '../../../../src/core/emitter.ts';
import { english, msg } from '../../../../src/core/message.ts';
import type { AccountState, StoreChange } from '../../../../src/engine/monitor/store.ts';
import { Delivery } from '../../../../src/engine/outlets/delivery.ts';
import { partsOf, putOutlet, removeOutlet, saveOutlet, testOutlet } from '../../../../src/engine/outlets/outlet-book.ts';
import type { Outlet, OutletKindId, OutletSettings } from '../../../../src/engine/storage/outlet-protocol.ts';
import type { Notice } from '../../../../src/engine/storage/warning-protocol.ts';
import { says } from '../../../texts.ts';
import { holds } from '../../property.ts';
import { Traffic } from '../../traffic.ts';
import { FakeClock, settled } from '../../core/fake-clock.ts';
import { MemorySecrets } from '../accounts/memory-storage.ts';
import { account, Cabinet, within, type Window } from '../storage/cabinet.ts';
import { withoutThreads } from '../storage/same-thread.ts';
import { StandIn, type Fault } from '../../../host/stand-ins/outlets.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const secret = 'a-secret-of-the-webhook';

/** One window that sends, on the database of all. */
class Sender {
  readonly delivery: Delivery;
  readonly secrets: MemorySecrets;
  readonly log: string[] = [];
  readonly changed = new Emitter<StoreChange>();
  readonly clock: FakeClock;
  readonly #window: Window;
  states: readonly AccountState[] = [{ account: account('1'), reading: false }];
  isReader = true;
  readonly turned = new Emitter<undefined>();
  silence = { isOff: false, isQuiet: false };
  /** Fails where the settings are asked for. */
  isBroken = false;
  /** Between the claim and the send nothing goes on, as in a process that is stopped. */
  stopped: Promise<void> | undefined;

  constructor(window: Window, name: string, clock: FakeClock, secrets: MemorySecrets, traffic: Traffic) {
    this.#window = window;
    this.clock = clock;
    this.secrets = secrets;
    const sender = (): this => this;
    const note = (line: string): void => void this.log.push(line);
    this.delivery = new Delivery({
      shared: { ask: (asked) => window.shared.ask(asked), onDidChangeWarnings: window.shared.onDidChangeWarnings },
      fetch: (asked, init) => traffic.counted(fetch(asked, init)),
      ...{ clock, window: name, intervalMs: () => 30_000, random: () => 0.5 },
      store: { all: () => this.states, onDidChange: this.changed.on },
      secrets: {
        get: async (key) => {
          const text = await secrets.get(key);
          await this.stopped;
          return text;
        },
        store: (key, value) => secrets.store(key, value),
        delete: (key) => secrets.delete(key),
      },
      reader: {
        get isReader() {
          return sender().isReader;
        },
        onDidChange: (listener) => this.turned.on(listener),
      },
      log: { info: note, warn: note },
      silence: () => {
        if (this.isBroken) throw new Error('no settings');
        return this.silence;
      },
    });
    this.delivery.start();
  }

  /** All accounts were read just now. */
  reads(failing?: 'failing' | 'gap'): void {
    const asOf = this.clock.now();
    const trouble = failing === 'gap' ? { loansTrouble: msg('test', 'gap') } : {};
    this.states = this.states.map(({ account: of }) => ({
      ...{ account: of, reading: false, snapshot: { loans: [], positions: [], wallet: [], asOf, ...trouble } },
      ...(failing === 'failing' ? { failure: { error: undefined as never, since: asOf, at: asOf, attempts: 1 } } : {}),
    }));
    this.changed.fire({ accountId: '1', what: 'state' });
  }

  get shared(): Window['shared'] {
    return this.#window.shared;
  }
}

describe('warnings sent to outlets', function () {
  this.timeout(60_000);
  let cabinet: Cabinet;
  let windows: readonly Window[];
  let there: StandIn;
  let clock: FakeClock;
  let secrets: MemorySecrets;
  let senders: Sender[];
  let ids = 0;
  let threads: () => void;
  let traffic: Traffic;
  before(async () => {
    threads = withoutThreads();
    traffic = new Traffic();
    cabinet = new Cabinet();
    windows = [await cabinet.open(), await cabinet.open()];
    await windows[0]!.book.add(account('1'));
    await windows[1]!.shared.look();
  });
  after(() => {
    cabinet.remove();
    threads();
    traffic.end();
  });
  beforeEach(async () => {
    there = await new StandIn().start();
    clock = new FakeClock();
    secrets = new MemorySecrets();
    senders = [];
  });
  afterEach(async () => {
    for (const { delivery } of senders) delivery.dispose();
    for (const { id } of await rows()) await windows[0]!.shared.ask({ do: 'dropOutlet', id });
    await there.close();
  });

  const rows = async (): Promise<readonly Outlet[]> => (await windows[0]!.shared.ask({ do: 'outlets' })) ?? [];
  const outlet = async (): Promise<Outlet> => (await rows())[0]!;
  const waiting = (): readonly Record<string, unknown>[] => cabinet.query('SELECT * FROM outbox ORDER BY seq');
  const notices = (): readonly Notice[] =>
    cabinet
      .query('SELECT notice FROM notices ORDER BY seq')
      .map(({ notice }) => JSON.parse(String(notice)) as Notice)
      .filter((notice) => notice.outlet === `outlet ${ids.toString()}`);
  const ports = () => ({ shared: windows[0]!.shared, secrets, clock });

  async function adds(kind: OutletKindId = 'webhook', more: Partial<OutletSettings> = {}): Promise<string> {
    const id = `outlet ${(ids += 1).toString()}`;
    const settings = { id, kind, host: there.host, enabled: true, least: 'note', amounts: false, ...more } as const;
    const parts = kind === 'ping' ? { url: `${there.url}/ping/8d1f1a4e` } : { url: `${there.url}/hook`, secret };
    assert.ok(await saveOutlet(ports(), settings, parts));
    return id;
  }

  function opens(window = 0, keyring = secrets): Sender {
    const sender = new Sender(windows[window]!, `window ${senders.length.toString()}`, clock, keyring, traffic);
    senders.push(sender);
    return sender;
  }

  async function tells(level: Notice['level'], text = level as string, accounts?: readonly string[], isEach = false): Promise<void> {
    const { shared } = windows[0]!;
    const part = (of: string): Pick<Notice, 'sentence' | 'outside'> => ({
      sentence: msg('test', of),
      outside: { sentence: msg('test', `${of}, in percent`), alerts: [] },
    });
    const each = isEach ? { each: (accounts ?? []).map((id) => ({ account: id, ...part(`${text} of ${id}`) })) } : {};
    const notice = { level, ...part(text), about: [], ...(accounts === undefined ? {} : { accounts }), ...each };
    // What is noted of outlets meanwhile refuses it, as it does for those who warn.
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const known = (await shared.ask({ do: 'warnings' }))?.version;
      const answer = await shared.ask({ do: 'putWarnings', known, put: [], drop: [], notices: [notice], at: clock.now() });
      if (answer !== undefined && 'version' in answer) return;
    }
    assert.fail('always refused');
  }

  /** News of the database reach every window. */
  async function looks(): Promise<void> {
    for (const window of windows) await window.shared.look();
    await settled();
  }

  /** Lets time pass until it is so, or for so long. */
  async function passes(ms: number, isSo: () => boolean | Promise<boolean> = () => false): Promise<void> {
    for (let left = ms; left > 0 && !(await isSo());) {
      await looks();
      await idle();
      if (await isSo()) return;
      const stride = Math.min(left, Math.max(Math.min(clock.nextIn ?? minute, minute), 100));
      await clock.advance(stride);
      left -= stride;
      await idle();
    }
  }

  /** Until nobody is at work, or waits for an answer that doesn't come. */
  async function idle(): Promise<void> {
    do await settled();
    while (traffic.isMoving);
  }
  const texts = (): readonly string[] => there.bodies.map(({ text }) => String(text));
  const arrives = async (count: number, ms = 5 * minute): Promise<void> => {
    await passes(ms, () => there.arrived.length >= count);
    assert.equal(there.arrived.length, count);
    await idle();
  };

  it('go once by one of two windows, and the list says when', async () => {
    await adds();
    opens();
    opens(1);
    await tells('danger');
    await tells('warn');
    await arrives(2);
    await passes(minute);
    assert.deepEqual(texts(), ['danger, in percent', 'warn, in percent']);
    assert.deepEqual(waiting(), []);
    const { success, dead, failure } = await outlet();
    assert.ok(success !== undefined && !dead && failure === undefined);
    assert.equal(new Set(there.bodies.map(({ id }) => id)).size, 2);
  });

  it('go to those outlets that are on and get their level, with amounts where a person said so', async () => {
    await adds('webhook', { least: 'danger' });
    await adds('webhook', { amounts: true });
    await adds('webhook', { enabled: false });
    await adds('ping');
    await tells('note');
    await tells('danger');
    opens();
    await arrives(3);
    assert.deepEqual([...texts()].sort(), ['danger', 'danger, in percent', 'note']);
  });

  it('do not go when another window has changed the warnings meanwhile', async () => {
    await adds();
    const { shared } = windows[0]!;
    const notice = { level: 'danger' as const, sentence: msg('test', 'x'), about: [] };
    await shared.ask({ do: 'putWarnings', known: 'another', put: [], drop: [], notices: [notice], at: clock.now() });
    assert.deepEqual(waiting(), []);
  });

  it('of danger go at least once, of anything else at most once, when a window ends between claim and send', async () => {
    await adds();
    await tells('danger');
    await tells('warn');
    const { shared } = windows[0]!;
    const claim = async (): Promise<string | undefined> =>
      (await shared.ask({ do: 'claimMessages', window: 'crashed', at: clock.now(), isQuiet: false, without: [] }))?.messages[0]?.level;
    assert.equal(await claim(), 'danger');
    assert.equal(await claim(), undefined, 'one at a time');
    clock.jump(31_000);
    assert.equal(await claim(), 'danger', 'anybody may take it now');
    opens(1);
    await arrives(2);
    assert.deepEqual(texts(), ['danger, in percent', 'warn, in percent']);

    await tells('warn', 'lost');
    senders[0]?.delivery.dispose();
    assert.equal(await claim(), 'warn');
    opens();
    await passes(15 * minute);
    assert.equal(there.arrived.length, 2);
    assert.deepEqual(waiting(), []);
    assert.deepEqual(
      notices().map(({ sentence }) => english(sentence)),
      [says('outlet.dead', there.host, '')],
      'it may not have arrived',
    );
  });

  it('are not sent by a window that was stopped after it took them; its word counts no more once another one has them', async () => {
    await adds();
    let wake: () => void = () => undefined;
    const slow = opens();
    slow.stopped = new Promise((resolve) => (wake = resolve));
    await tells('danger');
    await looks();
    await within(5_000, 'it is taken', () => waiting()[0]?.['claimed_by'] === 'window 0');
    const fence = waiting()[0]?.['fence'];
    opens(1);
    there.faults.push('broken');
    await passes(40_000, () => there.arrived.length === 1);
    await idle();
    assert.ok(Number(waiting()[0]?.['fence']) > Number(fence));
    wake();
    slow.stopped = undefined;
    await settled();
    await passes(5 * minute, () => there.arrived.length === 2);
    await passes(minute);
    assert.equal(there.arrived.length, 2, 'a failed try and a good one');
    assert.deepEqual(waiting(), []);
  });

  it('that fail in an old claim change nothing, and that arrived in one are not sent again', async () => {
    const id = await adds();
    await tells('danger');
    const { shared } = windows[0]!;
    const take = async () =>
      (await shared.ask({ do: 'claimMessages', window: 'w', at: clock.now(), isQuiet: false, without: [] }))!.messages[0]!;
    const old = await take();
    clock.jump(31_000);
    const next = await take();
    assert.equal(next.fence, old.fence + 1);
    const failed = { failed: msg('test', 'late'), dead: true } as const;
    await shared.ask({ do: 'noteSent', outlet: id, claim: old, at: clock.now(), result: failed });
    assert.deepEqual([waiting().length, (await outlet()).failure, notices()], [1, undefined, []]);
    await shared.ask({ do: 'noteSent', outlet: id, claim: old, at: clock.now(), result: { sent: true } });
    assert.deepEqual(waiting(), []);
    await shared.ask({ do: 'noteSent', outlet: id, claim: next, at: clock.now(), result: failed });
    assert.equal((await outlet()).dead, false);
  });

  it('are tried again with growing pauses, danger for an hour, and then the person is told', async () => {
    await adds();
    there.faults.push(...Array<Fault>(100).fill('broken'));
    opens();
    await tells('danger');
    const began = clock.now();
    const times: number[] = [];
    await passes(61 * minute, () => {
      while (times.length < there.arrived.length) times.push(clock.now() - began);
      return notices().length > 0;
    });
    const pauses = times.slice(1).map((time, index) => time - times[index]!);
    assert.ok(pauses[0]! <= 6_000 && pauses.at(-1)! >= 3 * minute && Math.max(...pauses) <= 6 * minute, pauses.join());
    assert.ok(clock.now() - began >= 60 * minute - 1_000);
    const reason = `${says('outlet.refused', there.host)} (HTTP 500)`;
    assert.deepEqual(
      notices().map(({ level, sentence }) => [level, english(sentence)]),
      [['warn', says('outlet.dead', there.host, reason)]],
    );
    assert.ok((await outlet()).dead);
    there.faults.length = 0;
    await tells('danger');
    await passes(minute, async () => !(await outlet()).dead);
    assert.equal((await outlet()).dead, false);
  });

  it('that are no danger are tried again only where they certainly did not arrive', async () => {
    await adds();
    opens();
    there.faults.push('busy');
    await tells('warn');
    await arrives(1);
    await passes(38_000);
    assert.equal(there.arrived.length, 1, 'as long as it asked for');
    await arrives(2);
    assert.deepEqual(notices(), []);
    there.faults.push('cut');
    await tells('warn', 'cut');
    await passes(15 * minute);
    assert.equal(there.arrived.length, 3);
    assert.equal(notices().length, 1);
    assert.deepEqual(waiting(), []);
  });

  it('hold back what comes after them as long as the receiver asks', async () => {
    await adds();
    opens();
    there.faults.push('busy');
    await tells('danger', 'first');
    await arrives(1);
    await tells('danger', 'second');
    await tells('danger', 'third');
    await arrives(4);
    assert.deepEqual(
      texts().slice(1),
      ['first', 'second', 'third'].map((one) => `${one}, in percent`),
    );
  });

  it('that a redirect refuses are told at once, danger being tried on', async () => {
    await adds();
    opens();
    there.faults.push('redirect');
    await tells('danger');
    await arrives(1);
    await passes(2_000);
    assert.deepEqual(
      notices().map(({ sentence }) => english(sentence)),
      [says('outlet.dead', there.host, says('outlet.redirect', there.host))],
    );
    await arrives(2);
  });

  it('go in quiet hours as well: who told them has decided that they may speak', async () => {
    await adds();
    const sender = opens();
    sender.silence = { isOff: false, isQuiet: true };
    await tells('warn');
    await tells('danger');
    await arrives(2);
    assert.deepEqual([...texts()].sort(), ['danger, in percent', 'warn, in percent']);
  });

  it('go no more once the person wants to be told nothing', async () => {
    await adds();
    await tells('danger');
    const sender = opens(0, new MemorySecrets());
    await within(5_000, 'it is tried', () => waiting()[0]?.['attempts'] === 1);
    sender.silence = { isOff: true, isQuiet: true };
    await passes(2 * minute, () => waiting().length === 0);
    assert.deepEqual([waiting(), notices()], [[], []]);
  });

  it('go no more once the account they are about is removed, unless they are about another one too', async () => {
    await adds();
    await windows[0]!.book.add(account('2'));
    for (const accounts of [['2'], ['1', '2'], ['1'], undefined]) await tells('danger', accounts?.join(), accounts);
    await windows[0]!.book.remove('2');
    assert.deepEqual(
      waiting().map(({ message }) => (JSON.parse(String(message)) as Notice).accounts),
      [['1', '2'], ['1'], undefined],
    );
  });

  it('go on of the other accounts they are about, without a word of the one that is removed', async () => {
    await adds();
    await windows[0]!.book.add(account('2'));
    await windows[0]!.book.add(account('3'));
    await tells('danger', 'danger', ['1', '2', '3'], true);
    await windows[0]!.book.remove('2');
    await windows[0]!.book.remove('3');
    opens();
    await arrives(1);
    await passes(5_000);
    assert.deepEqual(texts(), ['danger of 1, in percent']);
  });

  it('go on after a listener that throws, and after settings that could not be read', async () => {
    await adds();
    const sender = opens();
    sender.delivery.onDidChange(() => {
      throw new Error('a view that is broken');
    });
    await tells('danger', 'one');
    await arrives(1);
    sender.isBroken = true;
    await tells('danger', 'two');
    await passes(2_000);
    assert.ok(sender.log.includes('outlets: Error'));
    sender.isBroken = false;
    await arrives(2, minute);
  });

  it('are left to a window that finds the address; where none does, the person is told', async () => {
    await adds();
    opens(0, new MemorySecrets());
    await tells('danger');
    await passes(2_000);
    assert.equal(there.arrived.length, 0);
    opens(1);
    await arrives(1);
    senders[1]?.delivery.dispose();
    await tells('warn');
    await passes(12 * minute, () => notices().length > 0);
    assert.deepEqual(
      notices().map(({ sentence }) => english(sentence)),
      [says('outlet.dead', there.host, says('outlet.not-found'))],
    );
    assert.equal(there.arrived.length, 1);
  });

  it('never stop another outlet from getting its own', async () => {
    await adds();
    await adds();
    opens();
    there.faults.push('hang');
    await tells('danger');
    await within(5_000, 'both are reached', () => {
      void looks();
      return there.arrived.length === 2;
    });
    await within(5_000, 'one is done', () => waiting().length === 1);
  });

  it('wait for no clock without an account, and go on with the next one', async () => {
    await adds();
    const sender = opens();
    await within(5_000, 'the outlet is known', () => sender.delivery.outlets().length === 1);
    await idle();
    assert.equal(clock.sleeping, 1, 'for the reminder');
    const { states } = sender;
    sender.states = [];
    sender.changed.fire({ accountId: '1', what: 'account' });
    assert.equal(clock.sleeping, 0);
    sender.states = states;
    sender.changed.fire({ accountId: '1', what: 'account' });
    await within(5_000, 'it waits again', () => clock.sleeping === 1);
  });

  it('ask for a test after thirty days without one that arrived, once', async () => {
    await adds();
    const sender = opens();
    await tells('danger');
    await arrives(1);
    for (const days of [29, 2, 10]) {
      clock.jump(days * day);
      await sender.shared.ask({ do: 'claimMessages', window: 'w', at: clock.now(), isQuiet: false, without: [] });
    }
    assert.deepEqual(
      notices().map(({ level, sentence }) => [level, english(sentence)]),
      [['note', says('outlet.remind', there.host)]],
    );
  });

  it('keep no secret anywhere but in the keyring, and go with it', async () => {
    const id = await adds();
    opens();
    there.faults.push('unauthorized', 'broken');
    await tells('danger');
    await arrives(3);
    const kept = JSON.stringify([
      cabinet.query('SELECT * FROM outlets'),
      waiting(),
      cabinet.query('SELECT * FROM notices'),
      senders[0]!.log,
    ]);
    assert.ok(!kept.includes('/hook') && !kept.includes(secret), kept);
    const { kind } = await outlet();
    assert.deepEqual(await partsOf(ports(), { id, kind }), { url: `${there.url}/hook`, secret });
    secrets.fault = 'throws';
    assert.equal(await partsOf(ports(), { id, kind }), undefined);
    assert.equal(await removeOutlet(ports(), id), false);
    assert.equal((await rows()).length, 1);
    assert.equal(await saveOutlet(ports(), { ...(await outlet()), host: 'other' }, { url: 'https://other' }), false);
    assert.equal((await outlet()).host, there.host);
    secrets.fault = 'none';
    assert.equal(await removeOutlet(ports(), id), true);
    assert.deepEqual([secrets.values.size, await rows()], [0, []]);
  });

  it('are tested at once, which the list shows', async () => {
    await adds();
    const stop = new AbortController().signal;
    there.faults.push('broken');
    assert.equal((await testOutlet(ports(), await outlet(), 'TEST', stop)).ok, false);
    assert.ok((await outlet()).failure !== undefined);
    assert.deepEqual(await testOutlet(ports(), await outlet(), 'TEST', stop), { ok: true });
    assert.equal(texts().at(-1), 'TEST');
    assert.equal((await outlet()).success, clock.now());
    await putOutlet(ports(), { ...(await outlet()), enabled: false });
    await tells('danger');
    assert.deepEqual(waiting(), []);
  });

  it('of danger go at least once and all others at most once, whatever receiver and windows do', async () => {
    const step = fc.oneof(
      fc.constantFrom('danger', 'danger', 'warn', 'note').map((level) => ({ tell: level })),
      fc.constantFrom<Fault>('busy', 'broken', 'redirect', 'cut', 'garbage', 'unauthorized').map((fault) => ({ fault })),
      fc.constantFrom(1, 15, 40, 300).map((seconds) => ({ seconds })),
      fc.record({ window: fc.constantFrom(0, 1), does: fc.constantFrom('stop', 'wake', 'crash') }),
    );
    /** Certainly didn't get through. */
    const refused = new Set<Fault | undefined>(['busy', 'redirect', 'unauthorized']);
    await holds(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 12 }), async (steps) => {
        const id = await adds();
        for (const { delivery } of senders.splice(0)) delivery.dispose();
        there.arrived.length = 0;
        there.faults.length = 0;
        const both = [opens(), opens(1)];
        const told: { readonly level: Notice['level']; readonly text: string }[] = [];
        const wakes: (() => void)[] = [];
        for (const one of steps) {
          if ('tell' in one) {
            const text = `${one.tell} ${told.length.toString()}`;
            told.push({ level: one.tell, text });
            await tells(one.tell, text);
          } else if ('fault' in one) there.faults.push(one.fault);
          else if ('seconds' in one) await passes(one.seconds * 1_000);
          else if (one.does === 'stop') both[one.window]!.stopped ??= new Promise((resolve) => wakes.push(resolve));
          else if (one.does === 'wake') {
            both[one.window]!.stopped = undefined;
            for (const wake of wakes.splice(0)) wake();
          } else {
            both[one.window]!.delivery.dispose();
            both[one.window] = opens(one.window);
          }
        }
        for (const sender of both) sender.stopped = undefined;
        for (const wake of wakes) wake();
        there.faults.length = 0;
        await passes(12 * minute, () => waiting().length === 0);
        for (const { level, text } of told) {
          const arrived = there.arrived.filter(({ body }) => (JSON.parse(body) as { text: string }).text === `${text}, in percent`);
          if (level === 'danger')
            assert.ok(
              arrived.some(({ fault }) => fault === undefined || fault === 'garbage'),
              `${text} never arrived`,
            );
          else assert.ok(arrived.filter(({ fault }) => !refused.has(fault)).length <= 1, `${text} arrived twice`);
        }
        assert.deepEqual(waiting(), []);
        await windows[0]!.shared.ask({ do: 'dropOutlet', id });
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });

  describe('and the ping of a dead man’s switch', () => {
    let sender: Sender;
    beforeEach(async () => {
      await adds('ping');
      sender = opens();
      await within(5_000, 'the outlet is known', () => sender.delivery.outlets().length === 1);
    });
    const reads = async (...how: Parameters<Sender['reads']>): Promise<number> => {
      const before = there.arrived.length;
      sender.reads(...how);
      await idle();
      return there.arrived.length - before;
    };

    it('goes after each complete reading of all accounts, at most once a minute', async () => {
      sender.states = [...sender.states, { account: account('2'), reading: false }];
      assert.equal(await reads(), 1);
      clock.jump(30_000);
      assert.equal(await reads(), 0);
      clock.jump(30_000);
      sender.changed.fire({ accountId: '1', what: 'live' });
      await idle();
      assert.equal(there.arrived.length, 2, 'for what was read meanwhile');
      clock.jump(minute);
      sender.changed.fire({ accountId: '1', what: 'live' });
      await idle();
      assert.equal(there.arrived.length, 2, 'nothing was read');
      assert.equal(await reads(), 1);
      assert.deepEqual(there.arrived[0]?.path, '/ping/8d1f1a4e');
    });

    it('is no news for other windows each time, and one that takes over knows of the last', async () => {
      const versions = new Set<string | undefined>();
      const pings = async (count: number): Promise<void> => {
        for (let at = 0; at < count; at += 1) {
          clock.jump(minute);
          assert.equal(await reads(), 1);
          await within(5_000, 'it is noted', () => cabinet.query('SELECT success FROM outlets')[0]?.['success'] === clock.now());
          versions.add((await windows[1]!.shared.ask({ do: 'warnings' }))?.version);
        }
      };
      await pings(6);
      assert.ok(versions.size <= 2);
      const next = opens(1);
      next.isReader = false;
      await within(5_000, 'the outlet is known', () => next.delivery.outlets().length === 1);
      await pings(10);
      assert.ok([2, 3].includes(versions.size), 'when it last arrived is told now and then');
      next.isReader = true;
      next.turned.fire(undefined);
      await within(5_000, 'it knows', () => next.delivery.outlets()[0]?.success === clock.now());
      there.faults.push('broken');
      clock.jump(minute);
      await reads();
      await within(5_000, 'it is noted', () => cabinet.query('SELECT failure FROM outlets')[0]?.['failure'] === clock.now());
      assert.ok(!versions.has((await windows[1]!.shared.ask({ do: 'warnings' }))?.version), 'that one fails is');
    });

    it('does not go while anything cannot be read, nor by a window that does not read', async () => {
      for (const how of ['failing', 'gap'] as const) {
        clock.jump(minute);
        assert.equal(await reads(how), 0, how);
      }
      sender.isReader = false;
      clock.jump(minute);
      assert.equal(await reads(), 0);
      sender.isReader = true;
      assert.equal(await reads(), 1);
      await within(5_000, 'it is noted', () => cabinet.query('SELECT success FROM outlets')[0]?.['success'] === clock.now());
      const next = opens(1);
      await within(5_000, 'the outlet is known', () => next.delivery.outlets().length === 1);
      next.reads();
      await idle();
      assert.equal(there.arrived.length, 1, 'a window that takes over waits out the minute');
    });

    it('is told to fail when it is refused, or fails for an hour', async () => {
      there.faults.push('redirect');
      await reads();
      await within(5_000, 'it is noted', () => notices().length === 1);
      clock.jump(minute);
      await reads();
      await within(5_000, 'it is noted', () => cabinet.query('SELECT dead FROM outlets')[0]?.['dead'] === 0);
      there.faults.push(...Array<Fault>(3).fill('broken'));
      for (const wait of [minute, 30 * minute, 30 * minute]) {
        clock.jump(wait);
        await looks();
        await reads();
        await settled();
      }
      await within(5_000, 'it is noted', () => notices().length === 2);
    });
  });
});
