import { add, compare, divide, isPositive, multiply, subtract, type Decimal } from '../core/decimal.ts';
import { formatAmount, formatDistance, formatLiquidationPrice, formatLtv, formatUsd } from '../core/format.ts';
import { isAlarm, levelOf, levelOfDistance, strictLevelsOf } from '../core/risk/level.ts';
import { loanDistance, modelOf, withCollateral } from '../core/risk/loan-model.ts';
import { assumesHaircut, estimateAfter, largestReduction } from '../core/risk/collateral-estimate.ts';
import { credibleLtv, distanceTo } from '../core/risk/ltv.ts';
import { msg, type Message } from '../core/message.ts';
import type { Account, Direction, Levels, Loan, Side } from '../core/model.ts';
import type { CollateralPreview, LoanPreview } from '../engine/ledger/ledger.ts';
import { atMost } from './amount.ts';
import { levelWord } from './level.ts';
import { loanLabel, ltvFigure } from './kinds.ts';
import { distanceText as distanceLeft, toLiquidation as liquidationIn } from './position.ts';
import { distanceText, standingAt } from './loan.ts';
import { arrowed, bracketed, dotted, estimated, labelled, type Text } from './text.ts';

/** What a preview does not know itself. */
export interface PreviewSurroundings {
  readonly venueName: string;
  /** Address and environment, e.g. "OKX Global" or "This computer (simulated)". */
  readonly siteLabel: Message | string;
  /** The venue's own demo trading: no real money either, but a real server. */
  readonly demo: boolean;
  /** Where the coins come from or go to, as the venue calls it. */
  readonly wallet: Message;
  /** Positions with cross margin, as last read: they depend on the wallet that margin comes from. */
  readonly cross?: readonly Message[];
  /** When the figures were read, as a time of day. */
  readonly readAt: string;
  readonly age: Message;
}

/** `alarming` near or beyond a line, or with a risk that is unknown; `cautious` with anything else to be careful of. */
export type Tone = 'calm' | 'cautious' | 'alarming';

/** What is shown before a person decides. */
export interface PreviewText {
  readonly title: Message;
  readonly lines: readonly Text[];
  /** The button that does it. */
  readonly act: Message;
  readonly tone: Tone;
}

/** The parts in which previews differ. */
export interface PreviewParts {
  readonly account: Account;
  readonly direction: Direction;
  /** With its coin, all its digits. */
  readonly amount: string;
  /** What it is added to or removed from. */
  readonly target: Message;
  /** What is done, where that is neither adding nor removing. */
  readonly deed?: Message;
  readonly act: Message;
  readonly tone: Tone;
  readonly warnings: readonly Message[];
  /** What changes, most important first. */
  readonly figures: readonly Message[];
  /** Where the money goes, where that is neither to nor from the wallet. */
  readonly route?: Message;
  readonly wallet?: readonly [now: Text, after: Text];
  readonly details: readonly Message[];
}

/** A preview in the order of a decision: what warns, what changes, where the money goes, then the rest. */
export function previewOf(parts: PreviewParts, { venueName, siteLabel, demo, wallet, readAt, age }: PreviewSurroundings): PreviewText {
  const { account, direction, amount, target } = parts;
  const live = !account.simulated && !demo;
  const stakes = stakesLine(account.simulated, demo);
  // The name of a real site has the name of the exchange in it.
  const site = account.simulated ? dotted(venueName, siteLabel) : siteLabel;
  const place = dotted(dotted(account.name, site), live ? stakesMark(false, false) : stakes);
  const route =
    direction === 'add'
      ? msg('preview.route', '{0} from {1} to {2}', amount, wallet, target)
      : msg('preview.route', '{0} from {1} to {2}', amount, target, wallet);
  return {
    title: msg('resolve.sure', '{0}?', labelled(stakesMark(account.simulated, demo), parts.deed ?? actOn(direction, amount, target))),
    lines: [
      ...parts.warnings,
      ...parts.figures,
      '',
      ...(live ? [stakes] : []),
      place,
      parts.route ?? route,
      ...(parts.wallet === undefined ? [] : [row(bracketed(msg('collateral.wallet', 'Wallet'), wallet), ...parts.wallet)]),
      '',
      ...parts.details,
      msg('preview.updated', 'Updated at {0} ({1})', readAt, age),
    ],
    act: parts.act,
    tone: parts.tone,
  };
}

