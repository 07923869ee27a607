import { msg, type Message } from '../../core/message.ts';
import { alike, inRanges, notAllowed, refused, type Meaning, type Meanings } from '../kit/error-codes.ts';
import * as why from '../refusals.ts';

export const venue = 'Bybit';
export const fundingAccount = msg('term.funding-account', 'funding account');
export const unifiedAccount = msg('bybit.unified-trading-account', 'Unified Trading Account');
export const loanPermission = msg('bybit.loan-permission', 'SPOT – Trade (loans)');
export const positionPermission = msg('bybit.position-permission', 'Contract – Positions (positions)');
/** What a key needs for changes. */
export const writable = (permission: Message): Message => msg('bybit.writable', '{0}; not read-only for changes', permission);

const misread = refused(why.misread(venue));
const busy: Meaning = { kind: 'unavailable', sentence: why.busy(venue), ambiguous: true };
const perhapsDone: Meaning = { kind: 'refused', sentence: why.perhapsDone(venue), ambiguous: true };
const accountBlocked = notAllowed(why.accountBlocked(venue));
const rejected = refused(why.rejected(venue));
const belowMinimum = refused(why.belowMinimum(venue), 'more');
const badAmount = refused(why.badAmount(venue));
const noSuchLoan = refused(why.noSuchLoan(venue));
const notCollateral = refused(why.notCollateral(venue), 'otherCoin', 'repay');
const coinNotAllowed = refused(why.coinNotAllowed(venue), 'otherCoin');
const tooMuchRemoved = refused(why.tooMuchRemoved(venue), 'less', 'addMargin', 'repay');
const tooLittleLeft = refused(why.tooLittleLeft(venue), 'more', 'less');
const quotaUsed = refused(why.limitReached(venue), 'otherCoin', 'less');
const poolEmpty = refused(why.limitReached(venue), 'less', 'later');
const moreThanOwed = refused(why.tooMuch(venue), 'less');
const paused = refused(why.busy(venue), 'later');
const liquidating = refused(why.liquidating(venue), 'later');

/** Source: https://bybit-exchange.github.io/docs/v5/error , July 2026 */
const generalMeanings: Meanings = {
  // An expired request may still have arrived, so a change is not signed again for it.
  '-1': {
    kind: 'clock',
    sentence: msg(
      'bybit.expired',
      "The request reached Bybit too late, or this machine's clock is wrong. Refresh and check before you try again.",
    ),
    ambiguous: true,
  },
  ...alike(['429', '10006', '10018'], { kind: 'rate', sentence: why.tooManyRequests(venue) }),
  // 5004 is undocumented; the real exchange sends it with "Server Timeout".
  ...alike(['5004', '10000', '10016'], { kind: 'unavailable', sentence: why.perhapsDone(venue), ambiguous: true }),
  '3400214': busy,
  '10001': misread,
  '10002': { kind: 'clock', sentence: why.wrongClock(venue) },
  '10003': { kind: 'auth', sentence: why.wrongKey },
  '10004': { kind: 'auth', sentence: why.wrongSecret },
  '10005': notAllowed(why.lacksPermission(venue, writable(msg('list.comma', '{0}, {1}', loanPermission, positionPermission)))),
  '10007': { kind: 'auth', sentence: why.invalidKey },
  ...alike(['10008', '10027'], accountBlocked),
  '10009': { kind: 'ip', sentence: why.regionNotServed(venue) },
  '10010': { kind: 'ip', sentence: why.ipNotListed(venue) },
  // 40004 is sent for an order that is being replaced, and asks to check again.
  ...alike(['10014', '40004', '110030', '110072'], perhapsDone),
  ...alike(['10017', '10029'], refused(why.notOffered(venue))),
  '10024': notAllowed(why.notForAccount(venue)),
  ...alike(['10020', '10028', '100028', '110067'], refused(why.wrongMode(venue))),
  '110132': notAllowed(why.notForAccount(venue)),
  ...alike(['110123', '110125'], notAllowed(why.needsIdentity(venue))),
  ...alike(['33004', '-2015'], { kind: 'auth', sentence: why.endedKey(venue) }),
};

