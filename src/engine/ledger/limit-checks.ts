import { compare, divide, greater, isPositive, lesser, multiply, subtract, sum, zero, type Decimal } from '../../core/decimal.ts';
import { formatAmount, formatLtv, formatUsd } from '../../core/format.ts';
import { msg, type Message } from '../../core/message.ts';
import type { CoinAmount } from '../../core/model.ts';
import type { Change } from '../../exchanges/exchange.ts';
import { isOneWallet, walletOf } from '../../exchanges/registry.ts';
import { atMost, kindOf, type ChangeKind, type Kinds } from './change-kind.ts';
import { dayMs } from './ledger-options.ts';
import { settingOf, type Limits, type LimitsFault, type LimitsInForce } from './limits.ts';
import { holderOf, isSameOwner } from './owner.ts';
import type { Preview } from './preview.ts';
import type { WriteRecord } from './record.ts';
import { Refusal, type RefusalFacts } from './refusal.ts';
import { isOpen, mayHaveMoved } from './write-states.ts';

/** Digits of an amount that we name, where the venue does not say how many it takes. */
const amountPlaces = 8;

/** One limit as it bears on one change. */
interface Cap {
  /** The largest amount of the coin that it lets through; zero or less is nothing. */
  readonly most: Decimal;
  readonly exceeded: boolean;
  readonly why: Message;
  /** It is none of the settings. */
  readonly apart?: true;
}

/**
 * Checks the person's own limits. The sentence names the tightest of those exceeded, and the largest amount that all of them allow.
 *
 * @param kinds of change, which know what bears on theirs alone
 * @param writes of this and other accounts; what may have moved on the account at the exchange within 24 hours counts towards the daily limits
 * @throws Refusal with the remedy `settings` when a limit is exceeded, cannot be read, or cannot be checked
 */
export function mustBeWithin(
  limits: LimitsInForce | LimitsFault,
  kinds: Kinds,
  preview: Preview,
  writes: readonly WriteRecord[],
  now: Now,
): void {
  if ('fault' in limits) {
    throw new Refusal(msg('arming.limits-fault', "Your limits can't be read, so nothing is sent. {0}", limits.fault), {
      remedy: 'settings',
    });
  }
  const holder = holderOf(preview.account);
  const own = writes.filter((write) => isSameOwner(write, holder));
  const day = dayOf(own, preview, now);
  const kind = kindOf(kinds, preview);
  const caps = [
    ...coinCaps(limits, kind, preview),
    usdCap(limits, kind, preview),
    ...dailyCoinCaps(limits, kind, preview, day),
    dailyUsdCap(limits, kind, preview, day),
    walletCap(limits, preview, own),
    ltvCap(limits, kind, preview),
    borrowCap(limits, kind, preview, day),
  ].filter((cap) => cap !== undefined);
  const [tightest] = caps.filter(({ exceeded }) => exceeded).sort((a, b) => compare(a.most, b.most));
  if (tightest === undefined) return;
  const most = caps.map((cap) => cap.most).reduce(lesser);
  const { coin } = preview.change;
  const remedy = tightest.apart === true ? {} : ({ remedy: 'settings' } as const);
  throw isPositive(most)
    ? new Refusal(atMost(tightest.why, most, coin), { ...remedy, instead: ['less'] })
    : new Refusal(msg('limit.none-left', '{0} Your limits allow no {1} for this change now.', tightest.why, coin), remedy);
}

/** Whether it was sent, and nothing proves that it did nothing. A person's word is no proof. */
function mayCount(write: WriteRecord): boolean {
  const provenUndone = write.state === 'not-effective' && write.evidence !== undefined;
  return mayHaveMoved(write) && !provenUndone;
}

/** The time, in milliseconds since the Unix epoch. */
export interface Now {
  /** Of the wall clock. */
  readonly now: number;
  /** The same, without what the clock was set forward since this window began (see `steadyNow`). */
  readonly steady: number;
}

/** What counts towards the daily limits. */
interface Day {
  readonly today: readonly WriteRecord[];
  /** Said where a limit stops this change only because of writes that are a day old by the wall clock. */
  readonly remark: Message | undefined;
}

/**
 * What was sent within the last 24 hours. The computer's clock may have been changed since, even while no window was open, and that must not
 * reset the sum. The exchange's clock cannot be changed: it refuses signed requests whose time is off by more than seconds, and each preview
 * makes such requests, so its time is known and kept with each record. Where it is known both for the sending and for now, it alone counts.
 * Otherwise, as in older records, a write counts while any clock says that it is less than a day old; our own clock counts only as far as it
 * ran by itself since this window began. Any error counts too much, never too little.
 */
