import { ExchangeError, type ErrorKind } from '../../core/errors.ts';
import { msg } from '../../core/message.ts';

/** `code` of the `auth` error if an account's keys aren't in the keyring. */
export const keysMissingCode = 'keys-missing';

/** `code` of the `auth` error if another window stored an account's keys, and this one sees them only after a reload. */
export const keysElsewhereCode = 'keys-elsewhere';

/** `code` of the `auth` error if an account's keys belong to another user than its record says. */
export const otherOwnerCode = 'keys-of-another';

/** Failures that concern this window, not the account. */
export const keysHere: ReadonlySet<string | undefined> = new Set([keysMissingCode, keysElsewhereCode, otherOwnerCode]);

/** Failures of the key, which only a person can fix: frequent requests don't help and may get the address banned. */
export const keyFailures: ReadonlySet<ErrorKind> = new Set(['auth', 'permission', 'ip']);

/** Replaces an internal error. The error's own text isn't shown: it might contain secrets. */
export const failedInside = (): ExchangeError =>
  new ExchangeError({
    kind: 'unavailable',
    sentence: msg(
      'account.failed-inside',
      'Internal error in LTV Gauge. Run "LTV Gauge: Refresh"; if it fails again, report it with the log.',
    ),
    effect: 'none',
  });
