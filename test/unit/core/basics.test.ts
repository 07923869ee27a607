import assert from 'node:assert/strict';
import { systemClock } from '../../../src/core/clock.ts';
import { Emitter } from '../../../src/core/emitter.ts';
import { ExchangeError } from '../../../src/core/errors.ts';
import { english, msg } from '../../../src/core/message.ts';

describe('an emitter', () => {
  it('tells everyone until they let go', () => {
    const emitter = new Emitter<number>();
    const heard: string[] = [];
    const first = emitter.on((value) => heard.push(`a${value.toString()}`));
    emitter.on((value) => heard.push(`b${value.toString()}`));
    emitter.fire(1);
    first.dispose();
    emitter.fire(2);
    emitter.dispose();
    emitter.fire(3);
    assert.deepEqual(heard, ['a1', 'b1', 'b2']);
  });

  it('tells the others also when one fails, and does not hide the failure', () => {
    const emitter = new Emitter<number>();
    const heard: number[] = [];
    emitter.on(() => {
      throw new Error('broken view');
    });
    emitter.on((value) => heard.push(value));
    assert.throws(() => {
      emitter.fire(1);
    }, /broken view/);
    assert.deepEqual(heard, [1]);
  });
});

describe('a message', () => {
  it('fills its places, also with other messages, and leaves a place without argument', () => {
    assert.equal(english(msg('test', '{0} of {1}, {2}', 'a', msg('test', '<{0}>', 'b'))), 'a of <b>, {2}');
    assert.equal(english(msg('test', '{0}', '{1}')), '{1}');
  });
});

describe('an exchange error', () => {
  it('says its kind and carries no cause', () => {
    const error = new ExchangeError({ kind: 'ip', sentence: msg('test', 'No.'), effect: 'none' });
    assert.equal(error.cause, undefined);
    assert.equal(error.message, 'No.');
    const found = [ExchangeError.is(error), ExchangeError.is(error, 'ip'), ExchangeError.is(error, 'auth')];
    assert.deepEqual([...found, ExchangeError.is(new Error('No.'))], [true, true, false, false]);
  });
});

describe("the machine's clock", () => {
  it('stops waiting when told to, before and during the wait', async () => {
    const stop = new AbortController();
    const waiting = systemClock.sleep(60_000, stop.signal);
    stop.abort(new Error('enough'));
    await assert.rejects(waiting, /enough/);
    await assert.rejects(systemClock.sleep(60_000, stop.signal), /enough/);
    await systemClock.sleep(0);
    assert.ok(systemClock.now() > 1_600_000_000_000);
  });
});
