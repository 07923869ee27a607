import { isPositive, type Decimal } from '../core/decimal.ts';
import { ExchangeError } from '../core/errors.ts';
import { formatUsd } from '../core/format.ts';
import { msg, type Message } from '../core/message.ts';
import type { Account } from '../core/model.ts';
import { borrowLimit } from '../engine/accounts/borrowing.ts';
import { stakesOf } from '../engine/accounts/stakes.ts';
import { readNumber } from '../words/amount.ts';
import { nameFault } from '../words/arming.ts';
import type { Acting } from './acting.ts';
import { isOwnerKnown } from './arm.ts';
import { obstacleOf } from './choose.ts';
import { back } from './conversation.ts';
import { explainFailure, explainObstacle, titleOn } from './tell.ts';

/**
 * "Allow Borrowing…": a person's act, apart from arming. Asks for the most that may be borrowed on this account within 24 hours, or forbids it again;
 * a LIVE account's name has to be typed.
 * @returns whether borrowing is allowed now; false if the person left
 */
export async function allowBorrowing(app: Acting, account: Account): Promise<boolean> {
  if (account.readOnly) {
    const obstacle = obstacleOf({ account, reading: false }, undefined);
    if (obstacle !== undefined) await explainObstacle(app, obstacle, { accountId: account.id });
    return false;
  }
  const limit = borrowLimit(app.book.get(account.id));
  if (isPositive(limit)) {
    const chosen = await askAgain(app, account, limit);
    if (chosen === undefined) return true;
    if (chosen === 'forbid') {
      await app.book.allowBorrowing(account.id, undefined);
      await app.talk.tell({ kind: 'info', sentence: msg('borrow.forbidden', 'Borrowing is no longer allowed on {0}.', account.name) });
      return false;
    }
  }
  if (!(await isOwnerKnown(app, account))) return false;
  const perDayUsd = await askLimit(app, account);
  if (perDayUsd === undefined) return false;
  const typedName = stakesOf(account) === 'live' ? await askName(app, account) : '';
  if (typedName === undefined) return false;
  try {
    await app.book.allowBorrowing(account.id, perDayUsd, typedName);
  } catch (error) {
    if (!ExchangeError.is(error)) throw error;
    await explainFailure(app, error, { accountId: account.id });
    return false;
  }
  app.log.info(`borrowing: ${account.id}: up to ${perDayUsd} USD in 24 hours`);
  return true;
}

/** "Allow Borrowing…" as a command: says how it is now. */
export async function allowBorrowingOn(app: Acting, account: Account): Promise<void> {
  if (!(await allowBorrowing(app, account))) return;
  const limit = borrowLimit(app.book.get(account.id));
  await app.talk.tell({
    kind: 'info',
    sentence: msg(
      'borrow.allowed',
      '{0} may borrow up to {1} in 24 hours. Each change still needs your confirmation.',
      account.name,
      formatUsd(limit, 'asset'),
    ),
  });
}

const titleOf = (app: Acting, account: Account) => titleOn(app, account, msg('button.allow-borrowing', 'Allow Borrowing…'));

async function askAgain(app: Acting, account: Account, limit: Decimal): Promise<'change' | 'forbid' | undefined> {
  const chosen = await app.talk.pick<'change' | 'forbid'>({
    title: titleOf(app, account),
    placeholder: msg('borrow.limit-now', 'Now up to {0} in 24 hours', formatUsd(limit, 'asset')),
    items: [
      { label: msg('borrow.change-limit', 'Change Limit…'), value: 'change' },
      { label: msg('borrow.forbid', 'Forbid Borrowing'), value: 'forbid' },
    ],
    canGoBack: false,
  });
  return chosen === back ? undefined : chosen;
}

async function askLimit(app: Acting, account: Account): Promise<Decimal | undefined> {
  const typed = await app.talk.input({
    title: titleOf(app, account),
    prompt: msg('borrow.ask-limit', 'Not allowed until you set a limit: the most that {0} may borrow in 24 hours, in USD.', account.name),
    placeholder: '500',
    judge: (raw) => {
      const amount = readNumber(raw.trim(), '500');
      return typeof amount === 'string' ? { value: amount } : { problem: amount };
    },
    canGoBack: false,
  });
  return typed === back ? undefined : typed;
}

async function askName(app: Acting, account: Account): Promise<string | undefined> {
  const { name } = account;
  const prompt: Message = msg('borrow.name-prompt', 'REAL DEBT can be taken on {0} after each confirmation. Type the account name.', name);
  const typed = await app.talk.input({
    title: titleOf(app, account),
    prompt,
    judge: (raw) => {
      const problem = nameFault(raw, name);
      return problem === undefined ? { value: raw } : { problem };
    },
    canGoBack: false,
  });
  return typed === back ? undefined : typed;
}
