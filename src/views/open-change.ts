import { msg } from '../core/message.ts';
import type { WriteRecord } from '../engine/ledger/ledger.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import { progressText } from '../words/change.ts';
import { changeText } from '../words/kinds.ts';
import { venueName, type Scene } from '../words/account.ts';
import type { Entry } from './entry.ts';
import { targetOf } from './place.ts';

/** The line of an unfinished change. */
export function writeEntry(record: WriteRecord, place: Pick<Entry, 'id' | 'accountId'>, state: AccountState, scene: Scene): Entry {
  const what = changeText(record, state.account.simulated);
  const how = progressText(record, venueName(state, scene)) ?? '';
  return {
    ...place,
    on: targetOf(record.change),
    label: what,
    description: [how],
    icon: { id: record.state === 'unknown' ? 'question' : 'loading~spin', color: 'list.warningForeground' },
    expansion: 'leaf',
    context: 'openWrite',
    spoken: msg('{0}: {1}.', what, how),
  };
}
