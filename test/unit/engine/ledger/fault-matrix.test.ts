// The outcome of a change when something goes wrong at the exchange: every fault of both simulated exchanges, each kind of change, both
// directions, through the real adapters over real HTTP. Told are the state, the words and what is held up; nothing may be sent twice.
import assert from 'node:assert/strict';
import { decimal as d, multiply } from '../../../../src/core/decimal.ts';
import { english } from '../../../../src/core/message.ts';
import { targetKey, type Direction, type Snapshot } from '../../../../src/core/model.ts';
import { connectBybit } from '../../../../src/exchanges/bybit/connect.ts';
import { requestOf } from '../../../../src/engine/actions.ts';
import type { Change, Connection } from '../../../../src/exchanges/exchange.ts';
import { connectOkx } from '../../../../src/exchanges/okx/connect.ts';
import { MemoryJournal } from './memory-journal.ts';
import { Ledger, Refusal, type WriteRecord, type WriteState } from '../../../../src/engine/ledger/ledger.ts';
import { changeTarget } from '../../../../src/engine/ledger/write-states.ts';
import { startBybit } from '../../../../src/simulator/bybit/start.ts';
import { startSimulator } from '../../../../src/simulator/okx/start.ts';
import { outcomeText } from '../../../../src/words/outcome.ts';
import { isWritePath } from '../../../crash/protocol.ts';
import { systems, type System } from '../../../crash/systems.ts';
import { account, ignore, noLimits } from './support.ts';
import { says, saysInTurn, saysLike } from '../../../texts.ts';
import { PassingClock } from '../../passing-clock.ts';

interface Bench {
  readonly clock: PassingClock;
  readonly ledger: Ledger;
  /** What the exchange has on its first day, which is always the same. */
  read(): Promise<Snapshot>;
  fault(name: string): Promise<void>;
  /** Sent by another program. */
  elsewhere(change: Change): Promise<void>;
  /** Called when a change was written down as sent and has not left yet. */
  beforeLeaving: () => Promise<void>;
  /** What the exchange itself says that it was asked and what it did, on the loan or position in question. */
  truth(): Promise<{ readonly requests: number; readonly accepted: number; readonly done: number }>;
  end(): Promise<void>;
}

const snapshots = new Map<string, Snapshot>();

interface Recorded {
  readonly adjustments: readonly Readonly<Record<string, unknown>>[];
  readonly margins: readonly Readonly<Record<string, unknown>>[];
  readonly requests: Readonly<Record<string, number>>;
}