/** `Add 0.1 BTC`: what a button or an item says, with the exact amount. */
export function actLabel(direction: Direction, amount: Text): Message {
  return direction === 'add' ? msg('term.add', 'Add {0}', amount) : msg('term.remove', 'Remove {0}', amount);
}

/** `Add 0.1 BTC to loan 12345` */
export function actOn(direction: Direction, what: Text, target: Text): Message {
  return direction === 'add'
    ? msg('term.add-to', 'Add {0} to {1}', what, target)
    : msg('term.remove-from', 'Remove {0} from {1}', what, target);
}

/** An amount with its coin, all its digits. */
export const coinAmount = (amount: Decimal, coin: string): string => `${formatAmount(amount)} ${coin}`;

/** `LTV: 57.98% → 51.54%` */
export const row = (label: Text, now: Text, after: Text): Message => labelled(label, arrowed(now, after));

export const sideBySide = (parts: readonly Message[]): Message => parts.reduce((text, next) => dotted(text, next));

export const dangerWord = (): Message => msg('preview.danger', 'DANGER');
export const warningWord = (): Message => msg('preview.warning', 'WARNING');
export const cautionOf = (sentence: Text): Message => labelled(msg('preview.caution', 'CAUTION'), sentence);

/** Whether money is at stake, for titles: never left to colour alone. */
export function stakesMark(simulated: boolean, demo: boolean): Message {
  if (simulated) return msg('preview.simulated', 'SIMULATED');
  return demo ? msg('preview.demo', 'DEMO') : msg('preview.live', 'LIVE');
}

/** Whether money is at stake, as a sentence. */
export function stakesLine(simulated: boolean, demo: boolean): Message {
  return simulated || demo
    ? msg('preview.no-real-money', '{0}: no real money moves.', stakesMark(simulated, demo))
    : msg('preview.live-account', "LIVE account: REAL MONEY moves. Sent once; LTV Gauge can't undo it at the exchange.");
}

/** That a line is reached afterwards. */
export function reachedAfter(line: Message): Message {
  return msg('preview.danger-reached', 'DANGER: at or beyond {0} after this (estimate).', line);
}

/** How little is left to a line afterwards. */
export function nearAfter(word: Message, distance: Decimal, line: Message, side: Side): Message {
  const args = [word, formatDistance(distance), line] as const;
  return side === 'long'
    ? msg('preview.near-by-fall', '{0}: after this, a fall of {1} reaches {2} (estimate).', ...args)
    : msg('preview.near-by-rise', '{0}: after this, a rise of {1} reaches {2} (estimate).', ...args);
}

/** That the risk afterwards is unknown. */
export const unknownAfter = (): Message => cautionOf(noEstimate());
export const noEstimate = (): Message => msg('preview.no-estimate', "the risk after this can't be estimated");

export const liquidationWord = (): Message => msg('preview.liquidation', 'liquidation');
export const marginCallUnknown = (): Message => msg('preview.margin-call-unknown', 'margin call unknown');
export const marginCallWord = (): Message => msg('preview.margin-call', 'margin call');

