import type { Hostility } from '../../src/simulator/hostile.ts';
import { okxBend } from '../../src/simulator/okx/hostile-words.ts';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/okx/start.ts';
import { watchFor } from './canaries.ts';
import { eventually } from './eventually.ts';
import type { Dialog, Workbench } from './workbench.ts';
import { says } from '../texts.ts';

const asked = process.env['LTV_GAUGE_HOSTILE'];

/** With `LTV_GAUGE_HOSTILE=1` every exchange of the suite is hostile but valid, with `readable` without unreadable rows. */
export const hostility: Hostility | undefined = asked === '1' ? 'whole' : asked === 'readable' ? asked : undefined;

export interface Adjustment {
  readonly loan: string;
  readonly type: string;
  readonly ccy: string;
  readonly amt: string;
  readonly state: string;
}

/** A separate simulated exchange, as started by `npm run simulate`, which a test can break. Its prices don't move. */
export class TestExchange {
  #simulator: Simulator;
  readonly #time: { aheadMs: number };
  readonly #options: SimulatorOptions;

  private constructor(simulator: Simulator, options: SimulatorOptions, time: { aheadMs: number }) {
    this.#simulator = simulator;
    this.#time = time;
    this.#options = options;
  }

  static async start(options: SimulatorOptions = {}): Promise<TestExchange> {
    const time = { aheadMs: 0 };
    const clock = { now: () => Date.now() + time.aheadMs };
    const all = { walk: false, clock, ...(hostility === undefined ? {} : { bend: okxBend(hostility) }), ...options };
    return new TestExchange(await startSimulator(all), all, time);
  }

  /** Lets so much time pass at the exchange at once. More than half a minute, and it would take no request from this machine any more. */
  pass(ms: number): void {
    this.#time.aheadMs += ms;
  }

  get url(): string {
    return this.#simulator.url;
  }

  get keys(): Simulator['keys'] {
    return this.#simulator.keys;
  }

  get otherKeys(): Simulator['otherKeys'] {
    return this.#simulator.otherKeys;
  }

