import assert from 'node:assert/strict';
import { msg } from '../../../src/core/message.ts';
import type { RequestView } from '../../../src/exchanges/exchange.ts';
import { actOn, stakesLine } from '../../../src/words/collateral-preview.ts';
import { requestLines } from '../../../src/words/confirm.ts';
import { inBoth } from './chinese.ts';
import { says } from '../../texts.ts';

const request: RequestView = {
  method: 'POST',
  url: 'https://exchange.test/api/v5/adjust',
  headers: [
    { name: 'Content-Type', value: 'application/json' },
    { name: 'OK-ACCESS-KEY', value: '••••', masked: true },
    { name: 'OK-ACCESS-TIMESTAMP', value: says('http.time-sending'), said: msg('http.time-sending', 'time of sending') },
  ],
  body: '{"ccy":"BTC","amt":"0.1"}',
};

const shown = (of: Partial<RequestView> = {}): readonly string[] =>
  requestLines(
    { ...request, ...of },
    {
      title: actOn('add', '0.1 BTC', 'loan 12345'),
      accountName: 'Main',
      stakes: stakesLine(false, false),
    },
  ).map((line) => (typeof line === 'string' ? line : inBoth(line)));

describe('the page with a request', () => {
  it('says first that nothing was sent, then what is at stake, then the request itself', () => {
    assert.deepEqual(shown(), [
      says('confirm.request-unsent'),
      says('preview.live-account'),
      says('term.add-to', '0.1 BTC', 'loan 12345'),
      'Account: Main',
      '',
      'POST https://exchange.test/api/v5/adjust',
      'Content-Type: application/json',
      'OK-ACCESS-KEY: ••••',
      'OK-ACCESS-TIMESTAMP: time of sending',
      '',
      '{"ccy":"BTC","amt":"0.1"}',
      '',
      says('confirm.masked'),
      says('confirm.page-cannot-send'),
    ]);
  });

  it('says that there is no body instead of leaving a gap, and speaks of no mask where there is none', () => {
    const lines = shown({ body: '', headers: [] });
    assert.ok(lines.includes('(no body)'));
    assert.ok(!lines.includes(says('confirm.masked')));
  });
});
