import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { decimal, type Decimal } from '../../../src/core/decimal.ts';
import { kept } from '../../../src/core/kept.ts';
import { english } from '../../../src/core/message.ts';
import type { Snapshot } from '../../../src/core/model.ts';
import type { WriteRecord } from '../../../src/engine/ledger/ledger.ts';
import type { AccountState, Live } from '../../../src/engine/monitor/store.ts';
import type { Warning } from '../../../src/engine/storage/warning-protocol.ts';
import type { Entry } from '../../../src/views/entry.ts';
import type { Say } from '../../../src/views/gauge-frame.ts';
import { gaugePage } from '../../../src/views/gauges.ts';
import { changesOf, isNothing } from '../../../src/views/page-changes.ts';
import { loansOutline } from '../../../src/views/loans.ts';
import { adopt, renew, type OutlineNode } from '../../../src/views/outline-node.ts';
import { positionsOutline } from '../../../src/views/positions.ts';
import { loanAlarms, positionAlarms, statusOf } from '../../../src/views/status.ts';
import type { ViewContext } from '../../../src/words/account.ts';
import { withChanges } from '../../../src/webview/arrange.ts';
import type { PageState } from '../../../src/core/protocol.ts';
import { holds } from '../property.ts';
import { account, failure, loan, marginWrite, now, position, snapshot, viewContext, write } from './samples.ts';

describe('what is kept', () => {
  it('is made again only when what it is made from has changed', () => {
    let made = 0;
    const row = kept((text: string) => ({ text, count: (made += 1) }));
    const owner = {};
    const first = row(owner, [1, 'a'], 'first');
    assert.equal(row(owner, [1, 'a'], 'second'), first);
    assert.equal(first.text, 'first');
    for (const from of [[1, 'b'], [1], [1, 'a', undefined], ['1', 'a']]) assert.notEqual(row(owner, from, 'third'), first);
    assert.notEqual(row({}, [1, 'a'], 'first'), first);
    assert.equal(made, 6);
  });

  it('is kept by whoever made it, though several keep something of one owner', () => {
    const [upper, lower] = [kept((text: string) => ({ text: text.toUpperCase() })), kept((text: string) => ({ text: text.toLowerCase() }))];
    const owner = {};
    const made = [upper(owner, [1], 'One'), lower(owner, [1], 'One')];
    assert.deepEqual(made, [{ text: 'ONE' }, { text: 'one' }]);
    assert.deepEqual([upper(owner, [1], 'Two') === made[0], lower(owner, [1], 'Two') === made[1]], [true, true]);
    assert.deepEqual(lower(owner, [2], 'Two'), { text: 'two' });
    assert.equal(upper(owner, [1], 'Two'), made[0]);
  });
});

describe('what was made of a reading', () => {
  it('goes with it: of thirty the last is left, also in a view that nobody looks at', async () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const owner = account({ id: 'one' });
    const readings: WeakRef<Snapshot>[] = [];
    let nodes: readonly OutlineNode[] = [];
    let shown: unknown;
    for (let reading = 0; reading < 30; reading += 1) {
      // They change places, as the nearest is first.
      const loans = ['a', 'b'].map((id, at) => loan({ id, orderId: id, ltv: decimal(`0.${String(50 + ((reading + at) % 2))}`) }));
      const read = snapshot({ loans, positions: [position()], asOf: now + reading });
      readings.push(new WeakRef(read));
      const states: readonly AccountState[] = [{ account: owner, snapshot: read, reading: false }];
      const context = viewContext({ now: now + reading });
      const entries = [...loansOutline(states, context), ...positionsOutline(states, context)];
      nodes = reading > 0 && !renew(nodes, entries).all ? nodes : adopt(entries, nodes, undefined);
      for (const node of nodes) node.children ??= adopt(node.entry.children ?? [], [], node);
      shown = [gaugePage(states, context, languages[0]!, { shocks: '-15' }).state, statusOf(states, context)];
    }
    await setImmediate();
    gc();
    assert.equal(readings.filter((one) => one.deref() !== undefined).length, 1);
    assert.ok(nodes.length > 0 && shown !== undefined);
  });
});

