import { staleAfterMs } from '../../core/clock.ts';
import { compare, decimal, isPositive, isZero, lesser, multiply, one, type Decimal } from '../../core/decimal.ts';
import type { Account, Levels, Loan, Position, Target } from '../../core/model.ts';
import { compareUrgency, isAlarm, levelOf, levelOfPosition, levelsOf, worst, type Level } from '../../core/risk/level.ts';
import { liquidationOf } from '../../core/risk/liquidation.ts';
import type { LiveLoan, NoLive } from '../../core/risk/live-estimate.ts';
import { believedLoan, distanceTo } from '../../core/risk/ltv.ts';
import { isCurrent } from '../monitor/pace.ts';
import { gapsOf, type AccountState } from '../monitor/store.ts';
import { alarms, type Alarm, type Warning } from '../storage/warning-protocol.ts';
import { blindAfterMs, readWarningTarget, warningKey, warningTarget, type Better, type Sight } from './warnings.ts';

/** A level ends when the distance is a fifth beyond where the level begins. */
const exitFactor = decimal('1.2');

const hourMs = 60 * 60_000;
/** A window that looked less often than this slept or was suspended, and may have missed readings. Milliseconds. */
const lookedAwayMs = 60_000;
/** A debt is due soon from this time before its due date. Milliseconds. */
const dueSoonMs = 72 * hourMs;

/** One possible warning, as its account shows it. */
interface Shown {
  readonly target: string;
  /** As shown in views: an estimate can raise it. */
  readonly level: Level;
  /** The worst level that would still hold, had it been reached. */
  readonly holds: Level;
  /** The worst line reached, as shown in views. */
  readonly reached?: Alarm | undefined;
  readonly current: boolean;
  /** According to the last figures, however old. */
  readonly wasWell?: boolean;
  /** By the last figures the margin call is known, or without one the liquidation is: then only that can have alarmed. */
  readonly line?: 'marginCall' | 'liquidation';
  /** When it happened. Milliseconds since the Unix epoch. */
  readonly at?: number;
}

/** What was seen of one possible warning, to know how long it has been better than a level. By a clock that can't be set. Milliseconds. */
interface Held {
  readonly at: number;
  readonly since: Better;
}

interface Times {
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** A time that can't be set. Milliseconds. */
  readonly uptime: number;
  readonly intervalMs: number;
  /** Watching without sleep since this time. Milliseconds since the Unix epoch. */
  readonly from?: number;
}

/** Finds what to warn about. Remembers only how long each thing has been better, and how long each account's figures have been the same. */
export class Lookout {
  #held = new Map<string, Held>();
  /** What had a margin call once, and may be near it though it isn't told any more. */
  readonly #called = new Set<string>();
  /** When the last figures of each account arrived, and when it was last looked at, by a clock that can't be set. Milliseconds. */
  #read = new Map<string, { readonly asOf: number; readonly at: number; readonly looked: number }>();

  /** Nothing was watched for a while, such as during sleep: nothing is known to have held in that time. */
  forget(): void {
    this.#held.clear();
    this.#read.clear();
  }

  /**
   * @param known the account's warnings, so that missing items are noticed too
   */
  look(state: AccountState, known: readonly Warning[], times: Times): readonly Sight[] {
    const { now, uptime, intervalMs } = times;
    const account = state.account.id;
    const shown = shownBy(state, now, intervalMs);
    const blind = this.#blind(state, known, times);
    const present = new Set(shown.map(({ target }) => target));
    const sights = shown.map(({ target, level, holds, reached, current, wasWell, line, at }): Sight => {
      const key = warningKey({ account, target });
      if (line === 'marginCall') this.#called.add(key);
      const isOld = wasWell === true || (line === 'liquidation' && !this.#called.has(key));
      const better = this.#better(key, reached ?? holds, current, uptime, staleAfterMs(intervalMs));
      const sees = reached ?? (isAlarm(level) ? level : level === 'unknown' ? (isOld ? 'old' : 'lost') : 'calm');
      return { account, target, sees, better, ...(at === undefined ? {} : { at }) };
    });
    const missing = known
      .filter(({ target }) => !present.has(target) && target !== blind?.target)
      .map(({ target }): Sight => {
        const key = warningKey({ account, target });
        const wasCalm = this.#held.get(key)?.since.warn !== undefined;
        const sees = seesMissing(state, target, isCurrent(state, now, intervalMs));
        if (sees !== 'lost') this.#held.delete(key);
        const isExplained = wasCalm || isRepaid(state, target);
        return { account, target, sees: sees === 'gone' && isExplained ? 'closed' : sees };
      });
    return [...(blind === undefined ? [] : [blind]), ...sights, ...missing];
  }

  /**
   * The last reading failed, in full or in a part that the key may read; or readings stopped without a reason. If something is near its
   * line, this is told in quiet hours too. Figures from before the start or sleep count from when they were read: nobody watched since.
   */
  #blind(
    { account, snapshot, failure }: AccountState,
    known: readonly Warning[],
    { uptime, intervalMs, from = 0 }: Times,
  ): Sight | undefined {
    const asOf = snapshot?.asOf;
    const before = this.#read.get(account.id);
    const isSame = before !== undefined && before.asOf === asOf && uptime - before.looked < lookedAwayMs;
    if (asOf !== undefined) this.#read.set(account.id, { asOf, at: isSame ? before.at : uptime, looked: uptime });
    const isSilent = isSame && uptime - before.at >= blindAfterMs + intervalMs;
    const since = (failure === undefined ? isSilent : (asOf ?? Infinity) < from) ? asOf : undefined;
    if (failure === undefined && gapsOf(snapshot).length === 0 && !isSilent) return undefined;
    const urgent = known.some(({ target }) => ['level', 'overdue'].includes(readWarningTarget(target).facet));
    return {
      ...{ account: account.id, target: warningTarget('blind'), sees: 'warn', urgent },
      ...(since === undefined ? {} : { since }),
    };
  }

