import assert from 'node:assert/strict';
import { english } from '../../../src/core/message.ts';
import type { Effect, ErrorKind, ExchangeError, Instead } from '../../../src/core/errors.ts';

/** One thing that can be wrong, as the venue's documentation has it. */
export interface Moment {
  readonly name: string;
  /** Every code that says it. */
  readonly codes: string;
  readonly kind: ErrorKind;
  /** Of a change that is answered with it. */
  readonly effect: Effect;
  /** What would work, most promising first; nothing may be advised after an unknown outcome. */
  readonly instead: readonly Instead[];
  /** Its whole sentence, before the code and the words of the venue. */
  readonly says: string;
}

/** The fields of a row in order: `moment('no position', '51023 51043', 'refused', 'none', [], says('venue.no-such-position', 'OKX'))`. */
export const moment = (
  name: string,
  codes: string,
  kind: ErrorKind,
  effect: Effect,
  instead: readonly Instead[],
  says: string,
): Moment => ({ name, codes, kind, effect, instead, says });

/** What the venue does not say itself: the sentence before "(OKX code …)". */
const ownWords = ({ sentence }: ExchangeError): string => {
  const [own] = sentence.args;
  assert.ok(own !== undefined && typeof own !== 'string');
  return english(own);
};

/** Holds every code of a venue against the table: each in one moment, with exactly what that moment says and advises. */
export function holdMoments(
  moments: readonly Moment[],
  known: readonly string[],
  answeredWith: (code: string) => Promise<{ readonly change: ExchangeError; readonly question: ExchangeError }>,
): void {
  const codesOf = ({ codes }: Moment): string[] => codes.split(' ');

  it('is in exactly one of these moments', () => {
    assert.deepEqual(moments.flatMap(codesOf).sort(), [...known].sort());
  });

  for (const one of moments) {
    it(`for "${one.name}" (${one.codes}) says so, and what would work`, async () => {
      for (const code of codesOf(one)) {
        const { change, question } = await answeredWith(code);
        assert.deepEqual([change.kind, change.effect, change.code, change.instead], [one.kind, one.effect, code, one.instead], code);
        assert.deepEqual([question.kind, question.effect], [one.kind, 'none'], code);
        assert.equal(ownWords(change), one.says, code);
        if (one.effect === 'unknown') assert.deepEqual(change.instead, []);
      }
    });
  }
}
