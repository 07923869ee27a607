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
import { says, saysLike } from '../../texts.ts';

const none: Limits = { perActionByCoin: new Map(), perDayByCoin: new Map(), keepInWallet: new Map() };

describe('what is asked before an account is armed', () => {
  it('is for how long, the shortest first, with what ends it', () => {
    assert.deepEqual(
      armingChoices('live').map(({ term, label, detail }) => [term, inBoth(label), inBoth(detail)]),
      [
        ['quarter', says('arming.15-minutes'), says('arming.nothing-sent-any')],
        ['restart', says('arming.until-window-reloaded'), says('arming.ends-when-window')],
        ['always', 'Always', says('arming.after-restart-too-until')],
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
    assert.doesNotMatch(inBoth(armingChoices('demo')[2]!.detail), saysLike('arming.after-restart-too-until'));
    assert.match(inBoth(namePrompt('Main')), /REAL MONEY can then move from Main/);
  });

  it('takes the very name and no other', () => {
    assert.equal(nameFault('Main', 'Main'), undefined);
    for (const other of ['main', 'Main ', ' Main', 'Mai', '', 'Main2']) {
      const fault = nameFault(other, 'Main');
      assert.ok(fault !== undefined, JSON.stringify(other));
      assert.equal(inBoth(fault), says('arming.type-exactly', 'Main'));
    }
  });

  it('never calls simulated or demo money real', () => {
    assert.match(inBoth(armingMeaning('live', none)), saysLike('arming.live-real-money'));
    for (const stakes of ['demo', 'simulated'] as const) {
      const text = inBoth(armingMeaning(stakes, none));
      assert.match(text, /No real money moves/);
      assert.doesNotMatch(text, /REAL MONEY/);
    }
  });
});

describe('the limits, before an account is armed', () => {
  it('are said plainly not to be there', () => {
    assert.equal(inBoth(limitsText(none)), says('arming.no-limits-set'));
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
      assert.doesNotMatch(inBoth(limitsText({ ...none, ...one })), saysLike('arming.no-limits-set'));
    }
  });

  it('are said to hold up everything when they are not understood', () => {
    assert.match(
      inBoth(limitsText({ fault: msg('term.unknown', 'unknown') })),
      /not understood, and nothing is sent until they are\. unknown/,
    );
  });
});

describe('what is said after arming and disarming', () => {
  it('tells until when, and that each change is still confirmed', () => {
    for (const [until, part] of [
      [1_000, saysLike('arming.writing-armed-15')],
      ['restart', saysLike('arming.writing-armed-until')],
      ['always', saysLike('arming.writing-armed-always')],
      ['simulated', /is armed\./],
    ] as const) {
      const text = inBoth(armedText('Main', { armed: true, until }));
      assert.match(text, part);
      assert.match(text, /^Writing on Main .* Each change still needs your confirmation\.$/);
    }
    assert.equal(inBoth(armedText('Main', { armed: false })), says('arming.writing-not-armed-2', 'Main'));
  });

  it('names every account that was disarmed, and calls nothing back', () => {
    assert.equal(inBoth(disarmedText(['Main'], false)), says('arming.writing-disarmed-nothing', 'Main'));
    assert.match(inBoth(disarmedText(['Main', 'Other'], true)), /: Main, Other\. .* What was sent before is not called back by this\.$/);
  });

  it('says that there was nothing to disarm instead of nothing at all', () => {
    assert.match(inBoth(disarmedText([], false)), saysLike('arming.writing-not-armed'));
    assert.match(inBoth(nothingToDisarmText('Main', false)), /Main is not armed/);
    assert.match(inBoth(nothingToDisarmText('Main', true)), /Main is read-only/);
  });
});
