import { formatLeverage } from '../core/format.ts';
import { msg, type Message } from '../core/message.ts';
import type { Loan, Position, PositionRef } from '../core/model.ts';
import { distanceToLiquidation, effectiveLeverage } from '../core/risk/position-model.ts';
import { keysMissingCode } from '../engine/accounts/vault.ts';
import type { WriteRecord } from '../engine/ledger/ledger.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import { loanIn, positionIn, type Place } from '../views/place.ts';
import { positionName, wordsOf } from '../words/kinds.ts';
import { distanceText, marginText } from '../words/position.ts';

/** A loan that a command could be about. */
export interface LoanChoice {
  readonly state: AccountState;
  readonly loan: Loan;
}

/** The loans that `place` leaves to choose from: all of them without one. */
export function loanChoices(states: readonly AccountState[], place: Place | undefined): readonly LoanChoice[] {
  const meant = loanIn(place);
  return states
    .filter((state) => place === undefined || state.account.id === place.accountId)
    .flatMap((state) => (state.snapshot?.loans ?? []).map((loan) => ({ state, loan })))
    .filter(({ loan }) => meant === undefined || loan.id === meant);
}

/** What a person can do about an obstacle. */
export type Remedy =
  'reloadWindow' | 'addMargin' | 'bringLiquidationToTarget' | 'updateKeys' | 'resolveWrite' | 'addAccount' | 'trySimulated' | 'refresh';

/** Why nothing can be changed now, and what to do. */
export interface Obstacle {
  readonly sentence: Message;
  readonly remedies: readonly Remedy[];
}

/** Why nothing can be changed on this account, or undefined when it can be tried. */
export function obstacleOf(state: AccountState, frozen: WriteRecord | undefined): Obstacle | undefined {
  const { account, failure } = state;
  if (frozen !== undefined) {
    return {
      sentence: wordsOf(frozen.change).frozen(frozen.change, account.name),
      remedies: ['resolveWrite'],
    };
  }
  if (failure?.error.code === keysMissingCode) {
    return {
      sentence: msg(
        'choose.window-not-find',
        'This window does not find the keys of {0}. Reload it first: another window may have stored them. Only where they are still missing then, enter them again with Update Keys.',
        account.name,
      ),
      remedies: ['reloadWindow', 'updateKeys'],
    };
  }
  if (account.readOnly) {
    return {
      sentence: msg(
        'choose.read-only-key',
        '{0} is read-only: its key may not trade. Make a key with the permission to trade (never to withdraw) and enter it with Update Keys.',
        account.name,
      ),
      remedies: ['updateKeys'],
    };
  }
  return undefined;
}

/** Why there is no loan to choose. */
export function nothingToChoose(states: readonly AccountState[], place: Place | undefined): Obstacle {
  const concerned = states.filter((state) => place === undefined || state.account.id === place.accountId);
  if (concerned.length === 0)
    return { sentence: msg('choose.no-account-yet', 'There is no account yet.'), remedies: ['addAccount', 'trySimulated'] };
  const [first] = concerned;
  const failed = concerned.find((state) => state.failure !== undefined);
  if (failed?.failure !== undefined && concerned.every((state) => state.snapshot === undefined || state.failure !== undefined)) {
    return {
      sentence: msg('choose.loans-not-read', 'The loans of {0} could not be read. {1}', failed.account.name, failed.failure.error.sentence),
      remedies: failed.failure.error.code === keysMissingCode ? ['reloadWindow', 'updateKeys'] : ['refresh'],
    };
  }
  const blind = concerned.find((state) => state.snapshot?.loansTrouble !== undefined);
  if (blind?.snapshot?.loansTrouble !== undefined) {
    return {
      sentence: msg('choose.loans-not-read', 'The loans of {0} could not be read. {1}', blind.account.name, blind.snapshot.loansTrouble),
      remedies: ['refresh'],
    };
  }
  const named = loanIn(place);
  if (named !== undefined) {
    return { sentence: msg('choose.loan-not-any', 'Loan {0} is not there any more.', named), remedies: ['refresh'] };
  }
  return concerned.length === 1 && first !== undefined
    ? { sentence: msg('choose.no-loan', '{0} has no loan.', first.account.name), remedies: ['refresh'] }
    : { sentence: msg('choose.none-accounts-loan', 'None of your accounts has a loan.'), remedies: ['refresh'] };
}

/** A position that a command could be about. */
export interface PositionChoice {
  readonly state: AccountState;
  readonly position: Position;
}

/**
 * The positions that `place` leaves to choose from: all of them without one. Those whose margin cannot be changed are
 * among them, after the others of their account, so that the reason can be told.
 */
export function positionChoices(states: readonly AccountState[], place: Place | undefined): readonly PositionChoice[] {
  const meant = positionIn(place);
  return states
    .filter((state) => place === undefined || state.account.id === place.accountId)
    .flatMap((state) => {
      const positions = state.snapshot?.positions ?? [];
      const changeable = positions.filter((position) => fixedReason(position) === undefined);
      return [...changeable, ...positions.filter((position) => !changeable.includes(position))].map((position) => ({ state, position }));
    })
    .filter(({ position }) => meant === undefined || position.positionId === meant);
}