/** The preview of a change of collateral as text: all a person needs to see that this is what they meant. */
export function previewText(preview: CollateralPreview, around: PreviewSurroundings): PreviewText {
  const { account, change, readiness, walletAfter } = preview;
  const { direction, coin } = change;
  const amount = coinAmount(change.amount, coin);
  // Where our estimate is in doubt nothing of it is shown, neither what comforts nor what warns.
  const doubtful = preview.doubt !== undefined;
  const warning = doubtful ? undefined : warningOf(preview);
  const assumed = !doubtful && direction === 'add' && assumesHaircut(readiness.loan, coin);
  const prices = liquidationPriceRows(preview);
  return previewOf(
    {
      account,
      direction,
      amount,
      target: loanWords(change.loan.orderId, change.loan.loanId),
      act: actLabel(direction, amount),
      tone: warning?.tone ?? 'calm',
      warnings: warning === undefined ? [] : [warning.sentence],
      figures: [
        ...figuresOf(preview),
        ...prices.filter((price) => price.coin === coin).map(({ text }) => text),
        ...(assumed ? [msg('preview.average-haircut', 'Average haircut assumed for {0}: LTV may end up higher.', coin)] : []),
      ],
      wallet:
        walletAfter === undefined
          ? [coinAmount(readiness.walletAvailable, coin), msg('term.unknown', 'unknown')]
          : [formatAmount(readiness.walletAvailable), coinAmount(walletAfter, coin)],
      details: [
        ...prices.filter((price) => price.coin !== coin).map(({ text }) => text),
        ...worthRow(preview),
        ...(direction === 'reduce' ? [allowedLine(around.venueName, coinAmount(readiness.limit, coin))] : []),
      ],
    },
    around,
  );
}

/** A loan within a sentence. */
export const loanWords = (orderId: string | undefined, loanId: string): Message =>
  msg('kinds.loan', 'loan {0}', loanLabel(orderId, loanId));

/** The most the exchange lets go. It is no safe amount, which is said with it. */
export function allowedLine(venueName: string, most: string): Message {
  return msg('preview.allowed', '{0} allows up to {1} (reaches the margin call).', venueName, most);
}

/** A safe maximum of a removal as `safestMost` has it, with the highest LTV that it leaves, a fraction. */
export interface SafeMaximum {
  readonly most: Decimal;
  readonly line: Decimal;
}

/** A safe maximum after what is said of an amount. */
export function withSafeMaximum(sentence: Message, { most, line }: SafeMaximum, coin: string): Message {
  return msg('preview.safe-maximum', '{0} Safe maximum: {1} (LTV {2}, estimate).', sentence, `${most} ${coin}`, formatLtv(line));
}

/** A remark under an allowed amount. */
export interface Remark {
  readonly sentence: Message;
  /** The preview would refuse it, or its risk is near or unknown. */
  readonly caution: boolean;
}

/** That the preview would not let an amount pass. @param most what it would let pass; none when that is nothing or unknown */
export function wouldBeRefused(sentence: Message, most: Decimal | undefined, coin: string): Message {
  const refused = msg('preview.refused', '{0} This would be refused.', sentence);
  return most === undefined || !isPositive(most) ? refused : atMost(refused, `${most} ${coin}`);
}

/**
 * What the figures would become, while an amount is typed. Always an estimate. Short: the box cuts off what is longer than two lines.
 * @param safest the safe maximum of a removal, where it is known
 */
