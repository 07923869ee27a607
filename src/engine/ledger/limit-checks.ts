import { compare, divide, greater, isPositive, lesser, multiply, subtract, sum, zero, type Decimal } from '../../core/decimal.ts';
import { formatAmount, formatLtv, formatUsd } from '../../core/format.ts';
import { msg, type Message } from '../../core/message.ts';
import { kindOf, type ChangeKind, type Kinds } from './change-kind.ts';
import { dayMs } from './ledger-options.ts';
import { settingOf, type Limits, type LimitsFault } from './limits.ts';
import { holderOf, isSameOwner } from './owner.ts';
import type { Preview } from './preview.ts';
import type { WriteRecord } from './record.ts';
import { Refusal } from './refusal.ts';
import { isOpen, mayHaveMoved } from './write-states.ts';

/** Digits of an amount that we name, where the venue does not say how many it takes. */
const amountPlaces = 8;

/** One limit as it bears on one change. */
interface Cap {
  /** The largest amount of the coin that it lets through; zero or less is nothing. */
  readonly most: Decimal;
  readonly exceeded: boolean;
  readonly say: (advice: Message) => Message;
}

/**
 * The person's own limits. The sentence names the setting that is the narrowest, and the largest amount that all of them together
 * would let through.
 *
 * @param kinds of change, which know what bears on theirs alone
 * @param writes of this and other accounts; what may have moved on the account at the exchange within 24 hours counts towards the daily limits
 * @throws Refusal with the remedy `settings` when a limit is passed, cannot be understood, or cannot be told to hold
 */
export function mustBeWithin(limits: Limits | LimitsFault, kinds: Kinds, preview: Preview, writes: readonly WriteRecord[], now: Now): void {
  if ('fault' in limits) {
    throw new Refusal(msg('limit.nothing-sent-while', '{0} Nothing is sent while a limit is not understood.', limits.fault), {
      remedy: 'settings',
    });
  }
  const holder = holderOf(preview.account);
  const own = writes.filter((write) => isSameOwner(write, holder));
  const day = dayOf(own, preview, now);
  const kind = kindOf(kinds, preview);
  const caps = [
    coinCap(limits, preview),
    usdCap(limits, kind, preview),
    dailyCoinCap(limits, preview, day),
    dailyUsdCap(limits, kind, preview, day),
    walletCap(limits, preview, own),
    ltvCap(limits, kind, preview),
  ].filter((cap) => cap !== undefined);
  const [tightest] = caps.filter(({ exceeded }) => exceeded).sort((a, b) => compare(a.most, b.most));
  if (tightest === undefined) return;
  const most = caps.map((cap) => cap.most).reduce(lesser);
  throw new Refusal(tightest.say(adviceOf(most, preview.change.coin)), {
    remedy: 'settings',
    ...(isPositive(most) ? { instead: ['less'] as const } : {}),
  });
}

/** Whether it left and nobody proved that it did nothing. A person's word is no proof. */
function mayCount(write: WriteRecord): boolean {
  const provenUndone = write.state === 'not-effective' && write.evidence !== undefined;
  return mayHaveMoved(write) && !provenUndone;
}

/** The time, in milliseconds since the Unix epoch. */
export interface Now {
  /** Of the wall clock. */
  readonly now: number;
  /** The same, as far as it has gone on by itself since this window began (see `steadyNow`). */
  readonly steady: number;
}

/** What counts towards the daily limits. */
interface Day {
  readonly today: readonly WriteRecord[];
  /** To be said where a limit only stands in the way because of writes that are a day old by the wall clock. */
  readonly remark: Message | undefined;
}

