import { ExchangeError } from '../core/errors.ts';
import { msg, type Message } from '../core/message.ts';
import type { Account } from '../core/model.ts';
import { ownerOf } from '../engine/ledger/owner.ts';
import type { KeyFacts } from '../exchanges/exchange.ts';
import { loopbackOrigin } from '../exchanges/http/address.ts';
import { clockOff } from '../exchanges/refusals.ts';

/** What to do with a key after testing it. */
export interface KeyReport {
  /** `refuse`: this key is never stored. */
  readonly verdict: 'accept' | 'refuse';
  /** Only with `refuse`: why. */
  readonly reason?: Message;
  /** The account is read-only. */
  readonly readOnly: boolean;
  /** The venue's facts about the key, one per line. */
  readonly lines: readonly Message[];
}

/**
 * Decides about a key by the venue's facts.
 * @param zoned a time in the person's clock, with its zone
 */
export function keyReport(facts: KeyFacts, venue: string, zoned: (ms: number) => string): KeyReport {
  const readOnly = !facts.canTrade;
  const lines = [
    permissionLine(facts),
    ...lackLines(facts),
    addressLine(facts, venue),
    ...expiryLines(facts, venue, zoned),
    ...modeLines(facts),
    ...clockLines(facts, venue),
    ...(readOnly ? [msg('term.read-only', 'read-only')] : []),
  ];
  if (facts.canWithdraw) {
    return {
      verdict: 'refuse',
      reason: msg(
        'key.can-withdraw',
        "This key can withdraw, so it isn't saved. Make one at {0} with Read, and Trade for changes, but without Withdraw.",
        venue,
      ),
      readOnly,
      lines,
    };
  }
  if (!facts.canRead) {
    return {
      verdict: 'refuse',
      reason: msg('key.cannot-read', "This key can't read. Make one at {0} with Read.", venue),
      readOnly,
      lines,
    };
  }
  return { verdict: 'accept', readOnly, lines };
}

function permissionLine({ canRead, canTrade, canWithdraw }: KeyFacts): Message {
  const mark = (allowed: boolean): string => (allowed ? '✓' : '✗');
  return msg('key.permissions', 'Permissions: read {0}, trade {1}, withdraw {2}', mark(canRead), mark(canTrade), mark(canWithdraw));
}

function addressLine({ boundAddresses }: KeyFacts, venue: string): Message {
  return boundAddresses.length > 0 ? msg('key.bound', 'Bound to: {0}', boundAddresses.join(', ')) : unboundKey(venue);
}

export const unboundKey = (venue: string): Message =>
  msg('key.bound-no-ip', "The key isn't bound to an IP address. Bind it to yours at {0}, so that no one else can use it.", venue);

/** What will be missing in the views, so that it isn't taken for zero. */
function lackLines({ lacks }: KeyFacts): readonly Message[] {
  return (lacks ?? []).map((lack) => msg('key.missing-permission', 'Missing permission: {0}', lack));
}

function expiryLines({ expiresAt }: KeyFacts, venue: string, zoned: (ms: number) => string): readonly Message[] {
  return expiresAt === undefined ? [] : [msg('key.expires', 'Expires at {0}. Renew it at {1} before that.', zoned(expiresAt), venue)];
}

function modeLines({ accountMode, subAccount, uid }: KeyFacts): readonly Message[] {
  return [
    ...(accountMode === undefined ? [] : [msg('key.account-mode', 'Account mode: {0}', accountMode)]),
    ...(uid === undefined
      ? []
      : [
          subAccount === true
            ? msg('key.sub-account-user', 'Sub-account, user id {0}', shortUid(uid))
            : msg('key.user-id', 'User id {0}', shortUid(uid)),
        ]),
  ];
}

const clockLines = ({ clockOffsetMs }: KeyFacts, venue: string): readonly Message[] =>
  clockOffsetMs === undefined ? [] : [clockOff(clockOffsetMs, venue)];

type Place = Pick<Account, 'venue' | 'site' | 'baseUrl'>;

/** The end of a venue's user id: enough to tell one's own accounts apart, useless for anyone else. */
export function shortUid(uid: string): string {
  return uid.length > 4 ? `…${uid.slice(-4)}` : uid;
}

/**
 * The existing account of the same user on the same site.
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
  return msg('key.other-owner', 'These keys belong to another {0} account ({1}, not {2}).', venue, shortUid(found), shortUid(before));
}

/** Why that matters, and what to do instead. */
export function otherOwnerAdvice(): Message {
  return msg('key.figures-open-changes', 'Figures and open changes of both would get mixed up. Add it as a new account instead.');
}

/** Why keys of another user can't be saved at all now. */
export function unsettledReason(name: string): Message {
  return msg('key.unsettled', '{0} has an unfinished change. Only the keys that sent it can confirm its outcome.', name);
}

export const twinSentence = (twin: string): Message =>
  msg('key.already-here', 'The account of these keys is already here as {0}. It would be listed twice.', twin);

/** The typed text, trimmed, or what is wrong with it. */
export type Checked = { readonly value: string } | { readonly problem: Message };

/** Longer than any key of any venue; keeps a pasted document out of a header. */
const maxLength = 512;

/**
 * A typed or pasted part of a key. Surrounding space, which copying easily adds, is removed; space or special characters inside mean that
 * something else was pasted.
 */
export function checkKeyPart(raw: string): Checked {
  const value = raw.trim();
  if (value === '') return { problem: msg('key.needed', 'Required.') };
  return value.length <= maxLength && /^[\x21-\x7e]+$/.test(value)
    ? { value }
    : { problem: msg('key.bad-part', 'Paste only this part of the key: letters, digits and symbols, without spaces.') };
}

/** Names stay short enough for a status bar and a dialog. */
const maxNameLength = 60;

/** A name for an account: not empty, and not the name of another, so that a dialog names one account only. */
export function checkAccountName(raw: string, taken: readonly string[]): Checked {
  const value = raw.trim().replace(/\s+/g, ' ');
  if (value === '') return { problem: msg('key.needed', 'Required.') };
  if (value.length > maxNameLength) return { problem: msg('key.most-characters', 'At most {0} characters.', maxNameLength.toString()) };
  const same = (name: string): boolean => name.toLocaleLowerCase() === value.toLocaleLowerCase();
  return taken.some(same) ? { problem: msg('key.already-account-named', '{0} exists already.', value) } : { value };
}

/** A free name: the given one, or with a number appended. */
export function freeAccountName(wish: string, taken: readonly string[]): string {
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? wish : `${wish} ${count.toString()}`;
    if ('value' in checkAccountName(name, taken)) return name;
  }
}

/**
 * The address of a running simulated exchange. What counts as loopback is decided where requests are sent; here we only say why anything else is
 * rejected. @returns the origin, without a slash at its end.
 */
export function checkLoopbackAddress(raw: string): Checked {
  const text = raw.trim();
  if (text === '') return { problem: msg('key.needed', 'Required.') };
  try {
    return { value: loopbackOrigin(text) };
  } catch (error) {
    if (!ExchangeError.is(error)) throw error;
    return { problem: error.sentence };
  }
}
