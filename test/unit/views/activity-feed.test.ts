import assert from 'node:assert/strict';
import { english, msg } from '../../../src/core/message.ts';
import type { WriteRecord } from '../../../src/engine/ledger/record.ts';
import { Refusal } from '../../../src/engine/ledger/refusal.ts';
import { ActivityFeed, activityPage, type WriteHistory } from '../../../src/views/activity.ts';
import { write } from './samples.ts';
import { says } from '../../texts.ts';

/** A journal with one row per state, which counts its reads. */
class Journal implements WriteHistory {
  rows: readonly WriteRecord[] = [];
  readings = 0;
  failure: Error | undefined;
  /** Runs while it is being read. */
  meanwhile: () => void = () => undefined;

  async activity(): Promise<readonly WriteRecord[]> {
    this.readings += 1;
    const { rows } = this;
    this.meanwhile();
    await Promise.resolve();
    if (this.failure !== undefined) throw this.failure;
    return [...new Map(rows.map((row) => [row.id, row])).values()].reverse();
  }

  steps(): Promise<readonly WriteRecord[]> {
    return Promise.resolve(this.rows);
  }
}

function bench(rows: readonly WriteRecord[] = []) {
  const journal = new Journal();
  journal.rows = rows;
  const reported: unknown[] = [];
  const feed = new ActivityFeed(journal, (error) => reported.push(error));
  const readable = () => {
    const view = feed.view();
    assert.ok(view.trouble === undefined, 'the journal can be read');
    return view;
  };
  return { journal, feed, reported, readable };
}

describe('what the Activity view knows of the journal', () => {
  it('is nothing before it is first read, and nothing is read for its making', () => {
    const { journal, readable } = bench([write()]);
    assert.deepEqual(readable().writes, []);
    assert.equal(journal.readings, 0);
  });

  it('is every change, newest first, with its rows in their order', async () => {
    const [a, b, c] = [write({ id: 'a', state: 'planned' }), write({ id: 'b' }), write({ id: 'a', state: 'sent' })];
    const { feed, readable } = bench([a, b, c]);
    await feed.read();
    assert.deepEqual(readable().writes, [b, c]);
    assert.deepEqual(readable().steps('a'), [a, c]);
    assert.deepEqual(readable().steps('unheard of'), []);
  });

  it('holds what came while it was read', async () => {
    const { journal, feed, readable } = bench([write({ id: 'a' })]);
    journal.meanwhile = () => {
      journal.meanwhile = () => undefined;
      journal.rows = [...journal.rows, write({ id: 'b' })];
      void feed.read();
    };
    await feed.read();
    assert.deepEqual(
      readable().writes.map(({ id }) => id),
      ['b', 'a'],
    );
    assert.equal(journal.readings, 2);
  });

  it('is read once for many who ask at the same time', async () => {
    const { journal, feed } = bench();
    await Promise.all([feed.read(), feed.read(), feed.read()]);
    assert.ok(journal.readings <= 2, journal.readings.toString());
  });

  it('ends reading even when reading itself is news each time', async () => {
    const { journal, feed } = bench();
    journal.meanwhile = () => void feed.read();
    await feed.read();
    assert.ok(journal.readings < 100);
  });

  it('is the reason when the journal cannot be read, and the changes again once it can', async () => {
    const { journal, feed, readable } = bench([write()]);
    journal.failure = new Refusal(msg('test', 'Row {0} was altered.', '3'));
    await feed.read();
    const { trouble } = feed.view();
    assert.equal(trouble === undefined ? '' : english(trouble), 'Row 3 was altered.');
    journal.failure = undefined;
    await feed.read();
    assert.equal(readable().writes.length, 1);
  });

  it('is a plain sentence for an error of ours, which goes to the log', async () => {
    const { journal, feed, reported } = bench();
    journal.failure = new TypeError('x is not a function');
    await feed.read();
    const { trouble } = feed.view();
    assert.equal(trouble === undefined ? '' : english(trouble), says('ledger.unavailable', says('ledger.free-space')));
    assert.deepEqual(reported, [journal.failure]);
  });

  it('lists one page more of an account when asked, of that account only', () => {
    const { feed, readable } = bench();
    feed.more('one');
    assert.equal(readable().shown('one'), 2 * activityPage);
    assert.equal(readable().shown('two'), activityPage);
  });
});