/** Source: https://bybit-exchange.github.io/docs/v5/error , crypto loan. */
const loanMeanings: Meanings = {
  ...alike(['148001', '148014'], coinNotAllowed),
  '148002': belowMinimum,
  ...alike(['148003', '148005', '148007', '148008', '148017', '148028', '148042'], badAmount),
  ...alike(['148004', '148006', '148048'], notCollateral),
  '148009': tooMuchRemoved,
  ...alike(['148010', '148020'], quotaUsed),
  ...alike(['148011', '148022'], poolEmpty),
  '148012': tooLittleLeft,
  ...alike(['148013', '148023', '148027'], noSuchLoan),
  // Errors of fixed loans, which we never request, and of repaying with collateral.
  ...alike(['148015', '148016', '148018', '148024', '148025', '148030', '148047'], rejected),
  ...alike(['148026', '148032', '148033'], rejected),
  '148029': refused(why.notEnough(venue, fundingAccount), 'less'),
  '148038': moreThanOwed,
  // Of ours, if a copy of the request arrived twice.
  '148041': perhapsDone,
  '148019': busy,
  '148021': refused(why.pending(venue), 'later'),
  '148031': liquidating,
  // Documented as "try again later", which doesn't mean that nothing was done: only reading shows it.
  ...alike(['148034', '148035', '148036'], { kind: 'unavailable', sentence: why.perhapsDone(venue), ambiguous: true }),
  // Also sent when more is taken than Bybit releases.
  '148037': refused(why.tooMuch(venue), 'less', 'otherCoin', 'repay'),
  '148039': misread,
  '148040': coinNotAllowed,
};

/** What error codes of the old loans mean. Source: https://bybit-exchange.github.io/docs/v5/error */
const legacyMeanings: Meanings = {
  '177002': busy,
  ...alike(['177003', '177019'], misread),
  '177004': badAmount,
  '177005': noSuchLoan,
  ...alike(['177006', '177011'], refused(why.notEnough(venue, fundingAccount), 'less', 'repay')),
  '177007': refused(why.tooMuch(venue), 'less'),
  '177008': accountBlocked,
  '177009': belowMinimum,
  '177010': moreThanOwed,
  '177021': rejected,
  '177012': poolEmpty,
  '177013': tooMuchRemoved,
  '177014': quotaUsed,
  ...alike(['177015', '177017'], notCollateral),
  '177016': tooLittleLeft,
  '177018': perhapsDone,
  '177020': coinNotAllowed,
};

/** Why a margin is not changed. Source: https://bybit-exchange.github.io/docs/v5/error , unified account. */
const positionMeanings: Meanings = {
  '110005': refused(why.badState(venue), 'later'),
  ...alike(['110011', '110039', '110046'], refused(why.wouldLiquidate, 'less', 'addMargin')),
  ...alike(['110004', '110006', '110007', '110012', '110014', '110044', '110045'], refused(why.notEnough(venue, unifiedAccount), 'less')),
  ...alike(['110015', '110076', '110077'], refused(why.wrongMode(venue))),
  // Before delivery, positions may only be reduced.
  ...alike(['110027', '110042'], rejected),
  ...alike(['110033', '110034'], refused(why.noSuchPosition(venue))),
  '110035': liquidating,
  '110050': coinNotAllowed,
  '110080': refused(why.liquidating(venue)),
  ...alike(['110063', '110066', '110074'], paused),
  '110124': refused(why.coolingOff(venue), 'later'),
  '110078': refused(why.tooMuch(venue), 'less'),
  '110079': refused(why.pending(venue), 'later'),
};

/** By code; the HTTP status counts only without one. */
const meanings: Meanings = { ...generalMeanings, ...positionMeanings, ...loanMeanings, ...legacyMeanings };

/**
 * The other codes of the documented table of the unified account: each says that something was refused, none that it may have been done. Those
 * that leave it open have a meaning of their own. Source: https://bybit-exchange.github.io/docs/v5/error , as of 24 Jul 2026
 */
const isListed = inRanges(
  '30035 30133-30136 30208 30209 30228 30256 34040 110001 110003 110008-110010 110013 110016-110026 110028 110029 110031 110032 ' +
    '110036-110038 110040 110041 110043 110047-110049 110051-110062 110064 110065 110068-110071 110073 110075 110082 110083 ' +
    '110085-110090 110092-110121 110131 110135-110137 170346 170360 181017 182011 182100-182103 182108 182110-182112 500010 500011 ' +
    '3100181 3100197 3100326 3200316 3200317 3200320 3200403 3200419 3200425 3200641 3400052-3400054 3400071 3400139 3400208-3400213 ' +
    '3401010',
);

/**
 * The documented meaning of a code; undefined for one we do not know. Documented refusals of things we never request, such as orders, need no
 * sentence of their own: Bybit's is appended.
 */
export function meaningOf(code: string): Meaning | undefined {
  if (Object.hasOwn(meanings, code)) return meanings[code];
  return isListed(code) ? rejected : undefined;
}

/** Every code with a meaning of its own, for the test that none is forgotten. */
export const knownCodes: readonly string[] = Object.keys(meanings);
