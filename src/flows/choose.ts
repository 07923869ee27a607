import type { ExchangeError } from '../core/errors.ts';
import { msg, type Message } from '../core/message.ts';
import type { Loan, Position, PositionRef } from '../core/model.ts';
import { distanceToLiquidation, effectiveLeverage } from '../core/risk/position-model.ts';
import { keysElsewhereCode, keysMissingCode, otherOwnerCode } from '../engine/accounts/failures-here.ts';
import type { WriteRecord } from '../engine/ledger/ledger.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import { loanIn, positionIn, type Place } from '../views/place.ts';
import { fixedReason, leverageTexts, liquidationDistanceText, marginText, namedWithSide } from '../words/position.ts';
import { joined, spaced, type Text } from '../words/text.ts';
import { frozenText } from '../words/kinds.ts';

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
  | 'reloadWindow'
  | 'addMargin'
  | 'bringLiquidationToTarget'
  | 'updateKeys'
  | 'resolveWrite'
  | 'addAccount'
  | 'trySimulated'
  | 'tryAgain';

/** Why nothing can be changed now, and what helps. */
export interface Obstacle {
  readonly sentence: Message;
  readonly remedies: readonly Remedy[];
}

/** Why nothing can be changed on this account, or undefined when it can be tried. */
export function obstacleOf(state: AccountState, frozen: WriteRecord | undefined): Obstacle | undefined {
  const { account } = state;
  if (frozen !== undefined) {
    return {
      sentence: frozenText(frozen, account.name),
      remedies: ['resolveWrite'],
    };
  }
  if (account.readOnly) {
    return {
      sentence: msg(
        'choose.read-only-key',
        "{0} is read-only: its key can't trade. Create a key that can trade but not withdraw, then update the keys.",
        account.name,
      ),
      remedies: ['updateKeys'],
    };
  }
  return undefined;
}

/** Why there is no loan to choose. */
export function nothingToChoose(states: readonly AccountState[], place: Place | undefined): Obstacle {
  return nothingHere(states, place, {
    isNamed: loanIn(place) !== undefined,
    troubleOf: ({ snapshot }) => snapshot?.loansTrouble,
    none: msg('loan.none', 'No loans'),
  });
}

/** What differs between loans and positions. */
interface Nothing {
  /** A menu named one. */
  readonly isNamed: boolean;
  readonly troubleOf: (state: AccountState) => Message | undefined;
  readonly none: Message;
}

function nothingHere(states: readonly AccountState[], place: Place | undefined, { isNamed, troubleOf, none }: Nothing): Obstacle {
  const concerned = states.filter((state) => place === undefined || state.account.id === place.accountId);
  if (concerned.length === 0)
    return { sentence: msg('choose.no-account-yet', 'Add an account first.'), remedies: ['addAccount', 'trySimulated'] };
  const failed = concerned.find((state) => state.failure !== undefined);
  if (failed?.failure !== undefined && concerned.every((state) => state.snapshot === undefined || state.failure !== undefined)) {
    return unread(failed, failed.failure.error);
  }
  for (const state of concerned) {
    const trouble = troubleOf(state);
    if (trouble !== undefined) return { sentence: notRead(state, trouble), remedies: ['tryAgain'] };
  }
  const gone = msg('choose.gone', 'This loan or position no longer exists.');
  return { sentence: isNamed ? gone : none, remedies: ['tryAgain'] };
}

const notRead = ({ account }: AccountState, why: Message): Message =>
  msg('choose.not-read', "{0} couldn't be read. {1}", account.name, why);

/**
 * What helps against an error of this window: reloading it, or other keys.
 * @param keepsOwnKeys whether another window may have replaced the key this window knows
 */
export function remediesOf(
  { kind, code }: Pick<ExchangeError, 'kind' | 'code'>,
  keepsOwnKeys: boolean,
): readonly ('reloadWindow' | 'updateKeys')[] {
  if (code === keysElsewhereCode) return ['reloadWindow'];
  const isOfWindow = code === keysMissingCode || code === otherOwnerCode || (kind === 'auth' && keepsOwnKeys);
  return isOfWindow ? ['reloadWindow', 'updateKeys'] : [];
}

