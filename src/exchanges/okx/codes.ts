import type { ErrorKind } from '../../core/errors.ts';
import { msg, type Message } from '../../core/message.ts';

/** What an error code of OKX means for us: its kind and a sentence that says what to do. */
export interface Meaning {
  readonly kind: ErrorKind;
  readonly sentence: Message;
  /** The code does not tell whether a write took effect. */
  readonly ambiguous?: true;
}

const wrongKey = msg(
  'OKX does not know this API key here. Check the key, and that the account is on the site and the environment (live or demo) the key was made for.',
);
const wrongSite = msg(
  'This API key belongs to another OKX site or environment. Add the account with the site, and live or demo, that the key was made for.',
);
const clock = msg('OKX refused the timestamp of the request. Set the clock of this machine.');
const ours = msg('OKX could not read the request. Please report this with the log.');
const frozenPart = msg(
  'OKX has frozen this position, coin or account for now, as it does while it liquidates or deleverages. Refresh and look, or see the OKX app.',
);
const frozen = msg('OKX has blocked or frozen this account. See the OKX app or ask its support.');
const restricted = msg('OKX does not allow this for your account (identity, country or risk control). See the OKX app.');
const slowDown = msg('Too many requests to OKX. Wait a moment.');
const busy = msg('OKX is busy or under maintenance. Try again later.');
const lost = msg('OKX did not finish in time, so it is not known what became of the request.');
const noRight = msg('This API key may not do that. Give the key the Trade permission on OKX, or use another key.');
const noReadRight = msg('This API key may not read that. Give the key the Read permission on OKX, or use another key.');
const noPosition = msg('OKX has no such position. It may have been closed or liquidated. Refresh.');
const poor = msg('The trading account does not hold that much. Transfer coins to it on OKX, or use a smaller amount.');
const tooMuch = msg('That is more than OKX would release now. Take out less, or add other collateral first.');
const noOrder = msg('OKX has no such loan. It may have been repaid or liquidated. Refresh.');
const strategy = msg('Not available while the account is in the delta-neutral strategy. Change the strategy on OKX first.');

/**
 * Sources: https://www.okx.com/docs-v5/en/#error-code-rest-api (general), #error-code-rest-api-finance (loans) and
 * those that the change of margin names, #trading-account-rest-api-increase-decrease-margin.
 * Decided by code; HTTP status is looked at only where there is no code.
 */
