import { msg } from '../../core/message.ts';
import { alike, inRanges, notAllowed, refused, type Meaning, type Meanings } from '../kit/error-codes.ts';
import * as why from '../refusals.ts';

export const venue = 'OKX';
export const fundingAccount = msg('term.funding-account', 'funding account');
export const tradingAccount = msg('okx.trading-account', 'trading account');

const busy: Meaning = { kind: 'unavailable', sentence: why.busy(venue), ambiguous: true };
const paused: Meaning = { kind: 'unavailable', sentence: why.busy(venue) };
const perhapsDone: Meaning = { kind: 'refused', sentence: why.perhapsDone(venue), ambiguous: true };
const wrongSite: Meaning = {
  kind: 'auth',
  sentence: msg('okx.wrong-site', 'This API key belongs to another OKX site or environment (live or demo). Add the account there.'),
};
const invalidKey: Meaning = { kind: 'auth', sentence: why.invalidKey };
const ipNotListed: Meaning = { kind: 'ip', sentence: why.ipNotListed(venue) };
const needsIdentity = notAllowed(why.needsIdentity(venue));
const accountBlocked = notAllowed(why.accountBlocked(venue));
const notForAccount = notAllowed(why.notForAccount(venue));
const liquidating = refused(why.liquidating(venue), 'later');
const deleveraging = refused(why.deleveraging(venue), 'later');
const notCollateral = refused(why.notCollateral(venue), 'otherCoin', 'repay');

/** Source: https://www.okx.com/docs-v5/en/#error-code-rest-api , what concerns requests like ours. */
const generalMeanings: Meanings = {
  ...alike(
    ['50000', '50002', '50006', '50014', '50015', '50016', '50024', '50025', '50107', '50112', '50115', '51000'],
    refused(why.misread(venue)),
  ),
  ...alike(['50001', '50013'], busy),
  ...alike(['50004', '50026', '51054', '51149', '51412'], { kind: 'unavailable', sentence: why.perhapsDone(venue), ambiguous: true }),
  ...alike(['50046', '50062', '50064'], paused),
  ...alike(['50011', '50040', '50061'], { kind: 'rate', sentence: why.tooManyRequests(venue) }),

  // 4088 is not in the documented list; the real exchange answers with it.
  ...alike(['4088', '50059', '50060', '59550'], needsIdentity),
  ...alike(['50007', '50009', '50027', '51024', '59519'], accountBlocked),
  ...alike(['50012', '50028', '50029', '50041'], notForAccount),
  ...alike(['50051', '50052', '51155', '59113', '59114'], notForAccount),
  '50075': notAllowed(why.coinNotAllowed(venue)),
  ...alike(['50017', '50019'], deleveraging),
  '50018': refused(why.coinFrozen(venue), 'otherCoin', 'later'),
  ...alike(['50020', '50022'], liquidating),
  '50021': refused(why.coinFrozen(venue), 'otherCoin', 'later'),
  '50023': refused(why.busy(venue), 'later'),
  '50032': refused(why.blockedInSettings(venue), 'otherCoin'),
  '50033': refused(why.blockedInSettings(venue)),
  '50122': refused(why.belowMinimum(venue), 'more'),

  ...alike(['50005', '50038', '50053', '51001'], refused(why.notOffered(venue))),
  ...alike(['50030', '50120'], notAllowed(why.lacksPermission(venue, 'Trade'))),
  // 51820 is documented only as "failed".
  ...alike(['50042', '50071', '51011', '51065', '51068', '51820', '59121', '59122'], perhapsDone),
  ...alike(['50067', '50101'], wrongSite),
  '50100': { kind: 'auth', sentence: why.endedKey(venue) },
  '50102': { kind: 'clock', sentence: why.wrongClock(venue) },
  ...alike(['50103', '50104', '50106'], invalidKey),
  '50105': {
    kind: 'auth',
    sentence: msg('okx.wrong-passphrase', 'The passphrase is wrong. Use the one chosen for this API key, not your OKX password.'),
  },
  '50035': {
    kind: 'ip',
    sentence: msg('okx.unbound-key', 'OKX requires a key that is bound to an IP address for this. Bind the key on OKX, then try again.'),
  },
  '50110': ipNotListed,
  ...alike(['50111', '50114', '50119'], { kind: 'auth', sentence: why.wrongKey }),
  '50113': { kind: 'auth', sentence: why.wrongSecret },
  '50121': { kind: 'ip', sentence: why.regionNotServed(venue) },
  '51010': refused(why.wrongMode(venue)),
};

