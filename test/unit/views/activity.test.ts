import assert from 'node:assert/strict';
import { msg } from '../../../src/core/message.ts';
import type { WriteRecord } from '../../../src/engine/ledger/record.ts';
import type { Change } from '../../../src/exchanges/exchange.ts';
import { undoMs } from '../../../src/engine/ledger/undo.ts';
import { adopt, renew, type OutlineNode } from '../../../src/views/outline-node.ts';
import { activityOutline, type ActivityActs, type ActivityView } from '../../../src/views/activity.ts';
import { stateIcon } from '../../../src/words/activity.ts';
import type { Entry } from '../../../src/views/entry.ts';
import { inBoth } from '../words/chinese.ts';
import { fullMarginWrite, fullWrite, rowsOf, states } from './activity-samples.ts';
import { account, below, failure, line, now, viewContext, state, text, write } from './samples.ts';
import { spokenOf } from '../../../src/views/entry.ts';
import { changeName, marginOf, onLoan, says } from '../../texts.ts';

const acts: ActivityActs = {
  times: { minute: (ms) => `at ${(ms - now).toString()}`, second: (ms) => new Date(ms).toISOString() },
  more: () => undefined,
};

const viewOf = (writes: readonly WriteRecord[], rows: readonly WriteRecord[] = [], shown = 50): ActivityView => ({
  writes,
  steps: (id) => rows.filter((row) => row.id === id),
  shown: () => shown,
});

const outline = (view: ActivityView, change: Partial<ActivityActs> = {}, accounts = [state()]): readonly Entry[] =>
  activityOutline(accounts, viewContext(), view, { ...acts, ...change });

const linesOf = (view: ActivityView, change: Partial<ActivityActs> = {}): readonly Entry[] => outline(view, change)[0]!.children!;
const only = (record: WriteRecord, change: Partial<ActivityActs> = {}): Entry => linesOf(viewOf([record], rowsOf(record)), change)[0]!;
const everything = (entries: readonly Entry[]): readonly Entry[] => entries.flatMap((one) => [one, ...everything(one.children ?? [])]);

