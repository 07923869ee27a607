import assert from 'node:assert/strict';
import type { Clock } from '../../../src/core/clock.ts';
import type { Decimal } from '../../../src/core/decimal.ts';
import type { Connection, LoanRef, CollateralProof } from '../../../src/exchanges/exchange.ts';
import { connectOkx } from '../../../src/exchanges/okx/connect.ts';
import type { SimulatorKeys } from '../../../src/simulator/okx/auth.ts';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../../src/simulator/okx/start.ts';
import { PassingClock } from '../passing-clock.ts';

export const path = '/api/v5/finance/flexible-loan/';
export const first: LoanRef = { loanId: '12345', orderId: '12345' };
export const second: LoanRef = { loanId: '67890', orderId: '67890' };

interface Adjustment {
  readonly loan: string;
  readonly type: string;
  readonly ccy: string;
  readonly amt: string;
  readonly state: string;
}

/** A simulated exchange with a client of it. */
export class Meeting {
  readonly clock = new PassingClock();
  readonly trace: string[] = [];
  readonly #connections: Connection[] = [];
  #simulator: Simulator | undefined;

  async start(options: SimulatorOptions = {}): Promise<void> {
    this.#simulator = await startSimulator({ walk: false, settleMs: 1_000, clock: this.clock, ...options });
  }

  get simulator(): Simulator {
    assert.ok(this.#simulator);
    return this.#simulator;
  }

  connect(keys: SimulatorKeys = this.simulator.keys, clock: Clock = this.clock): Connection {
    const connection = connectOkx({
      account: { site: 'loopback', baseUrl: this.simulator.url },
      keys: async () => ({ ...keys }),
      clock,
      trace: (line) => this.trace.push(line),
    });
    this.#connections.push(connection);
    return connection;
  }

  async control(what: string, body?: object): Promise<unknown> {
    const [method = 'GET', name = ''] = what.split(' ');
    const response = await fetch(`${this.simulator.url}/__simulator/${name}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    assert.equal(response.status, 200, what);
    return response.json();
  }

  async fault(fault: string, endpoint?: string, times = 1): Promise<void> {
    await this.control('POST fault', { fault, times, ...(endpoint === undefined ? {} : { endpoint }) });
  }

  async record(): Promise<{ readonly adjustments: readonly Adjustment[]; readonly requests: Readonly<Record<string, number>> }> {
    return (await this.control('GET record')) as Awaited<ReturnType<Meeting['record']>>;
  }

  async sends(): Promise<number> {
    return (await this.record()).requests[`${path}adjust-collateral`] ?? 0;
  }

  async stop(): Promise<void> {
    for (const connection of this.#connections.splice(0)) connection.dispose();
    await this.#simulator?.close();
    this.#simulator = undefined;
  }
}

export function held(proof: CollateralProof, coin: string): Decimal | undefined {
  return proof.state === 'pending' ? undefined : proof.loan?.collateral.find((one) => one.coin === coin)?.amount;
}
