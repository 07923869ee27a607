// What was done stays to be seen, to be handed on and to be checked: by the real engine, its journal on the disk.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { english } from '../../../src/core/message.ts';
import { changeCollateral } from '../../../src/flows/change.ts';
import type { NamedFile } from '../../../src/flows/conversation.ts';
import { exportActivity } from '../../../src/flows/export-activity.ts';
import { exportLoanHistory } from '../../../src/flows/export-loan-history.ts';
import { verifyLedger } from '../../../src/flows/verify-ledger.ts';
import { byWrite } from '../../../src/views/activity.ts';
import { activityText } from '../../../src/words/activity-document.ts';
import { localIso } from '../../../src/words/activity.ts';
import { TestExchange } from '../../e2e/exchange.ts';
import { added, Machine, type Front } from './front.ts';
import { name, pick, press, type } from './scripted.ts';
import { changeName, onLoan, says, saysLike } from '../../texts.ts';

describe('someone who looks back at a change', function () {
  this.timeout(60_000);
  let machine: Machine;
  let front: Front;
  let exchange: TestExchange;
  let accountId: string;
  beforeEach(async () => {
    machine = new Machine();
    front = await machine.front();
    exchange = await machine.runs(TestExchange.start({ clock: machine.clock, settleMs: 500 }));
    accountId = await added(front, exchange, 'Main');
  });
  afterEach(() => machine.end());

  const add = () =>
    front.does(
      (app, attended) => changeCollateral(app, attended, 'add', undefined),
      pick('Loan 12345'),
      pick('BTC'),
      type('0.02'),
      press('Add 0.02 BTC'),
    );
  const hasNoKey = (shown: string): void => {
    for (const part of [exchange.keys.apiKey, exchange.keys.secret, exchange.keys.passphrase]) assert.ok(!shown.includes(part));
  };

  it('sees at first that there was none', async () => {
    assert.ok((await front.activity()).includes(says('activity.no-changes')));
  });

  it('finds it in the Activity view as soon as it is done, with its steps, request, answer and proof', async () => {
    await add();
    const rows = await front.activity();
    for (const row of [
      new RegExp(
        `^${says('term.add-to', '0.02 BTC', onLoan('12345'))} ${says('activity.confirmed')} · ${says('term.simulated')} · \\d+:\\d\\d`,
      ),
      saysLike('activity.recorded'),
      /^Sent /,
      /^Accepted /,
      saysLike('activity.confirmed'),
      /^LTV before 57\.98%/,
      /^LTV after 5\d/,
      /^Request POST \/api\/v5\/finance\/flexible-loan\/adjust-collateral/,
      new RegExp(`^${says('activity.answer')} ${says('activity.accepted')}`),
      new RegExp(`^${says('activity.history-entry')} \\d+`),
      /^Amount −?0\.02 BTC/,
    ]) {
      assert.ok(
        rows.some((one) => row.test(one)),
        `${row.source} in ${rows.join('\n')}`,
      );
    }
    hasNoKey(rows.join('\n'));
  });

  it('reads all of it in a document, without key and signature', async () => {
    await add();
    const { ledger, clock, book } = front.engine;
    const steps = byWrite(await ledger.steps());
    const document = activityText(
      (await ledger.activity()).map((record) => ({ record, rows: steps.get(record.id) ?? [] })),
      {
        account: undefined,
        simulated: new Set(book.list().flatMap(({ id, simulated }) => (simulated ? [id] : []))),
        say: (text) => (typeof text === 'string' ? text : english(text)),
        when: localIso,
        now: clock.now(),
      },
    );
    for (const part of [
      saysLike('list.colon', says('activity.title'), says('activity.all-accounts')),
      saysLike('term.add-to', '0.02 BTC', onLoan('12345')),
      /Request: `POST \/api\/v5\/finance\/flexible-loan\/adjust-collateral`/,
      /"collateralAmt":\s*"0\.02"/,
      saysLike('activity.change-id'),
    ]) {
      assert.match(document, part);
    }
    hasNoKey(document);
  });

  it('exports every row', async () => {
    await add();
    let written = '';
    const file: NamedFile = {
      path: '/home/me/exported.csv',
      where: '/home/me/exported.csv',
      write: async (text) => void (written = text as string),
      open: async () => undefined,
    };
    const talk = await front.does(exportActivity, name(file));
    assert.match(talk.titles('notice')[0]!, saysLike('export.rows', /\d/, '/home/me/exported.csv'));
    const rows = written.trimEnd().split('\r\n');
    assert.match(rows[0]!, /^\uFEFFchange_id,row,account_id,account,venue,simulated,state,/);
    assert.match(rows.at(-1)!, /,Main,okx,yes,effective,/);
    assert.equal(rows.length - 1, (await front.engine.ledger.steps()).length);
    hasNoKey(written);
  });

  it("exports the exchange's own history: each of its rows as events, and what was borrowed and repaid for Koinly", async () => {
    await add();
    front.intervalMs = 10_000;
    await front.passes(6 * 60_000);
    const written: string[] = [];
    const file: NamedFile = {
      path: '/home/me/loans.csv',
      where: '/home/me/loans.csv',
      write: async (content) => void written.push(Buffer.from(content as Uint8Array).toString()),
      open: async () => undefined,
    };
    await front.does(exportLoanHistory, pick(says('export.events')), name(file));
    const talk = await front.does(exportLoanHistory, pick(says('export.koinly')), name(file));
    const [events = [], koinly = []] = written.map((text) => text.trimEnd().split('\r\n').slice(1));
    const ofType = (type: string): readonly string[] => events.filter((line) => line.split(',')[7] === type);
    assert.ok(events.length > 400 && ofType('').every((line) => line.includes(',interest,,Interest accrued,')));
    assert.ok(
      ofType('collateral_locked').some((line) => line.includes(',Main,okx,yes,12345,event,collateral_locked,Collateral added,BTC,-0.02,')),
    );
    const labelled = (label: string): number => koinly.filter((line) => line.split(',')[9] === label).length;
    assert.equal(labelled('Loan'), ofType('borrowed').length);
    const descriptions = new Set(koinly.flatMap((line) => /"SIMULATED, okx, repaid, .*"/.exec(line) ?? []));
    assert.equal(descriptions.size, ofType('repaid').length);
    assert.equal(labelled('Loan') + labelled('Loan fee') + labelled('Loan repayment'), koinly.length);
    assert.doesNotMatch(talk.titles('notice')[0]!, saysLike('export.left-out', undefined, undefined, /[1-9]\d*/));
    hasNoKey(written.join(''));
  });

  it('has the ledger verified, is told which row was altered behind its back, and begins a new one that knows the change', async () => {
    await add();
    const before = await front.does(verifyLedger);
    assert.match(before.titles('notice')[0]!, saysLike('ledger.intact', undefined, '1'));
    alterRow(machine.file('ledger.sqlite'), 2);
    const talk = await front.does(verifyLedger, press(says('button.start-new-log-more')), press(says('button.start-new-log')));
    assert.equal(talk.heard[0]!.title, says('ledger.damaged-at-row', '2'));
    const place = saysLike('ledger.new-started', /(.+)$/).exec(talk.titles('notice')[0]!)?.[1];
    assert.ok(place !== undefined && path.isAbsolute(place) && existsSync(place), 'what was set aside is still there');
    // What was done within a day counts towards the limits of the day: it is taken along as this window knows it, unaltered.
    assert.ok(
      (await front.activity()).some((row) =>
        row.startsWith(`${changeName('add', '0.02', 'BTC', onLoan('12345'))} ${says('activity.confirmed')}`),
      ),
    );
    const after = await front.does(verifyLedger);
    assert.match(after.titles('notice')[0]!, saysLike('ledger.intact', undefined, '1'));
    assert.deepEqual(front.engine.ledger.open(accountId), []);
  });
});

/** Changes a word in a row of the journal, as only the extension should: the table's guards are removed first. */
function alterRow(file: string, row: number): void {
  const database = new DatabaseSync(file);
  try {
    const guards = database.prepare(`SELECT name FROM sqlite_master WHERE type = 'trigger'`).all() as { name: string }[];
    for (const { name: guard } of guards) database.exec(`DROP TRIGGER "${guard}"`);
    const changed = database.prepare(`UPDATE rows SET line = replace(line, '0.02', '0.20') WHERE seq = ?`).run(row);
    assert.equal(changed.changes, 1);
  } finally {
    database.close();
  }
}
