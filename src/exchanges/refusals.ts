import { msg, type Message } from '../core/message.ts';

// Why a venue does not do something, and what the person can do: one sentence for all venues and for all codes that leave the same thing to do.
// The venue's own code and words follow the sentence and give the details.

/** With a detail for experts: an HTTP status, a system error code, a field. */
export const withDetail = (sentence: Message, detail: string): Message => msg('list.brackets', '{0} ({1})', sentence, detail);

/** With the venue's own code, and its words if any: they may give a number, such as a maximum. */
export const withCode = (sentence: Message, venue: string, code: string, words: string): Message =>
  msg('venue.code', '{0} ({1} code {2})', sentence, venue, words === '' ? code : `${code}: "${words}"`);

// The request

export const rejected = (venue: string): Message => msg('venue.rejected', '{0} rejected the request. Check the {0} app.', venue);

export const misread = (venue: string): Message => msg('venue.misread', "{0} couldn't read the request. Report this with the log.", venue);

/** Also for a request that the venue calls a repeat: we send once, so something on the way repeated it, and the first may have arrived. */
export const perhapsDone = (venue: string): Message =>
  msg('venue.perhaps-done', '{0} may have done this, or part of it, or may still do it. Refresh and check before you try again.', venue);

export const busy = (venue: string): Message =>
  msg('venue.busy', '{0} is busy, under maintenance, or has paused this. Try again later.', venue);

export const tooManyRequests = (venue: string): Message =>
  msg('venue.too-many-requests', 'Too many requests to {0}. Wait a moment.', venue);

/** @param quietMs how long nothing is sent */
export const blockedMachine = (venue: string, quietMs: number): Message =>
  msg(
    'venue.blocked-machine',
    '{0} blocked this machine for too many requests. Nothing is sent there for {1} min. If this persists, check firewall and region.',
    venue,
    Math.ceil(quietMs / 60_000).toString(),
  );

export const connectionFailed = (venue: string): Message =>
  msg('http.connection-failed', 'The connection to {0} failed. Check your network, and any proxy or firewall.', venue);

export const wrongClock = (venue: string): Message =>
  msg('venue.wrong-clock', "{0} rejected the request's time. Set this machine's clock.", venue);

/** @param offsetMs the venue's clock minus ours */
export function clockOff(offsetMs: number, venue: string): Message {
  const seconds = Math.round(-offsetMs / 1000);
  return msg(
    'clock.off',
    "This machine's clock differs from {1}'s by {0} s. Set the clock.",
    `${seconds > 0 ? '+' : ''}${seconds.toString()}`,
    venue,
  );
}

/** @param field of the answer, where one field is to blame */
export function oddAnswer(venue: string, field?: string): Message {
  const sentence = msg(
    'venue.odd-answer',
    "{0}'s answer isn't as documented, so it isn't used. Check the address, or update LTV Gauge.",
    venue,
  );
  return field === undefined ? sentence : withDetail(sentence, field);
}

/** @param what of the answer could not be read */
export const leftOut = (venue: string, what: string | Message): Message =>
  msg('venue.left-out', "Not shown, because LTV Gauge can't read it: {1}. Check the {0} app, and update LTV Gauge.", venue, what);

/** @param which how many, or their names or fields */
export const positions = (which: string): Message => msg('venue.positions', 'positions ({0})', which);

/** @param figure that the venue should have given */
export const unsaid = (venue: string, figure: Message): Message =>
  msg('venue.unsaid', "{0} doesn't report {1}, so no change is possible now. Try again later.", venue, figure);

export const heldIn = (wallet: Message, coin: string | Message): Message => msg('figure.held', 'how much {0} the {1} holds', coin, wallet);

export const pledged = (coin: string): Message => msg('figure.pledged', 'how much {0} is pledged', coin);

export const owed = (coin: string): Message => msg('figure.owed', 'how much {0} is owed', coin);

