import assert from 'node:assert/strict';
import { decimal as d } from '../../../src/core/decimal.ts';
import type { AccountState } from '../../../src/engine/monitor/store.ts';
import type { Warning } from '../../../src/engine/storage/warning-protocol.ts';
import { OutlineNode } from '../../../src/views/outline-node.ts';
import { asPlace } from '../../../src/views/place.ts';
import { warningsOutline } from '../../../src/views/warnings.ts';
import { levelsText, says, saysLike } from '../../texts.ts';
import { account, line, loan, now, position, snapshot, state, text, viewContext } from './samples.ts';

const row = (target: string, more: Partial<Warning> = {}): Warning => ({
  ...{ account: 'one', target, level: 'danger', since: now - 5 * 60_000, repeats: 0, told: now },
  ...more,
});
const own: AccountState = state({
  account: account({
    key: { asOf: now, unbound: true },
    levels: { 'loan:12345': { watch: d('0.3'), warn: d('0.15'), danger: d('0.08') } },
  }),
  snapshot: snapshot({ loans: [loan({ ltv: d('0.7') })], positions: [position()] }),
});
const entries = (rows: readonly Warning[], ...states: readonly AccountState[]) =>
  warningsOutline(states.length === 0 ? [own] : states, viewContext({ warnings: (id) => rows.filter((one) => one.account === id) }));

describe('the Warnings view', () => {
  it('lists what stands, the worst first and notices last, with what it is, since when, and what was said about it', () => {
    const rows = [
      row('unbound', { level: 'warn' }),
      row('level position:p1', { level: 'warn', acknowledged: 'warn' }),
      row('level loan:12345', { snoozedUntil: now + 60_000 }),
    ];
    const loanName = says('list.brackets', says('term.loan', '12345'), 'Main');
    const positionName = says('list.brackets', `BTC-USDT-SWAP ${says('position.long')}`, 'Main');
    const ago = says('warning.began', says('time.min-ago', '5'));
    assert.deepEqual(entries(rows).map(line), [
      [
        ...[loanName, says('level.danger'), says('line.to', '5.0%', says('preview.margin-call'))],
        ...[says('warning.snoozed-until', new Date(now + 60_000).toISOString()), ago],
      ].join(' | '),
      [
        positionName,
        says('level.warning'),
        `${says('line.to', '12.4%', says('preview.liquidation'))}, ${says('warning.recovering')}`,
        says('warning.acknowledged'),
        ago,
      ].join(' | '),
      ['Main', says('level.notice'), says('warning.no-ip-list'), ago].join(' | '),
    ]);
    assert.deepEqual(
      entries(rows).map(({ context, icon }) => [context, icon?.id]),
      [
        ['warning.loan', 'flame'],
        ['warning.position.known', 'warning'],
        ['warning.account', 'info'],
      ],
    );
  });

  it('tells a screen reader the level first, and in the tooltip the whole sentence and the own levels', () => {
    const [entry] = entries([row('level loan:12345')]);
    assert.match(text(entry?.spoken), new RegExp(`^${says('level.danger')}, ${says('term.loan', '12345')}`));
    const details = entry?.details?.();
    assert.match(text(details?.note), saysLike('warning.near', says('level.danger'), says('kinds.loan', '12345'), 'Main', '5.0%'));
    assert.ok(
      details?.lines.some(({ label, value }) => text(label) === says('levels.yours') && text(value) === levelsText('30', '15', '8')),
    );
  });

  it('is empty without warnings, and marks what is simulated, after real money', () => {
    assert.deepEqual(entries([]), []);
    const played = { ...own, account: account({ id: 'play', name: 'Play', simulated: true }) };
    const both = entries([row('level loan:12345', { account: 'play' }), row('level loan:12345', { level: 'warn' })], played, own);
    assert.deepEqual(
      both.map(({ accountId }) => accountId),
      ['one', 'play'],
    );
    assert.ok(both[1]?.description?.map(text).includes(says('term.simulated')));
  });

  it('passes the one warning to its commands', () => {
    const [entry] = entries([row('level loan:12345')]);
    assert.deepEqual(asPlace(new OutlineNode(entry!, undefined)), {
      ...{ accountId: 'one', on: { kind: 'loan', id: '12345' }, warning: 'level loan:12345' },
    });
  });

  it('says in a few words what each row is about', () => {
    const changed = [{ loan: '12345', what: 'marginCall', before: d('0.75'), after: d('0.8'), noticed: now }] as const;
    const one = { ...own, snapshot: snapshot({ loans: [loan({ capped: ['BTC'] })], changed }) };
    const what = (target: string): string => text(entries([row(target)], one)[0]?.description?.[1]);
    assert.equal(what('overdue loan:12345'), says('term.debt-overdue'));
    assert.equal(what('due loan:12345'), says('warning.due-soon'));
    assert.equal(what('capped loan:12345'), says('warning.capped-coins', 'BTC'));
    assert.equal(what('terms loan:12345'), `${says('preview.margin-call')} 75.00% → 80.00%`);
    assert.equal(what('key'), says('warning.valid-until', says('term.unknown')));
    for (const target of ['blind', 'level position:gone']) assert.equal(what(target), says('account.not-read'));
  });
});
