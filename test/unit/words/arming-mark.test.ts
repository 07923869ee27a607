import assert from 'node:assert/strict';
import fc from 'fast-check';
import { english } from '../../../src/core/message.ts';
import type { ArmState } from '../../../src/engine/ledger/arming.ts';
import { armingContext, armingMark, armingText, msUntilArmingChanges } from '../../../src/words/arming-mark.ts';
import { collateralOutline } from '../../../src/views/collateral.ts';
import { loansOutline } from '../../../src/views/loans.ts';
import { inBoth } from './chinese.ts';
import { holds } from '../property.ts';
import { account, line, now, viewContext, state, text } from '../views/samples.ts';
import { spokenOf } from '../../../src/views/entry.ts';
import { says } from '../../texts.ts';

const writer = { readOnly: false };
const minute = 60_000;
const until = (term: number | 'restart' | 'always' | 'simulated'): ArmState => ({ armed: true, until: term });
const disarmed: ArmState = { armed: false };

describe('whether changes may be sent, in words', () => {
  it('is told in whole minutes, the begun one counted, so that it never reads as over before it is', () => {
    for (const [left, minutes] of [
      [15 * minute, '15'],
      [14 * minute + 1, '15'],
      [14 * minute, '14'],
      [minute + 1, '2'],
      [minute, '1'],
      [1, '1'],
    ] as const) {
      const mark = armingMark(writer, until(now + left), now);
      assert.ok(mark !== undefined);
      assert.equal(inBoth(mark), says('arming.armed-min', minutes), left.toString());
    }
  });

  it('is short beside the name and said in full when asked for', () => {
    const when = (ms: number): string => `at ${ms.toString()}`;
    for (const [arming, mark, full] of [
      [disarmed, says('arming.not-armed'), says('arming.not-armed-nothing')],
      [until('restart'), says('arming.armed'), says('arming.armed-restart')],
      [until('always'), says('arming.armed'), says('arming.armed-always')],
      [until('simulated'), undefined, says('arming.armed')],
      [until(7), says('arming.armed-min', '1'), says('arming.armed-until', 'at 7')],
    ] as const) {
      const told = armingMark(writer, arming, 0);
      assert.equal(told === undefined ? undefined : inBoth(told), mark);
      assert.equal(inBoth(armingText(arming, when)), full);
    }
  });

  it('is nothing of an account that may only be read, whatever it was armed for', () => {
    for (const arming of [disarmed, until('always'), until('simulated'), until(now + minute)]) {
      assert.equal(armingMark({ readOnly: true }, arming, now), undefined);
      assert.equal(armingContext({ readOnly: true }, arming), 'account');
    }
  });

  it('changes exactly when the clock says so: the same until then, another after', () => {
    holds(
      fc.property(fc.integer({ min: 300, max: 15 * minute }), (left) => {
        const arming = until(now + left);
        const wait = msUntilArmingChanges(arming, now);
        assert.ok(wait !== undefined && wait >= 250 && wait <= minute);
        const at = (later: number): string => english(armingMark(writer, arming, now + later)!);
        if (wait > 250) assert.equal(at(wait - 1), at(0));
        if (wait < left) assert.notEqual(at(wait), at(0));
      }),
    );
    for (const arming of [disarmed, until('restart'), until('always'), until('simulated')]) {
      assert.equal(msUntilArmingChanges(arming, now), undefined);
    }
  });
});

describe('the line of an account', () => {
  const accountLine = (arming: ArmState, change: Parameters<typeof account>[0] = {}) => {
    const [entry] = loansOutline([state({ account: account(change) })], viewContext({ arming: () => arming }));
    assert.ok(entry !== undefined);
    return entry;
  };
  const writing = (entry: ReturnType<typeof accountLine>): string | undefined =>
    entry.details!()
      .lines.filter(({ label }) => text(label) === says('term.api-key'))
      .map(({ value }) => text(value))[0];

  it('says where it cannot be cut off that something can be sent, or that nothing can', () => {
    assert.equal(
      line(accountLine(until(now + 12 * minute))),
      `Main | ${says('arming.armed-min', '12')} | Watch | ${says('time.just-now')} | OKX | Global`,
    );
    assert.equal(line(accountLine(until('always'))), `Main | ${says('arming.armed')} | Watch | ${says('time.just-now')} | OKX | Global`);
    assert.equal(line(accountLine(disarmed)), `Main | ${says('arming.not-armed')} | Watch | ${says('time.just-now')} | OKX | Global`);
  });

  it('says nothing of simulated money that is armed from the start, and that it is not when it was disarmed', () => {
    const simulated = { simulated: true, site: 'loopback' };
    assert.equal(line(accountLine(until('simulated'), simulated)), `Main | simulated | Watch | ${says('time.just-now')} | OKX`);
    assert.equal(
      line(accountLine(disarmed, simulated)),
      `Main | simulated | ${says('arming.not-armed')} | Watch | ${says('time.just-now')} | OKX`,
    );
  });

  it('tells the menus, the tooltip and a screen reader the same, in every view', () => {
    for (const [arming, context, row, spoken] of [
      [disarmed, 'account.disarmed', says('arming.not-armed-nothing'), says('arming.not-armed')],
      [until('restart'), 'account.armed', says('arming.armed-restart'), says('arming.armed')],
      [
        until(now + minute),
        'account.armed',
        says('arming.armed-until', new Date(now + minute).toISOString()),
        says('arming.armed-min', '1'),
      ],
    ] as const) {
      const entry = accountLine(arming);
      assert.equal(entry.context, context);
      assert.equal(writing(entry), `${says('account.can-trade')}, ${row}`);
      assert.ok(text(spokenOf(entry)).split(', ').includes(spoken));
      assert.equal(collateralOutline([state()], viewContext({ arming: () => arming }))[0]?.context, context);
    }
    const viewer = accountLine(disarmed, { readOnly: true });
    assert.equal(viewer.context, 'account');
    assert.equal(writing(viewer), says('term.read-only'));
  });
});
