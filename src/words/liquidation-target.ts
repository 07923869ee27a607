import {
  add,
  compare,
  decimal,
  decimalPlaces,
  isDecimal,
  isPositive,
  isZero,
  multiply,
  one,
  round,
  subtract,
  zero,
  type Decimal,
} from '../core/decimal.ts';
import { formatAmount, formatDistance, formatLeverage, formatLiquidationPrice } from '../core/format.ts';
import { msg, type Message } from '../core/message.ts';
import type { Direction, Position } from '../core/model.ts';
import { levelOfLiquidation } from '../core/risk/level.ts';
import { marginFor, type MarginAim, type MarginAnswer, type MarginReason, type MarginWay } from '../core/risk/margin-solver.ts';
import { distanceToLiquidation, effectiveLeverage, leastDistanceLeft } from '../core/risk/position-model.ts';
import { formFault, trimmed } from './amount.ts';
import type { Remark } from './collateral-preview.ts';
import { readPercent, stepText, type TargetItemText, type TargetVerdict } from './ltv-target.ts';
import { distanceText, leverageText, liquidationText, marginText } from './position.ts';

/** A change that cannot lead to the aim, with the nearest that can be done. */
type DeadEnd = Extract<MarginAnswer, { readonly state: 'deadEnd' }>;

/** @param wallet where margin comes from and returns to */
export function marginWayText(way: MarginWay, aim: MarginAim, position: Position, wallet: Message): TargetItemText {
  const { direction, amount, after, walletAfter } = way;
  const { side, priceCoin, marginCoin } = position;
  const liquidation = [
    liquidationText(after.liquidationPrice, side, priceCoin, after.unreachable),
    distanceText(after.distance, after.unreachable),
  ] as const;
  const margin = marginText(after.margin, marginCoin);
  const leverage = leverageText(after.leverage);
  const left = [formatAmount(walletAfter), marginCoin, wallet] as const;
  return {
    label: stepText({ act: direction, coin: marginCoin, amount }),
    ...(aim.by === 'leverage'
      ? {
          description: msg(
            'liquidation-target.leverage-fact-distance',
            '→ leverage in fact {0}, distance {1} (estimate)',
            leverage,
            liquidation[1],
          ),
          detail: withCaution(
            way,
            msg(
              'liquidation-target.margin-liquidation-price',
              'margin {0} · liquidation price {1} · {2} {3} in the {4} afterwards',
              margin,
              liquidation[0],
              ...left,
            ),
          ),
        }
      : {
          description: msg(
            'liquidation-target.liquidation-price-distance',
            '→ liquidation price {0}, distance {1} (estimate)',
            ...liquidation,
          ),
          detail: withCaution(
            way,
            msg(
              'liquidation-target.margin-leverage-fact',
              'margin {0} · leverage in fact {1} · {2} {3} in the {4} afterwards',
              margin,
              leverage,
              ...left,
            ),
          ),
        }),
  };
}

function withCaution({ after }: MarginWay, text: Message): Message {
  if (after.unreachable === true) return text;
  switch (levelOfLiquidation(after.distance)) {
    case 'danger':
      return msg('liquidation-target.caution-less-liquidation', '{0} · CAUTION: less than {1} to liquidation', text, '5%');
    case 'warn':
      return msg('liquidation-target.caution-less-liquidation', '{0} · CAUTION: less than {1} to liquidation', text, '10%');
    case 'unknown':
      return msg('liquidation-target.caution-distance-liquidation', '{0} · CAUTION: the distance to liquidation is not known', text);
    case 'watch':
    case 'ok':
      return text;
  }
}

/** Why it does not lead to the aim. */
export function marginReasonText({ reason, direction, needed }: DeadEnd, aim: MarginAim, position: Position, wallet: Message): Message {
  // What is wanted is not known; how margin is taken out all the same hangs on the liquidation price.
  if (aim.by === 'leverage' && reason === 'unknown' && direction === 'add')
    return msg('liquidation-target.leverage-fact-cannot', 'leverage in fact cannot be told now; margin can still be added by its amount');
  return reason === 'wallet' && needed !== undefined
    ? msg(
        'liquidation-target.takes-holds-less',
        'it takes {0} {1}, and the {2} holds less',
        formatAmount(needed),
        position.marginCoin,
        wallet,
      )
    : plainReason(reason, direction, position, wallet);
}

