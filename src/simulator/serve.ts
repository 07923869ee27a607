import type { Api } from './api.ts';
import { Control, type ControlledWorld } from './control.ts';
import type { Bend } from './hostile.ts';
import { listen } from './server.ts';
import { Sockets, type SocketVenue } from './sockets.ts';
import { StateNotifier, type KeptWorld } from './state-notifier.ts';

/** What every simulated exchange can be started with. */
export interface ServeOptions<Keys> {
  /** Returned as `id` by `GET /__simulator/hello`, so that another window that finds the port taken recognises this exchange. */
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
  readonly keys?: Keys;
  /** Milliseconds since the Unix epoch. Default: the machine's clock. */
  readonly clock?: { now(): number };
  /** What `saveState` returned earlier, to go on from there. */
  readonly state?: string;
  /** Called with the state to save after every change worth saving; the caller debounces. */
  readonly onChange?: (state: string) => void;
  /**
   * What makes answers hostile but valid, the same ones for the same seed, as `hostile-words.ts` has it. Passed in, because the package doesn't
   * need it.
   */
  readonly bend?: (seed: string) => Bend;
  /** Whether prices move at random. Default true. */
  readonly walk?: boolean;
}

/** Keys for trying out errors. All belong to the same user as the main key. */
export interface OtherKeys<Keys> {
  readonly readOnly: Keys;
  readonly withdraw: Keys;
  readonly boundToOtherAddress: Keys;
}

/** A simulated exchange that is running. */
export interface Running<Keys, Others extends OtherKeys<Keys> = OtherKeys<Keys>> {
  /** Base URL without a trailing slash, e.g. `http://127.0.0.1:9000`. */
  readonly url: string;
  readonly keys: Keys;
  readonly otherKeys: Others;
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

/** What the command line reads and prints for one venue. */
export interface CommandLine {
  /** As a person writes it, e.g. `OKX`. */
  readonly name: string;
  readonly port: string;
  /** Switches of this venue alone, each with its line of the help. */
  readonly flags: Readonly<Record<string, string>>;
  /** The options from the given switches. */
  options(has: (flag: string) => boolean): object;
  /** End of the path by which collateral is changed. */
  readonly adjusting: string;
  /** Examples of the control API for this venue alone: the body, if there is one, and the name. */
  readonly controls: readonly (readonly [body: string, name: string])[];
  /** Faults of this venue alone. */
  readonly faults: readonly string[];
  /** A code to answer with, for an example. */
  readonly code: string;
}

/** An address from a range reserved for documentation: no caller has it. */
export const elsewhere = '203.0.113.7';

/** What a venue makes its world from. */
export interface Opening {
  readonly clock: { now(): number };
  readonly seed: string;
  readonly settleMs: number;
  readonly walking: boolean;
}

/** A venue's world, and the API in front of it. */
interface Opened {
  readonly world: ControlledWorld & KeptWorld;
  readonly api: Api;
  readonly sockets: SocketVenue;
  /** The state as text. */
  readonly save: () => string;
}

/**
 * Starts a simulated exchange on loopback, whichever venue's it is.
 * @throws what `open` throws where a saved state cannot be read; the system's own error when the port is taken.
 */
export async function serve<Keys, Others extends OtherKeys<Keys>>(
  options: ServeOptions<Keys>,
  keys: Keys,
  otherKeys: Others,
  open: (opening: Opening, bend: Bend | undefined) => Opened,
): Promise<Running<Keys, Others>> {
  const { port = 0, seed = 'ltv-gauge', settleMs = 1500, walk = true, clock = { now: () => Date.now() } } = options;
  const { world, api, save, sockets: venue } = open({ clock, seed, settleMs, walking: walk }, options.bend?.(seed));
  if (options.state !== undefined && options.walk !== undefined) world.market.setWalking(walk, clock.now());
  const notifier = new StateNotifier(world, clock, save, options.onChange);
  const sockets = new Sockets(venue, clock);
  const notify = (): void => {
    notifier.notify();
    sockets.tell();
  };
  const listening = await listen(port, api, new Control(world, api, clock, options.id, sockets), sockets, notify);
  notify();
  return {
    url: listening.url,
    keys,
    otherKeys,
    saveState: save,
    coins: () => world.market.coins.map(({ ccy }) => ccy),
    movePrice: (coin, percent) => {
      world.advance();
      world.market.move(coin, percent);
      world.touch();
      notify();
    },
    close: () => {
      notifier.stop();
      return listening.close();
    },
  };
}
