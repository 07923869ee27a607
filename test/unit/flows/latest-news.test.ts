import assert from 'node:assert/strict';
import { Emitter } from '../../../src/core/emitter.ts';
import type { WriteRecord } from '../../../src/engine/ledger/ledger.ts';
import { LatestNews } from '../../../src/flows/resolve.ts';
import { record } from '../words/records.ts';

describe('the news of changes that a command asks about', () => {
  it('are what was heard last of each since the command began, also before one of them was picked', () => {
    const changes = new Emitter<WriteRecord>();
    const news = new LatestNews({ onDidChange: changes.on });
    const [first, second] = [record({ id: 'w1', state: 'unknown' }), record({ id: 'w2', state: 'unknown' })];
    changes.fire({ ...first, state: 'accepted' });
    changes.fire({ ...first, state: 'effective' });
    assert.equal(news.of(first).state, 'effective');
    assert.equal(news.of(second), second);
    news.dispose();
    changes.fire({ ...second, state: 'rejected' });
    assert.equal(news.of(second), second);
  });
});
