import assert from 'node:assert/strict';
import { decimal, multiply } from '../../../../src/core/decimal.ts';
import { Emitter } from '../../../../src/core/emitter.ts';
import { msg } from '../../../../src/core/message.ts';
import type { Position, Snapshot, Vanished, HaircutRule } from '../../../../src/core/model.ts';
import { Store, type StoreChange } from '../../../../src/engine/monitor/store.ts';
import { newsOf } from '../../../../src/engine/monitor/reading-news.ts';
import { settled } from '../../core/fake-clock.ts';
import { account, failure, snapshot, World } from './support.ts';

const slot = 'a';

const rules: Readonly<Record<string, HaircutRule>> = {
  BTC: {
    by: 'value',
    tiers: [
      { upTo: decimal('10000'), rate: decimal('0.8') },
      { upTo: decimal('20000'), rate: decimal('0.7') },
    ],
  },
  USDC: { by: 'amount', tiers: [{ rate: decimal('0.724800000000000001') }], recovered: true },
};

/** With every figure a position can have. */
const position: Position = {
  positionId: '1',
  instrument: 'BTC-USDT',
  market: 'MARGIN',
  slot: 'net',
  side: 'long',
  marginCoin: 'BTC',
  contract: 'borrowed',
  marginMode: 'isolated',
  size: decimal('0.00190433573'),
  sizeCoin: 'BTC',
  exposure: decimal('0.00190433573'),
  baseCoin: 'BTC',
  priceCoin: 'USDT',
  entryPrice: decimal('52502.26'),
  markPrice: decimal('53615.1'),
  lastPrice: decimal('53615.2'),
  liquidationPrice: decimal('53615.448336593756'),
  leverage: decimal('5'),
  margin: decimal('0.000381'),
  maintenanceMargin: decimal('0.0000193'),
  marginRatio: decimal('9.404143929947395'),
  unrealizedPnl: decimal('-0.0000033452492717'),
  debt: { coin: 'USDT', amount: decimal('99.9998177776581948'), usd: decimal('100'), usdEstimated: true },
  fixedMargin: msg('test', 'Cross margin: {0}', 'BTC'),
  distress: msg('bybit.liquidating-position-now-2', 'Bybit is liquidating this position now.'),
};

async function world(): Promise<World & { heard: StoreChange[] }> {
  const made = new World();
  await made.book.add(account('a'));
  await made.book.add(account('b'));
  const heard: StoreChange[] = [];
  made.store.onDidChange((change) => heard.push(change));
  return Object.assign(made, { heard });
}

