import {
  decimal,
  fractionForDrawing,
  greater,
  isNegative,
  isZero,
  lesser,
  multiply,
  one,
  round,
  zero,
  type Decimal,
} from '../core/decimal.ts';
import { formatAmount, formatCoinUsd, formatDistance, formatLtv, formatUsd } from '../core/format.ts';
import { distanceTo } from '../core/ltv.ts';
import { msg, type Message } from '../core/message.ts';
import type { CoinAmount, Loan, Threshold } from '../core/model.ts';
import type { GaugeRow, GaugeTick, GaugeView } from '../core/protocol.ts';
import { changeText, progressText } from './acting/change-text.ts';
import { isDemo, readingAge, venueName, type Scene } from './presentation/condition.ts';
import { levelWord } from './presentation/level-words.ts';
import { loanName, ltvText, sourceText, type LoanView } from './presentation/loan-words.ts';

/** Puts a message into the person's language. */
export type Say = (message: Message | string) => string;

const unknownFigure = '—';
const hundred = decimal('100');
/** Room behind the liquidation tick, so that a loan beyond it can be told from one at it. */
const headroom = decimal('1.1');

/** One gauge as ready text and places on the scale. */
export function gaugeView(key: string, view: LoanView, scene: Scene, say: Say): GaugeView {
  const { loan, state, vouched, level } = view;
  const venue = venueName(state, scene);
  const full = scaleEnd(loan);
  const texts = {
    title: say(msg('Loan {0}', loanName(loan))),
    subtitle: [venue, state.account.name, ...(state.account.readOnly ? [say(msg('read-only'))] : [])].join(' · '),
    levelText: say(levelWord(level)),
    ltvCaption: say(vouched ? msg('LTV') : msg('Last known LTV')),
    ltvText: ltvText(loan),
    distanceText: say(distanceSentence(view)),
    ageText: say(msg('Read {0}', readingAge(state, scene.now))),
  };
  const ticks = [...tick('marginCall', msg('Margin call'), loan.marginCall), ...tick('liquidation', msg('Liquidation'), loan.liquidation)];
  const mark = moneyMark(view, scene);
  const trouble = state.failure?.error.sentence;
  return {
    key,
    ...texts,
    ...(mark === undefined ? {} : { simulatedMark: say(mark) }),
    ...(trouble === undefined ? {} : { trouble: say(trouble) }),
    level,
    ...(loan.ltv === undefined
      ? {}
      : {
          ltvAt: fractionForDrawing(loan.ltv, full),
          meter: { now: percent(lesser(greater(loan.ltv, zero), full)), max: percent(full) },
        }),
    scale: ['0%', `${percent(full)}%`],
    ticks,
    rows: [debtRow(loan, say), collateralRow(loan, say), liquidationRow(loan, venue, say)],
    stale: !vouched,
    reading: state.reading,
    pending: pendingSentences(view, scene).map(say),
    spokenValue: [
      `${texts.ltvCaption} ${texts.ltvText}`,
      texts.levelText,
      texts.distanceText,
      ...ticks.map(({ label, valueText }) => `${label} ${valueText}`),
      texts.ageText,
      ...[mark, trouble].flatMap((text) => (text === undefined ? [] : [say(text)])),
    ].join('. '),
    spokenLevel: `${texts.title}, ${texts.subtitle}: ${texts.levelText}, ${texts.ltvCaption} ${texts.ltvText}`,
    actions: [
      ...(state.account.readOnly
        ? []
        : [
            { id: 'add' as const, label: say(msg('Add Collateral…')) },
            { id: 'reduce' as const, label: say(msg('Reduce Collateral…')) },
          ]),
      { id: 'refresh', label: say(msg('Refresh')) },
    ],
  };

  function tick(kind: GaugeTick['kind'], label: Message, threshold: Threshold | undefined): GaugeTick[] {
    if (threshold === undefined) return [];
    return [
      {
        kind,
        at: fractionForDrawing(threshold.ltv, full),
        label: say(label),
        valueText: formatLtv(threshold.ltv),
        source: say(sourceText(threshold, venue)),
      },
    ];
  }
}

/** An account on a venue's own demo trading talks to a real server, so it is told apart from the simulated exchange. */
export function moneyMark({ state }: Pick<LoanView, 'state'>, scene: Scene): Message | undefined {
  if (isDemo(state, scene)) return msg('DEMO TRADING: no real money');
  return state.account.simulated ? msg('SIMULATED: no real money') : undefined;
}

