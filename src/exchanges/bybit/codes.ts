import { msg } from '../../core/message.ts';
import { alike, inRanges, notAllowed, refused, type Meaning, type Meanings } from '../kit/error-codes.ts';

const lost: Meaning = {
  kind: 'unavailable',
  sentence: msg('bybit.not-finish-time', 'Bybit did not finish in time, so it is not known what became of the request. Refresh and look.'),
  ambiguous: true,
};
const expired: Meaning = {
  kind: 'auth',
  sentence: msg(
    'bybit.api-key-expired',
    'This API key has expired: one that is bound to no IP address lives for 90 days, and 7 days after a change of the password. Make a new key on Bybit and run "Update Keys…".',
  ),
};

/** Meanings that the loans have codes of their own for, too. */
export const shared = {
  ours: refused(msg('bybit.not-read-request', 'Bybit could not read the request. Please report this with the log.')),
  repeated: {
    kind: 'refused',
    // We send once. Who hears that it is a repetition has to think that something on the way repeated it and the first one arrived.
    sentence: msg(
      'bybit.took-repetition-earlier',
      'Bybit took this for a repetition of an earlier request. Refresh and look before you try again.',
    ),
    ambiguous: true,
  },
  stopped: notAllowed(
    msg('bybit.stopped-all-transactions', 'Bybit has stopped all transactions of this account. See the Bybit app or ask its support.'),
  ),
  busy: {
    kind: 'unavailable',
    sentence: msg('bybit.busy-under-maintenance', 'Bybit is busy or under maintenance. Try again later.'),
    ambiguous: true,
  },
} as const satisfies Readonly<Record<string, Meaning>>;

/** Source: https://bybit-exchange.github.io/docs/v5/error , July 2026 */
export const generalMeanings: Meanings = {
  // It is not said whether a request that expired had got anywhere, so a change is not signed anew for it.
  '-1': {
    kind: 'clock',
    sentence: msg('bybit.request-expired-before', 'The request expired before Bybit worked on it. Set the clock of this machine.'),
    ambiguous: true,
  },
  ...alike(['429', '10006', '10018'], {
    kind: 'rate',
    sentence: msg('bybit.too-many-requests', 'Too many requests to Bybit. Wait a moment.'),
  }),
  // 5004 is in no list; the real exchange says it with "Server Timeout".
  ...alike(['5004', '10000', '10016'], lost),
  '3400214': shared.busy,
  '10001': shared.ours,
  '10002': {
    kind: 'clock',
    sentence: msg('bybit.refused-timestamp-request', 'Bybit refused the timestamp of the request. Set the clock of this machine.'),
  },
  '10003': {
    kind: 'auth',
    sentence: msg(
      'bybit.not-know-api',
      'Bybit does not know this API key here. Check the key, and that the account is on the site and the environment (live, testnet or demo) the key was made for.',
    ),
  },
  '10004': {
    kind: 'auth',
    sentence: msg('bybit.secret-not-belong', 'The secret does not belong to this API key. Run "Update Keys…" and paste the secret again.'),
  },
  '10005': notAllowed(
    msg(
      'bybit.api-key-may-not',
      'This API key may not do that. Loans need the permission SPOT – Trade, positions need Contract – Positions, and changes need a key that is not read-only. Change the key on Bybit, or use another one.',
    ),
  ),
  '10007': {
    kind: 'auth',
    sentence: msg('bybit.not-accept-api', 'Bybit did not accept this API key. Run "Update Keys…" and enter all parts again.'),
  },
  '10008': notAllowed(msg('bybit.banned-account-see', 'Bybit has banned this account. See the Bybit app or ask its support.')),
  '10009': {
    kind: 'ip',
    sentence: msg(
      'bybit.not-serve-region',
      'Bybit does not serve the region of this IP address. Check that the account is on the site of your region.',
    ),
  },
  '10010': {
    kind: 'ip',
    sentence: msg(
      'bybit.machine-ip-address',
      "This machine's IP address is not on the list of the API key. Add it on Bybit, or connect from an address on the list.",
    ),
  },
  ...alike(['10014', '110030', '110072'], shared.repeated),
  // Of an order that is being replaced; it asks to look again.
  '40004': {
    kind: 'refused',
    sentence: msg('bybit.working-something-else', 'Bybit was working on something else meanwhile. Refresh and look before you try again.'),
    ambiguous: true,
  },
  '10017': refused(
    msg('bybit.no-such-function', 'Bybit has no such function at this address. Check the site of the account, or update LTV Gauge.'),
  ),
  '10024': notAllowed(
    msg('bybit.not-allow-account', 'Bybit does not allow this for your account (identity, country or risk control). See the Bybit app.'),
  ),
  '10027': shared.stopped,
  ...alike(
    ['10020', '10028'],
    refused(msg('bybit.offers-unified-accounts', 'Bybit offers this to unified accounts only. Upgrade the account on Bybit.')),
  ),
  ...alike(
    ['100028', '110067'],
    refused(msg('bybit.not-offer-unified', 'Bybit does not offer this to unified accounts. See the Bybit app.')),
  ),
  '10029': refused(
    msg('bybit.not-allow-instrument', 'Bybit does not allow this instrument here. Check that it is offered on the site of the account.'),
  ),
  '110132': notAllowed(msg('bybit.not-offer-product', 'Bybit does not offer this product in your region. See the Bybit app.')),
  ...alike(
    ['110123', '110125'],
    notAllowed(
      msg(
        'bybit.wants-trading-terms',
        'Bybit wants its Trading Terms to be agreed to first. Do it on Bybit where this contract is traded, then try again.',
      ),
    ),
  ),
  ...alike(['33004', '-2015'], expired),
};

