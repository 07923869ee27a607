import assert from 'node:assert/strict';
import { AccountBook } from '../../../../src/engine/accounts/account-book.ts';
import { borrowLimit } from '../../../../src/engine/accounts/borrowing.ts';
import { decimal, type Decimal } from '../../../../src/core/decimal.ts';
import { says } from '../../../texts.ts';
import type { Account } from '../../../../src/core/model.ts';
import { MemoryRecords } from './memory-storage.ts';

const account = (id: string, facts: Partial<Account> = {}): Account => ({
  id,
  venue: 'okx',
  site: 'global',
  name: `Account ${id}`,
  simulated: false,
  readOnly: false,
  ...facts,
});

describe('the account book', () => {
  it('remembers accounts in the order they were added, over a restart', async () => {
    const storage = new MemoryRecords();
    const book = new AccountBook(storage);
    await book.add(account('b'));
    await book.add(account('a', { site: 'loopback', baseUrl: 'http://127.0.0.1:9000', simulated: true }));
    const again = new AccountBook(storage);
    assert.deepEqual(again.list(), [account('b'), account('a', { site: 'loopback', baseUrl: 'http://127.0.0.1:9000', simulated: true })]);
    assert.equal(again.get('a')?.simulated, true);
    assert.equal(again.get('c'), undefined);
  });

  it('lists what it understands and leaves the rest in storage', async () => {
    const storage = new MemoryRecords();
    const odd = [null, 7, 'x', [], { id: 'broken' }, { ...account('x'), readOnly: 'no' }, { ...account('y'), name: '  ' }];
    const future = { ...account('good'), colour: 'blue' };
    storage.records = [...odd, future, { ...account('good'), name: 'twin' }];
    const book = new AccountBook(storage);
    assert.deepEqual(book.list(), [account('good')]);
    await book.add(account('new'));
    await book.update('good', { name: 'renamed' });
    await book.remove('new');
    assert.deepEqual(storage.records, [...odd, { ...future, name: 'renamed' }, { ...account('good'), name: 'twin' }]);
  });

  it('trims names and refuses empty ones', async () => {
    const book = new AccountBook(new MemoryRecords());
    await book.add(account('a', { name: '  Main ' }));
    assert.equal(book.get('a')?.name, 'Main');
    await book.update('a', { name: ' Other ' });
    assert.equal(book.get('a')?.name, 'Other');
    await assert.rejects(book.add(account('b', { name: ' ' })), RangeError);
    await assert.rejects(book.update('a', { name: '\t' }), RangeError);
    assert.deepEqual(
      book.list().map(({ name }) => name),
      ['Other'],
    );
  });

  it('allows borrowing by a person only, to the owner it was allowed to, and by the name of a LIVE account', async () => {
    const storage = new MemoryRecords();
    const book = new AccountBook(storage);
    const limit = (id: string) => borrowLimit(book.get(id));
    await book.add(account('live', { uid: '77' }));
    await book.add(account('unknown'));
    await book.add(account('sim', { site: 'loopback', baseUrl: 'http://127.0.0.1:9000', simulated: true }));
    assert.deepEqual(['live', 'unknown', 'sim', 'none'].map(limit), ['0', '0', '0', '0']);
    await assert.rejects(book.allowBorrowing('live', decimal('500')), {
      name: 'ExchangeError',
      message: says('borrow.name-needed', 'Account live'),
    });
    await assert.rejects(book.allowBorrowing('live', decimal('500'), 'account live'), { name: 'ExchangeError' });
    await assert.rejects(book.allowBorrowing('unknown', decimal('500'), 'Account unknown'), { message: says('borrow.no-owner') });
    for (const amount of ['0', '-5', 'x']) await assert.rejects(book.allowBorrowing('sim', amount as Decimal), RangeError);
    await book.allowBorrowing('live', decimal('500'), 'Account live');
    await book.allowBorrowing('sim', decimal('20'));
    const again = new AccountBook(storage);
    assert.deepEqual(
      ['live', 'unknown', 'sim'].map((id) => borrowLimit(again.get(id))),
      ['500', '0', '20'],
    );
    await assert.rejects(book.update('sim', { borrowing: { perDayUsd: decimal('9'), whose: '' } } as object), RangeError);
    await book.update('live', { uid: '78' });
    assert.equal(limit('live'), '0', 'other keys');
    await book.update('live', { uid: '77', site: 'eea' });
    assert.equal(limit('live'), '0', 'another place');
    await book.update('live', { site: 'global' });
    assert.equal(limit('live'), '500');
    await book.allowBorrowing('live', undefined);
    assert.equal(limit('live'), '0');
    storage.records = storage.records.map((one) => ({ ...(one as object), borrowing: { perDayUsd: 5, whose: 7 } }));
    assert.equal(borrowLimit(new AccountBook(storage).get('sim')), '0', 'an odd record allows nothing');
  });

  it('refuses an id that is taken and a change of what is not there', async () => {
    const book = new AccountBook(new MemoryRecords());
    await book.add(account('a'));
    await assert.rejects(book.add(account('a')), RangeError);
    await assert.rejects(book.update('b', { readOnly: true }), RangeError);
    await book.remove('b');
    assert.equal(book.list().length, 1);
  });

  it('loses nothing when changes are made at the same time', async () => {
    const book = new AccountBook(new MemoryRecords());
    await Promise.all([book.add(account('a')), book.add(account('b')), book.update('a', { readOnly: true }), book.remove('b')]);
    assert.deepEqual(book.list(), [account('a', { readOnly: true })]);
  });

  it('tells of a change once it is stored, and not of one that failed', async () => {
    const storage = new MemoryRecords();
    const book = new AccountBook(storage);
    const heard: string[] = [];
    book.onDidChange((id) => heard.push(`${id}:${book.get(id)?.name ?? 'gone'}`));
    await book.add(account('a'));
    await book.update('a', { name: 'B' });
    storage.failing = true;
    await assert.rejects(book.update('a', { name: 'C' }), /disk full/);
    storage.failing = false;
    await book.remove('a');
    book.dispose();
    await book.add(account('z'));
    assert.deepEqual(heard, ['a:Account a', 'a:B', 'a:gone']);
  });

  it('does not look failed because a view fails', async () => {
    const book = new AccountBook(new MemoryRecords());
    book.onDidChange(() => {
      throw new Error('broken view');
    });
    await book.add(account('a'));
    assert.equal(book.list().length, 1);
  });

  it('stores nothing that is not in the record', async () => {
    const storage = new MemoryRecords();
    await new AccountBook(storage).add(account('a'));
    assert.deepEqual(storage.records, [account('a')]);
  });

  it('remembers whose keys they are, and does without where that was never told', async () => {
    const storage = new MemoryRecords();
    const book = new AccountBook(storage);
    await book.add(account('old'));
    await book.add(account('a', { uid: '44705892343619584' }));
    assert.equal('uid' in book.get('old')!, false);
    await book.update('a', { name: 'B' });
    await book.update('old', { uid: '42' });
    const again = new AccountBook(storage);
    assert.deepEqual(
      again.list().map(({ uid }) => uid),
      ['42', '44705892343619584'],
    );
  });

  it('takes a user id that cannot be one for none, loses nothing by it, and writes none such', async () => {
    const storage = new MemoryRecords();
    const book = new AccountBook(storage);
    for (const uid of [null, 7, '', ' ', {}, ['1']] as unknown[]) {
      storage.records = [{ ...account('a'), uid }];
      assert.deepEqual(book.list(), [account('a')], JSON.stringify(uid));
      await book.update('a', { readOnly: true });
      assert.deepEqual(storage.records, [{ ...account('a', { readOnly: true }), uid }]);
      await assert.rejects(book.update('a', { uid: uid as string }), RangeError, JSON.stringify(uid));
      await assert.rejects(book.add(account('b', { uid: uid as string })), RangeError, JSON.stringify(uid));
    }
  });

  const own = { marginCall: decimal('0.80'), liquidation: decimal('0.9') };

  it("keeps thresholds of one's own as they were written, until they are taken away", async () => {
    const storage = new MemoryRecords();
    const book = new AccountBook(storage);
    await book.add(account('a'));
    assert.equal('thresholds' in book.get('a')!, false);
    await book.update('a', { thresholds: own });
    await book.update('a', { name: 'B' });
    assert.deepEqual(new AccountBook(storage).get('a')?.thresholds, own);
    await book.update('a', { thresholds: undefined });
    assert.deepEqual(storage.records, [account('a', { name: 'B' })]);
    assert.equal('thresholds' in book.get('a')!, false);
    await book.add(account('c', { thresholds: own }));
    assert.deepEqual(book.get('c')?.thresholds, own);
  });

  it("keeps levels of one's own by loan and position, and of those only what can be meant", async () => {
    const storage = new MemoryRecords();
    const book = new AccountBook(storage);
    await book.add(account('a'));
    const levels = { 'loan:1': { watch: decimal('0.3'), warn: decimal('0.15'), danger: decimal('0.08') } };
    await book.update('a', { levels });
    assert.deepEqual(new AccountBook(storage).get('a')?.levels, levels);
    const odd = [7, null, {}, { watch: '0.3', warn: '0.3', danger: '0.1' }, { watch: '1', warn: '0.2', danger: '0.1' }];
    for (const one of [...odd, { watch: '0.3', warn: 0.2, danger: '0.1' }, { watch: '0.3', warn: '0.2', danger: '0' }] as never[]) {
      storage.records = [{ ...account('a'), levels: { ...levels, 'loan:2': one } }];
      assert.deepEqual(book.get('a')?.levels, levels, JSON.stringify(one));
      await assert.rejects(book.update('a', { levels: { 'loan:2': one } }), RangeError);
    }
    await book.update('a', { levels: undefined });
    assert.deepEqual(storage.records, [account('a')]);
  });

  const broken: readonly unknown[] = [
    null,
    7,
    'x',
    [],
    {},
    { marginCall: '0.8' },
    { marginCall: 0.8, liquidation: 0.9 },
    { marginCall: '', liquidation: '0.9' },
    { marginCall: '0', liquidation: '0.9' },
    { marginCall: '-0.1', liquidation: '0.9' },
    { marginCall: '80 %', liquidation: '0.9' },
    { marginCall: '8e-1', liquidation: '0.9' },
    { marginCall: '0.9', liquidation: '0.9' },
    { marginCall: '0.90', liquidation: '0.9' },
    { marginCall: '0.95', liquidation: '0.9' },
    { marginCall: '0.95', liquidation: '2.0000001' },
  ];

  it('ignores thresholds that cannot be meant, and loses neither them nor the account', async () => {
    const storage = new MemoryRecords();
    const book = new AccountBook(storage);
    for (const thresholds of broken) {
      storage.records = [{ ...account('a'), thresholds }];
      assert.deepEqual(book.list(), [account('a')], JSON.stringify(thresholds));
      await book.update('a', { readOnly: true });
      assert.deepEqual(storage.records, [{ ...account('a', { readOnly: true }), thresholds }]);
    }
    await book.update('a', { thresholds: { marginCall: decimal('1.5'), liquidation: decimal('2') } });
    assert.deepEqual(book.get('a')?.thresholds, { marginCall: '1.5', liquidation: '2' });
    storage.records = [{ ...account('a'), thresholds: 7 }];
    await book.update('a', { thresholds: undefined });
    assert.deepEqual(storage.records, [account('a')]);
  });

  it('refuses to write thresholds that cannot be meant', async () => {
    const book = new AccountBook(new MemoryRecords());
    await book.add(account('a'));
    for (const thresholds of broken as readonly NonNullable<Account['thresholds']>[]) {
      await assert.rejects(book.update('a', { thresholds }), RangeError, JSON.stringify(thresholds));
      await assert.rejects(book.add(account('b', { thresholds })), RangeError, JSON.stringify(thresholds));
    }
    assert.deepEqual(book.list(), [account('a')]);
  });
});
