import assert from 'node:assert/strict';
import * as v from 'valibot';
import { add, compare, subtract, type Decimal } from '../../../../src/core/decimal.ts';
import { msg } from '../../../../src/core/message.ts';
import type { Account, Direction } from '../../../../src/core/model.ts';
import {
  checkAsked,
  mustEqual,
  previewedAlike,
  storedAmount,
  storedAsked,
  storedText,
  type ChangeKind,
  type Kinds,
  incomplete,
} from '../../../../src/engine/ledger/change-kind.ts';
import { kinds as ours } from '../../../../src/engine/ledger/kinds/kinds.ts';
import type { WriteRecord } from '../../../../src/engine/ledger/record.ts';
import { formatWith, fromLine, toLine } from '../../../../src/engine/ledger/record-format.ts';
import type { Finding } from '../../../../src/engine/ledger/write-states.ts';
import type { Change, Requests } from '../../../../src/exchanges/exchange.ts';
import { MemoryJournal } from './memory-journal.ts';
import { change, connectionTo, d, Setup, ignore, loanId, noLimits, refused, start } from './support.ts';
import { saysLike } from '../../../texts.ts';

/** Bricks on a loan, a kind of change that no venue has. */
interface ToyChange {
  readonly kind: 'toy';
  readonly loan: { readonly loanId: string };
  readonly direction: Direction;
  readonly coin: string;
  readonly amount: Decimal;
}
interface ToyReadiness {
  readonly kind: 'toy';
  readonly walletAvailable: Decimal;
  readonly baseline: { readonly kind: 'toy'; readonly bricks: Decimal };
  readonly asOf: number;
}
interface ToyPreview {
  readonly kind: 'toy';
  readonly change: ToyChange;
  readonly account: Account;
  readonly readiness: ToyReadiness;
  readonly doubt?: 'definitions';
}
type ToyWrite = Omit<WriteRecord, 'change' | 'baseline'> & Pick<ToyPreview, 'change'> & Pick<ToyReadiness, 'baseline'>;

/** Where the bricks lie. */
class Box {
  bricks = d('5');
  readonly sends: ToyChange[] = [];
  /** What it makes of the next change. */
  does: 'as asked' | 'the opposite' | 'nothing' = 'as asked';

  take(asked: ToyChange): void {
    this.sends.push(structuredClone(asked));
    if (this.does === 'nothing') return;
    const more = (asked.direction === 'add') === (this.does === 'as asked');
    this.bricks = more ? add(this.bricks, asked.amount) : subtract(this.bricks, asked.amount);
  }
}

const toyKind = (box: Box, toyIs: Pick<ToyPreview, 'doubt'>, now: () => number) =>
  ({
    check(asked: ToyChange): ToyChange {
      if (asked.loan.loanId === '') throw incomplete();
      checkAsked(asked);
      const { loan, direction, coin, amount } = asked;
      return Object.freeze({ kind: 'toy', loan: Object.freeze({ loanId: loan.loanId }), direction, coin, amount });
    },
    prepare: async (): Promise<ToyReadiness> => ({
      kind: 'toy',
      walletAvailable: d('100'),
      baseline: { kind: 'toy', bricks: box.bricks },
      asOf: now(),
    }),
    preview(account: Account, asked: ToyChange, readiness: ToyReadiness, price: Decimal | undefined) {
      const alike = previewedAlike(account, asked as unknown as Change, readiness as never, price);
      return Object.freeze({ kind: 'toy' as const, change: asked, ...alike, readiness, ...toyIs });
    },
    places: () => 1,
    mustBeAsShown(shown: ToyPreview, fresh: ToyPreview): void {
      mustEqual(msg('test', 'Bricks'), shown.readiness.baseline.bricks, fresh.readiness.baseline.bricks);
    },
    decidedOn: () => ({ limit: d('100') }),
    expectations: () => ({}),
    prove: async (): Promise<Decimal> => box.bricks,
    judge({ change: asked, baseline }: ToyWrite, bricks: Decimal): Finding | undefined {
      const moved = compare(bricks, baseline.bricks);
      if (moved === 0) return undefined;
      const evidence = { kind: 'position' } as const;
      return moved === (asked.direction === 'add' ? 1 : -1)
        ? { type: 'proven', evidence }
        : { type: 'contradicted', evidence, note: msg('test', 'The bricks went the other way.') };
    },
    schema: {
      change: v.object({ kind: v.literal('toy'), loan: v.object({ loanId: storedText }), ...storedAsked }),
      baseline: v.object({ kind: v.literal('toy'), bricks: storedAmount }),
    },
  }) as unknown as ChangeKind;

