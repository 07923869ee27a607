import { msg, type Message } from '../core/message.ts';

/** Words to be translated, or data that is the same in every language. */
export type Text = Message | string;

/** Parts of a line as one text. */
export function joined([first = '', ...more]: readonly Text[]): Text {
  return more.reduce<Text>((text, part) => msg('list.comma', '{0}, {1}', text, part), first);
}
