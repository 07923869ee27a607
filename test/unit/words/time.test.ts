import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isFresh } from '../../../src/core/clock.ts';
import { english } from '../../../src/core/message.ts';
import { ageText, msUntilAgeChanges } from '../../../src/words/time.ts';
import { holds } from '../property.ts';
import { says } from '../../texts.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const at = (age: number): string => english(ageText(1_000_000_000_000, 1_000_000_000_000 + age));

describe('the age of a reading', () => {
  it('is told in coarse steps', () => {
    assert.equal(at(0), says('time.just-now'));
    assert.equal(at(15 * second - 1), says('time.just-now'));
    assert.equal(at(15 * second), '15 s ago');
    assert.equal(at(59 * second), '45 s ago');
    assert.equal(at(minute), '1 min ago');
    assert.equal(at(119 * second), '1 min ago');
    assert.equal(at(hour), '1 h ago');
    assert.equal(at(47 * hour), '47 h ago');
    assert.equal(at(49 * hour), says('time.days-ago', '2'));
  });

  it('is unknown when the reading seems to come from the future by more than a little', () => {
    assert.equal(at(-4 * second), says('time.just-now'));
    assert.equal(at(-6 * second), says('time.unknown'));
  });

  it('is never told as older than it is', () => {
    holds(
      fc.property(fc.nat(100 * hour), (age) => {
        const found = /^(\d+) (s|min|h|days) ago$/.exec(at(age));
        if (found === null) return age < 15 * second;
        const unit = { s: second, min: minute, h: hour, days: 24 * hour }[found[2] as 's' | 'min' | 'h' | 'days'];
        return Number(found[1]) * unit <= age;
      }),
    );
  });

  it('is looked at again just when the words or the trust in it change, and not before', () => {
    holds(
      fc.property(fc.nat(100 * hour), fc.integer({ min: 10, max: 3_600 }), (age, seconds) => {
        const intervalMs = seconds * second;
        const wait = msUntilAgeChanges(0, age, intervalMs);
        const face = (ms: number): string => `${english(ageText(0, ms))} ${String(isFresh(0, ms, intervalMs))}`;
        assert.ok(wait >= 250);
        assert.notEqual(face(age + wait), face(age));
        if (wait > 250) assert.equal(face(age + wait - 1), face(age));
      }),
    );
  });
});