  #better(key: string, holds: Level | Alarm, current: boolean, uptime: number, staleMs: number): Better {
    const before = this.#held.get(key);
    const kept = before !== undefined && uptime - before.at <= staleMs ? before.since : {};
    const since: Partial<Record<Alarm, number>> = {};
    const held = alarms.findIndex((level) => level === holds);
    for (const level of alarms) {
      if (current && holds !== 'unknown' && held < alarms.indexOf(level)) since[level] = kept[level] ?? uptime;
    }
    this.#held.set(key, { at: uptime, since });
    return Object.fromEntries(Object.entries(since).map(([level, from]) => [level, uptime - from]));
  }
}

function seesMissing({ account, snapshot }: AccountState, target: string, current: boolean): Sight['sees'] {
  const { facet, on } = readWarningTarget(target);
  if (facet === 'key' || facet === 'unbound') return account.key === undefined ? 'lost' : 'calm';
  if (on === undefined) return current ? 'calm' : 'lost';
  // The loan exists, but the reason of the warning is gone.
  if (facet !== 'level' && snapshot?.loans.some(({ id }) => on.kind === 'loan' && id === on.id) === true) return current ? 'calm' : 'lost';
  const trouble = on.kind === 'loan' ? snapshot?.loansTrouble : snapshot?.positionsTrouble;
  return current && trouble === undefined ? 'gone' : 'lost';
}

function isRepaid({ snapshot }: AccountState, target: string): boolean {
  const { on } = readWarningTarget(target);
  return snapshot?.vanished?.some(({ kind, id, repaid }) => kind === on?.kind && id === on.id && repaid === true) === true;
}

function shownBy(state: AccountState, now: number, intervalMs: number): readonly Shown[] {
  const { snapshot } = state;
  const fresh = (keptFrom: number | undefined): boolean => isCurrent(state, now, intervalMs, keptFrom);
  return [
    ...keyShown(state.account, now),
    ...(snapshot?.loans ?? []).flatMap((loan) => shownLoan(state, loan, fresh(loan.keptFrom), now)),
    ...(snapshot?.positions ?? []).map((position) => shownPosition(state, position, fresh(position.keptFrom))),
  ];
}

/** Times before a key expires at which it is warned about, each as a worse level. Milliseconds. */
const keySteps = [
  { withinMs: 24 * hourMs, level: 'danger', reached: 'marginCall' },
  { withinMs: 3 * 24 * hourMs, level: 'danger' },
  { withinMs: 14 * 24 * hourMs, level: 'warn' },
] as const;

/** Warnings about a key. A simulated exchange's key protects nothing. */
function keyShown({ simulated, key }: Account, now: number): readonly Shown[] {
  if (simulated || key === undefined) return [];
  const { expiresAt, unbound } = key;
  const step = expiresAt === undefined ? undefined : keySteps.find(({ withinMs }) => expiresAt - now <= withinMs);
  return [
    ...(step === undefined ? [] : [{ ...step, target: warningTarget('key'), holds: step.level, current: true }]),
    ...(unbound === true ? [plain('unbound', undefined, true, true)] : []),
  ];
}

const plain = (
  facet: 'overdue' | 'due' | 'capped' | 'drained' | 'terms' | 'unbound',
  on: Target | undefined,
  isSo: boolean,
  current: boolean,
): Shown => {
  const level = isSo ? (facet === 'overdue' ? 'danger' : 'warn') : current ? 'ok' : 'unknown';
  return { target: warningTarget(facet, on), level, holds: level, current };
};

