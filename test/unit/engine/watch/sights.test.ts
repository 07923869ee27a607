import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decimal } from '../../../../src/core/decimal.ts';
import { msg } from '../../../../src/core/message.ts';
import type { Account, Levels, Loan, Position } from '../../../../src/core/model.ts';
import { dangerBelow, warnBelow } from '../../../../src/core/risk/level.ts';
import type { AccountState, Live } from '../../../../src/engine/monitor/store.ts';
import type { Warning } from '../../../../src/engine/storage/warning-protocol.ts';
import { Lookout } from '../../../../src/engine/watch/sights.ts';
import { blindAfterMs, quietMs, type Sight } from '../../../../src/engine/watch/warnings.ts';
import { holds } from '../../property.ts';
import { failure, now, position, snapshot, state } from '../../views/samples.ts';

const minute = 60_000;
const hour = 60 * minute;
const intervalMs = 30_000;

/** A loan so far from its margin call, and a position so far from liquidation. */
const loanAt = (distance: string, more: Partial<Loan> = {}): Loan => ({
  id: '12345',
  orderId: '12345',
  ltv: decimal((0.8 * (1 - Number(distance))).toFixed(6)),
  collateralValuation: 'adjusted',
  debts: [{ coin: 'USDT', amount: decimal('40000') }],
  collateral: [{ coin: 'BTC', amount: decimal('0.8') }],
  marginCall: { ltv: decimal('0.8'), source: 'venue' },
  ...more,
});
const positionAt = (distance: string, more: Partial<Position> = {}): Position =>
  position({
    markPrice: decimal('100000'),
    liquidationPrice: decimal((100_000 * (1 - Number(distance))).toFixed(0)),
    marginRatio: decimal('5'),
    ...more,
  });

const row = (target: string): Warning => ({ account: 'one', target, level: 'danger', since: now, told: now, repeats: 0 });

const lines = ['marginCall', 'liquidation'];
const all = (ms: number): Sight['better'] => ({ warn: ms, danger: ms, marginCall: ms, liquidation: ms });

/** One window that looks at an account as time passes. */
class Eyes {
  readonly lookout = new Lookout();
  at = 0;

  see(seen: Partial<AccountState> & { asOf?: number }, known: readonly Warning[] = []): readonly Sight[] {
    const at = now + this.at;
    const read = seen.snapshot === undefined ? {} : { snapshot: { ...seen.snapshot, asOf: at - 1_000 } };
    return this.lookout.look(state({ ...seen, ...read }), known, { now: at, uptime: this.at, intervalMs });
  }

  level(of: Loan | Position, live?: Live): Sight {
    const held = 'positionId' in of ? { loans: [], positions: [of] } : { loans: [of], positions: [] };
    return this.see({ snapshot: snapshot(held), ...(live === undefined ? {} : { live }) }).find(({ target }) =>
      target.startsWith('level'),
    )!;
  }
}

