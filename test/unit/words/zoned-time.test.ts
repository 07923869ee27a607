import assert from 'node:assert/strict';
import { zonedTimes } from '../../../src/words/time.ts';

describe('a moment with its zone', () => {
  // Berlin sets its clocks back at 01:00 UTC on 25 October 2026: 02:30 comes twice.
  const first = Date.UTC(2026, 9, 25, 0, 30);
  const hour = 3_600_000;

  it('tells the two hours apart that have the same name', () => {
    const when = zonedTimes('en-GB', 'Europe/Berlin');
    assert.deepEqual([when(first), when(first + hour)], ['25 Oct 2026, 02:30 CEST', '25 Oct 2026, 02:30 CET']);
    for (const language of ['en', 'zh-cn', 'de']) {
      const other = zonedTimes(language, 'Europe/Berlin');
      assert.notEqual(other(first), other(first + hour), language);
    }
  });

  it('is by the clock of the machine where no zone is named', () => {
    assert.match(zonedTimes('en')(first), /2026.* \S+$/);
  });
});