async function open(system: System, settleMs: number): Promise<Bench> {
  const { venue, kind } = system;
  const clock = new PassingClock();
  const options = { walk: false, settleMs, clock };
  const simulator = venue === 'okx' ? await startSimulator(options) : await startBybit(options);
  const line = { account: { site: 'loopback', baseUrl: simulator.url }, keys: () => Promise.resolve({ ...simulator.keys }), clock };
  const connections: Connection[] = [];
  // New each time: limits are per connection, too long to wait for here.
  const connect = (): Connection => {
    const connection = venue === 'okx' ? connectOkx(line) : connectBybit(line);
    connections.push(connection);
    return connection;
  };
  let ids = 0;
  const journal = new MemoryJournal();
  const append = journal.append.bind(journal);
  journal.append = async (record) => {
    await append(record);
    if (record.state === 'sent') await bench.beforeLeaving();
  };
  const ledger = new Ledger({
    journal,
    book: { get: () => account({ venue, site: 'loopback', baseUrl: simulator.url }) },
    connections: { get: () => Promise.resolve(connect()) },
    clock,
    newId: () => `w${(ids += 1).toString()}`,
    maxPreviewAgeMs: () => 60_000,
    proofPatienceMs: 60_000,
    window: 'this window',
    arming: { state: () => ({ armed: true, until: 'restart' }) },
    limits: () => ({ ...noLimits, borrowPerDayUsd: () => d('100000') }),
  });
  const bench: Bench = {
    clock,
    ledger,
    beforeLeaving: () => Promise.resolve(),
    elsewhere: async (change) => {
      await requestOf(connect(), change).send(change);
      // The limits of the exchange are by user, and shared.
      clock.time += 2_000;
    },
    async read() {
      const snapshot = snapshots.get(venue) ?? (await connect().read());
      snapshots.set(venue, snapshot);
      return snapshot;
    },
    async fault(fault) {
      const about = isAboutRows(fault) ? {} : { times: 1 };
      const answer = await fetch(`${simulator.url}/__simulator/fault`, {
        method: 'POST',
        body: JSON.stringify({ fault, ...about, ...at(fault) }),
      });
      assert.equal(answer.status, 200, await answer.text());
    },
    async truth() {
      const { adjustments, margins, requests } = (await (await fetch(`${simulator.url}/__simulator/record`)).json()) as Recorded;
      const rows = (kind === 'margin' ? margins : adjustments).filter((row) => system.concerns(row));
      const sent = Object.entries(requests).filter(([path]) => isWritePath(path));
      return {
        requests: sent.reduce((sum, [, count]) => sum + count, 0),
        accepted: rows.length,
        done: rows.filter(({ state }) => state === 'effective').length,
      };
    },
    async end() {
      ledger.dispose();
      for (const connection of connections) connection.dispose();
      await simulator.close();
    },
  };
  return bench;

  /** These would strike the next read, where no endpoint is named. */
  function at(fault: string): { readonly endpoint?: string } {
    if (fault !== '5xx' && fault !== 'lost-after-acting') return {};
    if (kind === 'repay' || kind === 'repay-collateral' || kind === 'borrow') return { endpoint: `/${kind}` };
    if (kind === 'collateral') return { endpoint: venue === 'okx' ? 'adjust-collateral' : '/adjust-ltv' };
    return { endpoint: venue === 'okx' ? 'margin-balance' : '/add-margin' };
  }
}

const isAboutRows = (fault: string): boolean => fault.endsWith('-rows') || fault.startsWith('rows-');

interface Expected {
  readonly state: WriteState;
  readonly words: RegExp;
  readonly accepted: number;
  readonly done: number;
}

const done: Expected = { state: 'effective', words: saysLike('outcome.done-now'), accepted: 1, done: 1 };
const unknown: Expected = { state: 'unknown', words: saysLike('outcome.unknown'), accepted: 0, done: 0 };
const waiting: Expected = {
  state: 'accepted',
  words: saysLike('outcome.accepted'),
  accepted: 1,
  done: 0,
};
const frozen: Expected = { state: 'mismatch', words: saysLike('outcome.mismatch'), accepted: 1, done: 1 };
const failed: Expected = {
  state: 'not-effective',
  words: saysInTurn(says('activity.not-executed'), saysLike('collateral.accepted-but-failed')),
  accepted: 1,
  done: 0,
};

interface Case {
  readonly fault: string;
  readonly expected: (system: System) => Expected | undefined;
}

/** Undefined where the fault cannot strike: no history of margin is read. */
const cases: readonly Case[] = [
  { fault: 'none', expected: () => done },
  { fault: 'lost-after-acting', expected: () => done },
  { fault: '5xx-after-acting', expected: () => done },
  { fault: 'lost-before-acting', expected: () => unknown },
  { fault: '5xx', expected: () => unknown },
  { fault: 'never-settled', expected: () => waiting },
  { fault: 'settled-late', expected: () => done },
  { fault: 'reversed-direction', expected: () => frozen },
  {
    fault: 'wrong-amount',
    // Bybit shows margin in two figures, and only if both agree is an account frozen: here a person decides.
    expected: ({ name }) => (name === 'Bybit margin' ? { ...waiting, done: 1 } : frozen),
  },
  {
    fault: 'settlement-failed',
    // Only the history of the newer loans lists failures.
    expected: ({ name, venue }) => (venue === 'okx' ? undefined : name.startsWith('Bybit pool') ? failed : waiting),
  },
  { fault: 'doubled-rows', expected: ({ kind }) => (kind === 'margin' ? undefined : done) },
  { fault: 'rows-out-of-order', expected: ({ kind }) => (kind === 'margin' ? undefined : done) },
  { fault: 'lost-after-acting and doubled-rows', expected: ({ kind }) => (kind === 'margin' ? undefined : done) },
  { fault: 'lost-after-acting and rows-out-of-order', expected: ({ kind }) => (kind === 'margin' ? undefined : done) },
];

