import assert from 'node:assert/strict';
import fc from 'fast-check';
import { confirmButtons, confirmNotes, type ConfirmFacts } from '../../../src/words/confirm.ts';
import { holds } from '../property.ts';
import { inBoth } from './chinese.ts';
import { says } from '../../texts.ts';

const ready: ConfirmFacts = { armed: true, first: false, rehearsed: false, doubt: false, direction: 'add', live: true, calm: true };

const anyFacts = fc.record<ConfirmFacts>({
  armed: fc.boolean(),
  first: fc.boolean(),
  rehearsed: fc.boolean(),
  doubt: fc.boolean(),
  direction: fc.constantFrom('add', 'reduce'),
  live: fc.boolean(),
  calm: fc.boolean(),
});

describe('the buttons in front of a preview', () => {
  for (const [what, facts, last] of [
    ['act when nothing stands against it', {}, 'act'],
    ['act on a reduction when nothing stands against it', { direction: 'reduce' }, 'act'],
    ['offer to arm instead of acting while the account is not armed', { armed: false }, 'arm'],
    ['offer to arm first, also where the request has to be looked at', { armed: false, first: true }, 'arm'],
    ['do not act the first time before the request was shown', { first: true }, undefined],
    ['act the first time once the request was shown', { first: true, rehearsed: true }, 'act'],
    ['arm before the first time, though the request was shown', { armed: false, first: true, rehearsed: true }, 'arm'],
    ['add without an estimate only by a button that says so', { doubt: true }, 'actWithoutEstimate'],
    ['take nothing out when our own estimate is in doubt', { doubt: true, direction: 'reduce' }, undefined],
    ['do not even arm for what would be refused', { armed: false, doubt: true, direction: 'reduce' }, undefined],
    ['look at the request first, in doubt too', { first: true, doubt: true }, undefined],
    ['arm first, in doubt too', { armed: false, doubt: true }, 'arm'],
  ] as const satisfies readonly (readonly [string, Partial<ConfirmFacts>, string | undefined])[]) {
    it(what, () => {
      assert.deepEqual(confirmButtons({ ...ready, ...facts }), ['refresh', 'showRequest', ...(last === undefined ? [] : [last])]);
    });
  }

  it('act on Enter only without real money and without a warning', () => {
    const harmless = ['refresh', 'showRequest'];
    for (const direction of ['add', 'reduce'] as const) {
      assert.deepEqual(confirmButtons({ ...ready, direction, live: false }), ['act', ...harmless]);
      assert.deepEqual(confirmButtons({ ...ready, direction, live: false, calm: false }), [...harmless, 'act']);
      assert.deepEqual(confirmButtons({ ...ready, direction }), [...harmless, 'act']);
    }
    assert.deepEqual(confirmButtons({ ...ready, live: false, doubt: true }), [...harmless, 'actWithoutEstimate']);
    assert.deepEqual(confirmButtons({ ...ready, live: false, armed: false }), [...harmless, 'arm']);
  });

  it('never act while disarmed, nor unseen the first time, and come first only where that is harmless', () => {
    holds(
      fc.property(anyFacts, (facts) => {
        const buttons = confirmButtons(facts);
        const acts = buttons.includes('act') || buttons.includes('actWithoutEstimate');
        if (buttons[0] !== 'refresh') assert.ok(buttons[0] === 'act' && !facts.live && facts.calm && !facts.doubt);
        if (!facts.armed) assert.ok(!acts);
        if (facts.first && !facts.rehearsed) assert.ok(!acts);
        if (facts.doubt) assert.ok(!buttons.includes('act'));
      }),
    );
  });

  it('say why, whenever the plain button is missing, and nothing otherwise', () => {
    holds(
      fc.property(anyFacts, (facts) => {
        assert.equal(confirmNotes(facts).length > 0, !confirmButtons(facts).includes('act'));
      }),
    );
  });

  it('name what has to be done, in the order it is done', () => {
    const [disarmed, unseen, doubt, ...more] = confirmNotes({
      armed: false,
      first: true,
      rehearsed: false,
      doubt: true,
      direction: 'add',
      live: true,
      calm: true,
    }).map(inBoth);
    assert.equal(disarmed, says('confirm.not-armed'));
    assert.equal(unseen, says('confirm.first-change'));
    assert.equal(doubt, says('confirm.doubt', says('confirm.no-estimate')));
    assert.deepEqual(more, []);
  });

  it('send nobody to arm or to look for a reduction that stays refused', () => {
    const notes = confirmNotes({ ...ready, armed: false, first: true, doubt: true, direction: 'reduce' }).map(inBoth);
    assert.deepEqual(notes, [says('confirm.doubt', says('confirm.no-removal'))]);
  });
});
