import { accountEndpoints, uid } from './account-endpoints.ts';
import { Refusal, isCode, refusal, success } from './answers.ts';
import { authenticate, type Key } from './auth.ts';
import { billEndpoints } from './bill-endpoints.ts';
import { Door } from '../api.ts';
import { bentRows, deviations } from '../faults.ts';
import type { Endpoint } from './endpoints.ts';
import { instrumentEndpoints } from './instrument-endpoints.ts';
import type { Bend } from '../hostile.ts';
import { Limits } from '../limits.ts';
import { loanEndpoints } from './loan-endpoints.ts';
import { fromBody } from './parameters.ts';
import { fromQuery, pathOf, type Answer, type RawRequest } from '../request.ts';
import { positionEndpoints } from './position-endpoints.ts';
import type { World } from './world.ts';

const endpoints: readonly Endpoint[] = [
  ...loanEndpoints,
  ...positionEndpoints,
  ...billEndpoints,
  ...instrumentEndpoints,
  ...accountEndpoints,
];

/** The door of the simulated OKX: who asks, whether they may, and how often. */
export class OkxDoor extends Door {
  protected override readonly malformed = '{"code":"0","data":[{"';
  protected override readonly substance = 'data';
  protected override readonly keyHeader = 'ok-access-key';
  protected override readonly tooMany = '50011';
  readonly #limits = new Limits();
  readonly #world: World;
  readonly #keys: readonly Key[];
  readonly #clock: { now(): number };

  constructor(world: World, keys: readonly Key[], clock: { now(): number }, bend?: Bend) {
    super({ adjustments: ['adjust-collateral', 'margin-balance'], histories: ['loan-history'], isCode }, clock, bend);
    this.#world = world;
    this.#keys = keys;
    this.#clock = clock;
  }

  protected override refuse(code: string): Answer {
    return refusal(isCode(code) ? new Refusal(code, 'named by a fault') : new Refusal('50026'));
  }

  protected override answer(request: RawRequest, deviation?: string): Answer {
    this.#world.advance();
    try {
      return this.#serve(request, deviation);
    } catch (error) {
      if (error instanceof Refusal) return refusal(error);
      throw error;
    } finally {
      // What takes no time to settle is effective at once.
      this.#world.advance();
    }
  }

  #serve(request: RawRequest, deviation: string | undefined): Answer {
    const path = pathOf(request);
    const endpoint = endpoints.find((one) => one.path === path);
    if (endpoint === undefined) {
      return { status: 404, body: JSON.stringify({ code: '404', data: {}, msg: 'There is no such endpoint.' }) };
    }
    if (request.method !== endpoint.method) throw new Refusal('50115');
    const now = this.serverTime();
    const { permission } = endpoint;
    const key = permission === undefined ? undefined : authenticate(request, this.#keys, now);
    if (permission !== undefined && key?.permissions.includes(permission) !== true) throw new Refusal('50120');
    // Private limits are per user whatever key is used, public ones per address.
    const caller = key === undefined ? request.address : uid;
    const query = fromQuery(request.target.slice(path.length + 1));
    const counted = endpoint.countedBy === undefined ? path : `${path} ${String(query[endpoint.countedBy])}`;
    if (!this.#limits.take(caller, counted, endpoint.limit, this.#clock.now()).free) throw new Refusal('50011');
    const parameters = endpoint.method === 'GET' ? query : fromBody(request);
    const wanted = deviations.find((one) => one === deviation);
    const more = { ...(key === undefined ? {} : { key }), ...(wanted === undefined ? {} : { deviation: wanted }) };
    return success(bentRows(endpoint.answer({ world: this.#world, parameters, now, ...more }), deviation));
  }
}
