import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { decimal } from '../../../src/core/decimal.ts';
import { english } from '../../../src/core/message.ts';
import type { Account } from '../../../src/core/model.ts';
import { movingText, readMoved, type Moved } from '../../../src/engine/moving-file.ts';
import type { Rescue } from '../../../src/engine/rescue.ts';
import { StateFile } from '../../../src/engine/storage/state-file.ts';
import type { StateAsked } from '../../../src/engine/storage/state-protocol.ts';
import type { Warning } from '../../../src/engine/storage/warning-protocol.ts';
import { exchanges } from '../../../src/exchanges/registry.ts';
import type { Acting } from '../../../src/flows/acting.ts';
import type { ChosenFile, NamedFile } from '../../../src/flows/conversation.ts';
import { exportSetup, importSetup } from '../../../src/flows/move-setup.ts';
import { Setup } from '../engine/ledger/support.ts';
import { holds } from '../property.ts';
import { levelsText, says, saysInTurn, saysLike } from '../../texts.ts';
import { actingAt, choose, leave, name, press, Scripted, throughTime, type Answer } from './scripted.ts';

const account = (id: string, more: Partial<Account> = {}): Account => ({
  ...{ id, venue: 'okx', site: 'global', name: `Account ${id}`, simulated: false, readOnly: false, uid: `user of ${id}` },
  ...more,
});
const own = { marginCall: decimal('0.7'), liquidation: decimal('0.8') };
const ownLevels = { watch: decimal('0.3'), warn: decimal('0.2'), danger: decimal('0.1') };
const now = 1_700_000_000_000;
const silenced: Warning = { account: 'a', target: 'level loan:1', level: 'danger', since: 1, told: 2, repeats: 0, acknowledged: 'danger' };

/** A computer with accounts, settings and warnings of its own. */
class Computer {
  readonly setup = new Setup();
  readonly settings = new Map<string, unknown>();
  warnings: Warning[] = [];
  writes = 0;
  talk = new Scripted();
  failing: string | undefined;
  /** What all windows of it share, with its history. */
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'ltv-gauge-moving-'));
  readonly file = new StateFile(DatabaseSync, { folder: this.folder, busyMs: 1_000, pragmas: [] });
  asked = 0;
  /** Milliseconds that each question to the database takes. */
  slow = 0;

  constructor(...accounts: readonly Account[]) {
    this.setup.accounts.clear();
    for (const one of accounts) this.setup.accounts.set(one.id, one);
    computers.push(this);
  }

  get accounts(): readonly Account[] {
    return [...this.setup.accounts.values()];
  }

  does(flow: (app: Acting) => Promise<void>, ...answers: readonly Answer[]): Promise<Scripted> {
    return this.#does(flow, new Scripted(...answers));
  }

  /** While time passes. @param stops at what it says under progress */
  async doesInTime(flow: (app: Acting) => Promise<void>, answer: Answer, stops?: string): Promise<Scripted> {
    const talk = new Scripted(answer);
    talk.stops = stops;
    await throughTime(this.setup, this.#does(flow, talk));
    return talk;
  }

  async #does(flow: (app: Acting) => Promise<void>, talk: Scripted): Promise<Scripted> {
    const { app } = actingAt(this.setup, talk);
    const unused = async (): Promise<never> => assert.fail('keys and arming are not touched');
    await flow({
      ...app,
      book: {
        ...app.book,
        add: async (one) => {
          if (one.id === this.failing) throw new Error('disk full');
          this.writes += 1;
          await app.book.add(one);
        },
        update: async (id, change) => {
          this.writes += 1;
          await app.book.update(id, change);
        },
      },
      vault: { has: unused, store: unused, delete: unused },
      arming: { ...app.arming, arm: unused, disarm: unused },
      warnings: { ...app.warnings, all: () => this.warnings },
      ownSettings: {
        read: (setting) => this.settings.get(setting),
        write: async (setting, value) => {
          this.writes += 1;
          this.settings.set(setting, value);
        },
      },
      shared: {
        ask: (async (asked: StateAsked) => {
          this.asked += 1;
          if (this.slow > 0) await this.setup.clock.sleep(this.slow);
          if (asked.do === 'putWarnings') this.warnings.push(...asked.put);
          if (asked.do === 'putWarnings' || asked.do === 'warnings') return { version: '1', rows: this.warnings };
          if (asked.do === 'importHistory') this.sync();
          return this.file.answer(asked);
        }) as never,
      },
    });
    assert.equal(talk.left, 0);
    return talk;
  }

  /** Each account is in the database too. */
  sync(): void {
    for (const record of this.accounts) this.file.change({ do: 'add', id: record.id, record });
  }

  /** A reading each minute. */
  watches(id: string, minutes: number): void {
    this.sync();
    for (let at = now - minutes * 60_000; at < now; at += 60_000) {
      // Never the same twice: minutes of the same figures need no rows of their own.
      const recorded = [{ target: 'loan:1', figures: { ltv: decimal((now - at) % 120_000 === 0 ? '0.5' : '0.6') } }];
      const reading = { account: id, at, asOf: at, text: '{}', staleMs: 180_000, recorded };
      assert.equal(this.file.share({ do: 'keepReading', reading, now: at, pass: {} }), 'kept');
    }
  }

  readings(id: string): number {
    const told = this.file.history({ do: 'historySeries', account: id, target: 'loan:1', from: 0, to: now + 1e9, buckets: 1 });
    return told?.buckets[0]?.count ?? 0;
  }

  remove(): void {
    this.file.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async exported(): Promise<string> {
    let written = '';
    const paper: NamedFile = {
      path: '/a.json',
      where: '/a.json',
      write: async (content) => void (written = Buffer.from(content as Uint8Array).toString()),
      open: async () => undefined,
    };
    await this.does(exportSetup, name(paper));
    return written;
  }
}

