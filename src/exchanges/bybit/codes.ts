import type { ErrorKind } from '../../core/errors.ts';
import { msg, type Message } from '../../core/message.ts';
import { legacyCodes } from './legacy.ts';

/** What an error code of Bybit means for us: its kind and a sentence that says what to do. */
export interface Meaning {
  readonly kind: ErrorKind;
  readonly sentence: Message;
  /** The code does not tell whether a write took effect. */
  readonly ambiguous?: true;
}

const refused = (sentence: Message): Meaning => ({ kind: 'refused', sentence });
const busy: Meaning = { kind: 'unavailable', sentence: msg('Bybit is busy or under maintenance. Try again later.'), ambiguous: true };
const lost: Meaning = {
  kind: 'unavailable',
  sentence: msg('Bybit did not finish in time, so it is not known what became of the request. Refresh and look.'),
  ambiguous: true,
};
const repeated: Meaning = {
  kind: 'refused',
  // We send once. Who hears that it is a repetition has to think that something on the way repeated it and the first one arrived.
  sentence: msg('Bybit took this for a repetition of an earlier request. Refresh and look before you try again.'),
  ambiguous: true,
};
const ours = refused(msg('Bybit could not read the request. Please report this with the log.'));
const expired: Meaning = {
  kind: 'auth',
  sentence: msg(
    'This API key has expired: one that is bound to no IP address lives for 90 days, and 7 days after a change of the password. Make a new key on Bybit and run "Update Keys…".',
  ),
};
const restricted: Meaning = {
  kind: 'permission',
  sentence: msg('Bybit does not allow this for your account (identity, country or risk control). See the Bybit app.'),
};
const precision = refused(msg('The amount has more decimals than Bybit takes for this coin. Use fewer.'));
const negative = refused(msg('Bybit takes amounts above zero only. Check the amount.'));
const quota = refused(msg('The quota for loans of this coin is used up. Choose another coin or a smaller amount.'));
const poolEmpty = refused(msg('Bybit does not have enough of this coin to lend now. Try a smaller amount or later.'));
const platformCap = refused(msg('Bybit takes no more of this coin as collateral from anybody now. Use another coin, or repay.'));
const borrowing = refused(msg('Bybit refused because of the terms of a loan order. See the Bybit app.'));
const repaying = refused(msg('Bybit refused a repayment. See the Bybit app.'));
const liquidatedAtOnce = refused(msg('The position would be liquidated at once. Take out less, or add margin first.'));
const noPosition = refused(msg('Bybit has no such position. It may have been closed or liquidated. Refresh.'));
const later: Meaning = { kind: 'unavailable', sentence: msg('Bybit asks to wait a moment before the next change. Try again later.') };

/**
 * Source: https://bybit-exchange.github.io/docs/v5/error, July 2026. Decided by code; HTTP status is looked at only where there is no code.
 */
