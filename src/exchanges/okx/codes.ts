import type { Meaning, Meanings } from '../meaning.ts';
import { generalMeanings, noReading } from './general-codes.ts';
import { earn, isEarn, loanMeanings } from './loan-codes.ts';
import { marginMeanings } from './margin-codes.ts';

/** Decided by code; HTTP status is looked at only where there is no code. */
const meanings: Meanings = { ...generalMeanings, ...loanMeanings, ...marginMeanings };

/** The documented meaning of a code, as an answer to a change or to a question; undefined for one we do not know. */
export function meaningOf(code: string, write = true): Meaning | undefined {
  if (!write && Object.hasOwn(noReading, code)) return noReading[code];
  if (isEarn(code)) return earn;
  return Object.hasOwn(meanings, code) ? meanings[code] : undefined;
}

/** Every documented code, for the test that none is forgotten. */
export const knownCodes: readonly string[] = Object.keys(meanings);
