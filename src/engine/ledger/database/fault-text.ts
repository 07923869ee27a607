import { msg, type Message } from '../../../core/message.ts';
import { isDamage, type Damage, type Trouble } from '../../storage/trouble.ts';

/** What is wrong, for a person who asked to have the ledger verified. @param file the ledger's */
export function findingOf(damage: Damage, file: string): Message {
  switch (damage.kind) {
    case 'corrupt':
      return msg('ledger.changes-damaged', 'The ledger of changes in {0} is damaged.', file);
    case 'notOurs':
      return msg('ledger.file-not-changes', 'The file {0} is not a ledger of changes, or its beginning is damaged.', file);
    case 'gone':
      return msg(
        'ledger.changes-gone-held',
        'The ledger of changes is gone: {0} held {1} rows and is not there any more.',
        file,
        damage.expected.toString(),
      );
    case 'shorter':
      return damage.rows === 0
        ? msg('ledger.changes-empty-held', 'The ledger of changes in {0} is empty, but it held {1} rows.', file, damage.expected.toString())
        : msg(
            'ledger.changes-ends-row',
            'The ledger of changes ends with row {0}, but it held {1} rows: row {2} and what follows it is missing, or an older copy was put back.',
            damage.rows.toString(),
            damage.expected.toString(),
            (damage.rows + 1).toString(),
          );
    case 'replaced':
      return msg('ledger.file-holds-another', 'The file {0} holds another ledger of changes than the one that was written last.', file);
    case 'altered':
      return msg('ledger.row-changes-altered', 'Row {0} of the ledger of changes was altered after it was written.', damage.row.toString());
    case 'misplaced':
      return msg(
        'ledger.row-changes-not',
        'Row {0} of the ledger of changes does not follow the row before it: it was altered, put in, or swapped with another.',
        damage.row.toString(),
      );
    case 'missing':
      return msg('ledger.row-changes-missing', 'Row {0} of the ledger of changes is missing.', damage.row.toString());
    case 'unreadable':
      return msg('ledger.row-changes-cannot', 'Row {0} of the ledger of changes cannot be read.', damage.row.toString());
    case 'held':
      return msg(
        'ledger.changes-contradicts-itself',
        'The ledger of changes contradicts itself about which change is under way on {0}.',
        damage.target,
      );
  }
}

/** Why nothing can be written down or read, and what to do. */
export function sentenceOf(trouble: Trouble, file: string): Message {
  if (isDamage(trouble)) return unreliable(findingOf(trouble, file));
  switch (trouble.kind) {
    case 'noSqlite':
      return msg(
        'ledger.editor-too-old',
        'This editor is too old for changes: it lacks the database in which they are written down. Reading goes on. Update the editor to change collateral or margin.',
      );
    case 'newer':
      return msg(
        'ledger.changes-written-newer',
        'The ledger of changes was written by a newer version of LTV Gauge, so this one leaves it alone and sends no change. Update LTV Gauge in this editor.',
      );
    case 'busy':
      return msg(
        'ledger.another-window-busy',
        'Another window is busy with the ledger of changes, so no change can be sent. Start again in a moment.',
      );
    case 'full':
      return msg(
        'ledger.no-room-left',
        'There is no room left on the disk for the ledger of changes, so no change can be sent. Free disk space, then start again.',
      );
    case 'readOnly':
      return msg(
        'ledger.changes-read-only',
        'The ledger of changes in {0} is read-only, so no change can be sent. Mend the rights of its folder, then start again.',
        file,
      );
    case 'failed':
      return msg(
        'ledger.changes-cannot-read',
        'The ledger of changes in {0} cannot be read or written, so no change can be sent: {1}. Mend that, then start again.',
        file,
        trouble.detail,
      );
    case 'stopped':
      return msg(
        'ledger.writes-changes-stopped',
        'What writes the ledger of changes stopped in the middle of its work: {0}. Start again; it is started anew.',
        trouble.detail,
      );
    case 'notMoved':
      return msg(
        'ledger.changes-not-moved',
        'The ledger of changes in {0} could not be moved aside: {1}. Close the other windows of the editor, then try again.',
        file,
        trouble.detail,
      );
    case 'linesWaiting':
      return msg(
        'ledger.older-version-ltv',
        'An older version of LTV Gauge is writing changes down, too. Close the other windows of the editor, then start again.',
      );
  }
}

/** @param line of the file, from 1 */
export const unreadableLine = (line: number, file: string): Message =>
  msg('ledger.line-older-journal', 'Line {0} of the older journal of changes in {1} cannot be read.', line.toString(), file);

/** What follows from damage. */
export const unreliable = (finding: Message): Message =>
  msg(
    'ledger.not-known-still',
    '{0} So it is not known what is still under way, and no change can be sent. Compare your loans and positions at the exchange, then run "LTV Gauge: Verify Activity Log" to set it aside and begin anew.',
    finding,
  );
