import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import { msg } from '../../../src/core/message.ts';
import type { Limits } from '../../../src/engine/ledger/limits.ts';
import {
  armedText,
  armingChoices,
  armingMeaning,
  asksForName,
  disarmedText,
  limitsText,
  nameFault,
  namePrompt,
  nothingToDisarmText,
} from '../../../src/words/arming.ts';
import { inBoth } from './chinese.ts';

const none: Limits = { perActionByCoin: new Map(), perDayByCoin: new Map(), keepInWallet: new Map() };

describe('what is asked before an account is armed', () => {
  it('is for how long, the shortest first, with what ends it', () => {
    assert.deepEqual(
      armingChoices('live').map(({ term, label, detail }) => [term, inBoth(label), inBoth(detail)]),
      [
        ['quarter', 'For 15 minutes', 'Then nothing can be sent any more, without your having to think of it.'],
        ['restart', 'Until this window is reloaded', 'Ends when this window is reloaded or closed. Other windows are not armed by it.'],
        ['always', 'Always', 'After a restart too, until you disarm it. You will be asked to type the name of the account.'],
      ],
    );
  });

  it('is the name of the account only where real money is armed for always', () => {
    const asked = (['live', 'demo', 'simulated'] as const).flatMap((stakes) =>
      armingChoices(stakes)
        .filter(({ term }) => asksForName(term, stakes))
        .map(({ term }) => `${stakes} ${term}`),
    );
    assert.deepEqual(asked, ['live always']);
    assert.doesNotMatch(inBoth(armingChoices('demo')[2]!.detail), /type the name/);
    assert.match(inBoth(namePrompt('Main')), /REAL MONEY can then move from Main/);
  });

  it('takes the very name and no other', () => {
    assert.equal(nameFault('Main', 'Main'), undefined);
    for (const other of ['main', 'Main ', ' Main', 'Mai', '', 'Main2']) {
      const fault = nameFault(other, 'Main');
      assert.ok(fault !== undefined, JSON.stringify(other));
      assert.equal(inBoth(fault), 'Type exactly: Main');
    }
  });

  it('never calls simulated or demo money real', () => {
    assert.match(
      inBoth(armingMeaning('live', none)),
      /^LIVE: REAL MONEY can then move, each time only after a preview and your confirmation\./,
    );
    for (const stakes of ['demo', 'simulated'] as const) {
      const text = inBoth(armingMeaning(stakes, none));
      assert.match(text, /No real money moves/);
      assert.doesNotMatch(text, /REAL MONEY/);
    }
  });
});

describe('the limits, before an account is armed', () => {
  it('are said plainly not to be there', () => {
    assert.equal(inBoth(limitsText(none)), 'No limits are set: one confirmed change may move as much as the exchange takes.');
  });

  it('are each named with the figure and what it is about', () => {
    const all: Limits = {
      perActionUsd: decimal('2500'),
      perDayUsd: decimal('10000'),
      perActionByCoin: new Map([['BTC', decimal('0.5')]]),
      perDayByCoin: new Map([
        ['BTC', decimal('1')],
        ['ETH', decimal('20')],
      ]),
      keepInWallet: new Map([['USDT', decimal('100')]]),
      highestLtvAfterReduction: decimal('0.65'),
    };
    assert.equal(
      inBoth(limitsText(all)),
      'Limits of your settings: at most 2,500 USD per change; at most 0.5 BTC per change; at most 10,000 USD within 24 hours; ' +
        'at most 1 BTC within 24 hours; at most 20 ETH within 24 hours; 100 USDT stay in the wallet; LTV at most 65.00% after taking out.',
    );
    for (const one of [{ perActionUsd: decimal('1') }, { highestLtvAfterReduction: decimal('0.6') }]) {
      assert.doesNotMatch(inBoth(limitsText({ ...none, ...one })), /No limits/);
    }
  });

  it('are said to hold up everything when they are not understood', () => {
    assert.match(inBoth(limitsText({ fault: msg('unknown') })), /not understood, and nothing is sent until they are\. unknown/);
  });
});

describe('what is said after arming and disarming', () => {
  it('tells until when, and that each change is still confirmed', () => {
    for (const [until, part] of [
      [1_000, /is armed for 15 minutes\./],
      ['restart', /is armed until this window is reloaded\./],
      ['always', /is armed always\./],
      ['simulated', /is armed\./],
    ] as const) {
      const text = inBoth(armedText('Main', { armed: true, until }));
      assert.match(text, part);
      assert.match(text, /^Writing on Main .* Each change still needs your confirmation\.$/);
    }
    assert.equal(inBoth(armedText('Main', { armed: false })), 'Writing on Main is not armed.');
  });

  it('names every account that was disarmed, and calls nothing back', () => {
    assert.equal(inBoth(disarmedText(['Main'], false)), 'Writing is disarmed: Main. Nothing can be sent until you arm it again.');
    assert.match(inBoth(disarmedText(['Main', 'Other'], true)), /: Main, Other\. .* What was sent before is not called back by this\.$/);
  });

  it('says that there was nothing to disarm instead of nothing at all', () => {
    assert.match(inBoth(disarmedText([], false)), /not armed on any account/);
    assert.match(inBoth(nothingToDisarmText('Main', false)), /Main is not armed/);
    assert.match(inBoth(nothingToDisarmText('Main', true)), /Main is read-only/);
  });
});