function plainReason(reason: MarginReason, direction: Direction, { distress }: Position, wallet: Message): Message {
  switch (reason) {
    case 'unknown':
      return direction === 'add'
        ? msg(
            'liquidation-target.liquidation-price-after',
            'the liquidation price after adding cannot be estimated; margin can still be added by its amount',
          )
        : msg(
            'liquidation-target.liquidation-price-after-taking',
            'the liquidation price after taking out cannot be estimated, so nothing is taken',
          );
    case 'wallet':
      return msg('liquidation-target.not-hold-enough', 'the {0} does not hold enough', wallet);
    case 'limit':
      return msg('liquidation-target.no-more-taken', 'no more can be taken out now');
    case 'cushion':
      return msg('liquidation-target.liquidation-kept', '{0} to liquidation are kept', formatDistance(leastDistanceLeft));
    case 'unclear':
      return msg('liquidation-target.how-much-taken', 'how much can be taken out cannot be told now, so nothing is taken');
    case 'distress':
      return distress === undefined
        ? msg('liquidation-target.exchange-acts-position', 'the exchange acts on this position by itself now')
        : msg('liquidation-target.nothing-taken-now', 'nothing is taken now: {0}', distress);
  }
}

/** What cannot be done, where nothing near it can either. */
export function blockedMarginText({ direction }: DeadEnd, { marginCoin }: Position): Message {
  return direction === 'add' ? msg('term.add', 'Add {0}', marginCoin) : msg('term.remove', 'Remove {0}', marginCoin);
}

/** Asked before something that does not lead all the way. @param wanted the aim in words */
export function shortMarginText(
  { direction, amount, after }: MarginWay,
  aim: MarginAim,
  { side, marginCoin, priceCoin }: Position,
  wanted: Message | string,
): Message {
  const step = stepText({ act: direction, coin: marginCoin, amount });
  const distance = distanceText(after.distance, after.unreachable);
  return aim.by === 'leverage'
    ? msg(
        'liquidation-target.brings-leverage-fact',
        '{0}: that brings leverage in fact to {1} only, distance to liquidation {2} (estimate), not to {3}.',
        step,
        leverageText(after.leverage),
        distance,
        wanted,
      )
    : msg(
        'liquidation-target.brings-liquidation-price',
        '{0}: that brings the liquidation price to {1} only, distance {2} (estimate), not to {3}.',
        step,
        liquidationText(after.liquidationPrice, side, priceCoin, after.unreachable),
        distance,
        wanted,
      );
}

/** What stands over the box. */
export function aimPrompt({ priceCoin }: Position): Message {
  return msg(
    'liquidation-target.liquidation-price-wanted',
    'The liquidation price that is wanted, in {0}; its distance from the mark price, with a percent sign; or a leverage in fact, with an x. The way there follows; nothing is sent yet.',
    priceCoin,
  );
}

/** Judges a liquidation price (`45000`), a distance from the mark price (`12%`) or a leverage in fact (`5x`) as typed. */
export function judgeTargetPrice(text: string, position: Position): TargetVerdict<MarginAim> {
  const aim = readAim(text);
  return 'by' in aim ? judgeAim(aim, position) : { ok: false, sentence: aim };
}

function readAim(text: string): MarginAim | Message {
  const typed = text.trim();
  if (typed === '')
    return msg(
      'liquidation-target.type-price-distance',
      'Type a price, a distance with a percent sign such as 12%, or a leverage with an x such as 5x.',
    );
  if (typed.endsWith('%')) {
    const distance = readPercent(typed);
    return typeof distance === 'string' ? { by: 'distance', distance } : distance;
  }
  if (isLeverage(typed)) return readLeverage(typed);
  if (/^[-−]/.test(typed)) return msg('liquidation-target.price-must-more', 'The price must be more than zero.');
  const form = formFault(typed);
  if (form !== undefined) return form;
  if (!isDecimal(typed))
    return msg(
      'liquidation-target.not-price-write',
      'That is not a price. Write digits and a decimal point, a distance such as 12%, or a leverage such as 5x.',
    );
  const price = trimmed(typed);
  return isZero(price) ? msg('liquidation-target.price-must-more', 'The price must be more than zero.') : { by: 'price', price };
}

