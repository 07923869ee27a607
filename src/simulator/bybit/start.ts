import { elsewhere, serve, type OtherKeys, type Running, type ServeOptions } from '../serve.ts';
import { BybitApi } from './api.ts';
import { generateKeys, type BybitKeys, type Key } from './auth.ts';
import { bybitSockets } from './sockets.ts';
import { readState, writeState } from './state.ts';
import { World, type Legacy } from './world.ts';

export interface BybitOptions extends ServeOptions<BybitKeys> {
  /** Whether the older generation of loans still answers. False is the same as '404'. Default true. */
  readonly legacy?: boolean | '404' | '10017';
  /** Which account to begin with: an invented one, or the one printed in Bybit's documentation. Default 'invented'. */
  readonly account?: 'invented' | 'published';
}

interface OtherBybitKeys extends OtherKeys<BybitKeys> {
  /** Lacks the permission that loans ask for. */
  readonly withoutLoans: BybitKeys;
  /** May place orders, but touch no position. */
  readonly withoutPositions: BybitKeys;
}

/** A simulated Bybit that is running. */
export type Bybit = Running<BybitKeys, OtherBybitKeys>;

/**
 * Starts a simulated Bybit on loopback: crypto loans of both generations, and positions.
 * @throws RangeError when the saved state cannot be read; the system's own error when the port is taken.
 */
export async function startBybit(options: BybitOptions = {}): Promise<Bybit> {
  const { keys = generateKeys(), state, account = 'invented' } = options;
  const otherKeys: OtherBybitKeys = {
    readOnly: generateKeys(),
    withdraw: generateKeys(),
    boundToOtherAddress: generateKeys(),
    withoutLoans: generateKeys(),
    withoutPositions: generateKeys(),
  };
  return serve(options, keys, otherKeys, (opening, bend) => {
    const saved = state === undefined ? {} : { state: readState(state) };
    const world = new World({ ...opening, account, legacy: legacyFrom(options.legacy), ...saved });
    const ring = keyRing(keys, otherKeys);
    const api = new BybitApi(world, ring, opening.clock, bend);
    const sockets = bybitSockets(world, ring, () => opening.clock.now() + api.clockOffsetMs);
    return { world, api, sockets, save: () => writeState(world.state()) };
  });
}

function legacyFrom(legacy: BybitOptions['legacy'] = true): Legacy {
  if (legacy === true) return 'there';
  return legacy === false ? '404' : legacy;
}

/** What a key for trading may do. */
export const trading = {
  ContractTrade: ['Order', 'Position'],
  Spot: ['SpotTrade'],
  Wallet: [],
  Options: [],
  Derivatives: [],
  Exchange: [],
  Earn: [],
};

/** "Any address" is said in both ways that were seen: an asterisk, and an empty list. */
function keyRing(keys: BybitKeys, other: OtherBybitKeys): Key[] {
  const usual = { readOnly: false, permissions: trading };
  const withdrawing = { ...trading, Wallet: ['AccountTransfer', 'Withdraw'] };
  return [
    { ...usual, ...keys, note: 'simulated', ips: ['127.0.0.1'] },
    { ...usual, ...other.readOnly, note: 'read only', readOnly: true, ips: ['*'] },
    { ...usual, ...other.withdraw, note: 'may withdraw', permissions: withdrawing, ips: [] },
    { ...usual, ...other.boundToOtherAddress, note: 'bound elsewhere', ips: [elsewhere] },
    { ...usual, ...other.withoutLoans, note: 'without loans', permissions: { ...trading, Spot: [] }, ips: ['*'] },
    { ...usual, ...other.withoutPositions, note: 'without positions', permissions: { ...trading, ContractTrade: ['Order'] }, ips: ['*'] },
  ];
}
