import assert from 'node:assert/strict';
import type { Target } from '../../../src/core/model.ts';
import type { Acting } from '../../../src/flows/acting.ts';
import { openAtVenue } from '../../../src/flows/open-at-venue.ts';
import { exchanges } from '../../../src/exchanges/registry.ts';
import { account } from '../views/samples.ts';
import { Scripted } from './scripted.ts';
import { says } from '../../texts.ts';

describe('opening an account at its exchange', () => {
  const opened = async (change: Parameters<typeof account>[0], on?: Target): Promise<Scripted> => {
    const [talk, one] = [new Scripted(), account(change)];
    await openAtVenue({ exchanges, talk, book: { get: () => one, list: () => [one] } } as unknown as Acting, { accountId: one.id, on });
    return talk;
  };

  it('opens the website of the site it belongs to', async () => {
    assert.deepEqual((await opened({ venue: 'okx', site: 'eea' })).did, ['openPage https://my.okx.com']);
    assert.deepEqual((await opened({ venue: 'bybit', site: 'global-bytick' })).did, ['openPage https://bybit.com']);
  });

  it('opens the page of loans for a loan where the exchange documents one, and never names the loan', async () => {
    const [loan, position]: Target[] = [
      { kind: 'loan', id: '12345' },
      { kind: 'position', id: 'p1' },
    ];
    assert.deepEqual((await opened({ venue: 'okx', site: 'global' }, loan)).did, ['openPage https://www.okx.com/loan']);
    assert.deepEqual((await opened({ venue: 'okx', site: 'global' }, position)).did, ['openPage https://okx.com']);
    assert.deepEqual((await opened({ venue: 'okx', site: 'us' }, loan)).did, ['openPage https://app.okx.com']);
  });

  it('only knows addresses of the site itself, by https', () => {
    for (const { page, loansPage } of exchanges.flatMap(({ sites }) => sites)) {
      if (page !== undefined) assert.equal(new URL(page).protocol, 'https:');
      if (loansPage !== undefined) assert.equal(new URL(loansPage).host, `www.${new URL(page ?? '').host}`);
    }
  });

  it('opens nothing for a simulated account, and says so', async () => {
    const { did, heard } = await opened({ site: 'loopback', simulated: true });
    assert.deepEqual([did, heard[0]?.title], [[], says('venue.no-page', 'Main')]);
  });
});
