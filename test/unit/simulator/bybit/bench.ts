// A simulated Bybit without sockets, with a clock that only moves on command, and a client that signs.
import { createHmac } from 'node:crypto';
import { decimal, subtract, sum, type Decimal } from '../../../../src/core/decimal.ts';
import type { Key } from '../../../../src/simulator/bybit/auth.ts';
import { BybitApi } from '../../../../src/simulator/bybit/api.ts';
import type { Account } from '../../../../src/simulator/bybit/initial-state.ts';
import { World, type WorldOptions } from '../../../../src/simulator/bybit/world.ts';
import type { Bend } from '../../../../src/simulator/hostile.ts';
import { Control } from '../../../../src/simulator/control.ts';
import type { Outcome } from '../../../../src/simulator/request.ts';
import { HandClock, holdings, settleMs } from '../bench.ts';

export { holdings, settleMs };
export const poolPath = '/v5/crypto-loan-common/';
export const legacyPath = '/v5/crypto-loan/';
export const legacyOrderId = '1793683005081680384';

const permissions = { ContractTrade: ['Order', 'Position'], Spot: ['SpotTrade'], Wallet: [] };
export const mainKey: Key = { apiKey: 'main', secret: 'main secret', readOnly: false, permissions, ips: ['127.0.0.1'], note: 'main' };
export const readKey: Key = { ...mainKey, apiKey: 'read', readOnly: true, ips: ['*'] };
export const boundKey: Key = { ...mainKey, apiKey: 'bound', ips: ['203.0.113.7'] };
export const withoutLoansKey: Key = { ...mainKey, apiKey: 'without', permissions: { Wallet: ['AccountTransfer'] }, ips: [] };
export const withoutPositionsKey: Key = { ...mainKey, apiKey: 'no positions', permissions: { ...permissions, ContractTrade: ['Order'] } };

export type Row = Readonly<Record<string, unknown>>;

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly raw: string;
  /** -2 where the answer has no envelope. */
  readonly code: number;
  readonly result: Row;
  readonly list: readonly Row[];
  readonly time: number;
}

/** What one request changes from the usual. */
export interface Twist {
  readonly key?: Key;
  /** Leave headers out (undefined) or put others in, after signing. */
  readonly headers?: Record<string, string | undefined>;
  readonly timestamp?: string;
  readonly recvWindow?: string;
  readonly address?: string;
  /** Sent instead of what was signed. */
  readonly sentBody?: string;
  readonly sentTarget?: string;
}

export class Bench {
  readonly clock = new HandClock();
  readonly world: World;
  readonly api: BybitApi;
  readonly control: Control;

  /** @param bend says every answer in another way */
  constructor(options: Partial<WorldOptions> = {}, bend?: Bend) {
    this.world = new World({ clock: this.clock, seed: 'bench', settleMs, walking: false, ...options });
    this.api = new BybitApi(this.world, [mainKey, readKey, boundKey, withoutLoansKey, withoutPositionsKey], this.clock, bend);
    this.control = new Control(this.world, this.api, this.clock);
  }

  /** Sends one signed request. A second passes first, so that the rate limit is met only where it is meant. */
  ask(method: string, target: string, body = '', twist: Twist = {}): Reply {
    this.clock.pass(1000);
    const outcome = this.send(method, target, body, twist);
    if (outcome.kind !== 'answer') throw new Error(`no answer but ${outcome.kind}`);
    return read(outcome);
  }

  send(method: string, target: string, body = '', twist: Twist = {}): Outcome {
    const { key = mainKey, timestamp = this.clock.now().toString(), recvWindow = '5000' } = twist;
    const signed = method === 'GET' ? target.slice(!target.includes('?') ? target.length : target.indexOf('?') + 1) : body;
    const headers: Record<string, string | undefined> = {
      'content-type': 'application/json',
      'x-bapi-api-key': key.apiKey,
      'x-bapi-timestamp': timestamp,
      'x-bapi-recv-window': recvWindow,
      'x-bapi-sign': createHmac('sha256', key.secret).update(`${timestamp}${key.apiKey}${recvWindow}${signed}`).digest('hex'),
      ...twist.headers,
    };
    return this.api.handle({
      method,
      target: twist.sentTarget ?? target,
      headers,
      body: Buffer.from(twist.sentBody ?? body),
      address: twist.address ?? '127.0.0.1',
    });
  }

  pool(name: string): Reply {
    return this.ask('GET', `${poolPath}${name}`);
  }

  legacy(name: string): Reply {
    return this.ask('GET', `${legacyPath}${name}`);
  }

  adjust(direction: string, currency: string, amount: string): Reply {
    return this.ask('POST', `${poolPath}adjust-ltv`, JSON.stringify({ currency, amount, direction }));
  }

  adjustOrder(direction: string, amount: string, orderId = legacyOrderId): Reply {
    return this.ask('POST', `${legacyPath}adjust-ltv`, JSON.stringify({ orderId, amount, direction }));
  }

  positions(query: string): Reply {
    return this.ask('GET', `/v5/position/list?${query}`);
  }

  /** The row of one slot. */
  position(symbol: string, positionIdx = 0): Row {
    const category = symbol.endsWith('USD') ? 'inverse' : 'linear';
    const found = this.positions(`category=${category}&symbol=${symbol}`).list.find((row) => row['positionIdx'] === positionIdx);
    if (found === undefined) throw new Error(`no slot ${symbol} ${positionIdx.toString()}`);
    return found;
  }

  margin(symbol: string, positionIdx: number | undefined, margin: string, category = symbol.endsWith('USD') ? 'inverse' : 'linear'): Reply {
    return this.ask('POST', '/v5/position/add-margin', JSON.stringify({ category, symbol, margin, positionIdx }));
  }

  /** What add-margin can use of a coin: wallet − totalPositionIM − totalOrderIM − locked − bonus. */
  free(ccy: string): Decimal {
    const [{ coin } = { coin: [] }] = this.ask('GET', `/v5/account/wallet-balance?accountType=UNIFIED&coin=${ccy}`).list;
    const [row = {}] = coin as Row[];
    const held = ['totalPositionIM', 'totalOrderIM', 'locked', 'bonus'].map((name) => decimal(row[name] as string));
    return subtract(decimal(row['walletBalance'] as string), sum(held));
  }

  act(name: string, body: unknown): void {
    const { status, body: answer } = this.control.handle('POST', name, JSON.stringify(body));
    if (status !== 200) throw new RangeError(JSON.stringify(answer));
  }

  wallet(ccy: string): Decimal {
    return this.world.wallet.find((one) => one.ccy === ccy)?.amt ?? decimal('0');
  }

  collateral(ccy: string): Decimal {
    return this.world.pool.collateral.find((one) => one.ccy === ccy)?.amt ?? decimal('0');
  }
}

/** An account with these amounts at the usual prices, all debt flexible. */
export function account(collateral: Account['wallet'], debts: Account['wallet'], wallet: Account['wallet'] = []): Partial<Account> {
  const flexible = debts.map(({ ccy, amt }) => ({ ccy, principal: amt, interest: decimal('0') }));
  return { wallet, pool: { flexible, fixed: [], collateral, supply: [] } };
}

function read({ answer: { status, body, headers = {} } }: Extract<Outcome, { kind: 'answer' }>): Reply {
  if (!body.startsWith('{')) return { status, headers, raw: body, code: -2, result: {}, list: [], time: 0 };
  const { retCode, result, time } = JSON.parse(body) as { retCode: number; result: Row; time: number };
  return { status, headers, raw: body, code: retCode, result, list: (result['list'] ?? []) as Row[], time };
}
