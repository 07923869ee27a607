import { Api } from '../api.ts';
import { bentRows, deviations } from '../faults.ts';
import type { Bend } from '../hostile.ts';
import { fromQuery, pathOf, type Answer, type RawRequest } from '../request.ts';
import type { CommandLine } from '../serve.ts';
import { isCode, Refusal, refusal, success } from './answers.ts';
import { authenticate, type Key } from './auth.ts';
import { fromBody, type Endpoint } from './endpoints.ts';
import { historyEndpoints } from './history.ts';
import { loanEndpoints } from './loans.ts';
import { positionEndpoints } from './positions.ts';
import { publicEndpoints } from './public-data.ts';
import { uid, walletEndpoints } from './wallet.ts';
import type { World, WorldOptions } from './world.ts';

const endpoints: readonly Endpoint[] = [
  ...loanEndpoints,
  ...positionEndpoints,
  ...historyEndpoints,
  ...publicEndpoints,
  ...walletEndpoints,
];

/** The API of the simulated OKX: authentication, permissions and limits. */
export class OkxApi extends Api {
  protected override readonly malformed = '{"code":"0","data":[{"';
  protected override readonly substance = 'data';
  protected override readonly keyHeader = 'ok-access-key';
  protected override readonly tooMany = '50011';
  protected override readonly world: World;
  readonly #keys: readonly Key[];

  constructor(world: World, keys: readonly Key[], clock: { now(): number }, bend?: Bend) {
    super(
      {
        adjustments: ['adjust-collateral', 'flexible-loan/repay', 'flexible-loan/borrow', 'margin-balance'],
        histories: ['loan-history'],
        isCode,
      },
      clock,
      bend,
    );
    this.world = world;
    this.#keys = keys;
  }

  protected override refuse(code: string): Answer {
    return refusal(isCode(code) ? new Refusal(code, 'named by a fault') : new Refusal('50026'));
  }

  protected override refusalOf(error: unknown): Answer | undefined {
    return error instanceof Refusal ? refusal(error) : undefined;
  }

  protected override serve(request: RawRequest, deviation: string | undefined): Answer {
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
    if (!this.limits.take(caller, counted, endpoint.limit, this.clock.now()).free) throw new Refusal('50011');
    const parameters = endpoint.method === 'GET' ? query : fromBody(request);
    const wanted = deviations.find((one) => one === deviation);
    const more = { ...(key === undefined ? {} : { key }), ...(wanted === undefined ? {} : { deviation: wanted }) };
    return success(bentRows(endpoint.answer({ world: this.world, parameters, now, ...more }), deviation));
  }
}

/** What the command line reads and prints for this venue. Not in start.ts, which ships whole. */
export const okxCommandLine = {
  name: 'OKX',
  port: '9000',
  flags: {
    older: 'the older generation: one loan, no ordId',
    net: 'one position per instrument, whose sign is its side',
    held: 'collateral-assets lists what loans hold, not what may be pledged',
  },
  options: (has): Partial<WorldOptions> => ({
    ordIds: !has('older'),
    ...(has('net') ? { posMode: 'net_mode' } : {}),
    ...(has('held') ? { collateralAssets: 'held' } : {}),
  }),
  adjusting: 'adjust-collateral',
  controls: [
    ['{"posMode":"net_mode"}', 'account'],
    ['{"instId":"BTC-USDT-SWAP","posSide":"long","amt":"10"}', 'auto-margin'],
    ['{"loan":"12345"}', 'liquidate'],
    ['{"excess":"refused","dust":"forgiven"}', 'repaying'],
  ],
  faults: [],
  code: '50011',
} as const satisfies CommandLine;
