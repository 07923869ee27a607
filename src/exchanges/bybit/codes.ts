import { msg } from '../../core/message.ts';
import { refused, type Meaning, type Meanings } from '../meaning.ts';
import { generalMeanings } from './general-codes.ts';
import { legacyMeanings } from './legacy-codes.ts';
import { isListed } from './listed-codes.ts';
import { loanMeanings } from './loan-codes.ts';
import { positionMeanings } from './position-codes.ts';

/** Decided by code; HTTP status is looked at only where there is no code. */
const meanings: Meanings = { ...generalMeanings, ...positionMeanings, ...loanMeanings, ...legacyMeanings };

const listed = refused(msg('Bybit refused the request. Its own words say why: see the Bybit app, or use other values.'));

/**
 * The documented meaning of a code; undefined for one we do not know. What Bybit documents as a refusal, of orders and other things that are
 * never asked for here, needs no sentence of its own: Bybit's follows.
 */
export function meaningOf(code: string): Meaning | undefined {
  if (Object.hasOwn(meanings, code)) return meanings[code];
  return isListed(code) ? listed : undefined;
}

/** Every code with a meaning of its own, for the test that none is forgotten. */
export const knownCodes: readonly string[] = Object.keys(meanings);