const twice: Expected = { ...frozen, words: saysLike('collateral.may-be-twice') };

/** What another program may do with the same loan or position at the same moment; where the two can't be told apart, a person decides. */
const meetings: readonly {
  readonly what: string;
  readonly theirs: (change: Change) => Change;
  /** Undefined where nobody can ask for it. */
  readonly comes: (system: System) => Pick<Expected, 'state' | 'words'> | undefined;
}[] = [
  // OKX writes a bill for each change of margin, so ours can be identified; Bybit has only the position itself.
  {
    what: 'the very same',
    theirs: asOfAnother,
    // Bybit gives a sale no id, so that two alike can't be told apart.
    comes: ({ kind, venue }) => (kind === 'repay-collateral' ? waiting : kind !== 'margin' ? twice : venue === 'okx' ? frozen : waiting),
  },
  {
    what: 'another amount',
    theirs: (change) => asOfAnother({ ...change, amount: multiply(change.amount, d('0.5')) }),
    comes: ({ kind, venue }) => (kind === 'margin' && venue !== 'okx' ? waiting : done),
  },
  {
    what: 'the opposite',
    theirs: (change) => ({ ...change, direction: change.direction === 'add' ? 'reduce' : 'add' }) as Change,
    comes: ({ kind }) => (kind === 'collateral' || kind === 'margin' ? waiting : undefined),
  },
];

/** Another program has ids of its own. */
function asOfAnother(change: Change): Change {
  return change.kind === 'repay' || change.kind === 'borrow' ? { ...change, requestId: 'another' } : change;
}

/** More than fees and funding could explain: half of a small change would look like them. */
function asked(system: System, snapshot: Snapshot, direction: Direction): Change {
  const change = system.change(snapshot, direction);
  return system.name === 'OKX margin' ? { ...change, amount: d('600') } : change;
}

const words = (record: WriteRecord, { venue }: System): string =>
  english(outcomeText(record, venue === 'okx' ? 'OKX' : 'Bybit', false).sentence);

const pointingTo =
  (record: WriteRecord, pattern: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof Refusal, String(error));
    assert.equal(error.openWrite?.id, record.id);
    assert.match(error.message, pattern);
    return true;
  };

for (const system of systems) {
  describe(`a change when something goes wrong: ${system.name}`, () => {
    for (const direction of system.directions) {
      for (const { fault, expected } of cases) {
        const comes = expected(system);
        if (comes === undefined) continue;
        it(`${direction}, ${fault}: ${comes.state}`, async () => {
          const bench = await open(system, 1_000);
          try {
            await carriedOut(bench, system, (snapshot) => asked(system, snapshot, direction), fault.split(' and '), comes);
          } finally {
            await bench.end();
          }
        }).timeout(30_000);
      }
    }

    for (const direction of system.directions) {
      for (const { what, theirs, comes } of meetings) {
        const expected = comes(system);
        if (expected === undefined) continue;
        it(`${direction}, while somebody else asks for ${what}: ${expected.state}`, async () => {
          const bench = await open(system, 1_000);
          try {
            const { ledger } = bench;
            const change = system.change(await bench.read(), direction);
            const preview = await ledger.preview('a', change);
            bench.beforeLeaving = () => bench.elsewhere(theirs(change));
            const record = await ledger.commit(preview, ignore);
            assert.equal(record.state, expected.state);
            assert.match(words(record, system), expected.words);
            assert.deepEqual(await bench.truth(), { requests: 2, accepted: 2, done: 2 });
          } finally {
            await bench.end();
          }
        }).timeout(30_000);
      }
    }

    if (system.name === 'OKX margin') {
      it('freezes by the bill what is wrong by no more than fees and funding could explain in the position', async () => {
        const bench = await open(system, 1_000);
        try {
          const small = (snapshot: Snapshot): Change => ({ ...asked(system, snapshot, 'add'), amount: d('5') });
          await carriedOut(bench, system, small, ['wrong-amount'], { ...frozen, done: 1 });
        } finally {
          await bench.end();
        }
      }).timeout(30_000);
    }

    if (system.kind !== 'margin') {
      it('is found done by a later look when it settles after the patience of who sent it', async () => {
        const bench = await open(system, 90_000);
        try {
          const { ledger, clock } = bench;
          const record = await ledger.commit(await ledger.preview('a', asked(system, await bench.read(), system.directions[0]!)), ignore);
          assert.equal(record.state, 'accepted');
          assert.match(words(record, system), waiting.words);
          clock.time += 60_000;
          await ledger.reconcile('a');
          assert.deepEqual(ledger.open('a'), []);
          assert.equal((await ledger.steps(record.id)).at(-1)?.state, 'effective');
          assert.deepEqual(await bench.truth(), { requests: 1, accepted: 1, done: 1 });
        } finally {
          await bench.end();
        }
      }).timeout(30_000);
    }
  });
}