const computers: Computer[] = [];

const fileOf = (text: string): ChosenFile => ({ where: '/home/me/setup.json', read: async () => Buffer.from(text) });
const importing = says('button.import');

describe('moving to another computer', function () {
  // Some histories are large.
  this.timeout(60_000);
  afterEach(() => {
    for (const one of computers.splice(0)) one.remove();
  });

  it('takes the history along: it is added once, with the accounts, and nothing is armed', async () => {
    const here = new Computer(account('a'), account('s', { site: 'simulated', simulated: true }));
    here.watches('a', 30);
    here.watches('s', 5);
    const text = await here.exported();
    assert.ok(JSON.parse(text), 'the file is one document');
    const there = new Computer();
    const talk = await there.does(importSetup, choose(fileOf(text)), press(importing));
    assert.match(talk.heard[1]!.detail, saysLike('moving.to-add', 'Account a'));
    assert.ok(talk.heard[1]!.detail.endsWith(says('moving.history', '34')), talk.heard[1]!.detail);
    assert.deepEqual(talk.titles('notice'), [says('moving.imported', '1')]);
    assert.deepEqual([there.readings('a'), there.readings('s')], [30, 0]);
    const again = await there.does(importSetup, choose(fileOf(text)));
    assert.deepEqual(again.titles('notice'), [says('moving.all-here')]);
    assert.equal(await there.exported().then((one) => one.match(/\["point"/g)?.length), text.match(/\["point"/g)?.length);
  });

  it('adds history alone to an account that is there, and accounts alone without it', async () => {
    const here = new Computer(account('a', { thresholds: own }));
    here.watches('a', 3);
    const text = await here.exported();
    const known = new Computer(account('a', { thresholds: own }));
    const talk = await known.does(importSetup, choose(fileOf(text)), press(importing));
    assert.deepEqual([talk.heard[1]!.kind, talk.heard[1]!.choices], ['info', [importing]]);
    assert.deepEqual(talk.titles('notice'), [says('moving.imported-settings')]);
    assert.equal(known.readings('a'), 3);
    const bare = new Computer();
    await bare.does(importSetup, choose(fileOf(text)), press(says('moving.add-only')));
    assert.deepEqual([bare.accounts.length, bare.readings('a')], [1, 0]);
  });

  it('imports nothing of a file whose history is wrong somewhere, of another user, cut off or newer', async () => {
    const here = new Computer(account('a'));
    here.watches('a', 2_000);
    const text = await here.exported();
    const lines = text.match(/^\["/gm)!.length;
    const last = text.lastIndexOf('["point"');
    for (const [content, fault] of [
      [
        text.slice(0, last) + text.slice(last).replace('"0.5"', '"high"'),
        says('moving.wrong', `history.rows.${(lines - 1).toString()}`, '["point", tier, at, series, count, covered, figures]'),
      ],
      [text.replace('["point"', '["point", 60000, 0, 99, 1, 0, "0.5"],\n["point"'), saysLike('moving.wrong', undefined, undefined)],
      [text.replace('["series","a"', '["series","other"'), says('moving.wrong', 'history.rows.0', says('moving.of-account'))],
      [
        `${text.slice(0, last)}${text.slice(last).split('\n')[0]!},\n${text.slice(last)}`,
        says('moving.wrong', `history.rows.${lines.toString()}`, says('moving.once')),
      ],
      [text.slice(0, last), says('moving.not-whole')],
      [text.slice(0, -3), says('moving.not-whole')],
      [JSON.stringify(JSON.parse(text), undefined, 4), says('moving.not-whole')],
      [text.replace('"history": { "version": 1', '"history": { "version": 2'), says('moving.newer')],
    ] as const) {
      const there = new Computer();
      const talk = await there.does(importSetup, choose(fileOf(content)));
      const [told] = talk.titles('notice');
      assert.equal(there.writes, 0);
      assert.equal(there.readings('a'), 0);
      if (typeof fault === 'string') assert.equal(told, says('moving.nothing-imported', fault));
      else assert.match(told!, fault);
    }
    const other = new Computer(account('a', { uid: 'somebody else' }));
    const talk = await other.does(importSetup, choose(fileOf(text)));
    assert.deepEqual(talk.titles('notice'), [says('moving.nothing-imported', says('moving.other-owner', 'Account a'))]);
    assert.deepEqual([other.writes, other.readings('a')], [0, 0]);
  });

  it('shows how far it is when it takes more than a second, and can be stopped: then nothing is written or imported', async () => {
    const here = new Computer(account('a'));
    here.watches('a', 3_000);
    const text = await here.exported();
    here.slow = 600;
    let written: unknown;
    const paper: NamedFile = { path: '/a', where: '/a', write: async (content) => void (written = content), open: async () => undefined };
    const shown = await here.doesInTime(exportSetup, name(paper));
    assert.deepEqual(shown.worked.slice(0, 1), [says('moving.export')]);
    assert.ok(shown.worked.includes('0 MB'));
    assert.equal(Buffer.from(written as Uint8Array).toString().length, text.length);
    written = undefined;
    const stopped = await here.doesInTime(exportSetup, name(paper), 'MB');
    assert.deepEqual([written, stopped.titles('notice')], [undefined, []]);
    const there = new Computer();
    there.slow = 600;
    const left = await there.doesInTime(importSetup, choose(fileOf(text)), '%');
    assert.deepEqual(left.titles('notice'), []);
    assert.deepEqual([there.writes, there.readings('a')], [0, 0]);
    const asked = there.asked;
    await there.does(async () => undefined);
    assert.equal(there.asked, asked);
  });

  it('holds nothing up: a large history is handed over in slices', async () => {
    const here = new Computer(account('a'));
    here.watches('a', 6_000);
    const text = await here.exported();
    const there = new Computer();
    const sizes: number[] = [];
    const answer = there.file.answer.bind(there.file);
    there.file.answer = (asked) => {
      if (asked.do === 'stageHistory') sizes.push(asked.text.length);
      return answer(asked);
    };
    await there.does(importSetup, choose(fileOf(text)), press(importing));
    assert.ok(sizes.length > 2 && Math.max(...sizes) <= 128_000, sizes.join());
    assert.equal(there.readings('a'), 6_000);
  });

  it('exports no key, no address and no simulated account', async () => {
    const here = new Computer(
      account('a', { thresholds: own }),
      account('s', { site: 'simulated', simulated: true, baseUrl: 'http://127.0.0.1:1' }),
    );
    here.settings.set('limits.perDayUsd', '1000').set('outlets.url', 'https://secret');
    here.warnings = [silenced, { ...silenced, target: 'level loan:2', acknowledged: undefined }];
    const { format, version, exportedAt, ...moved } = JSON.parse(await here.exported()) as Record<string, unknown>;
    assert.deepEqual([format, version, typeof exportedAt], ['ltv-gauge-setup', 1, 'string']);
    assert.deepEqual(moved, {
      accounts: [{ id: 'a', venue: 'okx', site: 'global', name: 'Account a', readOnly: false, uid: 'user of a', thresholds: own }],
      settings: { 'limits.perDayUsd': '1000' },
      warnings: [silenced],
    });
  });

  it('brings accounts, thresholds, limits and silenced warnings to an empty computer, once', async () => {
    const here = new Computer(account('a', { thresholds: own, levels: { 'loan:1': ownLevels } }), account('b', { venue: 'bybit' }));
    here.settings.set('limits.perDayUsd', '1000').set('warnings.quietHours', '22:00-07:00');
    here.warnings = [silenced];
    const text = await here.exported();
    assert.match(text, /"loan:1"/);
    const there = new Computer();
    const talk = await there.does(importSetup, choose(fileOf(text)), press(importing), press(says('button.update-keys')));
    assert.deepEqual(talk.did, ['updateKeys']);
    assert.deepEqual(there.accounts, here.accounts);
    assert.deepEqual(Object.fromEntries(there.settings), Object.fromEntries(here.settings));
    assert.deepEqual(there.warnings, [silenced]);
    const asked = talk.heard[1]!;
    assert.deepEqual([asked.kind, asked.choices], ['warning', [says('moving.add-only'), importing]], 'Enter changes nothing of it');
    assert.match(asked.detail, /perDayUsd: .* → "1000"/);
    assert.match(asked.detail, saysLike('moving.to-add', 'Account a, Account b'));
    assert.match(asked.detail, new RegExp(`^${says('list.colon', says('thresholds.loan', 'Account a'), '70% / 80%')}$`, 'm'));
    assert.match(
      asked.detail,
      saysLike('levels.saved', says('list.brackets', says('kinds.loan', '1'), 'Account a'), levelsText('30', '20', '10')),
    );
    assert.match(asked.detail, saysLike('moving.silent', '1'));
    assert.ok(asked.detail.indexOf('perDayUsd') < asked.detail.indexOf('Account b'), 'what changes limits comes first');
    const { writes } = there;
    const again = await there.does(importSetup, choose(fileOf(text)));
    assert.deepEqual(again.titles('notice'), [says('moving.all-here')]);
    assert.equal(there.writes, writes);
  });

  it('keeps address, owner and name of an account that is there, and changes thresholds and limits only when told to', async () => {
    const text = await new Computer(
      account('a', { name: 'Other', uid: 'other', thresholds: own }),
      account('b', { name: 'account A' }),
    ).exported();
    const changed = text.replace('"settings": {', '"settings": { "limits.perDayUsd": "99999"');
    for (const [pressed, thresholds, limit] of [
      [press(says('moving.add-only')), undefined, '10'],
      [press(importing), own, '99999'],
      [leave, undefined, '10'],
    ] as const) {
      const there = new Computer(account('a'));
      there.settings.set('limits.perDayUsd', '10');
      const talk = await there.does(importSetup, choose(fileOf(changed)), pressed);
      const asked = talk.heard[1]!;
      assert.deepEqual([asked.kind, asked.choices], ['warning', [says('moving.add-only'), importing]]);
      assert.match(asked.detail, /Account a: .*70% \/ 80%/);
      assert.match(asked.detail, /ltvGauge\.limits\.perDayUsd: "10" → "99999"/);
      assert.deepEqual(there.accounts[0], account('a', thresholds === undefined ? {} : { thresholds }));
      assert.equal(there.settings.get('limits.perDayUsd'), limit);
      const names = there.accounts.map((one) => one.name);
      assert.deepEqual(names, pressed === leave ? ['Account a'] : ['Account a', 'account A 2']);
    }
  });

  it('adds accounts without anything that decides when they warn, if only accounts are wanted', async () => {
    const here = new Computer(account('a', { thresholds: own, levels: { 'loan:1': ownLevels } }));
    here.warnings = [silenced];
    const text = await here.exported();
    const there = new Computer();
    await there.does(importSetup, choose(fileOf(text)), press(says('moving.add-only')));
    assert.deepEqual(there.accounts, [account('a')]);
    assert.deepEqual(there.warnings, []);
  });

  it('changes the warning levels of an account that is there, and keeps those of other loans', async () => {
    const text = await new Computer(account('a', { levels: { 'loan:1': ownLevels } })).exported();
    for (const [pressed, levels] of [
      [press(says('moving.none')), {}],
      [press(importing), { 'loan:1': ownLevels }],
    ] as const) {
      const there = new Computer(account('a', { levels: { 'loan:2': ownLevels } }));
      const talk = await there.does(importSetup, choose(fileOf(text)), pressed);
      const { kind, choices, detail } = talk.heard[1]!;
      assert.deepEqual([kind, choices], ['warning', [says('moving.none'), importing]]);
      assert.match(
        detail,
        saysLike(
          'list.colon',
          says('levels.title', says('list.brackets', says('kinds.loan', '1'), 'Account a')),
          says('list.arrow', levelsText('25', '12', '5'), levelsText('30', '20', '10')),
        ),
      );
      assert.deepEqual(there.accounts[0]?.levels, { 'loan:2': ownLevels, ...levels });
    }
  });

  it('brings prepared rescues, shows each before it changes one that is here, and keeps what the file lacks', async () => {
    const rescue = (at: string, amount: string): Rescue => ({
      at: decimal(at),
      steps: [{ act: 'add', coin: 'BTC', amount: decimal(amount) }],
    });
    const [ours, theirs] = [rescue('0.7', '0.1'), rescue('0.65', '0.25')];
    const unreadable = { 'loan:3': { at: '2', steps: [] } };
    const text = await new Computer(account('a', { rescues: { 'loan:1': theirs, ...unreadable } })).exported();
    assert.ok(!text.includes('loan:3'), 'nothing is written that an import would refuse');
    const empty = new Computer();
    const told = await empty.does(importSetup, choose(fileOf(text)), press(importing));
    const name = says('list.brackets', says('kinds.loan', '1'), 'Account a');
    const added = (amount: string): string => says('rescue.add', `${amount} BTC`);
    assert.match(told.heard[1]!.detail, saysInTurn(says('rescue.label'), name, says('rescue.text', '65.00%', added('0.25'))));
    assert.equal(told.heard[1]!.kind, 'warning');
    assert.deepEqual(empty.accounts[0]?.rescues, { 'loan:1': theirs });
    for (const [pressed, rescues] of [
      [press(says('moving.none')), { 'loan:1': ours, 'loan:2': ours }],
      [press(importing), { 'loan:1': theirs, 'loan:2': ours }],
    ] as const) {
      const there = new Computer(account('a', { rescues: { 'loan:1': ours, 'loan:2': ours } }));
      const talk = await there.does(importSetup, choose(fileOf(text)), pressed);
      const [before, after] = [says('rescue.text', '70.00%', added('0.1')), says('rescue.text', '65.00%', added('0.25'))];
      assert.match(talk.heard[1]!.detail, saysInTurn(name, says('list.arrow', before, after)));
      assert.deepEqual(there.accounts[0]?.rescues, rescues);
    }
    const older = await new Computer(account('a')).exported();
    const there = new Computer(account('a', { rescues: { 'loan:1': ours } }));
    assert.deepEqual((await there.does(importSetup, choose(fileOf(older)))).titles('notice'), [says('moving.all-here')]);
    assert.deepEqual(there.accounts[0]?.rescues, { 'loan:1': ours });
  });

  it('asks nothing cautious for accounts alone, and names ten of them', async () => {
    const text = await new Computer(...Array.from({ length: 12 }, (_, id) => account(String(id)))).exported();
    const talk = await new Computer().does(importSetup, choose(fileOf(text)), leave);
    const { kind, choices, detail } = talk.heard[1]!;
    assert.deepEqual([kind, choices], ['info', [importing]]);
    assert.match(detail, /Account 9, 2 more$/);
  });

  it('takes over silences of the last day that still hold', () => {
    const warnings = [silenced, { ...silenced, snoozedUntil: now + 1 }, { ...silenced, snoozedUntil: now }];
    const read = (exportedAt: number | string): readonly Warning[] => {
      const iso = typeof exportedAt === 'string' ? exportedAt : new Date(exportedAt).toISOString();
      const moved = readMoved(movingText({ accounts: [], settings: {}, warnings }, iso), exchanges, now);
      assert.ok(!('fault' in moved));
      return moved.warnings;
    };
    const dayMs = 24 * 60 * 60_000;
    assert.deepEqual(read(now - dayMs + 1), warnings.slice(0, 2));
    for (const at of [now - dayMs, now + dayMs, 'long ago']) assert.deepEqual(read(at), []);
  });

  it('says that only part was imported when something could not be stored', async () => {
    const text = await new Computer(account('a'), account('b')).exported();
    const there = new Computer();
    there.failing = 'b';
    const talk = await there.does(importSetup, choose(fileOf(text)), press(importing));
    assert.deepEqual(talk.titles('notice'), [says('moving.partly', 'disk full.')]);
  });

  const good = {
    ...{ format: 'ltv-gauge-setup', version: 1, settings: {}, warnings: [] as unknown[] },
    accounts: [{ id: 'a', venue: 'okx', site: 'global', name: 'Main', readOnly: false }] as unknown[],
  };
  const [main] = good.accounts as [Record<string, unknown>];
  for (const [what, content, sentence] of [
    ['no JSON', 'nonsense', says('moving.not-ours')],
    ['something else', '{"format":"other"}', says('moving.not-ours')],
    ['a newer version', { ...good, version: 2 }, says('moving.newer')],
    ['an account without an id', { ...good, accounts: [{ ...main, id: '' }] }, saysLike('moving.wrong', 'accounts.0.id')],
    [
      'a name of two lines',
      { ...good, accounts: [{ ...main, name: 'A\n✓ safe' }] },
      saysLike('moving.wrong', 'accounts.0.name', 'one line of text'),
    ],
    ['a name in another direction', { ...good, accounts: [{ ...main, name: 'A\u202eB' }] }, /^accounts\.0\.name/],
    ['an unknown exchange', { ...good, accounts: [{ ...main, venue: 'evil' }] }, says('moving.wrong', 'accounts.0.venue', 'okx | bybit')],
    [
      'a simulated site, which would be armed',
      { ...good, accounts: [{ ...main, site: 'simulated' }] },
      saysLike('moving.wrong', 'accounts.0.site', /global \|.*/),
    ],
    ['an id twice', { ...good, accounts: [main, main] }, says('moving.wrong', 'accounts.1.id', says('moving.once'))],
    [
      'thresholds the wrong way round',
      { ...good, accounts: [{ ...main, thresholds: { marginCall: '0.9', liquidation: '0.8' } }] },
      /^accounts\.0\.thresholds/,
    ],
    [
      'a threshold as a number',
      { ...good, accounts: [{ ...main, thresholds: { marginCall: 0.7, liquidation: '0.8' } }] },
      saysLike('moving.wrong', 'accounts.0.thresholds.marginCall', 'string'),
    ],
    [
      'a limit that is none',
      { ...good, settings: { 'limits.perDayUsd': 5 } },
      says('limit.setting-not-amount', 'ltvGauge.limits.perDayUsd', '5'),
    ],
    [
      'a limit of too many coins',
      {
        ...good,
        settings: { 'limits.keepInWallet': Object.fromEntries(Array.from({ length: 51 }, (_, id) => [`C${id.toString()}`, '1'])) },
      },
      says('moving.wrong', 'settings.limits.keepInWallet', says('moving.short')),
    ],
    [
      'a coin that is none',
      { ...good, settings: { 'limits.perDayByCoin': { ['B'.repeat(21)]: '1' } } },
      says('moving.wrong', 'settings.limits.perDayByCoin', says('moving.short')),
    ],
    [
      'levels the wrong way round',
      { ...good, accounts: [{ ...main, levels: { 'loan:1': { watch: '0.1', warn: '0.2', danger: '0.3' } } }] },
      saysLike('moving.wrong', 'accounts.0.levels', 'danger < warn < watch < 1'),
    ],
    ['levels of nothing', { ...good, accounts: [{ ...main, levels: { 'a\nb': ownLevels } }] }, /^accounts\.0\.levels\.a/],
    ...[
      { 'loan:1': { at: '0.7', steps: [] } },
      { 'loan:1': { at: '1.2', steps: [{ act: 'add', coin: 'BTC', amount: '1' }] } },
      { 'loan:1': { at: '0.7', steps: [{ act: 'add', coin: 'BTC', amount: '-1' }] } },
      { 'loan:1': { at: '0.7', steps: [{ act: 'reduce', coin: 'BTC', amount: '1' }] } },
      { 'loan:1': { at: '0.7', steps: [{ act: 'add', coin: 'B\nC', amount: '1' }] } },
      { 'position:1': { at: '0.2', steps: [{ act: 'repay', coin: 'BTC', amount: '1' }] } },
      { 'a\nb': { at: '0.7', steps: [{ act: 'add', coin: 'BTC', amount: '1' }] } },
    ].map((rescues): [string, unknown, RegExp] => [
      `a rescue that is none, ${JSON.stringify(rescues)}`,
      { ...good, accounts: [{ ...main, rescues }] },
      /^accounts\.0\.rescues/,
    ]),
    ['an interval of no time', { ...good, settings: { refreshIntervalSeconds: 0 } }, /^settings\.refreshIntervalSeconds/],
    ['an unknown level', { ...good, warnings: [{ ...silenced, level: 'calm' }] }, /^warnings\.0\.level/],
    [
      'too many accounts',
      { ...good, accounts: Array.from({ length: 201 }, (_, id) => ({ ...main, id: String(id) })) },
      saysLike('moving.wrong', 'accounts'),
    ],
  ] as const) {
    it(`writes nothing and says what is wrong: ${what}`, async () => {
      const there = new Computer();
      const text = typeof content === 'string' ? content : JSON.stringify(content);
      const talk = await there.does(importSetup, choose(fileOf(text)));
      assert.equal(there.writes, 0);
      assert.deepEqual(
        talk.heard.map(({ what: kind, kind: loud }) => [kind, loud]),
        [
          ['file', undefined],
          ['notice', 'error'],
        ],
      );
      const told = readMoved(text, exchanges, now);
      assert.ok('fault' in told);
      assert.equal(talk.titles('notice')[0], says('moving.nothing-imported', english(told.fault)));
      if (typeof sentence === 'string') assert.equal(english(told.fault), sentence);
      else assert.match(english(told.fault), sentence);
    });
  }

  it('reads back all that it writes, and takes no other field of it', () => {
    const text = fc
      .string({ unit: fc.constantFrom('a', 'Z', ' ', '0', '-', '中', 'é'), minLength: 1, maxLength: 40 })
      .map((one) => `x${one}`.trim());
    const moved: fc.Arbitrary<Moved> = fc.record({
      accounts: fc.uniqueArray(
        fc.record(
          {
            id: text,
            venue: fc.constant('okx'),
            site: fc.constant('global'),
            name: text,
            readOnly: fc.boolean(),
            uid: text,
            thresholds: fc.constant(own),
            levels: fc.constant({ 'loan:1': ownLevels, 'position:BTC-USDT': ownLevels }),
            rescues: fc.constant({
              'loan:1': { at: decimal('0.7'), steps: [{ act: 'repay' as const, coin: 'USDT', amount: decimal('500.000000000000000001') }] },
            }),
          },
          { requiredKeys: ['id', 'venue', 'site', 'name', 'readOnly'] },
        ),
        { selector: ({ id }) => id, maxLength: 5 },
      ),
      settings: fc.record(
        { refreshIntervalSeconds: fc.integer({ min: 10, max: 600 }), 'limits.perDayUsd': fc.constant('12.5') },
        { requiredKeys: [] },
      ),
      warnings: fc.array(
        fc.record({ account: text, target: text, level: fc.constant('warn' as const), since: fc.nat(), repeats: fc.nat() }),
        { maxLength: 3 },
      ),
    });
    holds(
      fc.property(moved, (one) => {
        const plain: unknown = JSON.parse(JSON.stringify(one));
        assert.deepEqual(readMoved(movingText(one, new Date(now).toISOString()), exchanges, now), plain);
        const more = JSON.stringify({
          ...(JSON.parse(movingText(one, new Date(now).toISOString())) as object),
          keys: { apiKey: 'k' },
          history: { version: 7, rows: [] },
        });
        assert.deepEqual(readMoved(more, exchanges, now), plain);
      }),
    );
  });
});
