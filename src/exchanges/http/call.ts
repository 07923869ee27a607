import { msg } from '../../core/message.ts';
import type { RequestHeader, RequestView } from '../exchange.ts';
import type { Call, Dialect } from './client.ts';

/** What stands for a part that is not shown, or not known yet. */
const hidden: Readonly<Record<'secret' | 'time', Omit<RequestHeader, 'name'>>> = {
  secret: { value: '••••', masked: true },
  time: { value: 'time of sending', said: msg('time of sending') },
};

/** The request as it would be sent, without key, signature and time. Reads no key and sends nothing. */
export function rehearsalOf(
  { origin, headers, signedHeaders }: Pick<Dialect, 'origin' | 'headers' | 'signedHeaders'>,
  { method, path, query, body, signed }: Call,
): RequestView {
  return {
    method,
    url: origin + path + queryText(query),
    headers: [
      ...Object.entries(headers).map(([name, value]) => ({ name, value })),
      ...(signed ? Object.entries(signedHeaders).map(([name, holds]) => ({ name, ...hidden[holds] })) : []),
    ],
    body: body ?? '',
  };
}

/** The query as it is signed and sent, with its question mark; empty without any. What is undefined is left out. */
export function queryText(query: Readonly<Record<string, string | undefined>> | undefined): string {
  const parts = Object.entries(query ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`],
  );
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}
