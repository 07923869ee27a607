import { msg, type Message } from '../core/message.ts';

/** Words to be translated, or data that is the same in every language. */
export type Text = Message | string;

/** Several parts as one text, separated by commas. Also what a screen reader says of a line. */
export function joined(parts: readonly Text[]): Text {
  // Each part is a message inside the next: thousands would be too deep.
  if (parts.length > mostInARow) {
    const middle = Math.ceil(parts.length / 2);
    return msg('list.comma', '{0}, {1}', joined(parts.slice(0, middle)), joined(parts.slice(middle)));
  }
  const [first = '', ...more] = parts;
  return more.reduce<Text>((text, part) => msg('list.comma', '{0}, {1}', text, part), first);
}

const mostInARow = 16;

/** Several that have commas of their own. */
export function listed([first = '', ...more]: readonly Text[]): Text {
  return more.reduce<Text>((text, part) => msg('list.semicolon', '{0}; {1}', text, part), first);
}

/** `LTV 57.43%` */
export const spaced = (first: Text, second: Text): Message => msg('list.space', '{0} {1}', first, second);

/** `57.43% · Watch` */
export const dotted = (first: Text, second: Text): Message => msg('list.dot', '{0} · {1}', first, second);

/** `Main: not read` */
export const labelled = (label: Text, text: Text): Message => msg('list.colon', '{0}: {1}', label, text);

/** `57.98% → 51.54%` */
export const arrowed = (from: Text, to: Text): Message => msg('list.arrow', '{0} → {1}', from, to);

/** `LTV 57.43%, BTC 62,900.` */
export const sentence = (text: Text): Message => msg('list.sentence', '{0}.', text);

/** `Main (simulated)` */
export const bracketed = (text: Text, more: Text): Message => msg('list.brackets', '{0} ({1})', text, more);

/** Out-of-date figures are always called the last known ones. */
export const lastKnown = (text: Text): Message => msg('term.last-known', 'Last known: {0}', text);

/** What is not the exchange's own figure says so. */
export const estimated = (text: Text): Message => msg('term.by-estimate', '{0} (estimate)', text);