const borrowing = refused(msg('bybit.refused-because-terms', 'Bybit refused because of the terms of a loan order. See the Bybit app.'));
const repaying = refused(msg('bybit.refused-repayment-see', 'Bybit refused a repayment. See the Bybit app.'));

/** Meanings that both generations of loans have a code for. */
export const ofLoans = {
  borrowing,
  repaying,
  precision: refused(msg('bybit.amount-more-decimals', 'The amount has more decimals than Bybit takes for this coin. Use fewer.')),
  lendsTooLittle: refused(
    msg('bybit.less-lends-coin', 'That is less than Bybit lends of this coin at least. Use a larger amount.'),
    'more',
  ),
  quota: refused(
    msg('bybit.quota-loans-coin', 'The quota for loans of this coin is used up. Choose another coin or a smaller amount.'),
    'otherCoin',
    'less',
  ),
  poolEmpty: refused(
    msg('bybit.not-enough-coin', 'Bybit does not have enough of this coin to lend now. Try a smaller amount or later.'),
    'less',
    'later',
  ),
  platformCap: refused(
    msg('bybit.takes-no-more', 'Bybit takes no more of this coin as collateral from anybody now. Use another coin, or repay.'),
    'otherCoin',
    'repay',
  ),
  notTaken: refused(
    msg('bybit.not-take-coin', 'Bybit does not take this coin as collateral. Choose another coin, or repay.'),
    'otherCoin',
    'repay',
  ),
  notOffered: refused(msg('bybit.not-offer-coin', 'Bybit does not offer this coin. Choose another coin.'), 'otherCoin'),
  beyondLine: refused(
    msg('bybit.ltv-beyond-line', 'LTV would be beyond the line that Bybit allows. Take out less, or add other collateral or repay first.'),
    'less',
    'addMargin',
    'repay',
  ),
  tooSmall: refused(
    msg('bybit.takes-no-less', 'Bybit takes no less collateral than its minimum. Add more of it, or take out less so that more stays.'),
    'more',
    'less',
  ),
  noLoan: refused(msg('bybit.no-such-loan', 'Bybit has no such loan. It may have been repaid or liquidated. Refresh.')),
} as const satisfies Readonly<Record<string, Meaning>>;

