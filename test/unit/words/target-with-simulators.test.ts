// What the list of ways promises, against what the preview then says and what the simulated exchanges then say.
import assert from 'node:assert/strict';
import { compare, decimal, type Decimal } from '../../../src/core/decimal.ts';
import { estimateAfter } from '../../../src/core/risk/collateral-estimate.ts';
import { formatLtv } from '../../../src/core/format.ts';
import { connectBybit } from '../../../src/exchanges/bybit/connect.ts';
import { connectOkx } from '../../../src/exchanges/okx/connect.ts';
import type { Connection } from '../../../src/exchanges/exchange.ts';
import { startBybit } from '../../../src/simulator/bybit/start.ts';
import { startSimulator } from '../../../src/simulator/okx/start.ts';
import { offersFor } from '../../../src/engine/targets/ltv-offers.ts';
import { readForTarget } from '../../../src/engine/targets/read-for-target.ts';
import { PassingClock } from '../passing-clock.ts';

/** An exchange on its first day, with a way to let time pass. */
interface Place {
  readonly connection: Connection;
  pass(): void;
  close(): Promise<void>;
}

async function open(venue: 'okx' | 'bybit'): Promise<Place> {
  const clock = new PassingClock();
  const options = { walk: false, settleMs: 1_000, clock };
  const simulator = venue === 'okx' ? await startSimulator(options) : await startBybit(options);
  const connect = venue === 'okx' ? connectOkx : connectBybit;
  const connection = connect({
    account: { site: 'loopback', baseUrl: simulator.url },
    keys: async () => ({ ...simulator.keys }),
    clock,
  });
  return {
    connection,
    pass: () => {
      clock.time += 2_000;
    },
    close: async () => {
      connection.dispose();
      await simulator.close();
    },
  };
}

const targets = ['0.4', '0.5', '0.65'];

for (const venue of ['okx', 'bybit'] as const) {
  describe(`the ways to a target on the simulated ${venue === 'okx' ? 'OKX' : 'Bybit'}`, function () {
    // Each way is gone on an exchange of its own.
    this.timeout(60_000);

    const opened: Place[] = [];
    const placeFor = async (): Promise<Place> => {
      const place = await open(venue);
      opened.push(place);
      return place;
    };
    afterEach(async () => {
      for (const place of opened.splice(0)) await place.close();
    });

    it('are at the target in the preview as well, and at the exchange where the haircut is its own', async () => {
      let [previewed, done] = [0, 0];
      const goThere = async (loanAt: number, target: Decimal): Promise<void> => {
        const looking = await placeFor();
        const wanted = (await looking.connection.read()).loans[loanAt]!;
        looking.pass(); // it takes only so many requests a second
        const { answer } = await readForTarget(looking.connection, wanted, target, new AbortController().signal);
        if (!('reading' in answer)) return;
        const { reading } = answer;
        const ref = wanted.orderId === undefined ? { loanId: wanted.id } : { loanId: wanted.id, orderId: wanted.orderId };
        for (const { steps, shortBy, ltv, assumed } of offersFor(reading, target).offers) {
          const [step, ...others] = steps;
          if (step === undefined || step.act === 'repay' || step.act === 'sell' || others.length > 0) continue;
          const { act: direction, coin, amount } = step;
          const what = `${wanted.id} to ${formatLtv(target)} by ${direction} ${amount} ${coin}`;
          looking.pass();
          const ready = await looking.connection.actions.collateral!.prepare({ loan: ref, direction, coin });
          const estimate = estimateAfter(ready.loan, direction, coin, amount, ready.prices).ltv;
          assert.ok(estimate !== undefined, `${what}: unknown in the preview`);
          // The exact figure, so that the preview doesn't say 50.01% for what was picked as 50.00%.
          assert.equal(formatLtv(estimate), formatLtv(ltv), what);
          previewed += 1;
          if (shortBy !== undefined) continue;
          assert.equal(formatLtv(estimate), formatLtv(target), what);
          if (assumed) continue;
          const place = await placeFor();
          await place.connection.actions.collateral!.send({ kind: 'collateral', loan: ref, direction, coin, amount });
          place.pass();
          const after = (await place.connection.read()).loans.find(({ id, orderId }) => id === wanted.id && orderId === wanted.orderId);
          assert.ok(compare(after!.ltv!, target) <= 0, `${what}: ${after!.ltv!}`);
          done += 1;
        }
      };
      const { length } = (await (await placeFor()).connection.read()).loans;
      // Each waits for what an exchange takes in a second: they do so side by side.
      const all = targets.flatMap((text) => Array.from({ length }, (_, loanAt) => goThere(loanAt, decimal(text))));
      await Promise.all(all);
      assert.ok(previewed >= 8 && done >= 3, `${previewed.toString()} previewed, ${done.toString()} done`);
    });
  });
}
