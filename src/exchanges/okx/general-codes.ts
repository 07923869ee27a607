import { msg } from '../../core/message.ts';
import { alike, notAllowed, refused, type Meaning, type Meanings } from '../meaning.ts';

const wrongKey: Meaning = {
  kind: 'auth',
  sentence: msg(
    'OKX does not know this API key here. Check the key, and that the account is on the site and the environment (live or demo) the key was made for.',
  ),
};
const wrongSite: Meaning = {
  kind: 'auth',
  sentence: msg(
    'This API key belongs to another OKX site or environment. Add the account with the site, and live or demo, that the key was made for.',
  ),
};
const slowDown: Meaning = { kind: 'rate', sentence: msg('Too many requests to OKX. Wait a moment.') };
const lost: Meaning = {
  kind: 'unavailable',
  sentence: msg('OKX did not finish in time, so it is not known what became of the request.'),
  ambiguous: true,
};
const noRight = notAllowed(msg('This API key may not do that. Give the key the Trade permission on OKX, or use another key.'));
const noReadRight = notAllowed(msg('This API key may not read that. Give the key the Read permission on OKX, or use another key.'));
const law = notAllowed(msg('OKX does not offer this in the country or region of your account. See the OKX app.'));
const identityAgain = notAllowed(
  msg('OKX wants your identity to be verified anew before you may trade or move money. Do it in the OKX app, then try again.'),
);
const identity = notAllowed(msg('OKX wants your identity to be verified first. Do it in the OKX app, then try again.'));
const switchedOff: Meaning = { kind: 'unavailable', sentence: msg('OKX has switched this function off for the moment. Try again later.') };

/** Meanings that the loans have codes of their own for, too. */
export const shared = {
  law,
  identity,
  switchedOff,
  riskControl: notAllowed(msg('The risk control of OKX restricts this account for now. See your e-mail from OKX or its app.')),
} as const;