/** Source: https://bybit-exchange.github.io/docs/v5/error , crypto loan. */
export const loanMeanings: Meanings = {
  ...alike(['148001', '148014'], ofLoans.notOffered),
  '148002': ofLoans.lendsTooLittle,
  ...alike(['148003', '148005', '148017', '148028', '148042'], ofLoans.precision),
  '148004': ofLoans.notTaken,
  ...alike(['148006', '148048'], ofLoans.platformCap),
  ...alike(['148007', '148008'], refused(msg('bybit.takes-amounts-above', 'Bybit takes amounts above zero only. Check the amount.'))),
  '148009': ofLoans.beyondLine,
  ...alike(['148010', '148020'], ofLoans.quota),
  ...alike(['148011', '148022'], ofLoans.poolEmpty),
  '148012': ofLoans.tooSmall,
  ...alike(
    ['148013', '148027'],
    refused(msg('bybit.no-loan-collateral', 'There is no loan, so its collateral cannot be changed here. Refresh.')),
  ),
  ...alike(['148015', '148016', '148018', '148024', '148025', '148030'], borrowing),
  '148019': shared.busy,
  '148021': refused(
    msg('bybit.working-another-change', 'Bybit is working on another change of these loans. Wait for it, then refresh.'),
    'later',
  ),
  '148023': ofLoans.noLoan,
  ...alike(['148026', '148029', '148032', '148033', '148038', '148041', '148047'], repaying),
  '148031': refused(
    msg('bybit.liquidating-allows-no', 'Bybit is liquidating, and allows no changes meanwhile. Look at the loan in the Bybit app now.'),
    'later',
  ),
  // No more is documented than to wait and try again: not that nothing was done, no more than of 148019 and 148036.
  ...alike(['148034', '148035'], {
    kind: 'unavailable',
    sentence: msg('bybit.asks-wait-moment', 'Bybit asks to wait a moment before the next change. Refresh and look, then try again later.'),
    ambiguous: true,
  }),
  // Documented as a failure that may be retried, not as one that did nothing: reading has to tell.
  '148036': {
    kind: 'unavailable',
    sentence: msg('bybit.not-change-collateral', 'Bybit could not change the collateral. Refresh and look, then try again later.'),
    ambiguous: true,
  },
  '148037': refused(
    msg(
      'bybit.funding-account-not',
      'The funding account does not hold that much, or it is more than Bybit would release now. Use a smaller amount.',
    ),
    'less',
    'otherCoin',
    'repay',
  ),
  ...alike(
    ['148039', '148040'],
    refused(msg('bybit.told-coin-twice', 'Bybit was told a coin twice, or one that is no collateral. Refresh and start again.')),
  ),
};

/** What error codes of the old loans mean. Source: https://bybit-exchange.github.io/docs/v5/error */
export const legacyMeanings: Meanings = {
  '177002': shared.busy,
  ...alike(['177003', '177019'], shared.ours),
  '177004': ofLoans.precision,
  '177005': ofLoans.noLoan,
  ...alike(
    ['177006', '177011'],
    refused(
      msg(
        'bybit.funding-account-not-hold',
        'The funding account does not hold that much. Transfer coins to it on Bybit, or use a smaller amount, or repay.',
      ),
      'less',
      'repay',
    ),
  ),
  '177007': refused(msg('bybit.more-lends-coin', 'That is more than Bybit lends of this coin at most. Use a smaller amount.'), 'less'),
  '177008': shared.stopped,
  '177009': ofLoans.lendsTooLittle,
  ...alike(['177010', '177021'], ofLoans.repaying),
  '177012': ofLoans.poolEmpty,
  '177013': ofLoans.beyondLine,
  '177014': ofLoans.quota,
  '177015': ofLoans.platformCap,
  '177016': ofLoans.tooSmall,
  '177017': ofLoans.notTaken,
  '177018': shared.repeated,
  '177020': ofLoans.notOffered,
};

