import type { Meaning, Meanings } from '../meaning.ts';
import { generalMeanings } from './general-codes.ts';
import { legacyMeanings } from './legacy-codes.ts';
import { loanMeanings } from './loan-codes.ts';
import { positionMeanings } from './position-codes.ts';

/** Decided by code; HTTP status is looked at only where there is no code. */
const meanings: Meanings = { ...generalMeanings, ...positionMeanings, ...loanMeanings, ...legacyMeanings };

/** The documented meaning of a code; undefined for one we do not know. */
export function meaningOf(code: string): Meaning | undefined {
  return Object.hasOwn(meanings, code) ? meanings[code] : undefined;
}

/** Every documented code, for the test that none is forgotten. */
export const knownCodes: readonly string[] = Object.keys(meanings);
