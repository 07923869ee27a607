import { keysMissingCode } from '../../accounts/vault.ts';
import type { Loan } from '../../core/model.ts';
import { msg, type Message } from '../../core/message.ts';
import type { WriteRecord } from '../../ledger/ledger.ts';
import type { AccountState } from '../../monitor/store.ts';
import type { Target } from '../command-ids.ts';
import { loanLabel, positionName } from './change-text.ts';

/** A loan that a command could be about. */
export interface LoanChoice {
  readonly state: AccountState;
  readonly loan: Loan;
}

/** The loans that `target` leaves to choose from: all of them without a target. */
export function loanChoices(states: readonly AccountState[], target: Target | undefined): readonly LoanChoice[] {
  return states
    .filter((state) => target === undefined || state.account.id === target.accountId)
    .flatMap((state) => (state.snapshot?.loans ?? []).map((loan) => ({ state, loan })))
    .filter(({ loan }) => target?.loanId === undefined || loan.id === target.loanId);
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
      sentence: frozenSentence(account.name, frozen),
      remedies: ['resolveWrite'],
    };
  }
  if (failure?.error.code === keysMissingCode) {
    return {
      sentence: msg(
        'This window does not find the keys of {0}. Reload it first: another window may have stored them. Only where they are still missing then, enter them again with Update Keys.',
        account.name,
      ),
      remedies: ['reloadWindow', 'updateKeys'],
    };
  }
  if (account.readOnly) {
    return {
      sentence: msg(
        '{0} is read-only: its key may not trade. Make a key with the permission to trade (never to withdraw) and enter it with Update Keys.',
        account.name,
      ),
      remedies: ['updateKeys'],
    };
  }
  return undefined;
}

function frozenSentence(accountName: string, { change }: WriteRecord): Message {
  return change.kind === 'margin'
    ? msg(
        'Changes on {0} are frozen: the exchange did something else than was asked on position {1}. Look at what happened, then lift the freeze.',
        accountName,
        positionName(change.position),
      )
    : msg(
        'Changes on {0} are frozen: the exchange did something else than was asked on loan {1}. Look at what happened, then lift the freeze.',
        accountName,
        loanLabel(change.loan.orderId, change.loan.loanId),
      );
}

/** Why there is no loan to choose. */
export function nothingToChoose(states: readonly AccountState[], target: Target | undefined): Obstacle {
  const concerned = states.filter((state) => target === undefined || state.account.id === target.accountId);
  if (concerned.length === 0) return { sentence: msg('There is no account yet.'), remedies: ['addAccount', 'trySimulated'] };
  const [first] = concerned;
  const failed = concerned.find((state) => state.failure !== undefined);
  if (failed?.failure !== undefined && concerned.every((state) => state.snapshot === undefined || state.failure !== undefined)) {
    return {
      sentence: msg('The loans of {0} could not be read. {1}', failed.account.name, failed.failure.error.sentence),
      remedies: failed.failure.error.code === keysMissingCode ? ['reloadWindow', 'updateKeys'] : ['refresh'],
    };
  }
  const blind = concerned.find((state) => state.snapshot?.loansTrouble !== undefined);
  if (blind?.snapshot?.loansTrouble !== undefined) {
    return {
      sentence: msg('The loans of {0} could not be read. {1}', blind.account.name, blind.snapshot.loansTrouble),
      remedies: ['refresh'],
    };
  }
  if (target?.loanId !== undefined) {
    return { sentence: msg('Loan {0} is not there any more.', target.loanId), remedies: ['refresh'] };
  }
  return concerned.length === 1 && first !== undefined
    ? { sentence: msg('{0} has no loan.', first.account.name), remedies: ['refresh'] }
    : { sentence: msg('None of your accounts has a loan.'), remedies: ['refresh'] };
}
