import { Control } from '../control.ts';
import type { Bend } from '../hostile.ts';
import { listen } from '../server.ts';
import { Teller } from '../state-notifier.ts';
import { generateKeys, type Key } from './auth.ts';
import { BybitDoor } from './api.ts';
import { coins } from './coins.ts';
import { readState, writeState } from './saved-state.ts';
import { World, type Legacy } from './world.ts';

/** One API key with everything a client needs to sign. */
export interface BybitKeys {
  readonly apiKey: string;
  readonly secret: string;
}

export interface BybitOptions {
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
  readonly keys?: BybitKeys;
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
  /** Whether the older generation of loans still answers. False is the same as '404'. Default true. */
  readonly legacy?: boolean | '404' | '10017';
  /** Which account to begin with: an invented one, or the one printed in Bybit's documentation. Default 'invented'. */
  readonly account?: 'invented' | 'published';
}

/** Keys to try what goes wrong with. All belong to the same user as the main key. */
export interface OtherBybitKeys {
  readonly readOnly: BybitKeys;
  readonly withdraw: BybitKeys;
  readonly boundToOtherAddress: BybitKeys;
  /** Lacks the permission that loans ask for. */
  readonly withoutLoans: BybitKeys;
  /** May place orders, but touch no position. */
  readonly withoutPositions: BybitKeys;
}

/** A simulated Bybit that is running. */
export interface Bybit {
  /** Base URL without a trailing slash, e.g. `http://127.0.0.1:9001`. */
  readonly url: string;
  readonly keys: BybitKeys;
  readonly otherKeys: OtherBybitKeys;
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
 * Starts a simulated Bybit on loopback: crypto loans of both generations, and positions.
 * @throws RangeError when the saved state cannot be read; the system's own error when the port is taken.
 */
export async function startBybit(options: BybitOptions = {}): Promise<Bybit> {
  const { port = 0, seed = 'ltv-gauge', settleMs = 1500, keys = generateKeys(), clock = { now: () => Date.now() } } = options;
  const { state, onChange, walk = true, account = 'invented' } = options;
  const world = new World({
    clock,
    seed,
    settleMs,
    account,
    walking: walk,
    legacy: legacyFrom(options.legacy),
    ...(state === undefined ? {} : { state: readState(state) }),
  });
  if (state !== undefined && options.walk !== undefined) world.market.setWalking(walk, clock.now());
  const otherKeys: OtherBybitKeys = {
    readOnly: generateKeys(),
    withdraw: generateKeys(),
    boundToOtherAddress: generateKeys(),
    withoutLoans: generateKeys(),
    withoutPositions: generateKeys(),
  };
  const door = new BybitDoor(world, keyRing(keys, otherKeys), clock, options.bend?.(seed));
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

function legacyFrom(legacy: BybitOptions['legacy'] = true): Legacy {
  if (legacy === true) return 'there';
  return legacy === false ? '404' : legacy;
}

/** "Any address" is said in both ways that were seen: an asterisk, and an empty list. */
function keyRing(keys: BybitKeys, other: OtherBybitKeys): Key[] {
  const trading = {
    ContractTrade: ['Order', 'Position'],
    Spot: ['SpotTrade'],
    Wallet: [],
    Options: [],
    Derivatives: [],
    Exchange: [],
    Earn: [],
  };
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
