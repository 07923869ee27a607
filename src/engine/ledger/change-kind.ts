import * as v from 'valibot';
import { add, compare, decimalPlaces, isDecimal, isPositive, multiply, round, subtract, type Decimal } from '../../core/decimal.ts';
import { formatAmount } from '../../core/format.ts';
import { msg, type Message } from '../../core/message.ts';
import type { Account } from '../../core/model.ts';
import type { Change, Connection, Readiness, Receipt } from '../../exchanges/exchange.ts';
import { walletOf } from '../../exchanges/registry.ts';
import type { AnyPreview } from './preview.ts';
import type { DecidedOn, WriteRecord } from './record.ts';
import { Refusal } from './refusal.ts';
import type { Finding } from './write-states.ts';

/**
 * One kind of change that moves money: all that the steps of a write ask of it. The steps know no kind by name, so a further kind is one more
 * object in kinds/kinds.ts.
 */
export interface ChangeKind<P extends AnyPreview = AnyPreview, Proof = unknown> {
  /**
   * Step 1: an immutable copy of what is intended. Everything is checked at run time too.
   * @throws Refusal when it does not name loan or position, direction, coin and a positive amount.
   */
  check(change: P['change']): P['change'];

  /** Step 2: everything it is decided on, read freshly. @throws ExchangeError when the venue could not be read. */
  prepare(connection: Connection, change: P['change'], signal: AbortSignal | undefined): Promise<P['readiness']>;
  /** The price of the coin in USD, where `prepare` reads it. Without this method it is read at the same time. */
  priceIn?(readiness: P['readiness'], coin: string): Decimal | undefined;

  /**
   * Step 3: what would come of it, or why it must not be.
   * @throws Refusal when a figure is missing or a limit is passed. The sentence names what would be allowed.
   */
  preview(account: Account, change: P['change'], readiness: P['readiness'], price: Decimal | undefined): P;
  /** How many decimals the venue takes in an amount, where it says so. */
  places?(readiness: P['readiness']): number;
  /** What the person's limit of LTV after a reduction is held against; undefined where it does not bear on this change. */
  ltvAfterReduction?(preview: P): LtvAfterReduction | undefined;
  /**
   * The most of the coin that can be taken out safely, for an undo; undefined where that is unknown. Without this method nothing is undone.
   * @param own the person's own highest LTV after a reduction. A fraction
   * @param slack by how much LTV may pass what is safe, but never `own`, where that moves with the price. A fraction
   */
  safeReduction?(readiness: P['readiness'], coin: string, own: Decimal | undefined, slack: Decimal): Decimal | undefined;

  /**
   * Step 4, the last look: whether what a person confirmed is still the same loan or position. Prices may move, and the preview's checks are
   * made again on the fresh figures; what only a person's act changes must not have changed.
   * @param shown what was confirmed
   * @param fresh the same change, computed from figures read right before the send
   * @throws Refusal naming the figure that changed
   */
  mustBeAsShown(shown: P, fresh: P): void;

  /** Step 5: what the journal keeps of the figures it was decided on, besides what it keeps of every change. */
  decidedOn(preview: P): Pick<DecidedOn, 'limit' | 'sold' | 'collateralUsd' | 'debtUsd'>;
  /** The figures that matter, before the change and as we expect them after it. */
  expectations(preview: P): Pick<WriteRecord, 'ltvBefore' | 'ltvEstimate' | 'liquidationBefore' | 'liquidationEstimate'>;

  /** Step 7: reads once at the venue. Rejects with an ExchangeError where it cannot be read. */
  prove(connection: Connection, record: WriteFor<P>, receipt: Receipt, signal: AbortSignal): Promise<Proof>;
  /** Steps 7 and 8: what that reading proves of the write as it is known after the reading. Undefined when it proves nothing yet. */
  judge(record: WriteFor<P>, proof: Proof, others: OtherWrites): Finding | undefined;

  /** What the journal keeps of it. A line once written is read for ever. */
  readonly schema: {
    /** The first format of the journal that knew the kind, where not all do: an older version then says that it is too old. */
    readonly since?: number;
    readonly change: v.GenericSchema<P['change']>;
    readonly baseline: v.GenericSchema<P['readiness']['baseline']>;
  };
}

/** A write of the kind whose previews are `P`. */
type WriteFor<P extends AnyPreview> = WriteRecord & { readonly change: P['change']; readonly baseline: P['readiness']['baseline'] };

/** All kinds there are, by the name that stands in the journal. */
export type Kinds = ReadonlyMap<string, ChangeKind>;

export interface LtvAfterReduction {
  /** Our estimate. Absent when unknown. */
  readonly ltv: Decimal | undefined;
  /** The largest amount that keeps LTV within `limit`; undefined when unknown. */
  most(limit: Decimal): Decimal | undefined;
}

/** What other writes of ours say of a write that is to be judged. */
export interface OtherWrites {
  /** Rows of the venue's history that belong to them. */
  readonly claimed: ReadonlySet<string>;
  /** The write right before this one, if it requested the same and a person marked it as not executed. */
  readonly givenUp?: WriteRecord | undefined;
  /** Whether, by the journal, another write on the same target was sent in its stead. */
  readonly neverLeft: () => boolean;
}