export const removable = (coin: string): Message => msg('figure.removable', 'how much {0} can be removed', coin);

export const decimals = (coin: string): Message => msg('figure.decimals', 'how many decimals an amount of {0} may have', coin);

export const margin = msg('figure.margin', 'the margin of this position');

export const noLtv = (venue: string): Message =>
  msg('venue.no-ltv', "{0} reports no LTV now, so removing collateral isn't safe. Add some, or try again later.", venue);

// The key and the account

/** @param needed the permission, by the venue's own name */
export const lacksPermission = (venue: string, needed: string | Message): Message =>
  msg('venue.lacks-permission', "This API key can't do that. It needs: {1}. Change it on {0}, or use another key.", venue, needed);

/** Doesn't say who rejected it: an HTTP status alone doesn't show that. */
export const wrongKey = msg(
  'venue.wrong-key',
  "This API key isn't accepted here. Check the key, its site and its environment (live, demo or testnet).",
);

export const invalidKey = msg(
  'venue.invalid-key',
  'This API key is incomplete or invalid. Run "Update Keys…" and enter all its parts again.',
);

export const wrongSecret = msg(
  'venue.wrong-secret',
  'The secret doesn\'t match this API key. Run "Update Keys…" and paste the secret again.',
);

export const endedKey = (venue: string): Message =>
  msg('venue.ended-key', 'This API key has expired or is frozen. Make a new one on {0}, then run "Update Keys…".', venue);

export const ipNotListed = (venue: string): Message =>
  msg('venue.ip-not-listed', "This machine's IP address isn't on the API key's list. Add it on {0}, or connect from a listed one.", venue);

export const regionNotServed = (venue: string): Message =>
  msg('venue.region-not-served', "{0} doesn't serve this IP address's region. Check that the account is on your region's site.", venue);

export const accountBlocked = (venue: string): Message =>
  msg('venue.account-blocked', '{0} has blocked or frozen this account. Check the {0} app or ask its support.', venue);

export const notForAccount = (venue: string): Message =>
  msg('venue.not-for-account', "{0} doesn't allow this for your account or region. Check the {0} app or ask its support.", venue);

export const needsIdentity = (venue: string): Message =>
  msg('venue.needs-identity', '{0} requires you to verify your identity or accept its terms. Do it in the {0} app, then try again.', venue);

export const blockedInSettings = (venue: string): Message =>
  msg('venue.blocked-in-settings', 'Your settings on {0} block this. Allow it there, then try again.', venue);

export const wrongMode = (venue: string): Message =>
  msg('venue.wrong-mode', "{0} doesn't allow this in the account's current mode. Check the mode in the {0} app.", venue);

export const notOffered = (venue: string): Message =>
  msg('venue.not-offered', "{0} doesn't offer this here. Check the account's site, or update LTV Gauge.", venue);

// The loan or position

export const noSuchLoan = (venue: string): Message =>
  msg('venue.no-such-loan', '{0} has no such loan. It may have been repaid or liquidated. Refresh.', venue);

export const noSuchPosition = (venue: string): Message =>
  msg('venue.no-such-position', '{0} has no such position. It may have been closed or liquidated. Refresh.', venue);

export const anotherPosition = msg(
  'venue.another-position',
  'This is no longer the same position: its side, mode or margin coin has changed. Refresh and check.',
);

/** It is unclear which one a change would affect. */
export const ambiguous = (venue: string): Message =>
  msg('venue.ambiguous', "{0} doesn't say which loan or position is which, so nothing was sent. Use the {0} app.", venue);

/** The request doesn't name one. */
export const unnamed = msg(
  'venue.unnamed',
  "It's unclear which loan or position is meant, so nothing was sent. Refresh, then start again.",
);

export const incompleteChange = msg(
  'change.incomplete',
  'This change is incomplete or has no amount above zero. Nothing was sent. Start again.',
);

