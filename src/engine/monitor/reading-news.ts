import type { Snapshot } from '../../core/model.ts';
import { changedTerms } from './changed-terms.ts';
import type { NewsOf } from './store.ts';
import { vanishedSince } from './vanished.ts';

/** With what is gone, and what the venue has changed. A part of its own, loaded before the first reading. */
export const newsOf: NewsOf = (held, read, now): Snapshot => {
  const vanished = vanishedSince(held, read, now);
  return { ...read, ...(vanished.length === 0 ? {} : { vanished }), ...changedTerms(held, read, now) };
};
