import { elsewhere, serve, type OtherKeys, type Running, type ServeOptions } from '../serve.ts';
import { OkxApi } from './api.ts';
import { generateKeys, type Key, type SimulatorKeys } from './auth.ts';
import { readState, writeState } from './state.ts';
import { okxSockets } from './sockets.ts';
import type { PosMode } from './trading.ts';
import { World, type CollateralAssets } from './world.ts';

export interface SimulatorOptions extends ServeOptions<SimulatorKeys> {
  /** False makes it the older generation: one loan, and no `ordId` in any answer. Default true. */
  readonly ordIds?: boolean;
  /** What `collateral-assets` lists: what the wallet could pledge, or (by the documentation since August 2026) what orders hold. Default 'wallet', of a hostile one 'held'. */
  readonly collateralAssets?: CollateralAssets;
  /** `net_mode`: one position per instrument, whose sign is its side. Default `long_short_mode`. */
  readonly posMode?: PosMode;
}

/** A simulated OKX that is running. */
export type Simulator = Running<SimulatorKeys>;

/**
 * Starts a simulated OKX on loopback.
 * @throws RangeError when the saved state cannot be read; the system's own error when the port is taken.
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { keys = generateKeys(), state, bend, ordIds = true, posMode = 'long_short_mode' } = options;
  const { collateralAssets = bend === undefined ? 'wallet' : 'held' } = options;
  const otherKeys = { readOnly: generateKeys(), withdraw: generateKeys(), boundToOtherAddress: generateKeys() };
  return serve(options, keys, otherKeys, (opening, bent) => {
    const saved = state === undefined ? {} : { state: readState(state) };
    const world = new World({ ...opening, ordIds, posMode, collateralAssets, ...saved });
    const ring = keyRing(keys, otherKeys);
    const api = new OkxApi(world, ring, opening.clock, bent);
    const sockets = okxSockets(world, ring, () => opening.clock.now() + api.clockOffsetMs);
    return { world, api, sockets, save: () => writeState(world.state()) };
  });
}

function keyRing(keys: SimulatorKeys, other: OtherKeys<SimulatorKeys>): Key[] {
  return [
    { ...keys, label: 'simulated', permissions: ['read_only', 'trade'], ip: '127.0.0.1' },
    { ...other.readOnly, label: 'read only', permissions: ['read_only'], ip: '' },
    { ...other.withdraw, label: 'may withdraw', permissions: ['read_only', 'withdraw', 'trade'], ip: '' },
    { ...other.boundToOtherAddress, label: 'bound elsewhere', permissions: ['read_only', 'trade'], ip: elsewhere },
  ];
}
