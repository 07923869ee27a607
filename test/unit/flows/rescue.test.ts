// A prepared rescue on the whole engine: kept, checked, and opened as an ordinary preview.
import assert from 'node:assert/strict';
import type { Told } from '../../../src/engine/watch/warnings.ts';
import { decimal } from '../../../src/core/decimal.ts';
import { rescueOf } from '../../../src/engine/rescue.ts';
import { composeWarning, tellWarning } from '../../../src/flows/warnings.ts';
import { openRescue, prepareRescue } from '../../../src/flows/rescue.ts';
import { loanAt } from '../../../src/views/place.ts';
import { says, saysInTurn, saysLike } from '../../texts.ts';
import { Machine, type Front } from './front.ts';
import { leave, pick, press, type, type Answer, type Scripted } from './scripted.ts';
import { Trader } from './trader.ts';

describe('a prepared rescue on the whole engine', function () {
  this.timeout(60_000);
  const on = { kind: 'loan', id: '12345' } as const;
  let machine: Machine;
  let front: Front;
  let id: string;
  beforeEach(async () => {
    machine = new Machine();
    front = await machine.front();
    ({ id } = await front.engine.simulated.create('Simulated'));
    await front.until('its figures', () => front.engine.store.get(id)?.snapshot !== undefined);
  });
  afterEach(() => machine.end());

  const prepares = (...answers: readonly Answer[]): Promise<Scripted> =>
    front.does((app) => prepareRescue(app, loanAt(id, '12345')), ...answers);
  const opens = (...answers: readonly Answer[]): Promise<Scripted> =>
    front.does((app, attended) => openRescue(app, attended, loanAt(id, '12345')), ...answers);
  const kept = (): unknown => rescueOf(front.engine.book.get(id)!, on);
  const addOf = (amount: string): readonly Answer[] => [type('70'), pick(says('term.add', 'BTC')), type(amount)];

  it('is asked for once, kept for all windows, changed and removed', async () => {
    const talk = await prepares(...addOf('0.1'), pick(says('target.repay', 'USDT')), type('500'));
    assert.match(talk.titles('notice')[0]!, saysInTurn('70.00%', says('rescue.add', '0.1 BTC'), says('rescue.repay', '500 USDT')));
    assert.deepEqual(kept(), {
      at: '0.7',
      steps: [
        { act: 'add', coin: 'BTC', amount: '0.1' },
        { act: 'repay', coin: 'USDT', amount: '500' },
      ],
    });
    const other = await machine.front();
    await other.until('it in another window', () => rescueOf(other.engine.book.get(id) ?? {}, on) !== undefined);
    await prepares(pick(says('rescue.change')), ...addOf('0.2'), pick(says('rescue.nothing-else')));
    assert.deepEqual(kept(), { at: '0.7', steps: [{ act: 'add', coin: 'BTC', amount: '0.2' }] });
    await prepares(pick(says('outlet.remove')));
    assert.equal(kept(), undefined);
    assert.equal(front.engine.book.get(id)!.rescues, undefined);
    assert.deepEqual(front.posted, [], 'nothing was ever sent');
  });

  it('keeps nothing where the person leaves on the way', async () => {
    for (const answers of [[leave], [type('70'), leave], [...addOf('0.1'), leave]]) await prepares(...answers);
    assert.equal(kept(), undefined);
  });

  it('opens as the ordinary preview, is sent only when confirmed, and once', async () => {
    await prepares(...addOf('0.1'), pick(says('rescue.nothing-else')));
    const left = await opens(leave);
    assert.match(left.heard.at(-1)!.detail, saysInTurn(says('rescue.label'), says('rescue.add', '0.1 BTC')));
    assert.equal(front.posted.length, 0);
    const done = await opens(press('Add 0.1 BTC'));
    assert.match(done.titles('notice').at(-1)!, saysLike('outcome.done-now', says('term.ltv'), undefined));
    assert.equal(front.posted.filter(({ path }) => path.includes('adjust')).length, 1);
  });

  it('takes the second step where the first cannot be done, and says why where none can', async () => {
    await prepares(...addOf('1000'), pick(says('target.repay', 'USDT')), type('50'));
    const second = await opens(leave);
    assert.ok(
      second.heard.at(-1)!.choices.some((label) => label.includes('50 USDT')),
      second.heard.at(-1)!.choices.join(),
    );
    await prepares(pick(says('rescue.change')), ...addOf('1000'), pick(says('rescue.nothing-else')));
    const none = await opens();
    assert.match(none.titles('notice')[0]!, saysInTurn(saysLike('rescue.none-possible'), '1,000 BTC', says('term.funding-account')));
    assert.deepEqual(front.posted, []);
  });

  it('says that there is none, and leads to preparing one', async () => {
    const talk = await opens(press(says('button.prepare-rescue')));
    assert.deepEqual(talk.ran, [{ command: 'prepareRescue', target: loanAt(id, '12345') }]);
  });

  it('is what the button of a warning opens', async () => {
    await prepares(...addOf('0.1'), pick(says('rescue.nothing-else')));
    const told: Told = { account: id, target: 'level loan:12345', says: 'alarm', level: 'danger', since: 0 };
    const talk = await front.does(
      async (app) => {
        const { sentence, about } = composeWarning(app, [told]);
        await tellWarning(app, { sentence, about, level: 'danger' });
      },
      press(says('button.open-rescue')),
    );
    assert.match(talk.titles('notice')[0]!, saysLike('rescue.sentence'));
    assert.deepEqual(talk.ran, [{ command: 'openRescue', target: loanAt(id, '12345') }]);
  });
});

describe('a prepared rescue at a simulated Bybit', function () {
  this.timeout(60_000);

  // The pool owes ETH by one fixed loan of 1.4, which can only be repaid whole.
  it('never repays more than was prepared', async () => {
    const trader = await Trader.open();
    try {
      await trader.addAccount('bybit', 'Bybit', await trader.openBybit());
      const opens = async (amount: string, ...answers: readonly Answer[]): Promise<Scripted> => {
        const steps = [{ act: 'repay', coin: 'ETH', amount: decimal(amount) }] as const;
        await trader.engine.book.update('bybit', { rescues: { 'loan:pool': { at: decimal('0.1'), steps } } });
        return trader.goes((app, attended) => openRescue(app, attended, loanAt('bybit', 'pool')), ...answers);
      };
      const some = await opens('0.5');
      assert.match(some.titles('notice')[0]!, saysLike('collateral.minimum', '1.4', 'ETH'));
      const whole = await opens('1.5', leave);
      assert.ok(
        whole.heard.at(-1)!.choices.some((label) => label.includes('1.4 ETH')),
        'no more than is owed',
      );
      assert.deepEqual(trader.posted, []);
    } finally {
      await trader.end();
    }
  });
});
