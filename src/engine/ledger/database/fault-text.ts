import { msg, type Message } from '../../../core/message.ts';
import { isDamage, type Damage, type Trouble } from '../../storage/trouble.ts';
import { unavailableLog } from '../refusal.ts';

/** What exactly is wrong, for a person who had the activity log verified. @param file the ledger's */
export function findingOf(damage: Damage, file: string): Message {
  switch (damage.kind) {
    case 'corrupt':
      return msg('ledger.file-damaged', '{0} is damaged.', file);
    case 'notOurs':
      return msg('ledger.file-not-ours', '{0} is not an activity log.', file);
    case 'gone':
      return msg('ledger.file-gone', '{0} is gone. It held {1} rows.', file, damage.expected.toString());
    case 'shorter':
      return msg(
        'ledger.rows-missing',
        '{0} has {1} of {2} rows: the rest is missing, or an older copy was put back.',
        file,
        damage.rows.toString(),
        damage.expected.toString(),
      );
    case 'replaced':
      return msg('ledger.file-replaced', '{0} is not the activity log written last.', file);
    case 'altered':
      return msg('ledger.row-altered', 'Row {0} was altered.', damage.row.toString());
    case 'misplaced':
      return msg('ledger.row-misplaced', 'Row {0} does not follow the row before it.', damage.row.toString());
    case 'missing':
      return msg('ledger.row-missing', 'Row {0} is missing.', damage.row.toString());
    case 'unreadable':
      return msg('ledger.row-unreadable', "Row {0} can't be read.", damage.row.toString());
    case 'held':
      return msg('ledger.contradicts-itself', 'It contradicts itself about which change is unfinished on {0}.', damage.target);
  }
}

/** Why nothing can be recorded or read, and what to do. Paths and technical details come last. */
export function sentenceOf(trouble: Trouble, file: string): Message {
  if (isDamage(trouble)) return unreliable(findingOf(trouble, file));
  switch (trouble.kind) {
    case 'noSqlite':
      return msg('ledger.editor-too-old', 'This editor is too old to send changes. Reading still works. Update the editor.');
    case 'newer':
      return msg('ledger.newer-version', 'A newer LTV Gauge wrote the activity log. Changes are paused. Update LTV Gauge.');
    case 'busy':
    case 'linesWaiting':
      return msg('ledger.busy', 'Another window is using the activity log. Changes are paused. Close other windows, or try again later.');
    case 'full':
      return unavailable(msg('ledger.disk-full', 'disk full'));
    case 'readOnly':
      return unavailable(file);
    case 'failed':
      return unavailable(`${file}: ${trouble.detail}`);
    case 'silent':
      return unavailable(msg('ledger.silent', 'no answer from the disk'));
    case 'stopped':
      return unavailable(trouble.detail);
    case 'notMoved':
      return msg(
        'ledger.not-moved',
        "The activity log can't be moved. Close other windows, then try again. ({0})",
        `${file}: ${trouble.detail}`,
      );
  }
}

const unavailable = (detail: string | Message): Message => msg('list.brackets', '{0} ({1})', unavailableLog(), detail);

/** @param line of the file, from 1 */
export const unreadableLine = (line: number, file: string): Message =>
  msg('ledger.line-unreadable', "Line {0} of {1} can't be read.", line.toString(), file);

/** What follows from damage. */
export const unreliable = (finding: Message): Message =>
  msg(
    'ledger.unreliable',
    'The activity log is damaged. Changes are paused. Compare your loans and positions at the exchange, then run "LTV Gauge: Verify Activity Log". ({0})',
    finding,
  );
