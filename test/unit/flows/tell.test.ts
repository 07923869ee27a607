import assert from 'node:assert/strict';
import { ExchangeError } from '../../../src/core/errors.ts';
import { msg } from '../../../src/core/message.ts';
import { Refusal, type WriteRecord } from '../../../src/engine/ledger/ledger.ts';
import type { Obstacle } from '../../../src/flows/choose.ts';
import { loanAt } from '../../../src/views/place.ts';
import { askWayOn, explainObstacle, sayOutcome, type WaysOn } from '../../../src/flows/tell.ts';
import { Setup } from '../engine/ledger/support.ts';
import { keysElsewhere, keysMissing } from '../../../src/engine/accounts/vault.ts';
import { marginRecord } from '../words/margin-records.ts';
import { record } from '../words/records.ts';
import { actingAt, leave, press, Scripted, type Answer } from './scripted.ts';
import { says } from '../../texts.ts';

function app(...answers: readonly Answer[]) {
  const talk = new Scripted(...answers);
  const logged: string[] = [];
  const note = (line: string | Error): void => void logged.push(String(line));
  return { talk, logged, app: { ...actingAt(new Setup(), talk).app, log: { info: note, warn: note, error: note } } };
}

async function told(write: WriteRecord, isNews: boolean, ...answers: readonly Answer[]): Promise<Scripted> {
  const { talk, app: acting } = app(...answers);
  await sayOutcome(acting, write, isNews);
  assert.equal(talk.left, 0);
  return talk;
}

describe('what became of a change', () => {
  it('is told as loudly as it deserves, with what helps first', async () => {
    const loud: readonly (readonly [WriteRecord['state'], string, string, readonly string[]])[] = [
      ['effective', 'notice', 'info', [says('button.open-gauges')]],
      ['rejected', 'notice', 'error', [says('button.show-log')]],
      ['not-effective', 'notice', 'warning', [says('button.show-log')]],
      ['accepted', 'notice', 'warning', [says('gauge.resolve-unfinished-change'), says('button.show-log')]],
      ['sent', 'notice', 'warning', [says('gauge.resolve-unfinished-change'), says('button.show-log')]],
      ['unknown', 'notice', 'error', [says('gauge.resolve-unfinished-change'), says('button.show-log')]],
      ['mismatch', 'dialog', 'error', [says('gauge.resolve-unfinished-change'), says('button.show-log')]],
    ];
    for (const [state, what, kind, choices] of loud) {
      const [heard] = (await told(record({ state, updatedAt: 0 }), true, ...(what === 'dialog' ? [leave] : []))).heard;
      assert.deepEqual([heard!.what, heard!.kind, heard!.choices], [what, kind, choices], state);
    }
  });

  it('as an alarm says where to look too, of a loan or of a position, and is no dialog when it is no news', async () => {
    const loan = await told(record({ state: 'mismatch' }), true, leave);
    assert.equal(loan.heard[0]!.detail, says('outcome.look-there'));
    const position = await told(marginRecord({ state: 'mismatch' }), true, leave);
    assert.equal(position.heard[0]!.detail, says('outcome.look-there'));
    const old = await told(record({ state: 'mismatch' }), false);
    assert.deepEqual([old.heard[0]!.what, old.heard[0]!.kind], ['notice', 'error']);
  });

  const target = loanAt('a1', '12345');
  const refused = (instead: 'otherCoin' | 'less', more: Partial<WriteRecord> = {}) =>
    record({ state: 'rejected', answer: { kind: 'refused', instead: [instead] } as never, ...more } as never);

  it('leads on to what each of its buttons says', async () => {
    const now = new Setup().clock.now();
    const undoable = record({ state: 'effective', updatedAt: now, evidence: { kind: 'history', id: '1' } as never });
    const ways: readonly (readonly [WriteRecord, string, unknown])[] = [
      [undoable, says('button.open-gauges'), { command: 'openGauges', target: undefined }],
      [undoable, 'Undo…', { command: 'undoAdd', target: { ...target, writeId: undoable.id } }],
      [record({ state: 'unknown' }), says('gauge.resolve-unfinished-change'), { command: 'resolveWrite', target }],
      [refused('otherCoin'), says('button.choose-another-coin'), { command: 'addCollateral', target }],
      [refused('less'), says('button.change-amount'), { command: 'addCollateral', target }],
    ];
    for (const [write, label, ran] of ways) assert.deepEqual((await told(write, true, press(label))).ran, [ran], label);
    const reducing = record({ change: { ...record().change, direction: 'reduce' } as never });
    const less = await told(refused('less', { change: reducing.change }), true, press(says('button.change-amount')));
    assert.equal(less.ran[0]!.command, 'reduceCollateral');
    assert.deepEqual((await told(record({ state: 'rejected' }), true, press(says('button.show-log')))).did, ['openLog']);
  });
});

