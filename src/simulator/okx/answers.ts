import type { Answer } from '../request.ts';

/** HTTP status and text of each code the simulated exchange can answer with. `{0}` is filled in. */
const codes = {
  '50000': [400, 'The request has no body.'],
  '50001': [503, 'The service is down for now.'],
  '50002': [400, 'The body is not valid JSON.'],
  '50004': [400, 'The endpoint took too long. The request may or may not have been carried out.'],
  '50006': [400, 'The content type must be application/json.'],
  '50007': [200, 'The account is blocked.'],
  '50020': [200, 'The position is frozen because of a liquidation.'],
  '50021': [200, '{0} is frozen because of a liquidation.'],
  '50022': [200, 'The account is frozen because of a liquidation.'],
  '50011': [429, 'Too many requests.'],
  '50013': [429, 'The system is busy.'],
  '50014': [400, 'Parameter {0} must not be empty.'],
  '50015': [400, 'One of the parameters {0} is needed.'],
  '50026': [500, 'System error.'],
  '50027': [200, 'The account is restricted.'],
  '50030': [200, 'No access to this endpoint.'],
  '50035': [403, 'This endpoint needs a key that is bound to an IP address.'],
  '50038': [200, 'Not available in demo trading.'],
  '50067': [200, 'The key belongs to another site.'],
  '50072': [200, 'Isolated margin is not available in this account mode.'],
  '50100': [400, 'The API key is frozen.'],
  '50101': [401, 'The API key belongs to another environment.'],
  '50102': [401, 'The timestamp of the request has expired.'],
  '50103': [401, 'The header "OK-ACCESS-KEY" must not be empty.'],
  '50104': [401, 'The header "OK-ACCESS-PASSPHRASE" must not be empty.'],
  '50105': [401, 'The header "OK-ACCESS-PASSPHRASE" is wrong.'],
  '50106': [401, 'The header "OK-ACCESS-SIGN" must not be empty.'],
  '50107': [401, 'The header "OK-ACCESS-TIMESTAMP" must not be empty.'],
  '50110': [401, 'The address {0} is not on the list of this API key.'],
  '50111': [401, 'The header "OK-ACCESS-KEY" is not an API key.'],
  '50112': [401, 'The header "OK-ACCESS-TIMESTAMP" is not a timestamp.'],
  '50113': [401, 'The signature is wrong.'],
  '50115': [405, 'The request method is wrong.'],
  '50119': [200, 'The API key does not exist.'],
  '50120': [200, 'The API key lacks the permission for this.'],
  '50121': [200, 'The service is not offered to this IP address.'],
  '51000': [400, 'Parameter {0} is wrong.'],
  '51001': [200, 'The instrument does not exist.'],
  '51010': [200, 'Not available in this account mode.'],
  '51016': [200, 'This client id was used before.'],
  '51023': [200, 'The position does not exist.'],
  '51040': [200, 'The margin of a long isolated option cannot be changed.'],
  '51043': [200, 'This isolated position does not exist.'],
  '51054': [500, 'The request timed out. It may or may not have been carried out.'],
  '51063': [200, 'The order id does not exist.'],
  '51735': [200, 'Not offered to sub-accounts.'],
  '51736': [200, 'The balance is too small.'],
  '51738': [200, 'The funding account is frozen.'],
  '51739': [200, 'Not available for now.'],
  '51750': [200, 'The collateral may not contain the coin that is borrowed ({0}).'],
  '51751': [200, '{0} cannot be borrowed.'],
  '51752': [200, '{0} is not accepted as collateral.'],
  '51753': [200, '{0} is not part of the collateral.'],
  '51754': [200, 'There is no debt, so there is no need of collateral.'],
  '51755': [200, 'Operations with {0} are restricted for now.'],
  '51756': [200, 'The amount is above the redeemable maximum.'],
  '51757': [200, 'The collateral amount must not be less than {0}.'],
  '51758': [200, 'The amount is above the redeemable maximum of {0}.'],
  '51759': [200, 'A temporary limit is exceeded.'],
  '51784': [200, 'The same request is being carried out.'],
  '54012': [200, 'Only closing and adding margin is possible for now.'],
  '59005': [200, 'The first margin must be worth at least 10000 USDT.'],
  '59105': [400, 'The leverage would be below {0}.'],
  '59200': [200, 'The balance is insufficient.'],
  '59201': [200, 'The balance of the account is negative.'],
  '59300': [200, 'The margin cannot be changed: there is no such isolated position.'],
  '59301': [200, 'The amount is above the maximum.'],
  '59302': [200, 'An order to close is pending.'],
  '59303': [200, 'The available margin is insufficient.'],
} as const satisfies Record<string, readonly [status: number, text: string]>;

export type Code = keyof typeof codes;

/** Whether `text` is a code that can be answered with. */
export function isCode(text: string): text is Code {
  return Object.hasOwn(codes, text);
}

/** Why a request is not executed; becomes the answer. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: Code;

  constructor(code: Code, detail = '') {
    super(codes[code][1].replace('{0}', detail));
    this.code = code;
  }
}

/** The envelope of a success. */
export function success(data: readonly unknown[]): Answer {
  return { status: 200, body: JSON.stringify({ code: '0', data, msg: '' }) };
}

/**
 * The envelope of a refusal. What is refused before the loan service (keys, limits, form of the request) comes without `data`,
 * as public reports show; what the loan service refuses has an empty one.
 */
export function refusal({ code, message }: Refusal): Answer {
  const [status] = codes[code];
  const body = code.startsWith('50') ? { msg: message, code } : { code, data: [], msg: message };
  return { status, body: JSON.stringify(body) };
}
