import assert from 'node:assert/strict';
import { staleAfterMs } from '../../../src/core/clock.ts';
import { decimal } from '../../../src/core/decimal.ts';
import type { AccountState } from '../../../src/engine/monitor/store.ts';
import { collateralOutline } from '../../../src/views/collateral.ts';
import type { Entry } from '../../../src/views/entry.ts';
import { gaugePage } from '../../../src/views/gauges.ts';
import { loansOutline } from '../../../src/views/loans.ts';
import { positionsOutline } from '../../../src/views/positions.ts';
import { loanAlarms, positionAlarms, statusOf } from '../../../src/views/status.ts';
import { levelIcon, levelWord } from '../../../src/words/level.ts';
import { failure, loan, now, position, snapshot, state, text, viewContext } from './samples.ts';

const safeColour = levelIcon('ok').color;
const safeWord = new RegExp(`\\b${text(levelWord('ok'))}\\b`);

const holds = (change: Partial<AccountState>, asOf: number, keptFrom?: number): AccountState => {
  const kept = keptFrom === undefined ? {} : { keptFrom };
  return state({
    snapshot: snapshot({
      loans: [loan({ ltv: decimal('0.2'), ...kept })],
      positions: [position({ liquidationPrice: decimal('10000'), ...kept })],
      asOf,
    }),
    ...change,
  });
};
const all = (entries: readonly Entry[]): readonly Entry[] => entries.flatMap((entry) => [entry, ...all(entry.children ?? [])]);

/** Every surface that shows how an account stands: which of them says that it is safe. */
function safeOn(shown: AccountState): readonly string[] {
  const context = viewContext();
  const rows = all([loansOutline, positionsOutline, collateralOutline].flatMap((outline) => outline([shown], context)));
  const said = rows.filter(({ icon, label, description = [], spoken }) => {
    const words = [label, ...description, ...(spoken === undefined ? [] : [spoken])].map(text);
    return icon?.color === safeColour || words.some((word) => safeWord.test(word));
  });
  const status = statusOf([shown], context)!;
  const { gauges } = gaugePage([shown], context, text).state;
  return [
    ...said.map(({ id }) => id),
    ...(status.level === 'ok' || safeWord.test(status.text.map(text).join(' ')) || safeWord.test(text(status.spoken)) ? ['status'] : []),
    ...status.rows.filter(({ level }) => safeWord.test(text(level))).map(() => 'tooltip'),
    ...gauges.filter((gauge) => !gauge.stale || safeWord.test(JSON.stringify(gauge))).map(() => 'gauge'),
  ];
}

describe('figures that are out of date', () => {
  it('are shown as safe by no surface: by age, after a failure, or where only they could not be read', () => {
    const old = now - staleAfterMs(30_000);
    assert.ok(safeOn(holds({}, old)).length >= 6, 'at the last moment they still are');
    for (const [why, shown] of [
      ['too old', holds({}, old - 1)],
      ['failed', holds({ failure: failure() }, now - 1_000)],
      ['kept from an earlier reading', holds({}, now - 1_000, now - 60_000)],
    ] as const)
      assert.deepEqual(safeOn(shown), [], why);
  });

  it('keep their alarms, also in the numbers on the icon', () => {
    const shown = state({
      snapshot: snapshot({
        loans: [loan({ ltv: decimal('0.73') })],
        positions: [position({ liquidationPrice: decimal('59000') })],
        asOf: now - 3_600_000,
      }),
    });
    assert.deepEqual([loanAlarms([shown], viewContext()), positionAlarms([shown], viewContext())], [1, 1]);
    assert.equal(statusOf([shown], viewContext())?.level, 'danger');
  });
});
