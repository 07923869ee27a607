import { add, compare, divide, isNegative, isPositive, isZero, multiply, subtract, type Decimal } from '../core/decimal.ts';
import { formatAmount, formatDistance, formatLiquidationPrice, formatLtv, formatUsd } from '../core/format.ts';
import { levelOf, type Level } from '../core/risk/level.ts';
import { loanDistance, modelOf, withCollateral } from '../core/risk/loan-model.ts';
import { assumesHaircut, estimateAfter, largestReduction } from '../core/risk/collateral-estimate.ts';
import { distanceTo } from '../core/risk/ltv.ts';
import { msg, type Message } from '../core/message.ts';
import type { Direction, Loan } from '../core/model.ts';
import type { CollateralPreview } from '../engine/ledger/ledger.ts';
import { levelWord } from './level.ts';
import { loanLabel } from './kinds.ts';

/** What a preview does not know by itself. */
export interface PreviewSurroundings {
  readonly venueName: string;
  /** Address and environment, e.g. "Global" or "Loopback (simulated)". */
  readonly siteLabel: Message | string;
  /** The venue's own demo trading: no real money either, but a real server. */
  readonly demo: boolean;
  /** Where the coins come from or go to, as the venue calls it. */
  readonly wallet: Message;
  /** Positions with cross margin, as they were last read: they stand on the wallet that margin comes from. */
  readonly cross?: readonly Message[];
  /** When the figures were read, as a time of day. */
  readonly readAt: string;
  readonly age: Message;
}

/** What is shown before a person decides. */
export interface PreviewText {
  readonly title: Message;
  readonly lines: readonly Message[];
  /** The button that does it. */
  readonly act: Message;
  /** It would stand at or near its end afterwards: the dialog itself has to look like that. */
  readonly alarming: boolean;
}

/** The words of the button, naming the act with its exact amount. */
export function actLabel(direction: Direction, amount: Decimal, coin: string): Message {
  return direction === 'add'
    ? msg('term.add-amount', 'Add {0} {1}', formatAmount(amount), coin)
    : msg('preview.reduce', 'Reduce by {0} {1}', formatAmount(amount), coin);
}

/** Whether money is at stake, for titles: never left to colour alone. */
export function stakesMark(simulated: boolean, demo: boolean): Message {
  if (simulated) return msg('preview.simulated', 'SIMULATED');
  return demo ? msg('preview.demo', 'DEMO') : msg('preview.live', 'LIVE');
}

/**
 * The preview as text: everything a person needs to see that this is what they meant. Where the loan would stand at or near its margin call
 * afterwards, that and the figures come before everything else.
 */
export function previewText(preview: CollateralPreview, around: PreviewSurroundings): PreviewText {
  const { account, change, readiness } = preview;
  const { direction, amount, coin } = change;
  const { loan } = readiness;
  const loanName = loanLabel(change.loan.orderId, change.loan.loanId);
  const shownAmount = formatAmount(amount);
  // Where our estimate is in doubt nothing of it is shown, neither what comforts nor what warns.
  const doubtful = preview.doubt !== undefined;
  const caution = doubtful ? undefined : cautionOf(preview);
  const alarming = caution?.alarming === true;
  const figures = outlook(preview);
  const route = [
    stakesLine(account.simulated, around.demo),
    msg('term.exchange-line', 'Exchange: {0}, {1}', around.venueName, around.siteLabel),
    msg('term.account-line', 'Account: {0}', account.name),
    msg('preview.loan', 'Loan: {0}', loanName),
    direction === 'add'
      ? msg('preview.act-add-collateral', 'Act: add collateral')
      : msg('preview.act-take-collateral', 'Act: take collateral out'),
    msg('term.amount-line', 'Amount: {0} {1}', shownAmount, coin),
    direction === 'add' ? msg('term.from-line', 'From: {0}', around.wallet) : msg('term.to-line', 'To: {0}', around.wallet),
  ];
  const lines: Message[] = [
    ...(caution !== undefined && alarming ? [caution.sentence, ...figures, ...route] : [...route, ...figures]),
    walletLine(preview),
    limitLine(direction, readiness.limit, coin),
  ];
  if (caution !== undefined && !alarming) lines.push(caution.sentence);
  if (!doubtful && direction === 'add' && assumesHaircut(loan, coin)) {
    lines.push(
      msg(
        'preview.exchange-not-say',
        'The exchange does not say how it values {0} for this loan. The average haircut of the loan is assumed, so LTV after may come out higher.',
        coin,
      ),
    );
  }
  lines.push(msg('preview.figures-read', 'Figures read at {0} ({1}).', around.readAt, around.age));
  return {
    title: titleOf(account.simulated, around.demo, direction, shownAmount, coin, loanName),
    lines,
    act: actLabel(direction, amount, coin),
    alarming,
  };
}