describe('what there is to warn of', () => {
  let eyes: Eyes;
  beforeEach(() => {
    eyes = new Eyes();
  });

  it('is entered at the lines of the views and left one fifth further away', () => {
    assert.deepEqual([warnBelow, dangerBelow], ['0.12', '0.05']);
    for (const of of [loanAt, positionAt])
      for (const [distance, sees, better] of [
        ['0.0001', 'danger', []],
        ['0.0499', 'danger', []],
        ['0.05', 'warn', []],
        ['0.0599', 'warn', []],
        ['0.06', 'warn', ['danger']],
        ['0.1199', 'warn', ['danger']],
        ['0.12', 'calm', ['danger']],
        ['0.1439', 'calm', ['danger']],
        ['0.144', 'calm', ['warn', 'danger']],
      ] as const) {
        const sight = new Eyes().level(of(distance));
        assert.deepEqual([sight.sees, Object.keys(sight.better ?? {})], [sees, [...better, ...lines]], `${of.name} ${distance}`);
      }
  });

  it("is entered and left at levels of one's own", () => {
    const levels = { watch: decimal('0.4'), warn: decimal('0.3'), danger: decimal('0.2') };
    const account = {
      ...state({}).account,
      levels: { 'loan:12345': levels, 'position:p1': levels },
    };
    for (const [of, target] of [
      [{ loans: [loanAt('0.19')] }, 'danger'],
      [{ loans: [loanAt('0.29')] }, 'warn'],
      [{ loans: [loanAt('0.31')] }, 'calm'],
      [{ loans: [loanAt('0.29', { id: 'other' })] }, 'calm'],
      [{ loans: [], positions: [positionAt('0.19')] }, 'danger'],
      [{ loans: [], positions: [positionAt('0.31')] }, 'calm'],
    ] as const)
      assert.equal(new Eyes().see({ account, snapshot: snapshot(of) })[0]?.sees, target, JSON.stringify(of));
    const left = (distance: string): Sight['better'] =>
      new Eyes().see({ account, snapshot: snapshot({ loans: [loanAt(distance)] }) })[0]?.better;
    assert.equal(left('0.35')?.warn, undefined);
    assert.equal(left('0.37')?.warn, 0);
  });

  it('is never less urgent by levels that begin further away', () => {
    const rank = (sight: Sight | undefined): number => ['calm', 'warn', 'danger'].indexOf(String(sight?.sees));
    const part = fc.integer({ min: 1, max: 99 });
    holds(
      fc.property(fc.uniqueArray(part, { minLength: 3, maxLength: 3 }), part, fc.boolean(), (three, distance, isLoan) => {
        const [danger = 0, warn = 0, watch = 0] = [...three].sort((a, b) => a - b).map((one) => one / 100);
        const of = isLoan
          ? { loans: [loanAt((distance / 100).toFixed(2))] }
          : { loans: [], positions: [positionAt((distance / 100).toFixed(2))] };
        const seen = (more: number): Sight | undefined => {
          const levels = Object.fromEntries(
            Object.entries({ watch, warn, danger }).map(([name, at]) => [name, decimal(Math.min(at + more, 0.999).toFixed(3))]),
          ) as unknown as Levels;
          const account = { ...state({}).account, levels: { 'loan:12345': levels, 'position:p1': levels } };
          return new Eyes().see({ account, snapshot: snapshot(of) })[0];
        };
        assert.ok(rank(seen(0.05)) >= rank(seen(0)));
        for (const level of ['warn', 'danger'] as const)
          if (seen(0.05)?.better?.[level] === 0)
            assert.equal(seen(0)?.better?.[level], 0, 'what is left by further levels is left by nearer ones');
      }),
    );
  });

  it('is worse than danger where a line is reached, or the exchange acts on it, also by an estimate', () => {
    const sees = (of: Loan | Position, live?: Live): unknown[] => {
      const sight = new Eyes().level(of, live);
      return [sight.sees, Object.keys(sight.better ?? {})];
    };
    const liquidation = { ltv: decimal('0.9'), source: 'venue' } as const;
    const called = ['marginCall', ['liquidation']];
    for (const distance of ['0', '-0.05']) assert.deepEqual(sees(loanAt(distance)), called);
    assert.deepEqual(sees(loanAt('-0.05', { liquidation })), called);
    assert.deepEqual(sees(loanAt('-0.125', { liquidation })), ['liquidation', []]);
    for (const distance of ['0', '-0.05']) assert.deepEqual(sees(positionAt(distance)), ['liquidation', []]);
    assert.deepEqual(sees(positionAt('0.5', { distress: msg('test', 'Being liquidated.') })), ['liquidation', []]);
    assert.deepEqual(sees(positionAt('0.5', { marginRatio: decimal('1') })), ['liquidation', []]);
    const estimate = { ltv: decimal('0.81'), toMarginCall: decimal('-0.0125'), averaged: false };
    assert.deepEqual(sees(loanAt('0.04'), { at: now, loans: { '12345': estimate }, positions: {}, off: {}, doubted: [] }), called);
  });

  it('counts for how long it has been better without a break', () => {
    const far = (): Sight['better'] => eyes.level(loanAt('0.5')).better;
    assert.deepEqual(far(), all(0));
    for (eyes.at = minute; eyes.at <= quietMs; eyes.at += minute) far();
    eyes.at = quietMs;
    assert.deepEqual(far(), all(quietMs));
    eyes.at += minute;
    assert.deepEqual(eyes.level(loanAt('0.13')).better, {
      danger: quietMs + minute,
      marginCall: quietMs + minute,
      liquidation: quietMs + minute,
    });
    eyes.at += minute;
    assert.deepEqual(far(), { ...all(quietMs + 2 * minute), warn: 0 });
  });

  it('does not count what nobody saw: a failure, old figures, a long time without a look', () => {
    const far = (more: Partial<AccountState> = {}): Sight =>
      eyes.see({ snapshot: snapshot({ loans: [loanAt('0.5')] }), ...more }).find(({ target }) => target.startsWith('level'))!;
    for (const broken of [{ failure: failure() }, { snapshot: snapshot({ loans: [loanAt('0.5', { keptFrom: now - hour })] }) }]) {
      far();
      eyes.at += minute;
      const sight = far(broken);
      assert.deepEqual([sight.sees, sight.better], ['old', {}]);
      eyes.at += minute;
      assert.deepEqual(far().better, all(0));
    }
    eyes.at += 91_000;
    assert.deepEqual(far().better, all(0));
    eyes.at += minute;
    eyes.lookout.forget();
    assert.deepEqual(far().better, all(0));
  });

  it('is raised by an estimate and never cleared by one', () => {
    const live = (ltv: string): Live => ({
      at: now,
      loans: { '12345': { ltv: decimal(ltv), averaged: false } },
      positions: {},
      off: {},
      doubted: [],
    });
    assert.equal(eyes.level(loanAt('0.5'), live('0.75')).sees, 'warn');
    assert.equal(eyes.level(loanAt('0.5'), live('0.8')).sees, 'danger');
    const better = eyes.level(loanAt('0.05'), live('0.2'));
    assert.deepEqual([better.sees, better.better?.warn], ['warn', undefined]);
  });

  it('stays an alarm by old figures, is old where they were well, and is lost where a level is unknown', () => {
    const old = {
      failure: failure(),
      snapshot: snapshot({
        loans: [
          ...[loanAt('0.05'), loanAt('0.5', { id: 'far' }), loanAt('0.2', { id: 'watch' })],
          loanAt('0.5', { id: 'blank', ltv: decimal('0') }),
        ],
        positions: [position({}, 'liquidationPrice', 'marginRatio')],
      }),
    };
    const sees = Object.fromEntries(eyes.see(old).map((sight) => [sight.target, sight.sees]));
    assert.equal(sees['level loan:12345'], 'warn');
    assert.equal(sees['level loan:far'], 'old');
    assert.equal(sees['level loan:watch'], 'old');
    assert.equal(sees['level loan:blank'], 'lost');
    assert.equal(sees['overdue loan:far'], 'lost');
    const positions = [positionAt('0.5')];
    assert.equal(eyes.see({ failure: failure(), snapshot: snapshot({ loans: [], positions }) })[1]?.sees, 'old');
    assert.equal(eyes.level(position({}, 'liquidationPrice', 'marginRatio', 'margin')).sees, 'lost', 'unknown is not calm');
  });

  it('is old by current figures without a margin call, far from liquidation: that neither clears nor repeats what liquidation alone raised', () => {
    const bare = (distance: string, more: Partial<Loan> = {}): Loan => {
      const { marginCall: liquidation, ...loan } = loanAt(distance);
      return { ...loan, ...(liquidation === undefined ? {} : { liquidation }), ...more };
    };
    assert.equal(eyes.level(bare('0.04')).sees, 'danger');
    assert.equal(eyes.level(bare('0.13')).sees, 'old');
    assert.equal(eyes.level(bare('0.13', { keptFrom: now - minute })).sees, 'old', 'when they could not be read again too');
    assert.equal(eyes.level(bare('0.13', { ltv: decimal('0') })).sees, 'lost', 'no LTV');
    const { liquidation: _, ...blind } = bare('0.13');
    assert.equal(eyes.level(blind).sees, 'lost', 'no line at all');
    assert.equal(eyes.level(loanAt('0.04')).sees, 'danger');
    assert.equal(eyes.level(bare('0.13')).sees, 'lost', 'there was a margin call, and it may be near');
  });

  it('tells an overdue debt from the level, and one that is due within 72 hours', () => {
    const due = (at: number, overdue: boolean): Loan => loanAt('0.5', { due: [{ coin: 'USDT', amount: decimal('500'), at, overdue }] });
    const sees = (one: Loan): Record<string, string> =>
      Object.fromEntries(eyes.see({ snapshot: snapshot({ loans: [one] }) }).map((sight) => [sight.target, sight.sees]));
    assert.deepEqual(sees(due(now - 1, true)), { 'level loan:12345': 'calm', 'overdue loan:12345': 'danger', 'due loan:12345': 'calm' });
    assert.equal(sees(due(now + 72 * hour, false))['due loan:12345'], 'warn');
    assert.equal(sees(due(now + 72 * hour + 1, false))['due loan:12345'], 'calm');
  });

  const sight = (seen: Partial<AccountState>, target: string, known: readonly Warning[] = []): Sight | undefined =>
    eyes.see(seen, known).find((one) => one.target === target);

  it('is a pledged coin that is taken no more, as long as that is told', () => {
    const target = 'capped loan:12345';
    const sees = (capped: readonly string[] | undefined, more: Partial<AccountState> = {}, known: readonly Warning[] = []) =>
      sight({ snapshot: snapshot({ loans: [loanAt('0.5', capped === undefined ? {} : { capped })] }), ...more }, target, known)?.sees;
    assert.equal(sees(['BTC']), 'warn');
    assert.equal(sees([]), 'calm');
    assert.equal(sees([], { failure: failure() }), 'lost');
    assert.equal(sees(undefined), undefined);
    assert.equal(sees(undefined, {}, [row(target)]), 'calm');
    assert.equal(sees(undefined, { failure: failure() }, [row(target)]), 'lost');
    assert.equal(sight({ snapshot: snapshot({ loans: [] }) }, target, [row(target)])?.sees, 'gone');
  });

  it('is a debt coin of which hardly any is left, as long as that is told', () => {
    const sees = (drained?: readonly string[], more: Partial<AccountState> = {}) =>
      sight({ snapshot: snapshot({ loans: [loanAt('0.5', drained === undefined ? {} : { drained })] }), ...more }, 'drained loan:12345')
        ?.sees;
    assert.deepEqual([sees(['USDT']), sees([]), sees()], ['warn', 'calm', undefined]);
    assert.equal(sees([], { failure: failure() }), 'lost');
  });

  it('are terms that changed, with when the newest did', () => {
    const target = 'terms loan:12345';
    const change = { loan: '12345', what: 'marginCall', before: decimal('0.8'), after: decimal('0.75') } as const;
    const seen = (noticed: readonly number[]): Partial<AccountState> => ({
      snapshot: snapshot({ loans: [loanAt('0.5')], changed: noticed.map((at) => ({ ...change, noticed: at })) }),
    });
    const found = sight(seen([now - 5, now - hour]), target);
    assert.deepEqual([found?.sees, found?.at], ['warn', now - 5]);
    assert.equal(sight(seen([]), target), undefined);
    assert.equal(sight(seen([now + hour]), target), undefined, 'a clock that was wrong');
    assert.equal(sight(seen([]), target, [row(target)])?.sees, 'calm');
  });

  it('is a key that expires within 14, 3 and 1 days, each worse, and one without an IP list; of a simulated exchange none', () => {
    const day = 24 * hour;
    const keyed = (key: Account['key'], simulated = false): Partial<AccountState> => ({
      account: { ...state({}).account, simulated, ...(key === undefined ? {} : { key }) },
      snapshot: snapshot(),
    });
    for (const [left, sees] of [
      [14 * day + 1, undefined],
      [14 * day, 'warn'],
      [3 * day + 1, 'warn'],
      [3 * day, 'danger'],
      [day + 1, 'danger'],
      [day, 'marginCall'],
      [-day, 'marginCall'],
    ] as const) {
      assert.equal(sight(keyed({ asOf: now, expiresAt: now + left }), 'key')?.sees, sees, left.toString());
      assert.equal(sight(keyed({ asOf: now, expiresAt: now + left }, true), 'key'), undefined);
    }
    assert.equal(sight(keyed({ asOf: now, unbound: true }), 'unbound')?.sees, 'warn');
    for (const target of ['key', 'unbound']) {
      assert.equal(sight(keyed({ asOf: now }), target), undefined);
      assert.equal(sight(keyed({ asOf: now }), target, [row(target)])?.sees, 'calm');
      assert.equal(sight(keyed(undefined), target, [row(target)])?.sees, 'lost');
    }
  });

  it('is an account that failed, or of which a part is missing that its key may read', () => {
    const blind = (seen: Partial<AccountState>): boolean => eyes.see(seen).some(({ target }) => target === 'blind');
    const trouble = msg('test', 'No.');
    assert.ok(blind({ failure: failure() }));
    assert.ok(blind({ snapshot: snapshot({ loansTrouble: trouble }) }));
    assert.ok(!blind({ snapshot: snapshot({ loansTrouble: trouble, loansBarred: true }) }));
    assert.ok(!blind({ snapshot: snapshot() }));
    assert.equal(eyes.see({ snapshot: snapshot() }, [row('blind')]).find(({ target }) => target === 'blind')?.sees, 'calm');
  });

  it('is an account of which no reading comes any more, whatever the clock on the wall says', () => {
    const stuck = snapshot({ asOf: now });
    const blind = (wall = eyes.at, known: readonly Warning[] = []): Sight | undefined =>
      eyes.lookout
        .look(state({ snapshot: stuck }), known, { now: now + wall, uptime: eyes.at, intervalMs })
        .find(({ target }) => target === 'blind');
    const watch = (ms: number): void => {
      for (const end = eyes.at + ms; eyes.at < end; blind()) eyes.at = Math.min(eyes.at + 15_000, end);
    };
    assert.equal(blind(), undefined);
    watch(blindAfterMs + intervalMs - 1);
    assert.equal(blind(), undefined);
    assert.equal(blind(10 * hour), undefined);
    eyes.at += 1;
    assert.deepEqual(blind(), { account: 'one', target: 'blind', sees: 'warn', urgent: false, since: now });
    assert.equal(blind(eyes.at, [row('level loan:12345')])?.urgent, true);
    assert.equal(blind(eyes.at, [row('due loan:12345')])?.urgent, false);
    // Nothing of it is known to be over, only because the machine slept.
    eyes.lookout.forget();
    assert.equal(blind(), undefined);
    assert.equal(blind(eyes.at, [row('blind')])?.sees, 'lost');
    watch(blindAfterMs + intervalMs);
    assert.equal(blind()?.sees, 'warn');
    // As long as nobody looked, whether the machine slept or this window alone was stopped, none is missed.
    eyes.at += hour;
    assert.equal(blind(), undefined);
    watch(blindAfterMs + intervalMs - 1);
    assert.equal(blind(), undefined);
    eyes.at += 1;
    assert.equal(blind()?.sees, 'warn');
    assert.equal(eyes.see({ snapshot: stuck }, [row('blind')]).find(({ target }) => target === 'blind')?.sees, 'calm');
  });

  it('is missing: lost as long as it may only not have been read, else gone, or closed when it was well', () => {
    const missing = (seen: Partial<AccountState>, target = 'level loan:x'): string | undefined =>
      eyes.see(seen, [row(target)]).find((sight) => sight.target === target)?.sees;
    const trouble = msg('test', 'No.');
    assert.equal(missing({ snapshot: snapshot(), failure: failure() }), 'lost');
    assert.equal(missing({ snapshot: snapshot({ loansTrouble: trouble }) }), 'lost');
    assert.equal(missing({ snapshot: snapshot({ positionsTrouble: trouble }) }, 'level position:x'), 'lost');
    assert.equal(missing({ snapshot: snapshot({ positionsTrouble: trouble }) }), 'gone');
    assert.equal(missing({ snapshot: snapshot() }), 'gone');
    eyes.level(loanAt('0.5'));
    eyes.at += minute;
    assert.equal(missing({ snapshot: snapshot({ loans: [] }) }, 'level loan:12345'), 'closed');
    eyes.level(loanAt('0.05'));
    eyes.at += minute;
    assert.equal(missing({ snapshot: snapshot({ loans: [] }) }, 'level loan:12345'), 'gone');
    eyes.level(loanAt('0.05'));
    const gone = { kind: 'loan', id: '12345', name: '12345', lastSeen: 0, noticed: 0 } as const;
    assert.equal(missing({ snapshot: snapshot({ loans: [], vanished: [gone] }) }, 'level loan:12345'), 'gone');
    eyes.level(loanAt('0.05'));
    assert.equal(missing({ snapshot: snapshot({ loans: [], vanished: [{ ...gone, repaid: true }] }) }, 'level loan:12345'), 'closed');
  });
});
