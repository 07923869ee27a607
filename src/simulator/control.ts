import type { Api, ArrivalsAsked } from './api.ts';
import type { Fault } from './faults.ts';
import type { Market } from './market.ts';
import type { Conditions } from './conditions.ts';
import type { Sockets } from './sockets.ts';
import { fromQuery, isParameters, type Parameters } from './request.ts';

/** Where the control API lives. Not part of the exchange's own API, and not signed. */
export const controlPrefix = '/__simulator/';

const controls = [
  'GET hello',
  'GET record',
  'GET arrivals',
  'POST price',
  'POST walk',
  'POST step',
  'POST fault',
  'DELETE fault',
  'POST moment',
  'DELETE moment',
  'POST empty',
  'POST settle',
  'POST interest',
  'POST clock',
  'GET sockets',
  'POST socket',
];

export interface ControlAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** One accepted adjustment as `record` has it. */
export interface RecordedAdjustment {
  /** What the venue calls the loan; absent where it has no name. */
  readonly loan?: string;
  readonly type: string;
  readonly ccy: string;
  readonly amt: string;
  /** When it was accepted. Milliseconds since the Unix epoch. */
  readonly when: number;
  readonly state: string;
}

/** One accepted change of margin as `record` has it; one row for each time it arrived. The venue's own names say which position. */
export type RecordedMargin = Readonly<Record<string, string | number>>;

/** What control needs of a world, whichever venue's it is. */
export interface ControlledWorld {
  readonly market: Market;
  readonly conditions: Conditions;
  settleMs: number;
  /** What `hello` says in addition to what every simulated exchange says. */
  readonly about: Readonly<Record<string, unknown>>;
  /** Everything accepted, oldest first. */
  recorded(): readonly RecordedAdjustment[];
  /** Every accepted change of margin, oldest first, where the venue has positions. */
  recordedMargins?(): readonly RecordedMargin[];
  /** Carries out everything due by now. */
  advance(): void;
  /** Charges one hour's interest at once. */
  accrueNow(): void;
  /** Takes a coin, or every coin, out of all wallets; what is pledged or is margin stays. */
  empty(coin: string | undefined): void;
  /** Notes that something worth saving happened outside. */
  touch(): void;
  /** The controls of this venue alone, e.g. `POST cap`, named in the answer to an unknown one. */
  readonly controls?: readonly string[];
  /** Executes a control of this venue alone, e.g. `POST cap`. Undefined for an unknown one. Throws a RangeError saying why not. */
  control?(what: string, body: Parameters): unknown;
}

/** What a person or a test can do to a simulated exchange besides what a client can. */
export class Control {
  readonly #world: ControlledWorld;
  readonly #api: Api;
  readonly #sockets: Sockets | undefined;
  readonly #clock: { now(): number };
  readonly #id: string | undefined;

  constructor(world: ControlledWorld, api: Api, clock: { now(): number }, id?: string, sockets?: Sockets) {
    this.#id = id;
    this.#sockets = sockets;
    this.#world = world;
    this.#api = api;
    this.#clock = clock;
  }