/** A safe maximum of a reduction as `safestMost` has it, with the highest LTV that it leaves, a fraction. */
export interface SafeMaximum {
  readonly most: Decimal;
  readonly line: Decimal;
}

/** A remark under an allowed amount. */
export interface Remark {
  readonly sentence: Message;
  /** The preview would refuse it, or that is unknown. */
  readonly caution: boolean;
}

/**
 * What the figures would become, while an amount is typed. Always an estimate. Short: the box cuts off what is longer than two lines.
 * @param safest the safe maximum of a reduction, where it can be told
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
  const unsure = direction === 'reduce';
  if (loan.ltv === undefined)
    return { sentence: msg('preview.ltv-now-unknown', 'LTV now is unknown; LTV after cannot be estimated.'), caution: unsure };
  if (after === undefined) {
    return {
      sentence: msg('preview.ltv-now-ltv', 'LTV {0} now. LTV after cannot be estimated here.', formatLtv(loan.ltv)),
      caution: unsure,
    };
  }
  const toCall = distanceTo(loan.marginCall?.ltv, after);
  const toLiquidation = distanceTo(loan.liquidation?.ltv, after);
  const sentence = becomes([formatLtv(loan.ltv), formatLtv(after)], toCall, toLiquidation);
  const reached = [toCall, toLiquidation].some((distance) => distance !== undefined && !isPositive(distance));
  if (direction === 'add') return { sentence, caution: reached };
  if (safest !== undefined && compare(amount, safest.most) > 0)
    return { sentence: beyondSafe(sentence, coin, safest, reached), caution: true };
  const most = reached ? largestBelowMarginCall(loan, coin, prices) : undefined;
  return {
    sentence:
      most === undefined
        ? sentence
        : msg('preview.refuse-below-line', '{0} The preview would refuse it; below the line is at most {1} {2}.', sentence, most, coin),
    caution: reached || toCall === undefined,
  };
}

function becomes(figures: readonly [string, string], toCall: Decimal | undefined, toLiquidation: Decimal | undefined): Message {
  if (toLiquidation !== undefined && !isPositive(toLiquidation))
    return msg('preview.ltv-estimate-beyond', 'LTV {0} → {1} (estimate): at or beyond liquidation.', ...figures);
  if (toCall !== undefined && !isPositive(toCall))
    return msg('preview.ltv-estimate-beyond-margin', 'LTV {0} → {1} (estimate): at or beyond margin call.', ...figures);
  const [call, end] = [toCall, toLiquidation].map((distance) => (distance === undefined ? undefined : formatDistance(distance)));
  if (call !== undefined && end !== undefined)
    return msg(
      'preview.ltv-margin-call-liquidation',
      'LTV {0} → {1}, then {2} to margin call, {3} to liquidation (estimate).',
      ...figures,
      call,
      end,
    );
  if (call !== undefined) return msg('preview.ltv-margin-call', 'LTV {0} → {1}, then {2} to margin call (estimate).', ...figures, call);
  if (end !== undefined)
    return msg(
      'preview.ltv-liquidation-estimate',
      'LTV {0} → {1}, then {2} to liquidation (estimate); margin call unknown.',
      ...figures,
      end,
    );
  return msg('preview.ltv-estimate', 'LTV {0} → {1} (estimate).', ...figures);
}

function beyondSafe(sentence: Message, coin: string, { most, line }: SafeMaximum, reached: boolean): Message {
  if (!isPositive(most)) {
    return reached
      ? msg('preview.refuse-nothing-taken', '{0} The preview would refuse it; nothing can be taken out safely.', sentence)
      : msg('preview.nothing-taken-out', '{0} Nothing can be taken out that keeps LTV at or below {1}.', sentence, formatLtv(line));
  }
  return reached
    ? msg('preview.refuse-safe-maximum', '{0} The preview would refuse it; the safe maximum is {1} {2}.', sentence, most, coin)
    : msg(
        'preview.more-safe-maximum',
        '{0} More than the safe maximum of {1} {2}, which keeps LTV at or below {3}.',
        sentence,
        most,
        coin,
        formatLtv(line),
      );
}

function largestBelowMarginCall(loan: Loan, coin: string, prices: ReadonlyMap<string, Decimal>): Decimal | undefined {
  const ceiling = loan.marginCall?.ltv;
  return ceiling === undefined ? undefined : largestReduction(loan, coin, prices, ceiling);
}

function titleOf(simulated: boolean, demo: boolean, direction: Direction, amount: string, coin: string, loanName: string): Message {
  const mark = stakesMark(simulated, demo);
  return direction === 'add'
    ? msg('preview.add-collateral-loan', '{0}: add {1} {2} to the collateral of loan {3}?', mark, amount, coin, loanName)
    : msg('preview.take-out-collateral', '{0}: take {1} {2} out of the collateral of loan {3}?', mark, amount, coin, loanName);
}

/** Whether money is at stake, as a sentence. */
export function stakesLine(simulated: boolean, demo: boolean): Message {
  if (simulated) return msg('preview.simulated-exchange-no', 'SIMULATED exchange: no real money moves.');
  if (demo) return msg('preview.demo-trading-exchange', "DEMO trading on the exchange's own server: no real money moves.");
  return msg('preview.live-account-real', 'LIVE account: REAL MONEY moves. It is sent once, and this extension cannot call it back.');
}

