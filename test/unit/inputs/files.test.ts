// Files that a person, an agent or another program brings, damaged: a fault that says what is wrong, or exactly what is written there.
import assert from 'node:assert/strict';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { accountIn } from '../../../src/cli/account-file.ts';
import { Complaint } from '../../../src/cli/complaint.ts';
import { english } from '../../../src/core/message.ts';
import { movedSettings, partsOf, readMoved } from '../../../src/engine/moving-file.ts';
import { StateFile } from '../../../src/engine/storage/state-file.ts';
import { parseLastCopy } from '../../../src/engine/storage/state-protocol.ts';
import { troubleOf } from '../../../src/engine/storage/trouble.ts';
import { exchanges } from '../../../src/exchanges/registry.ts';
import { nodesOf, readPlan } from '../../../src/words/plan-text.ts';
import { memoryFolder } from '../../memory-folder.ts';
import { holds } from '../property.ts';
import { anAccount } from '../views/gauge-scenes.ts';
import { damaged, damagedBytes, damagedText, jsonGarbage } from './garbage.ts';

const now = Date.UTC(2026, 10, 30);

const setup = {
  format: 'ltv-gauge-setup',
  version: 1,
  exportedAt: new Date(now).toISOString(),
  accounts: [
    {
      ...{
        id: 'a',
        venue: 'okx',
        site: 'global',
        name: 'Main',
        readOnly: true,
        uid: 'u',
        thresholds: { marginCall: '0.7', liquidation: '0.8' },
      },
      levels: { 'loan:1': { watch: '0.3', warn: '0.2', danger: '0.1' } },
      rescues: { 'loan:1': { at: '0.7', steps: [{ act: 'add', coin: 'BTC', amount: '0.1' }] } },
    },
    { id: 'b', venue: 'bybit', site: 'global', name: 'Other', readOnly: false },
  ],
  settings: { refreshIntervalSeconds: 60, 'warnings.enabled': true, 'warnings.quietHours': '22:00-07:00', 'limits.perActionUsd': '500' },
  warnings: [
    { account: 'a', target: 'level loan:1', level: 'warn', since: now, repeats: 0, snoozedUntil: now + 1_000, acknowledged: 'warn' },
  ],
};

const plan = {
  version: 1,
  steps: [
    { account: 'Main', loan: '12345', act: 'add', coin: 'BTC', amount: '0.1', reason: 'r' },
    { account: 'Main', position: 'BTC-USDT-SWAP long', act: 'remove', coin: 'USDT', amount: '20' },
    { account: 'Main', loan: '12345', act: 'repayWithCollateral', coin: 'USDT', sell: 'BTC', target: '55.5' },
  ],
};

const texts = (value: object): fc.Arbitrary<string> =>
  fc.oneof(
    damaged(value).map((one) => JSON.stringify(one, undefined, 2)),
    damagedText(JSON.stringify(value, undefined, 2)),
  );

