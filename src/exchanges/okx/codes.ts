import { msg } from '../../core/message.ts';
import { alike, inRanges, notAllowed, refused, type Meaning, type Meanings } from '../kit/error-codes.ts';

const wrongKey: Meaning = {
  kind: 'auth',
  sentence: msg(
    'okx.not-know-api',
    'OKX does not know this API key here. Check the key, and that the account is on the site and the environment (live or demo) the key was made for.',
  ),
};
const wrongSite: Meaning = {
  kind: 'auth',
  sentence: msg(
    'okx.api-key-belongs',
    'This API key belongs to another OKX site or environment. Add the account with the site, and live or demo, that the key was made for.',
  ),
};
const slowDown: Meaning = { kind: 'rate', sentence: msg('okx.too-many-requests', 'Too many requests to OKX. Wait a moment.') };
const lost: Meaning = {
  kind: 'unavailable',
  sentence: msg('okx.not-finish-time', 'OKX did not finish in time, so it is not known what became of the request.'),
  ambiguous: true,
};
const noRight = notAllowed(
  msg('okx.api-key-may', 'This API key may not do that. Give the key the Trade permission on OKX, or use another key.'),
);
const noReadRight = notAllowed(
  msg('okx.api-key-may-not', 'This API key may not read that. Give the key the Read permission on OKX, or use another key.'),
);
const law = notAllowed(msg('okx.not-offer-country', 'OKX does not offer this in the country or region of your account. See the OKX app.'));
const identityAgain = notAllowed(
  msg(
    'okx.wants-identity-verified',
    'OKX wants your identity to be verified anew before you may trade or move money. Do it in the OKX app, then try again.',
  ),
);
const identity = notAllowed(
  msg('okx.wants-identity-verified-first', 'OKX wants your identity to be verified first. Do it in the OKX app, then try again.'),
);
const switchedOff: Meaning = {
  kind: 'unavailable',
  sentence: msg('okx.switched-function-off', 'OKX has switched this function off for the moment. Try again later.'),
};

/** Meanings that the loans have codes of their own for, too. */
export const shared = {
  law,
  identity,
  switchedOff,
  riskControl: notAllowed(
    msg('okx.risk-control-restricts', 'The risk control of OKX restricts this account for now. See your e-mail from OKX or its app.'),
  ),
} as const;