describe('the Activity view', () => {
  it('has a line in words for each change, below its account', () => {
    const writes = [fullWrite(), fullMarginWrite({ state: 'accepted' }), write({ id: 'w2', state: 'rejected' })];
    assert.deepEqual(below(outline(viewOf(writes))[0]!), [
      `${changeName('add', '0.1', 'BTC', onLoan('12345'))} | ${says('activity.confirmed')} | at -58000`,
      `${changeName('remove', '100', 'USDT', marginOf('BTC-USDT-SWAP long'))} | ${says('activity.accepted')} | at -4000`,
      `${changeName('add', '0.1', 'BTC', onLoan('12345'))} | ${says('activity.rejected')} | at -5000`,
    ]);
  });

  for (const [facts, word] of states) {
    it(`says “${word}” of ${JSON.stringify(facts)}, in both languages, with an icon of its own`, () => {
      const record = write(facts);
      const entry = only(record);
      assert.equal(entry.description?.map(text)[0], word);
      assert.match(text(spokenOf(entry)), new RegExp(word));
      for (const part of [entry.label, spokenOf(entry), ...entry.description]) if (typeof part !== 'string') inBoth(part);
    });
  }

  it('tells states apart by shape, not by colour alone', () => {
    const done = states.filter(([, word]) => word === says('activity.confirmed')).map(([facts]) => stateIcon(write(facts)).id);
    const others = states.filter(([, word]) => word !== says('activity.confirmed')).map(([facts]) => stateIcon(write(facts)).id);
    assert.ok(done.every((id) => !others.includes(id)));
    const shapes = ['planned', 'sent', 'accepted', 'unknown', 'rejected', 'not-effective', 'mismatch'] as const;
    assert.equal(new Set(shapes.map((one) => stateIcon(write({ state: one })).id)).size, shapes.length);
  });

  it('marks what is simulated in the line and for a screen reader', () => {
    const [entry] = outline(viewOf([fullWrite()]), {}, [state({ account: account({ simulated: true }) })])[0]!.children!;
    assert.equal(
      line(entry!),
      `${changeName('add', '0.1', 'BTC', onLoan('12345'))} | ${says('activity.confirmed')} | ${says('term.simulated')} | at -58000`,
    );
    assert.equal(
      text(spokenOf(entry!)),
      [changeName('add', '0.1', 'BTC', onLoan('12345')), says('activity.confirmed'), says('term.simulated'), 'at -58000'].join(', '),
    );
  });

  it('tells everything of a change of collateral below its line', () => {
    const entry = only(fullWrite());
    const at = (ms: number): string => new Date(now + ms).toISOString();
    assert.deepEqual(below(entry), [
      `${says('activity.recorded')} | ${at(-60_000)}`,
      `${says('activity.sent')} | ${at(-58_000)}`,
      `${says('activity.accepted')} | ${at(-57_000)}`,
      `${says('activity.confirmed')} | ${at(-50_000)}`,
      'LTV before | 57.99%',
      `${says('term.by-estimate', 'LTV')} | 51.54%`,
      'LTV after | 51.54%',
      says('activity.inputs'),
      says('activity.request-answer'),
      'Proof',
      says('activity.origin'),
    ]);
    const groups = Object.fromEntries(entry.children!.filter(({ children }) => children).map((group) => [text(group.label), below(group)]));
    assert.deepEqual(groups, {
      [says('activity.inputs')]: [
        `${says('term.updated')} | ${at(-61_000)}`,
        `${says('collateral.available')} | 1.7921483143067599 BTC`,
        `${says('activity.limit')} | 1.5 BTC`,
        `${says('collateral.value')} | $8,832.71`,
        `${says('activity.before', says('term.collateral'))} | 0.8 BTC`,
        `${says('kinds.newest-row')} | h-before`,
      ],
      'Request and answer': [
        'Request | POST /api/v5/finance/flexible-loan/adjust-collateral',
        'Body | {"type":"add","collateralCcy":"BTC","collateralAmt":"0.1","orderId":"12345"}',
        `${says('activity.answer')} | ${says('activity.accepted')}`,
        'Code | 0',
        `${says('activity.answered')} | ${at(-57_000)}`,
        'Reference | ref-1',
      ],
      Proof: [
        `${says('activity.history-entry')} | h-after`,
        `${says('activity.type')} | ${says('row.collateral-added')} (collateral_locked)`,
        'Amount | 0.1 BTC',
        `${says('activity.exchange-time')} | ${at(-56_000)}`,
      ],
      [says('activity.origin')]: [`${says('activity.change-id')} | w1`, 'Window | window-7'],
    });
  });

  it('tells liquidation prices of a change of margin, and that the position is the proof', () => {
    const lines = everything([only(fullMarginWrite())]).map(line);
    for (const wanted of [
      'Liquidation price before | 52,560.13',
      `${says('term.by-estimate', says('term.liquidation-price'))} | 53,060.5`,
      'Liquidation price after | 53,061.01',
      `${says('activity.before', says('position.margin'))} | 1,600 USDT`,
      `${says('activity.before', says('position.leverage'))} | 8×`,
      `Proof | ${says('activity.position')}`,
    ]) {
      assert.ok(lines.includes(wanted), `${wanted} in ${JSON.stringify(lines)}`);
    }
  });

  it('says so when a person closed it without proof, and why something was not done', () => {
    const entry = linesOf(viewOf([write({ state: 'not-effective', sentAt: now, note: msg('test', 'It went wrong.') })]))[0]!;
    const lines = everything([entry]).map(line);
    assert.ok(lines.includes(`Proof | ${says('activity.no-proof')}`), JSON.stringify(lines));
    assert.ok(lines.includes('Note | It went wrong.'), JSON.stringify(lines));
  });

  it('copies exact amounts, not rounded ones', () => {
    const entry = only(fullWrite());
    assert.equal(entry.copy, '0.1');
    const copies = Object.fromEntries(everything(entry.children!).map(({ label, copy }) => [text(label), copy]));
    assert.equal(copies['LTV before'], '0.579812345');
    assert.equal(copies[says('collateral.value')], '8832.70123');
    assert.equal(copies['Reference'], 'ref-1');
  });

  it('offers undoing where it can be undone, and resolving where it is unsettled', () => {
    const contextOf = (record: WriteRecord): Entry['context'] => only(record).context;
    assert.equal(contextOf(fullWrite()), 'undoableWrite');
    assert.equal(contextOf(fullWrite({ updatedAt: now - undoMs })), 'write');
    assert.equal(contextOf(fullMarginWrite()), 'write', 'taking out is not undone');
    assert.equal(contextOf(write({ state: 'rejected' })), 'write');
    assert.equal(contextOf(write({ state: 'unknown' })), 'openWrite');
    assert.equal(contextOf(write({ state: 'mismatch' })), 'openWrite');
    assert.equal(contextOf(write({ state: 'mismatch', freezeLiftedAt: now })), 'write');
  });

  it('offers no more undoing once it was undone', () => {
    const added = fullWrite();
    const taken = fullWrite({
      id: 'w2',
      change: { ...added.change, direction: 'reduce' } as Change,
      plannedAt: added.plannedAt + 1,
      sentAt: added.plannedAt + 2,
    });
    assert.deepEqual(
      linesOf(viewOf([taken, added])).map(({ context }) => context),
      ['write', 'write'],
    );
  });

  it('hands commands the account, the change and what it is about', () => {
    const { accountId, writeId, on } = only(fullWrite());
    assert.deepEqual([accountId, writeId, on], ['one', 'w1', { kind: 'loan', id: '12345' }]);
    assert.deepEqual(only(fullMarginWrite()).on, { kind: 'position', id: 'p1' });
  });

  it('lists a page and offers the rest', () => {
    const writes = Array.from({ length: 53 }, (_, index) => write({ id: `w${index.toString()}` }));
    let asked = '';
    const more = (accountId: string): void => {
      asked = accountId;
    };
    const lines = linesOf(viewOf(writes), { more });
    assert.equal(lines.length, 51);
    assert.equal(line(lines[50]!), says('list.brackets', says('page.load-more'), '3'));
    assert.equal(lines[50]!.context, 'more');
    assert.ok(typeof lines[50]!.more === 'function');
    lines[50]!.more();
    assert.equal(asked, 'one');
    assert.equal(linesOf(viewOf(writes, [], 100)).length, 53);
  });

  it('says that there was none, per account and without any account', () => {
    const entries = outline(viewOf([fullWrite()]), {}, [state(), state({ account: account({ id: 'two', name: 'Other' }) })]);
    assert.deepEqual(below(entries[1]!), [says('activity.no-changes')]);
    assert.deepEqual(outline(viewOf([]), {}, []).map(line), [says('activity.no-changes')]);
  });

  it('keeps the changes of an account that was removed, and claims nothing about its money', () => {
    const entries = outline(viewOf([write({ accountId: 'gone', accountName: 'Old', id: 'w9' })]));
    assert.deepEqual(
      entries.map(({ label }) => label),
      ['Main', 'Old'],
    );
    assert.equal(line(entries[1]!), `Old | ${says('term.removed-account')}`);
    assert.equal(entries[1]!.context, 'group');
    assert.equal(entries[1]!.children!.length, 1);
  });

  it('is one line with the reason and what helps when the journal cannot be read', () => {
    const entries = outline({ trouble: msg('test', 'Row 3 was altered.') }, {}, [state({ failure: failure() })]);
    assert.deepEqual(entries.map(line), ['Row 3 was altered.']);
  });

  it('has ids that are unique and stay', () => {
    const rows = [...rowsOf(fullWrite()), ...rowsOf(fullMarginWrite())];
    const ids = (view: ActivityView): string[] => everything(outline(view)).map(({ id }) => id);
    const before = ids(viewOf([fullWrite(), fullMarginWrite()], rows));
    assert.equal(new Set(before).size, before.length);
    const after = ids(viewOf([fullWrite({ id: 'w2' }), fullWrite(), fullMarginWrite()], rows));
    assert.deepEqual(
      before.filter((id) => !after.includes(id)),
      [],
    );
  });

  it('repaints only the change that moved on', () => {
    const open = (nodes: readonly OutlineNode[]): void => {
      for (const node of nodes) {
        node.children = adopt(node.entry.children ?? [], [], node);
        open(node.children);
      }
    };
    const nodes = adopt(outline(viewOf([write(), fullMarginWrite()])), [], undefined);
    open(nodes);
    assert.deepEqual(renew(nodes, outline(viewOf([write(), fullMarginWrite()]))), { all: false, changed: [] });
    const { all, changed } = renew(nodes, outline(viewOf([write({ state: 'effective' }), fullMarginWrite()])));
    assert.equal(all, false);
    assert.deepEqual(
      changed.map(({ entry }) => entry.id),
      ['write/w1'],
    );
  });

  it('has every word of a whole change in Chinese', () => {
    for (const entry of everything(linesOf(viewOf([fullWrite(), fullMarginWrite()], rowsOf(fullWrite()))))) {
      for (const part of [entry.label, spokenOf(entry), ...(entry.description ?? [])]) if (typeof part !== 'string') inBoth(part);
    }
  });

  it('tells the course of a change when a person stays on its line', () => {
    const details = only(fullWrite()).details!();
    assert.equal(text(details.title), changeName('add', '0.1', 'BTC', onLoan('12345')));
    assert.deepEqual(
      details.lines.map(({ label, value }) => `${text(label)}: ${text(value)}`).filter((one) => /^(Status|LTV)/.test(one)),
      [
        `${says('term.status')}: ${says('activity.confirmed')}`,
        'LTV before: 57.99%',
        `${says('term.by-estimate', 'LTV')}: 51.54%`,
        'LTV after: 51.54%',
      ],
    );
  });
});
