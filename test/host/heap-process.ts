// A process with the whole engine and all that the open panel shows of ten accounts: `node heap-process.js <worker> <rounds>`. After the 10th, the
// 100th and each 1,000th reading it prints what is on the heap, as a line of JSON. With `empty` in the worker's place it holds nothing.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { decimal, divide, type Decimal } from '../../src/core/decimal.ts';
import { english, msg, type Message } from '../../src/core/message.ts';
import type { Account, Loan, Position, Snapshot } from '../../src/core/model.ts';
import { createEngine, type Engine } from '../../src/engine/engine.ts';
import type { Connection, Exchange } from '../../src/exchanges/exchange.ts';
import { collateralOutline } from '../../src/views/collateral.ts';
import type { Entry } from '../../src/views/entry.ts';
import { gaugePage } from '../../src/views/gauges.ts';
import { loansOutline } from '../../src/views/loans.ts';
import { adopt, renew, type OutlineNode } from '../../src/views/outline-node.ts';
import { changesOf } from '../../src/views/page-changes.ts';
import { positionsOutline } from '../../src/views/positions.ts';
import { statusOf } from '../../src/views/status.ts';
import { exposures, stressView } from '../../src/views/stress.ts';
import type { ViewContext } from '../../src/words/account.ts';
import { barePosition } from '../bare-position.ts';

const accounts = 10;
const [loans, positions] = [20, 100];

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;
const heap = (): number => {
  gc();
  return process.memoryUsage().heapUsed;
};

const nothing = (): undefined => undefined;

const say = (message: Message | string): string => (typeof message === 'string' ? message : english(message));

function loanOf(index: number, btc: Decimal): Loan {
  const debt = decimal(String(40_000 + 200 * (index % 20)));
  return {
    id: String(index),
    ltv: divide(debt, btc, 8, 'up'),
    collateralValuation: 'raw',
    debts: [{ coin: 'USDT', amount: debt }],
    debtUsd: debt,
    collateral: [{ coin: 'BTC', amount: decimal('1') }],
    collateralUsd: btc,
    marginCall: { ltv: decimal('0.75'), source: 'venue' },
    liquidation: { ltv: decimal('0.85'), source: 'venue' },
  };
}

const positionOf = (index: number, btc: Decimal): Position => ({
  ...barePosition,
  positionId: `p${String(index)}`,
  baseCoin: 'BTC',
  exposure: decimal('0.2'),
  markPrice: btc,
  liquidationPrice: decimal(String(60_000 + 100 * (index % 100))),
  leverage: decimal('8'),
  margin: decimal('1600'),
  unrealizedPnl: decimal('-200.1'),
});

/** Every reading is new objects; its figures are others if prices move. */
function readingOf(account: number, reading: number, now: number): Snapshot {
  const moved = decimal(String(90_000 + 10 * (reading % 50)));
  return {
    loans: Array.from({ length: loans }, (_, index) => loanOf(account * loans + index, moved)),
    positions: Array.from({ length: positions }, (_, index) => positionOf(account * positions + index, moved)),
    wallet: [{ coin: 'BTC', amount: decimal('1.5'), pledgeable: true }],
    prices: { BTC: moved, USDT: decimal('1') },
    asOf: now,
  };
}

function venue(now: () => number, isMoving: boolean): Exchange {
  let readings = 0;
  const word = msg('test', 'wallet');
  const connection = (account: number): Connection => ({
    inspect: () => Promise.reject(new Error('not asked here')),
    read: async () => readingOf(account, isMoving ? (readings += 1) : 0, now()),
    indexPrices: async () => ({}),
    actions: {},
    dispose: nothing,
  });
  return {
    ...{ id: 'okx', name: 'OKX', sites: [], keyFields: [], collateralWallet: word, marginWallet: word, oneWaySlot: 'net', keyHelpUrl: '' },
    connect: async ({ keys }) => connection(Number((await keys())['apiKey'])),
  };
}

const sceneOf = ({ exchanges }: Engine): ViewContext => ({
  exchanges,
  ...{ now: Date.now(), intervalMs: 3_600_000, when: String, zoned: String },
  ...{ openWrites: () => [], frozen: nothing, arming: () => ({ armed: false }), warnings: () => [] },
});

/** As a view does it. */
const renewed = (nodes: readonly OutlineNode[], entries: readonly Entry[]): readonly OutlineNode[] =>
  renew(nodes, entries).all ? adopt(entries, nodes, undefined) : nodes;

async function main(worker: string, rounds: number, isMoving: boolean): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'ltv-gauge-bench-'));
  const secrets = new Map<string, string>();
  const engine = createEngine({
    ...{ folder, worker, window: 'w', newId: () => 'n', windowsShareSecrets: true },
    old: { get: nothing, update: async () => undefined },
    secrets: {
      get: async (key) => secrets.get(key),
      store: async (key, value) => void secrets.set(key, value),
      delete: async () => undefined,
    },
    settings: {
      intervalMs: () => 3_600_000,
      limits: () => ({ perActionByCoin: new Map(), perDayByCoin: new Map(), keepInWallet: new Map() }),
    },
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    exchanges: [venue(() => Date.now(), isMoving)],
  });
  await engine.start();
  for (let at = 0; at < accounts; at += 1) {
    const id = `account${String(at)}`;
    secrets.set(`ltvGauge.keys.${id}`, JSON.stringify({ apiKey: String(at) }));
    const account: Account = { id, venue: 'okx', site: 'global', name: id, simulated: false, readOnly: false, uid: id };
    await engine.book.add(account);
  }
  const outlines = [loansOutline, positionsOutline, collateralOutline];
  let nodes: readonly (readonly OutlineNode[])[] | undefined;
  let page: ReturnType<typeof gaugePage>['state'] | undefined;
  let shown: unknown;
  const sizes: Record<string, number> = {};
  for (let round = 1; round <= rounds; round += 1) {
    await engine.poller.refresh();
    // Readings are half a minute apart: by then, what is kept of one is kept.
    await engine.shared.ask({ do: 'outlets' });
    const [states, scene] = [engine.store.all(), sceneOf(engine)];
    const entries = outlines.map((outline) => outline(states, scene));
    if (nodes === undefined) {
      nodes = entries.map((some) => adopt(some, [], undefined));
      for (const node of nodes.flat()) node.children = adopt(node.entry.children ?? [], [], node);
    } else nodes = nodes.map((some, at) => renewed(some, entries[at] ?? []));
    const { state } = gaugePage(states, scene, say);
    shown = [page === undefined ? state : changesOf(page, state), statusOf(states, scene), stressView(exposures(states, scene), say)];
    page = state;
    if ([1, 10, rounds].includes(round)) {
      // What was done with is let go of.
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      sizes[String(round * accounts)] = heap();
    }
  }
  const isShown = shown !== undefined && engine.store.all().every(({ snapshot }) => snapshot?.positions.length === positions);
  process.stdout.write(JSON.stringify({ isShown, sizes, rss: process.memoryUsage().rss }));
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
}

const [worker = '', rounds = '', moving = ''] = process.argv.slice(2);
if (worker === 'empty') process.stdout.write(JSON.stringify({ sizes: { 0: heap() }, rss: process.memoryUsage().rss }));
else void main(worker, Number(rounds), moving === 'moving');