function small(change: Change): Change {
  if (change.kind === 'repay-collateral') return { ...change, amount: d('0.05') };
  if (change.kind === 'borrow') return { ...change, amount: d('20') };
  return { ...change, direction: 'add', amount: d(change.kind === 'repay' ? '0.01' : '0.001') };
}

async function carriedOut(
  bench: Bench,
  system: System,
  changeFrom: (snapshot: Snapshot) => Change,
  faults: readonly string[],
  comes: Expected,
): Promise<void> {
  const { ledger, clock } = bench;
  const snapshot = await bench.read();
  const change = changeFrom(snapshot);
  const preview = await ledger.preview('a', change);
  for (const fault of faults) if (fault !== 'none') await bench.fault(fault);
  const record = await ledger.commit(preview, ignore);
  assert.equal(record.state, comes.state);
  assert.match(words(record, system), comes.words);
  assert.deepEqual(await bench.truth(), { requests: 1, accepted: comes.accepted, done: comes.done });

  clock.time += 61_000;
  await ledger.reconcile('a');
  const after = (await ledger.steps(record.id)).at(-1);
  assert.equal(after?.state, comes.state, 'a later look makes something else of it');
  assert.deepEqual(ledger.frozen('a')?.id, comes.state === 'mismatch' ? record.id : undefined);
  await heldUp(bench, system, snapshot, change, record);
  assert.equal((await bench.truth()).requests, 1);
}

/** What is open holds up its own loan or position, a freeze the whole account; once a person has spoken, nothing is held up. */
async function heldUp({ ledger }: Bench, system: System, snapshot: Snapshot, change: Change, record: WriteRecord): Promise<void> {
  const others = systems
    .filter(({ venue, name }) => venue === system.venue && name !== system.name)
    .map((one) => one.change(snapshot, 'add'));
  const elsewhere = others.find((one) => targetKey(changeTarget(one)) !== targetKey(changeTarget(change)));
  assert.ok(elsewhere !== undefined);
  if (record.state === 'mismatch') {
    await assert.rejects(ledger.preview('a', change), pointingTo(record, /frozen/));
    await assert.rejects(ledger.preview('a', elsewhere), pointingTo(record, /frozen/));
    await ledger.settle(record.id, 'lift-freeze');
  } else if (record.state === 'accepted' || record.state === 'unknown') {
    await assert.rejects(ledger.preview('a', change), pointingTo(record, saysLike('refusal.unfinished')));
    await ledger.preview('a', elsewhere);
    await ledger.settle(record.id, 'not-effective');
  }
  // A change of the same amount may be too much now, but the ledger itself doesn't block it.
  await ledger.preview('a', small(change));
  await ledger.preview('a', elsewhere);
}
