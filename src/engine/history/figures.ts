import type { Decimal } from '../../core/decimal.ts';
import { targetKey, type CoinAmount, type Snapshot } from '../../core/model.ts';
import { liquidationOf } from '../../core/risk/liquidation.ts';
import { believedLoan } from '../../core/risk/ltv.ts';
import type { Recorded } from '../storage/history-protocol.ts';
import type { StateAsked } from '../storage/state-protocol.ts';

type Figure = readonly [name: string, value: Decimal | undefined];

/** Adds the figures to record to a request that stores a reading. If that fails, the reading is stored without them. */
export function withFigures<A extends StateAsked>(asked: A): A {
  if (asked.do !== 'keepReading' || 'failure' in asked.reading) return asked;
  try {
    return { ...asked, reading: { ...asked.reading, recorded: figuresOf(JSON.parse(asked.reading.text) as Snapshot) } };
  } catch {
    return asked;
  }
}

/** The figures of a reading to record. Figures kept from an earlier reading are left out: they are older. */
export function figuresOf({ loans, positions, prices = {} }: Snapshot): readonly Recorded[] {
  const ofLoans = loans
    .filter(({ keptFrom }) => keptFrom === undefined)
    .map((read): Recorded => {
      const { id, ltv, marginCall, liquidation, debtUsd, collateralUsd, liquidationPrice, debts, collateral } = believedLoan(read);
      const coins = [...new Set([...debts, ...collateral].map(({ coin }) => coin))];
      return recorded(targetKey({ kind: 'loan', id }), [
        ['ltv', ltv],
        ['marginCall', marginCall?.ltv],
        ['liquidation', liquidation?.ltv],
        ['debtUsd', debtUsd],
        ['collateralUsd', collateralUsd],
        ['liquidationPrice', liquidationPrice?.price],
        ...amounts('debt', debts),
        ...amounts('collateral', collateral),
        ...coins.map((coin): Figure => [`price ${coin}`, prices[coin]]),
      ]);
    });
  const ofPositions = positions
    .filter(({ keptFrom }) => keptFrom === undefined)
    .map((position): Recorded => {
      const { positionId: id, markPrice, margin, debt } = position;
      const found = liquidationOf(position, positions);
      return recorded(targetKey({ kind: 'position', id }), [
        ...(found.kind === 'price' ? [['distance', found.distance] as const, ['liquidationPrice', found.price] as const] : []),
        ['mark', markPrice],
        ['margin', margin],
        ...amounts('debt', debt === undefined ? [] : [debt]),
      ]);
    });
  return [...ofLoans, ...ofPositions];
}

const amounts = (what: string, of: readonly CoinAmount[]): Figure[] => of.map(({ coin, amount }) => [`${what} ${coin}`, amount]);

const recorded = (target: string, figures: readonly Figure[]): Recorded => ({
  target,
  figures: Object.fromEntries(figures.filter((one): one is [string, Decimal] => one[1] !== undefined)),
});