function shownLoan({ account, live, snapshot }: AccountState, read: Loan, current: boolean, now: number): Shown[] {
  const on: Target = { kind: 'loan', id: read.id };
  const levels = levelsOf(account, on);
  const { due = [] } = read;
  // A time in the future comes from a wrong clock, until the next reading.
  const changedAt = snapshot?.changed?.find(({ loan, noticed }) => loan === read.id && noticed <= now)?.noticed;
  // An overdue debt is a warning of its own, so that neither hides the other.
  const loan: Loan = { ...believedLoan(read), due: [] };
  const estimate = figuresOf(live?.loans[loan.id]);
  const level = shownLevel(levelOf(loan, current, levels), estimate && levelOf({ ...loan, ltv: estimate.ltv }, true, levels));
  const wasWell = isWell(levelOf(loan, true, levels));
  const line = loan.marginCall !== undefined ? 'marginCall' : loan.liquidation !== undefined ? 'liquidation' : undefined;
  const distance = nearest([
    ...[loan.marginCall, loan.liquidation].map((line) => distanceTo(line?.ltv, loan.ltv)),
    ...(estimate === undefined ? [] : [estimate.toMarginCall, estimate.toLiquidation]),
  ]);
  return [
    {
      ...{ target: warningTarget('level', on), level, holds: holding(level, distance, levels) },
      ...{ reached: reachedBy(loan, estimate), current, wasWell },
      ...(line === undefined || distance === undefined ? {} : { line }),
    },
    plain(
      'overdue',
      on,
      due.some(({ overdue }) => overdue),
      current,
    ),
    plain(
      'due',
      on,
      due.some(({ overdue, at }) => !overdue && at - now <= dueSoonMs),
      current,
    ),
    ...(read.capped === undefined ? [] : [plain('capped', on, read.capped.length > 0, current)]),
    ...(read.drained === undefined ? [] : [plain('drained', on, read.drained.length > 0, current)]),
    ...(changedAt === undefined ? [] : [{ ...plain('terms', on, true, true), at: changedAt }]),
  ];
}

function shownPosition({ account, live, snapshot }: AccountState, position: Position, current: boolean): Shown {
  const held = snapshot?.positions ?? [];
  const on: Target = { kind: 'position', id: position.positionId };
  const levels = levelsOf(account, on);
  const estimate = figuresOf(live?.positions[position.positionId]);
  const read = levelOfPosition(position, current, held, levels);
  const level = shownLevel(read, estimate && levelOfPosition({ ...position, markPrice: estimate.markPrice }, true, held, levels));
  const found = liquidationOf(position, held);
  const distance = nearest([found.kind === 'price' ? found.distance : undefined, estimate?.distance]);
  return {
    target: warningTarget('level', on),
    level,
    holds: holding(level, distance, levels),
    reached: isLiquidating(position, distance) ? 'liquidation' : undefined,
    current,
    wasWell: isWell(levelOfPosition(position, true, held, levels)),
  };
}

const figuresOf = <Figures extends object>(estimate: Figures | NoLive | undefined): Figures | undefined =>
  typeof estimate === 'object' ? estimate : undefined;

const isWell = (level: Level): boolean => level === 'ok' || level === 'watch';

/** An estimate can reach a line, never leave one. */
function reachedBy({ ltv, marginCall, liquidation }: Loan, estimate: LiveLoan | undefined): Alarm | undefined {
  if (isReached(distanceTo(liquidation?.ltv, ltv)) || isReached(estimate?.toLiquidation)) return 'liquidation';
  return isReached(distanceTo(marginCall?.ltv, ltv)) || isReached(estimate?.toMarginCall) ? 'marginCall' : undefined;
}

/**
 * The price is reached, or the venue says so: by its own word, or by a margin ratio at which it liquidates (zero means a missing value).
 */
const isLiquidating = ({ distress, marginRatio }: Position, distance: Decimal | undefined): boolean =>
  distress !== undefined || isReached(distance) || (marginRatio !== undefined && !isZero(marginRatio) && compare(marginRatio, one) <= 0);

const isReached = (distance: Decimal | undefined): boolean => distance !== undefined && !isPositive(distance);

/** An estimate can raise a level, never lower it. */
const shownLevel = (read: Level, estimated: Level | undefined): Level =>
  estimated !== undefined && compareUrgency(estimated, read) < 0 ? estimated : read;

function holding(level: Level, distance: Decimal | undefined, levels: Levels): Level {
  const inside = (alarm: 'danger' | 'warn'): boolean =>
    distance !== undefined && compare(distance, multiply(levels[alarm], exitFactor)) < 0;
  const held: Level = inside('danger') ? 'danger' : inside('warn') ? 'warn' : level;
  return worst([level, held]) ?? level;
}

const nearest = (distances: readonly (Decimal | undefined)[]): Decimal | undefined =>
  distances
    .filter((one) => one !== undefined)
    .reduce<Decimal | undefined>((least, one) => (least === undefined ? one : lesser(least, one)), undefined);
