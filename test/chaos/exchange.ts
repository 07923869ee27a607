import { randomUUID } from 'node:crypto';
import { decimal, multiply } from '../../src/core/decimal.ts';
import type { Account } from '../../src/core/model.ts';
import type { Api } from '../../src/simulator/api.ts';
import { BybitApi } from '../../src/simulator/bybit/api.ts';
import { trading } from '../../src/simulator/bybit/start.ts';
import { uid as bybitUid } from '../../src/simulator/bybit/wallet.ts';
import { currentPoolLtv } from '../../src/simulator/bybit/valuation.ts';
import { World as BybitWorld } from '../../src/simulator/bybit/world.ts';
import { Control, type ControlledWorld } from '../../src/simulator/control.ts';
import { OkxApi } from '../../src/simulator/okx/api.ts';
import { valuate } from '../../src/simulator/okx/valuation.ts';
import { uid as okxUid } from '../../src/simulator/okx/wallet.ts';
import { World as OkxWorld } from '../../src/simulator/okx/world.ts';
import type { Outcome, RawRequest } from '../../src/simulator/request.ts';

export type VenueId = 'okx' | 'bybit';
export const venueIds = ['okx', 'bybit'] as const satisfies readonly VenueId[];

/** What the exchange made of a request, as it stands now. */
export interface Effect {
  /** What was added to a loan or position, or went out of it; more debt goes out. */
  readonly way: 'add' | 'reduce';
  readonly amount: string;
  readonly state: string;
}

/** How a loan stands by the exchange itself, as parts of one. */
export interface Standing {
  readonly target: string;
  readonly ltv: number;
  readonly marginCall: number;
  readonly liquidation: number;
}

interface Venue {
  readonly origin: string;
  readonly api: Api;
  readonly world: ControlledWorld;
  /** Everything accepted, one list for each kind; what was there keeps its place. */
  readonly accepted: () => readonly (readonly Effect[])[];
  readonly standings: () => readonly Standing[];
  /** Path of the reading without which nothing is known of the loans. */
  readonly reading: string;
  /** The venue's own words for LTV in that reading. */
  readonly ltvs: RegExp;
}

interface Clock {
  now(): number;
}

/** One of the project's own simulated exchanges, asked without a socket. */
export class SimulatedVenue {
  readonly id: VenueId;
  readonly account: Account;
  readonly keys: Readonly<Record<string, string>>;
  readonly venue: Venue;
  readonly #control: Control;

  constructor(id: VenueId, clock: Clock, seed: string) {
    this.id = id;
    const keys = { apiKey: randomUUID(), secret: 'A'.repeat(32), passphrase: 'Sim-pass' };
    this.keys = id === 'okx' ? keys : { apiKey: keys.apiKey, secret: keys.secret };
    this.venue = id === 'okx' ? okx(clock, seed, keys) : bybit(clock, seed, keys);
    const uid = id === 'okx' ? okxUid : bybitUid;
    this.account = { id: `account-${id}`, venue: id, site: 'global', name: `My ${id}`, simulated: false, readOnly: false, uid };
    this.#control = new Control(this.venue.world, this.venue.api, clock);
  }

  /** @returns the answer, and what the exchange now does because of it */
  handle(request: RawRequest): { readonly outcome: Outcome; readonly effects: readonly (() => Effect)[] } {
    const { accepted, api } = this.venue;
    const before = accepted().map(({ length }) => length);
    const outcome = api.handle(request);
    const effects = accepted().flatMap((rows, list) =>
      rows.slice(before[list]).map((_row, more) => (): Effect => accepted()[list]![before[list]! + more]!),
    );
    return { outcome, effects };
  }

  readonly control = (what: string, body: object): void => {
    const { status, body: answer } = this.#control.handle('POST', what, JSON.stringify(body));
    if (status !== 200) throw new Error(`${what}: ${JSON.stringify(answer)}`);
  };

  clearFaults(): void {
    this.#control.handle('DELETE', 'fault', '');
  }
}

const settleMs = 1_500;
const half = decimal('0.5');

function okx(clock: Clock, seed: string, keys: { apiKey: string; secret: string; passphrase: string }): Venue {
  const begun = new OkxWorld({ clock, seed, settleMs, walking: true, past: false }).state();
  // Calm at first, and little of it: what is near its line is read all the time.
  const orders = begun.orders.map((order) => ({ ...order, debts: order.debts.map(({ ccy, amt }) => ({ ccy, amt: multiply(amt, half) })) }));
  const positions = begun.trading?.positions.filter(({ instId, side }) => instId === 'BTC-USDT-SWAP' && side === 'long') ?? [];
  const state = { ...begun, orders, trading: { ...begun.trading!, positions } };
  const world = new OkxWorld({ clock, seed, settleMs, walking: true, state });
  const key = { ...keys, label: 'simulated', permissions: ['read_only', 'trade'] as const, ip: '127.0.0.1' };
  return {
    origin: 'https://openapi.okx.com',
    world,
    api: new OkxApi(world, [key], clock),
    reading: '/api/v5/finance/flexible-loan/loan-info',
    ltvs: /"curLTV":"([^"]*)"/g,
    accepted: () => [
      world.adjustments.map(({ type, amt, state }) => ({ way: type, amount: amt, state })),
      world.repayments.map(({ type, amt, state }) => ({ way: type === 'repay' ? 'add' : 'reduce', amount: amt, state })),
      world.trading.changes.map(({ type, amt, state }) => ({ way: type, amount: amt, state })),
    ],
    standings: () =>
      world.orders().map((order) => {
        const { curLtv, marginCallLtv, liqLtv } = valuate(order, world.market);
        const [ltv, marginCall, liquidation] = [curLtv, marginCallLtv, liqLtv].map(Number) as [number, number, number];
        return { target: `level loan:${order.ordId}`, ltv, marginCall, liquidation };
      }),
  };
}

function bybit(clock: Clock, seed: string, keys: { apiKey: string; secret: string }): Venue {
  const begun = new BybitWorld({ clock, seed, settleMs, walking: true }).state();
  const positions = begun.trading.positions.filter(({ symbol, positionIdx }) => symbol === 'BTCUSDT' && positionIdx === 2);
  const world = new BybitWorld({ clock, seed, settleMs, walking: true, state: { ...begun, trading: { ...begun.trading, positions } } });
  const key = { ...keys, note: 'simulated', readOnly: false, permissions: trading, ips: ['127.0.0.1'] };
  return {
    origin: 'https://api.bybit.com',
    world,
    api: new BybitApi(world, [key], clock),
    reading: '/v5/crypto-loan-common/position',
    ltvs: /"ltv":"([^"]*)"/g,
    accepted: () => [
      world.adjustments.map(({ direction, amt, state }) => ({ way: direction === '0' ? 'add' : 'reduce', amount: amt, state })),
      world.repaid.map(({ sells, borrows, amt, state }) => ({
        way: (sells === undefined) === (borrows === undefined) ? 'add' : 'reduce',
        ...{ amount: amt, state },
      })),
      world.borrowed.map(({ amt, state, ...row }) => ({ way: 'repays' in row ? 'add' : 'reduce', amount: amt, state })),
      world.trading.changes.map(({ moved, state }) => ({
        way: moved.startsWith('-') ? 'reduce' : 'add',
        ...{ amount: moved.replace('-', ''), state },
      })),
    ],
    // Its thresholds are not in its API: those are its help page's.
    standings: () => [
      { target: 'level loan:pool', ltv: Number(currentPoolLtv(world.pool, world.market)), marginCall: 0.85, liquidation: 0.92 },
    ],
  };
}