const toy = (facts: Partial<ToyChange> = {}): Change =>
  ({ kind: 'toy', loan: { loanId }, direction: 'add', coin: 'BRICK', amount: d('1.50'), ...facts }) as unknown as Change;

/** A setup whose ledger knows one kind more. */
function toySetup() {
  const setup = new Setup();
  const box = new Box();
  const toyIs: { doubt?: 'definitions' } = {};
  const kind = toyKind(box, toyIs, setup.clock.now);
  const kinds: Kinds = new Map([...ours, ['toy', kind]]);
  const disk = new MemoryJournal(formatWith(kinds));
  const usual = connectionTo(setup.venue, setup.market);
  const send: Requests<Change>['send'] = async (asked) => {
    box.take(asked as unknown as ToyChange);
    return {};
  };
  const actions = { ...usual.actions, toy: { ...usual.actions.collateral, send } };
  const options = { kinds, connections: { get: async () => ({ ...usual, actions }) } };
  const window = () => setup.window({ journal: disk, options });
  return { setup, box, toyIs, kind, disk, window };
}

describe('a further kind of change', () => {
  it('goes from preview to proof as the others do', async () => {
    const { setup, box, disk, window } = toySetup();
    setup.venue.usd['BRICK'] = d('2');
    const { ledger, journal } = window();
    const preview = await ledger.preview('a', toy());
    const { kind, usd, walletAfter } = preview;
    assert.deepEqual({ kind, usd, walletAfter }, { kind: 'toy', usd: '3', walletAfter: '98.5' }, 'its price is asked for');
    assert.equal(box.sends.length, 0);
    const states: string[] = [];
    const done = ledger.commit(preview, ({ state }) => states.push(state));
    await setup.clock.advance(2_000);
    const record = await done;
    assert.deepEqual(box.sends, [toy()], 'sent once, to the last character');
    assert.equal(record.state, 'effective');
    assert.deepEqual(record.figures?.limit, '100');
    assert.deepEqual(states, ['planned', 'sent', 'accepted', 'effective']);
    assert.deepEqual(await journal.states(), ['planned', 'sent', 'accepted', 'effective']);
    const written = (await disk.load()).map(({ change: asked, baseline }) => ({ asked, baseline }));
    assert.deepEqual(written[0], { asked: toy(), baseline: { kind: 'toy', bricks: '5' } });
    assert.deepEqual(await window().ledger.activity(), [record], 'another window reads it');
    assert.equal(setup.venue.sends.length + setup.market.sends.length, 0);
  });

  it('holds its loan against changes of every kind until it is proven, after a restart too', async () => {
    const { setup, box, window } = toySetup();
    box.does = 'nothing';
    await start(window().ledger, toy());
    const after = window().ledger;
    await assert.rejects(after.preview('a', toy()), refused(saysLike('refusal.unfinished')));
    await assert.rejects(after.preview('a', change()), refused(saysLike('refusal.unfinished')));
    box.bricks = d('6.5');
    await after.reconcile('a');
    assert.deepEqual(after.open('a'), []);
    assert.equal((await after.activity())[0]?.state, 'effective');
    assert.equal(box.sends.length, 1);
    assert.equal((await after.preview('a', change())).kind, 'collateral');
    assert.equal(setup.venue.sends.length, 0);
  });

  it('freezes the account where its own judgement is that the opposite was done', async () => {
    const { setup, box, window } = toySetup();
    box.does = 'the opposite';
    const { ledger } = window();
    const { done } = await start(ledger, toy());
    await setup.clock.advance(2_000);
    assert.equal((await done).state, 'mismatch');
    await assert.rejects(ledger.preview('a', change()), refused(/frozen/));
  });

  it('is not sent when its own last look finds another thing than was confirmed', async () => {
    const { box, window } = toySetup();
    const { ledger, journal } = window();
    const preview = await ledger.preview('a', toy());
    box.bricks = d('4');
    await assert.rejects(ledger.commit(preview, ignore), refused(saysLike('change.changed-since', 'Bricks', '5', '4')));
    assert.equal(box.sends.length, 0);
    assert.equal(journal.appends, 0);
  });

  it('is not sent without an estimate by its own oversight: what the preview gave one for, nor a reduction', async () => {
    const { box, toyIs, window } = toySetup();
    const { ledger, journal } = window();
    const estimated = await ledger.preview('a', toy());
    toyIs.doubt = 'definitions';
    await assert.rejects(ledger.commit(estimated, ignore, { withoutEstimate: true }), refused(saysLike('refusal.no-estimate')));
    const taken = await ledger.preview('a', toy({ direction: 'reduce' }));
    await assert.rejects(ledger.commit(taken, ignore, { withoutEstimate: true }), refused(saysLike('refusal.no-estimate')));
    assert.equal(box.sends.length, 0);
    assert.equal(journal.appends, 0);
  });

  it('sends nothing where a step of its own before the send fails, and stays open where one after it does', async () => {
    for (const step of ['check', 'prepare', 'preview', 'mustBeAsShown', 'decidedOn', 'expectations', 'schema', 'prove', 'judge'] as const) {
      const { setup, box, kind, window } = toySetup();
      const { ledger } = window();
      Object.assign(kind, { [step]: undefined });
      const done = ledger.preview('a', toy()).then((preview) => ledger.commit(preview, ignore));
      const outcome = done.then(
        ({ state }) => state,
        () => 'rejected',
      );
      await setup.clock.advance(61_000);
      const isAfter = step === 'prove' || step === 'judge';
      assert.equal(await outcome, isAfter ? 'accepted' : 'rejected', step);
      assert.equal(box.sends.length, isAfter ? 1 : 0, step);
    }
  });

  it('is bound by the limits of the person, in as many decimals as its venue takes', async () => {
    const { setup, window } = toySetup();
    setup.venue.usd['BRICK'] = d('3');
    const { ledger } = window();
    setup.limits = { ...noLimits, perActionByCoin: new Map([['BRICK', d('1')]]) };
    await assert.rejects(ledger.preview('a', toy()), refused(/at most 1 BRICK/));
    setup.limits = { ...noLimits, perActionUsd: d('1'), highestLtvAfterReduction: d('0.1') };
    await assert.rejects(ledger.preview('a', toy({ direction: 'reduce' })), refused(/at most 0\.3 BRICK/));
  });

  it('is checked by its own rules, and unknown to a ledger and a journal without it', async () => {
    const { window, disk } = toySetup();
    await assert.rejects(window().ledger.preview('a', toy({ loan: { loanId: '' } })), refused(saysLike('change.incomplete')));
    await assert.rejects(window().ledger.preview('a', toy({ amount: d('0') })), refused(saysLike('change.incomplete')));
    await assert.rejects(new Setup().window().ledger.preview('a', toy()), refused(saysLike('change.incomplete')));
    await start(window().ledger, toy());
    const [row] = await disk.load();
    assert.throws(() => toLine(row!), v.ValiError);
    assert.throws(() => fromLine(JSON.stringify({ format: 3, ...row })), v.ValiError);
  });
});