/** Everything that the views are made from. */
interface World {
  readonly states: readonly AccountState[];
  readonly now: number;
  readonly intervalMs: number;
  readonly writes: readonly WriteRecord[];
  readonly frozen: boolean;
  readonly armed: boolean;
  readonly hides: boolean;
  /** USD, as the person set it. */
  readonly limit: string;
  readonly warnings: readonly Warning[];
  readonly say: Say;
}

const languages: readonly Say[] = [
  (message) => (typeof message === 'string' ? message : english(message)),
  (message) => (typeof message === 'string' ? message : `«${english(message)}»`),
];

const empty: World = {
  states: ['one', 'two'].map((id) => ({ account: account({ id }), reading: false })),
  ...{ now, intervalMs: 30_000, writes: [], frozen: false, armed: false, hides: false, limit: '100', warnings: [] },
  say: languages[0]!,
};

const contextOf = (world: World): ViewContext =>
  viewContext({
    exchanges,
    now: world.now,
    intervalMs: world.intervalMs,
    when,
    zoned: when,
    openWrites: (id) => world.writes.filter(({ accountId }) => accountId === id),
    frozen: (id) => (world.frozen ? world.writes.find(({ accountId }) => accountId === id) : undefined),
    arming: () => (world.armed ? { armed: true, until: 'always' } : { armed: false }),
    warnings: (id) => world.warnings.filter((one) => one.account === id),
    limits: () => ({ inspect: (name) => (name === 'perActionUsd' ? { globalValue: world.limit } : undefined) }),
    ...(world.hides ? { hidesAmounts: true as const } : {}),
  });
// The same ones each time, as in the editor: otherwise all would be made again.
const { exchanges } = viewContext();
const when = (ms: number): string => new Date(ms).toISOString();

/** As data; what is made later is made now. */
const written = (entries: readonly Entry[]): unknown =>
  entries.map(({ details, spoken, children = [], ...entry }) => ({ ...entry, spoken, details: details?.(), children: written(children) }));

function seen(world: World, states: readonly AccountState[]): unknown {
  const context = contextOf(world);
  const page = gaugePage(states, context, world.say, { shocks: '-15' });
  const status = statusOf(states, context);
  return {
    loans: written(loansOutline(states, context)),
    positions: written(positionsOutline(states, context)),
    status: {
      ...status,
      rows: status?.rows.map(({ account, what, ltv, level, distance, age }) => [account, what, ltv, level, distance, age]),
    },
    alarms: [loanAlarms(states, context), positionAlarms(states, context)],
    page: page.state,
    places: [...page.places],
    simulatedOnly: page.simulatedOnly,
  };
}

/** The same figures in other objects: nothing was made from them yet. */
const copied = ({ account: of, failure: failed, snapshot: read, ...state }: AccountState): AccountState => ({
  ...structuredClone(state),
  account: structuredClone(of),
  ...(failed === undefined ? {} : { failure: { ...failed } }),
  ...(read === undefined ? {} : { snapshot: structuredClone(read) }),
});

type Step = (world: World) => World;

const an = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const ltvs = an<Decimal | undefined>(...['0.3', '0.57421', '0.574214', '0.66', '0.72', '0.75', '0.9', '-1'].map(decimal), undefined);
const prices = an(...['0.5', '60000', '60010.1', '52560', '52000', '120000'].map(decimal));
const ids = an('one', 'two');

const change =
  (id: string, by: (state: AccountState, world: World) => AccountState): Step =>
  (world) => ({ ...world, states: world.states.map((state) => (state.account.id === id ? by(state, world) : state)) });