function outlook(preview: CollateralPreview): readonly Message[] {
  const { ltvNow, ltvAfter, distanceNow, distanceAfter, readiness, doubt } = preview;
  const { loan } = readiness;
  const liquidation = loan.liquidation?.ltv;
  const toLiquidation = distanceTo(liquidation, ltvNow);
  if (doubt !== undefined) {
    return [
      msg('preview.ltv-now-not', 'LTV: {0} now → not estimated', ltvText(ltvNow)),
      msg('preview.distance-margin-call', 'Distance to margin call: {0} now → not estimated', distanceText(distanceNow)),
      msg('preview.distance-liquidation-now', 'Distance to liquidation: {0} now → not estimated', distanceText(toLiquidation)),
    ];
  }
  return [
    msg('preview.ltv-now-after', 'LTV: {0} now → {1} after (estimate)', ltvText(ltvNow), ltvText(ltvAfter)),
    ...levelLine(loan, ltvAfter),
    distanceLine('marginCall', distanceNow, distanceAfter),
    distanceLine('liquidation', toLiquidation, distanceTo(liquidation, ltvAfter)),
    ...liquidationPriceLines(preview),
    ...worthLine(preview),
  ];
}

/** The level in words, where it changes. */
function levelLine(loan: Loan, ltvAfter: Decimal | undefined): Message[] {
  if (ltvAfter === undefined) return [];
  const [now, after] = [levelOf(loan, true), levelOf({ ...loan, ltv: ltvAfter }, true)];
  return now === after ? [] : [msg('preview.level-now-after', 'Level: {0} now → {1} after (estimate)', levelWord(now), levelWord(after))];
}

/** Where each collateral coin alone would bring liquidation, now and after: only those of which one of the two can be told. */
function liquidationPriceLines({ change, readiness, ltvAfter }: CollateralPreview): Message[] {
  const { loan, prices } = readiness;
  const line = loan.liquidation?.ltv;
  const model = modelOf(loan, prices);
  if (line === undefined || ltvAfter === undefined || typeof model === 'string') return [];
  const held = model.collateral.find(({ coin }) => coin === change.coin);
  // How the exchange values a coin that is new to the loan is not known here.
  if (held === undefined) return [];
  const amount = change.direction === 'add' ? add(held.amount, change.amount) : subtract(held.amount, change.amount);
  const [now, after] = [model, withCollateral(model, { ...held, amount })].map((one) => loanDistance(one, line).fallOf);
  return loan.collateral.flatMap(({ coin }): Message[] => {
    const [before, then] = [now?.get(coin), after?.get(coin)];
    if (before === undefined && then === undefined) return [];
    return [
      msg(
        'preview.liquidation-price-now',
        'Liquidation price of {0}: {1} now → {2} after (estimate, all else unchanged)',
        coin,
        reach(before),
        reach(then),
      ),
    ];
  });
}

const reach = (one: { readonly price: Decimal } | undefined): Message | string =>
  one === undefined ? msg('term.none', 'none') : `$${formatLiquidationPrice(one.price, 'long')}`;

