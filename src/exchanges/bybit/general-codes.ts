import { msg } from '../../core/message.ts';
import { alike, notAllowed, refused, type Meaning, type Meanings } from '../meaning.ts';

const lost: Meaning = {
  kind: 'unavailable',
  sentence: msg('Bybit did not finish in time, so it is not known what became of the request. Refresh and look.'),
  ambiguous: true,
};
const expired: Meaning = {
  kind: 'auth',
  sentence: msg(
    'This API key has expired: one that is bound to no IP address lives for 90 days, and 7 days after a change of the password. Make a new key on Bybit and run "Update Keys…".',
  ),
};

/** Meanings that the loans have codes of their own for, too. */
export const shared = {
  ours: refused(msg('Bybit could not read the request. Please report this with the log.')),
  repeated: {
    kind: 'refused',
    // We send once. Who hears that it is a repetition has to think that something on the way repeated it and the first one arrived.
    sentence: msg('Bybit took this for a repetition of an earlier request. Refresh and look before you try again.'),
    ambiguous: true,
  },
  stopped: notAllowed(msg('Bybit has stopped all transactions of this account. See the Bybit app or ask its support.')),
  busy: { kind: 'unavailable', sentence: msg('Bybit is busy or under maintenance. Try again later.'), ambiguous: true },
} as const satisfies Readonly<Record<string, Meaning>>;

/** Source: https://bybit-exchange.github.io/docs/v5/error , July 2026 */
export const generalMeanings: Meanings = {
  // It is not said whether a request that expired had got anywhere, so a change is not signed anew for it.
  '-1': { kind: 'clock', sentence: msg('The request expired before Bybit worked on it. Set the clock of this machine.'), ambiguous: true },
  ...alike(['429', '10006', '10018'], { kind: 'rate', sentence: msg('Too many requests to Bybit. Wait a moment.') }),
  // 5004 is in no list; the real exchange says it with "Server Timeout".
  ...alike(['5004', '10000', '10016'], lost),
  '3400214': shared.busy,
  '10001': shared.ours,
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
  '10005': notAllowed(
    msg(
      'This API key may not do that. Loans need the permission SPOT – Trade, positions need Contract – Positions, and changes need a key that is not read-only. Change the key on Bybit, or use another one.',
    ),
  ),
  '10007': { kind: 'auth', sentence: msg('Bybit did not accept this API key. Run "Update Keys…" and enter all parts again.') },
  '10008': notAllowed(msg('Bybit has banned this account. See the Bybit app or ask its support.')),
  '10009': {
    kind: 'ip',
    sentence: msg('Bybit does not serve the region of this IP address. Check that the account is on the site of your region.'),
  },
  '10010': {
    kind: 'ip',
    sentence: msg("This machine's IP address is not on the list of the API key. Add it on Bybit, or connect from an address on the list."),
  },
  ...alike(['10014', '110030', '110072'], shared.repeated),
  // Of an order that is being replaced; it asks to look again.
  '40004': {
    kind: 'refused',
    sentence: msg('Bybit was working on something else meanwhile. Refresh and look before you try again.'),
    ambiguous: true,
  },
  '10017': refused(msg('Bybit has no such function at this address. Check the site of the account, or update LTV Gauge.')),
  '10024': notAllowed(msg('Bybit does not allow this for your account (identity, country or risk control). See the Bybit app.')),
  '10027': shared.stopped,
  ...alike(['10020', '10028'], refused(msg('Bybit offers this to unified accounts only. Upgrade the account on Bybit.'))),
  ...alike(['100028', '110067'], refused(msg('Bybit does not offer this to unified accounts. See the Bybit app.'))),
  '10029': refused(msg('Bybit does not allow this instrument here. Check that it is offered on the site of the account.')),
  '110132': notAllowed(msg('Bybit does not offer this product in your region. See the Bybit app.')),
  ...alike(
    ['110123', '110125'],
    notAllowed(msg('Bybit wants its Trading Terms to be agreed to first. Do it on Bybit where this contract is traded, then try again.')),
  ),
  ...alike(['33004', '-2015'], expired),
};