/** The same for what was read already, for looking again at fresher figures. */
export function judgeAim(aim: MarginAim, position: Position): TargetVerdict<MarginAim> {
  if (aim.by === 'leverage') return judgeLeverage(aim, position);
  const { side, markPrice, liquidationPrice, priceCoin } = position;
  const now = distanceToLiquidation(position);
  if (markPrice === undefined || !isPositive(markPrice) || now === undefined) {
    return {
      ok: true,
      target: aim,
      remark: {
        sentence: msg('liquidation-target.mark-price-liquidation', 'The mark price or the liquidation price now is unknown.'),
        caution: true,
      },
    };
  }
  const price = aim.by === 'price' ? aim.price : priceAt(position, markPrice, aim.distance);
  const distance = aim.by === 'price' ? distanceToLiquidation(position, aim.price) : aim.distance;
  const marked = liquidationText(markPrice, side, priceCoin);
  if (!isPositive(price))
    return { ok: false, sentence: msg('liquidation-target.no-price-100', 'No price is 100% below the mark price. Type less.') };
  if (distance === undefined || !isPositive(distance)) {
    return {
      ok: false,
      sentence:
        side === 'long'
          ? msg(
              'liquidation-target.long-position-liquidated',
              'A long position is liquidated below the mark price, which is {0}. Type less.',
              marked,
            )
          : msg(
              'liquidation-target.short-position-liquidated',
              'A short position is liquidated above the mark price, which is {0}. Type more.',
              marked,
            ),
    };
  }
  const nearer = compare(distance, now) < 0;
  if (nearer && compare(distance, leastDistanceLeft) < 0) {
    return {
      ok: false,
      sentence: msg(
        'liquidation-target.leave-liquidation-less',
        'That would leave {0} to liquidation, less than the {1} that is kept.',
        formatDistance(distance),
        formatDistance(leastDistanceLeft),
      ),
    };
  }
  const figures = [
    liquidationText(liquidationPrice, side, priceCoin),
    distanceText(now),
    `${formatLiquidationPrice(price, side)} ${priceCoin}`,
    formatDistance(distance),
  ] as const;
  return { ok: true, target: aim, remark: remarkOn(figures, compare(distance, now), distance) };
}

function priceAt({ side }: Position, mark: Decimal, distance: Decimal): Decimal {
  return multiply(mark, side === 'long' ? subtract(one, distance) : add(one, distance));
}

function remarkOn(figures: readonly (string | Message)[], order: -1 | 0 | 1, distance: Decimal): Remark {
  const level = levelOfLiquidation(distance);
  const caution = level === 'danger' || level === 'warn';
  switch (order) {
    case 0:
      return {
        sentence: msg('liquidation-target.liquidation-away-where', 'Liquidation at {0}, {1} away. That is where it is.', ...figures),
        caution,
      };
    case 1:
      return {
        sentence: msg(
          'liquidation-target.liquidation-now-away',
          'Liquidation at {0} now, {1} away. For {2}, {3} away, margin is added.',
          ...figures,
        ),
        caution,
      };
    case -1:
      return {
        sentence: msg(
          'liquidation-target.liquidation-now-away-away',
          'Liquidation at {0} now, {1} away. For {2}, {3} away, margin is taken out.',
          ...figures,
        ),
        caution,
      };
  }
}

/** The aim in a title. */
export function aimText(aim: MarginAim, { side, priceCoin }: Position): Message | string {
  switch (aim.by) {
    case 'price':
      return `${formatLiquidationPrice(aim.price, side)} ${priceCoin}`;
    case 'distance':
      return msg('liquidation-target.away', '{0} away', formatDistance(aim.distance));
    case 'leverage':
      return formatLeverage(aim.leverage);
  }
}

export type LeverageAim = Extract<MarginAim, { readonly by: 'leverage' }>;

/** As many as are shown of a leverage: what is typed and what is shown are the same. */
const mostPlaces = 2;
/** Decimals of the amounts tried while typing; the venue's own grid is known only once everything is read afresh. */
const triedPlaces = 8;
/** More than any wallet holds: whether it is enough is told later. */
const plenty = decimal(`1${'0'.repeat(30)}`);

/** Whether it is meant as a leverage: with an x behind it. */
export const isLeverage = (typed: string): boolean => /[xX×]$/.test(typed);

