import { add, compare, decimal, divide, isDecimal, isPositive, multiply, one, round, subtract, type Decimal } from '../core/decimal.ts';

/** Time between two steps of the walk. */
const stepMs = 2000;
/** The most steps to walk after a long pause: more would make no visible difference. */
const maxCatchUpSteps = 500;
/** A step is at most this far to either side, in hundred-thousandths of the price. */
const stepReach = 60;
/** Each step is pulled back this part of the way to where the price was last set, so that a demo left alone stays realistic. */
const pull = decimal('0.02');
const hundred = decimal('100');
/** Digits behind the point of a price made from two others. */
const crossPlaces = 8;

/** What a market knows about a coin. */
export interface MarketCoin {
  readonly ccy: string;
  /** Where its price starts, in USD. */
  readonly startPrice: Decimal;
  /** Digits behind the point of its price. */
  readonly pricePlaces: number;
  /** Stablecoins don't move. */
  readonly walks: boolean;
}

/** The market as it is saved. */
export interface MarketState {
  readonly prices: Readonly<Record<string, Decimal>>;
  /** What the walk is pulled back to. */
  readonly anchors: Readonly<Record<string, Decimal>>;
  readonly random: number;
  readonly walking: boolean;
  /** When the last step was due. Milliseconds since the Unix epoch. */
  readonly steppedAt: number;
}

/** The initial market. */
export function newMarket(coins: readonly MarketCoin[], seed: string, walking: boolean, now: number): MarketState {
  const prices = Object.fromEntries(coins.map((coin) => [coin.ccy, coin.startPrice]));
  return { prices, anchors: prices, random: seedFrom(seed), walking, steppedAt: now };
}

/** Prices in USD, walking at random or moved by hand. Deterministic: the same seed and the same moves give the same prices. */
export class Market {
  /** The coins that have a price. */
  readonly coins: readonly MarketCoin[];
  readonly #prices: Map<string, Decimal>;
  readonly #anchors: Map<string, Decimal>;
  #revision = 0;
  #random: number;
  #walking: boolean;
  #steppedAt: number;

  constructor(coins: readonly MarketCoin[], state: MarketState) {
    this.coins = coins;
    this.#prices = new Map(Object.entries(state.prices));
    this.#anchors = new Map(Object.entries(state.anchors));
    this.#random = state.random;
    this.#walking = state.walking;
    this.#steppedAt = state.steppedAt;
  }

  /** Grows with every change of a price, so that what is computed from prices is computed once for each set of them. */
  get revision(): number {
    return this.#revision;
  }

  get walking(): boolean {
    return this.#walking;
  }

  state(): MarketState {
    return {
      prices: Object.fromEntries(this.#prices),
      anchors: Object.fromEntries(this.#anchors),
      random: this.#random,
      walking: this.#walking,
      steppedAt: this.#steppedAt,
    };
  }

  /**
   * The price of one coin in USD.
   * @throws RangeError when there is no such coin.
   */
  price(ccy: string): Decimal {
    return this.#prices.get(ccy) ?? this.#known(ccy).startPrice;
  }

  /** The index price of `base` in `quote`; `quote` may be USD. Undefined when there is no such pair. */
  indexPrice(base: string, quote: string): Decimal | undefined {
    if (base === quote || !this.#knows(base)) return undefined;
    if (quote === 'USD') return this.price(base);
    if (!this.#knows(quote)) return undefined;
    return divide(this.price(base), this.price(quote), crossPlaces, 'half-up');
  }

  /** Takes the steps that are due by `now`. */
  advance(now: number): void {
    if (!this.#walking) return;
    const due = Math.floor((now - this.#steppedAt) / stepMs);
    if (due <= 0) return;
    for (let count = Math.min(due, maxCatchUpSteps); count > 0; count -= 1) this.step();
    this.#steppedAt += due * stepMs;
  }

  /** Takes one step at once, whether the walk is running or not. */
  step(): void {
    for (const coin of this.coins.filter((one) => one.walks)) {
      const drawn = nextRandom(this.#random);
      this.#random = drawn.state;
      const reach = (drawn.value % (2 * stepReach + 1)) - stepReach;
      const price = this.price(coin.ccy);
      const sideways = divide(multiply(price, decimal(reach.toString())), decimal('100000'), coin.pricePlaces + 2, 'half-up');
      const home = multiply(subtract(this.#anchors.get(coin.ccy) ?? price, price), pull);
      this.#put(coin.ccy, add(price, add(sideways, home)));
    }
  }

  setWalking(walking: boolean, now: number): void {
    this.#walking = walking;
    this.#steppedAt = now;
  }

  /**
   * Moves a price by a percentage, e.g. `-10`; the walk goes on from there.
   * @throws RangeError for an unknown coin, or a percentage that is no decimal number or is -100 or less.
   */
  move(ccy: string, percent: string): void {
    if (!isDecimal(percent)) throw new RangeError(`not a percentage: ${percent}`);
    this.#known(ccy);
    this.set(ccy, multiply(this.price(ccy), add(one, divide(percent, hundred, 20, 'half-up'))));
  }

  /**
   * Puts a price, in USD; the walk goes on from there.
   * @throws RangeError for an unknown coin, or a price that is no positive decimal number.
   */
  set(ccy: string, price: string): void {
    this.#known(ccy);
    if (!isDecimal(price) || !isPositive(price)) throw new RangeError(`not a price: ${price}`);
    this.#put(ccy, price);
    this.#anchors.set(ccy, this.price(ccy));
  }

  #knows(ccy: string): boolean {
    return this.coins.some((coin) => coin.ccy === ccy);
  }

  #known(ccy: string): MarketCoin {
    const coin = this.coins.find((one) => one.ccy === ccy);
    if (coin === undefined) throw new RangeError(`no such coin: ${ccy}`);
    return coin;
  }

  /** A price is kept to its own digits and never reaches zero. */
  #put(ccy: string, price: Decimal): void {
    const { pricePlaces } = this.#known(ccy);
    const smallest = divide(one, decimal(`1${'0'.repeat(pricePlaces)}`), pricePlaces, 'up');
    const rounded = round(price, pricePlaces, 'half-up');
    this.#revision += 1;
    this.#prices.set(ccy, compare(rounded, smallest) < 0 ? smallest : rounded);
  }
}

/** A start for `nextRandom` made from any text (FNV-1a, 32 bits). */
export function seedFrom(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** One draw: a value evenly spread over 0..2^32-1, and the state to draw from next (a Weyl step, then mixing). */
export function nextRandom(state: number): { readonly value: number; readonly state: number } {
  const next = (state + 0x9e3779b9) >>> 0;
  let mixed = next;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return { value: (mixed ^ (mixed >>> 16)) >>> 0, state: next };
}
