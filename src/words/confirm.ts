import { msg, type Message } from '../core/message.ts';
import type { Direction } from '../core/model.ts';
import type { RequestView } from '../exchanges/exchange.ts';

/** What can be pressed in front of a preview, besides leaving. */
export type ConfirmButton = 'readAgain' | 'showRequest' | 'arm' | 'act' | 'actWithoutEstimate';

/** What decides which buttons a preview gets. */
export interface ConfirmFacts {
  /** Whether changes may be sent from the account now. */
  readonly armed: boolean;
  /** Nothing was ever sent from this account, and it is no simulated one: the request has to be looked at once. */
  readonly first: boolean;
  /** The request was shown, for this very change. */
  readonly rehearsed: boolean;
  /** What we compute differs from the figures of the exchange. */
  readonly doubt: boolean;
  readonly direction: Direction;
}

/**
 * The buttons in their order. The first one has the focus, so it is always the harmless one; the one that acts is the last, and there
 * only when nothing stands against it.
 */
export function confirmButtons(facts: ConfirmFacts): readonly ConfirmButton[] {
  const last = lastButton(facts);
  return ['readAgain', 'showRequest', ...(last === undefined ? [] : [last])];
}

function lastButton({ armed, first, rehearsed, doubt, direction }: ConfirmFacts): ConfirmButton | undefined {
  if (doubt && direction === 'reduce') return undefined;
  if (!armed) return 'arm';
  if (first && !rehearsed) return undefined;
  return doubt ? 'actWithoutEstimate' : 'act';
}

/** Why a button is missing or another than usual, in the order of what has to be done first. */
export function confirmNotes({ armed, first, rehearsed, doubt, direction }: ConfirmFacts): readonly Message[] {
  // No arming and no looking at the request would help.
  if (doubt && direction === 'reduce') return [doubtNote(direction)];
  return [
    ...(armed
      ? []
      : [
          msg(
            'confirm.not-armed-nothing',
            'NOT ARMED: nothing can be sent from this account yet. This is only a look. "Arm Account…" asks for how long.',
          ),
        ]),
    ...(first && !rehearsed
      ? [
          msg(
            'confirm.first-change-ltv',
            'This would be the first change that LTV Gauge ever sends from this account. Look at the exact request first ("Show Request"): nothing is sent by that. After it the button to send is here.',
          ),
        ]
      : []),
    ...(doubt ? [doubtNote(direction)] : []),
  ];
}

function doubtNote(direction: Direction): Message {
  return direction === 'reduce'
    ? msg(
        'confirm.caution-reckoned-fresh',
        'CAUTION: reckoned from the fresh figures, the LTV of this loan comes out more than 0.5 % away from the one the exchange shows, so nothing can be taken out safely. Read again, or take it out at the exchange.',
      )
    : msg(
        'confirm.caution-reckoned-fresh-figures',
        'CAUTION: reckoned from the fresh figures, the LTV of this loan comes out more than 0.5 % away from the one the exchange shows, so what adding does to it is not estimated. Read again, or add without an estimate.',
      );
}

/** What is said around a request that is shown. */
export interface RequestSurroundings {
  /** What it would do, e.g. "LIVE: add 0.1 BTC to the collateral of loan 12345?". */
  readonly title: Message;
  readonly accountName: string;
  /** Whether money is at stake, as a sentence. */
  readonly stakes: Message;
}

/** The exact request as lines of a document, unsent. What comes from the venue's adapter is shown as it is, never translated. */
export function requestLines(request: RequestView, { title, accountName, stakes }: RequestSurroundings): readonly (Message | string)[] {
  const { method, url, headers, body } = request;
  return [
    msg('confirm.nothing-sent-request', 'NOTHING WAS SENT. This is the request that confirming would send, once.'),
    stakes,
    title,
    msg('term.account-line', 'Account: {0}', accountName),
    '',
    `${method} ${url}`,
    ...headers.map(({ name, value, said }) => (said === undefined ? `${name}: ${value}` : msg('list.colon', '{0}: {1}', name, said))),
    '',
    body === '' ? msg('confirm.no-body', '(no body)') : body,
    '',
    ...(headers.some(({ masked }) => masked === true)
      ? [
          msg('confirm.masked-belongs-key', 'What is masked belongs to your key.'),
          msg('confirm.put-only-moment', 'It is put in only at the moment of sending, and is neither shown nor kept.'),
        ]
      : []),
    msg('confirm.page-cannot-send', 'This page cannot send anything, and it is not saved.'),
  ];
}
