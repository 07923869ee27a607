import { isDecimal, isPositive, zero, type Decimal } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg, type Message } from '../../core/message.ts';
import type { Account } from '../../core/model.ts';
import { ownerOf, stakesOf } from './stakes.ts';

/** What an account may borrow within 24 hours, in USD. What was allowed for other keys or another place is not allowed for these. */
export const borrowLimit = (account: Account | undefined): Decimal =>
  account?.borrowing !== undefined && account.borrowing.whose === ownerOf(account) ? account.borrowing.perDayUsd : zero;

/** What is written down when a person allows borrowing. @throws ExchangeError as `AccountBook.allowBorrowing` */
export function allowed(account: Account, perDayUsd: Decimal, typedName: string): NonNullable<Account['borrowing']> {
  if (!isDecimal(perDayUsd) || !isPositive(perDayUsd)) throw new RangeError('a limit is an amount above zero');
  if (account.uid === undefined && !account.simulated) {
    throw refused(msg('borrow.no-owner', 'Not allowed: the owner of these keys is unknown. Run "LTV Gauge: Test Connection" first.'));
  }
  if (stakesOf(account) === 'live' && typedName !== account.name) {
    throw refused(msg('borrow.name-needed', 'Not allowed. To allow borrowing on a LIVE account, type its exact name: {0}', account.name));
  }
  return { perDayUsd, whose: ownerOf(account) };
}

const refused = (sentence: Message): ExchangeError => new ExchangeError({ kind: 'refused', effect: 'none', sentence });
