import { msg, type Message } from '../core/message.ts';
import type { Direction } from '../core/model.ts';
import type { RequestView } from '../exchanges/exchange.ts';
import { labelled } from './text.ts';

/** The buttons of a preview, besides Cancel. */
export type ConfirmButton = 'refresh' | 'showRequest' | 'arm' | 'act' | 'actWithoutEstimate';

/** What decides which buttons a preview gets. */
export interface ConfirmFacts {
  /** Whether changes may be sent from the account now. */
  readonly armed: boolean;
  /** Nothing was ever sent from this account, and it isn't simulated: the request must be looked at once. */
  readonly first: boolean;
  /** The request of this exact change was shown. */
  readonly rehearsed: boolean;
  /** Our calculation doesn't match the exchange's figures. */
  readonly doubt: boolean;
  readonly direction: Direction;
  /** Real money moves. */
  readonly live: boolean;
  /** Nothing in the preview or above it needs attention first. */
  readonly calm: boolean;
}

/**
 * The buttons in their order; Enter presses the first. Normally that is the one that acts, but never with real money or a warning: then
 * Enter only refreshes. The acting button is there only if nothing prevents it.
 */
export function confirmButtons(facts: ConfirmFacts): readonly ConfirmButton[] {
  const acting = actingButton(facts);
  const harmless = ['refresh', 'showRequest'] as const;
  if (acting === undefined) return harmless;
  return acting === 'act' && !facts.live && facts.calm ? [acting, ...harmless] : [...harmless, acting];
}

function actingButton({ armed, first, rehearsed, doubt, direction }: ConfirmFacts): ConfirmButton | undefined {
  if (doubt && direction === 'reduce') return undefined;
  if (!armed) return 'arm';
  if (first && !rehearsed) return undefined;
  return doubt ? 'actWithoutEstimate' : 'act';
}

/** Why a button is missing or different, in the order of what to do first. */
export function confirmNotes({ armed, first, rehearsed, doubt, direction }: ConfirmFacts): readonly Message[] {
  // Neither arming nor looking at the request would help.
  if (doubt && direction === 'reduce') {
    return [doubtNote(msg('confirm.no-removal', 'Nothing can be removed here: refresh, or remove it at the exchange.'))];
  }
  return [
    ...(armed ? [] : [msg('confirm.not-armed', 'NOT ARMED: preview only. Arm the account to let it send the changes you confirm.')]),
    ...(first && !rehearsed
      ? [msg('confirm.first-change', 'First change from this account: look at the request first. "Show Request" sends nothing.')]
      : []),
    ...(doubt ? [doubtNote(msg('confirm.no-estimate', 'Refresh, or add without an estimate.'))] : []),
  ];
}

function doubtNote(wayOn: Message): Message {
  return msg('confirm.doubt', "CAUTION: our calculation is more than 0.5% off the exchange's LTV. {0}", wayOn);
}

/** The text around a request. */
export interface RequestSurroundings {
  /** What it would do, e.g. "LIVE: Add 0.1 BTC to loan 12345?". */
  readonly title: Message;
  readonly accountName: string;
  /** Whether money is at stake, as a sentence. */
  readonly stakes: Message;
}

/** The exact request as lines of a document, unsent. What comes from the venue's adapter is never translated. */
export function requestLines(request: RequestView, { title, accountName, stakes }: RequestSurroundings): readonly (Message | string)[] {
  const { method, url, headers, body } = request;
  return [
    msg('confirm.request-unsent', 'NOTHING WAS SENT. Confirming sends this request, once.'),
    stakes,
    title,
    labelled(msg('term.account', 'Account'), accountName),
    '',
    `${method} ${url}`,
    ...headers.map(({ name, value, said }) => (said === undefined ? `${name}: ${value}` : labelled(name, said))),
    '',
    body === '' ? msg('confirm.no-body', '(no body)') : body,
    '',
    ...(headers.some(({ masked }) => masked === true)
      ? [msg('confirm.masked', "Masked values come from your API key. They're filled in only on sending, and never shown or stored.")]
      : []),
    msg('confirm.page-cannot-send', "This page can't send anything and isn't saved."),
  ];
}