describe('why nothing can be done', () => {
  it('comes with a button for each thing that would help, which leads there', async () => {
    const remedies: readonly (readonly [Obstacle['remedies'][number], string])[] = [
      ['addAccount', says('term.add-account')],
      ['trySimulated', says('gauges.try-simulated-exchange')],
      ['updateKeys', says('button.update-keys')],
      ['resolveWrite', says('gauge.resolve-unfinished-change')],
      ['addMargin', says('term.add-margin')],
      ['bringLiquidationToTarget', says('button.bring-liquidation-price-target')],
    ];
    for (const [remedy, label] of remedies) {
      const { talk, app: acting } = app(press(label));
      await explainObstacle(acting, { sentence: msg('test', 'No.'), remedies: [remedy] }, { accountId: 'a' });
      assert.deepEqual([talk.heard[0]!.kind, talk.ran], ['warning', [{ command: remedy, target: { accountId: 'a' } }]]);
    }
    const { talk, app: acting } = app(press(says('button.reload-window')));
    await explainObstacle(acting, { sentence: msg('test', 'No.'), remedies: ['reloadWindow'] }, undefined);
    assert.deepEqual(talk.did, ['reloadWindow']);
  });

  it('can be tried again by who asked', async () => {
    for (const [answer, isAgain] of [
      [press(says('button.try-again')), true],
      [leave, false],
    ] as const) {
      const { talk, app: acting } = app(answer);
      assert.equal(await explainObstacle(acting, { sentence: msg('test', 'No.'), remedies: ['tryAgain'] }, undefined), isAgain);
      assert.deepEqual([talk.ran, talk.did], [[], []]);
    }
  });
});

describe('what went wrong before anything was sent', () => {
  async function failing(error: unknown, ways: WaysOn, ...answers: readonly Answer[]) {
    const { talk, logged, app: acting } = app(...answers);
    const on = await askWayOn(acting, error, { accountId: 'a' }, ways);
    assert.equal(talk.left, 0);
    return { talk, logged, on };
  }
  const refusal = (more: ConstructorParameters<typeof Refusal>[1]) => new Refusal(msg('test', 'Not now.'), more);

  it('is said in the words of whoever refused; that nothing was sent only to who had confirmed', async () => {
    const plain = await failing(refusal({}), {});
    assert.deepEqual([plain.talk.titles('notice'), plain.on], [['Not now.'], 'ended']);
    const { talk } = await failing(refusal({}), { confirmed: true });
    assert.deepEqual(talk.titles('notice'), [says('change.nothing-sent', 'Not now.')]);
    assert.equal(talk.heard[0]!.kind, 'error');
  });

  it('of ours is for the log only', async () => {
    const { talk, logged } = await failing(new TypeError('x is undefined'), {}, press(says('button.show-log')));
    assert.deepEqual(talk.titles('notice'), [says('tell.something-went-wrong')]);
    assert.deepEqual([logged, talk.did], [['TypeError: x is undefined'], ['openLog']]);
  });

  it('is nothing to speak of where the person stopped it', async () => {
    const stopped = new ExchangeError({ kind: 'aborted', sentence: msg('test', 'Stopped.'), effect: 'none' });
    const { talk, on } = await failing(stopped, { retry: msg('button.try-again', 'Try Again') });
    assert.deepEqual([talk.heard, on], [[], 'ended']);
  });

  it('leads back to what the one who asks can offer', async () => {
    assert.equal(
      (await failing(refusal({}), { retry: msg('button.change-amount', 'Change Amount…') }, press(says('button.change-amount')))).on,
      'retry',
    );
    assert.equal((await failing(refusal({ remedy: 'refresh' }), { refresh: true }, press(says('button.refresh')))).on, 'refresh');
    assert.equal(
      (await failing(refusal({ instead: ['otherCoin'] }), { coins: true }, press(says('button.choose-another-coin')))).on,
      'otherCoin',
    );
  });

  it('can be tried again where the exchange could not be read, after a reload or with other keys where this window is the reason', async () => {
    const unread = new ExchangeError({ kind: 'network', sentence: msg('test', 'Unreachable.'), effect: 'none' });
    const read = await failing(unread, { refresh: true }, press(says('button.try-again')));
    assert.equal(read.on, 'refresh');
    const hidden = await failing(keysElsewhere(), { refresh: true }, press(says('button.reload-window')));
    assert.deepEqual(hidden.talk.titles('notice'), [says('key.elsewhere')]);
    assert.deepEqual(hidden.talk.heard[0]!.choices, [says('button.reload-window'), says('button.try-again'), says('button.show-log')]);
    assert.deepEqual([hidden.talk.did, hidden.on], [['reloadWindow'], 'ended']);
    const missing = await failing(keysMissing(), {}, press(says('button.update-keys')));
    assert.deepEqual(missing.talk.heard[0]!.choices, [says('button.reload-window'), says('button.update-keys'), says('button.show-log')]);
    assert.deepEqual(missing.talk.ran, [{ command: 'updateKeys', target: { accountId: 'a' } }]);
    // In a browser another window may have replaced a key that the exchange takes no more.
    const refused = new ExchangeError({ kind: 'auth', sentence: msg('test', 'Key not accepted.'), effect: 'none' });
    for (const keepsOwnKeys of [true, false]) {
      const { talk, app: acting } = app();
      await askWayOn({ ...acting, keepsOwnKeys }, refused, { accountId: 'a' }, {});
      assert.equal(talk.heard[0]!.choices.includes(says('button.reload-window')), keepsOwnKeys);
    }
  });

  it('leads to arming, to the limits, or to what is unfinished', async () => {
    const arm = await failing(refusal({ remedy: 'arm' }), {}, press(says('button.arm-account')));
    assert.deepEqual([arm.talk.ran, arm.on], [[{ command: 'armWriting', target: { accountId: 'a' } }], 'ended']);
    const limits = await failing(refusal({ remedy: 'settings' }), {}, press(says('button.open-settings')));
    assert.deepEqual(limits.talk.did, ['openLimits']);
    const open = await failing(refusal({ openWrite: record({ state: 'unknown' }) }), {}, press(says('gauge.resolve-unfinished-change')));
    assert.deepEqual(open.talk.did, ['resolveWrite']);
  });
});
