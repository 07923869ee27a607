import assert from 'node:assert/strict';
import fc from 'fast-check';
import { confirmButtons, confirmNotes, type ConfirmFacts } from '../../../src/words/confirm.ts';
import { holds } from '../property.ts';
import { inBoth } from './chinese.ts';
import { saysLike } from '../../texts.ts';

const ready: ConfirmFacts = { armed: true, first: false, rehearsed: false, doubt: false, direction: 'add' };

const anyFacts = fc.record<ConfirmFacts>({
  armed: fc.boolean(),
  first: fc.boolean(),
  rehearsed: fc.boolean(),
  doubt: fc.boolean(),
  direction: fc.constantFrom('add', 'reduce'),
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
      assert.deepEqual(confirmButtons({ ...ready, ...facts }), ['readAgain', 'showRequest', ...(last === undefined ? [] : [last])]);
    });
  }

  it('never act while disarmed, nor unseen the first time, and never come first', () => {
    holds(
      fc.property(anyFacts, (facts) => {
        const buttons = confirmButtons(facts);
        const acts = buttons.includes('act') || buttons.includes('actWithoutEstimate');
        assert.equal(buttons[0], 'readAgain');
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
    }).map(inBoth);
    assert.match(disarmed!, saysLike('confirm.not-armed-nothing'));
    assert.match(unseen!, /first change .*"Show Request".*nothing is sent by that/);
    assert.match(doubt!, /more than 0\.5 % away.*what adding does to it is not estimated.*add without an estimate/);
    assert.deepEqual(more, []);
  });

  it('send nobody to arm or to look for a reduction that stays refused', () => {
    const notes = confirmNotes({ armed: false, first: true, rehearsed: false, doubt: true, direction: 'reduce' }).map(inBoth);
    assert.equal(notes.length, 1);
    assert.match(notes[0]!, /nothing can be taken out safely/);
  });
});
