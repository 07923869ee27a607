import assert from 'node:assert/strict';
import { msg } from '../../../src/core/message.ts';
import type { Verification } from '../../../src/engine/ledger/journal.ts';
import { Refusal } from '../../../src/engine/ledger/ledger.ts';
import { verifyLedger } from '../../../src/flows/verify-ledger.ts';
import { Setup } from '../engine/ledger/support.ts';
import { actingAt, leave, press, Scripted, type Answer } from './scripted.ts';
import { says, saysInTurn, saysLike } from '../../texts.ts';

const whole = { ok: true, rows: 12, writes: 3, head: '0123456789abcdef' } as const;
const altered: Verification = { ok: false, row: 2, sentence: msg('test', 'Row 2 was altered.') };
const unread: Verification = { ok: false, sentence: msg('test', 'The file cannot be opened.') };

/** @param found by one look after the other; the last one stays so */
async function verifying(found: readonly Verification[], setAside: () => string, ...answers: readonly Answer[]) {
  const left = [...found];
  const talk = new Scripted(...answers);
  const { app } = actingAt(new Setup(), talk);
  const did: string[] = [];
  const logged: string[] = [];
  const ledger = Object.assign(Object.create(app.ledger) as typeof app.ledger, {
    verify: async () => (left.length > 1 ? left.shift()! : left[0]!),
    setAside: async () => {
      did.push('set aside');
      return setAside();
    },
  });
  const note = (line: string | Error): void => void logged.push(String(line));
  const poller = { refresh: async () => void did.push('read again') };
  await verifyLedger({ ...app, ledger, poller, log: { info: note, warn: note, error: note } });
  assert.equal(talk.left, 0);
  return { talk, did, logged };
}

const place = (): string => '/storage/journal/ledger-1.sqlite';
const never = (): never => {
  throw new Error('not to be set aside');
};
const setAside = press(says('button.start-new-log-more'));
const sure = press(says('button.start-new-log'));

describe('verifying the ledger', () => {
  it('says that it is whole, with as much of the last row as two people would compare', async () => {
    const { talk, logged } = await verifying([whole], never);
    assert.deepEqual(talk.worked, [says('ledger.verifying')]);
    assert.deepEqual(talk.titles('notice'), [says('ledger.intact', '12', '3', '0123456789ab')]);
    assert.deepEqual(logged, ['ledger verified: 12 rows of 3 changes, head 0123456789abcdef']);
  });

  it('shows how far it is, and says nothing of what it found when the person stopped it', async () => {
    const talk = new Scripted();
    const { app } = actingAt(new Setup(), talk);
    const verify: typeof app.ledger.verify = async (followed) => {
      followed!.say(0.256);
      return followed!.signal.aborted ? unread : whole;
    };
    const ledger = Object.assign(Object.create(app.ledger) as typeof app.ledger, { verify });
    await verifyLedger({ ...app, ledger });
    assert.deepEqual(talk.worked, ['25%', says('ledger.verifying')]);
    assert.equal(talk.titles('notice').length, 1);
    talk.stops = '25%';
    await verifyLedger({ ...app, ledger });
    assert.deepEqual([talk.titles('notice').length, talk.titles('dialog').length], [1, 0]);
  });

  it('says that an empty one is empty', async () => {
    const { talk } = await verifying([{ ok: true, rows: 0, writes: 0 }], never);
    assert.deepEqual(talk.titles('notice'), [says('ledger.intact', '0', '0', '–')]);
  });

  it('names the row that was altered, and what that means', async () => {
    const { talk, logged } = await verifying([altered], never, leave);
    const [dialog] = talk.heard;
    assert.equal(dialog!.title, says('ledger.damaged-at-row', '2'));
    assert.match(dialog!.detail, saysInTurn(`${says('ledger.row-altered', '2')}\n\n`, saysLike('ledger.not-reliable')));
    assert.deepEqual([dialog!.kind, dialog!.choices], ['error', [says('button.show-log'), says('button.start-new-log-more')]]);
    assert.deepEqual(logged, [`ledger not whole, row 2: ${says('ledger.row-altered', '2')}`]);
  });

  it('blames no row where none can be read, and says that nothing was lost by looking', async () => {
    const { talk } = await verifying([unread], never, press(says('button.show-log')));
    assert.equal(talk.heard[0]!.title, says('ledger.cannot-verify'));
    assert.match(talk.heard[0]!.detail, saysLike('ledger.last-resort'));
    assert.deepEqual(talk.did, ['openLog']);
  });

  it('sets nothing aside before it was asked a second time, whose harmless answer comes first and leads back', async () => {
    for (const answers of [
      [setAside, leave],
      [setAside, press('Go Back'), leave],
    ]) {
      const { talk, did } = await verifying([altered], never, ...answers);
      assert.equal(talk.heard[1]!.title, says('ledger.start-new'));
      assert.match(talk.heard[1]!.detail, saysLike('ledger.new-log-keeps'));
      assert.deepEqual([talk.heard[1]!.kind, talk.heard[1]!.choices], ['warning', ['Go Back', says('button.start-new-log')]]);
      assert.deepEqual(did, []);
    }
  });

  it('sets it aside for whoever is sure, says where it is kept, and reads again', async () => {
    const { talk, did, logged } = await verifying([altered], place, setAside, sure, press(says('button.copy-path')));
    assert.deepEqual(did, ['set aside', 'read again']);
    assert.deepEqual(talk.worked, [says('ledger.verifying'), says('ledger.starting-new')]);
    assert.deepEqual(talk.titles('notice'), [says('ledger.new-started', '/storage/journal/ledger-1.sqlite')]);
    assert.deepEqual(talk.copied, ['/storage/journal/ledger-1.sqlite']);
    assert.equal(logged.at(-1), 'ledger set aside: /storage/journal/ledger-1.sqlite');
  });

  it('does not set aside what another window made whole while the questions stood there', async () => {
    const { talk, did } = await verifying([altered, whole], never, setAside, sure);
    assert.deepEqual(did, []);
    assert.match(talk.titles('notice')[0]!, saysLike('ledger.intact'));
  });

  it('says why it could not be set aside', async () => {
    const refuse = (): never => {
      throw new Refusal(msg('test', 'Another window is at work on it.'));
    };
    const { talk } = await verifying([altered], refuse, setAside, sure);
    assert.deepEqual(
      talk.heard.filter(({ what }) => what === 'notice').map(({ title, kind }) => [title, kind]),
      [[says('ledger.not-started', 'Another window is at work on it.'), 'error']],
    );
  });
});