describe('the store', () => {
  it('knows every account, also before anything was read', async () => {
    const { store } = await world();
    assert.deepEqual(store.all(), [
      { account: account('a'), reading: false },
      { account: account('b'), reading: false },
    ]);
    assert.equal(store.get('c'), undefined);
  });

  it('tells of every read, because the age has changed even when no figure has', async () => {
    const { store, clock, heard } = await world();
    store.begin('a');
    assert.equal(store.get('a')?.reading, true);
    store.succeed('a', snapshot(clock.now()));
    store.begin('a');
    store.succeed('a', snapshot(clock.now()));
    assert.equal(store.get('a')?.reading, false);
    assert.deepEqual(heard, Array(4).fill({ accountId: 'a', what: 'state' }));
  });

  it('keeps the last figures and their age when a read fails, and counts the failures in a row', async () => {
    const { store, clock } = await world();
    const first = snapshot(clock.now());
    store.succeed('a', first);
    clock.jump(1000);
    const since = clock.now();
    store.fail('a', failure('network'));
    clock.jump(1000);
    const second = failure('unavailable');
    store.fail('a', second);
    const state = store.get('a');
    assert.deepEqual(state?.snapshot, first);
    assert.deepEqual(state.failure, { error: second, since, at: clock.now(), attempts: 2 });
    store.succeed('a', snapshot(clock.now()));
    assert.equal(store.get('a')?.failure, undefined);
  });

  it('shows and keeps why a read failed as far as that is known besides', async () => {
    const { book, storage, clock } = await world();
    const better = failure('maintenance');
    const store = new Store({ book, storage, clock, newsOf, explain: ({ id }, error) => (id === 'a' ? better : error) });
    for (const id of ['a', 'b']) store.fail(id, failure('network'));
    assert.deepEqual([store.get('a')?.failure?.error, store.get('b')?.failure?.error.kind], [better, 'network']);
    store.fail('gone', failure('network'));
    assert.deepEqual(
      storage.kept.map(({ accountId, reading }) => [accountId, 'failure' in reading && reading.failure.error.kind]),
      [
        ['a', 'maintenance'],
        ['b', 'network'],
      ],
    );
  });

  it('keeps one account out of the failures of another', async () => {
    const { store, clock } = await world();
    store.succeed('b', snapshot(clock.now()));
    store.fail('a', failure('auth'));
    assert.equal(store.get('b')?.failure, undefined);
    assert.equal(store.get('a')?.snapshot, undefined);
  });

  it('has the last figures at once after a restart, every digit and the old age', async () => {
    const { store, storage, book, clock } = await world();
    const read = snapshot(clock.now());
    store.succeed('a', read);
    clock.jump(3_600_000);
    const again = new Store({ book, storage, clock, newsOf });
    assert.deepEqual(again.get('a'), { account: account('a'), snapshot: read, reading: false });
  });

  it('hands over each reading of one account only, with when it ended and by what right, for the database to write what changed', async () => {
    const { store, storage, book, clock } = await world();
    const pass = { fence: 7, window: 'w' };
    for (const [id, ltv] of [
      ['a', '0.58'],
      ['b', '0.6'],
      ['a', '0.58'],
      ['b', '0.6'],
      ['b', '0.61'],
      ['a', '0.58'],
    ] as const) {
      clock.jump(30_000);
      store.succeed(id, snapshot(clock.now(), ltv), pass);
    }
    store.fail('b', failure(), pass);
    assert.deepEqual(
      storage.kept.map(({ accountId, reading }) => [accountId, 'snapshot' in reading ? reading.snapshot.loans[0]?.ltv : 'failed']),
      [
        ['a', '0.58'],
        ['b', '0.6'],
        ['a', '0.58'],
        ['b', '0.6'],
        ['b', '0.61'],
        ['a', '0.58'],
        ['b', 'failed'],
      ],
    );
    assert.ok(storage.kept.every((one) => one.pass === pass));
    assert.equal(storage.kept.at(-1)?.reading.at, clock.now());
    assert.equal(store.get('a')?.snapshot?.asOf, clock.now());
    // The next start finds the figures, and they come back after they were let go of.
    const again = new Store({ book, storage, clock, newsOf });
    assert.notEqual(again.get('a')?.snapshot, undefined);
    again.forget('a');
    assert.equal(storage.get('a'), undefined);
    again.succeed('a', snapshot(clock.now(), '0.58'));
    assert.notEqual(storage.get('a'), undefined);
  });

  it('writes them again when they could not be written', async () => {
    const { store, storage, clock } = await world();
    storage.failing = true;
    store.succeed('a', snapshot(clock.now()));
    await settled();
    storage.failing = false;
    store.succeed('a', snapshot(clock.now()));
    assert.notEqual(storage.get('a'), undefined);
  });

  it('shows the last figures when storage brings them after the window opened, and not over newer ones', async () => {
    const { storage, book, clock } = await world();
    const old = snapshot(clock.now());
    clock.jump(60_000);
    const loaded = new Emitter<undefined>();
    let isThere = false;
    const late = new Store({
      newsOf,
      book,
      clock,
      storage: {
        get: () => (isThere ? old : undefined),
        keep: storage.keep.bind(storage),
        forget: storage.forget.bind(storage),
        onDidLoad: (listener) => loaded.on(listener),
      },
    });
    const heard: string[] = [];
    assert.equal(late.get('a')?.snapshot, undefined);
    late.succeed('b', snapshot(clock.now()));
    late.onDidChange(({ accountId }) => heard.push(accountId));
    isThere = true;
    loaded.fire(undefined);
    assert.equal(late.get('a')?.snapshot?.asOf, old.asOf);
    assert.equal(late.get('b')?.snapshot?.asOf, clock.now());
    assert.deepEqual(heard, ['a']);
  });

  it('has haircuts, prices and positions after a restart, too, because estimates are made of them', async () => {
    const { storage, book, clock } = await world();
    const plain = snapshot(clock.now());
    const whole: Snapshot = {
      ...plain,
      loans: plain.loans.map((loan) => ({ ...loan, haircuts: rules })),
      positions: [position],
      prices: { BTC: decimal('88000.123456789012345678'), USDT: decimal('1') },
    };
    // As it is stored: text.
    await storage.update(slot, JSON.parse(JSON.stringify(whole)));
    assert.deepEqual(new Store({ book, storage, clock, newsOf }).get('a')?.snapshot, whole);
  });

  it('has them after a restart however long a figure is that we made of those of a venue', async () => {
    const { storage, book, clock } = await world();
    const [amount, usd] = [decimal('9'.repeat(79)), multiply(decimal('9'.repeat(79)), decimal('88000.12'))];
    const whole: Snapshot = { ...snapshot(clock.now()), wallet: [{ coin: 'BTC', amount, usd, usdEstimated: true }] };
    await storage.update(slot, JSON.parse(JSON.stringify(whole)));
    assert.deepEqual(new Store({ book, storage, clock, newsOf }).get('a')?.snapshot, whole);
  });

  it('does not let an overtaken answer replace a newer one', async () => {
    const { store, clock } = await world();
    clock.jump(10_000);
    const newer = snapshot(clock.now(), '0.7');
    store.succeed('a', newer);
    store.succeed('a', snapshot(clock.now() - 5_000, '0.5'));
    assert.deepEqual(store.get('a')?.snapshot, newer);
  });

  it('lets go of figures that a wrong clock dated into the future', async () => {
    const { store, clock } = await world();
    store.succeed('a', snapshot(clock.now() + 86_400_000, '0.5'));
    const now = snapshot(clock.now(), '0.7');
    store.succeed('a', now);
    assert.deepEqual(store.get('a')?.snapshot, now);
  });

  const odd: [string, (whole: ReturnType<typeof snapshot>) => unknown][] = [
    ['nothing', () => null],
    ['text', () => 'x'],
    ['no age', ({ loans, wallet }) => ({ loans, wallet })],
    ['an age that is no time', (whole) => ({ ...whole, asOf: '1' })],
    ['an LTV that is a number', (whole) => ({ ...whole, loans: [{ ...whole.loans[0], ltv: 0.58 }] })],
    ['an empty LTV', (whole) => ({ ...whole, loans: [{ ...whole.loans[0], ltv: '' }] })],
    ['an amount with an exponent', (whole) => ({ ...whole, wallet: [{ coin: 'BTC', amount: '1e3' }] })],
    ['a loan without id', (whole) => ({ ...whole, loans: [{ ...whole.loans[0], id: '' }] })],
    [
      'a haircut that is no amount',
      (whole) => ({ ...whole, loans: [{ ...whole.loans[0], haircuts: { BTC: { by: 'value', tiers: [{ rate: 0.8 }] } } }] }),
    ],
    [
      'a haircut by nothing known',
      (whole) => ({ ...whole, loans: [{ ...whole.loans[0], haircuts: { BTC: { by: 'weight', tiers: [] } } }] }),
    ],
    ['a price that is a number', (whole) => ({ ...whole, prices: { BTC: 88000 } })],
    ['an empty price', (whole) => ({ ...whole, prices: { BTC: '' } })],
    ['a position that is on neither side', (whole) => ({ ...whole, positions: [{ ...position, side: 'both' }] })],
    ['something vanished of no kind', (whole) => ({ ...whole, vanished: [{ kind: 'x', id: '1', name: '1', lastSeen: 1, noticed: 1 }] })],
    ['a threshold from nowhere', (whole) => ({ ...whole, loans: [{ ...whole.loans[0], marginCall: { ltv: '0.7' } }] })],
  ];
  for (const [name, spoil] of odd) {
    it(`shows nothing rather than a stored snapshot with ${name}`, async () => {
      const { storage, book, clock } = await world();
      await storage.update(slot, spoil(snapshot(clock.now())));
      assert.equal(new Store({ book, storage, clock, newsOf }).get('a')?.snapshot, undefined);
    });
  }

  it('forgets a removed account, in storage too, and does not resurrect it by an answer that comes later', async () => {
    const { store, storage, book, clock, heard } = await world();
    store.succeed('a', snapshot(clock.now()));
    store.begin('a');
    await book.remove('a');
    store.succeed('a', snapshot(clock.now()));
    store.fail('a', failure());
    assert.equal(store.get('a'), undefined);
    assert.equal(storage.get(slot), undefined);
    assert.deepEqual(heard.at(-1), { accountId: 'a', what: 'account' });
    await book.add(account('a'));
    assert.deepEqual(store.get('a'), { account: account('a'), reading: false });
  });

  it('lets go of the figures of an account that has the keys of another user now, in storage too, and of nothing else', async () => {
    const { store, storage, clock, heard } = await world();
    for (const id of ['a', 'b']) store.succeed(id, snapshot(clock.now()));
    store.forget('a');
    assert.deepEqual(store.get('a'), { account: account('a'), reading: false });
    assert.equal(storage.get(slot), undefined);
    assert.deepEqual(heard.at(-1), { accountId: 'a', what: 'state' });
    assert.notEqual(store.get('b')?.snapshot, undefined);
    const later = snapshot(clock.now());
    store.succeed('a', later);
    assert.deepEqual(store.get('a')?.snapshot, later);
  });

  it('takes over what another window read when it is newer, and nothing that is older', async () => {
    const { store, storage, clock, heard } = await world();
    const at = clock.now();
    store.succeed('a', snapshot(at - 1_000));
    const own = store.get('a')?.snapshot;
    assert.equal(store.take('a', at, snapshot(at - 1_000), undefined), false, 'its own, which came back');
    assert.equal(store.take('a', at - 1, snapshot(at - 2_000), undefined), false);
    assert.equal(store.get('a')?.snapshot, own);
    clock.jump(60_000);
    heard.length = 0;
    const failed = { error: failure(), since: at + 5, at: at + 5, attempts: 2 };
    assert.equal(store.take('a', at + 5, snapshot(at - 1_000), failed), true);
    assert.deepEqual(
      [store.get('a')?.snapshot, store.get('a')?.failure],
      [own, failed],
      'the figures stay, with what is estimated of them',
    );
    store.fail('a', failure('unavailable'));
    assert.equal(store.get('a')?.failure?.attempts, 3, 'failures are counted on');
    store.begin('a');
    const later = snapshot(clock.now() + 8, '0.6');
    clock.jump(10);
    assert.equal(store.take('a', clock.now(), later, undefined), true);
    assert.deepEqual(store.get('a'), { account: account('a'), snapshot: later, reading: true });
    assert.equal(store.readAt('a'), clock.now());
    assert.equal(
      heard.every(({ accountId, what }) => accountId === 'a' && what === 'state'),
      true,
    );
    assert.equal(storage.kept.length, 2, 'what others read is not written again');
    clock.jump(10);
    assert.equal(store.take('a', clock.now(), undefined, undefined), true);
    assert.equal(store.get('a')?.snapshot, undefined, 'they let go of the figures');
    assert.equal(store.take('gone', clock.now(), later, undefined), false);
  });

  it('shows a new name at once', async () => {
    const { store, book, heard } = await world();
    await book.update('a', { name: 'Main' });
    assert.equal(store.get('a')?.account.name, 'Main');
    assert.deepEqual(heard, [{ accountId: 'a', what: 'account' }]);
  });

  it('goes on when nothing can be stored', async () => {
    const { store, storage, clock } = await world();
    storage.failing = true;
    store.succeed('a', snapshot(clock.now()));
    assert.ok(store.get('a')?.snapshot);
  });

  it('is silent once disposed', async () => {
    const { store, book, heard } = await world();
    store.dispose();
    store.begin('a');
    await book.remove('b');
    assert.deepEqual(heard, []);
  });
});

