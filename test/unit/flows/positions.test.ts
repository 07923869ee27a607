import assert from 'node:assert/strict';
import { keysMissingCode } from '../../../src/engine/accounts/failures-here.ts';
import { decimal } from '../../../src/core/decimal.ts';
import { ExchangeError } from '../../../src/core/errors.ts';
import { english, msg, type Message } from '../../../src/core/message.ts';
import type { Position, Snapshot } from '../../../src/core/model.ts';
import type { AccountState } from '../../../src/engine/monitor/store.ts';
import { noPosition, positionChoices, positionItemText, positionObstacle, refOf } from '../../../src/flows/choose.ts';
import { blind, marginRecord, positions } from '../words/margin-records.ts';
import { account, record } from '../words/records.ts';
import { positionAt } from '../../../src/views/place.ts';
import { marginOf, onLoan, says, saysInTurn, saysLike } from '../../texts.ts';

const cross: Position = {
  ...positions.long,
  positionId: 'cross',
  instrument: 'ETH-USDT-SWAP',
  marginMode: 'cross',
  fixedMargin: msg('test', 'Cross margin.'),
};
const snapshot = (held: readonly Position[], more: Partial<Snapshot> = {}): Snapshot => ({
  loans: [],
  wallet: [],
  positions: held,
  asOf: 1,
  ...more,
});
const state = (more: Partial<AccountState> = {}): AccountState => ({
  account,
  snapshot: snapshot([cross, positions.long, positions.short]),
  reading: false,
  ...more,
});
const other = { ...account, id: 'a2', name: 'Second' };
const failure = (code?: string): NonNullable<AccountState['failure']> => ({
  error: new ExchangeError({ kind: 'auth', sentence: msg('test', 'No keys.'), effect: 'none', ...(code === undefined ? {} : { code }) }),
  since: 1,
  at: 1,
  attempts: 1,
});
const text = (part: string | Message): string => (typeof part === 'string' ? part : english(part));
const named = (position: Position, of: AccountState = state()): { label: string; description: string; detail?: string } => {
  const { label, description, detail } = positionItemText({ state: of, position });
  return { label: english(label), description: text(description), ...(detail === undefined ? {} : { detail: english(detail) }) };
};

describe('the positions to choose from', () => {
  it('are all of them from the palette, account by account, those that cannot be changed last', () => {
    const choices = positionChoices([state(), state({ account: other })], undefined);
    assert.deepEqual(
      choices.map(({ state: of, position }) => [of.account.id, position.positionId]),
      ['a1', 'a2'].flatMap((id) => [positions.long, positions.short, cross].map(({ positionId }) => [id, positionId])),
    );
  });

  it('are only the one that a menu names, and never another one', () => {
    const { positionId } = positions.short;
    const choices = positionChoices([state(), state({ account: other })], positionAt('a2', positionId));
    assert.deepEqual(
      choices.map(({ state: of, position }) => [of.account.id, position.side]),
      [['a2', 'short']],
    );
    assert.deepEqual(positionChoices([state()], positionAt('a1', 'gone')), []);
    assert.match(english(noPosition([state()], positionAt('a1', 'gone')).sentence), saysLike('choose.gone'));
  });

  it('tell the long from the short one of the same instrument, with distance, leverage and margin', () => {
    assert.deepEqual(named(positions.long), {
      label: 'BTC-USDT-SWAP long',
      description: `${says('line.to', '9.6%', says('preview.liquidation'))}, ${says('term.by-estimate', says('target.effective-leverage', '~10×'))}, ${says('term.margin-word')} 100 USDT`,
    });
    assert.equal(named(positions.short).label, 'BTC-USDT-SWAP short');
    assert.equal(
      named(positions.inverse).description,
      `${says('line.to', '10.0%', says('preview.liquidation'))}, ${says('term.by-estimate', says('target.effective-leverage', '~10×'))}, ${says('term.margin-word')} 0.002 BTC`,
    );
  });

  it('say unknown where a figure is missing, reached where it is, the set leverage where the effective one is unknown', () => {
    assert.equal(
      named(blind(positions.long)).description,
      `${says('line.unknown', says('preview.liquidation'))}, ${says('term.margin-word')} unknown`,
    );
    assert.match(
      named({ ...positions.long, markPrice: decimal('45200') }).description,
      saysInTurn(/^/, saysLike('position.liquidation-price-reached')),
    );
    assert.match(
      named({ ...blind(positions.long), leverage: decimal('7') }).description,
      saysInTurn(says('line.unknown', says('preview.liquidation')), ', 7×,'),
    );
  });

  it('say why one cannot be changed, and that an account is read-only', () => {
    assert.equal(named(cross).detail, 'Cross margin.');
    assert.match(
      named(positions.long, state({ account: { ...account, readOnly: true } })).description,
      saysInTurn(', ', says('term.read-only')),
    );
  });

  it('are explained when there are none', () => {
    assert.deepEqual(noPosition([], undefined).remedies, ['addAccount', 'trySimulated']);
    const empty = state({ snapshot: snapshot([]) });
    assert.equal(english(noPosition([empty], undefined).sentence), says('position.no-open'));
    assert.equal(english(noPosition([empty, { ...empty, account: other }], undefined).sentence), says('position.no-open'));
    assert.deepEqual(noPosition([{ account, reading: false, failure: failure(keysMissingCode) }], undefined).remedies, [
      'reloadWindow',
      'updateKeys',
      'tryAgain',
    ]);
  });

  it('are not said to be none when they could not be read', () => {
    const unread = state({ snapshot: snapshot([], { positionsTrouble: msg('test', 'OKX refused.') }) });
    for (const target of [undefined, { accountId: 'a1' }, positionAt('a1', 'p')]) {
      assert.equal(english(noPosition([unread], target).sentence), says('choose.not-read', 'Main', 'OKX refused.'));
    }
  });
});

