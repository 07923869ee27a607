import { compare, decimal, isDecimal, isPositive, multiply, one, subtract, zero, type Decimal } from '../core/decimal.ts';
import { targetKey, type Account, type Snapshot, type Target } from '../core/model.ts';
import type { Limits, LimitsFault } from './ledger/limits.ts';

/** One change of a prepared rescue: collateral or margin is added, or debt is repaid. */
export interface RescueStep {
  readonly act: 'add' | 'repay';
  readonly coin: string;
  readonly amount: Decimal;
}

/** What a person means to do when a loan or position comes near its line. Nothing of it is ever sent by itself. */
export interface Rescue {
  /** At this LTV of a loan, or this distance of a position to liquidation. A fraction. */
  readonly at: Decimal;
  /** The first that can be done is meant. */
  readonly steps: readonly RescueStep[];
}

/** What the figures of the last reading say about a step. The preview checks everything again. */
export interface CheckedStep {
  readonly step: RescueStep;
  /** The wallet holds less than that. */
  readonly short?: { readonly held: Decimal; readonly missing: Decimal };
  /** The person's own limit that doesn't allow it, or the fault of the settings. */
  readonly limit?: keyof Limits | 'fault';
  /** The exchange takes no more of the coin as collateral, nothing of it is owed, or it is not the margin's. */
  readonly useless?: true;
  /** The wallet it would come from isn't read. */
  readonly unread?: true;
}

export const canDo = ({ short, limit, useless }: CheckedStep): boolean => short === undefined && limit === undefined && useless !== true;

const mostSteps = 2;

/** The rescue prepared for a loan or position. What is no rescue counts as none. */
export function rescueOf({ rescues }: Pick<Account, 'rescues'>, on: Target): Rescue | undefined {
  if (rescues === undefined) return undefined;
  const stored = rescues[targetKey(on)];
  if (typeof stored !== 'object' || stored === null) return undefined;
  const { at, steps } = stored as Partial<Record<keyof Rescue, unknown>>;
  if (!isAmount(at) || compare(at, one) >= 0 || !Array.isArray(steps)) return undefined;
  const read = (steps as readonly unknown[]).map(stepOf);
  const known = read.filter((step) => step !== undefined && !(on.kind === 'position' && step.act === 'repay')) as readonly RescueStep[];
  return known.length === 0 || known.length < read.length || known.length > mostSteps ? undefined : { at, steps: known };
}

/** All rescues of an account that can be read, by `targetKey`. */
export function rescuesOf(account: Pick<Account, 'rescues'>): Readonly<Record<string, Rescue>> {
  return Object.fromEntries(
    Object.keys(account.rescues ?? {}).flatMap((key) => {
      const on = targetOf(key);
      const rescue = on && rescueOf(account, on);
      return rescue === undefined ? [] : [[key, rescue]];
    }),
  );
}

/** The loan or position of a `targetKey`. */
export function targetOf(key: string): Target | undefined {
  const [, kind, id] = /^(loan|position):([^]*)$/.exec(key) ?? [];
  return id === undefined ? undefined : { kind: kind as Target['kind'], id };
}

function stepOf(value: unknown): RescueStep | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { act, coin, amount } = value as Partial<Record<keyof RescueStep, unknown>>;
  return (act === 'add' || act === 'repay') && typeof coin === 'string' && coin !== '' && isAmount(amount)
    ? { act, coin, amount }
    : undefined;
}

const isAmount = (value: unknown): value is Decimal => typeof value === 'string' && isDecimal(value) && isPositive(decimal(value));

/**
 * Whether what it was prepared for has come.
 * @param figures of its last reading, and estimates since: LTVs of a loan, distances of a position. One of them is enough
 */
export function isDue({ at }: Rescue, { kind }: Target, figures: readonly (Decimal | undefined)[]): boolean {
  return figures.some((figure) => figure !== undefined && (kind === 'loan' ? compare(figure, at) >= 0 : compare(figure, at) <= 0));
}

/** Checks each step against the wallet as it was read, and the person's own limits for one change. Pure. */
export function checkRescue(
  { steps }: Rescue,
  on: Target,
  snapshot: Pick<Snapshot, 'wallet' | 'walletTrouble' | 'loans' | 'positions' | 'prices'>,
  limits: Limits | LimitsFault | undefined,
): readonly CheckedStep[] {
  return steps.map((step) => {
    const held = heldOf(step.coin, on, snapshot);
    const isShort = held !== undefined && compare(held, step.amount) < 0;
    const limit = limits === undefined ? undefined : limitOn(step, held, snapshot, limits);
    return {
      step,
      ...(isShort ? { short: { held, missing: subtract(step.amount, held) } } : {}),
      ...(limit === undefined ? {} : { limit }),
      ...(isUseless(step, on, snapshot) ? { useless: true as const } : {}),
      ...(held === undefined ? { unread: true as const } : {}),
    };
  });
}

/** Undefined where the wallet isn't read. That of positions isn't between two commands. */
function heldOf(coin: string, on: Target, { wallet, walletTrouble }: Pick<Snapshot, 'wallet' | 'walletTrouble'>): Decimal | undefined {
  if (on.kind === 'position' || walletTrouble !== undefined) return undefined;
  return wallet.find((found) => found.coin === coin)?.amount ?? zero;
}

function isUseless(
  { act, coin }: RescueStep,
  on: Target,
  { loans, positions, wallet }: Pick<Snapshot, 'loans' | 'positions' | 'wallet'>,
): boolean {
  // Another position may have come in its place.
  if (on.kind === 'position') return positions.some(({ positionId, marginCoin }) => positionId === on.id && marginCoin !== coin);
  const loan = loans.find(({ id }) => id === on.id);
  if (loan === undefined) return false;
  if (act === 'repay') return !loan.debts.some((debt) => debt.coin === coin && isPositive(debt.amount));
  return loan.capped?.includes(coin) === true || wallet.find((found) => found.coin === coin)?.pledgeable === false;
}

/** The first limit that forbids it. What was moved within the day counts only in the preview. */
function limitOn(
  { coin, amount }: RescueStep,
  held: Decimal | undefined,
  { prices }: Pick<Snapshot, 'prices'>,
  limits: Limits | LimitsFault,
): CheckedStep['limit'] {
  if ('fault' in limits) return 'fault';
  const { perActionUsd, perDayUsd, perActionByCoin, perDayByCoin, keepInWallet } = limits;
  const price = prices?.[coin];
  const usd = price === undefined ? undefined : multiply(amount, price);
  const over = (most: Decimal | undefined, moved: Decimal | undefined): boolean =>
    most !== undefined && moved !== undefined && compare(moved, most) > 0;
  const name = coin.toUpperCase();
  const keep = keepInWallet.get(name);
  if (over(perActionByCoin.get(name), amount)) return 'perActionByCoin';
  if (over(perActionUsd, usd)) return 'perActionUsd';
  if (over(perDayByCoin.get(name), amount)) return 'perDayByCoin';
  if (over(perDayUsd, usd)) return 'perDayUsd';
  return keep !== undefined && held !== undefined && compare(subtract(held, keep), amount) < 0 ? 'keepInWallet' : undefined;
}