/** What counts as collateral, in USD: it is what LTV divides by, so it follows from the two. */
function worthLine({ readiness, ltvNow, ltvAfter }: CollateralPreview): Message[] {
  const { collateralUsd, collateralValuation } = readiness.loan;
  if (collateralUsd === undefined || ltvNow === undefined || ltvAfter === undefined || !isPositive(ltvAfter)) return [];
  const after = divide(multiply(collateralUsd, ltvNow), ltvAfter, 2, 'down');
  const args = [formatUsd(collateralUsd, 'asset'), formatUsd(after, 'asset')] as const;
  return [
    collateralValuation === 'adjusted'
      ? msg('preview.collateral-after-haircut', 'Collateral after haircut: {0} now → {1} after (estimate)', ...args)
      : msg('preview.collateral-now-after', 'Collateral: {0} now → {1} after (estimate)', ...args),
  ];
}

function ltvText(ltv: Decimal | undefined): Message | string {
  return ltv === undefined ? msg('term.unknown', 'unknown') : formatLtv(ltv);
}

function distanceText(distance: Decimal | undefined): Message | string {
  if (distance === undefined) return msg('term.unknown', 'unknown');
  return isNegative(distance) || isZero(distance)
    ? msg('term.reached', '{0} (reached)', formatDistance(distance))
    : formatDistance(distance);
}

function distanceLine(kind: 'marginCall' | 'liquidation', now: Decimal | undefined, after: Decimal | undefined): Message {
  return kind === 'marginCall'
    ? msg(
        'preview.distance-margin-call-now',
        'Distance to margin call: {0} now → {1} after (estimate)',
        distanceText(now),
        distanceText(after),
      )
    : msg(
        'preview.distance-liquidation-now-after',
        'Distance to liquidation: {0} now → {1} after (estimate)',
        distanceText(now),
        distanceText(after),
      );
}

function walletLine(preview: CollateralPreview): Message {
  const { coin } = preview.change;
  const now = formatAmount(preview.readiness.walletAvailable);
  return preview.walletAfter === undefined
    ? msg('preview.wallet-now-unknown', 'Wallet: {0} {1} now → unknown after', now, coin)
    : msg('preview.wallet-now-after', 'Wallet: {0} {1} now → {2} {1} after', now, coin, formatAmount(preview.walletAfter));
}

function limitLine(direction: Direction, limit: Decimal, coin: string): Message {
  return direction === 'add'
    ? msg('preview.available-add', 'Available to add: {0} {1}', formatAmount(limit), coin)
    : msg(
        'preview.exchange-release-up',
        'The exchange would release up to {0} {1}. That runs to the margin-call line; it is no recommendation.',
        formatAmount(limit),
        coin,
      );
}

interface Caution {
  readonly sentence: Message;
  /** The loan would stand at or near its end: said before everything else. */
  readonly alarming: boolean;
}

const alarm = (sentence: Message): Caution => ({ sentence, alarming: true });
const remark = (sentence: Message): Caution => ({ sentence, alarming: false });

/** Said when the loan would stand at or near its margin call afterwards, or when that is unknown. */
function cautionOf({ readiness: { loan }, change: { direction }, ltvAfter }: CollateralPreview): Caution | undefined {
  if (ltvAfter === undefined) {
    return direction === 'reduce'
      ? alarm(msg('preview.caution-how-much', 'CAUTION: how much nearer this brings the loan to its margin call cannot be estimated.'))
      : undefined;
  }
  if (loan.liquidation !== undefined && compare(ltvAfter, loan.liquidation.ltv) >= 0) {
    return alarm(msg('preview.danger-after-loan-beyond', 'DANGER: after this the loan is at or beyond liquidation (estimate).'));
  }
  const after: Level = levelOf({ ...loan, ltv: ltvAfter }, true);
  const fall = distanceTo(loan.marginCall?.ltv, ltvAfter);
  switch (after) {
    case 'danger':
      return alarm(msg('preview.danger-after-loan', 'DANGER: after this the loan is at or beyond its margin call (estimate).'));
    case 'warn':
      return alarm(
        fall === undefined
          ? msg('preview.warning-after-loan', 'WARNING: after this the loan is close to liquidation (estimate).')
          : msg(
              'preview.warning-after-fall',
              'WARNING: after this, a fall of {0} brings the margin call (estimate).',
              formatDistance(fall),
            ),
      );
    case 'unknown':
      return remark(msg('preview.caution-margin-call', 'CAUTION: the margin-call line of this loan is not known.'));
    case 'watch':
    case 'ok':
      return undefined;
  }
}