/** Why a margin is not changed. Source: https://bybit-exchange.github.io/docs/v5/error , unified account. */
export const positionMeanings: Meanings = {
  '110005': refused(
    msg(
      'bybit.allows-no-change',
      'Bybit allows no change in the state this position is in, as while it liquidates. Look at it in the Bybit app now.',
    ),
    'later',
  ),
  ...alike(
    ['110011', '110039', '110046'],
    refused(
      msg('bybit.position-liquidated-once', 'The position would be liquidated at once. Take out less, or add margin first.'),
      'less',
      'addMargin',
    ),
  ),
  ...alike(
    ['110004', '110006', '110007', '110012', '110014', '110044', '110045'],
    refused(
      msg(
        'bybit.unified-trading-account',
        'The Unified Trading Account does not have that much free. Use a smaller amount, or transfer money to it first.',
      ),
      'less',
    ),
  ),
  '110015': refused(
    msg('bybit.allows-isolated-margin', 'Bybit allows this in isolated margin mode only. The account is in cross margin mode. Refresh.'),
  ),
  '110027': refused(msg('bybit.says-margin-refresh', 'Bybit says that the margin is as it was. Refresh and look before you try again.')),
  ...alike(
    ['110033', '110034'],
    refused(msg('bybit.no-such-position', 'Bybit has no such position. It may have been closed or liquidated. Refresh.')),
  ),
  '110035': refused(
    msg(
      'bybit.cancelling-orders-liquidate',
      'Bybit is cancelling orders to liquidate, and allows no change meanwhile. Look at the position in the Bybit app now.',
    ),
    'later',
  ),
  '110042': refused(
    msg(
      'bybit.about-deliver-contract',
      'Bybit is about to deliver this contract, and lets positions only be reduced meanwhile. See the Bybit app.',
    ),
  ),
  '110050': refused(msg('bybit.not-know-coin', 'Bybit does not know this coin here. Refresh and choose again.'), 'otherCoin'),
  '110074': refused(
    msg('bybit.contract-not-traded', 'This contract is not traded on Bybit now. Refresh and look, or see the Bybit app.'),
    'later',
  ),
  '110080': refused(
    msg(
      'bybit.institutional-loan-account',
      'The institutional loan of this account has reached its liquidation line, and Bybit is liquidating. Look at it in the Bybit app now.',
    ),
  ),
  '110124': refused(
    msg(
      'bybit.cooling-off-period',
      'A cooling-off period that was set on this account still runs. See in the Bybit app until when, and try again then.',
    ),
    'later',
  ),
  '110063': refused(
    msg('bybit.settling-contract-allows', 'Bybit is settling this contract, and allows no change meanwhile. Try again later.'),
    'later',
  ),
  '110066': refused(msg('bybit.allows-no-trading', 'Bybit allows no trading now, and so no change of margin. Try again later.'), 'later'),
  '110076': refused(msg('bybit.adds-margin-itself', 'Bybit adds margin by itself in isolated margin mode only. See the Bybit app.')),
  '110077': refused(msg('bybit.not-allow-portfolio', 'Bybit does not allow this in portfolio margin mode. Refresh.')),
  '110078': refused(
    msg('bybit.more-taken-margin', 'That is more than can be taken from the margin of this position now. Use a smaller amount.'),
    'less',
  ),
  '110079': refused(
    msg(
      'bybit.working-order-position',
      'Bybit is working on an order of this position, such as one that closes it. Wait until it is done or cancel it, then try again.',
    ),
    'later',
  ),
};

/** Decided by code; HTTP status is looked at only where there is no code. */
const meanings: Meanings = { ...generalMeanings, ...positionMeanings, ...loanMeanings, ...legacyMeanings };

/**
 * The other codes of the documented table of the unified account: each says that something was refused, and none that it may have been done.
 * Those that leave it open have a meaning of their own. Source: https://bybit-exchange.github.io/docs/v5/error , as of 24 Jul 2026
 */
const isListed = inRanges(
  '30035 30133-30136 30208 30209 30228 30256 34040 110001 110003 110008-110010 110013 110016-110026 110028 110029 110031 110032 ' +
    '110036-110038 110040 110041 110043 110047-110049 110051-110062 110064 110065 110068-110071 110073 110075 110082 110083 ' +
    '110085-110090 110092-110121 110131 110135-110137 170346 170360 181017 182011 182100-182103 182108 182110-182112 500010 500011 ' +
    '3100181 3100197 3100326 3200316 3200317 3200320 3200403 3200419 3200425 3200641 3400052-3400054 3400071 3400139 3400208-3400213 ' +
    '3401010',
);

const listed = refused(
  msg('bybit.refused-request-words', 'Bybit refused the request. Its own words say why: see the Bybit app, or use other values.'),
);

/**
 * The documented meaning of a code; undefined for one we do not know. What Bybit documents as a refusal, of orders and other things that are
 * never asked for here, needs no sentence of its own: Bybit's follows.
 */
export function meaningOf(code: string): Meaning | undefined {
  if (Object.hasOwn(meanings, code)) return meanings[code];
  return isListed(code) ? listed : undefined;
}

/** Every code with a meaning of its own, for the test that none is forgotten. */
export const knownCodes: readonly string[] = Object.keys(meanings);