/** Source: https://www.okx.com/docs-v5/en/#error-code-rest-api , what concerns requests like ours. */
export const generalMeanings: Meanings = {
  ...alike(
    ['50000', '50002', '50006', '50014', '50015', '50016', '50024', '50025', '50107', '50112', '50115', '51000'],
    refused(msg('okx.not-read-request', 'OKX could not read the request. Please report this with the log.')),
  ),
  '50001': {
    kind: 'unavailable',
    sentence: msg('okx.down-maintenance-try', 'OKX is down, as it is for maintenance. Try again later.'),
    ambiguous: true,
  },
  '50013': { kind: 'unavailable', sentence: msg('okx.too-busy-now', 'OKX is too busy now. Try again later.'), ambiguous: true },
  ...alike(['50004', '50026', '51054', '51149', '51412'], lost),
  ...alike(['50046', '50062'], switchedOff),
  '50064': { kind: 'unavailable', sentence: msg('okx.loan-system-not', 'The loan system of OKX is not available now. Try again later.') },
  ...alike(['50011', '50040', '50061'], slowDown),

  // Not in the documented list; seen in answers of the real exchange.
  '4088': identityAgain,
  '50007': notAllowed(msg('okx.blocked-account-see', 'OKX has blocked this account. See the OKX app or ask its support.')),
  '50009': notAllowed(
    msg('okx.frozen-account-after', 'OKX has frozen this account after it closed positions by force. See the OKX app or ask its support.'),
  ),
  '50012': notAllowed(
    msg('okx.says-state-account', 'OKX says that the state of this account is not valid. See the OKX app or ask its support.'),
  ),
  '50027': notAllowed(
    msg('okx.restricted-account-trading', 'OKX has restricted this account from trading. See the OKX app or ask its support.'),
  ),
  '50028': notAllowed(msg('okx.cannot-account-see', 'OKX cannot do that for this account. See the OKX app or ask its support.')),
  '50029': shared.riskControl,
  '50041': notAllowed(
    msg('okx.chosen-accounts-only', 'OKX does this for chosen accounts only, and this is none of them. Ask its support.'),
  ),
  ...alike(['50051', '50052', '51155', '59113', '59114'], law),
  ...alike(['50059', '50060'], identity),
  '59550': notAllowed(
    msg(
      'okx.wants-identity-verified-level',
      'OKX wants your identity to be verified at level 2 first. Do it in the OKX app, then try again.',
    ),
  ),
  '50075': notAllowed(msg('okx.not-allow-coin', 'OKX does not allow this coin in an Islamic sub-account. Use another coin or account.')),
  '51024': notAllowed(msg('okx.blocked-trading-account', 'OKX has blocked the trading account. See the OKX app or ask its support.')),
  '59519': notAllowed(
    msg(
      'okx.frozen-function-account',
      'OKX has frozen this function for your account. Its own words name the reason; see the OKX app or ask its support.',
    ),
  ),
  '50017': refused(
    msg(
      'okx.closing-position-against',
      'OKX is closing this position against others (auto-deleveraging), and has frozen it meanwhile. Refresh and look, then try again later.',
    ),
    'later',
  ),
  '50018': refused(
    msg(
      'okx.frozen-coin-while',
      'OKX has frozen this coin while it closes positions against others (auto-deleveraging). Use another coin, or try again later.',
    ),
    'otherCoin',
    'later',
  ),
  '50019': refused(
    msg(
      'okx.frozen-account-while',
      'OKX has frozen this account while it closes positions against others (auto-deleveraging). Refresh and look, then try again later.',
    ),
    'later',
  ),
  '50020': refused(
    msg('okx.liquidating-position-frozen', 'OKX is liquidating this position, and has frozen it meanwhile. Look at it in the OKX app now.'),
    'later',
  ),
  '50021': refused(
    msg(
      'okx.frozen-coin-while-liquidates',
      'OKX has frozen this coin while it liquidates. Look at the account in the OKX app now; another coin may still be moved.',
    ),
    'otherCoin',
    'later',
  ),
  '50022': refused(
    msg('okx.liquidating-frozen-account', 'OKX is liquidating, and has frozen this account meanwhile. Look at it in the OKX app now.'),
    'later',
  ),
  '50023': refused(
    msg('okx.frozen-account-over', 'OKX has frozen the account over its funding fees. Refresh and look, then try again later.'),
    'later',
  ),
  '50032': refused(
    msg('okx.account-set-make', 'This account is set on OKX to make no transactions in this coin. Allow them on OKX, or use another coin.'),
    'otherCoin',
  ),
  '50033': refused(
    msg(
      'okx.instrument-blocked-settings',
      'This instrument is blocked in the settings of the account on OKX. Allow it there, then try again.',
    ),
  ),
  '50122': refused(msg('okx.amount-below-minimum', 'The amount is below the minimum of OKX. Use a larger one.'), 'more'),

  '50005': refused(msg('okx.retired-function-update', 'OKX has retired this function. Update LTV Gauge.')),
  '50030': noRight,
  '50120': noRight,
  '50035': {
    kind: 'ip',
    sentence: msg('okx.wants-api-key', 'OKX wants this API key bound to an IP address. Bind it on OKX, then try again.'),
  },
  '50038': refused(msg('okx.not-offer-demo', 'OKX does not offer this in demo trading.')),
  // We send once. Who hears that it is a repetition has to think that something on the way repeated it and the first one arrived.
  ...alike(['50042', '50071', '51011', '51065', '51068', '59121', '59122'], {
    kind: 'refused',
    sentence: msg(
      'okx.took-repetition-earlier',
      'OKX took this for a repetition of an earlier request and did nothing. Refresh and look before you try again.',
    ),
    ambiguous: true,
  }),
  // Documented as no more than that it failed.
  '51820': {
    kind: 'refused',
    sentence: msg('okx.says-no-more', 'OKX says no more than that the request failed. Refresh and look before you try again.'),
    ambiguous: true,
  },
  '50053': refused(msg('okx.offers-demo-trading', 'OKX offers this in demo trading only.')),
  '50067': wrongSite,
  '50101': wrongSite,
  '50100': {
    kind: 'auth',
    sentence: msg('okx.frozen-api-key', 'OKX has frozen this API key. Make a new key on OKX and run "Update Keys…".'),
  },
  '50102': {
    kind: 'clock',
    sentence: msg('okx.refused-timestamp-request', 'OKX refused the timestamp of the request. Set the clock of this machine.'),
  },
  '50103': { kind: 'auth', sentence: msg('okx.api-key-missing', 'The API key is missing. Run "Update Keys…".') },
  '50104': { kind: 'auth', sentence: msg('okx.passphrase-missing-run', 'The passphrase is missing. Run "Update Keys…".') },
  '50105': {
    kind: 'auth',
    sentence: msg(
      'okx.passphrase-wrong-chosen',
      'The passphrase is wrong. It is the one chosen when the key was made, not the password of OKX. Run "Update Keys…".',
    ),
  },
  '50106': { kind: 'auth', sentence: msg('okx.signature-missing-run', 'The signature is missing. Run "Update Keys…".') },
  '50110': {
    kind: 'ip',
    sentence: msg(
      'okx.machine-ip-address',
      "This machine's IP address is not on the list of the API key. Add it on OKX, or connect from an address on the list.",
    ),
  },
  ...alike(['50111', '50114', '50119'], wrongKey),
  '50113': {
    kind: 'auth',
    sentence: msg('bybit.secret-not-belong', 'The secret does not belong to this API key. Run "Update Keys…" and paste the secret again.'),
  },
  '50121': { kind: 'ip', sentence: msg('okx.not-serve-region', 'OKX does not serve the region of this IP address.') },
  '51001': refused(msg('okx.not-know-instrument', 'OKX does not know this instrument.')),
  '51010': refused(msg('okx.not-allow-mode', 'OKX does not allow this in the mode of this account.')),
};

