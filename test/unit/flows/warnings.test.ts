import assert from 'node:assert/strict';
import { english } from '../../../src/core/message.ts';
import type { Notice } from '../../../src/engine/storage/warning-protocol.ts';
import { composeWarning, tellWarning } from '../../../src/flows/warnings.ts';
import { says, saysInTurn, saysLike } from '../../texts.ts';
import { press, Scripted } from './scripted.ts';
import { Trader, type SimulatedVenue } from './trader.ts';

/** What a window shows of warnings. */
class Screen {
  readonly notices: Notice[] = [];
  readonly #trader: Trader;

  constructor(trader: Trader, settings: { enabled?: boolean; quietHours?: string } = {}) {
    this.#trader = trader;
    trader.engine.warnings.attach({
      compose: async (told) => composeWarning(trader.app(new Scripted()), told),
      show: (notice) => void this.notices.push(notice),
      settings: () => ({ enabled: true, quietHours: '', ...settings }),
    });
  }

  get texts(): readonly string[] {
    return this.notices.map(({ sentence }) => english(sentence));
  }

  get last(): Notice {
    return this.notices.at(-1)!;
  }

  async press(button: string): Promise<Scripted> {
    const talk = new Scripted(press(button));
    await this.#trader.until(tellWarning(this.#trader.app(talk), this.last));
    return talk;
  }
}

const minute = 60_000;

describe('warnings at a simulated exchange', function () {
  this.timeout(60_000);
  let trader: Trader;
  let okx: SimulatedVenue;
  beforeEach(async () => {
    ({ trader, okx } = await Trader.atOkx());
  });
  afterEach(() => trader.end());

  it('tell of a fall within two intervals, with what brings the loan back, and lead to the target', async () => {
    const screen = new Screen(trader);
    await trader.passes(2 * minute);
    console.log(screen.texts);
    okx.movePrice('BTC', '-18.5');
    await trader.passes(2 * minute);
    console.log(screen.texts);
    okx.movePrice('BTC', '-10');
    await trader.passes(2 * minute);
    console.log(screen.texts, trader.engine.warnings.all());
    void [says, saysInTurn, saysLike];
  });
});