/** That an account can't be read now. */
export const unread = (state: AccountState, error: ExchangeError, keepsOwnKeys = false): Obstacle => ({
  sentence: notRead(state, error.sentence),
  remedies: [...remediesOf(error, keepsOwnKeys), 'tryAgain'],
});

/** What a command asks for. */
export interface Sought<C extends { readonly state: AccountState }> {
  choices(states: readonly AccountState[], place: Place | undefined): readonly C[];
  /** Why there is none. */
  none(states: readonly AccountState[], place: Place | undefined): Obstacle;
  /** When it was read, if earlier than the rest. */
  keptFrom(choice: C): number | undefined;
}

/** A position that a command could be about. */
export interface PositionChoice {
  readonly state: AccountState;
  readonly position: Position;
}

/**
 * The positions that `place` leaves to choose from: all of them without one. Those whose margin can't be changed are among them, after the others
 * of their account, so that the reason is shown.
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

/** The position as a request names it. */
export function refOf({ positionId, instrument, market, slot, side, marginCoin }: Position): PositionRef {
  return { positionId, instrument, market, slot, side, marginCoin };
}

/** One line to choose by. */
export interface PositionItemText {
  readonly label: Message;
  readonly description: Text;
  /** Why it can't be changed. */
  readonly detail?: Message;
}

/** Instrument and side, distance to liquidation, effective leverage (else the set one), margin. */
export function positionItemText({ state, position }: PositionChoice): PositionItemText {
  const { leverage, margin, marginCoin } = position;
  const effective = effectiveLeverage(position);
  const reason = fixedReason(position);
  return {
    label: namedWithSide(position),
    description: joined([
      liquidationDistanceText(distanceToLiquidation(position)),
      ...leverageTexts(effective === undefined ? leverage : undefined, effective),
      spaced(msg('term.margin-word', 'margin'), marginText(margin, marginCoin)),
      ...(state.account.readOnly ? [msg('term.read-only', 'read-only')] : []),
    ]),
    ...(reason === undefined ? {} : { detail: reason }),
  };
}

/**
 * Why the margin of this position can't be changed now, or undefined when it can be tried.
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
      sentence: msg('choose.margin-fixed', "The margin of {0} can't be changed. {1}", namedWithSide(position), reason),
      remedies: [],
    };
  }
  const obstacle = obstacleOf(state, frozen);
  if (obstacle !== undefined || open === undefined) return obstacle;
  return {
    sentence: msg('choose.earlier-change-unfinished', 'An earlier change of {0} is unfinished. Resolve it first.', namedWithSide(position)),
    remedies: ['resolveWrite'],
  };
}

/** Why there is no position to choose. */
export function noPosition(states: readonly AccountState[], place: Place | undefined): Obstacle {
  return nothingHere(states, place, {
    isNamed: positionIn(place) !== undefined,
    troubleOf: ({ snapshot }) => snapshot?.positionsTrouble,
    none: msg('position.no-open', 'No open positions'),
  });
}

/** What a command about a loan asks for. */
export const loans: Sought<LoanChoice> = { choices: loanChoices, none: nothingToChoose, keptFrom: ({ loan }) => loan.keptFrom };

/** That loans are there, and can only be repaid at the exchange. */
export const repayElsewhere = (venue: string): Obstacle => ({
  sentence: msg('repay.elsewhere', "This loan can't be repaid from here. Repay in the {0} app, then refresh.", venue),
  remedies: [],
});

/** That loans are there, and owe nothing. */
export const nothingToRepay = (): Obstacle => ({ sentence: msg('repay.no-debt', 'Nothing is owed.'), remedies: ['tryAgain'] });

/** What a command about a position asks for. */
export const positions: Sought<PositionChoice> = {
  choices: positionChoices,
  none: noPosition,
  keptFrom: ({ position }) => position.keptFrom,
};