/** What a key lacks that may not even read. Nobody should give it the right to trade for that. */
export const noReading: Meanings = alike(['50030', '50120'], noReadRight);

/** Source: https://www.okx.com/docs-v5/en/#error-code-rest-api-finance */
export const loanMeanings: Meanings = {
  '51016': {
    kind: 'refused',
    sentence: msg('okx.already-request-id', 'OKX already has a request of this id. Refresh and look before you try again.'),
    ambiguous: true,
  },
  '51063': refused(msg('okx.no-such-loan', 'OKX has no such loan. It may have been repaid or liquidated. Refresh.')),
  '51732': notAllowed(
    msg('okx.identity-level-account', 'The identity level of this account is too low for loans. Raise it in the OKX app.'),
  ),
  '51733': shared.riskControl,
  ...alike(['51734', '51773'], shared.law),
  '51763': notAllowed(
    msg('okx.offers-higher-vip', 'OKX offers this from a higher VIP level on. See the level of the account in the OKX app.'),
  ),
  '51735': notAllowed(msg('okx.not-offer-loans', 'OKX does not offer loans to sub-accounts. Use a key of the main account.')),
  ...alike(
    ['51736', '51764'],
    refused(
      msg(
        'okx.funding-account-not',
        'The funding account does not hold that much. Transfer coins to it on OKX, use a smaller amount or another coin.',
      ),
      'less',
      'otherCoin',
      'repay',
    ),
  ),
  '51737': shared.identity,
  '51738': refused(
    msg(
      'okx.funding-account-frozen',
      'The funding account is frozen, so nothing can be moved from it or to it. See the OKX app or ask its support.',
    ),
  ),
  ...alike(['51739', '51774'], shared.switchedOff),
  // "Please retry" does not say that nothing was done, no more than 50001 does.
  '51767': {
    kind: 'unavailable',
    sentence: msg('okx.down-maintenance-try', 'OKX is down, as it is for maintenance. Try again later.'),
    ambiguous: true,
  },
  '51750': refused(
    msg('okx.borrowed-coin-cannot', 'The borrowed coin cannot be its own collateral. Choose another coin, or repay with it.'),
    'otherCoin',
    'repay',
  ),
  '51751': refused(msg('okx.coin-cannot-borrowed', 'This coin cannot be borrowed now. Choose another coin.'), 'otherCoin'),
  '51752': refused(
    msg('okx.not-take-coin', 'OKX does not take this coin as collateral. Choose another coin, or repay.'),
    'otherCoin',
    'repay',
  ),
  '51753': refused(msg('venue.coin-not-part', 'This coin is not part of the collateral. Choose one that is.'), 'otherCoin'),
  '51754': refused(msg('venue.no-debt-collateral', 'There is no debt, so collateral would have no use. Refresh.')),
  '51755': refused(
    msg('okx.restricts-coin-moment', 'OKX restricts this coin at the moment. Choose another coin, repay, or try later.'),
    'otherCoin',
    'repay',
    'later',
  ),
  // The second one names the maximum.
  ...alike(
    ['51756', '51758'],
    refused(
      msg('okx.more-release-now', 'That is more than OKX would release now. Take out less, or add other collateral or repay first.'),
      'less',
      'addMargin',
      'repay',
    ),
  ),
  '51757': refused(
    msg(
      'okx.takes-no-less',
      'OKX takes no less of a coin as collateral than its minimum. Add more of it, or take out less so that more stays.',
    ),
    'more',
    'less',
  ),
  ...alike(
    ['51765', '51766', '51768', '51769', '51770', '51771', '51772'],
    refused(
      msg('okx.quota-yours-everybody', 'A quota of OKX, yours or that of everybody, is used up. Use a smaller amount or try later.'),
      'less',
      'later',
    ),
  ),
  '51785': refused(
    msg('okx.e-mode-loan', 'An E-Mode loan takes only the collateral coin of its pair. Add that coin, or repay.'),
    'otherCoin',
    'repay',
  ),
  '51759': refused(
    msg('okx.exceeds-temporary-limit', 'This exceeds a temporary limit of OKX. Use a smaller amount or try later.'),
    'less',
    'later',
  ),
  ...alike(
    ['51760', '59521'],
    refused(
      msg('okx.not-available-while', 'Not available while the account is in the delta-neutral strategy. Change the strategy on OKX first.'),
    ),
  ),
  '51761': refused(msg('okx.refused-because-strategy', 'OKX refused because of the strategy of a sub-account. See the OKX app.')),
  '51762': {
    kind: 'refused',
    sentence: msg(
      'okx.says-redemption-already',
      'OKX says that a redemption is already partly done and cannot be stopped. Refresh and look.',
    ),
    ambiguous: true,
  },
  '51784': {
    kind: 'refused',
    sentence: msg('okx.identical-request-being', 'An identical request is being worked on. Wait for it, then refresh.'),
    ambiguous: true,
  },
};