describe('what could not be read beside what could', () => {
  const sentence = msg('test', 'The loans could not be read.');
  const before = snapshot(1_000);
  const [loan] = before.loans;

  it('stays as it was last seen, with the time of that, until it can be read again', async () => {
    const world = new World();
    await world.book.add(account('a'));
    world.store.succeed('a', before);
    world.store.succeed('a', { ...snapshot(2_000), loans: [], loansTrouble: sentence });
    assert.deepEqual(world.store.get('a')?.snapshot?.loans, [{ ...loan, keptFrom: 1_000 }]);
    assert.equal(world.store.get('a')?.snapshot?.asOf, 2_000);
    // It does not grow younger by being kept again.
    world.store.succeed('a', { ...snapshot(3_000), loans: [], loansTrouble: sentence });
    assert.equal(world.store.get('a')?.snapshot?.loans[0]?.keptFrom, 1_000);
    world.store.succeed('a', snapshot(4_000));
    assert.deepEqual(world.store.get('a')?.snapshot?.loans, before.loans);
    // An answer that knows of none, without trouble, is believed.
    world.store.succeed('a', { ...snapshot(5_000), loans: [] });
    assert.deepEqual(world.store.get('a')?.snapshot?.loans, []);
  });

  it('is only what is missing: what was read stands', async () => {
    const world = new World();
    await world.book.add(account('a'));
    world.store.succeed('a', { ...before, loans: [loan!, { ...loan!, id: 'other', orderId: 'other' }] });
    world.store.succeed('a', { ...snapshot(2_000, '0.61'), loansTrouble: sentence });
    const { loans } = world.store.get('a')!.snapshot!;
    assert.deepEqual(
      loans.map(({ id, ltv, keptFrom }) => [id, ltv, keptFrom]),
      [
        ['12345', '0.61', undefined],
        ['other', '0.58', 1_000],
      ],
    );
  });
});