/** @throws Refusal when there is no such kind of change. */
export function kindOf(kinds: Kinds, { kind }: Pick<Change, 'kind'>): ChangeKind {
  const found = kinds.get(kind);
  if (found !== undefined) return found;
  throw incomplete();
}

export const incomplete = (): Refusal =>
  new Refusal(msg('change.incomplete', 'This change is incomplete or has no amount above zero. Nothing was sent. Start again.'));

/** The exchange's answer, or the request, is about another loan or position than the one named. */
export const anotherTarget = (): Refusal =>
  new Refusal(msg('change.another-target', 'The exchange returned another loan or position. Refresh, then start again.'));

/** Too much, why, and how much would do. */
export const atMost = (why: Message, most: Decimal, coin: string): Message =>
  msg('change.at-most', '{0} Start again with at most {1} {2}.', why, formatAmount(most), coin);

export const moreThanSafe = (most: Decimal, coin: string): Message =>
  atMost(msg('change.more-than-safe', "That's more than can be removed safely now."), most, coin);

/** More than is there: what is, and that more can be moved there. */
export function moreThanHeld(held: Decimal, account: Account, { kind, coin }: Pick<Change, 'kind' | 'coin'>): Message {
  const wallet = walletOf(account, kind);
  return isPositive(held)
    ? msg(
        'change.more-than-held',
        'The {0} has {1} {2}. Transfer more to it, or start again with at most that.',
        wallet,
        formatAmount(held),
        coin,
      )
    : msg('change.none-held', 'The {0} has no {1}. Transfer some to it, then start again.', wallet, coin);
}

export const moreThanAddable = (most: Decimal, coin: string): Message =>
  atMost(msg('change.more-than-addable', "That's more than can be added now."), most, coin);

export const noneRemovable = (coin: string): Message => msg('change.none-removable', 'No {0} can be removed now.', coin);

/** Without these figures the effect of taking something out is unknown. */
export const removalUnclear = (): Message =>
  msg(
    'change.removal-unclear',
    "The effect can't be estimated, so nothing can be removed (adding still works). Refresh, then try again later.",
  );

/** What it was when it was confirmed, and what it is now. */
export const changedSince = (what: Message, was: string, is: string): Message =>
  msg('change.changed-since', '{0} changed from {1} to {2} after this preview. Nothing was sent. Start again.', what, was, is);

/** Why a change counts as a mismatch, in the note. */
export const notAsRequested = (what: Message, was: string, is: string | Message): Message =>
  msg('change.not-as-requested', '{0} went from {1} to {2}, not as requested.', what, was, is);

/** A change that a person closed as not executed may take effect late, and looks just like this one. */
export const mayBeOfEarlier = (before: Decimal, coin: string): Message =>
  msg(
    'change.may-be-earlier',
    'This may be the late effect of the same change you marked as not executed; then this one is still to come. Before: {0} {1}. Check the exchange before the next change.',
    formatAmount(before),
    coin,
  );

/** The part of `check` that is the same for every kind. @throws Refusal when no direction, coin or positive amount is named. */
export function checkAsked({ direction, coin, amount }: Pick<Change, 'direction' | 'coin' | 'amount'>): void {
  const isAmount = typeof amount === 'string' && isDecimal(amount) && isPositive(amount);
  if (!['add', 'reduce'].includes(direction) || coin === '' || !isAmount) throw incomplete();
}

/** @throws Refusal when the amount has more decimals than the venue takes */
export function checkDecimals({ coin, amount }: Pick<Change, 'coin' | 'amount'>, places: number): void {
  if (decimalPlaces(amount) <= places) return;
  throw new Refusal(msg('margin.decimals', 'Use at most {0} decimals for {1} here.', places.toString(), coin));
}

/** The part of a preview that is the same for every kind. USD is rounded up to 8 digits. */
export function previewedAlike(
  account: Account,
  { direction, amount }: Change,
  { walletAvailable, asOf }: Readiness,
  price: Decimal | undefined,
): Pick<AnyPreview, 'account' | 'usd' | 'readAt'> & { readonly walletAfter: Decimal } {
  return {
    account: Object.freeze({ ...account }),
    ...(price === undefined ? {} : { usd: round(multiply(amount, price), 8, 'up') }),
    walletAfter: direction === 'add' ? subtract(walletAvailable, amount) : add(walletAvailable, amount),
    readAt: asOf,
  };
}

/** A figure that was unknown before, or is unknown now, proves nothing. @throws Refusal when both are known and differ */
export function mustEqual(what: Message, before: Decimal | undefined, after: Decimal | undefined, unit = ''): void {
  if (before === undefined || after === undefined || compare(before, after) === 0) return;
  throw new Refusal(changedSince(what, formatAmount(before), `${formatAmount(after)}${unit === '' ? '' : ` ${unit}`}`));
}

/** An amount in the journal. */
export const storedAmount = v.custom<Decimal>((value) => typeof value === 'string' && isDecimal(value));
/** A name or id in the journal. */
export const storedText = v.pipe(v.string(), v.nonEmpty());
/** What the journal keeps of every change, after what it is about. */
export const storedAsked = { direction: v.picklist(['add', 'reduce']), coin: storedText, amount: storedAmount };