  /** Asks the control API, e.g. `POST`, `fault`. */
  async control(method: 'GET' | 'POST' | 'DELETE', name: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.url}/__simulator/${name}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${name}: ${JSON.stringify(answer)}`);
    return answer;
  }

  /** What the exchange itself says was adjusted: the truth that a screen is held against. */
  async adjustments(): Promise<readonly Adjustment[]> {
    return ((await this.control('GET', 'record')) as { adjustments: Adjustment[] }).adjustments;
  }

  /** How many requests arrived at endpoints that end so. */
  async requests(endpoint: string): Promise<number> {
    const { requests } = (await this.control('GET', 'record')) as { requests: Record<string, number> };
    return Object.entries(requests).reduce((sum, [path, count]) => (path.endsWith(endpoint) ? sum + count : sum), 0);
  }

  /** How many requests arrived, by key and path; only those at or after `since`, the `now` of an earlier answer. */
  async arrivals(
    since = 0,
  ): Promise<{ readonly now: number; readonly total: number; readonly keys: Readonly<Record<string, Record<string, number>>> }> {
    return (await this.control('GET', `arrivals?since=${since.toString()}`)) as Awaited<ReturnType<TestExchange['arrivals']>>;
  }

  /** Dies without a word; what it knew is kept for `revive`. */
  async kill(): Promise<{ revive(): Promise<void> }> {
    const state = this.#simulator.saveState();
    const { keys, url } = this.#simulator;
    await this.#simulator.close();
    return {
      revive: async () => {
        this.#simulator = await startSimulator({ ...this.#options, keys, state, port: Number(new URL(url).port) });
      },
    };
  }

  close(): Promise<void> {
    return this.#simulator.close();
  }
}

export interface KeyTexts {
  readonly apiKey: string;
  readonly secret: string;
  /** OKX only. */
  readonly passphrase?: string;
}

/** Types one account into the wizard, by keyboard, up to the test of its key. */
export async function enterAccount(workbench: Workbench, url: string, name: string, keys: KeyTexts, venue = 'OKX'): Promise<void> {
  await workbench.runCommand('LTV Gauge: Add Account…');
  await workbench.quickInput.waitFor(says('account.exchange'));
  await workbench.pick(venue);
  await workbench.quickInput.waitFor(says('account.key-site'));
  await workbench.pick(says('term.loopback-simulated'));
  await enter(workbench, 'http://127.0.0.1', url);
  await enter(workbench, says('account.name'), name);
  await enterKeys(workbench, keys);
}

/** Types the parts of a key; each must be hidden. */
export async function enterKeys(workbench: Workbench, keys: KeyTexts): Promise<void> {
  for (const [field, text] of [
    ['API key', keys.apiKey],
    ['ecret', keys.secret],
    ...(keys.passphrase === undefined ? [] : [['Passphrase', keys.passphrase] as const]),
  ] as const) {
    await eventually(`the hidden box for the ${field}`, async () => {
      const state = await workbench.quickInput.state();
      return state?.secret === true && `${state.title} ${state.placeholder} ${state.message}`.includes(field);
    });
    watchFor(field, text);
    await workbench.type(text);
    await workbench.pressEnter();
  }
}

async function enter(workbench: Workbench, prompt: string, text: string): Promise<void> {
  await workbench.type(text, prompt);
  await workbench.pressEnter();
}

/** Adds an account whose key is good. */
export async function addAccount(workbench: Workbench, exchange: TestExchange, name: string): Promise<void> {
  await enterAccount(workbench, exchange.url, name, exchange.keys);
  const dialog = await workbench.dialog();
  await dialog.press(says('button.save'));
  await workbench.waitForRow('Loans', name);
}

interface Asked {
  readonly loan: string;
  readonly coin: string;
  readonly amount: string;
}

/** From the palette, by keyboard alone, up to the preview of a change of collateral. */
export async function previewCollateral(workbench: Workbench, direction: 'Add' | 'Remove', { loan, coin, amount }: Asked): Promise<Dialog> {
  await workbench.runCommand(`LTV Gauge: ${direction} Collateral…`);
  await workbench.quickInput.waitFor(says('collateral.loan'));
  await workbench.pick(loan);
  await workbench.quickInput.waitFor(says('collateral.coin'));
  await workbench.pick(coin);
  await enter(workbench, says('collateral.amount-example', coin), amount);
  return workbench.dialog();
}

/** From the palette, by keyboard alone, up to the preview of a repayment: of all that is owed, or of `amount` where the wallet has less. */
export async function previewRepayment(
  workbench: Workbench,
  { loan, coin, debts = 1, amount }: { readonly loan: string; readonly coin: string; readonly debts?: number; readonly amount?: string },
): Promise<Dialog> {
  await workbench.runCommand('LTV Gauge: Repay…');
  await workbench.quickInput.waitFor(says('collateral.loan'));
  await workbench.pick(loan);
  if (debts > 1) {
    await workbench.quickInput.waitFor(says('collateral.coin'));
    await workbench.pick(coin);
  }
  if (amount === undefined) {
    await workbench.quickInput.waitFor(says('repay.how-much'));
    await workbench.pick(says('repay.all', ''));
  } else await enter(workbench, says('collateral.amount-example', coin), amount);
  return workbench.dialog();
}

/** From the palette, by keyboard alone, up to the preview of a change of margin. */
export async function previewMargin(workbench: Workbench, direction: 'Add' | 'Remove', position: string, amount: string): Promise<Dialog> {
  await workbench.runCommand(`LTV Gauge: ${direction} Margin…`);
  await workbench.quickInput.waitFor(says('margin.position'));
  await workbench.pick(position);
  await enter(workbench, says('collateral.amount-example', 'USDT'), amount);
  return workbench.dialog();
}