export function liveEstimate(
  loan: Loan,
  direction: Direction,
  coin: string,
  amount: Decimal,
  prices: ReadonlyMap<string, Decimal>,
  safest?: SafeMaximum,
): Remark {
  const after = estimateAfter(loan, direction, coin, amount, prices).ltv;
  if (loan.ltv === undefined || after === undefined) {
    const sentence = msg('preview.effect-unknown', "LTV {0}; the effect can't be estimated.", ltvFigure(credibleLtv(loan)));
    return { sentence, caution: direction === 'reduce' };
  }
  const toCall = distanceTo(loan.marginCall?.ltv, after);
  const toLiquidation = distanceTo(loan.liquidation?.ltv, after);
  const standing = [
    distanceText(standingAt(toCall, toLiquidation)),
    // All that is known where the venue tells no margin call.
    ...(toCall === undefined && toLiquidation !== undefined && isPositive(toLiquidation)
      ? [liquidationIn(formatDistance(toLiquidation))]
      : []),
  ];
  const sentence = effect([row(ltvLabel(), formatLtv(loan.ltv), formatLtv(after)), ...standing]);
  const reached = [toCall, toLiquidation].some((distance) => distance !== undefined && !isPositive(distance));
  const inDanger = [toCall, toLiquidation].some((distance) => levelOfDistance(distance) === 'danger');
  if (direction === 'add') return { sentence, caution: inDanger };
  const beyond = safest !== undefined && compare(amount, safest.most) > 0 ? safest : undefined;
  if (reached)
    return { sentence: wouldBeRefused(sentence, beyond?.most ?? largestBelowMarginCall(loan, coin, prices), coin), caution: true };
  return beyond === undefined
    ? { sentence, caution: toCall === undefined || inDanger }
    : { sentence: withSafeMaximum(sentence, beyond, coin), caution: true };
}

/** What a change does, as a sentence. */
export const effect = (parts: readonly Message[]): Message => msg('preview.effect', '{0} (estimate).', sideBySide(parts));

function largestBelowMarginCall(loan: Loan, coin: string, prices: ReadonlyMap<string, Decimal>): Decimal | undefined {
  const ceiling = loan.marginCall?.ltv;
  return ceiling === undefined ? undefined : largestReduction(loan, coin, prices, ceiling);
}

export const ltvLabel = (): Message => msg('term.ltv', 'LTV');

/** LTV, level and distances, now and after. */
export function figuresOf(preview: LoanPreview): readonly Message[] {
  const { ltvNow, ltvAfter, distanceNow, distanceAfter, readiness, doubt } = preview;
  const { loan } = readiness;
  const liquidation = loan.liquidation?.ltv;
  const labels = [ltvLabel(), distanceLabel(msg('preview.margin-call', 'margin call')), toLiquidationLabel()] as const;
  const now = [ltvFigure(ltvNow), distanceLeft(distanceNow), distanceLeft(distanceTo(liquidation, ltvNow))] as const;
  if (doubt !== undefined) return labels.map((label, at) => row(label, now[at] ?? '', msg('preview.not-estimated', 'not estimated')));
  const after = [ltvFigure(ltvAfter), distanceLeft(distanceAfter), distanceLeft(distanceTo(liquidation, ltvAfter))] as const;
  const [ltv, ...distances] = labels.map((label, at) => estimated(row(label, now[at] ?? '', after[at] ?? '')));
  return [...(ltv === undefined ? [] : [ltv]), ...levelRow(loan, ltvAfter, levelsAfter(preview)), ...distances];
}

const distanceLabel = (line: Message): Message => msg('line.distance', 'Distance to {0}', line);
export const toLiquidationLabel = (): Message => distanceLabel(liquidationWord());

const levelsAfter = ({ account, readiness: { loan } }: LoanPreview): Levels => strictLevelsOf(account, { kind: 'loan', id: loan.id });

/** The level in words, where it changes. */
function levelRow(loan: Loan, ltvAfter: Decimal | undefined, levels: Levels): Message[] {
  if (ltvAfter === undefined) return [];
  const [now, after] = [levelOf(loan, true, levels), levelOf({ ...loan, ltv: ltvAfter }, true, levels)];
  return now === after ? [] : [estimated(row(msg('term.level', 'Level'), levelWord(now), levelWord(after)))];
}