/** Source: https://www.okx.com/docs-v5/en/#error-code-rest-api , what concerns requests like ours. */
export const generalMeanings: Meanings = {
  ...alike(
    ['50000', '50002', '50006', '50014', '50015', '50016', '50024', '50025', '50107', '50112', '50115', '51000'],
    refused(msg('OKX could not read the request. Please report this with the log.')),
  ),
  '50001': { kind: 'unavailable', sentence: msg('OKX is down, as it is for maintenance. Try again later.'), ambiguous: true },
  '50013': { kind: 'unavailable', sentence: msg('OKX is too busy now. Try again later.'), ambiguous: true },
  ...alike(['50004', '50026', '51054', '51149', '51412'], lost),
  ...alike(['50046', '50062'], switchedOff),
  '50064': { kind: 'unavailable', sentence: msg('The loan system of OKX is not available now. Try again later.') },
  ...alike(['50011', '50040', '50061'], slowDown),

  // Not in the documented list; seen in answers of the real exchange.
  '4088': identityAgain,
  '50007': notAllowed(msg('OKX has blocked this account. See the OKX app or ask its support.')),
  '50009': notAllowed(msg('OKX has frozen this account after it closed positions by force. See the OKX app or ask its support.')),
  '50012': notAllowed(msg('OKX says that the state of this account is not valid. See the OKX app or ask its support.')),
  '50027': notAllowed(msg('OKX has restricted this account from trading. See the OKX app or ask its support.')),
  '50028': notAllowed(msg('OKX cannot do that for this account. See the OKX app or ask its support.')),
  '50029': shared.riskControl,
  '50041': notAllowed(msg('OKX does this for chosen accounts only, and this is none of them. Ask its support.')),
  ...alike(['50051', '50052', '51155', '59113', '59114'], law),
  ...alike(['50059', '50060'], identity),
  '59550': notAllowed(msg('OKX wants your identity to be verified at level 2 first. Do it in the OKX app, then try again.')),
  '50075': notAllowed(msg('OKX does not allow this coin in an Islamic sub-account. Use another coin or account.')),
  '51024': notAllowed(msg('OKX has blocked the trading account. See the OKX app or ask its support.')),
  '59519': notAllowed(
    msg('OKX has frozen this function for your account. Its own words name the reason; see the OKX app or ask its support.'),
  ),
  '50017': refused(
    msg(
      'OKX is closing this position against others (auto-deleveraging), and has frozen it meanwhile. Refresh and look, then try again later.',
    ),
    'later',
  ),
  '50018': refused(
    msg('OKX has frozen this coin while it closes positions against others (auto-deleveraging). Use another coin, or try again later.'),
    'otherCoin',
    'later',
  ),
  '50019': refused(
    msg(
      'OKX has frozen this account while it closes positions against others (auto-deleveraging). Refresh and look, then try again later.',
    ),
    'later',
  ),
  '50020': refused(msg('OKX is liquidating this position, and has frozen it meanwhile. Look at it in the OKX app now.'), 'later'),
  '50021': refused(
    msg('OKX has frozen this coin while it liquidates. Look at the account in the OKX app now; another coin may still be moved.'),
    'otherCoin',
    'later',
  ),
  '50022': refused(msg('OKX is liquidating, and has frozen this account meanwhile. Look at it in the OKX app now.'), 'later'),
  '50023': refused(msg('OKX has frozen the account over its funding fees. Refresh and look, then try again later.'), 'later'),
  '50032': refused(
    msg('This account is set on OKX to make no transactions in this coin. Allow them on OKX, or use another coin.'),
    'otherCoin',
  ),
  '50033': refused(msg('This instrument is blocked in the settings of the account on OKX. Allow it there, then try again.')),
  '50122': refused(msg('The amount is below the minimum of OKX. Use a larger one.'), 'more'),

  '50005': refused(msg('OKX has retired this function. Update LTV Gauge.')),
  '50030': noRight,
  '50120': noRight,
  '50035': { kind: 'ip', sentence: msg('OKX wants this API key bound to an IP address. Bind it on OKX, then try again.') },
  '50038': refused(msg('OKX does not offer this in demo trading.')),
  // We send once. Who hears that it is a repetition has to think that something on the way repeated it and the first one arrived.
  ...alike(['50042', '50071', '51011', '51065', '51068', '59121', '59122'], {
    kind: 'refused',
    sentence: msg('OKX took this for a repetition of an earlier request and did nothing. Refresh and look before you try again.'),
    ambiguous: true,
  }),
  // Documented as no more than that it failed.
  '51820': {
    kind: 'refused',
    sentence: msg('OKX says no more than that the request failed. Refresh and look before you try again.'),
    ambiguous: true,
  },
  '50053': refused(msg('OKX offers this in demo trading only.')),
  '50067': wrongSite,
  '50101': wrongSite,
  '50100': { kind: 'auth', sentence: msg('OKX has frozen this API key. Make a new key on OKX and run "Update Keys…".') },
  '50102': { kind: 'clock', sentence: msg('OKX refused the timestamp of the request. Set the clock of this machine.') },
  '50103': { kind: 'auth', sentence: msg('The API key is missing. Run "Update Keys…".') },
  '50104': { kind: 'auth', sentence: msg('The passphrase is missing. Run "Update Keys…".') },
  '50105': {
    kind: 'auth',
    sentence: msg('The passphrase is wrong. It is the one chosen when the key was made, not the password of OKX. Run "Update Keys…".'),
  },
  '50106': { kind: 'auth', sentence: msg('The signature is missing. Run "Update Keys…".') },
  '50110': {
    kind: 'ip',
    sentence: msg("This machine's IP address is not on the list of the API key. Add it on OKX, or connect from an address on the list."),
  },
  ...alike(['50111', '50114', '50119'], wrongKey),
  '50113': { kind: 'auth', sentence: msg('The secret does not belong to this API key. Run "Update Keys…" and paste the secret again.') },
  '50121': { kind: 'ip', sentence: msg('OKX does not serve the region of this IP address.') },
  '51001': refused(msg('OKX does not know this instrument.')),
  '51010': refused(msg('OKX does not allow this in the mode of this account.')),
};

/** What a key lacks that may not even read. Nobody should give it the right to trade for that. */
export const noReading: Meanings = alike(['50030', '50120'], noReadRight);
