import assert from 'node:assert/strict';
import { changeMargin } from '../../../src/flows/change.ts';
import { Attended } from '../../../src/flows/open-change-news.ts';
import { d, Setup } from '../engine/ledger/support.ts';
import { long } from '../engine/ledger/market.ts';
import { actingAt, press, Scripted } from './scripted.ts';
import { positionAt } from '../../../src/views/place.ts';
import { says, saysLike } from '../../texts.ts';

describe('taking margin out where the exchange lets nothing go', () => {
  it('withdraws the question, says why, and leads to what would help', async () => {
    for (const [label, command] of [
      [says('term.add-margin'), 'addMargin'],
      [says('button.bring-liquidation-price-target'), 'bringLiquidationToTarget'],
    ] as const) {
      const setup = new Setup();
      setup.market.shape = (given) => ({ ...given, reducible: { amount: d('0'), source: 'venue' } });
      const talk = new Scripted(press(label));
      const { app } = actingAt(setup, talk, { positions: [setup.market.position(long)!] });
      await changeMargin(app, new Attended(), 'reduce', positionAt('a', long));
      assert.deepEqual(
        talk.heard.map(({ what, detail }) => [what, detail]),
        [
          ['input', 'withdrawn'],
          ['notice', ''],
        ],
      );
      assert.match(talk.titles('notice')[0]!, saysLike('margin-preview.nothing-removable'));
      assert.deepEqual(talk.did, [command]);
      assert.equal(setup.market.sends.length, 0);
    }
  });
});