const meanings: Readonly<Record<string, Meaning>> = {
  '50000': { kind: 'refused', sentence: ours },
  '50001': { kind: 'unavailable', sentence: busy, ambiguous: true },
  '50002': { kind: 'refused', sentence: ours },
  '50004': { kind: 'unavailable', sentence: lost, ambiguous: true },
  '50005': { kind: 'refused', sentence: msg('OKX has retired this function. Update LTV Gauge.') },
  '50006': { kind: 'refused', sentence: ours },
  '50007': { kind: 'permission', sentence: frozen },
  '50009': { kind: 'permission', sentence: frozen },
  '50011': { kind: 'rate', sentence: slowDown },
  '50013': { kind: 'unavailable', sentence: busy, ambiguous: true },
  '50014': { kind: 'refused', sentence: ours },
  '50015': { kind: 'refused', sentence: ours },
  '50016': { kind: 'refused', sentence: ours },
  '50017': { kind: 'permission', sentence: frozenPart },
  '50018': { kind: 'permission', sentence: frozenPart },
  '50019': { kind: 'permission', sentence: frozenPart },
  '50020': { kind: 'permission', sentence: frozenPart },
  '50021': { kind: 'permission', sentence: frozenPart },
  '50022': { kind: 'permission', sentence: frozenPart },
  '50023': { kind: 'permission', sentence: frozenPart },
  '50026': { kind: 'unavailable', sentence: lost, ambiguous: true },
  '50027': { kind: 'permission', sentence: restricted },
  '50029': { kind: 'permission', sentence: restricted },
  '50030': { kind: 'permission', sentence: noRight },
  '50035': { kind: 'ip', sentence: msg('OKX wants this API key bound to an IP address. Bind it on OKX, then try again.') },
  '50038': { kind: 'refused', sentence: msg('OKX does not offer this in demo trading.') },
  // We send once. Who hears that it is a repetition has to think that something on the way repeated it and the first one arrived.
  '50042': {
    kind: 'refused',
    sentence: msg('OKX took this for a repetition of an earlier request and did nothing. Refresh and look before you try again.'),
    ambiguous: true,
  },
  '50053': { kind: 'refused', sentence: msg('OKX offers this in demo trading only.') },
  '50061': { kind: 'rate', sentence: slowDown },
  '50067': { kind: 'auth', sentence: wrongSite },
  '50072': {
    kind: 'refused',
    sentence: msg('OKX does not allow isolated margin in the mode of this account. Change the account mode on OKX, or see its app.'),
  },
  '50100': { kind: 'auth', sentence: msg('OKX has frozen this API key. Make a new key on OKX and run "Update Keys…".') },
  '50101': { kind: 'auth', sentence: wrongSite },
  '50102': { kind: 'clock', sentence: clock },
  '50103': { kind: 'auth', sentence: msg('The API key is missing. Run "Update Keys…".') },
  '50104': { kind: 'auth', sentence: msg('The passphrase is missing. Run "Update Keys…".') },
  '50105': {
    kind: 'auth',
    sentence: msg('The passphrase is wrong. It is the one chosen when the key was made, not the password of OKX. Run "Update Keys…".'),
  },
  '50106': { kind: 'auth', sentence: msg('The signature is missing. Run "Update Keys…".') },
  '50107': { kind: 'refused', sentence: ours },
  '50110': {
    kind: 'ip',
    sentence: msg("This machine's IP address is not on the list of the API key. Add it on OKX, or connect from an address on the list."),
  },
  '50111': { kind: 'auth', sentence: wrongKey },
  '50112': { kind: 'refused', sentence: ours },
  '50113': { kind: 'auth', sentence: msg('The secret does not belong to this API key. Run "Update Keys…" and paste the secret again.') },
  '50114': { kind: 'auth', sentence: wrongKey },
  '50115': { kind: 'refused', sentence: ours },
  '50119': { kind: 'auth', sentence: wrongKey },
  '50120': { kind: 'permission', sentence: noRight },
  '50121': { kind: 'ip', sentence: msg('OKX does not serve the region of this IP address.') },
  '51000': { kind: 'refused', sentence: ours },
  '51001': { kind: 'refused', sentence: msg('OKX does not know this instrument.') },
  '51010': { kind: 'refused', sentence: msg('OKX does not allow this in the mode of this account.') },
  '51016': {
    kind: 'refused',
    sentence: msg('OKX already has a request of this id. Refresh and look before you try again.'),
    ambiguous: true,
  },
  '51023': { kind: 'refused', sentence: noPosition },
  '51040': {
    kind: 'refused',
    sentence: msg('OKX does not let the margin of a long option be changed. Close or reduce the position instead.'),
  },
  '51043': { kind: 'refused', sentence: noPosition },
  '51054': { kind: 'unavailable', sentence: lost, ambiguous: true },
  '51063': { kind: 'refused', sentence: noOrder },
  '51732': { kind: 'permission', sentence: restricted },
  '51733': { kind: 'permission', sentence: restricted },
  '51734': { kind: 'permission', sentence: restricted },
  '51735': { kind: 'permission', sentence: msg('OKX does not offer loans to sub-accounts. Use a key of the main account.') },
  '51736': {
    kind: 'refused',
    sentence: msg('The funding account does not hold that much. Transfer coins to it on OKX, or use a smaller amount.'),
  },
  '51737': { kind: 'permission', sentence: restricted },
  '51738': { kind: 'refused', sentence: msg('The funding account is frozen. See the OKX app or ask its support.') },
  '51739': { kind: 'unavailable', sentence: busy },
  '51750': { kind: 'refused', sentence: msg('The borrowed coin cannot be its own collateral. Choose another coin.') },
  '51751': { kind: 'refused', sentence: msg('This coin cannot be borrowed now. Choose another coin.') },
  '51752': { kind: 'refused', sentence: msg('OKX does not take this coin as collateral. Choose another coin.') },
  '51753': { kind: 'refused', sentence: msg('This coin is not part of the collateral. Choose one that is.') },
  '51754': { kind: 'refused', sentence: msg('There is no debt, so collateral would have no use. Refresh.') },
  '51755': { kind: 'refused', sentence: msg('OKX restricts this coin at the moment. Choose another coin.') },
  '51756': { kind: 'refused', sentence: tooMuch },
  '51757': { kind: 'refused', sentence: msg('Less than the allowed minimum of this coin would stay as collateral. Take out less.') },
  '51758': { kind: 'refused', sentence: tooMuch },
  '51759': { kind: 'refused', sentence: msg('This exceeds a temporary limit of OKX. Use a smaller amount or try later.') },
  '51760': { kind: 'refused', sentence: strategy },
  '51761': { kind: 'refused', sentence: msg('OKX refused because of the strategy of a sub-account. See the OKX app.') },
  '51762': {
    kind: 'refused',
    sentence: msg('OKX says that a redemption is already partly done and cannot be stopped. Refresh and look.'),
    ambiguous: true,
  },
  '51784': {
    kind: 'refused',
    sentence: msg('An identical request is being worked on. Wait for it, then refresh.'),
    ambiguous: true,
  },
  '54012': {
    kind: 'refused',
    sentence: msg('OKX allows only adding margin, cancelling and post-only orders for this instrument now. Try again later.'),
  },
  '59005': {
    kind: 'refused',
    sentence: msg('In manual transfer mode the first margin must be worth more than 10,000 USDT. Use a larger amount.'),
  },
  '59105': {
    kind: 'refused',
    sentence: msg('The leverage would become lower than OKX allows. Add less margin.'),
  },
  '59200': { kind: 'refused', sentence: poor },
  '59201': {
    kind: 'refused',
    sentence: msg('The balance of the trading account is below zero. Transfer coins to it on OKX, then try again.'),
  },
  '59300': { kind: 'refused', sentence: noPosition },
  '59301': { kind: 'refused', sentence: msg('That is more margin than OKX allows to add or take out now. Use a smaller amount.') },
  '59302': {
    kind: 'refused',
    sentence: msg('An order to close this position is waiting. Wait until it is done, or cancel it on OKX, then try again.'),
  },
  '59303': {
    kind: 'refused',
    sentence: msg('The available margin is not enough. Transfer coins to the trading account, or use a smaller amount.'),
  },
  '59521': { kind: 'refused', sentence: strategy },
};

/** 51720 to 51731 refuse to subscribe to or redeem from earn products; they are not expected on loans. */
const earn: Meaning = { kind: 'refused', sentence: msg('OKX refused the request.') };

/** Those that say that there is no position, or none any more. */
export const noSuchPosition: ReadonlySet<string> = new Set(['51023', '51043', '59300']);

/** What a key lacks that may not even read. Nobody should give it the right to trade for that. */
const noReading: Readonly<Record<string, Meaning>> = {
  '50030': { kind: 'permission', sentence: noReadRight },
  '50120': { kind: 'permission', sentence: noReadRight },
};

/** The documented meaning of a code, as an answer to a change or to a question; undefined for one we do not know. */
export function meaningOf(code: string, write = true): Meaning | undefined {
  if (!write && Object.hasOwn(noReading, code)) return noReading[code];
  if (/^517(2\d|3[01])$/.test(code)) return earn;
  return Object.hasOwn(meanings, code) ? meanings[code] : undefined;
}

/** Every documented code, for the test that none is forgotten. */
export const knownCodes: readonly string[] = Object.keys(meanings);