const reading: fc.Arbitrary<Step> = fc
  .record({ id: ids, ltv: ltvs, price: prices, several: fc.boolean(), lasts: fc.boolean(), barred: fc.boolean(), gone: fc.boolean() })
  .map(({ id, ltv, price, several, lasts, barred, gone }) =>
    change(id, ({ account: of, snapshot: held }, world) => {
      const { ltv: _, ...bare } = loan();
      const first = lasts ? (held?.loans[0] ?? loan()) : { ...bare, ...(ltv === undefined ? {} : { ltv }) };
      const other = loan({
        id: '678',
        orderId: '678',
        ltv: decimal('0.7'),
        keptFrom: world.now - 40_000,
        debts: [{ coin: 'ETH', amount: price }],
      });
      const read: Snapshot = snapshot({
        loans: gone ? [] : [first, ...(several ? [other] : [])],
        positions: [position({ markPrice: price }), ...(several ? [position({ positionId: 'p2', marginMode: 'cross' })] : [])],
        prices: { BTC: decimal('87065.7875'), USDT: decimal('1'), ETH: price },
        asOf: world.now - 500,
        ...(barred ? { loansTrouble: failure().error.sentence } : {}),
      });
      return { account: of, snapshot: read, reading: false };
    }),
  );

const estimating: fc.Arbitrary<Step> = fc
  .record({
    id: ids,
    ltv: ltvs,
    distance: an('0.3', '0.1', '0.01').map(decimal),
    age: an(0, 16_000, 90_000),
    same: fc.boolean(),
    off: ltvs,
    doubted: fc.boolean(),
  })
  .map(({ id, ltv, distance, age, same, off, doubted }) =>
    change(id, (state, world) => {
      const held = state.live;
      const live: Live = {
        at: world.now - age,
        loans:
          same && held !== undefined
            ? held.loans
            : ltv === undefined
              ? { '12345': 'price' }
              : { '12345': { ltv, toMarginCall: distance, averaged: doubted } },
        positions: { p1: { markPrice: decimal('55000'), distance } },
        off: off === undefined ? {} : { '12345': off },
        doubted: doubted ? ['12345'] : [],
      };
      return { ...state, live };
    }),
  );

const failing = fc
  .tuple(ids, an('network' as const, 'permission' as const))
  .map(([id, kind]) => change(id, (state) => ({ ...state, failure: failure(kind) })));
const begun = ids.map((id) => change(id, (state) => ({ ...state, reading: !state.reading })));
const rated = fc.tuple(ids, an('0.3', '0.9')).map(([id, watch]) =>
  change(id, (state) => ({
    ...state,
    account: { ...state.account, levels: { 'loan:12345': { watch: decimal(watch), warn: decimal('0.2'), danger: decimal('0.1') } } },
  })),
);
const renamed = fc
  .tuple(ids, an('Main', 'Other'), fc.boolean())
  .map(([id, name, simulated]) => change(id, (state) => ({ ...state, account: { ...state.account, name, simulated } })));
const prepared = fc.tuple(ids, an('0.1', '5')).map(([id, amount]) =>
  change(id, (state) => ({
    ...state,
    account: {
      ...state.account,
      rescues: { 'loan:12345': { at: decimal('0.7'), steps: [{ act: 'add', coin: 'BTC', amount: decimal(amount) }] } },
    },
  })),
);
const limited = an('100', '1000000').map((limit): Step => (world) => ({ ...world, limit }));
const waiting = an(1, 249, 1_000, 14_000, 15_000, 30_000, 60_000, 3_600_000, -1_000, -400_000).map((ms): Step => (world) => ({
  ...world,
  now: world.now + ms,
}));
const written1 = fc
  .tuple(ids, fc.boolean(), an('sent' as const, 'accepted' as const, 'unknown' as const))
  .map(([accountId, isMargin, state]): Step => (world) => ({
    ...world,
    writes: [isMargin ? marginWrite({ accountId, state }) : write({ accountId, state })],
  }));
