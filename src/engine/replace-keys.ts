import type { Account, KeyNote } from '../core/model.ts';
import type { KeyFacts, Keys } from '../exchanges/exchange.ts';
import type { Arming } from './ledger/arming.ts';
import type { Ledger } from './ledger/ledger.ts';
import { accountFrozen, unfinished } from './ledger/refusal.ts';
import { isFreezing } from './ledger/write-states.ts';
import type { LatePoller } from './monitor/late-poller.ts';
import type { Store } from './monitor/store.ts';
import type { AccountBook } from './accounts/account-book.ts';
import type { Vault } from './accounts/vault.ts';

/** What the venue said of a key that is remembered with its account. */
export type KeptFacts = Pick<Account, 'readOnly' | 'uid' | 'key'>;

/** What belongs to the keys of an account. */
export interface KeyPlaces {
  readonly book: Pick<AccountBook, 'get' | 'update'>;
  readonly vault: Pick<Vault, 'store'>;
  readonly arming: Pick<Arming, 'disarm'>;
  readonly poller: Pick<LatePoller, 'refresh'>;
  readonly store: Pick<Store, 'forget'>;
  readonly ledger: Pick<Ledger, 'unsettled'>;
}

/**
 * Whether keys are of another user than those before. An id that is not known, of old records or at a venue that does not tell,
 * says nothing.
 */
export function isOtherOwner({ uid }: Pick<Account, 'uid'>, found: string | undefined): found is string {
  return uid !== undefined && found !== undefined && uid !== found;
}

/**
 * Gives an account other keys. Those of another owner come after the owner, and what was read with the old ones is forgotten. The new keys can't
 * look up what the old ones sent, so that must be settled first.
 * @param kept what the venue said about the new keys
 * @throws Refusal when something is not settled, or that cannot be told, and the keys are another owner's; ExchangeError when the keyring does
 * not keep them; then the account is as it was, save that it may be disarmed.
 */
export async function replaceKeys(places: KeyPlaces, account: Account, keys: Keys, kept: KeptFacts): Promise<void> {
  const { book, vault, arming, poller, store, ledger } = places;
  const before = book.get(account.id) ?? account;
  if (isOtherOwner(before, kept.uid)) {
    const held = await ledger.unsettled(account.id);
    if (held !== undefined) throw isFreezing(held) ? accountFrozen(held) : unfinished(held);
  }
  // Writing was armed for an owner. Unless these are certainly the same one's keys, it is not armed for them.
  if (before.uid === undefined || before.uid !== kept.uid) await arming.disarm(account.id);
  if (!isOtherOwner(before, kept.uid)) {
    await vault.store(account.id, keys, kept.uid);
    await keepFacts(book, before, kept);
    return;
  }
  // The owner first: a change that was previewed with the old keys must not go out with the new ones. In between, nothing goes out at all:
  // the stored keys say whose they are, and that is not whom the record names.
  await keepFacts(book, before, kept);
  try {
    await vault.store(account.id, keys, kept.uid);
  } catch (error) {
    await keepFacts(book, { ...before, ...kept }, before);
    throw error;
  }
  const { thresholds, levels, rescues } = before;
  if ([thresholds, levels, rescues].some((own) => own !== undefined)) {
    // They were set for the loans of the one before: more lenient lines than this one has would make them look safe.
    await book.update(account.id, { thresholds: undefined, levels: undefined, rescues: undefined });
  }
  // At once, in all windows. A reading that began here with the old keys must not outlive them: it ends, then what it brought goes too.
  store.forget(account.id);
  await poller.refresh(account.id);
  store.forget(account.id);
}

/** Writes down what the venue said, where it is another thing than before. */
export async function keepFacts(book: Pick<AccountBook, 'update'>, account: Account, { readOnly, uid, key }: KeptFacts): Promise<void> {
  const isSame = account.readOnly === readOnly && (uid === undefined || account.uid === uid);
  const isSameKey = account.key?.expiresAt === key?.expiresAt && account.key?.unbound === key?.unbound;
  if (isSame && isSameKey) return;
  await book.update(account.id, { readOnly, ...(uid === undefined ? {} : { uid }), ...(isSameKey ? {} : { key }) });
}

/** What is remembered of a key to warn in time. */
export function keyNote({ canTrade, boundAddresses, expiresAt }: KeyFacts, asOf: number): KeyNote {
  return {
    asOf,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(canTrade && boundAddresses.length === 0 ? { unbound: true } : {}),
  };
}