describe('a time in which nobody watched', () => {
  const minute = 60_000;
  const day = 24 * 60 * minute;

  it('is told for a day, after a restart too, from half an hour on and never below three intervals', async () => {
    const { store, clock, book, storage } = new World();
    await book.add(account('a'));
    const read = (in_ = store): Snapshot['unwatched'] => {
      in_.succeed('a', snapshot(clock.now()));
      return in_.get('a')?.snapshot?.unwatched;
    };
    assert.equal(read(), undefined, 'the first reading ends no gap');
    clock.jump(30 * minute - 1);
    assert.equal(read(), undefined);
    const from = clock.now();
    clock.jump(30 * minute);
    const told = { from, to: clock.now() };
    const again = new Store({ book, storage, clock, newsOf });
    assert.deepEqual(read(again), told);
    clock.jump(minute);
    assert.deepEqual(read(again), told);
    for (let passed = minute; passed + 20 * minute < day; passed += 20 * minute) {
      clock.jump(20 * minute);
      assert.deepEqual(read(again), told);
    }
    clock.jump(20 * minute);
    assert.equal(read(again), undefined);
    const slow = new Store({ book, storage, clock, newsOf, intervalMs: () => 15 * minute });
    clock.jump(40 * minute);
    assert.equal(read(slow), undefined, 'less than three intervals');
    clock.jump(45 * minute);
    assert.ok(read(slow) !== undefined);
  });
});

