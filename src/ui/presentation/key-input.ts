import { ExchangeError } from '../../core/errors.ts';
import { msg, type Message } from '../../core/message.ts';
import { loopbackOrigin } from '../../exchanges/address.ts';

/** What a person typed, cleaned, or why it cannot be right. */
export type Checked = { readonly value: string } | { readonly problem: Message };

/** Longer than any key of any venue; keeps a pasted document out of a header. */
const maxLength = 512;

/**
 * A part of a key as typed or pasted. Space around it, which copying easily brings along, is dropped; space or other than plain
 * characters inside it means that something else was pasted.
 */
export function checkKeyPart(raw: string): Checked {
  const value = raw.trim();
  if (value === '') return { problem: msg('This is needed.') };
  if (value.length > maxLength) return { problem: msg('This is too long to be part of a key.') };
  if (/\s/.test(value)) return { problem: msg('There is a space or a line break inside: paste this part of the key alone.') };
  if (!/^[\x21-\x7e]+$/.test(value)) return { problem: msg('Only letters, digits and signs of a plain keyboard can be part of a key.') };
  return { value };
}

/** Names stay short enough for a status bar and a dialog. */
const maxNameLength = 60;

/** A name for an account: not empty, and not the name of another, so that a dialog names one account only. */
export function checkAccountName(raw: string, taken: readonly string[]): Checked {
  const value = raw.trim().replace(/\s+/g, ' ');
  if (value === '') return { problem: msg('The account needs a name.') };
  if (value.length > maxNameLength) return { problem: msg('At most {0} characters.', maxNameLength.toString()) };
  const same = (name: string): boolean => name.toLocaleLowerCase() === value.toLocaleLowerCase();
  return taken.some(same) ? { problem: msg('There is already an account named {0}.', value) } : { value };
}

/** A name that is not taken: the wish itself, or with a number behind it. */
export function freeAccountName(wish: string, taken: readonly string[]): string {
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? wish : `${wish} ${count.toString()}`;
    if ('value' in checkAccountName(name, taken)) return name;
  }
}

/**
 * The address of a simulated exchange that somebody started. What is loopback is decided where requests are sent from; here it is
 * only said why nothing else is taken. @returns the origin, without a slash at its end.
 */
export function checkLoopbackAddress(raw: string): Checked {
  const text = raw.trim();
  if (text === '') return { problem: msg('This is needed.') };
  try {
    return { value: loopbackOrigin(text) };
  } catch (error) {
    if (!ExchangeError.is(error)) throw error;
    return { problem: msg('{0} Signed requests go to an exchange’s own addresses or nowhere else.', error.sentence) };
  }
}