  /** Carries out one request, e.g. `POST` `price` with a JSON text, or `GET` `arrivals` with a query. Invalid requests get 400 and the reason. */
  handle(method: string, name: string, text: string, query = ''): ControlAnswer {
    this.#world.advance();
    try {
      return { status: 200, body: this.#act(`${method} ${name}`, query === '' ? readBody(text) : fromQuery(query)) };
    } catch (error) {
      if (error instanceof RangeError) return { status: 400, body: { error: error.message } };
      throw error;
    } finally {
      this.#world.advance();
    }
  }

  #act(what: string, body: Parameters): unknown {
    const { market } = this.#world;
    switch (what) {
      case 'GET hello':
        return this.#hello();
      case 'GET record':
        return this.#record();
      case 'GET arrivals':
        return { now: this.#clock.now(), ...this.#api.arrivals.count(arrivalsAsked(body)) };
      case 'POST price':
        this.#price(body);
        return this.#prices();
      case 'POST walk':
        market.setWalking(bool(body, 'running'), this.#clock.now());
        this.#world.touch();
        return { running: market.walking };
      case 'POST step':
        market.step();
        this.#world.touch();
        return this.#prices();
      case 'POST fault':
        this.#api.faults.add(readFault(body));
        return { faults: this.#api.faults.list() };
      case 'DELETE fault':
        this.#api.faults.clear();
        return { faults: [] };
      case 'POST moment':
        this.#world.conditions.add(body);
        return { moments: this.#world.conditions.list() };
      case 'DELETE moment':
        this.#world.conditions.clear();
        return { moments: [] };
      case 'POST empty':
        return this.#empty(body);
      case 'POST settle':
        this.#world.settleMs = whole(body, 'ms');
        return { ms: this.#world.settleMs };
      case 'POST interest':
        this.#world.accrueNow();
        return { ok: true };
      case 'POST clock':
        this.#api.clockOffsetMs = whole(body, 'offsetMs', Number.MIN_SAFE_INTEGER);
        return { offsetMs: this.#api.clockOffsetMs };
      case 'GET sockets':
        return this.#sockets?.list();
      case 'POST socket':
        return this.#sockets?.control(body);
      default:
        return this.#venueAct(what, body);
    }
  }

  #empty(body: Parameters): unknown {
    const coin = body['coin'] === undefined ? undefined : text(body, 'coin');
    this.#world.empty(coin);
    return { emptied: coin ?? 'all' };
  }

  #venueAct(what: string, body: Parameters): unknown {
    const done = this.#world.control?.(what, body);
    if (done !== undefined) return done;
    throw new RangeError(`there is no ${what}; there are ${[...controls, ...(this.#world.controls ?? [])].join(', ')}`);
  }

  #hello(): unknown {
    return {
      name: 'ltv-gauge-simulator',
      id: this.#id,
      simulated: true,
      ...this.#world.about,
      settleMs: this.#world.settleMs,
      walking: this.#world.market.walking,
      hostile: this.#api.hostile,
      faults: this.#api.faults.list(),
      moments: this.#world.conditions.list(),
      ...this.#prices(),
    };
  }

  #prices(): { prices: Record<string, string> } {
    return { prices: Object.fromEntries(this.#world.market.coins.map(({ ccy }) => [ccy, this.#world.market.price(ccy)])) };
  }

  #record(): unknown {
    return {
      adjustments: this.#world.recorded(),
      margins: this.#world.recordedMargins?.() ?? [],
      requests: Object.fromEntries(this.#api.arrivals.counts),
    };
  }

  #price(body: Parameters): void {
    const { market } = this.#world;
    const coin = text(body, 'coin');
    if (body['price'] !== undefined) market.set(coin, text(body, 'price'));
    else market.move(coin, text(body, 'percent'));
    this.#world.touch();
  }
}

function readBody(body: string): Parameters {
  if (body.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new RangeError('the body is not JSON');
  }
  if (!isParameters(value)) throw new RangeError('the body is no JSON object');
  return value;
}

/** Text, or a JSON number as a person would type it by hand: these are no client's amounts. */
function text(body: Parameters, name: string): string {
  const value = body[name];
  if (typeof value === 'number') return value.toString();
  if (typeof value !== 'string' || value === '') throw new RangeError(`${name} is missing`);
  return value;
}

function bool(body: Parameters, name: string): boolean {
  const value = body[name];
  if (typeof value !== 'boolean') throw new RangeError(`${name} must be true or false`);
  return value;
}

function whole(body: Parameters, name: string, least = 0): number {
  const value = body[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least) throw new RangeError(`${name} must be a whole number`);
  return value;
}

/** Words of a query are text, also where a number is meant. */
function arrivalsAsked(body: Parameters): ArrivalsAsked {
  const { since, key, endpoint } = body;
  if (since !== undefined && (typeof since !== 'string' || !/^\d{1,16}$/.test(since))) {
    throw new RangeError('since must be milliseconds since 1970, e.g. the now of an earlier answer');
  }
  return {
    ...(since === undefined ? {} : { since: Number(since) }),
    ...(typeof key === 'string' ? { key } : {}),
    ...(typeof endpoint === 'string' ? { endpoint } : {}),
  };
}

function readFault(body: Parameters): Fault {
  const fault = text(body, 'fault');
  return {
    fault,
    ...(body['endpoint'] === undefined ? {} : { endpoint: text(body, 'endpoint') }),
    ...(body['times'] === undefined ? {} : { times: whole(body, 'times', 1) }),
    ...(body['ms'] === undefined ? {} : { ms: whole(body, 'ms') }),
  };
}