describe('what is gone', () => {
  const day = 24 * 60 * 60_000;
  // 0.7 of 0.7374 leaves 5 % to the margin call; the sample position is at its liquidation price.
  const near = '0.7';
  const sentence = msg('test', 'It could not be read.');

  async function one(): Promise<{ world: World; read: (change?: Partial<Snapshot>, ltv?: string) => readonly Vanished[] | undefined }> {
    const world = new World();
    await world.book.add(account('a'));
    const read = (change: Partial<Snapshot> = {}, ltv = near): readonly Vanished[] | undefined => {
      world.store.succeed('a', { ...snapshot(world.clock.now(), ltv), ...change });
      return world.store.get('a')?.snapshot?.vanished;
    };
    return { world, read };
  }

  it('is remembered by name, with when it was last seen and when it was missed, after a restart too', async () => {
    const { world, read } = await one();
    const { book, storage, clock } = world;
    const lastSeen = clock.now();
    assert.equal(read({ positions: [position] }), undefined);
    clock.jump(30_000);
    const expected: readonly Vanished[] = [
      { kind: 'position', id: '1', name: 'BTC-USDT', side: 'long', distance: decimal('-0.0000065'), lastSeen, noticed: clock.now() },
      { kind: 'loan', id: '12345', name: '12345', orderId: '12345', distance: decimal('0.05071874'), lastSeen, noticed: clock.now() },
    ];
    assert.deepEqual(read({ loans: [] }), expected);
    await storage.update(slot, JSON.parse(JSON.stringify(storage.get(slot))));
    assert.deepEqual(new Store({ book, storage, clock, newsOf }).get('a')?.snapshot?.vanished, expected);
  });

  it('is told whatever its last level was, apart from what alarmed: a price can jump past everything', async () => {
    const { read } = await one();
    const { liquidationPrice, distress, ...unknown } = position;
    assert.ok(liquidationPrice !== undefined && distress !== undefined, 'what makes the sample an alarm is left out');
    const safe: Position = { ...unknown, positionId: '2', liquidationPrice: decimal('10000') };
    read({ positions: [unknown, safe] }, '0.58');
    assert.deepEqual(
      read({ loans: [] })?.map(({ id, calm, distance }) => [id, calm, distance]),
      [
        ['1', true, undefined],
        ['2', true, '0.81348538'],
        ['12345', true, '0.21345267'],
      ],
    );
  });

  it('was an alarm by its margin ratio too, and none by the liquidation price of the other side of a hedge', async () => {
    const { read } = await one();
    const { distress, liquidationPrice, ...bare } = position;
    assert.ok(distress !== undefined && liquidationPrice !== undefined);
    const option: Position = { ...bare, contract: 'other', positionId: 'option', marginRatio: decimal('1.02') };
    const side = (name: 'long' | 'short', size: string): Position => ({
      ...bare,
      positionId: name,
      side: name,
      contract: 'linear',
      marginMode: 'cross',
      exposure: decimal(size),
      markPrice: decimal('70.01'),
      liquidationPrice: decimal('95.5'),
    });
    read({ loans: [], positions: [option, side('long', '5'), side('short', '10')] });
    assert.deepEqual(
      read({ loans: [] })?.map(({ id, calm, distance }) => [id, calm, distance]),
      [
        ['option', undefined, undefined],
        ['long', true, undefined],
        ['short', true, '0.36409084'],
      ],
    );
  });

  it('is not a loan without any sign of a debt: taking out its last collateral ends it', async () => {
    const { read } = await one();
    const [loan] = snapshot(0).loans;
    const { ltv, debtUsd, ...untold } = { ...loan!, debts: [] };
    for (const free of [{ ...untold, debtUsd: decimal('0') }, { ...untold, debts: [{ coin: 'USDT', amount: decimal('0') }] }, untold]) {
      read({ loans: [free] });
      assert.equal(read({ loans: [] }), undefined);
    }
    for (const owing of [
      { ...untold, ...(debtUsd === undefined ? {} : { debtUsd }) },
      { ...untold, ltv: ltv! },
    ]) {
      read({ loans: [owing] });
      assert.equal(read({ loans: [] })?.length, 1);
      read({ loans: [owing] });
    }
  });

  it('is told apart where only an overdue debt made it an alarm', async () => {
    const { world, read } = await one();
    const due = [{ coin: 'USDT', amount: decimal('1'), at: world.clock.now(), overdue: true }];
    for (const [ltv, overdue] of [
      ['0.58', true],
      [near, undefined],
    ] as const) {
      read({ loans: snapshot(0, ltv).loans.map((loan) => ({ ...loan, due })) });
      assert.equal(read({ loans: [] })?.[0]?.overdue, overdue);
    }
  });

  it('is not what could not be read, and once it is missed, dates from the reading that had it', async () => {
    const { world, read } = await one();
    const lastSeen = world.clock.now();
    read({ positions: [position] });
    world.clock.jump(60_000);
    assert.equal(read({ loans: [], loansTrouble: sentence, positionsTrouble: sentence }), undefined);
    world.clock.jump(60_000);
    assert.deepEqual(
      read({ loans: [], loansTrouble: sentence })?.map(({ kind, lastSeen: seen }) => [kind, seen]),
      [['position', lastSeen]],
    );
    assert.deepEqual(
      read({ loans: [] })?.map(({ kind, lastSeen: seen }) => [kind, seen]),
      [
        ['loan', lastSeen],
        ['position', lastSeen],
      ],
    );
  });

  it('is carried along for 24 hours, through readings with trouble too', async () => {
    const { world, read } = await one();
    read();
    const missed = read({ loans: [] });
    assert.equal(missed?.length, 1);
    world.clock.jump(day - 1);
    assert.deepEqual(read({ loans: [], loansTrouble: sentence }), missed);
    assert.deepEqual(read({ loans: [] }), missed);
    world.clock.jump(1);
    assert.equal(read({ loans: [] }), undefined);
  });

  it('is dropped when it is back, and missed anew when it goes again', async () => {
    const { world, read } = await one();
    read();
    read({ loans: [] });
    assert.equal(read({}, '0.5'), undefined);
    assert.deepEqual(
      read({ loans: [] })?.map(({ calm }) => calm),
      [true],
    );
    assert.equal(read(), undefined);
    world.clock.jump(1_000);
    assert.deepEqual(
      read({ loans: [] })?.map(({ noticed }) => noticed),
      [world.clock.now()],
    );
  });

  it('is ten at most, newest first', async () => {
    const { world, read } = await one();
    for (let index = 0; index < 12; index += 1) {
      read({ loans: [], positions: [{ ...position, positionId: index.toString() }] });
      world.clock.jump(1_000);
    }
    assert.deepEqual(
      read({ loans: [] })?.map(({ id }) => id),
      ['11', '10', '9', '8', '7', '6', '5', '4', '3', '2'],
    );
  });

  it('is an alarm rather than anything else where there are more than ten', async () => {
    const { world, read } = await one();
    const { distress, ...calm } = { ...position, liquidationPrice: decimal('10000') };
    assert.ok(distress !== undefined);
    read({ loans: [], positions: [position] });
    for (let index = 0; index < 12; index += 1) {
      world.clock.jump(1_000);
      read({ loans: [], positions: [{ ...calm, positionId: `calm ${index.toString()}` }] });
    }
    assert.deepEqual(
      read({ loans: [] })?.map(({ id }) => id),
      [...[11, 10, 9, 8, 7, 6, 5, 4, 3].map((index) => `calm ${index.toString()}`), '1'],
    );
  });

  it('does not stay for ever by a wrong clock, and is not taken over by another user of the account', async () => {
    const { world, read } = await one();
    const { clock, store } = world;
    read();
    const [missed] = read({ loans: [] })!;
    await world.storage.update(slot, { ...store.get('a')!.snapshot, vanished: [{ ...missed, noticed: clock.now() + 30 * day }] });
    const again = new Store({ book: world.book, storage: world.storage, clock, newsOf });
    again.succeed('a', { ...snapshot(clock.now()), loans: [] });
    assert.equal(again.get('a')?.snapshot?.vanished?.[0]?.noticed, clock.now());
    again.forget('a');
    again.succeed('a', { ...snapshot(clock.now()), loans: [] });
    assert.equal(again.get('a')?.snapshot?.vanished, undefined);
  });
});
