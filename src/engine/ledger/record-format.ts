import * as v from 'valibot';
import { isDecimal, type Decimal } from '../../core/decimal.ts';
import type { Message } from '../../core/message.ts';
import type { WriteRecord } from './record.ts';

/** Raised when a line may no longer be understood by an older version of the extension. */
const format = 3;

const amount = v.custom<Decimal>((value) => typeof value === 'string' && isDecimal(value));
const text = v.pipe(v.string(), v.nonEmpty());
const time = v.pipe(v.number(), v.safeInteger());
const message: v.GenericSchema<Message> = v.lazy(() => v.object({ template: v.string(), args: v.array(v.union([v.string(), message])) }));

const loan = v.object({ loanId: text, orderId: v.exactOptional(text) });
const position = v.object({
  positionId: text,
  instrument: text,
  market: text,
  slot: text,
  side: v.picklist(['long', 'short']),
  marginCoin: text,
});
const asked = { direction: v.picklist(['add', 'reduce']), coin: text, amount };
const change = v.variant('kind', [
  v.object({ kind: v.literal('collateral'), loan, ...asked }),
  v.object({ kind: v.literal('margin'), position, ...asked }),
]);
const pledge = { newestHistoryId: v.exactOptional(v.string()), pledged: amount, ltv: v.exactOptional(amount) };
const baseline = v.variant('kind', [
  v.object({ kind: v.literal('collateral'), ...pledge }),
  v.object({
    kind: v.literal('margin'),
    newestHistoryId: v.exactOptional(v.string()),
    size: amount,
    margin: amount,
    steadyMargin: v.exactOptional(amount),
    leverage: v.exactOptional(amount),
    entryPrice: v.exactOptional(amount),
    liquidationPrice: v.exactOptional(amount),
  }),
]);
const row = v.object({ type: v.string(), coin: v.string(), amount, at: time });
const evidence = v.variant('kind', [
  v.object({ kind: v.literal('history'), id: v.string(), row: v.exactOptional(row) }),
  v.object({ kind: v.literal('position') }),
]);
const figures = v.object({
  readAt: time,
  walletAvailable: amount,
  limit: v.exactOptional(amount),
  usd: v.exactOptional(amount),
  collateralUsd: v.exactOptional(amount),
  debtUsd: v.exactOptional(amount),
  clockOffsetMs: v.exactOptional(time),
});
const answer = v.object({
  at: time,
  kind: v.picklist(['accepted', 'refused', 'lost', 'neverLeft']),
  code: v.exactOptional(v.string()),
  instead: v.exactOptional(v.array(v.picklist(['otherCoin', 'repay', 'less', 'more', 'addMargin', 'later']))),
});

const entries = {
  id: text,
  accountId: text,
  owner: v.exactOptional(text),
  venue: text,
  accountName: v.string(),
  change,
  request: v.object({ method: v.string(), path: v.string(), body: v.string() }),
  baseline,
  figures: v.exactOptional(figures),
  window: v.exactOptional(v.string()),
  answer: v.exactOptional(answer),
  reference: v.exactOptional(text),
  ltvBefore: v.exactOptional(amount),
  ltvEstimate: v.exactOptional(amount),
  liquidationBefore: v.exactOptional(amount),
  liquidationEstimate: v.exactOptional(amount),
  state: v.picklist(['planned', 'sent', 'accepted', 'effective', 'rejected', 'unknown', 'not-effective', 'mismatch']),
  plannedAt: time,
  sentAt: v.exactOptional(time),
  updatedAt: time,
  ltvAfter: v.exactOptional(amount),
  liquidationAfter: v.exactOptional(amount),
  evidence: v.exactOptional(evidence),
  note: v.exactOptional(message),
  freezeLiftedAt: v.exactOptional(time),
};
const record = v.pipe(
  v.object(entries),
  v.check((write) => write.change.kind === write.baseline.kind),
);

/** Format 1 knew changes of collateral only. Format 2 kept less of a write than format 3: what it lacks is optional. */
const first = v.object({
  ...entries,
  change: v.object({ kind: v.optional(v.literal('collateral'), 'collateral'), loan, ...asked }),
  baseline: v.object({ kind: v.optional(v.literal('collateral'), 'collateral'), ...pledge }),
  historyId: v.exactOptional(v.string()),
});

/** One line of the journal, without the line end. Only what belongs to a record is written, whatever else the object carries. */
export function toLine(write: WriteRecord): string {
  return JSON.stringify({ format, ...v.parse(record, write) });
}

/** @throws when the text is not a whole record of a format we know. */
export function fromLine(text: string): WriteRecord {
  const parsed: unknown = JSON.parse(text);
  const known = v.parse(v.object({ format: v.picklist([1, 2, format]) }), parsed);
  return v.parse(record, known.format === 1 ? fromFirst(parsed) : parsed);
}

/** Whether a line that is not understood was written by a version that knows more. */
export function isNewerLine(text: string): boolean {
  try {
    const known = v.safeParse(v.object({ format: v.pipe(v.number(), v.safeInteger()) }), JSON.parse(text));
    return known.success && known.output.format > format;
  } catch {
    return false;
  }
}

function fromFirst(parsed: unknown): unknown {
  const { historyId, ...rest } = v.parse(first, parsed);
  return historyId === undefined ? rest : { ...rest, evidence: { kind: 'history', id: historyId } };
}
