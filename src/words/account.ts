import { keysElsewhereCode, keysMissingCode } from '../engine/accounts/failures-here.ts';
import type { ExchangeError } from '../core/errors.ts';
import { msg, type Message } from '../core/message.ts';
import type { Exchange } from '../exchanges/exchange.ts';
import type { ArmState } from '../engine/ledger/arming.ts';
import type { WriteRecord } from '../engine/ledger/ledger.ts';
import type { limitsOfUser } from '../engine/ledger/limits.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import type { Warning } from '../engine/storage/warning-protocol.ts';
import { ageText } from './time.ts';
import type { Icon } from './level.ts';
import type { Text } from './text.ts';

/** What views need besides account states. */
export interface ViewContext {
  readonly exchanges: readonly Exchange[];
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  readonly intervalMs: number;
  /** A moment as the person's clock shows it. */
  readonly when: (ms: number) => string;
  /** The same with its time zone, for times where the hour matters: one hour happens twice a year. */
  readonly zoned: (ms: number) => string;
  readonly openWrites: (accountId: string) => readonly WriteRecord[];
  readonly frozen: (accountId: string) => WriteRecord | undefined;
  /** Whether changes may be sent from the account. */
  readonly arming: (accountId: string) => ArmState;
  /** Only percent and prices are told, as in messages to outlets without amounts, and everywhere if the person hides amounts. */
  readonly hidesAmounts?: true;
  /** The person's limits as set, for `limitsOfUser`. Absent: nothing is checked against them. */
  readonly limits?: (() => Parameters<typeof limitsOfUser>[0]) | undefined;
  /** Active warnings. */
  readonly warnings: (accountId: string) => readonly Warning[];
}

/** What is wrong with an account in two or three words; its error's own sentence says the rest. */
export function troubleWord(error: ExchangeError): Message {
  if (error.code === keysMissingCode) return msg('account.keys-missing', 'keys missing');
  if (error.code === keysElsewhereCode) return msg('account.keys-elsewhere', 'keys in another window');
  switch (error.kind) {
    case 'auth':
      return msg('account.key-not-accepted', 'key not accepted');
    case 'permission':
    case 'ip':
      return msg('account.not-permitted', 'not permitted');
    case 'clock':
      return msg('account.clock-off', 'clock is off');
    case 'network':
      return msg('account.unreachable', 'unreachable');
    case 'rate':
    case 'aborted':
    case 'unavailable':
      return msg('account.not-available', 'not available');
    case 'maintenance':
      return msg('account.maintenance', 'in maintenance');
    case 'shape':
      return msg('account.answer-not-understood', 'answer not understood');
    case 'refused':
      return msg('term.rejected', 'rejected');
  }
}

export function troubleIcon(error: ExchangeError): Icon {
  const color = 'notificationsWarningIcon.foreground';
  switch (error.kind) {
    case 'auth':
    case 'permission':
      return { id: 'key', color };
    case 'network':
    case 'unavailable':
      return { id: 'debug-disconnect', color };
    case 'maintenance':
      return { id: 'tools', color };
    case 'clock':
      return { id: 'watch', color };
    case 'ip':
    case 'rate':
    case 'shape':
    case 'refused':
    case 'aborted':
      return { id: 'warning', color };
  }
}

export function venueName(state: AccountState, viewContext: ViewContext): string {
  return viewContext.exchanges.find(({ id }) => id === state.account.venue)?.name ?? state.account.venue;
}

/** The site's label, or its id if unknown. */
export function siteLabel(state: AccountState, viewContext: ViewContext): Message | string {
  const venue = viewContext.exchanges.find(({ id }) => id === state.account.venue);
  return venue?.sites.find(({ id }) => id === state.account.site)?.label ?? state.account.site;
}

export function isDemo(state: AccountState, viewContext: ViewContext): boolean {
  const venue = viewContext.exchanges.find(({ id }) => id === state.account.venue);
  return venue?.sites.find(({ id }) => id === state.account.site)?.demo ?? false;
}

/**
 * How old the figures are, or that there are none yet.
 * @param keptFrom when they were read, if earlier than the rest. Milliseconds since the Unix epoch
 */
export function readingAge(state: AccountState, now: number, keptFrom?: number): Message {
  if (state.snapshot !== undefined) return ageText(keptFrom ?? state.snapshot.asOf, now);
  return state.failure === undefined ? msg('term.loading', 'loading…') : msg('account.not-read', 'not read');
}

/** When it was read, and that a watcher did. */
export const readBy = ({ watched }: AccountState, time: Text): Text =>
  watched === undefined ? time : msg('account.by-watcher', '{0}, by the watcher', time);
