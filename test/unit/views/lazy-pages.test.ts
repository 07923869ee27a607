import assert from 'node:assert/strict';
import { ExchangeError } from '../../../src/core/errors.ts';
import { english, msg } from '../../../src/core/message.ts';
import { LazyPages } from '../../../src/views/lazy-pages.ts';
import type { Entry, PageSource, ReadPage } from '../../../src/views/entry.ts';
import { says } from '../../texts.ts';

const source: PageSource = { kind: 'history', accountId: 'one', loan: { loanId: '12345' }, version: '1' };
const row = (id: string): Entry => ({ id, accountId: 'one', label: id, expansion: 'leaf', context: 'value', spoken: id });
const labels = (entries: readonly Entry[]): string[] => entries.map(({ label }) => (typeof label === 'string' ? label : english(label)));

/** A venue with two pages. */
function venue() {
  const asked: (string | undefined)[] = [];
  let fault: Error | undefined;
  const read = async (_source: PageSource, cursor: string | undefined): Promise<ReadPage> => {
    asked.push(cursor);
    if (fault !== undefined) throw fault;
    return cursor === undefined ? { entries: [row('newest')], older: 'x' } : { entries: [row('older')] };
  };
  return {
    asked,
    read,
    break: (error: Error | undefined) => {
      fault = error;
    },
  };
}

const broken = new ExchangeError({ kind: 'network', sentence: msg('test', 'No answer.'), effect: 'none' });

describe('rows that are read when they are opened', () => {
  it('are read once, however often they are painted', async () => {
    const { asked, read } = venue();
    const pages = new LazyPages(read);
    assert.deepEqual(labels(await pages.entries(source)), ['newest', says('page.load-more')]);
    await Promise.all([pages.entries(source), pages.entries(source)]);
    assert.deepEqual(asked, [undefined]);
  });

  it('are read once when they are painted twice at a time', async () => {
    const { asked, read } = venue();
    const pages = new LazyPages(read);
    await Promise.all([pages.entries(source), pages.entries(source)]);
    assert.deepEqual(asked, [undefined]);
  });

  it('go on where they ended', async () => {
    const { asked, read } = venue();
    const pages = new LazyPages(read);
    await pages.entries(source);
    const told: string[] = [];
    pages.onDidChange((key) => told.push(key));
    await pages.more(source);
    assert.deepEqual(labels(await pages.entries(source)), ['newest', 'older']);
    assert.deepEqual(asked, [undefined, 'x']);
    assert.deepEqual(told, ['history/one/12345']);
  });

  it('keep what they have when reading on fails, say why, and can be tried again', async () => {
    const venueOne = venue();
    const pages = new LazyPages(venueOne.read);
    await pages.entries(source);
    venueOne.break(broken);
    await pages.more(source);
    assert.deepEqual(labels(await pages.entries(source)), ['newest', 'No answer.', says('button.try-again')]);
    venueOne.break(undefined);
    await pages.more(source);
    assert.deepEqual(labels(await pages.entries(source)), ['newest', 'older']);
  });

  it('do not ask again by themselves after a failure', async () => {
    const venueOne = venue();
    venueOne.break(broken);
    const pages = new LazyPages(venueOne.read);
    await pages.entries(source);
    assert.deepEqual(labels(await pages.entries(source)), ['No answer.', says('button.try-again')]);
    assert.equal(venueOne.asked.length, 1);
  });

  it('are said to be none when there are none, without asking again and again', async () => {
    let asked = 0;
    const pages = new LazyPages(async () => {
      asked += 1;
      return { entries: [] };
    });
    await pages.entries(source);
    assert.deepEqual(labels(await pages.entries(source)), [says('term.none')]);
    assert.equal(asked, 1);
  });

  it('are read anew when something was booked at the venue', async () => {
    const { asked, read } = venue();
    const pages = new LazyPages(read);
    await pages.entries(source);
    await pages.entries({ ...source, version: '2' });
    assert.equal(asked.length, 2);
  });

  it('have above them what is made anew at each look, without being read again', async () => {
    let price = 1;
    let asked = 0;
    const pages = new LazyPages(async (_source, cursor) => {
      asked += 1;
      return cursor === undefined
        ? { entries: [row('newest')], older: 'x', above: () => (price === 0 ? [] : [row(`at ${price.toString()}`)]) }
        : { entries: [row('older')] };
    });
    assert.deepEqual(labels(await pages.entries(source)), ['at 1', 'newest', says('page.load-more')]);
    price = 2;
    assert.deepEqual(labels(await pages.entries({ ...source, figures: 'other' })), ['at 2', 'newest', says('page.load-more')]);
    await pages.more(source);
    price = 0;
    assert.deepEqual(labels(await pages.entries(source)), ['newest', 'older']);
    assert.equal(asked, 2);
  });

  it('are forgotten for one account and kept for the others', async () => {
    const { asked, read } = venue();
    const pages = new LazyPages(read);
    const other = { ...source, accountId: 'two' };
    await pages.entries(source);
    await pages.entries(other);
    const told: string[] = [];
    pages.onDidChange((key) => told.push(key));
    pages.drop('one');
    await pages.entries(source);
    await pages.entries(other);
    assert.equal(asked.length, 3);
    assert.deepEqual(told, ['history/one/12345']);
  });

  it('do not swallow a mistake of our own', async () => {
    const venueOne = venue();
    venueOne.break(new TypeError('ours'));
    await assert.rejects(new LazyPages(venueOne.read).entries(source), TypeError);
  });
});
