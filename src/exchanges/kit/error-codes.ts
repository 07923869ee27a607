import type { ErrorKind, Instead } from '../../core/errors.ts';
import type { Message } from '../../core/message.ts';

/** What an error code of a venue means for us. */
export interface Meaning {
  readonly kind: ErrorKind;
  /** What is wrong, and what would work. */
  readonly sentence: Message;
  /** The code leaves open whether a write took effect. */
  readonly ambiguous?: true;
  /** What would work instead, most promising first. */
  readonly instead?: readonly Instead[];
}

export type Meanings = Readonly<Record<string, Meaning>>;

/** A business rule of the venue. */
export function refused(sentence: Message, ...instead: readonly Instead[]): Meaning {
  return { kind: 'refused', sentence, ...(instead.length === 0 ? {} : { instead }) };
}

/** The account isn't allowed to, whatever the request. */
export const notAllowed = (sentence: Message): Meaning => ({ kind: 'permission', sentence });

/** The same meaning of several codes. */
export function alike(codes: readonly string[], meaning: Meaning): Meanings {
  return Object.fromEntries(codes.map((code) => [code, meaning]));
}

/** Whether a code is one of a list such as "51005-51007 51009". */
export function inRanges(list: string): (code: string) => boolean {
  const ranges = list.split(' ').map((range) => range.split('-').map(Number));
  return (code) => {
    const number = Number(code);
    return number.toString() === code && ranges.some(([from = NaN, to = from]) => number >= from && number <= to);
  };
}
