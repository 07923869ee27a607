import assert from 'node:assert/strict';
import fc from 'fast-check';
import { localIso, shortTimes } from '../../../src/words/activity.ts';
import { holds } from '../property.ts';

describe('a moment in a document', () => {
  const moment = Date.UTC(2026, 10, 21, 23, 4, 5, 67);
  for (const [offset, text] of [
    [0, '2026-11-21T23:04:05.067+00:00'],
    [60, '2026-11-22T00:04:05.067+01:00'],
    [-210, '2026-11-21T19:34:05.067-03:30'],
    [345, '2026-11-22T04:49:05.067+05:45'],
    [-720, '2026-11-21T11:04:05.067-12:00'],
  ] as const) {
    it(`is ${text} ${offset.toString()} minutes ahead of UTC`, () => {
      assert.equal(localIso(moment, offset), text);
    });
  }

  it('names the same moment in every zone', () => {
    holds(
      fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: -14 * 60, max: 14 * 60 }), (ms, offset) => {
        assert.equal(Date.parse(localIso(ms, offset)), ms);
      }),
    );
  });

  it('shows what the clock of this machine shows', () => {
    const local = new Date(2026, 10, 21, 15, 4, 5);
    assert.match(localIso(local.getTime()), /^2026-11-21T15:04:05\.000[+-]\d\d:\d\d$/);
  });
});

describe('a moment in a line', () => {
  const { minute, second } = shortTimes('en-GB');
  const noon = new Date(2026, 10, 21, 12).getTime();

  it('is the time alone when it is of today', () => {
    assert.equal(minute(new Date(2026, 10, 21, 0, 5).getTime(), noon), '00:05');
    assert.equal(second(new Date(2026, 10, 21, 0, 5, 9).getTime(), noon), '00:05:09');
  });

  it('has its day when it is of another, also the same one a year ago', () => {
    assert.equal(minute(new Date(2026, 10, 20, 23, 59).getTime(), noon), '20 Nov 2026, 23:59');
    assert.equal(minute(new Date(2025, 10, 21, 12).getTime(), noon), '21 Nov 2025, 12:00');
  });
});