/**
 * What was sent within the last 24 hours. The wall clock of the computer may have been set since, also while no window was open, and a sum must
 * not be emptied by that. The exchange's clock cannot be set: it refuses signed requests whose time is off by more than seconds, and each change is
 * previewed by such requests, so its time is known then and is kept with each record. Where it is known both of the sending and of now, it alone
 * counts. Where it is not, as in records from before it was kept, a write counts as long as any of the clocks says that it is no day old: of our
 * own, only as far as it went on by itself since this window began. What that gets wrong, it gets wrong by counting more.
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
    ? msg(
        'limit.clock-computer-set',
        'The clock of this computer was set forward; the 24 hours go by the time that has really passed, so that no change of the day is forgotten.',
      )
    : undefined;
  return { today, remark };
}

const remarked = (advice: Message, { remark }: Day): Message =>
  remark === undefined ? advice : msg('list.space', '{0} {1}', advice, remark);

function adviceOf(most: Decimal, coin: string): Message {
  return isPositive(most)
    ? msg('limit.start-again-most', 'Start again with at most {0} {1}, or change the setting.', formatAmount(most), coin)
    : msg('limit.under-no-moved', 'Under your limits no {0} can be moved now. Wait, or change the setting.', coin);
}

function coinCap({ perActionByCoin }: Limits, { change }: Preview): Cap | undefined {
  const limit = perActionByCoin.get(change.coin.toUpperCase());
  if (limit === undefined) return undefined;
  return {
    most: limit,
    exceeded: compare(change.amount, limit) > 0,
    say: (advice) =>
      msg(
        'limit.change-may-move',
        'One change may move at most {0} {1} by your setting {2}. {3}',
        formatAmount(limit),
        change.coin,
        settingOf('perActionByCoin'),
        advice,
      ),
  };
}

function usdCap({ perActionUsd: limit }: Limits, kind: ChangeKind, preview: Preview): Cap | undefined {
  if (limit === undefined) return undefined;
  const usd = worthOf(preview, 'perActionUsd');
  return {
    most: amountWorth(limit, kind, preview),
    exceeded: compare(usd, limit) > 0,
    say: (advice) =>
      msg(
        'limit.worth-about-change',
        'This is worth about {0}, and one change may move at most {1} by your setting {2}. {3}',
        formatUsd(usd, 'debt'),
        formatUsd(limit, 'asset'),
        settingOf('perActionUsd'),
        advice,
      ),
  };
}

function dailyCoinCap({ perDayByCoin }: Limits, { change }: Preview, day: Day): Cap | undefined {
  const coin = change.coin.toUpperCase();
  const limit = perDayByCoin.get(coin);
  if (limit === undefined) return undefined;
  const moved = sum(day.today.filter((write) => write.change.coin.toUpperCase() === coin).map((write) => write.change.amount));
  const left = subtract(limit, moved);
  return {
    most: left,
    exceeded: compare(change.amount, left) > 0,
    say: (advice) =>
      msg(
        'limit.within-24-hours-moved',
        'Within 24 hours {0} {1} were moved on this account, and at most {2} {1} may be by your setting {3}. {4}',
        formatAmount(moved),
        change.coin,
        formatAmount(limit),
        settingOf('perDayByCoin'),
        remarked(advice, day),
      ),
  };
}

function dailyUsdCap({ perDayUsd: limit }: Limits, kind: ChangeKind, preview: Preview, day: Day): Cap | undefined {
  if (limit === undefined) return undefined;
  const usd = worthOf(preview, 'perDayUsd');
  const worth = day.today.map(({ figures }) => figures?.usd);
  if (!worth.every((one) => one !== undefined)) {
    throw new Refusal(
      msg(
        'limit.earlier-change-last',
        'What an earlier change of the last 24 hours on this account was worth in USD was not recorded, so it is not known whether your setting {0} is kept. Nothing was sent. Wait until that change is a day old, or change the setting.',
        settingOf('perDayUsd'),
      ),
      { remedy: 'settings' },
    );
  }
  const moved = sum(worth);
  const left = subtract(limit, moved);
  return {
    most: amountWorth(left, kind, preview),
    exceeded: compare(usd, left) > 0,
    say: (advice) =>
      msg(
        'limit.within-24-hours',
        'Within 24 hours about {0} were moved on this account, and with the {1} of this change it would be more than the {2} of your setting {3}. {4}',
        formatUsd(moved, 'debt'),
        formatUsd(usd, 'debt'),
        formatUsd(limit, 'asset'),
        settingOf('perDayUsd'),
        remarked(advice, day),
      ),
  };
}

function walletCap({ keepInWallet }: Limits, { change, readiness, readAt }: Preview, own: readonly WriteRecord[]): Cap | undefined {
  const coin = change.coin.toUpperCase();
  const keep = keepInWallet.get(coin);
  if (keep === undefined || change.direction !== 'add') return undefined;
  // Collateral and margin come from wallets of their own. What was under way when this one was read may still have been in it.
  const leaving = sum(
    own
      .filter((write) => write.change.kind === change.kind && write.change.direction === 'add' && write.change.coin.toUpperCase() === coin)
      .filter((write) => mayCount(write) && (isOpen(write) || write.updatedAt >= readAt))
      .map((write) => write.change.amount),
  );
  const free = subtract(subtract(readiness.walletAvailable, keep), leaving);
  const args = [formatAmount(readiness.walletAvailable), change.coin, formatAmount(keep), settingOf('keepInWallet')] as const;
  return {
    most: free,
    exceeded: compare(change.amount, free) > 0,
    say: (advice) =>
      isPositive(leaving)
        ? msg(
            'limit.wallet-holds-stay',
            'The wallet holds {0} {1}, of which {2} {1} have to stay by your setting {3}, and {4} {1} may be leaving it with another change. {5}',
            ...args,
            formatAmount(leaving),
            advice,
          )
        : msg(
            'limit.wallet-holds-stay-setting',
            'The wallet holds {0} {1}, of which {2} {1} have to stay by your setting {3}. {4}',
            ...args,
            advice,
          ),
  };
}

function ltvCap({ highestLtvAfterReduction: limit }: Limits, kind: ChangeKind, preview: Preview): Cap | undefined {
  const after = kind.ltvAfterReduction?.(preview);
  if (limit === undefined || after === undefined) return undefined;
  const { change } = preview;
  const { ltv } = after;
  return {
    most: after.most(limit) ?? zero,
    // What cannot be told is not below the limit.
    exceeded: ltv === undefined || compare(ltv, limit) > 0,
    say: (advice) =>
      msg(
        'limit.taking-raise-ltv',
        'Taking {0} {1} would raise LTV to an estimated {2}, and it may be at most {3} by your setting {4}. {5}',
        formatAmount(change.amount),
        change.coin,
        ltv === undefined ? msg('term.unknown', 'unknown') : formatLtv(ltv),
        formatLtv(limit),
        settingOf('highestLtvAfterReduction'),
        advice,
      ),
  };
}

function worthOf({ usd, change }: Preview, limit: 'perActionUsd' | 'perDayUsd'): Decimal {
  if (usd !== undefined) return usd;
  throw new Refusal(
    msg(
      'limit.exchange-gives-no',
      'The exchange gives no price of {0} in USD now, so it is not known whether your setting {1} is kept. Nothing was sent. Try again later, or change the setting.',
      change.coin,
      settingOf(limit),
    ),
    { remedy: 'settings', instead: ['later'] },
  );
}

/** How much of the coin is worth so much, rounded down to what the venue takes. */
function amountWorth(limit: Decimal, kind: ChangeKind, { usd, change, readiness }: Preview): Decimal {
  if (usd === undefined || !isPositive(usd)) return zero;
  const places = kind.places?.(readiness) ?? amountPlaces;
  return greater(zero, divide(multiply(limit, change.amount), usd, places, 'down'));
}
