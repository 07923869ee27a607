import type { Answer } from './request.ts';

const page = (title: string): string => `<html><head><title>${title}</title></head><body><center><h1>${title}</h1></center></body></html>`;

/** What stands between a client and a venue answers with bodies of its own: pages, a line of text, or nothing at all. */
const gateways: Readonly<Record<string, Omit<Answer, 'status'>>> = {
  '404': { body: page('404 Not Found') },
  '405': { body: page('405 Not Allowed'), headers: { allow: 'GET, HEAD' } },
  '407': { body: page('407 Proxy Authentication Required'), headers: { 'proxy-authenticate': 'Basic realm="proxy"' } },
  '410': { body: page('410 Gone') },
  '421': { body: '' },
  '451': { body: 'Unavailable For Legal Reasons\n' },
};

/** The answer of a gateway by the name of its fault, e.g. `http-405`; undefined when there is none of that name. */
export function gatewayAnswer(fault: string): Answer | undefined {
  const status = /^http-(\d{3})$/.exec(fault)?.[1] ?? '';
  const found = Object.hasOwn(gateways, status) ? gateways[status] : undefined;
  return found === undefined ? undefined : { status: Number(status), ...found };
}
