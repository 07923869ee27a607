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
        ['quarter', says('arming.15-minutes'), says('arming.15-minutes-detail')],
        ['restart', says('arming.restart'), says('arming.restart-detail')],
        ['always', 'Always', says('arming.always-by-name', says('arming.always-detail'))],
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
    assert.equal(inBoth(armingChoices('demo')[2]!.detail), says('arming.always-detail'));
    assert.equal(inBoth(namePrompt('Main')), says('arming.name-prompt', 'Main'));
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
    assert.match(inBoth(armingMeaning('live', none)), saysLike('arming.still-confirmed', says('preview.live-account')));
    for (const stakes of ['demo', 'simulated'] as const) {
      const text = inBoth(armingMeaning(stakes, none));
      assert.match(text, saysLike('arming.still-confirmed', saysLike('preview.no-real-money')));
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
      says(
        'arming.limits-settings',
        [
          says('arming.most-per-change', '2,500', 'USD'),
          says('arming.most-per-change', '0.5', 'BTC'),
          says('arming.most-within-24', '10,000', 'USD'),
          says('arming.most-within-24', '1', 'BTC'),
          says('arming.most-within-24', '20', 'ETH'),
          says('arming.keep-in-wallet', '100', 'USDT'),
          says('arming.ltv-most-after', '65.00%'),
        ].join('; '),
      ),
    );
    for (const one of [{ perActionUsd: decimal('1') }, { highestLtvAfterReduction: decimal('0.6') }]) {
      assert.doesNotMatch(inBoth(limitsText({ ...none, ...one })), saysLike('arming.no-limits-set'));
    }
  });

  it('are said to hold up everything when they are not understood', () => {
    assert.equal(inBoth(limitsText({ fault: msg('term.unknown', 'unknown') })), says('arming.limits-fault', 'unknown'));
  });
});

describe('what is said after arming and disarming', () => {
  it('tells until when, and that each change is still confirmed', () => {
    const when = (ms: number): string => `at ${ms.toString()}`;
    for (const [until, part] of [
      [1_000, says('arming.armed-until', 'at 1000')],
      ['restart', says('arming.armed-restart')],
      ['always', says('arming.armed-always')],
      ['simulated', says('arming.armed')],
    ] as const) {
      assert.equal(
        inBoth(armedText('Main', { armed: true, until }, when)),
        says('arming.still-confirmed', says('list.sentence', says('list.colon', 'Main', part))),
      );
    }
    assert.equal(
      inBoth(armedText('Main', { armed: false }, when)),
      says('list.sentence', says('list.colon', 'Main', says('arming.not-armed-nothing'))),
    );
  });

  it('names every account that was disarmed, and calls nothing back', () => {
    assert.equal(inBoth(disarmedText(['Main'], false)), says('arming.disarmed', 'Main'));
    assert.equal(inBoth(disarmedText(['Main', 'Other'], true)), says('arming.sent-stays', says('arming.disarmed', 'Main, Other')));
  });

  it('says that there was nothing to disarm instead of nothing at all', () => {
    assert.equal(inBoth(disarmedText([], false)), says('arming.none'));
    assert.equal(inBoth(nothingToDisarmText('Main', false)), says('list.sentence', says('list.colon', 'Main', says('arming.not-armed'))));
    assert.equal(inBoth(nothingToDisarmText('Main', true)), says('arming.read-only', 'Main'));
  });
});