/** A leverage as typed, e.g. `5x` or `7.5 ×`. @returns what is wrong with it, when it is none */
export function readLeverage(text: string): LeverageAim | Message {
  const typed = text.trim().replace(/\s*[xX×]$/, '');
  if (/^[-−]/.test(typed)) return msg('liquidation-target.leverage-must-more', 'The leverage must be more than zero.');
  const form = formFault(typed);
  if (form !== undefined) return form;
  if (!isDecimal(typed))
    return msg(
      'liquidation-target.not-leverage-write',
      'That is not a leverage. Write digits and a decimal point, then an x, for example 5x.',
    );
  const leverage = trimmed(typed);
  if (isZero(leverage)) return msg('liquidation-target.leverage-must-more', 'The leverage must be more than zero.');
  if (decimalPlaces(leverage) > mostPlaces)
    return msg('amount.most-decimals-allowed', 'At most {0} decimals are allowed here.', mostPlaces.toString());
  return { by: 'leverage', leverage };
}

/** What comes of a wanted leverage in fact by the figures at hand: margin to add or to take out, and where liquidation is then. */
export function judgeLeverage(aim: LeverageAim, position: Position): TargetVerdict<MarginAim> {
  const now = effectiveLeverage(position);
  const pass = (sentence: Message, caution: boolean): TargetVerdict<MarginAim> => ({
    ok: true,
    target: aim,
    remark: { sentence, caution },
  });
  if (now === undefined) return pass(msg('liquidation-target.leverage-fact-now-unknown', 'Leverage in fact now is unknown.'), true);
  const figures = [formatLeverage(now), formatLeverage(aim.leverage)] as const;
  const { margin = zero } = position;
  const answer = marginFor(position, aim, { available: plenty, reducible: margin, places: triedPlaces });
  if (answer.state === 'there')
    return pass(msg('liquidation-target.leverage-fact-where', 'Leverage in fact is {0}. That is where it is.', ...figures), false);
  if (answer.state === 'way') return { ok: true, target: aim, remark: leverageRemarkOn(answer.way, figures, position) };
  if (answer.reason === 'cushion') return { ok: false, sentence: tooHigh(now, answer.nearest) };
  return pass(plainly(answer.direction, figures), true);
}

function leverageRemarkOn({ direction, after }: MarginWay, figures: readonly [string, string], { side, priceCoin }: Position): Remark {
  const { liquidationPrice, distance, unreachable } = after;
  if (unreachable === true) {
    return {
      sentence: msg(
        'liquidation-target.leverage-fact-now-margin-added-no',
        'Leverage in fact {0} now. For {1}, margin is added: then no price liquidates it (estimate).',
        ...figures,
      ),
      caution: false,
    };
  }
  if (distance === undefined) return { sentence: plainly(direction, figures), caution: true };
  const told = [...figures, liquidationText(liquidationPrice, side, priceCoin), formatDistance(distance)] as const;
  const level = levelOfLiquidation(distance);
  return {
    sentence:
      direction === 'add'
        ? msg(
            'liquidation-target.leverage-fact-now-margin-added',
            'Leverage in fact {0} now. For {1}, margin is added: liquidation then at {2}, {3} away (estimate).',
            ...told,
          )
        : msg(
            'liquidation-target.leverage-fact-now-margin-taken-out',
            'Leverage in fact {0} now. For {1}, margin is taken out: liquidation then at {2}, {3} away (estimate).',
            ...told,
          ),
    caution: level === 'danger' || level === 'warn',
  };
}

function plainly(direction: Direction, figures: readonly [string, string]): Message {
  return direction === 'add'
    ? msg('liquidation-target.leverage-fact-now-margin', 'Leverage in fact {0} now. For {1}, margin is added.', ...figures)
    : msg('liquidation-target.leverage-fact-now-margin-taken', 'Leverage in fact {0} now. For {1}, margin is taken out.', ...figures);
}

/** @param nearest what can be taken out at most with enough distance left */
function tooHigh(now: Decimal, nearest: MarginWay | undefined): Message {
  const kept = formatDistance(leastDistanceLeft);
  const most = nearest?.after.leverage === undefined ? undefined : round(nearest.after.leverage, mostPlaces, 'down');
  return most !== undefined && compare(most, now) > 0
    ? msg(
        'liquidation-target.leave-less-liquidation',
        'That would leave less to liquidation than the {0} that is kept. Type {1} at most.',
        kept,
        formatLeverage(most),
      )
    : msg(
        'liquidation-target.leverage-fact-now',
        'Leverage in fact is {0} now, and no margin can be taken out: {1} to liquidation are kept.',
        formatLeverage(now),
        kept,
      );
}
