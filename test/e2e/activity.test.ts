import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';
import { eventually } from './eventually.ts';
import { addAccount, previewCollateral } from './exchange.ts';
import { itInLongRound, useExchange, useWorkbench } from './use-workbench.ts';
import { changeName, onLoan, says, saysLike } from '../texts.ts';

/** Changes a word in a row of the journal, as only the extension should: the table's guards are removed first. */
function alterRow(folder: string, row: number): void {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((file) => path.basename(file) === 'ledger.sqlite');
  assert.ok(found !== undefined, `the ledger is somewhere below ${folder}`);
  const database = new DatabaseSync(path.join(folder, found));
  try {
    const guards = database.prepare(`SELECT name FROM sqlite_master WHERE type = 'trigger'`).all() as { name: string }[];
    for (const { name } of guards) database.exec(`DROP TRIGGER "${name}"`);
    const changed = database.prepare(`UPDATE rows SET line = replace(line, '0.02', '0.20') WHERE seq = ?`).run(row);
    assert.equal(changed.changes, 1);
  } finally {
    database.close();
  }
}

/** What was done stays to be seen, to be handed on and to be checked. */
describe('someone who looks back at a change', () => {
  const exchange = useExchange();
  const bench = useWorkbench({ settings: { 'files.simpleDialog.enable': true }, viewport: { width: 1400, height: 1500 } });

  /** What the editor in front says, as it draws it. */
  const editorText = async (): Promise<string> => {
    const lines = bench().page.locator('.editor-group-container.active .view-line');
    return (await lines.allInnerTexts()).join('\n').replaceAll('\u00a0', ' ');
  };

  /** Names the file in the editor's own dialog. */
  async function saveAs(title: string, file: string): Promise<void> {
    await bench().quickInput.waitFor(title);
    // The dialog looks at the folder after each change of its text, takes no Enter meanwhile, and may put back what it offered.
    await eventually('the file to be taken', async () => {
      const dialog = await bench().quickInput.state();
      if (dialog === undefined) return true;
      if (dialog.value !== file) return bench().quickInput.type(file);
      // What it offered may come back a moment after the text was typed.
      await delay(500);
      if ((await bench().quickInput.state())?.value !== file) return undefined;
      await bench().pressEnter();
      return eventually('the dialog to close', async () => (await bench().quickInput.state()) === undefined, { deadlineMs: 1000 });
    });
  }

  async function changed(): Promise<void> {
    await bench().openContainer();
    await addAccount(bench(), exchange(), 'Main');
    await bench().waitForRow('Loans', /57\.98% · Watch/);
    // Room for all of its rows: a tree draws only what is in sight.
    for (const view of ['Loans', 'Positions', 'Collateral']) await bench().pane(view).locator('.pane-header').click();
    await bench().runCommand('LTV Gauge: Focus on Activity View');
    await bench().waitForRow('Activity', says('activity.no-changes'));
    await (await previewCollateral(bench(), 'Add', { loan: '12345', coin: 'BTC', amount: '0.02' })).press('Add 0.02 BTC');
    await bench().waitForNotification(saysLike('outcome.done-now', says('term.ltv')));
    await bench().clearNotifications();
    await bench().waitForRow(
      'Activity',
      new RegExp(
        `^${changeName('add', '0.02', 'BTC', onLoan('12345'))} ${says('activity.confirmed')} · ${says('term.simulated')} · \\d+:\\d\\d`,
      ),
    );
  }

  it('finds it in the Activity view, reads it in a document and exports it, without key and signature', async () => {
    await changed();
    await bench().expand('Activity', 'Add 0.02 BTC');
    for (const row of [
      saysLike('activity.recorded'),
      /^Sent /,
      /^Accepted /,
      saysLike('activity.confirmed'),
      /^LTV before 57\.98%/,
      /^LTV after 5\d/,
    ]) {
      await bench().waitForRow('Activity', row);
    }
    await bench().expand('Activity', says('activity.request-answer'));
    await bench().waitForRow('Activity', /^Request POST \/api\/v5\/finance\/flexible-loan\/adjust-collateral/);
    await bench().waitForRow('Activity', /^Answer Accepted/);
    await bench().expand('Activity', 'Proof');
    await bench().waitForRow('Activity', new RegExp(`^${says('activity.history-entry')} \\d+`));
    await bench().waitForRow('Activity', /^Amount −?0\.02 BTC/);
    await bench().screenshot('activity');

    const { apiKey, secret, passphrase } = exchange().keys;
    await bench().runCommand('LTV Gauge: Open Activity Log');
    const text = await eventually(
      'the document',
      async () => {
        const shown = await editorText();
        return shown.includes(says('activity.change-id')) ? shown : undefined;
      },
      { seen: editorText },
    );
    assert.match(text, saysLike('list.colon', says('activity.title'), says('activity.all-accounts')));
    assert.ok(text.includes(`## ${changeName('add', '0.02', 'BTC', onLoan('12345'))}`), text);
    assert.match(text, /Request: `POST \/api\/v5\/finance\/flexible-loan\/adjust-collateral`/);
    assert.match(text, /"collateralAmt":\s*"0\.02"/);
    for (const part of [apiKey, secret, passphrase]) assert.ok(!text.includes(part));
    await bench().screenshot('activity-document');

    if (!bench().inBrowser) return;
    const file = path.join(bench().folder, 'exported.csv');
    await bench().runCommand('LTV Gauge: Export Activity Log…');
    await saveAs(says('button.export-activity'), file);
    await bench().waitForNotification(saysLike('export.rows', /\d+/, /.*exported\.csv/));
    const rows = readFileSync(file, 'utf8').trimEnd().split('\r\n');
    assert.match(rows[0]!, /^\uFEFFchange_id,row,account_id,account,venue,simulated,state,/);
    assert.match(rows.at(-1)!, /,Main,okx,yes,effective,/);
    for (const part of [apiKey, secret, passphrase]) assert.ok(!rows.join('\n').includes(part));

    // What the exchange tells of the loan: the change is among its rows.
    await bench().clearNotifications();
    const events = path.join(bench().folder, 'loans.csv');
    await bench().runCommand('LTV Gauge: Export Loan History…');
    await bench().quickInput.pick(says('export.events'));
    await saveAs(says('button.export-loan-history'), events);
    await bench().waitForNotification(saysLike('export.rows', /\d+/, /.*loans\.csv/));
    const [head, ...told] = readFileSync(events, 'utf8').trimEnd().split('\r\n');
    assert.match(head!, /^\uFEFFtime,account_id,account,venue,simulated,loan_id,kind,type,meaning,coin,amount,/);
    assert.ok(
      told.some((row) => /,Main,okx,yes,12345,event,collateral_locked,Collateral added,BTC,-?0\.02,/.test(row)),
      told.join('\n'),
    );
  });

  itInLongRound(
    'has the ledger verified, is told which row was altered behind its back, and begins a new one that keeps what counts',
    async () => {
      await changed();
      await bench().runCommand('LTV Gauge: Verify Activity Log');
      await bench().waitForNotification(saysLike('ledger.intact', undefined, '1'));
      await bench().clearNotifications();
      alterRow(bench().folder, 2);
      await bench().runCommand('LTV Gauge: Verify Activity Log');
      const alarm = await bench().dialog();
      assert.match(alarm.text, saysLike('ledger.damaged-at-row', '2'));
      await bench().screenshot('ledger-not-whole');
      await alarm.press(says('button.start-new-log-more'));
      const question = await eventually('the question whether it is sure', async () => {
        const next = await bench().dialog();
        return next.text.includes(says('ledger.start-new')) ? next : undefined;
      });
      await question.press(says('button.start-new-log'));
      const told = await bench().waitForNotification(saysLike('ledger.new-started'));
      const place = saysLike('ledger.new-started', /(.+?)\s*$/).exec(told)?.[1];
      assert.ok(
        place !== undefined && readdirSync(path.dirname(place)).includes(path.basename(place)),
        'what was set aside is still there',
      );
      // What was done within a day counts towards the limits of the day: it is taken along as this window knows it, unaltered.
      await bench().waitForRow('Activity', `${changeName('add', '0.02', 'BTC', onLoan('12345'))} ${says('activity.confirmed')}`);
      await bench().clearNotifications();
      await bench().runCommand('LTV Gauge: Verify Activity Log');
      await bench().waitForNotification(saysLike('ledger.intact', undefined, '1'));
    },
  );
});
