import { generateKeys, type Key } from './auth.ts';
import { coins } from './coins.ts';
import { Control } from '../control.ts';
import { OkxDoor } from './api.ts';
import { readState, writeState } from './saved-state.ts';
import type { Bend } from '../hostile.ts';
import { listen } from '../server.ts';
import { Teller } from '../state-notifier.ts';
import type { PosMode } from './trading.ts';
import { World, type CollateralAssets } from './world.ts';

/** One API key with everything a client needs to sign. */
export interface SimulatorKeys {
  readonly apiKey: string;
  readonly secret: string;
  readonly passphrase: string;
}

export interface SimulatorOptions {
  /** Said as `id` by `GET /__simulator/hello`, so that whoever finds the port taken can tell that it is this very exchange. */
  readonly id?: string;
  /** Only loopback is ever listened on. */
  readonly host?: '127.0.0.1';
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Names the price walk: the same seed walks the same way. */
  readonly seed?: string;
  /** How long an accepted adjustment takes to become effective, in milliseconds. Default 1500. */
  readonly settleMs?: number;
  /** The main user's trading key. Generated when left out. */
  readonly keys?: SimulatorKeys;
  /** Milliseconds since the Unix epoch. Default: the machine's clock. */
  readonly clock?: { now(): number };
  /** What `saveState` returned earlier, to go on from there. */
  readonly state?: string;
  /** Called with the state to save whenever something worth keeping happened; the caller debounces. */
  readonly onChange?: (state: string) => void;
  /** What makes answers hostile but valid, the same ones for the same seed, as `hostile-words.ts` has it. Handed in: what ships has no use for it. */
  readonly bend?: (seed: string) => Bend;
  /** Whether prices move by themselves. Default true. */
  readonly walk?: boolean;
  /** False makes it the older generation: one loan, and no `ordId` in any answer. Default true. */
  readonly ordIds?: boolean;
  /** What `collateral-assets` lists: what the wallet could pledge, or (by the documentation since August 2026) what orders hold. Default 'wallet', of a hostile one 'held'. */
  readonly collateralAssets?: CollateralAssets;
  /** `net_mode`: one position per instrument, whose sign is its side. Default `long_short_mode`. */
  readonly posMode?: PosMode;
}

/** Keys to try what goes wrong with. All belong to the same user as the main key. */
export interface OtherKeys {
  readonly readOnly: SimulatorKeys;
  readonly withdraw: SimulatorKeys;
  readonly boundToOtherAddress: SimulatorKeys;
}

/** A simulated exchange that is running. */
export interface Simulator {
  /** Base URL without a trailing slash, e.g. `http://127.0.0.1:9000`. */
  readonly url: string;
  readonly keys: SimulatorKeys;
  readonly otherKeys: OtherKeys;
  /** Everything but the keys, as JSON text. */
  saveState(): string;
  coins(): string[];
  /**
   * Moves a price by a percentage, e.g. `-10`.
   * @throws RangeError for a coin it does not know, a percentage that is no decimal number, or one of -100 or less.
   */
  movePrice(coin: string, percent: string): void;
  close(): Promise<void>;
}

/** An address from a range that is kept for documentation: nobody calls from there. */
const elsewhere = '203.0.113.7';

/**
 * Starts a simulated exchange on loopback.
 * @throws RangeError when the saved state cannot be read; the system's own error when the port is taken.
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { port = 0, seed = 'ltv-gauge', settleMs = 1500, keys = generateKeys(), clock = { now: () => Date.now() } } = options;
  const { state, onChange, walk = true, ordIds = true, posMode = 'long_short_mode' } = options;
  const world = new World({
    clock,
    seed,
    settleMs,
    ordIds,
    posMode,
    collateralAssets: options.collateralAssets ?? (options.bend === undefined ? 'wallet' : 'held'),
    walking: walk,
    ...(state === undefined ? {} : { state: readState(state) }),
  });
  if (state !== undefined && options.walk !== undefined) world.market.setWalking(walk, clock.now());
  const otherKeys: OtherKeys = { readOnly: generateKeys(), withdraw: generateKeys(), boundToOtherAddress: generateKeys() };
  const door = new OkxDoor(world, keyRing(keys, otherKeys), clock, options.bend?.(seed));
  const teller = new Teller(world, clock, () => writeState(world.state()), onChange);
  const listening = await listen(port, door, new Control(world, door, clock, options.id), () => {
    teller.tell();
  });
  teller.tell();
  return {
    url: listening.url,
    keys,
    otherKeys,
    saveState: () => writeState(world.state()),
    coins: () => coins.map(({ ccy }) => ccy),
    movePrice: (coin, percent) => {
      world.advance();
      world.market.move(coin, percent);
      world.touch();
      teller.tell();
    },
    close: () => {
      teller.stop();
      return listening.close();
    },
  };
}

function keyRing(keys: SimulatorKeys, other: OtherKeys): Key[] {
  return [
    { ...keys, label: 'simulated', permissions: ['read_only', 'trade'], ip: '127.0.0.1' },
    { ...other.readOnly, label: 'read only', permissions: ['read_only'], ip: '' },
    { ...other.withdraw, label: 'may withdraw', permissions: ['read_only', 'withdraw', 'trade'], ip: '' },
    { ...other.boundToOtherAddress, label: 'bound elsewhere', permissions: ['read_only', 'trade'], ip: elsewhere },
  ];
}
