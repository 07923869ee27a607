// One field of one row of the shared database holds something else than was written: its neighbours, and all that is asked later, must not notice.
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { aliasOf } from '../../../src/agent/named.ts';
import { statusOf } from '../../../src/agent/status.ts';
import { lookingAt } from '../../../src/cli/state-file.ts';
import { decimal } from '../../../src/core/decimal.ts';
import { english, msg } from '../../../src/core/message.ts';
import { withFigures } from '../../../src/engine/history/figures.ts';
import { stateIn } from '../../../src/engine/storage/state-folder.ts';
import { StateFile } from '../../../src/engine/storage/state-file.ts';
import type { StateAsked } from '../../../src/engine/storage/state-protocol.ts';
import { gaugePage } from '../../../src/views/gauges.ts';
import { statusOf as statusShown } from '../../../src/views/status.ts';
import { saysLike } from '../../texts.ts';
import { memoryFolder } from '../../memory-folder.ts';
import { holds } from '../property.ts';
import { aScene, anAccount, say } from '../views/gauge-scenes.ts';
import { loan, position, snapshot } from '../views/samples.ts';
import { damaged, jsonGarbage } from './garbage.ts';

const now = Date.UTC(2026, 10, 30, 12);
const minute = 60_000;
const place = (folder: string) => ({ folder, busyMs: 1_000, pragmas: [] });

/** All that the database keeps, of an account whose rows are damaged and of its neighbour. */
function fill(file: StateFile): void {
  const ask = (asked: StateAsked): unknown => file.answer(asked);
  const sentence = msg('outlet.remind', 'Nothing was sent to {0} for 30 days. Send a test to see that it still arrives.', 'x');
  for (const id of ['a', 'b']) {
    ask({
      do: 'change',
      change: {
        do: 'add',
        id,
        record: anAccount({
          id,
          name: id,
          uid: id,
          levels: { 'loan:12345': { watch: decimal('0.3'), warn: decimal('0.2'), danger: decimal('0.1') } },
        }),
      },
    });
    ask({ do: 'change', change: { do: 'arm', row: { account: id, window: '', term: 'always', whose: id, given: `given-${id}` } } });
    ask({ do: 'putOutlet', outlet: { id, kind: 'webhook', host: id, enabled: true, least: 'note', amounts: false }, at: now });
    ask({ do: 'noteSent', outlet: id, at: now, result: { failed: sentence } });
    for (const minutes of [3, 2, 1]) {
      const whole = snapshot({
        loans: [loan({ due: [{ coin: 'USDT', amount: decimal('1'), at: now, overdue: false }] })],
        positions: [position()],
        prices: { BTC: decimal('60000') },
        asOf: now - minutes * minute,
      });
      ask(
        withFigures({
          do: 'keepReading',
          reading: { account: id, at: whole.asOf, asOf: whole.asOf, text: JSON.stringify(whole), staleMs: 5 * minute },
          now,
          pass: {},
        }),
      );
    }
    const row = { id: 'r', at: now - 2 * minute, type: 'forced_liquidation', forced: true, coin: 'BTC', amount: decimal('-0.1') };
    const rates = [{ coin: 'USDT', rate: decimal('0.05'), at: now - minute }];
    for (const [kind, rows] of [
      ['event', [row, { ...row, id: 's', amount: decimal('2') }]],
      ['interest', [{ ...row, type: '', forced: false, debt: decimal('1'), rate: decimal('0.1') }]],
    ] as const)
      ask({ do: 'keepVenuePage', page: { account: id, uid: id, kind, loan: '', rows, rates }, now: now - 3 * minute, pass: {} });
    const { version } = file.warnings({ do: 'warnings' })!;
    const about = [{ account: id, target: 'level loan:12345', level: 'danger' as const }];
    ask({
      do: 'putWarnings',
      known: version,
      put: [{ ...about[0]!, since: now, told: now, repeats: 0 }],
      drop: [],
      notices: [{ level: 'danger', sentence, about, accounts: [id] }],
      at: now,
    });
  }
  ask({
    do: 'keepReading',
    reading: {
      account: 'a',
      at: now,
      failure: JSON.stringify({ error: { kind: 'network', sentence, effect: 'none', instead: [] }, since: now, at: now, attempts: 1 }),
    },
    now,
    pass: {},
  });
  ask({
    do: 'keepPrices',
    prices: { site: JSON.stringify(['okx', 'global', undefined]), at: now, prices: '{"BTC":"59000"}' },
    now,
    pass: {},
  });
  ask({ do: 'noteFocus', window: 'w', at: now });
  ask({ do: 'noteAnchor', at: { id: 'i', rows: 1, head: 'h' } });
}