function dayOf(own: readonly WriteRecord[], { clockOffsetMs }: Preview, { now, steady }: Now): Day {
  const moved = own.filter(mayCount);
  const today = moved.filter((write) => {
    const sentAt = write.sentAt ?? write.plannedAt;
    const offset = write.figures?.clockOffsetMs;
    if (offset !== undefined && clockOffsetMs !== undefined) return now + clockOffsetMs - (sentAt + offset) < dayMs;
    return Math.min(now, steady, now + (clockOffsetMs ?? 0)) - Math.max(sentAt, sentAt + (offset ?? 0)) < dayMs;
  });
  const isOldHere = today.some((write) => now - (write.sentAt ?? write.plannedAt) >= dayMs);
  const remark = isOldHere
    ? msg('limit.clock-set-forward', "This computer's clock was set forward; the 24 hours count real time.")
    : undefined;
  return { today, remark };
}

/** What is moved by this change alone. */
const perChange = (moved: string, limit: string, name: keyof Limits): Message =>
  msg('limit.per-change', 'This change moves {0}; your limit is {1} ({2}).', moved, limit, settingOf(name));

/** What was moved within 24 hours, and would be moved besides. */
function perDay(before: string, moved: string, limit: string, name: keyof Limits, { remark }: Day): Message {
  const why = msg('limit.per-day', 'Moved in 24 hours: {0}, plus {1} now; your limit is {2} ({3}).', before, moved, limit, settingOf(name));
  return remark === undefined ? why : msg('list.space', '{0} {1}', why, remark);
}

/** What a change moves, by coin: its own amount, and what a sale takes out of the collateral, by the estimate. */
const movedBy = (change: Change, sold: Decimal | undefined): readonly CoinAmount[] => [
  { coin: change.coin, amount: change.amount },
  ...('collateral' in change && sold !== undefined ? [{ coin: change.collateral, amount: sold }] : []),
];

const movedIn = (preview: Preview): readonly CoinAmount[] => movedBy(preview.change, 'sold' in preview ? preview.sold : undefined);

/** The largest amount of the change's own coin that moves no more of `coin` than the limit. */
function mostWith(limit: Decimal, { coin, amount }: CoinAmount, kind: ChangeKind, { change, readiness }: Preview): Decimal {
  if (coin === change.coin) return limit;
  return greater(zero, divide(multiply(limit, change.amount), amount, kind.places?.(readiness) ?? amountPlaces, 'down'));
}

function coinCaps({ perActionByCoin }: Limits, kind: ChangeKind, preview: Preview): Cap[] {
  return movedIn(preview).flatMap((one) => {
    const limit = perActionByCoin.get(one.coin.toUpperCase());
    if (limit === undefined) return [];
    const why = perChange(coins(one.amount, one.coin), coins(limit, one.coin), 'perActionByCoin');
    return [{ most: mostWith(limit, one, kind, preview), exceeded: compare(one.amount, limit) > 0, why }];
  });
}

function usdCap({ perActionUsd: limit }: Limits, kind: ChangeKind, preview: Preview): Cap | undefined {
  if (limit === undefined) return undefined;
  const usd = worthOf(preview, 'perActionUsd');
  return {
    most: amountWorth(limit, kind, preview),
    exceeded: compare(usd, limit) > 0,
    why: perChange(about(usd), formatUsd(limit, 'asset'), 'perActionUsd'),
  };
}

function dailyCoinCaps({ perDayByCoin }: Limits, kind: ChangeKind, preview: Preview, day: Day): Cap[] {
  return movedIn(preview).flatMap((one) => {
    const coin = one.coin.toUpperCase();
    const limit = perDayByCoin.get(coin);
    if (limit === undefined) return [];
    const today = day.today.flatMap(({ change, figures }) => movedBy(change, figures?.sold));
    const moved = sum(today.filter((other) => other.coin.toUpperCase() === coin).map(({ amount }) => amount));
    const left = subtract(limit, moved);
    const why = perDay(coins(moved, one.coin), coins(one.amount, one.coin), coins(limit, one.coin), 'perDayByCoin', day);
    return [{ most: mostWith(left, one, kind, preview), exceeded: compare(one.amount, left) > 0, why }];
  });
}

function dailyUsdCap({ perDayUsd: limit }: Limits, kind: ChangeKind, preview: Preview, day: Day): Cap | undefined {
  if (limit === undefined) return undefined;
  const usd = worthOf(preview, 'perDayUsd');
  const worth = day.today.map(({ figures }) => figures?.usd);
  if (!worth.every((one) => one !== undefined)) {
    throw unchecked('perDayUsd');
  }
  const moved = sum(worth);
  const left = subtract(limit, moved);
  return {
    most: amountWorth(left, kind, preview),
    exceeded: compare(usd, left) > 0,
    why: perDay(about(moved), about(usd), formatUsd(limit, 'asset'), 'perDayUsd', day),
  };
}

