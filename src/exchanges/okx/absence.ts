import type { ExchangeError } from '../../core/errors.ts';
import { msg, type Message } from '../../core/message.ts';

/**
 * Codes by which OKX says that there are no loans for this account at all: not in demo trading (50038), not in its country or region
 * (50051, 50052, 51155, 51734), not for a sub-account (51735). Source: https://www.okx.com/docs-v5/en/#error-code-rest-api
 */
const noneHere: ReadonlySet<string> = new Set(['50038', '50051', '50052', '51155', '51734', '51735']);

/** Where a site has no such endpoint, the HTTP status stands in place of a code. */
const noEndpoint: ReadonlySet<string> = new Set(['404', '405', '410']);

/** Whether asking for loans again will get the same answer tomorrow: then it is a property of the account, and no trouble. */
export function isStandingAbsence({ code = '' }: ExchangeError): boolean {
  return noneHere.has(code) || noEndpoint.has(code);
}

/** The absence in words, with OKX's own reason. */
export function noLoans({ sentence }: ExchangeError): Message {
  return msg('This account has no loans here. {0}', sentence);
}
