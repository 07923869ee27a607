import { msg, type Message } from '../core/message.ts';
import type { WriteRecord } from '../engine/ledger/record.ts';
import type { Change } from '../exchanges/exchange.ts';
import { wordsOf, type ReadingOf } from './kinds.ts';
import type { Text } from './text.ts';

/** What reading says now about the loan or position of an open write. */
export type Reading = ReadingOf<Change['kind']>;

/** Both readings side by side, for a person who has to judge what became of a write. The reading is of the kind of the write. */
export function resolveLines(record: WriteRecord, reading: Reading, timeOf: (at: number) => string): readonly Text[] {
  const { method, path, body } = record.request;
  const words = wordsOf(record.change);
  return [
    stateLine(record),
    msg('Sent at {0}: {1} {2} {3}', timeOf(record.sentAt ?? record.plannedAt), method, path, body),
    ...(record.note === undefined ? [] : [record.note]),
    words.before(record),
    ...('failure' in reading ? [msg('Now: could not be read. {0}', reading.failure)] : words.comparison(record, reading, timeOf)),
  ];
}

function stateLine({ state }: WriteRecord): Message {
  switch (state) {
    case 'planned':
    case 'sent':
      return msg('State: sent; no answer was recorded.');
    case 'accepted':
      return msg('State: accepted by the exchange, not proven to be done.');
    case 'unknown':
      return msg('State: unknown. The answer was lost or does not say.');
    case 'mismatch':
      return msg('State: the exchange did something else than was asked. Changes on this account are frozen.');
    case 'effective':
      return msg('State: done.');
    case 'rejected':
      return msg('State: refused by the exchange.');
    case 'not-effective':
      return msg('State: not done.');
  }
}