function pendingSentences({ state, loan }: LoanView, scene: Scene): Message[] {
  const { id, simulated } = state.account;
  const frozen = scene.frozen(id);
  return [
    ...(frozen === undefined
      ? []
      : [msg('Changes are frozen: the exchange did something else than was asked ({0}).', changeText(frozen, simulated))]),
    ...scene
      .openWrites(id)
      .filter(({ change }) => change.kind === 'collateral' && change.loan.loanId === loan.id)
      .map((record) => msg('{0}: {1}.', changeText(record, simulated), progressText(record, venueName(state, scene)) ?? '')),
  ];
}

/** 100 %, where debt equals collateral, or somewhat beyond the outermost threshold when that is further out. */
function scaleEnd(loan: Loan): Decimal {
  const outermost = [loan.marginCall, loan.liquidation].reduce<Decimal>(
    (end, tick) => (tick === undefined ? end : greater(end, tick.ltv)),
    zero,
  );
  return greater(one, round(multiply(outermost, headroom), 2, 'up'));
}

/** A fraction as percent without a sign, at most two digits, rounded towards danger. */
function percent(fraction: Decimal): string {
  return round(multiply(fraction, hundred), 2, 'up');
}

function reached(distance: Decimal | undefined): boolean {
  return distance !== undefined && (isNegative(distance) || isZero(distance));
}

function distanceSentence({ loan, distance, vouched }: LoanView): Message {
  if (reached(distanceTo(loan.liquidation?.ltv, loan.ltv))) {
    return vouched ? msg('The liquidation level is reached') : msg('When last read, the liquidation level was reached');
  }
  if (reached(distance))
    return vouched ? msg('The margin call level is reached') : msg('When last read, the margin call level was reached');
  if (distance === undefined) return msg('The distance to the margin call is unknown');
  const text = formatDistance(distance);
  return vouched
    ? msg('Collateral may fall {0} until the margin call', text)
    : msg('When last read, collateral could fall {0} until the margin call', text);
}

type Line = GaugeRow['lines'][number];

function coinLines(coins: readonly CoinAmount[], side: 'debt' | 'asset'): Line[] {
  return coins.map((one) => {
    const worth = formatCoinUsd(one, side);
    return { value: `${formatAmount(one.amount)} ${one.coin}`, ...(worth === undefined ? {} : { detail: worth }) };
  });
}

/** Coins, with their worth: behind the coin when there is one, on a line of its own when there are several. */
function amountRow(label: string, lines: Line[], total: string | undefined, totalOfSeveral: string): GaugeRow {
  const [only, ...others] = lines;
  if (only === undefined) return { label, lines: [{ value: unknownFigure }] };
  if (total === undefined) return { label, lines };
  if (others.length === 0) return { label, lines: [{ value: only.value, detail: total }] };
  return { label, lines: [...lines, { value: total, detail: totalOfSeveral }] };
}

function debtRow(loan: Loan, say: Say): GaugeRow {
  const total = loan.debtUsd === undefined ? undefined : formatUsd(loan.debtUsd, 'debt');
  return amountRow(say(msg('Debt')), coinLines(loan.debts, 'debt'), total, say(msg('in all')));
}

function collateralRow(loan: Loan, say: Say): GaugeRow {
  const usd = loan.collateralUsd === undefined ? undefined : formatUsd(loan.collateralUsd, 'asset');
  const adjusted = loan.collateralValuation === 'adjusted';
  const total = usd === undefined || !adjusted ? usd : say(msg('{0} after haircut', usd));
  return amountRow(say(msg('Collateral')), coinLines(loan.collateral, 'asset'), total, say(msg('in all')));
}

/** The venue's price where it gives one, and how far everything may fall: right for any mix of coins, but our own estimate. */
function liquidationRow(loan: Loan, venueName: string, say: Say): GaugeRow {
  const lines: Line[] = [];
  const price = loan.liquidationPrice;
  if (price !== undefined) {
    lines.push({ value: `${price.instrument} ${formatAmount(price.price)}`, detail: say(msg('from {0}', venueName)) });
  }
  const distance = distanceTo(loan.liquidation?.ltv, loan.ltv);
  if (reached(distance)) lines.push({ value: say(msg('level reached')) });
  else if (distance !== undefined) {
    lines.push({ value: say(msg('{0} fall of all collateral', formatDistance(distance))), detail: say(msg('estimate')) });
  }
  return { label: say(msg('Liquidation')), lines: lines.length === 0 ? [{ value: unknownFigure }] : lines };
}
