import type { Answer } from '../request.ts';

/** Text of each `retCode` the simulated Bybit can answer with. `{0}` is filled in. */
const codes = {
  '-1': 'The request has expired.',
  '10000': 'The server took too long. The request may or may not have been carried out.',
  '10001': 'A parameter is wrong: {0}.',
  '10002': 'The timestamp is outside the window. {0}',
  '10003': 'The API key is invalid, or belongs to another environment.',
  '10004': 'The signature is wrong.',
  '10005': 'The API key lacks the permission for this.',
  '10006': 'Too many requests to this endpoint.',
  '10007': 'The authentication failed.',
  '10008': 'The account is banned.',
  '10009': 'The IP address is banned.',
  '10010': 'The address {0} is not on the list of this API key.',
  '10014': 'The request is a duplicate.',
  '10016': 'Server error.',
  '10017': 'There is no such route.',
  '10024': 'Refused by compliance rules.',
  '10027': 'Trading is banned.',
  '10028': 'Only for unified accounts.',
  '10029': 'The symbol is not on the list.',
  '33004': 'The API key has expired.',
  '110005': 'The state of the position does not allow it.',
  '110011': 'The position would be liquidated at once.',
  '110012': 'The available balance is too low.',
  '110014': 'The available balance is too low for the margin to add.',
  '110015': 'Not allowed in cross margin.',
  '110027': 'The margin is unchanged.',
  '110033': 'There is no open position to set margin for.',
  '110034': 'There is no net position.',
  '110077': 'Not allowed in portfolio margin.',
  '110078': 'More than may be taken out of the position.',
  '110079': 'An order is being processed.',
  '148001': 'The coin is not supported for flexible savings.',
  '148002': 'Below the least amount that can be borrowed.',
  '148003': 'The amount has too many decimals.',
  '148004': '{0} is not accepted as collateral.',
  '148005': 'The collateral amount has too many decimals.',
  '148006': 'The platform takes no more collateral.',
  '148007': 'The amount must be above zero.',
  '148009': 'The LTV would be beyond the risk line.',
  '148010': 'The quota is used up.',
  '148011': 'The platform has not enough of this coin to lend.',
  '148012': 'The collateral is too small.',
  '148013': 'There is no loan, so nothing can be adjusted.',
  '148014': 'The coin {0} is not supported.',
  '148019': 'The system is busy.',
  '148021': 'Another operation is in the way.',
  '148023': 'There is no such order.',
  '148026': 'The repayment could not be created.',
  '148027': 'There is no active loan.',
  '148028': 'The repayment has too many decimals.',
  '148029': 'The balance is too low to repay.',
  '148031': 'A liquidation is running.',
  '148032': 'There is nothing to repay.',
  '148033': 'The order cannot be repaid.',
  '148034': 'Wait, and try again.',
  '148036': 'The adjustment failed. Try again later.',
  '148037': 'The balance is too low, or the amount above the maximum.',
  '148038': 'More than is owed.',
  '148040': 'The collateral coin is wrong.',
  '148041': 'There is a repayment already.',
  '148047': 'More than may be repaid with collateral at once.',
  '148048': 'The platform takes no more of this coin as collateral.',
  '177002': 'The server is busy.',
  '177003': 'A parameter is wrong: {0}.',
  '177004': 'The amount has too many decimals.',
  '177005': 'There is no such order.',
  '177006': 'The asset is not held.',
  '177010': 'More than is owed.',
  '177011': 'The balance is too low.',
  '177012': 'The platform has none of this asset left.',
  '177013': 'The collateral would fall below the minimum.',
  '177015': 'The collateral is above the cap.',
  '177016': 'The collateral is below the minimum.',
  '177017': 'The coin is not accepted as collateral.',
  '177018': 'The request is a duplicate.',
  '177020': 'The account does not support this asset.',
  '177021': 'The repayment failed.',
} as const satisfies Record<string, string>;

/** Answers from below the API: an HTTP status and nothing a client could read. */
const statuses = {
  '400': 'Bad request',
  '401': '',
  '403': '<html><body><h1>403 Forbidden</h1>access too frequent</body></html>',
  '404': '<html><body><h1>404 Not Found</h1></body></html>',
  '429': '<html><body><h1>429 Too Many Requests</h1></body></html>',
  '503': '<html><body><h1>503 Service Unavailable</h1></body></html>',
} as const satisfies Record<string, string>;

export type Code = keyof typeof codes;
export type Status = keyof typeof statuses;

/** Whether `text` is a `retCode` or an HTTP status that can be answered with. */
export function isCode(text: string): boolean {
  return isRetCode(text) || isStatus(text);
}

function isRetCode(text: string): text is Code {
  return Object.hasOwn(codes, text);
}

function isStatus(text: string): text is Status {
  return Object.hasOwn(statuses, text);
}

/** Why a request is not executed; becomes the answer. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: Code;

  constructor(code: Code, detail = '') {
    super(codes[code].replace('{0}', detail));
    this.code = code;
  }
}

/** Rejected before the API: becomes an HTTP status without an envelope. */
export class TurnedAway extends Error {
  override readonly name = 'TurnedAway';
  readonly status: Status;

  constructor(status: Status) {
    super(statuses[status]);
    this.status = status;
  }
}

const mark = 'whole number ';
const marked = new RegExp(`"${mark}(\\d+)"`, 'g');

/** A whole number of any length; in an answer it is a JSON number, not text. */
export function jsonInteger(digits: string): string {
  return `${mark}${digits}`;
}

function envelope(retCode: number, retMsg: string, result: unknown, now: number): Answer {
  const body = JSON.stringify({ retCode, retMsg, result, retExtInfo: {}, time: now });
  return { status: 200, body: body.replace(marked, '$1') };
}

/** The envelope of a success. */
export function success(result: unknown, now: number): Answer {
  return envelope(0, 'OK', result, now);
}

/** The envelope of a refusal: HTTP 200 and an empty result. */
export function refusal({ code, message }: Refusal, now: number): Answer {
  return envelope(Number(code), message, {}, now);
}

/** What `code`, a `retCode` or an HTTP status, looks like as an answer. */
export function answerOf(code: string, now: number): Answer {
  if (isStatus(code)) return turnedAway(code);
  return refusal(new Refusal(isRetCode(code) ? code : '10016', 'named by a fault'), now);
}

/** An answer from below the API. */
export function turnedAway(status: Status): Answer {
  return { status: Number(status), body: statuses[status], headers: { 'content-type': 'text/html' } };
}
