import { compare, decimal, isDecimal, isZero, type Decimal } from '../core/decimal.ts';
import { msg, type Message } from '../core/message.ts';
import { trimmed } from '../words/amount-input.ts';

const least = decimal('-99');
const most = decimal('1000');

export type PercentVerdict = { readonly ok: true; readonly percent: Decimal } | { readonly ok: false; readonly sentence: Message };

/** Judges a price move as typed: -99 to 1000, not zero, exact. A sign and a percent sign may be written. */
export function judgePercent(text: string): PercentVerdict {
  const bare = text.trim().replace(/\s*%$/, '').replace(/^\+/, '');
  if (!isDecimal(bare)) return { ok: false, sentence: msg('Type a percentage such as -10 or 2.5.') };
  const percent = trimmed(bare);
  if (isZero(percent)) return { ok: false, sentence: msg('Zero moves nothing.') };
  if (compare(percent, least) < 0 || compare(percent, most) > 0) return { ok: false, sentence: msg('Between -99 and 1000, please.') };
  return { ok: true, percent };
}