/** The permission that a key needs to read: Read, not Trade. */
const noReading: Meanings = alike(['50030', '50120'], notAllowed(why.lacksPermission(venue, 'Read')));

/** Source: https://www.okx.com/docs-v5/en/#error-code-rest-api-finance */
const loanMeanings: Meanings = {
  '51063': refused(why.noSuchLoan(venue)),
  ...alike(['51732', '51737'], needsIdentity),
  ...alike(['51733', '51763'], notForAccount),
  ...alike(['51734', '51773'], notForAccount),
  '51735': notAllowed(msg('okx.no-sub-account-loans', "OKX doesn't offer loans to sub-accounts. Use a main-account key.")),
  ...alike(['51736', '51764'], refused(why.notEnough(venue, fundingAccount), 'less', 'otherCoin', 'repay')),
  '51738': refused(why.accountBlocked(venue)),
  ...alike(['51739', '51774'], paused),
  // Like 50001, "please retry" doesn't mean that nothing was done.
  '51767': busy,
  ...alike(['51750', '51752', '51785'], notCollateral),
  '51751': refused(why.coinNotAllowed(venue), 'otherCoin'),
  '51753': refused(why.coinNotPledged, 'otherCoin'),
  '51754': refused(why.nothingOwed),
  '51755': refused(why.notCollateral(venue), 'otherCoin', 'repay', 'later'),
  // OKX's own words for 51758 name the maximum.
  ...alike(['51756', '51758'], refused(why.tooMuchRemoved(venue), 'less', 'addMargin', 'repay')),
  '51757': refused(why.tooLittleLeft(venue), 'more', 'less'),
  ...alike(['51759', '51765', '51766', '51768', '51769', '51770', '51771', '51772'], refused(why.limitReached(venue), 'less', 'later')),
  ...alike(['51760', '59521'], refused(why.wrongMode(venue))),
  '51761': refused(why.rejected(venue)),
  ...alike(['51016', '51762', '51784'], perhapsDone),
};

const gone = ['51023', '51043', '59300'] as const;

/** The codes for no position, or no longer one. */
export const noSuchPosition: ReadonlySet<string> = new Set(gone);

export const fixedMargin = msg('okx.fixed-margin', "LTV Gauge can't change the margin of options or event contracts. Check the OKX app.");

/**
 * Why a margin is not changed. Source: https://www.okx.com/docs-v5/en/#error-code-rest-api , account and trade, and
 * #trading-account-rest-api-increase-decrease-margin.
 */
const marginMeanings: Meanings = {
  '50072': refused(why.wrongMode(venue)),
  ...alike(gone, refused(why.noSuchPosition(venue))),
  '51040': refused(fixedMargin),
  '51022': refused(why.busy(venue), 'later'),
  ...alike(['51028', '51029', '51030'], refused(why.busy(venue), 'later')),
  '54012': refused(why.onlyAdding(venue), 'addMargin', 'later'),
  '59005': refused(
    msg('okx.first-margin', 'In manual transfer mode the first margin must exceed 10,000 USDT. Use a larger amount.'),
    'more',
  ),
  ...alike(['59105', '59106', '59301'], refused(why.tooMuch(venue), 'less')),
  ...alike(['51127', '51131', '59200'], refused(why.notEnough(venue, tradingAccount), 'less')),
  '59201': refused(
    msg('okx.negative-balance', 'The balance of your trading account is negative. Transfer coins to it on OKX, then try again.'),
  ),
  '59302': refused(why.pending(venue), 'later'),
  '59303': refused(why.notEnough(venue, tradingAccount), 'addMargin', 'less'),
};

/** By code; the HTTP status counts only without one. */
const meanings: Meanings = { ...generalMeanings, ...loanMeanings, ...marginMeanings };

/**
 * The other codes of the documented classes General, API, Trade, Account and Finance: each says that something was refused, none that it may have
 * been done. Those that leave it open have a meaning of their own; two for "partly done" (51322, 59617) are left out. Source:
 * https://www.okx.com/docs-v5/en/#error-code-rest-api , as of 22 Aug 2026
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

const listed = refused(why.rejected(venue));

/**
 * The documented meaning of a code, as an answer to a change or to a question; undefined for one we do not know. Documented refusals of things we
 * never request, such as orders, need no sentence of their own: OKX's is appended.
 */
export function meaningOf(code: string, write = true): Meaning | undefined {
  if (!write && Object.hasOwn(noReading, code)) return noReading[code];
  if (Object.hasOwn(meanings, code)) return meanings[code];
  return isListed(code) ? listed : undefined;
}

/** Every code with a meaning of its own, for the test that none is forgotten. */
export const knownCodes: readonly string[] = Object.keys(meanings);
