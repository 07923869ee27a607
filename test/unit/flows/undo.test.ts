import assert from 'node:assert/strict';
import type { CollateralChange } from '../../../src/exchanges/exchange.ts';
import type { Ledger, WriteRecord } from '../../../src/engine/ledger/ledger.ts';
import { undoAdd } from '../../../src/flows/undo.ts';
import { change, d, Setup, ignore } from '../engine/ledger/support.ts';
import { actingAt, leave, press, Scripted, type Answer } from './scripted.ts';
import { changeName, onLoan, says, saysLike } from '../../texts.ts';

const attended = { attend: () => ignore };

async function carriedOut(setup: Setup, ledger: Ledger, asked = change()): Promise<WriteRecord> {
  const done = ledger.commit(await ledger.preview('a', asked), ignore);
  await setup.clock.advance(0);
  setup.venue.settle();
  await setup.clock.advance(5_000);
  return done;
}

/** A tenth of a coin was added just now. `before` is called at each later reading of the loan, counted from 1. */
async function undoes(answers: readonly Answer[], before: (reading: number, setup: Setup) => Promise<void> | void = ignore) {
  const setup = new Setup();
  const other = setup.window().ledger;
  const write = await carriedOut(setup, other);
  const talk = new Scripted(...answers);
  let readings = 0;
  const prepare = async ({ direction }: CollateralChange) => {
    readings += 1;
    await before(readings, setup);
    return setup.venue.readiness(direction);
  };
  const { app } = actingAt(setup, talk, {}, { collateral: { prepare } });
  const ended = undoAdd(app, attended as never, { accountId: 'a', writeId: write.id });
  ended.catch(ignore);
  // What is sent takes effect as soon as time goes on.
  await setup.clock.advance(0);
  setup.venue.settle();
  await setup.clock.advance(10_000);
  await ended;
  assert.equal(talk.left, 0);
  const dialogs = talk.heard.filter(({ what }) => what === 'dialog');
  return { setup, talk, dialogs, out: setup.venue.sends.slice(1).map(({ direction, amount }) => `${direction} ${amount}`) };
}

const low = d('72521');

describe('undoing an addition', () => {
  it('takes it out again after a preview and a confirmation', async () => {
    const { out, dialogs, setup } = await undoes([press(says('term.remove', '0.1 BTC'))]);
    assert.deepEqual(out, ['reduce 0.1']);
    assert.equal(setup.venue.pledged, '0.8');
    assert.match(
      dialogs[0]?.detail ?? '',
      saysLike('undo.removes-again', changeName('add', '0.1', 'BTC', onLoan('12345'), 'Main'), '0.1', 'BTC'),
    );
  });

  it('is lowered to what is safe, and again where the price fell before the preview', async () => {
    const { out, dialogs } = await undoes([leave], (reading, { venue }) => {
      venue.price = d((72_521 - 10 * reading).toString());
      if (reading > 3) venue.price = d('72492');
    });
    assert.deepEqual(out, []);
    assert.equal(dialogs.length, 1);
    const [, safe = ''] = saysLike('undo.only-part', undefined, '0.1', 'BTC', /(0\.04\d+|0\.05\d*)/).exec(dialogs[0]?.detail ?? '') ?? [];
    assert.ok(dialogs[0]?.choices.includes(says('term.remove', `${safe} BTC`)), dialogs[0]?.choices.join());
  });

  it('says so where nothing is safe, and asks nothing', async () => {
    const { out, dialogs, talk } = await undoes([], (_reading, { venue }) => {
      venue.price = d('66000');
    });
    assert.deepEqual([out, dialogs], [[], []]);
    assert.deepEqual(talk.titles('notice'), [says('undo.none-safe', '0.1', 'BTC')]);
  });

  it('says that nothing was sent where the price fell after the confirmation, and asks about what is safe now', async () => {
    const { out, dialogs } = await undoes([press(says('term.remove', '0.1 BTC')), leave], (reading, { venue }) => {
      if (reading > 2) venue.price = low;
    });
    assert.deepEqual(out, []);
    assert.equal(dialogs.length, 2);
    assert.match(
      dialogs[1]?.detail ?? '',
      saysLike('change.nothing-sent', saysLike('undo.only-part', undefined, '0.1', 'BTC', /0\.0[45]\d*/)),
    );
  });

  it('ends with a word where another window undid it meanwhile', async () => {
    for (const at of [2, 3]) {
      const { out, talk } = await undoes(at === 2 ? [] : [press(says('term.remove', '0.1 BTC'))], async (reading, setup) => {
        if (reading !== at) return;
        const { ledger } = setup.window();
        const done = ledger.commit(
          await ledger.preview('a', change({ direction: 'reduce' }), { undoOf: (await ledger.activity())[0]!.id }),
          ignore,
        );
        await setup.clock.advance(0);
        setup.venue.settle();
        await setup.clock.advance(5_000);
        await done;
      });
      assert.deepEqual(out, ['reduce 0.1']);
      assert.deepEqual(talk.titles('notice'), [says('undo.nothing')]);
    }
  });
});
