import { msg } from '../core/message.ts';
import type { WriteRecord } from '../engine/ledger/record.ts';
import { activitySections, exactStyle, type Fact } from './activity-facts.ts';
import { stateWord } from './activity.ts';
import { changeLabel } from './kinds.ts';
import { labelled, type Text } from './text.ts';

/** One change with its rows in the journal, oldest first. */
export interface WrittenChange {
  readonly record: WriteRecord;
  readonly rows: readonly WriteRecord[];
}

export interface ActivityTextOptions {
  /** The account it is about; undefined for all. */
  readonly account: string | undefined;
  /** Ids of simulated accounts. */
  readonly simulated: ReadonlySet<string>;
  /** Turns words into the language of the editor. */
  readonly say: (text: Text) => string;
  readonly when: (ms: number) => string;
  readonly now: number;
}

/** All facts about changes, newest first, as Markdown that also reads well unrendered. Nothing is rounded. */
export function activityText(changes: readonly WrittenChange[], options: ActivityTextOptions): string {
  const { account, say, when, now } = options;
  const title = labelled(msg('activity.title', 'Activity'), account ?? msg('activity.all-accounts', 'all accounts'));
  const intro = [
    changes.length === 0
      ? msg('activity.no-changes', 'No changes recorded.')
      : msg('activity.count', 'Changes: {0}, newest first.', changes.length.toString()),
    msg('activity.written-at', 'Written {0}, in local time with its UTC offset.', when(now)),
    msg('activity.no-keys', 'Contains no keys or signatures.'),
  ];
  const parts = [`# ${plain(say(title))}`, intro.map((sentence) => plain(say(sentence))).join('\n')];
  return `${[...parts, ...changes.map((change) => changeText(change, options))].join('\n\n')}\n`;
}

function changeText({ record, rows }: WrittenChange, { say, simulated, when }: ActivityTextOptions): string {
  const line = (label: Text, value: Text, isData: boolean): string =>
    `- ${plain(say(label))}: ${isData ? verbatim(say(value)) : plain(say(value))}`;
  const factLine = ({ label, value, copy }: Fact): string => line(label, value, copy !== undefined);
  const { accountName, accountId, venue } = record;
  const head = [
    line(msg('term.status', 'Status'), stateWord(record), false),
    line(msg('term.account', 'Account'), `${accountName} (${venue})`, true),
    ...(simulated.has(accountId) ? [line(msg('term.funds', 'Funds'), msg('term.simulated', 'simulated'), false)] : []),
  ];
  const [first, ...rest] = activitySections(record, rows, exactStyle(when)).map(({ title, facts }) => ({
    title,
    lines: facts.map(factLine),
  }));
  return [
    `## ${plain(say(changeLabel(record.change)))}`,
    [...head, ...(first?.lines ?? [])].join('\n'),
    ...rest.flatMap(({ title, lines }) => [`### ${plain(say(title ?? ''))}`, lines.join('\n')]),
  ].join('\n\n');
}

/** Escapes text for Markdown, only where needed, so that it also reads well unrendered. */
function plain(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_[\]<>&~]/g, '\\$&')
    .replaceAll('://', '\\://');
}

/** Data in a code span, with more backticks around it than inside. */
function verbatim(text: string): string {
  const flat = text.replace(/\s+/g, ' ');
  const longest = Math.max(0, ...(flat.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  const pad = /^`|`$|^ .* $/.test(flat) ? ' ' : '';
  return `${fence}${pad}${flat}${pad}${fence}`;
}
