import { msg } from '../../core/message.ts';
import { refused, type Meaning, type Meanings } from '../meaning.ts';
import { generalMeanings, noReading } from './general-codes.ts';
import { isListed } from './listed-codes.ts';
import { loanMeanings } from './loan-codes.ts';
import { marginMeanings } from './margin-codes.ts';

/** Decided by code; HTTP status is looked at only where there is no code. */
const meanings: Meanings = { ...generalMeanings, ...loanMeanings, ...marginMeanings };

const listed = refused(msg('OKX refused the request. Its own words say why: see the OKX app, or use other values.'));

/**
 * The documented meaning of a code, as an answer to a change or to a question; undefined for one we do not know. What OKX documents as a
 * refusal, of orders and other things that are never asked for here, needs no sentence of its own: OKX's follows.
 */
export function meaningOf(code: string, write = true): Meaning | undefined {
  if (!write && Object.hasOwn(noReading, code)) return noReading[code];
  if (Object.hasOwn(meanings, code)) return meanings[code];
  return isListed(code) ? listed : undefined;
}

/** Every code with a meaning of its own, for the test that none is forgotten. */
export const knownCodes: readonly string[] = Object.keys(meanings);