function walletCap(
  { keepInWallet }: Limits,
  { account, change, readiness, readAt }: Preview,
  own: readonly WriteRecord[],
): Cap | undefined {
  const coin = change.coin.toUpperCase();
  const keep = keepInWallet.get(coin);
  if (keep === undefined || change.direction !== 'add') return undefined;
  // Only what leaves the same wallet counts. What was under way when this one was read may still have been in it.
  const leaving = sum(
    own
      .filter((write) => isOneWallet(write.change.kind, change.kind) && write.change.direction === 'add')
      .filter((write) => write.change.coin.toUpperCase() === coin)
      .filter((write) => mayCount(write) && (isOpen(write) || write.updatedAt >= readAt))
      .map((write) => write.change.amount),
  );
  const free = subtract(subtract(readiness.walletAvailable, keep), leaving);
  const held = coins(readiness.walletAvailable, change.coin);
  return {
    most: free,
    exceeded: compare(change.amount, free) > 0,
    why: msg(
      'limit.keep-in-wallet',
      'The {0} has {1}; your limit keeps {2} in it ({3}).',
      walletOf(account, change.kind),
      isPositive(leaving) ? msg('limit.may-leave', '{0} ({1} may leave with another change)', held, coins(leaving, change.coin)) : held,
      coins(keep, change.coin),
      settingOf('keepInWallet'),
    ),
  };
}

function ltvCap({ highestLtvAfterReduction: limit }: Limits, kind: ChangeKind, preview: Preview): Cap | undefined {
  const after = kind.ltvAfterReduction?.(preview);
  if (limit === undefined || after === undefined) return undefined;
  const { ltv } = after;
  return {
    most: after.most(limit) ?? zero,
    // What is unknown is not below the limit.
    exceeded: ltv === undefined || compare(ltv, limit) > 0,
    why: msg(
      'limit.ltv-after',
      'LTV would be {0} (estimate); your limit is {1} ({2}).',
      ltv === undefined ? msg('term.unknown', 'unknown') : formatLtv(ltv),
      formatLtv(limit),
      settingOf('highestLtvAfterReduction'),
    ),
  };
}

function worthOf({ usd }: Preview, limit: 'perActionUsd' | 'perDayUsd'): Decimal {
  if (usd !== undefined) return usd;
  throw unchecked(limit, ['later']);
}

/** Its own limit within 24 hours, for the account: nothing where no person has allowed it. */
function borrowCap({ borrowPerDayUsd }: LimitsInForce, kind: ChangeKind, preview: Preview, day: Day): Cap | undefined {
  if (preview.kind !== 'borrow') return undefined;
  const limit = borrowPerDayUsd?.(preview.account.id) ?? zero;
  if (!isPositive(limit)) throw notAllowed(preview.account.name);
  const worth = day.today.filter(({ change }) => change.kind === 'borrow').map(({ figures }) => figures?.usd);
  const { usd } = preview;
  if (usd === undefined || !worth.every((one) => one !== undefined)) throw borrowUnchecked();
  const before = sum(worth);
  const left = subtract(limit, before);
  const why = msg(
    'limit.borrow-per-day',
    'Borrowed in 24 hours: {0}, plus {1} now; your limit for this account is {2}.',
    about(before),
    about(usd),
    formatUsd(limit, 'asset'),
  );
  return {
    most: amountWorth(left, kind, preview),
    exceeded: compare(usd, left) > 0,
    why: day.remark === undefined ? why : msg('list.space', '{0} {1}', why, day.remark),
    apart: true,
  };
}

const notAllowed = (name: string): Refusal =>
  new Refusal(msg('limit.no-borrowing', 'Borrowing isn\'t allowed on {0}. Run "LTV Gauge: Allow Borrowing…" first.', name));

const borrowUnchecked = (): Refusal =>
  new Refusal(msg('limit.borrow-unchecked', "A value in USD is unknown, so your limit for borrowing can't be checked. Try again later."), {
    instead: ['later'],
  });

/** Without its value in USD nothing tells whether a change is within the limit. */
const unchecked = (limit: keyof Limits, instead: RefusalFacts['instead'] = []): Refusal =>
  new Refusal(
    msg(
      'limit.unchecked',
      "A value in USD is unknown, so your limit can't be checked ({0}). Try again later, or change the limit.",
      settingOf(limit),
    ),
    { remedy: 'settings', instead },
  );

const coins = (amount: Decimal, coin: string): string => `${formatAmount(amount)} ${coin}`;
const about = (usd: Decimal): string => `~${formatUsd(usd, 'debt')}`;

/** How much of the coin is worth so much, rounded down to what the venue takes. */
function amountWorth(limit: Decimal, kind: ChangeKind, { usd, change, readiness }: Preview): Decimal {
  if (usd === undefined || !isPositive(usd)) return zero;
  const places = kind.places?.(readiness) ?? amountPlaces;
  return greater(zero, divide(multiply(limit, change.amount), usd, places, 'down'));
}