/** Where each collateral coin alone would bring liquidation, now and after: only those of which one of the two is known. */
function liquidationPriceRows({
  change,
  readiness,
  ltvAfter,
  doubt,
}: CollateralPreview): { readonly coin: string; readonly text: Message }[] {
  const { loan, prices } = readiness;
  const line = loan.liquidation?.ltv;
  const model = modelOf(loan, prices);
  if (doubt !== undefined || line === undefined || ltvAfter === undefined || typeof model === 'string') return [];
  const held = model.collateral.find(({ coin }) => coin === change.coin);
  // How the exchange values a coin that is new to the loan is not known here.
  if (held === undefined) return [];
  const amount = change.direction === 'add' ? add(held.amount, change.amount) : subtract(held.amount, change.amount);
  const [now, after] = [model, withCollateral(model, { ...held, amount })].map((one) => loanDistance(one, line).fallOf);
  return loan.collateral.flatMap(({ coin }) => {
    const [before, then] = [now?.get(coin), after?.get(coin)];
    if (before === undefined && then === undefined) return [];
    const label = msg('preview.coin-liquidation-price', '{0} liquidation price', coin);
    return [{ coin, text: estimated(row(label, reach(before), reach(then))) }];
  });
}

const reach = (one: { readonly price: Decimal } | undefined): Text =>
  one === undefined ? msg('term.none', 'none') : `$${formatLiquidationPrice(one.price, 'long')}`;

/** What counts as collateral, in USD: it is what LTV divides by, so it follows from the two. */
function worthRow({ readiness, ltvNow, ltvAfter, doubt }: CollateralPreview): Message[] {
  const { collateralUsd, collateralValuation } = readiness.loan;
  if (doubt !== undefined || collateralUsd === undefined || ltvNow === undefined || ltvAfter === undefined || !isPositive(ltvAfter))
    return [];
  const after = divide(multiply(collateralUsd, ltvNow), ltvAfter, 2, 'down');
  const label =
    collateralValuation === 'adjusted' ? msg('preview.after-haircut', 'Collateral after haircut') : msg('term.collateral', 'Collateral');
  return [estimated(row(label, formatUsd(collateralUsd, 'asset'), formatUsd(after, 'asset')))];
}

interface Warning {
  readonly sentence: Message;
  readonly tone: Tone;
}

/** Said when the loan would stand at or near a line afterwards, or when that is unknown. */
export function warningOf(preview: LoanPreview): Warning | undefined {
  const { readiness, change, ltvAfter } = preview;
  const { loan } = readiness;
  if (ltvAfter === undefined) return change.direction === 'reduce' ? { sentence: unknownAfter(), tone: 'alarming' } : undefined;
  const levels = levelsAfter(preview);
  const level = levelOf({ ...loan, ltv: ltvAfter }, true, levels);
  if (level === 'unknown') return { sentence: cautionOf(marginCallUnknown()), tone: 'cautious' };
  return isAlarm(level)
    ? { sentence: alarmOf(loan, ltvAfter, level === 'danger' ? dangerWord() : warningWord(), levels), tone: 'alarming' }
    : undefined;
}

/** Why a loan would be in danger or near it: the line that is reached or comes first, else an overdue debt. */
function alarmOf({ marginCall, liquidation, due = [] }: Loan, ltv: Decimal, word: Message, levels: Levels): Message {
  const [toCall, toLiquidation] = [distanceTo(marginCall?.ltv, ltv), distanceTo(liquidation?.ltv, ltv)];
  const standing = standingAt(toCall, toLiquidation);
  if (standing === 'liquidation') return reachedAfter(liquidationWord());
  if (standing === 'marginCall') return reachedAfter(marginCallWord());
  const isLiquidationFirst = toLiquidation !== undefined && (toCall === undefined || compare(toLiquidation, toCall) < 0);
  const [distance, line] = isLiquidationFirst ? [toLiquidation, liquidationWord()] : [toCall, marginCallWord()];
  if (isAlarm(levelOfDistance(distance, levels)) && distance !== undefined) return nearAfter(word, distance, line, 'long');
  return labelled(word, due.some(({ overdue }) => overdue) ? msg('term.debt-overdue', 'debt overdue') : noEstimate());
}