const gone = ['51023', '51043', '59300'] as const;

/** Those that say that there is no position, or none any more. */
export const noSuchPosition: ReadonlySet<string> = new Set(gone);

/**
 * Why a margin is not changed. Source: https://www.okx.com/docs-v5/en/#error-code-rest-api , account and trade, and
 * #trading-account-rest-api-increase-decrease-margin.
 */
export const marginMeanings: Meanings = {
  '50072': refused(
    msg(
      'okx.not-allow-isolated',
      'OKX does not allow isolated margin in the mode of this account. Change the account mode on OKX, or see its app.',
    ),
  ),
  ...alike(gone, refused(msg('okx.no-such-position-may', 'OKX has no such position. It may have been closed or liquidated. Refresh.'))),
  '51040': refused(
    msg('okx.not-let-margin', 'OKX does not let the margin of a long option be changed. Close or reduce the position instead.'),
  ),
  '51022': refused(
    msg('okx.suspended-contract-allows', 'OKX has suspended this contract, and allows no change of its margin meanwhile. Try again later.'),
    'later',
  ),
  ...alike(
    ['51028', '51029', '51030'],
    refused(
      msg(
        'okx.settling-contract-funding',
        'OKX is settling this contract or its funding fee, and allows no change meanwhile. Try again in a few minutes.',
      ),
      'later',
    ),
  ),
  '54012': refused(
    msg(
      'okx.allows-only-adding',
      'OKX allows only adding margin, cancelling and post-only orders for this instrument now. Try again later.',
    ),
    'addMargin',
    'later',
  ),
  '59005': refused(
    msg('okx.manual-transfer-mode', 'In manual transfer mode the first margin must be worth more than 10,000 USDT. Use a larger amount.'),
    'more',
  ),
  '59106': refused(
    msg(
      'okx.more-margin-allows',
      'That is more margin than OKX allows for a position of this size. Its own words name the maximum; use less.',
    ),
    'less',
  ),
  '59105': refused(msg('okx.leverage-become-lower', 'The leverage would become lower than OKX allows. Add less margin.'), 'less'),
  ...alike(
    ['51127', '51131', '59200'],
    refused(
      msg('okx.trading-account-not', 'The trading account does not hold that much. Transfer coins to it on OKX, or use a smaller amount.'),
      'less',
    ),
  ),
  '59201': refused(
    msg('okx.balance-trading-account', 'The balance of the trading account is below zero. Transfer coins to it on OKX, then try again.'),
  ),
  '59301': refused(
    msg('okx.more-margin-allows-add', 'That is more margin than OKX allows to add or take out now. Use a smaller amount.'),
    'less',
  ),
  '59302': refused(
    msg(
      'okx.order-close-position',
      'An order to close this position is waiting. Cancel it on OKX or wait until it is done, then try again.',
    ),
    'later',
  ),
  '59303': refused(
    msg('okx.available-margin-not', 'The available margin is not enough. Transfer coins to the trading account, or use a smaller amount.'),
    'addMargin',
    'less',
  ),
};

