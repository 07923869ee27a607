import { english } from '../../src/core/message.ts';
import type { Loan, Position } from '../../src/core/model.ts';
import type { GaugeView } from '../../src/core/protocol.ts';
import type { AccountState } from '../../src/engine/monitor/store.ts';
import { exchanges } from '../../src/exchanges/registry.ts';
import { collateralOutline } from '../../src/views/collateral.ts';
import type { Entry } from '../../src/views/entry.ts';
import { loanKey, positionKey } from '../../src/views/gauge-frame.ts';
import { gaugePage } from '../../src/views/gauges.ts';
import { loansOutline } from '../../src/views/loans.ts';
import { positionsOutline } from '../../src/views/positions.ts';
import { statusOf } from '../../src/views/status.ts';
import type { ViewContext } from '../../src/words/account.ts';
import type { Text } from '../../src/words/text.ts';
import { seenAt } from './levels.ts';
import { intervalMs } from './read.ts';

const viewContext: ViewContext = {
  exchanges,
  now: seenAt,
  intervalMs,
  when: () => 'then',
  zoned: () => 'then',
  openWrites: () => [],
  frozen: () => undefined,
  arming: () => ({ armed: false }),
  warnings: () => [],
};

const say = (text: Text): string => (typeof text === 'string' ? text : english(text));

/** One loan or position as all views show it. */
export interface Shown {
  readonly key: string;
  readonly one: Loan | Position;
  readonly lines: readonly string[];
  readonly gauge: GaugeView | undefined;
}

/** All that views say of an account. */
export interface Screen {
  readonly rows: readonly Shown[];
  /** How the whole stands, in the status bar. */
  readonly level: string;
  readonly statusRows: number;
  /** What else is said, not about one row. */
  readonly others: readonly string[];
}

/** Draws everything. @throws what drawing throws */
export function screenOf(state: AccountState): Screen {
  const loans = loansOutline([state], viewContext);
  const positions = positionsOutline([state], viewContext);
  const wallet = collateralOutline([state], viewContext);
  const status = statusOf([state], viewContext);
  const page = gaugePage([state], viewContext, say, { shocks: '-35' });
  const gauges = new Map(page.state.gauges.map((gauge) => [gauge.key, gauge]));
  const under = (outline: readonly Entry[], kind: 'loan' | 'position', id: string): readonly Entry[] =>
    outline.flatMap(({ children = [] }) =>
      children.filter(({ on, context }) => on?.kind === kind && on.id === id && context !== 'openWrite'),
    );
  const { id } = state.account;
  const rowOf = (kind: 'loan' | 'position', name: string, one: Loan | Position): Shown => ({
    key: `${kind}:${name}`,
    one,
    lines: under(kind === 'loan' ? loans : positions, kind, name).flatMap(linesOf),
    gauge: gauges.get((kind === 'loan' ? loanKey : positionKey)(id, name)),
  });
  const { snapshot } = state;
  return {
    rows: [
      ...(snapshot?.loans ?? []).map((loan) => rowOf('loan', loan.id, loan)),
      ...(snapshot?.positions ?? []).map((position) => rowOf('position', position.positionId, position)),
    ],
    level: status?.level ?? '',
    statusRows: status?.rows.length ?? 0,
    others: [...wallet.flatMap(linesOf), ...page.state.notices],
  };
}

/** An entry and everything below it, with its tooltips. */
function linesOf({ label, description = [], spoken, details, children = [] }: Entry): readonly string[] {
  const { title, lines, note } = details?.() ?? { title: '', lines: [], note: undefined };
  return [
    [label, ...description].map(say).join(' | '),
    ...(spoken === undefined ? [] : [say(spoken)]),
    say(title),
    ...lines.map((line) => `${say(line.label)}: ${say(line.value)}`),
    ...(note === undefined ? [] : [say(note)]),
    ...children.flatMap(linesOf),
  ];
}
