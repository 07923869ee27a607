import * as v from 'valibot';
import { isDecimal, type Decimal } from '../core/decimal.ts';
import type { Message } from '../core/message.ts';
import type { WriteRecord } from './record.ts';

/** Raised when a line may no longer be understood by an older version of the extension. */
const format = 1;

const amount = v.custom<Decimal>((value) => typeof value === 'string' && isDecimal(value));
const text = v.pipe(v.string(), v.nonEmpty());
const time = v.pipe(v.number(), v.safeInteger());
const message: v.GenericSchema<Message> = v.lazy(() => v.object({ template: v.string(), args: v.array(v.union([v.string(), message])) }));

const record = v.object({
  id: text,
  accountId: text,
  venue: text,
  accountName: v.string(),
  change: v.object({
    kind: v.optional(v.literal('collateral'), 'collateral'),
    loan: v.object({ loanId: text, orderId: v.exactOptional(text) }),
    direction: v.picklist(['add', 'reduce']),
    coin: text,
    amount,
  }),
  request: v.object({ method: v.string(), path: v.string(), body: v.string() }),
  baseline: v.object({
    kind: v.optional(v.literal('collateral'), 'collateral'),
    newestHistoryId: v.exactOptional(v.string()),
    pledged: amount,
    ltv: v.exactOptional(amount),
  }),
  ltvBefore: v.exactOptional(amount),
  ltvEstimate: v.exactOptional(amount),
  state: v.picklist(['planned', 'sent', 'accepted', 'effective', 'rejected', 'unknown', 'not-effective', 'mismatch']),
  plannedAt: time,
  sentAt: v.exactOptional(time),
  updatedAt: time,
  ltvAfter: v.exactOptional(amount),
  historyId: v.exactOptional(v.string()),
  note: v.exactOptional(message),
  freezeLiftedAt: v.exactOptional(time),
});
const line = v.object({ format: v.literal(format), ...record.entries });

/** One line of the journal, without the line end. Only what belongs to a record is written, whatever else the object carries. */
export function toLine(write: WriteRecord): string {
  return JSON.stringify({ format, ...v.parse(record, write) });
}

/** @throws when the text is not a whole record of a format we know. */
export function fromLine(text: string): WriteRecord {
  const parsed = v.parse(line, JSON.parse(text));
  return v.parse(record, parsed);
}
