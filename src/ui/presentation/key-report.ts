import { msg, type Message } from '../../core/message.ts';
import type { KeyFacts } from '../../exchanges/exchange.ts';
import { shortUid } from './key-owner.ts';

/** What is to be done with a key after it was tried. */
export interface KeyReport {
  /** `refuse`: this key is never stored. */
  readonly verdict: 'accept' | 'refuse';
  /** Only with `refuse`: why. */
  readonly reason?: Message;
  /** The account can only be looked at. */
  readonly readOnly: boolean;
  /** What the venue says about the key, a line each. */
  readonly lines: readonly Message[];
}

/**
 * Judges a key by what the venue says about it.
 * @param zoned a moment as the person's clock shows it, with its zone
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
    ...(readOnly ? [readOnlyLine()] : []),
  ];
  if (facts.canWithdraw) {
    return {
      verdict: 'refuse',
      reason: msg(
        'This key may withdraw. LTV Gauge never needs that, and a key that can empty an account is not stored. Make a key at {0} with Read, and Trade if you want to adjust collateral or margin, but without Withdraw.',
        venue,
      ),
      readOnly,
      lines,
    };
  }
  if (!facts.canRead) {
    return { verdict: 'refuse', reason: msg('This key may not read. Make a key at {0} with Read.', venue), readOnly, lines };
  }
  return { verdict: 'accept', readOnly, lines };
}

function permissionLine({ canRead, canTrade, canWithdraw }: KeyFacts): Message {
  const word = (allowed: boolean): Message => (allowed ? msg('yes') : msg('no'));
  return msg('Permissions: read {0}, trade {1}, withdraw {2}', word(canRead), word(canTrade), word(canWithdraw));
}

function addressLine({ boundAddresses }: KeyFacts, venue: string): Message {
  return boundAddresses.length > 0
    ? msg('Bound to: {0}', boundAddresses.join(', '))
    : msg('Bound to no IP address. Hint: bind it to yours at {0}; then nobody else can use it.', venue);
}

/** What will be missing in the views, so that nobody takes it for not being there. */
function lackLines({ lacks }: KeyFacts): readonly Message[] {
  return (lacks ?? []).map((lack) => msg('Missing permission: {0}', lack));
}

function expiryLines({ expiresAt }: KeyFacts, venue: string, zoned: (ms: number) => string): readonly Message[] {
  return expiresAt === undefined ? [] : [msg('Stops working at {0}. Renew it at {1} before that.', zoned(expiresAt), venue)];
}

function modeLines({ accountMode, subAccount, uid }: KeyFacts): readonly Message[] {
  return [
    ...(accountMode === undefined ? [] : [msg('Account mode: {0}', accountMode)]),
    ...(uid === undefined
      ? []
      : [subAccount === true ? msg('Sub-account, user id {0}', shortUid(uid)) : msg('User id {0}', shortUid(uid))]),
  ];
}

function clockLines({ clockOffsetMs }: KeyFacts, venue: string): readonly Message[] {
  if (clockOffsetMs === undefined) return [];
  const seconds = Math.round(Math.abs(clockOffsetMs) / 1000).toString();
  return [
    clockOffsetMs > 0
      ? msg("This machine's clock is {0} s behind that of {1}. Requests allow for it, but set the clock all the same.", seconds, venue)
      : msg("This machine's clock is {0} s ahead of that of {1}. Requests allow for it, but set the clock all the same.", seconds, venue),
  ];
}

function readOnlyLine(): Message {
  return msg('Without Trade the account is read-only: everything can be seen, nothing can be changed.');
}