/** Which rows are damaged, by table. What all accounts share says nothing of one of them, and is the file's own. */
const rowsOf: Readonly<Record<string, string>> = {
  accounts: "id = 'a'",
  armed: "account = 'a'",
  snapshots: "account = 'a'",
  readings: "account = 'a'",
  prices: '1',
  warnings: "account = 'a'",
  notices: 'seq = 1',
  outlets: "id = 'a'",
  outbox: "outlet = 'a'",
  focus: '1',
  history_series: "account = 'a'",
  history_points: "series IN (SELECT id FROM history_series WHERE account = 'a')",
  history_gaps: '1',
  venue_rows: "account = 'a'",
  venue_streams: "account = 'a'",
  venue_rates: "account = 'a'",
};

interface Cell {
  readonly table: string;
  readonly column: string;
  readonly isText: boolean;
  /** As it was written, where it is JSON. */
  readonly json: unknown;
}

function cellsIn(file: string): readonly Cell[] {
  const db = new DatabaseSync(file, { readOnly: true });
  const cells = Object.entries(rowsOf).flatMap(([table, where]) => {
    const row = db.prepare(`SELECT * FROM ${table} WHERE ${where} LIMIT 1`).get() ?? {};
    return Object.entries(row).map(([column, value]): Cell => {
      const text = typeof value === 'string' && /^[[{]/.test(value) ? value : undefined;
      return { table, column, isText: typeof value === 'string', json: text === undefined ? undefined : (JSON.parse(text) as unknown) };
    });
  });
  db.close();
  return cells;
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
const anyText = fc.oneof(
  jsonGarbage.map(asText),
  fc.string(),
  fc.constantFrom('0.1|', '0.1 0.2 x 0.4', '|||', '{', '[1', 'a b', 'loan:', 'danger'),
);
/** A number that JavaScript can't hold fails the whole query, and is then told; what is counted on from here must fit too. */
const most = 2 ** 53 - 1_000;
const anyNumber = fc.oneof(fc.constantFrom(0, -1, 2, most, -most), fc.integer({ min: -most, max: most }));

const damage = (cells: readonly Cell[]) =>
  fc
    .constantFrom(...cells)
    .chain(({ json, ...cell }) =>
      (cell.isText
        ? json === undefined
          ? anyText
          : fc.oneof({ weight: 3, arbitrary: damaged(json).map(asText) }, anyText)
        : anyNumber
      ).map((value) => ({ ...cell, value })),
    );

/** What others get, whatever is in the row. Each is asked as a window would, in this order. */
function askedOf(file: StateFile): Readonly<Record<string, unknown>> {
  const ofB = (rows: readonly object[] = []): readonly object[] => rows.filter((row) => Object.values(row).includes('b'));
  const looked = file.look({ snapshots: true });
  const page = { account: 'b', uid: 'b', kind: 'event', loan: '', rows: [], rates: [] } as const;
  const { claimed, claimedLater } = {
    claimed: file.warnings({ do: 'claimNotices', window: 'w', at: now + 5_000 }),
    claimedLater: file.outlets({ do: 'claimMessages', window: 'w', at: now + 5_000, isQuiet: false, without: [] }),
  };
  for (const { notice } of claimed?.notices ?? []) assert.equal(typeof english(notice.sentence), 'string');
  const rows = { account: 'b', kind: 'event', loans: ['', '12345'] } as const;
  const series = (account: string) =>
    file.history({ do: 'historySeries', account, target: 'loan:12345', from: now - 60 * minute, to: now + minute, buckets: 10 })!;
  for (const { figures } of series('a').buckets)
    for (const span of Object.values(figures))
      for (const figure of Object.values(span)) assert.match(String(figure), /^-?\d+(\.\d+)?$/, 'a figure that was never one');
  const beginning = { do: 'exportHistory', accounts: ['a', 'b'] } as const;
  const exported = file.move(beginning)?.lines.filter((line) => line.includes('"b"'));
  const all = {
    facts: [ofB(looked.facts?.accounts), ofB(looked.facts?.armed)],
    snapshots: ofB(looked.snapshots),
    readings: ofB(looked.news?.readings),
    warnings: ofB(file.warnings({ do: 'warnings' })?.rows),
    notices: claimed?.notices.filter(({ notice }) => notice.about[0]?.account === 'b').length,
    outlets: ofB(file.outlets({ do: 'outlets' })),
    messages: claimedLater?.messages.filter(({ outlet }) => outlet.id === 'b').map(({ sentence }) => sentence),
    history: series('b'),
    venue: [
      file.history({ do: 'venueRows', account: 'b', kind: 'event', limit: 10 }),
      file.history({ do: 'venueSorted', ...rows, by: 'amount', descending: true, offset: 0, limit: 10 }),
      file.history({ do: 'venueTotals', ...rows }),
      file.history({ do: 'interestSums', account: 'b', loans: [''], coin: 'BTC', from: 0, to: now, width: minute }),
      file.history({ do: 'venueStreams', account: 'b' }),
    ],
    exported,
  };
  // Of the damaged one, nothing may throw.
  file.history({ do: 'venueTotals', ...rows, account: 'a' });
  file.history({ do: 'venueSorted', ...rows, account: 'a', by: 'amount', descending: true, offset: 0, limit: 10 });
  file.history({ do: 'interestSums', account: 'a', loans: [''], coin: 'BTC', from: 0, to: now, width: minute });
  for (const after of [
    ['row', '', '', 0, ''],
    ['point', 9e15, 9e15, 9e15],
  ] as const)
    file.move({ ...beginning, after });
  const whole = snapshot({ loans: [loan({ ltv: decimal('0.6') })], asOf: now + minute });
  const keep = (account: string): unknown =>
    file.share(
      withFigures({
        do: 'keepReading',
        reading: { account, at: whole.asOf, asOf: whole.asOf, text: JSON.stringify(whole), staleMs: 5 * minute },
        now: whole.asOf,
        pass: {},
      }),
    );
  keep('a');
  const kept = [keep('b'), file.share({ do: 'keepVenuePage', page, now: now + minute, pass: {} })];
  file.share({ do: 'keepVenuePage', page: { ...page, account: 'a', uid: 'a' }, now: now + minute, pass: {} });
  const put = file.warnings({
    do: 'putWarnings',
    known: file.warnings({ do: 'warnings' })?.version,
    put: [],
    drop: [],
    notices: [{ level: 'danger', sentence: msg('button.show-log', 'Show Log'), about: [] }],
    at: now + minute,
  });
  assert.ok(put !== undefined && 'version' in put, 'a new warning is put down');
  // Told later than ever, and then no more.
  const late = now + 24 * 60 * minute;
  file.warnings({ do: 'claimNotices', window: 'w', at: late });
  file.outlets({ do: 'claimMessages', window: 'w', at: late, isQuiet: false, without: [] });
  file.change({ do: 'update', id: 'a', fields: { name: 'c' } });
  file.change({ do: 'remove', id: 'a' });
  const after = file.history({
    do: 'historySeries',
    account: 'b',
    target: 'loan:12345',
    from: now - 60 * minute,
    to: now + 2 * minute,
    buckets: 10,
  });
  return { ...all, kept, after, left: file.look({ snapshots: true }).snapshots?.map(({ account }) => account) };
}

const untold = (rows: unknown): unknown => (rows as readonly object[]).map((row) => ({ ...row, told: undefined }));

/** What a stored row calls something, or says of it: that is shown as it was written. */
function namesIn(written: string): readonly string[] {
  const names: string[] = [];
  try {
    JSON.parse(written, (key, value: unknown) => {
      if (typeof value === 'string' && /^(id|venue|site|name|instrument|template)$|coin$/i.test(key)) names.push(value);
      return value;
    });
  } catch {
    // It holds no name.
  }
  return names;
}

describe('a row of the shared database that holds something else', () => {
  let folder: string;
  let whole: Buffer;
  let cells: readonly Cell[];
  let expected: Readonly<Record<string, unknown>>;
  const file = (): string => path.join(folder, path.basename(stateIn(folder)), 'state.sqlite');

  const withFile = <T>(work: (file: StateFile) => T): T => {
    const opened = new StateFile(DatabaseSync, place(path.dirname(file())));
    try {
      return work(opened);
    } finally {
      opened.close();
    }
  };
  const fresh = (): void => {
    for (const ending of ['-wal', '-shm']) rmSync(file() + ending, { force: true });
    writeFileSync(file(), whole);
  };
  const tamper = (table: string, column: string, value: unknown): void => {
    const db = new DatabaseSync(file());
    // What SQLite itself refuses can't be there.
    try {
      db.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${rowsOf[table] ?? ''}`).run(value as string);
    } catch {
      // A key that is there twice.
    } finally {
      db.close();
    }
  };

  before(() => {
    folder = memoryFolder('rows');
    withFile(fill);
    whole = readFileSync(file());
    cells = cellsIn(file());
    assert.ok(cells.length > 80);
    expected = withFile(askedOf);
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('hides no neighbour, invents no figure, and stops nothing that comes later', () => {
    holds(
      fc.property(damage(cells), ({ table, column, value }) => {
        fresh();
        tamper(table, column, value);
        const told = withFile(askedOf);
        // Without its key it is another account's row, or nobody's.
        const isMoved = column === 'account' || (table === 'accounts' && column === 'id');
        const isSame = (what: string): void => {
          // What an unreadable notice was about, nobody knows: all is told again.
          const [now, before] = [told[what], expected[what]].map((rows) =>
            table === 'notices' && what === 'warnings' ? untold(rows) : rows,
          );
          assert.deepEqual(now, before, what);
        };
        for (const what of Object.keys(expected)) if (!isMoved || what !== 'left') isSame(what);
      }),
      { numRuns: 200 },
    );
  });

  it('that was a notice or a message is told in another way', () => {
    fresh();
    tamper('notices', 'notice', '{');
    tamper('outbox', 'message', '{"sentence":5}');
    withFile((opened) => {
      const at = now + 5_000;
      const told = (): readonly string[] =>
        opened.warnings({ do: 'claimNotices', window: 'w', at })!.notices.map(({ notice }) => english(notice.sentence));
      assert.equal(told().length, 1, 'the other one');
      assert.deepEqual(
        opened.warnings({ do: 'warnings' })!.rows.map((row) => row.told),
        [undefined, undefined],
        'all is told again',
      );
      const { messages } = opened.outlets({ do: 'claimMessages', window: 'w', at, isQuiet: true, without: [] })!;
      assert.deepEqual(
        messages.map(({ outlet }) => outlet.id),
        ['b'],
      );
      assert.match(told().join(), saysLike('outlet.dead', 'a'));
    });
  });

  it('that was an account is not left out: what it stands for is unknown', () => {
    for (const record of ['{', '[]', '{"id":"b"}', JSON.stringify({ ...anAccount({ id: 'a' }), readOnly: 'no' })]) {
      fresh();
      tamper('accounts', 'record', record);
      const status = statusOf(lookingAt(file()).states(), { now, intervalMs: 60_000, amounts: true });
      assert.deepEqual(
        status.accounts.map(({ name, current }) => [name, current]),
        [
          ['unreadable', false],
          ['b', true],
        ],
      );
      assert.equal(status.worst, 'unknown');
    }
  });

  it('is unknown where it is shown, and its neighbours are as ever', () => {
    const shown = (written = ''): unknown => {
      const states = lookingAt(file()).states();
      const options = { now, intervalMs: 60_000, amounts: true };
      const scene = aScene({ now });
      const [status, page] = [statusOf(states, options), gaugePage(states, scene, say)];
      statusShown(states, scene);
      // A coin or an exchange may be called so.
      const names = namesIn(written);
      const garbled = JSON.stringify([status, page.state]).match(/\bNaN\b|Infinity|undefined|\[object|Invalid/g) ?? [];
      assert.deepEqual(
        garbled.filter((word) => !names.some((name) => name.includes(word))),
        [],
      );
      for (const { ltv } of status.accounts.flatMap(({ loans }) => loans)) if (ltv !== undefined) assert.match(ltv, /^-?\d+(\.\d+)?$/);
      const isOfB = ({ key }: { readonly key: string }): boolean => page.places.get(key)?.accountId === 'b';
      assert.ok(status.accounts.length === 2, 'no account is left out');
      return [status.accounts.find(({ account }) => account === aliasOf({ venue: 'okx', id: 'b' })), page.state.gauges.filter(isOfB)];
    };
    fresh();
    const before = shown();
    holds(
      fc.property(
        damage(cells.filter(({ table }) => ['accounts', 'snapshots', 'readings'].includes(table))),
        ({ table, column, value }) => {
          fresh();
          tamper(table, column, value);
          assert.deepEqual(shown(String(value)), before);
        },
      ),
      { numRuns: 400 },
    );
  });
});
