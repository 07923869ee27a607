import * as v from 'valibot';
import { isTime } from '../../core/clock.ts';
import { fieldsIn } from '../../core/json.ts';
import { isMessage, type Message } from '../../core/message.ts';
import { storedAmount, storedText, type ChangeKind, type Kinds } from './change-kind.ts';
import { kinds } from './kinds/kinds.ts';
import type { WriteRecord } from './record.ts';

/** Raised when a line may no longer be understood by an older version of the extension. A kind that came later has its own, higher one. */
const format = 3;

const time = v.custom<number>(isTime);
const message = v.custom<Message>(isMessage);
const row = v.object({ type: v.string(), coin: v.string(), amount: storedAmount, at: time });
const evidence = v.variant('kind', [
  v.object({ kind: v.literal('history'), id: v.string(), row: v.exactOptional(row) }),
  v.object({ kind: v.literal('position') }),
]);
const figures = v.object({
  readAt: time,
  walletAvailable: storedAmount,
  limit: v.exactOptional(storedAmount),
  sold: v.exactOptional(storedAmount),
  usd: v.exactOptional(storedAmount),
  collateralUsd: v.exactOptional(storedAmount),
  debtUsd: v.exactOptional(storedAmount),
  clockOffsetMs: v.exactOptional(v.pipe(v.number(), v.safeInteger())),
});
const answer = v.object({
  at: time,
  kind: v.picklist(['accepted', 'refused', 'lost', 'neverLeft']),
  code: v.exactOptional(v.string()),
  instead: v.exactOptional(v.array(v.picklist(['otherCoin', 'repay', 'less', 'more', 'addMargin', 'later']))),
});

/** Format 1 knew changes of collateral only. Format 2 kept less of a write than format 3: what it lacks is optional. */
const collateralOnly = v.looseObject({ kind: v.optional(v.literal('collateral'), 'collateral') });
const first = v.looseObject({ change: collateralOnly, baseline: collateralOnly, historyId: v.exactOptional(v.string()) });

/** One write as one line of the journal, without the line end, and back. */
export interface RecordFormat {
  /** Only what belongs to a record is written, whatever else the object carries. */
  readonly toLine: (write: WriteRecord) => string;
  /** @throws when the text is not a whole record of a format and a kind of change that we know. */
  readonly fromLine: (text: string) => WriteRecord;
}

const named = v.object({ kind: v.string() });

/** The format of a journal that knows these kinds of change. */
export function formatWith(known: Kinds): RecordFormat {
  const schemaFor = (input: unknown): ChangeKind['schema'] | undefined => (v.is(named, input) ? known.get(input.kind)?.schema : undefined);
  const record = v.pipe(
    v.object({
      id: storedText,
      accountId: storedText,
      owner: v.exactOptional(storedText),
      venue: storedText,
      accountName: v.string(),
      change: v.lazy((input) => schemaFor(input)?.change ?? v.never()),
      request: v.object({ method: v.string(), path: v.string(), body: v.string() }),
      baseline: v.lazy((input) => schemaFor(input)?.baseline ?? v.never()),
      figures: v.exactOptional(figures),
      window: v.exactOptional(v.string()),
      answer: v.exactOptional(answer),
      again: v.exactOptional(v.object({ at: time, answer: v.exactOptional(answer) })),
      reference: v.exactOptional(storedText),
      ltvBefore: v.exactOptional(storedAmount),
      ltvEstimate: v.exactOptional(storedAmount),
      liquidationBefore: v.exactOptional(storedAmount),
      liquidationEstimate: v.exactOptional(storedAmount),
      state: v.picklist(['planned', 'sent', 'accepted', 'effective', 'rejected', 'unknown', 'not-effective', 'mismatch']),
      plannedAt: time,
      sentAt: v.exactOptional(time),
      updatedAt: time,
      ltvAfter: v.exactOptional(storedAmount),
      liquidationAfter: v.exactOptional(storedAmount),
      evidence: v.exactOptional(evidence),
      note: v.exactOptional(message),
      freezeLiftedAt: v.exactOptional(time),
    }),
    v.check((write) => write.change.kind === write.baseline.kind),
  );
  return {
    toLine: (write) => JSON.stringify({ format: formatOf(known, write), ...v.parse(record, write) }),
    fromLine(text) {
      const parsed: unknown = JSON.parse(text);
      const { format: found } = v.parse(v.object({ format: v.picklist([1, 2, formatOf(known, parsed)]) }), parsed);
      return v.parse(record, found === 1 ? fromFirst(parsed) : parsed);
    },
  };
}

/** The format of the lines of a kind. */
function formatOf(known: Kinds, write: unknown): number {
  const { success, output } = v.safeParse(v.object({ change: named }), write);
  return (success ? known.get(output.change.kind)?.schema.since : undefined) ?? format;
}

export const { toLine, fromLine } = formatWith(kinds);

/** Whether a line that is not understood was written by a version that knows more. */
export function isNewerLine(text: string): boolean {
  const parsed = fieldsIn(text);
  const { format: found } = parsed;
  return Number.isSafeInteger(found) && Number(found) > formatOf(kinds, parsed);
}

function fromFirst(parsed: unknown): unknown {
  const { historyId, ...rest } = v.parse(first, parsed);
  return historyId === undefined ? rest : { ...rest, evidence: { kind: 'history', id: historyId } };
}
