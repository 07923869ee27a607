import { msg, type Message } from '../../core/message.ts';
import type { Account } from '../../core/model.ts';
import { ownerOf } from '../../ledger/owner.ts';

type Place = Pick<Account, 'venue' | 'site' | 'baseUrl'>;

/** The end of a venue's user id: enough to tell one's own accounts apart, and of no use to who looks over one's shoulder. */
export function shortUid(uid: string): string {
  return uid.length > 4 ? `…${uid.slice(-4)}` : uid;
}

/**
 * Whether keys are of another user than those before. An id that is not known, of old records or at a venue that does not tell,
 * says nothing.
 */
export function isOtherOwner({ uid }: Pick<Account, 'uid'>, found: string | undefined): found is string {
  return uid !== undefined && found !== undefined && uid !== found;
}

/**
 * The account that is there already for the same user at the same place.
 * @param except id of the account that the keys are for
 */
export function twinOf(
  accounts: readonly Account[],
  { venue, site, baseUrl }: Place,
  found: string | undefined,
  except?: string,
): Account | undefined {
  if (found === undefined) return undefined;
  const owner = ownerOf({ venue, site, uid: found, ...(baseUrl === undefined ? {} : { baseUrl }) });
  return accounts.find((account) => account.id !== except && ownerOf(account) === owner);
}

/** @param before the user id that is remembered */
export function otherOwnerSentence(venue: string, found: string, before: string): Message {
  return msg('These keys belong to another account at {0} ({1}) than before ({2}).', venue, shortUid(found), shortUid(before));
}

/** Why that matters, and what to do instead. */
export function otherOwnerAdvice(): Message {
  return msg('Figures and open changes of the old one would be mixed up. Add it as a new account instead.');
}

/** Why the keys of another user cannot be taken even by who insists. */
export function unsettledReason(name: string): Message {
  return msg(
    'A change on {0} is not settled. Its effect can only be found with the keys it was sent with, so these cannot be used for it now.',
    name,
  );
}

export function twinSentence(venue: string, found: string, twin: string): Message {
  return msg('The account at {0} that these keys belong to ({1}) is already here as {2}.', venue, shortUid(found), twin);
}

/** What comes of having it twice. */
export function twinAdvice(): Message {
  return msg('Its loans and positions would be listed twice. Your limits, freezes and what is under way hold for both together.');
}