const settled = fc.constant<Step>((world) => ({ ...world, writes: [] }));
const warned = fc.tuple(ids, an(undefined, 5_000, 50_000)).map(([id, snoozedMs]): Step => (world) => ({
  ...world,
  warnings: [
    {
      account: id,
      target: 'level loan:12345',
      level: 'warn',
      since: world.now,
      repeats: 0,
      ...(snoozedMs === undefined ? { acknowledged: 'warn' as const } : { snoozedUntil: world.now + snoozedMs }),
    },
  ],
}));
const set = an<Partial<World>>(
  ...[
    { intervalMs: 10_000 },
    { intervalMs: 300_000 },
    { frozen: true },
    { frozen: false },
    { armed: true },
    { armed: false },
    { hides: true },
    { hides: false },
  ],
  ...languages.map((say) => ({ say })),
).map((part): Step => (world) => ({ ...world, ...part }));

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: reading },
    { weight: 4, arbitrary: estimating },
    { weight: 4, arbitrary: waiting },
    ...[failing, begun, rated, renamed, prepared, prepared, limited, limited, written1, settled, warned, set],
  ),
  { minLength: 2, maxLength: 14 },
);

describe('views of which only what changed is made again', () => {
  it('show what they would show made from nothing, after whatever came', () => {
    holds(
      fc.property(steps, (all) => {
        all.reduce((before, step) => {
          const world = step(before);
          assert.deepEqual(seen(world, world.states), seen(world, world.states.map(copied)));
          return world;
        }, empty);
      }),
      { numRuns: 160 },
    );
  });

  it('leave a loan as it is while another one changes', () => {
    const live = (ltv: string): Live => ({
      at: now - 1_000,
      loans: { b: { ltv: decimal(ltv), averaged: false } },
      positions: {},
      off: {},
      doubted: [],
    });
    const one = account();
    const read = snapshot({ loans: [loan({ id: 'a' }), loan({ id: 'b' })] });
    const state = (ltv: string): AccountState => ({ account: one, snapshot: read, reading: false, live: live(ltv) });
    const context = viewContext();
    const rows = (ltv: string): readonly Entry[] => loansOutline([state(ltv)], { ...context, now: now + 1 })[0]?.children ?? [];
    const gauges = (ltv: string): readonly unknown[] => gaugePage([state(ltv)], { ...context, now: now + 1 }, languages[0]!).state.gauges;
    for (const of of [rows, gauges]) {
      const [before, after] = [of('0.6'), of('0.61')];
      assert.equal(after[0], before[0]);
      assert.notEqual(after[1], before[1]);
    }
  });

  it('tell the page only what differs, from which it has the whole', () => {
    const stateOf = (world: World): PageState => gaugePage(world.states, contextOf(world), world.say, { shocks: '-15' }).state;
    let parts = 0;
    holds(
      fc.property(steps, (all) => {
        let world = empty;
        let page = stateOf(world);
        for (const step of all) {
          const before = stateOf(world);
          world = step(world);
          const after = stateOf(world);
          const changes = changesOf(before, after);
          if (changes !== undefined && after.gauges.length > changes.gauges.length) parts += 1;
          page = changes === undefined ? after : withChanges(page, structuredClone(changes));
          assert.deepEqual(page, after);
          if (changes !== undefined && isNothing(changes)) assert.deepEqual(after, before);
        }
      }),
      { numRuns: 160 },
    );
    assert.ok(parts > 0);
  });

  it('tell the page the whole when lines come, go or move, and nothing when nothing differs', () => {
    const read = (...ids: readonly string[]): PageState =>
      gaugePage(
        [{ account: account(), reading: false, snapshot: snapshot({ loans: ids.map((id) => loan({ id })) }) }],
        viewContext(),
        languages[0]!,
      ).state;
    for (const ids of [['a'], ['a', 'b', 'c'], ['b', 'a'], []]) assert.equal(changesOf(read('a', 'b'), read(...ids)), undefined);
    const same = changesOf(read('a', 'b'), read('a', 'b'));
    assert.ok(same !== undefined && isNothing(same));
  });
});
