import * as v from 'valibot';
import type { ExchangeError } from '../../core/errors.ts';
import { spoken, type Hide } from '../http/redact.ts';
import type { Answer } from '../http/transport.ts';
import type { Meaning } from '../kit/error-codes.ts';
import { failure, readStatus, readStranger } from '../kit/failure.ts';
import { busy, rejected, withCode } from '../refusals.ts';
import { meaningOf, venue } from './codes.ts';

/**
 * Codes are numbers, some with a sub-code such as "51008_1000"; anything else did not come from OKX and must not reach a log. Documented as
 * texts; a number is the same code.
 */
const code = v.union([
  v.pipe(v.string(), v.regex(/^\d{1,6}(?:_\d{1,6})?$/)),
  v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(999_999), v.transform(String)),
]);
/** An unreadable message takes nothing else away. */
const envelope = v.object({ code, msg: v.fallback(v.optional(v.string(), ''), ''), data: v.optional(v.unknown()) });
const item = v.object({ sCode: v.optional(code), sMsg: v.fallback(v.optional(v.string(), ''), '') });
const items = v.array(v.fallback(item, { sMsg: '' }));

/** What OKX said of a request that it did not carry out, or only in part. */
interface Said {
  /** With its sub-code. */
  readonly code: string;
  readonly text: string;
  /** The code leaves open what was done. */
  readonly doubtful: boolean;
}

/**
 * The `data` of a successful answer.
 * @throws ExchangeError for any code but "0": by the code, or without one by the HTTP status.
 */
export function open(answer: Answer, write: boolean, hide: Hide): unknown {
  const parsed = v.safeParse(envelope, parseJson(answer.text));
  if (!parsed.success)
    throw failure({ ...readStranger(venue, answer), effect: write ? 'unknown' : 'none', retryAfterMs: answer.retryAfterMs });
  const { code, msg: text, data } = parsed.output;
  if (code === '0') return data;
  throw refusal(code === '1' || code === '2' ? perItem(code, text, data) : { code, text, doubtful: false }, answer, write, hide);
}

/**
 * "1" says that all operations failed, "2" that a part did, and each item says why.
 *
 * A change is one operation. So "1" with one item means that nothing was done, and the item's code says why, with that code's certainty. If the
 * code is missing, unlisted or leaves the outcome open (such as a timeout), so does the answer: "failed" may only mean that OKX stopped waiting.
 * Anything else is no answer to one operation, and can't be trusted with money: several items, none, or one with "0" (done) within "all failed".
 * A doubtful one taken as certain could be sent twice; a certain one taken as doubtful would lock its loan just when it needs a rescue.
 */
function perItem(code: '1' | '2', text: string, data: unknown): Said {
  const parsed = v.safeParse(items, data);
  const all = parsed.success ? parsed.output : [];
  const failed = all.find(({ sCode }) => sCode !== undefined && sCode !== '0');
  if (failed?.sCode === undefined) return { code, text, doubtful: true };
  return { code: failed.sCode, text: failed.sMsg, doubtful: code === '2' || all.length !== 1 };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * A refusal of OKX's own. A change certainly had no effect only when the code is documented and says so: a code we do not know,
 * or any code that comes with the HTTP status of a server in trouble, leaves it open.
 */
function refusal({ code: full, text, doubtful }: Said, answer: Answer, write: boolean, hide: Hide): ExchangeError {
  // The sub-code distinguishes cases of one refusal; the code gives the meaning.
  const [code = full] = full.split('_');
  const { kind, sentence, ambiguous, instead } = meaningOf(code, write) ?? unknownCode(answer.status);
  return failure({
    kind,
    ...(instead === undefined ? {} : { instead }),
    code,
    effect: write && (doubtful || ambiguous === true || answer.status >= 500) ? 'unknown' : 'none',
    sentence: withCode(sentence, venue, full, spoken(text, hide)),
    retryAfterMs: answer.retryAfterMs,
  });
}

function unknownCode(status: number): Meaning {
  if (status >= 500) return { kind: 'unavailable', sentence: busy(venue), ambiguous: true };
  // For a missing endpoint the status is repeated as the code.
  const { kind, sentence } = readStatus(venue, status) ?? { kind: 'refused', sentence: rejected(venue) };
  return { kind, sentence, ambiguous: true };
}
