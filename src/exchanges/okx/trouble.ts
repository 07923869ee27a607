import { msg, type Message } from '../../core/message.ts';
import type { LoanRead, WalletRead } from './loan-map.ts';

/** What of an answer could not be understood, in words. */

/** @param odd how many loans are not understood at all */
export function loansTrouble(loans: readonly LoanRead[], odd: number): Message | undefined {
  const partly = loans.flatMap(({ loan, owed, pledged }) => {
    const what = [
      ...new Set([...owed.coins, ...pledged.coins]),
      ...(owed.unnamed ? [msg('a part of what is owed')] : []),
      ...(pledged.unnamed ? [msg('a part of what is pledged')] : []),
    ];
    return what.length === 0
      ? []
      : [msg('Loan {0} was read in part. Not understood: {1}. Look at it in the OKX app.', loan.id, listed(what))];
  });
  const lost =
    odd === 0
      ? []
      : [
          msg(
            'Loans on OKX that could not be understood and are not shown: {0}. Look at them in the OKX app, and update LTV Gauge.',
            odd.toString(),
          ),
        ];
  return joined([...lost, ...partly]);
}

export function walletTrouble({ gaps }: WalletRead): Message | undefined {
  const what = [...gaps.coins, ...(gaps.unnamed ? [msg('a coin without a name')] : [])];
  return what.length === 0 ? undefined : msg('OKX does not say how much of this the funding account holds: {0}.', listed(what));
}

/** @param rows as they came */
export function positionsTrouble(rows: readonly unknown[]): Message {
  const names = new Set(rows.flatMap(nameOf));
  const count = rows.length.toString();
  return msg(
    'Positions on OKX that could not be understood and are not shown: {0}. Look at them in the OKX app, and update LTV Gauge.',
    names.size === 0 ? count : `${count} (${[...names].join(', ')})`,
  );
}

/** An instrument's name that can stand on a screen. */
function nameOf(row: unknown): readonly string[] {
  if (typeof row !== 'object' || row === null || !('instId' in row)) return [];
  const { instId } = row;
  return typeof instId === 'string' && /^[\p{L}\p{N}._-]{1,40}$/u.test(instId) ? [instId] : [];
}

const joined = (parts: readonly Message[]): Message | undefined =>
  parts.length === 0 ? undefined : parts.reduce((text, part) => msg('{0} {1}', text, part));

const listed = (parts: readonly (string | Message)[]): string | Message =>
  parts.reduce<string | Message>((text, part) => (text === '' ? part : msg('{0}, {1}', text, part)), '');
