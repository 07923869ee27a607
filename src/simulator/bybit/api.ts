import { Api, type Place } from '../api.ts';
import { bentRows } from '../faults.ts';
import type { Bend } from '../hostile.ts';
import { fromQuery, pathOf, type Answer, type RawRequest } from '../request.ts';
import type { CommandLine } from '../serve.ts';
import { answerOf, isCode, Refusal, refusal, success, TurnedAway, turnedAway } from './answers.ts';
import { authenticate, type Key } from './auth.ts';
import { fromBody, type Access, type Endpoint } from './endpoints.ts';
import { historyEndpoints } from './history.ts';
import { legacyEndpoints } from './legacy.ts';
import { loanEndpoints } from './loans.ts';
import { positionEndpoints } from './positions.ts';
import { publicEndpoints } from './public-data.ts';
import { expiryOf, uid, walletEndpoints } from './wallet.ts';
import { deviations, ownDeviations, type World } from './world.ts';

const endpoints: readonly Endpoint[] = [
  ...loanEndpoints,
  ...legacyEndpoints,
  ...historyEndpoints,
  ...positionEndpoints,
  ...publicEndpoints,
  ...walletEndpoints,
];

/** Per address; exceeding it blocks the address for a while, whatever the request. */
const perAddress = { requests: 600, windowMs: 5000 } as const;
const shutOutMs = 600_000;

/** The API of the simulated Bybit: authentication, permissions and limits. */
export class BybitApi extends Api {
  protected override readonly malformed = '{"retCode":0,"retMsg":"OK","result":{"';
  protected override readonly substance = 'result';
  protected override readonly keyHeader = 'x-bapi-api-key';
  protected override readonly tooMany = '429';
  /** Until when an address is blocked. */
  readonly #shutOut = new Map<string, number>();
  protected override readonly world: World;
  readonly #keys: readonly Key[];

  constructor(world: World, keys: readonly Key[], clock: { now(): number }, bend?: Bend) {
    super(
      {
        adjustments: ['/adjust-ltv', '/add-margin', '/repay', '/fully-repay', '/repay-collateral', '/borrow'],
        histories: ['/adjustment-history', '/repayment-history', '/borrow-history'],
        deviations: ownDeviations,
        isCode,
      },
      clock,
      bend,
    );
    this.world = world;
    this.#keys = keys;
  }

  protected override refuse(code: string): Answer {
    return answerOf(code, this.serverTime());
  }

  protected override refusalOf(error: unknown): Answer | undefined {
    if (error instanceof TurnedAway) return turnedAway(error.status);
    return error instanceof Refusal ? refusal(error, this.serverTime()) : undefined;
  }

  protected override serve(request: RawRequest, deviation: string | undefined): Answer {
    this.#countAddress(request.address);
    const endpoint = this.#endpoint(request);
    const { access, perSecond } = endpoint;
    const now = this.serverTime();
    const key = access === 'public' ? undefined : authenticate(request, this.#keys, now);
    if (key !== undefined && now >= (expiryOf(key, this.world) ?? Infinity)) throw new Refusal('33004');
    if (key !== undefined) checkPermission(key, access);
    const place = perSecond === undefined ? undefined : this.#place(endpoint.path, perSecond);
    const headers = place === undefined ? {} : limitHeaders(perSecond ?? 0, place, now - this.clock.now());
    try {
      if (place?.free === false) throw new Refusal('10006');
      const parameters = endpoint.method === 'GET' ? fromQuery(request.target.slice(endpoint.path.length + 1)) : fromBody(request);
      const wanted = deviations.find((one) => one === deviation);
      const more = { ...(key === undefined ? {} : { key }), ...(wanted === undefined ? {} : { deviation: wanted }) };
      const result = endpoint.answer({ world: this.world, parameters, now, ...more });
      const { list } = result;
      const bent = Array.isArray(list) ? { ...result, list: bentRows(list, deviation) } : result;
      return { ...success(bent, now), headers };
    } catch (error) {
      if (error instanceof Refusal) return { ...refusal(error, now), headers };
      throw error;
    }
  }

  #endpoint(request: RawRequest): Endpoint {
    if (request.method === 'GET' && request.body.length > 0) throw new TurnedAway('403');
    const path = pathOf(request);
    const endpoint = endpoints.find((one) => one.path === path && one.method === request.method);
    if (endpoint === undefined) throw new TurnedAway('404');
    const { legacy } = this.world;
    if (endpoint.legacy === true && legacy !== 'there') throw legacy === '404' ? new TurnedAway('404') : new Refusal('10017');
    return endpoint;
  }

  #countAddress(address: string): void {
    const now = this.clock.now();
    if ((this.#shutOut.get(address) ?? 0) > now) throw new TurnedAway('403');
    if (this.limits.take(address, 'any', perAddress, now).free) return;
    this.#shutOut.set(address, now + shutOutMs);
    throw new TurnedAway('403');
  }

  /** A slot within the rolling second of the user, whatever the key. */
  #place(path: string, requests: number): Place {
    return this.limits.take(uid, path, { requests, windowMs: 1000 }, this.clock.now());
  }
}

/** What a key must be allowed to do, to read and to write. */
const needed = { loans: ['Spot', 'SpotTrade'], positions: ['ContractTrade', 'Position'] } as const;

function checkPermission(key: Key, access: Access): void {
  if (access === 'key' || access === 'public') return;
  const [group, right] = needed[access === 'loans' || access === 'loans-write' ? 'loans' : 'positions'];
  const writes = access === 'loans-write' || access === 'positions-write';
  if (key.permissions[group]?.includes(right) !== true || (writes && key.readOnly)) throw new Refusal('10005');
}

function limitHeaders(perSecond: number, { left, freeAt }: Place, offsetMs: number): Record<string, string> {
  return {
    'X-Bapi-Limit': perSecond.toString(),
    'X-Bapi-Limit-Status': left.toString(),
    'X-Bapi-Limit-Reset-Timestamp': (freeAt + offsetMs).toString(),
  };
}

/** What the command line reads and prints for this venue. Not in start.ts, which ships whole. */
export const bybitCommandLine = {
  name: 'Bybit',
  port: '9001',
  flags: { 'no-legacy': 'the older generation of loans is gone', published: 'begin with the account printed in the documentation' },
  options: (has) => ({ legacy: !has('no-legacy'), account: has('published') ? 'published' : 'invented' }),
  adjusting: 'adjust-ltv',
  controls: [
    ['{"level":"2"}', 'cap'],
    ['{"mode":"REGULAR_MARGIN"}', 'margin-mode'],
    ['{"by":"entry"}', 'margin-price'],
    ['{"days":-1}', 'due'],
    ['{"days":6}', 'expiry'],
    ['{"left":"0"}', 'inventory'],
    ['', 'liquidate'],
    ['{"mode":"refused"}', 'overpay'],
  ],
  faults: ownDeviations,
  code: '10006',
} as const satisfies CommandLine;