describe('what stands in the way of a change of margin', () => {
  const choice = (position: Position, of: AccountState = state()) => ({ state: of, position });

  it('is nothing for an isolated position of an account that may trade', () => {
    for (const position of Object.values(positions)) assert.equal(positionObstacle(choice(position), undefined, undefined), undefined);
  });

  it("is the venue's reason where the margin is fixed, and that it is shared where the venue gives none", () => {
    assert.equal(
      english(positionObstacle(choice(cross), undefined, undefined)?.sentence ?? msg('test', '')),
      says('choose.margin-fixed', 'ETH-USDT-SWAP long', 'Cross margin.'),
    );
    const silent: Position = { ...positions.short, marginMode: 'cross' };
    assert.equal(
      english(positionObstacle(choice(silent), undefined, undefined)?.sentence ?? msg('test', '')),
      says('choose.margin-fixed', 'BTC-USDT-SWAP short', says('position.cross-margin-whole')),
    );
  });

  it('is a key that may only read, a freeze, or an unfinished change, each with what to do', () => {
    const readOnly = positionObstacle(choice(positions.long, state({ account: { ...account, readOnly: true } })), undefined, undefined);
    assert.deepEqual(readOnly?.remedies, ['updateKeys']);
    const open = positionObstacle(choice(positions.short), undefined, marginRecord());
    assert.deepEqual(open?.remedies, ['resolveWrite']);
    assert.equal(english(open.sentence), says('choose.earlier-change-unfinished', 'BTC-USDT-SWAP short'));
  });

  it('names the position or the loan because of which the account is frozen', () => {
    const byMargin = positionObstacle(choice(positions.short), marginRecord({ state: 'mismatch' }), undefined);
    assert.match(english(byMargin?.sentence ?? msg('test', '')), saysLike('kinds.frozen', undefined, marginOf('BTC-USDT-SWAP long')));
    const byLoan = positionObstacle(choice(positions.short), record({ state: 'mismatch' }), undefined);
    assert.match(english(byLoan?.sentence ?? msg('test', '')), saysLike('kinds.frozen', undefined, onLoan('12345')));
    assert.deepEqual(byMargin?.remedies, ['resolveWrite']);
  });
});

describe('what names a position to its venue', () => {
  it('is its id, instrument, market, slot, side and coin, and no figure', () => {
    assert.deepEqual(refOf(positions.short), {
      positionId: '1752810569801498627',
      instrument: 'BTC-USDT-SWAP',
      market: 'SWAP',
      slot: 'short',
      side: 'short',
      marginCoin: 'USDT',
    });
  });
});