const meanings: Readonly<Record<string, Meaning>> = {
  // It is not said whether a request that expired had got anywhere, so a change is not signed anew for it.
  '-1': { kind: 'clock', sentence: msg('The request expired before Bybit worked on it. Set the clock of this machine.'), ambiguous: true },
  '429': { kind: 'rate', sentence: msg('Too many requests to Bybit. Wait a moment.') },
  '10000': lost,
  '10001': ours,
  '10002': { kind: 'clock', sentence: msg('Bybit refused the timestamp of the request. Set the clock of this machine.') },
  '10003': {
    kind: 'auth',
    sentence: msg(
      'Bybit does not know this API key here. Check the key, and that the account is on the site and the environment (live, testnet or demo) the key was made for.',
    ),
  },
  '10004': {
    kind: 'auth',
    sentence: msg('The secret does not belong to this API key. Run "Update Keys…" and paste the secret again.'),
  },
  '10005': {
    kind: 'permission',
    sentence: msg(
      'This API key may not do that. Loans need the permission SPOT – Trade, positions need Contract – Positions, and changes need a key that is not read-only. Change the key on Bybit, or use another one.',
    ),
  },
  '10006': { kind: 'rate', sentence: msg('Too many requests to Bybit. Wait a moment.') },
  '10007': { kind: 'auth', sentence: msg('Bybit did not accept this API key. Run "Update Keys…" and enter all parts again.') },
  '10008': { kind: 'permission', sentence: msg('Bybit has banned this account. See the Bybit app or ask its support.') },
  '10009': {
    kind: 'ip',
    sentence: msg('Bybit does not serve the region of this IP address. Check that the account is on the site of your region.'),
  },
  '10010': {
    kind: 'ip',
    sentence: msg("This machine's IP address is not on the list of the API key. Add it on Bybit, or connect from an address on the list."),
  },
  '10014': repeated,
  '10016': lost,
  '10017': refused(msg('Bybit has no such function at this address. Check the site of the account, or update LTV Gauge.')),
  '10024': restricted,
  '10027': restricted,
  '10028': refused(msg('Bybit offers this to unified accounts only. Upgrade the account on Bybit.')),
  '33004': expired,
  '110011': liquidatedAtOnce,
  '110012': refused(msg('The Unified Trading Account does not have that much free. Use a smaller amount, or transfer money to it first.')),
  '110014': refused(msg('The Unified Trading Account does not have that much free. Use a smaller amount, or transfer money to it first.')),
  '110015': refused(msg('Bybit allows this in isolated margin mode only. The account is in cross margin mode. Refresh.')),
  '110027': refused(msg('Bybit says that the margin is as it was. Refresh and look before you try again.')),
  '110033': noPosition,
  '110034': noPosition,
  '110046': liquidatedAtOnce,
  '110076': refused(msg('Bybit adds margin by itself in isolated margin mode only. See the Bybit app.')),
  '110077': refused(msg('Bybit does not allow this in portfolio margin mode. Refresh.')),
  '110078': refused(msg('That is more than can be taken from the margin of this position now. Use a smaller amount.')),
  '-2015': expired,
  '148001': refused(msg('Bybit does not offer this coin. Choose another coin.')),
  '148002': borrowing,
  '148003': precision,
  '148004': refused(msg('Bybit does not take this coin as collateral. Choose another coin.')),
  '148005': precision,
  '148006': platformCap,
  '148007': negative,
  '148008': negative,
  '148009': refused(msg('LTV would be beyond the line that Bybit allows. Take out less, or add other collateral first.')),
  '148010': quota,
  '148011': poolEmpty,
  '148012': refused(msg('There is too little collateral for this. Add collateral first.')),
  '148013': refused(msg('There is no loan, so its collateral cannot be changed here. Refresh.')),
  '148014': refused(msg('Bybit does not offer this coin. Choose another coin.')),
  '148015': borrowing,
  '148016': borrowing,
  '148017': precision,
  '148018': borrowing,
  '148019': busy,
  '148020': quota,
  '148021': refused(msg('Bybit is working on another change of these loans. Wait for it, then refresh.')),
  '148022': poolEmpty,
  '148023': refused(msg('Bybit has no such loan. It may have been repaid or liquidated. Refresh.')),
  '148024': borrowing,
  '148025': borrowing,
  '148026': repaying,
  '148027': refused(msg('There is no loan, so its collateral cannot be changed here. Refresh.')),
  '148028': precision,
  '148029': repaying,
  '148030': borrowing,
  '148031': refused(msg('Bybit is liquidating, and allows no changes meanwhile. Look at the loan in the Bybit app now.')),
  '148032': repaying,
  '148033': repaying,
  '148034': later,
  '148035': later,
  '148036': { kind: 'unavailable', sentence: msg('Bybit could not change the collateral. Refresh and look, then try again later.') },
  '148037': refused(msg('The funding account does not hold that much, or it is more than Bybit would release now. Use a smaller amount.')),
  '148038': repaying,
  '148039': refused(msg('Bybit was told a coin twice, or one that is no collateral. Refresh and start again.')),
  '148040': refused(msg('Bybit was told a coin twice, or one that is no collateral. Refresh and start again.')),
  '148041': repaying,
  '148042': precision,
  '148047': repaying,
  '148048': platformCap,
};

/** The documented meaning of a code; undefined for one we do not know. */
export function meaningOf(code: string): Meaning | undefined {
  const own = legacyCodes.get(code) ?? code;
  return Object.hasOwn(meanings, own) ? meanings[own] : undefined;
}

/** Every documented code, for the test that none is forgotten. */
export const knownCodes: readonly string[] = [...Object.keys(meanings), ...legacyCodes.keys()];
