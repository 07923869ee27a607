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
  /** Whether prices move by themselves. Default true. */
  readonly walk?: boolean;
  /** False makes it the older generation: one loan, and no `ordId` in any answer. Default true. */
  readonly ordIds?: boolean;
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

/**
 * Starts a simulated exchange on loopback.
 * @throws RangeError when the saved state cannot be read; the system's own error when the port is taken.
 */
export function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  return Promise.reject(new Error(`the simulated exchange is not ready yet (port ${(options.port ?? 0).toString()})`));
}
