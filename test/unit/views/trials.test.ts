import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import type { Trial } from '../../../src/core/protocol.ts';
import { exposures } from '../../../src/views/stress.ts';
import { Trials } from '../../../src/views/trials.ts';
import { sliceMs } from '../../../src/views/what-if.ts';
import { aLoan, aScene, aState, now, say } from './gauge-scenes.ts';

const prices = { BTC: decimal('85753.03'), USDT: decimal('1') };
const trial = (percent: string): Trial => ({ prices: { BTC: percent }, changes: {} });

describe('Trials of a page', () => {
  /** A loan a slice, and pauses that end one by one. */
  const started = (loans = 3) => {
    const answers: string[] = [];
    const failures: unknown[] = [];
    const pauses: (() => void)[] = [];
    let time = 0;
    let read = 0;
    let ltv = '0.57421';
    let fails = false;
    const trials = new Trials({
      exposures: () => {
        read += 1;
        if (fails) throw new Error('No.');
        const all = Array.from({ length: loans }, (_, index) =>
          aLoan({
            id: index.toString(),
            orderId: index.toString(),
            ltv: decimal(ltv),
            collateral: [{ coin: 'BTC', amount: decimal('0.9') }],
          }),
        );
        return exposures([aState([], { snapshot: { loans: all, wallet: [], positions: [], prices, asOf: now } })], aScene());
      },
      say: () => say,
      ticks: () => (time += sliceMs),
      pause: () =>
        new Promise((resolve) => {
          pauses.push(resolve);
        }),
      answer: (round, { tables }) => answers.push(`${round.toString()}: ${tables[0]!.rows[0]!.figure}`),
      failed: (error) => failures.push(error),
    });
    /** Lets everything that waits go on, until nothing does. */
    const settle = async (): Promise<void> => {
      for (let calm = 0; calm < 5; calm += 1) {
        await Promise.resolve();
        if (pauses.length > 0) calm = 0;
        for (const go of pauses.splice(0)) go();
      }
    };
    return {
      ...{ trials, answers, failures, settle },
      counts: () => read,
      reads: (next: string) => (ltv = next),
      breaks: (next: boolean) => (fails = next),
    };
  };

  it('are answered by their number, from figures that are read once for all of them', async () => {
    const { trials, answers, settle, counts } = started();
    for (const [round, percent] of ['-20', '-10'].entries()) {
      trials.ask({ round, trial: trial(percent) });
      await settle();
    }
    assert.deepEqual(answers, ['0: 57.43% → ~71.78%', '1: 57.43% → ~63.81%']);
    assert.equal(counts(), 1);
  });

  it('leave an overtaken one without an answer', async () => {
    const { trials, answers, settle } = started();
    trials.ask({ round: 1, trial: trial('-20') });
    trials.ask({ round: 2, trial: trial('-30') });
    trials.ask({ round: 3, trial: trial('-10') });
    await settle();
    assert.deepEqual(answers, ['3: 57.43% → ~63.81%']);
  });

  it('are answered again when figures are new; one in work is finished first, so that none starves', async () => {
    const { trials, answers, settle, reads } = started();
    trials.ask({ round: 1, trial: trial('-20') });
    reads('0.5722');
    for (let readings = 0; readings < 5; readings += 1) trials.renew();
    await settle();
    assert.deepEqual(answers, ['1: 57.43% → ~71.78%', '1: 57.22% → ~71.53%']);
    trials.renew();
    await settle();
    assert.equal(answers.length, 3);
  });

  it('end when the section is closed or nobody listens, also in the middle', async () => {
    for (const isClosed of [true, false]) {
      const { trials, answers, settle } = started();
      trials.ask({ round: 1, trial: trial('-20') });
      if (isClosed) trials.ask({ round: 2 });
      else trials.end();
      await settle();
      trials.renew();
      await settle();
      assert.deepEqual(answers, []);
      trials.ask({ round: 3, trial: trial('-10') });
      await settle();
      assert.equal(answers.length, 1);
    }
  });

  it('go on after one that failed', async () => {
    const { trials, answers, failures, settle, breaks } = started();
    breaks(true);
    trials.ask({ round: 1, trial: trial('-20') });
    await settle();
    assert.equal(failures.length, 1);
    breaks(false);
    trials.renew();
    await settle();
    assert.deepEqual(answers, ['1: 57.43% → ~71.78%']);
  });
});
