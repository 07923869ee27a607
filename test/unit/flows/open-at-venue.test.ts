import assert from 'node:assert/strict';
import type { Acting } from '../../../src/flows/acting.ts';
import { openAtVenue } from '../../../src/flows/open-at-venue.ts';
import { exchanges } from '../../../src/exchanges/registry.ts';
import { account } from '../views/samples.ts';
import { Scripted } from './scripted.ts';
import { says } from '../../texts.ts';

describe('opening an account at its exchange', () => {
  const opened = async (change: Parameters<typeof account>[0]): Promise<Scripted> => {
    const talk = new Scripted();
    await openAtVenue({ exchanges, talk } as unknown as Acting, account(change));
    return talk;
  };

  it('opens the website of the site it belongs to', async () => {
    assert.deepEqual((await opened({ venue: 'okx', site: 'eea' })).did, ['openPage https://my.okx.com']);
    assert.deepEqual((await opened({ venue: 'bybit', site: 'global-bytick' })).did, ['openPage https://bybit.com']);
  });

  it('opens nothing for a simulated account, and says so', async () => {
    const { did, heard } = await opened({ site: 'loopback', simulated: true });
    assert.deepEqual([did, heard[0]?.title], [[], says('venue.no-page', 'Main')]);
  });
});