/** What names the position to its venue, and nothing more. */
export function refOf({ positionId, instrument, market, slot, side, marginCoin }: Position): PositionRef {
  return { positionId, instrument, market, slot, side, marginCoin };
}

/** Why the margin of a position cannot be changed, or undefined when it can. */
export function fixedReason({ fixedMargin, marginMode }: Position): Message | undefined {
  if (fixedMargin !== undefined) return fixedMargin;
  return marginMode === 'cross'
    ? msg(
        'position.cross-margin-whole',
        'Cross margin: the whole account stands behind this position, so there is no margin of its own to change.',
      )
    : undefined;
}

/** One line to choose by. */
export interface PositionItemText {
  readonly label: Message;
  readonly description: Message;
  /** Why it cannot be changed. */
  readonly detail?: Message;
}

/** Instrument and side, distance to liquidation, leverage in fact (else as set), margin. */
export function positionItemText({ state, position }: PositionChoice): PositionItemText {
  const { leverage, margin, marginCoin } = position;
  const inFact = effectiveLeverage(position);
  // The two differ, and the view names both.
  const leveraged =
    inFact !== undefined
      ? msg('choose.leverage-fact', 'leverage in fact {0}', formatLeverage(inFact))
      : leverage !== undefined
        ? msg('choose.leverage-set', 'leverage {0} set', formatLeverage(leverage))
        : msg('choose.leverage-unknown', 'leverage unknown');
  const figures = msg(
    'choose.distance-liquidation-margin',
    'distance to liquidation {0}, {1}, margin {2}',
    distanceText(distanceToLiquidation(position)),
    leveraged,
    marginText(margin, marginCoin),
  );
  const reason = fixedReason(position);
  return {
    label: positionName(position),
    description: state.account.readOnly ? msg('term.with-read-only', '{0}, read-only', figures) : figures,
    ...(reason === undefined ? {} : { detail: msg('choose.cannot-changed', 'Cannot be changed: {0}', reason) }),
  };
}

/**
 * Why the margin of this position cannot be changed now, or undefined when it can be tried.
 * @param frozen the mismatch that keeps the account frozen
 * @param open an unfinished change of this position
 */
export function positionObstacle(
  { state, position }: PositionChoice,
  frozen: WriteRecord | undefined,
  open: WriteRecord | undefined,
): Obstacle | undefined {
  const reason = fixedReason(position);
  if (reason !== undefined) {
    return {
      sentence: msg('choose.margin-cannot-changed', 'The margin of {0} cannot be changed. {1}', positionName(position), reason),
      remedies: [],
    };
  }
  const obstacle = obstacleOf(state, frozen);
  if (obstacle !== undefined || open === undefined) return obstacle;
  return {
    sentence: msg(
      'choose.earlier-change-unfinished',
      'An earlier change of {0} is unfinished: what became of it is not proven. Until it is, nothing else can be changed on this position.',
      positionName(position),
    ),
    remedies: ['resolveWrite'],
  };
}

/** Why there is no position to choose. */
export function noPosition(states: readonly AccountState[], place: Place | undefined): Obstacle {
  const concerned = states.filter((state) => place === undefined || state.account.id === place.accountId);
  const [first] = concerned;
  if (first === undefined)
    return { sentence: msg('choose.no-account-yet', 'There is no account yet.'), remedies: ['addAccount', 'trySimulated'] };
  const failed = concerned.find((state) => state.failure !== undefined);
  if (failed?.failure !== undefined && concerned.every((state) => state.snapshot === undefined || state.failure !== undefined)) {
    return {
      sentence: msg(
        'choose.positions-not-read',
        'The positions of {0} could not be read. {1}',
        failed.account.name,
        failed.failure.error.sentence,
      ),
      remedies: failed.failure.error.code === keysMissingCode ? ['reloadWindow', 'updateKeys'] : ['refresh'],
    };
  }
  const blind = concerned.find((state) => state.snapshot?.positionsTrouble !== undefined);
  if (blind?.snapshot?.positionsTrouble !== undefined) {
    return {
      sentence: msg(
        'choose.positions-not-read',
        'The positions of {0} could not be read. {1}',
        blind.account.name,
        blind.snapshot.positionsTrouble,
      ),
      remedies: ['refresh'],
    };
  }
  if (positionIn(place) !== undefined)
    return { sentence: msg('choose.position-not-any', 'This position is not there any more.'), remedies: ['refresh'] };
  return concerned.length === 1
    ? { sentence: msg('choose.no-open-position', '{0} has no open position.', first.account.name), remedies: ['refresh'] }
    : { sentence: msg('choose.none-accounts-open', 'None of your accounts has an open position.'), remedies: ['refresh'] };
}
