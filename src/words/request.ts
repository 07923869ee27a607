import { msg, type Message } from '../core/message.ts';
import type { RequestView } from '../exchanges/exchange.ts';

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
    msg('NOTHING WAS SENT. This is the request that confirming would send, once.'),
    stakes,
    title,
    msg('Account: {0}', accountName),
    '',
    `${method} ${url}`,
    ...headers.map(({ name, value, said }) => (said === undefined ? `${name}: ${value}` : msg('{0}: {1}', name, said))),
    '',
    body === '' ? msg('(no body)') : body,
    '',
    ...(headers.some(({ masked }) => masked === true)
      ? [msg('What is masked belongs to your key.'), msg('It is put in only at the moment of sending, and is neither shown nor kept.')]
      : []),
    msg('This page cannot send anything, and it is not saved.'),
  ];
}