/** Decided by code; HTTP status is looked at only where there is no code. */
const meanings: Meanings = { ...generalMeanings, ...loanMeanings, ...marginMeanings };

/**
 * The other codes of the documented classes General, API, Trade, Account and Finance: each says that something was refused, and none that it
 * may have been done. Those that leave it open have a meaning of their own; two that say that a part was done (51322, 59617) are left out.
 * Source: https://www.okx.com/docs-v5/en/#error-code-rest-api , as of 22 Aug 2026
 */
const isListed = inRanges(
  '50008 50010 50036 50037 50039 50044 50045 50047-50050 50055-50058 50063 50069 50076 50077 50108 50109 50116 50118 51002 51003 ' +
    '51005-51007 51009 51012 51014 51015 51017-51021 51025-51027 51031-51039 51041 51042 51044 51046-51053 51055-51059 51066 ' +
    '51069-51096 51098-51113 51115-51117 51120-51126 51128-51130 51132-51140 51142-51144 51147 51148 51150 51152-51154 51156 51158 ' +
    '51159 51162-51171 51173-51182 51185-51187 51192-51197 51201-51207 51209-51214 51220-51226 51250-51265 51267-51295 51298-51300 ' +
    '51302-51313 51317 51320 51321 51323-51333 51340-51359 51370 51380-51411 51413 51415 51416 51500 51501 51503 51505-51514 ' +
    '51521-51532 51536-51539 51543 51600-51608 51610 51611 51620 51621 51625 51720-51731 51821-51825 54000 54001 54004-54009 54011 54018 54019 ' +
    '54024-54031 54035 54036 54039-54049 54051 54070-54075 54078 54079 54092 54094 59000-59002 59004 59006 59101-59104 59107-59112 ' +
    '59117-59120 59123-59125 59132-59142 59202 59304-59317 59319 59401 59402 59410-59414 59417 59500-59510 59512 59515-59518 59520 ' +
    '59522-59529 59601 59603 59604 59606 59608-59616 59618 59619 59622 59623 59648-59652 59658-59662 59664-59666 59668-59676 59678 ' +
    '59679 59683 59684 59686 59689 59691-59693',
);

const listed = refused(
  msg('okx.refused-request-words', 'OKX refused the request. Its own words say why: see the OKX app, or use other values.'),
);

/**
 * The documented meaning of a code, as an answer to a change or to a question; undefined for one we do not know. What OKX documents as a
 * refusal, of orders and other things that are never asked for here, needs no sentence of its own: OKX's follows.
 */
export function meaningOf(code: string, write = true): Meaning | undefined {
  if (!write && Object.hasOwn(noReading, code)) return noReading[code];
  if (Object.hasOwn(meanings, code)) return meanings[code];
  return isListed(code) ? listed : undefined;
}

/** Every code with a meaning of its own, for the test that none is forgotten. */
export const knownCodes: readonly string[] = Object.keys(meanings);
