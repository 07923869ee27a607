import { coins } from './coins.ts';
import type { ExchangeDoor } from './exchange-door.ts';
import { faultNames, isFaultName, type Fault } from './faults.ts';
import { isParameters, type Parameters } from './parameters.ts';
import type { World } from './world.ts';

/** Where the control API lives. Not part of the exchange's own API, and not signed. */
export const controlPrefix = '/__simulator/';

export interface ControlAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** The world behind the curtain: everything a person or a test may do to it. */
export class Control {
  readonly #world: World;
  readonly #door: ExchangeDoor;
  readonly #clock: { now(): number };
  readonly #id: string | undefined;

  constructor(world: World, door: ExchangeDoor, clock: { now(): number }, id?: string) {
    this.#id = id;
    this.#world = world;
    this.#door = door;
    this.#clock = clock;
  }

  /** Carries out one request, e.g. `POST` `price` with a JSON text. A body that makes no sense is answered with 400 and why. */
  handle(method: string, name: string, text: string): ControlAnswer {
    this.#world.advance();
    try {
      return { status: 200, body: this.#act(`${method} ${name}`, readBody(text)) };
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
        this.#door.faults.add(readFault(body));
        return { faults: this.#door.faults.list() };
      case 'DELETE fault':
        this.#door.faults.clear();
        return { faults: [] };
      case 'POST settle':
        this.#world.settleMs = whole(body, 'ms');
        return { ms: this.#world.settleMs };
      case 'POST interest':
        this.#world.accrueNow();
        return { ok: true };
      case 'POST clock':
        this.#door.clockOffsetMs = whole(body, 'offsetMs', Number.MIN_SAFE_INTEGER);
        return { offsetMs: this.#door.clockOffsetMs };
      default:
        throw new RangeError(
          `there is no ${what}; there are GET hello, GET record, POST price, POST walk, POST step, POST fault, DELETE fault, POST settle, POST interest, POST clock`,
        );
    }
  }

  #hello(): unknown {
    return {
      name: 'ltv-gauge-simulator',
      id: this.#id,
      simulated: true,
      ordIds: this.#world.ordIds,
      settleMs: this.#world.settleMs,
      walking: this.#world.market.walking,
      faults: this.#door.faults.list(),
      ...this.#prices(),
    };
  }

  #prices(): { prices: Record<string, string> } {
    return { prices: Object.fromEntries(coins.map(({ ccy }) => [ccy, this.#world.market.price(ccy)])) };
  }

  #record(): unknown {
    return {
      adjustments: this.#world.adjustments.map(({ ordId, type, ccy, amt, acceptedAt, state }) => ({
        loan: ordId,
        type,
        ccy,
        amt,
        when: acceptedAt,
        state,
      })),
      requests: Object.fromEntries(this.#door.counts),
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

function readFault(body: Parameters): Fault {
  const fault = text(body, 'fault');
  if (!isFaultName(fault)) throw new RangeError(`no such fault: ${fault}; there are ${faultNames.join(', ')}, and any known error code`);
  return {
    fault,
    ...(body['endpoint'] === undefined ? {} : { endpoint: text(body, 'endpoint') }),
    ...(body['times'] === undefined ? {} : { times: whole(body, 'times', 1) }),
    ...(body['ms'] === undefined ? {} : { ms: whole(body, 'ms') }),
  };
}
