import assert from 'node:assert/strict';
import { msg } from '../../../src/core/message.ts';
import { Refusal } from '../../../src/engine/ledger/ledger.ts';
import type { WriteRecord } from '../../../src/engine/ledger/record.ts';
import type { NamedFile } from '../../../src/flows/conversation.ts';
import { exportActivity } from '../../../src/flows/export-activity.ts';
import { Setup } from '../engine/ledger/support.ts';
import { record } from '../words/records.ts';
import { actingAt, after, leave, name, pickSeveral, press, Scripted, throughTime, type Answer } from './scripted.ts';
import { says } from '../../texts.ts';

/** A file that a person names; what is written to it is kept here. */
class Paper implements NamedFile {
  readonly where = '/home/me/activity';
  readonly path: string;
  text: string | undefined;
  opened = 0;
  fault: Error | undefined;

  constructor(path = '/home/me/activity.csv') {
    this.path = path;
  }

  readonly write = async (text: string | Uint8Array): Promise<void> => {
    if (this.fault !== undefined) throw this.fault;
    this.text = text as string;
  };

  readonly open = async (): Promise<void> => void (this.opened += 1);
}

const first = record({ id: 'w1', accountId: 'a', accountName: 'Main' });
const gone = record({ id: 'w2', accountId: 'gone', accountName: 'Old name' });

async function exporting(
  answers: readonly Answer[],
  records: readonly WriteRecord[] = [first],
  more: { readonly steps?: () => unknown } = {},
) {
  const setup = new Setup();
  const talk = new Scripted(...answers);
  const { app } = actingAt(setup, talk);
  const steps = async (): Promise<readonly WriteRecord[]> => {
    await more.steps?.();
    return records;
  };
  const ledger = Object.assign(Object.create(app.ledger) as typeof app.ledger, { activity: async () => records, steps });
  await throughTime(setup, exportActivity({ ...app, ledger }));
  assert.equal(talk.left, 0);
  return talk;
}

describe('exporting the activity', () => {
  it('writes every row to the file that is named, says how many, and opens it on request', async () => {
    const paper = new Paper();
    const talk = await exporting([name(paper), press(says('button.open-file'))]);
    const [question] = talk.heard;
    assert.deepEqual([question!.what, question!.title, question!.choices], ['file', says('button.export-activity'), ['CSV', 'JSON Lines']]);
    assert.match(question!.detail, /^ltv-gauge-activity-2023-11-1[45]\.csv$/);
    assert.match(paper.text!, /^\uFEFFchange_id,row,account_id,account,/);
    assert.match(paper.text!, /\r\nw1,/);
    assert.deepEqual(talk.titles('notice'), [says('export.rows', '1', '/home/me/activity')]);
    assert.equal(paper.opened, 1);
  });

  it('writes JSON lines to a file that ends so', async () => {
    const paper = new Paper('/home/me/activity.jsonl');
    const talk = await exporting([name(paper)], [first, first]);
    assert.deepEqual(talk.titles('notice'), [says('export.rows', '2', '/home/me/activity')]);
    assert.equal((JSON.parse(paper.text!.split('\n')[0]!) as { id?: string; change_id?: string }).change_id, 'w1');
    assert.equal(paper.opened, 0);
  });

  it('asks nothing where nothing is recorded', async () => {
    const talk = await exporting([], []);
    assert.deepEqual(talk.titles('notice'), [says('activity.no-changes')]);
  });

  it('asks whose changes of several accounts, of removed ones too, and writes no other', async () => {
    const paper = new Paper();
    const talk = await exporting([pickSeveral('Old name'), name(paper)], [gone, first]);
    assert.deepEqual([...talk.heard[0]!.lines!].sort(), ['Main | ', `Old name | ${says('term.removed-account')}`]);
    assert.match(paper.text!, /\r\nw2,/);
    assert.doesNotMatch(paper.text!, /\r\nw1,/);
  });

  it('calls a removed account by its latest name', async () => {
    const older = record({ id: 'w0', accountId: 'gone', accountName: 'Oldest name' });
    const talk = await exporting([leave], [gone, older, first]);
    assert.ok(talk.heard[0]!.choices.includes('Old name'));
  });

  for (const [where, answers] of [
    ['at the accounts', [leave]],
    ['with no account picked', [pickSeveral()]],
    ['at the file', [pickSeveral('Main', 'Old name'), leave]],
  ] as const) {
    it(`writes nothing and says nothing when it is left ${where}`, async () => {
      const talk = await exporting(answers, [gone, first]);
      assert.deepEqual(talk.titles('notice'), []);
    });
  }

  it('says in the words of the file system why the file could not be written', async () => {
    const paper = new Paper();
    paper.fault = new Error('ENOSPC: no space left on device');
    const talk = await exporting([name(paper)]);
    assert.deepEqual(
      talk.heard.slice(1).map(({ title, kind }) => [title, kind]),
      [[says('export.file-not-written', 'ENOSPC: no space left on device.'), 'error']],
    );
  });

  it('says why a journal that cannot be read was not exported', async () => {
    const paper = new Paper();
    const steps = (): never => {
      throw new Refusal(msg('test', 'The journal cannot be read.'));
    };
    const talk = await exporting([name(paper)], [first], { steps });
    assert.deepEqual(talk.titles('notice'), [says('export.nothing-exported', 'The journal cannot be read.')]);
    assert.equal(paper.text, undefined);
  });

  it('lets nothing else be mistaken for such a reason', async () => {
    const steps = (): never => {
      throw new TypeError('a mistake of ours');
    };
    await assert.rejects(exporting([name(new Paper())], [first], { steps }), /a mistake of ours/);
  });

  it('shows a progress only when it takes longer than a second, and writes nothing once that is stopped', async () => {
    assert.deepEqual((await exporting([name(new Paper())])).worked, []);
    const setup = new Setup();
    const paper = new Paper();
    const talk = new Scripted(name(paper));
    talk.stops = says('export.exporting-activity');
    const { app } = actingAt(setup, talk);
    const steps = async (): Promise<readonly WriteRecord[]> => {
      await setup.clock.sleep(5_000);
      return [first];
    };
    const ledger = Object.assign(Object.create(app.ledger) as typeof app.ledger, { activity: async () => [first], steps });
    await throughTime(setup, exportActivity({ ...app, ledger }));
    assert.deepEqual(talk.worked, [says('export.exporting-activity')]);
    assert.deepEqual([paper.text, talk.titles('notice')], [undefined, []]);
  });

  it('writes what is recorded when the file is named, not when the question was asked', async () => {
    const rows: WriteRecord[] = [first];
    const paper = new Paper();
    await exporting([after(() => rows.push(record({ id: 'w9', accountId: 'a' })), name(paper))], rows);
    assert.match(paper.text!, /\r\nw9,/);
  });
});