export const pending = (venue: string): Message =>
  msg('venue.pending', '{0} is still working on an order or another change here. Wait for it or cancel it, then try again.', venue);

export const liquidating = (venue: string): Message =>
  msg('venue.liquidating', '{0} is liquidating and allows no changes. Check the {0} app now.', venue);

/** As during a liquidation, though the code doesn't say that there is one. */
export const badState = (venue: string): Message =>
  msg('venue.bad-state', '{0} allows no changes in this state, such as during liquidation. Check the {0} app now.', venue);

/** Other coins of the account still move. */
export const coinFrozen = (venue: string): Message =>
  msg(
    'venue.coin-frozen',
    '{0} has frozen this coin during a liquidation or deleveraging. Choose another coin, or check the {0} app.',
    venue,
  );

export const onlyAdding = (venue: string): Message =>
  msg('venue.only-adding', '{0} allows only adding margin here now. Add margin, or try again later.', venue);

export const coolingOff = (venue: string): Message =>
  msg('venue.cooling-off', 'A cooling-off period of this account still runs. See the {0} app for its end.', venue);

export const deleveraging = (venue: string): Message =>
  msg('venue.deleveraging', '{0} is auto-deleveraging. Check the {0} app, then try again later.', venue);

export const wouldLiquidate = msg('venue.would-liquidate', 'This would liquidate the position at once. Remove less, or add margin first.');

export const crossMargin = msg('position.cross-margin-whole', "Cross margin is shared by the whole account and can't be changed here.");

export const coinNotOwed = (coin: string): Message => msg('repay.nothing-owed', 'No {0} is owed on this loan now. Refresh.', coin);

export const borrowable = (coin: string): Message => msg('figure.borrowable', 'how much {0} can be borrowed', coin);

export const borrowElsewhere = (venue: string): Message =>
  msg('borrow.elsewhere', "You can't borrow more on this loan from here. Use the {0} app.", venue);

export const severalFixed = (venue: string, coin: string): Message =>
  msg('repay.several-fixed', '{1} is owed in several fixed loans. Repay them in the {0} app.', venue, coin);

export const nothingOwed = msg('venue.nothing-owed', 'Nothing is owed, so collateral would have no use. Refresh.');

// The coin and the amount

export const notCollateral = (venue: string): Message =>
  msg('venue.not-collateral', "{0} doesn't take this coin as collateral now. Choose another coin, or repay.", venue);

export const coinNotAllowed = (venue: string): Message =>
  msg('venue.coin-not-allowed', "{0} doesn't allow this coin here. Choose another coin.", venue);

export const coinNotPledged = msg('venue.coin-not-pledged', "This coin isn't part of the collateral. Refresh, then choose one that is.");

export const notEnough = (venue: string, wallet: Message): Message =>
  msg('venue.not-enough', "The {1} doesn't hold that much. Transfer coins to it on {0}, or use a smaller amount.", venue, wallet);

export const belowMinimum = (venue: string): Message =>
  msg('venue.below-minimum', "That's below {0}'s minimum. Use a larger amount.", venue);

export const tooLittleLeft = (venue: string): Message =>
  msg('venue.too-little-left', '{0} requires more of this collateral. Add more, or remove less so that more stays.', venue);

export const badAmount = (venue: string): Message =>
  msg('venue.bad-amount', "{0} doesn't accept this amount. Use another one, or fewer decimals.", venue);

export const tooMuch = (venue: string): Message => msg('venue.too-much', "That's more than {0} allows. Use a smaller amount.", venue);

export const tooMuchRemoved = (venue: string): Message =>
  msg(
    'venue.too-much-removed',
    "{0} doesn't allow that much at this LTV. Use a smaller amount, or add other collateral or repay first.",
    venue,
  );

export const limitReached = (venue: string): Message =>
  msg('venue.limit-reached', 'A limit or quota of {0} is used up. Use a smaller amount or try again later.', venue);
