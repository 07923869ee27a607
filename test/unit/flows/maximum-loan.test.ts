import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import { showMaximumLoan } from '../../../src/flows/maximum-loan.ts';
import { Desk, trouble } from '../engine/ledger/support.ts';
import { actingAt, pick, press, Scripted } from './scripted.ts';

describe('the maximum loan', () => {
  it('of a coin that is not lent leads on to another coin, and its amount can be copied', async () => {
    const desk = new Desk();
    const asked: string[] = [];
    const none = pick('No extra collateral');
    const talk = new Scripted(
      none,
      press('Choose Another Coin…'),
      pick('ETH'),
      none,
      press('Choose Another Coin…'),
      pick('USDT'),
      none,
      press('Copy Amount'),
    );
    const { app } = actingAt(
      desk,
      talk,
      { loans: [desk.venue.loan()] },
      {
        loans: {
          borrowableCoins: async () => ['BTC', 'ETH', 'USDT'],
          maximumLoan: async (coin) => {
            asked.push(coin);
            if (coin === 'DOGE') throw trouble('refused', 'none');
            return coin === 'ETH' ? undefined : { coin, amount: decimal('1234.5') };
          },
        },
      },
    );
    await showMaximumLoan(app, { accountId: 'a', loanId: desk.venue.loan().id, coin: 'DOGE' });
    assert.deepEqual(asked, ['DOGE', 'ETH', 'USDT']);
    assert.deepEqual(talk.copied, ['1234.5']);
    assert.equal(talk.left, 0);
    const [refused, silent, said] = talk.titles('notice');
    assert.match(refused!, /refused/);
    assert.match(silent!, /no figure for ETH/);
    assert.match(said!, /At most 1,234.5 USDT could be borrowed/);
  });
});