describe('A file that was damaged', () => {
  let folder: string;
  before(() => {
    folder = memoryFolder('files');
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('is no plan, or a plan of exactly what is written', () => {
    holds(
      fc.property(texts(plan), (text) => {
        nodesOf(text);
        const read = readPlan(text);
        if ('faults' in read) {
          for (const { from, to, sentence } of read.faults)
            assert.ok(from >= 0 && from <= to && to <= text.length && english(sentence) !== '');
          return;
        }
        const { steps, ...rest } = JSON.parse(text) as { readonly steps: readonly Readonly<Record<string, string>>[] };
        assert.deepEqual(rest, { version: 1 });
        const told = read.steps.map(({ step: { account, on, act, coin, sell, much, reason } }) => ({
          ...{ account, [on.kind]: on.name, act, coin },
          ...('amount' in much ? { amount: much.amount } : { target: (Number(much.target) * 100).toFixed(6) }),
          ...(sell === undefined ? {} : { sell }),
          ...(reason === undefined ? {} : { reason }),
        }));
        const held = steps.map((step) => (step['target'] === undefined ? step : { ...step, target: Number(step['target']).toFixed(6) }));
        assert.deepEqual(told, held);
      }),
      { numRuns: 5_000 },
    );
  });

  it('is no setup, or holds no key, no address and nothing armed, only real accounts and our settings', () => {
    assert.ok('accounts' in readMoved(JSON.stringify(setup), exchanges, now));
    holds(
      fc.property(texts(setup), (text) => {
        const read = readMoved(text, exchanges, now);
        if ('fault' in read) {
          const said = english(read.fault);
          assert.ok(said.length > 10 && said.length < 400, said);
          return;
        }
        for (const account of read.accounts) {
          const { id, venue, site, name, readOnly, uid, thresholds, levels, rescues, ...more } = account;
          assert.deepEqual(more, {});
          assert.equal(exchanges.find((one) => one.id === venue)?.sites.find((one) => one.id === site)?.simulated, false);
          for (const word of [id, name, uid ?? 'u'])
            assert.ok(word.trim() === word && word !== '' && word.length <= 60 && !/[\n\u202e]/.test(word));
          assert.equal(typeof readOnly, 'boolean');
          assert.ok(thresholds === undefined || Number(thresholds.marginCall) < Number(thresholds.liquidation));
          for (const { watch, warn, danger } of Object.values(levels ?? {}))
            assert.ok(0 < Number(danger) && Number(danger) < Number(warn) && Number(warn) < Number(watch) && Number(watch) < 1);
          for (const { steps } of Object.values(rescues ?? {})) for (const { amount } of steps) assert.ok(Number(amount) > 0);
        }
        assert.equal(new Set(read.accounts.map(({ id }) => id)).size, read.accounts.length);
        for (const name of Object.keys(read.settings)) assert.ok(movedSettings.includes(name), name);
        for (const { since, snoozedUntil = now } of read.warnings) assert.ok(!Number.isNaN(new Date(since + snoozedUntil - now).getTime()));
      }),
      { numRuns: 5_000 },
    );
    const bytes = new TextEncoder().encode(
      `${JSON.stringify(setup, undefined, 2).slice(0, -2)},\n  "history": { "version": 1, "rows": [\n["series","a","loan:1",1,1,2,["ltv"]]\n  ] }\n}\n`,
    );
    holds(
      fc.property(damagedBytes(bytes), (some) => {
        const { head, rows, fault } = partsOf(some);
        if (fault !== undefined) assert.notEqual(english(fault), '');
        assert.ok(head.length <= some.length + 2 && rows.length <= some.length);
      }),
      { numRuns: 5_000 },
    );
  });

  it('is no account of the command line, or the one that is written; what is said tells no secret', () => {
    const secrets = { key: 'key-AAAA', secret: 'secret-BBBB', passphrase: 'phrase-CCCC' };
    const filed = { venue: 'okx', site: 'global', name: 'Main', ...secrets };
    const file = path.join(folder, 'account.json');
    holds(
      fc.property(texts(filed), (text) => {
        writeFileSync(file, text, { mode: 0o600 });
        try {
          const { exchange, site, name, keys } = accountIn(file, exchanges, undefined);
          const held = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, string>>;
          assert.deepEqual([exchange.id, site.id, name], [held['venue'], held['site'], held['name']?.trim()]);
          assert.deepEqual(
            Object.values(keys),
            exchange.keyFields.map(({ id }) => held[id === 'apiKey' ? 'key' : id]),
          );
        } catch (error) {
          assert.ok(error instanceof Complaint, String(error));
          for (const secret of Object.values(secrets)) assert.ok(!error.message.includes(secret.slice(-4)), error.message);
        }
      }),
      { numRuns: 1_000 },
    );
    for (const mode of [0o644, 0o640, 0o660, 0o604]) {
      chmodSync(file, mode);
      assert.throws(() => accountIn(file, exchanges, undefined), /chmod 600/);
    }
  });

  it('is no last copy, or lists the accounts that are whole in it', () => {
    const copy = { accounts: ['a', 'b'].map((id) => anAccount({ id })), removed: ['c'] };
    holds(
      fc.property(
        fc.oneof(
          texts(copy),
          jsonGarbage.map((value) => JSON.stringify(value)),
        ),
        (text) => {
          const read = parseLastCopy(text);
          if (read === undefined) return;
          const held = JSON.parse(text) as typeof copy;
          for (const account of held.accounts as readonly unknown[])
            if (typeof account === 'object' && account !== null)
              assert.ok(read.accounts.some((one) => JSON.stringify(one) === JSON.stringify(account)));
          assert.ok(read.removed.every((id) => typeof id === 'string'));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('is no shared database, or one whose whole accounts are there; the last copy outlives it', () => {
    const place = { folder: path.join(folder, 'state'), busyMs: 1_000, pragmas: [] };
    const [file, copy] = ['state.sqlite', 'accounts.json'].map((name) => path.join(place.folder, name)) as [string, string];
    const first = new StateFile(DatabaseSync, place);
    for (const id of ['a', 'b']) {
      first.change({ do: 'add', id, record: anAccount({ id, name: `Account ${id}` }) });
      first.change({ do: 'arm', row: { account: id, window: '', term: 'always', whose: id, given: `given-${id}` } });
    }
    const open = { '': readFileSync(file), '-wal': readFileSync(`${file}-wal`) };
    first.close();
    const closed = { '': readFileSync(file) };
    const copied = readFileSync(copy, 'utf8');
    let refused = 0;
    for (const files of [open, closed] as readonly Readonly<Record<string, Buffer>>[]) {
      const damage = fc
        .constantFrom(...Object.keys(files))
        .chain((ending) => damagedBytes(files[ending]!).map((bytes) => ({ ...files, [ending]: bytes })));
      holds(
        fc.property(damage, (all) => {
          for (const ending of ['', '-wal', '-shm']) rmSync(file + ending, { force: true });
          for (const [ending, bytes] of Object.entries(all)) writeFileSync(file + ending, bytes);
          writeFileSync(copy, copied);
          const opened = new StateFile(DatabaseSync, place);
          try {
            const { facts } = opened.look({ snapshots: true });
            const armed = facts?.armed.map(({ term, given }) => `${term} ${given}`) ?? [];
            // Bytes within a text that is still a text, nobody can tell.
            assert.ok(
              armed.every((one) => one.length === 'always given-a'.length),
              armed.join(),
            );
          } catch (error) {
            refused += 1;
            assert.ok(['corrupt', 'notOurs', 'newer', 'failed'].includes(troubleOf(error).kind), troubleOf(error).kind);
            assert.equal(readFileSync(copy, 'utf8'), copied, 'the last copy is what is left');
          } finally {
            opened.close();
          }
        }),
        { numRuns: 200 },
      );
    }
    assert.ok(refused > 50);
    // Without the file, all of it comes back from the copy, and nothing is armed.
    for (const ending of ['', '-wal', '-shm']) rmSync(file + ending, { force: true });
    writeFileSync(copy, copied);
    const remade = new StateFile(DatabaseSync, place);
    const { facts, remade: isRemade } = remade.look({});
    remade.close();
    assert.deepEqual([isRemade, facts?.accounts.map(({ id }) => id), facts?.armed], [true, ['a', 'b'], []]);
  });
});
