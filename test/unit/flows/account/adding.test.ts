// Adding an account at the simulated exchanges, by the real adapters and the real engine.
import assert from 'node:assert/strict';
import { addAccount } from '../../../../src/flows/account/add.ts';
import { TestExchange } from '../../../e2e/exchange.ts';
import { Machine, parts, place, type Front } from '../front.ts';
import { leave, press } from '../scripted.ts';

describe('adding an account at an exchange', () => {
  let machine: Machine;
  let front: Front;
  let exchange: TestExchange;
  beforeEach(async () => {
    machine = new Machine();
    front = await machine.front();
    exchange = await machine.runs(TestExchange.start({ clock: machine.clock }));
  });
  afterEach(() => machine.end());

  for (let i = 0; i < 10; i += 1)
  it('names', async () => {
    const { keys, otherKeys } = exchange;
    const talk = await front.does(
      addAccount,
      ...place('okx', exchange.url, 'Main'),
      ...parts({ ...keys, passphrase: 'not-the-passphrase' }),
      press('Change Keys'),
      ...parts(otherKeys.withdraw),
      leave
    );
    if (i === 0) console.log(talk.heard);
  });
});
