// `npm run bench`: what matters for speed, each beside something plain that does the same work at its least, on this machine and in this
// very run. Only ratios are judged: how long anything takes says more about the machine. Then the sizes. Fails when a budget is broken.
//
// Where the budgets are from: ratios were measured in five runs on two busy shared cores (x64, Node 24, November 2026; range in each
// case's comment). A budget is about twice the highest. Starting Node is most of the time of an activation, so there what comes on top
// of the baseline is doubled instead. Raise one only together with the reason why it must be slower.
import assert from 'node:assert/strict';
import { ticks } from './bench-ticks.ts';
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import Big from 'big.js';
import { decimal, type Decimal } from '../../src/core/decimal.ts';
import { ltvOf } from '../../src/core/risk/loan-model.ts';
import { waysTo } from '../../src/core/risk/ltv-solver.ts';
import { levelOf } from '../../src/core/risk/level.ts';
import { estimateAfter } from '../../src/core/risk/collateral-estimate.ts';
import type { Loan, HaircutRule } from '../../src/core/model.ts';
import { open } from '../../src/exchanges/okx/envelope.ts';
import { toLoans } from '../../src/exchanges/okx/loan-map.ts';
import { loan, readRows } from '../../src/exchanges/okx/schema.ts';
import type { AccountState } from '../../src/engine/monitor/store.ts';
import type { SimulatorKeys } from '../../src/simulator/okx/auth.ts';
import { startSimulator } from '../../src/simulator/okx/start.ts';
import { gaugePage } from '../../src/views/gauges.ts';
import { loansOutline } from '../../src/views/loans.ts';
import { adopt, renew } from '../../src/views/outline-node.ts';
import { changesOf } from '../../src/views/page-changes.ts';
import { isSameStatus, statusOf } from '../../src/views/status.ts';
import { exposures, stressView } from '../../src/views/stress.ts';
import { older } from './bench-against.ts';
import { calls } from './bench-calls.ts';
import { idle } from './bench-engine.ts';
import { firstLoad } from './bench-first-load.ts';
import { host } from './bench-host.ts';
import { heap } from './bench-heap.ts';
import { ledger } from './bench-ledger.ts';
import { page, say, sceneAt } from './bench-page.ts';
import { root } from './places.ts';
import { cleanEnvironment } from './processes.ts';
import { compare, isWithin, table, type Outcome } from './side-by-side.ts';
import { judgeVsix, makeVsix } from './vsix.ts';

const now = Date.UTC(2026, 10, 21, 12);

/** A successful answer with `count` orders like the one of the documentation. */
function answerOf(count: number): string {
  const sample = JSON.parse(readFileSync(path.join(root, 'test/fixtures/okx/loan-info.json'), 'utf8')) as { readonly data: object[] };
  const data = Array.from({ length: count }, (_, index) => ({ ...sample.data[0], ordId: String(10_000 + index) }));
  return JSON.stringify({ ...sample, data });
}

const loansIn = (text: string): readonly Loan[] =>
  toLoans(
    readRows(
      loan,
      open({ status: 200, text }, false, (words) => words),
    ).rows,
    0,
  ).map((read) => read.loan);

/** Node shows the line that failed, and the package is a single one. */
function withoutBundle(error: unknown): never {
  const lines = (error instanceof Error ? error.message : String(error)).split('\n');
  throw new Error(lines.filter((line) => line.trim() !== '' && line.length < 300).join('\n'));
}

async function activation(): Promise<readonly Outcome[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'ltv-gauge-bench-'));
  const empty = path.join(folder, 'empty.js');
  writeFileSync(empty, '');
  const ours = path.join(root, 'dist/extension.js');
  const start = async (file: string, accounts: number): Promise<Readonly<Record<string, unknown>>> => {
    const args = [path.join(root, 'test/host/stand-ins/editor.cjs'), file, String(accounts), folder];
    // One that never ends is a finding, not a reason to hang.
    const { stdout } = await promisify(execFile)(process.execPath, args, { env: cleanEnvironment(), timeout: 20_000 }).catch(withoutBundle);
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  const quiet = { answered: 'undefined', secrets: 0, network: 0 };
  const startOurs = async (accounts: number): Promise<void> => {
    const { registered, ...rest } = await start(ours, accounts);
    assert.ok(Number(registered) > 20, `activate registers the commands, and not ${String(registered)}`);
    assert.deepEqual(rest, quiet, 'activate returns at once, before any secret or the network is touched');
  };
  try {
    // Here until nothing is left to do: without an account, nothing is touched later either.
    await startOurs(0);
    const without = { what: 'load and activate, no account · start Node', ours: () => startOurs(0), baseline: () => start(empty, 0) };
    const pair = {
      what: 'load and activate, until the editor is heard · start Node',
      ours: () => startOurs(1),
      baseline: () => start(empty, 1),
    };
    return [
      // Measured 1.28 and 1.29.
      await compare({ ...without, budget: 1.6, rounds: 15 }),
      // Measured 3.2 to 3.4: with the views and the shared database, which load before anything else can happen.
      await compare({ ...pair, budget: 5.4, rounds: 15 }),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function reading(): Promise<Outcome> {
  const text = answerOf(100);
  assert.equal(loansIn(text).length, 100);
  return compare({
    what: 'read 100 loans · JSON.parse',
    ours: () => loansIn(text),
    baseline: () => JSON.parse(text) as unknown,
    // Measured 3.2 to 3.5: the parsing itself is in both.
    budget: 7,
  });
}

const viewContext = sceneAt(now);

/** Accounts of ten loans each. */
function accountsWith(loans: number): readonly AccountState[] {
  const text = answerOf(10);
  return Array.from({ length: loans / 10 }, (_, index) => ({
    account: { id: `account-${String(index)}`, venue: 'okx', site: 'global', name: 'Main', simulated: false, readOnly: false },
    // Each has its own: what is shared would be cloned only once.
    snapshot: {
      loans: loansIn(text),
      wallet: [{ coin: 'STX', amount: decimal('12.5'), pledgeable: true }],
      positions: [],
      asOf: now - 1_000,
    },
    reading: false,
  }));
}

/** Everything from nothing: what was made before is kept by the objects it was made from. */
async function drawing(): Promise<readonly Outcome[]> {
  const states = accountsWith(200);
  const clone = (): readonly AccountState[] => structuredClone(states);
  assert.equal(loansOutline(states, viewContext).flatMap(({ children }) => children ?? []).length, 200);
  assert.equal(gaugePage(states, viewContext, say).state.gauges.length, 200);
  // Measured 4.6 for the outline and 6.7 to 8.0 for the page, one of which is the clone itself; 46 and 42 with decimals as text.
  return [
    await compare({
      what: 'outline of 200 loans · structuredClone',
      ours: () => loansOutline(clone(), viewContext),
      baseline: clone,
      budget: 15,
    }),
    await compare({
      what: 'page of 200 gauges · structuredClone',
      ours: () => gaugePage(clone(), viewContext, say),
      baseline: clone,
      budget: 16,
    }),
  ];
}

/** Brings outline, page and status bar up to date, with each call after another estimate of one loan. */
function oneChanges(loans: number): () => unknown {
  const [first, ...others] = accountsWith(loans);
  assert.ok(first !== undefined);
  const id = first.snapshot?.loans[0]?.id ?? '';
  const worlds = ['0.51', '0.52'].map((ltv): readonly AccountState[] => [
    { ...first, live: { at: now - 500, loans: { [id]: { ltv: decimal(ltv), averaged: false } }, positions: {}, off: {}, doubted: [] } },
    ...others,
  ]);
  const nodes = adopt(loansOutline(worlds[0] ?? [], viewContext), [], undefined);
  for (const node of nodes) node.children = adopt(node.entry.children ?? [], [], node);
  let [turn, page, status] = [0, gaugePage(worlds[0] ?? [], viewContext, say).state, statusOf(worlds[0] ?? [], viewContext)];
  return () => {
    turn += 1;
    const states = worlds[turn % 2] ?? [];
    const { changed } = renew(nodes, loansOutline(states, viewContext));
    const before = page;
    ({ state: page } = gaugePage(states, viewContext, say));
    const changes = changesOf(before, page);
    assert.deepEqual([changed.length, changes?.gauges.length], [1, 1]);
    const shown = status;
    status = statusOf(states, viewContext);
    return [changes, isSameStatus(shown, status)];
  };
}

async function updating(): Promise<readonly Outcome[]> {
  const states = accountsWith(200);
  const [few, usual, many] = [20, 200, 2_000].map(oneChanges);
  assert.ok(few !== undefined && usual !== undefined && many !== undefined);
  // Measured 1.9 to 2.1, and 4 to 6 and 51 to 61 for ten and a hundred times as many: the others are put into their order again, not made.
  return [
    await compare({
      what: 'one of 200 loans changes: all views · structuredClone',
      ours: usual,
      baseline: () => structuredClone(states),
      budget: 4,
    }),
    await compare({ what: 'the same of 200 · of 20', ours: usual, baseline: few, budget: 12 }),
    await compare({ what: 'the same of 2,000 · of 20', ours: many, baseline: few, budget: 120 }),
  ];
}

function judging(): Promise<Outcome> {
  const loans = loansIn(answerOf(1000));
  // Several coins in a loan need prices, which is the longer of the two ways.
  const prices = new Map<string, Decimal>([
    ['COMP', decimal('46.1')],
    ['STX', decimal('1.61')],
    ['DOT', decimal('6.92')],
    ['LUNA', decimal('0.46')],
  ]);
  const amount = decimal('0.01');
  const judge = (loan: Loan, index: number): unknown => {
    const { ltv } = estimateAfter(loan, index % 2 === 0 ? 'add' : 'reduce', 'STX', amount, prices);
    return ltv === undefined ? undefined : levelOf({ ...loan, ltv }, true);
  };
  assert.ok(loans.map(judge).every((level) => level === 'watch'));
  const Exact = Big();
  Exact.DP = 8;
  return compare({
    what: 'estimate and level of 1,000 loans · 1,000 divisions',
    ours: () => loans.map(judge),
    baseline: () => loans.map(({ debtUsd = '0', collateralUsd = '1' }) => new Exact(debtUsd).div(new Exact(collateralUsd)).toFixed()),
    // Measured 2.1 to 2.7: an estimate and a level are some divisions rounded towards danger, and a dozen comparisons.
    budget: 5,
  });
}

function solving(): Promise<Outcome> {
  const rule: HaircutRule = {
    by: 'value',
    tiers: ['0.9', '0.8', '0.7', '0.5', '0.4', '0.3'].map((rate, index) => ({
      upTo: decimal(String((index + 1) * 5000)),
      rate: decimal(rate),
    })),
  };
  const collateral = Array.from({ length: 20 }, (_, index) => ({
    coin: `C${String(index)}`,
    amount: decimal(`${String(index + 1)}.12345678`),
    price: decimal(`${String(100 * (index + 1))}.1234`),
    rule,
  }));
  const debts = [{ coin: 'USDT', amount: decimal('100000'), price: decimal('1') }];
  const plain = { collateral, debts, ltv: decimal('1'), correction: decimal('1'), haircuts: 'published' as const };
  const model = { ...plain, ltv: ltvOf(plain) ?? decimal('1') };
  const means = {
    addable: collateral.map((coin) => ({ ...coin, available: decimal('1'), places: 8 })),
    takeable: [],
    payable: [{ coin: 'USDT', available: decimal('50000'), places: 8 }],
  };
  const target = decimal('0.48');
  // Most coins are not enough alone, so that the mix is looked for too.
  const { ways, deadEnds } = waysTo(model, target, means);
  assert.ok(ways.length > 0 && deadEnds.length > 10);
  const Exact = Big();
  Exact.DP = 8;
  return compare({
    what: 'ways to a target, 20 coins of 6 brackets · 1,000 divisions',
    ours: () => waysTo(model, target, means),
    baseline: () =>
      collateral.flatMap(({ amount, price }) => Array.from({ length: 50 }, () => new Exact(amount).div(new Exact(price)).toFixed())),
    // Measured 0.2 to 0.4.
    budget: 0.8,
  });
}

/** Loans that were just read, so that nothing of them is worked out yet: three coins each, with six brackets. */
function freshlyRead(count: number): readonly AccountState[] {
  const prices = { BTC: decimal('90000'), ETH: decimal('3000'), SOL: decimal('150'), USDT: decimal('1') };
  const edges = ['10000', '50000', '200000', '1000000', '5000000'];
  const rule: HaircutRule = {
    by: 'value',
    tiers: [...edges.map((upTo, index) => ({ upTo: decimal(upTo), rate: decimal(`0.${String(9 - index)}`) })), { rate: decimal('0.3') }],
  };
  const loans = Array.from({ length: count }, (_, index): Loan => {
    return {
      id: String(index),
      // 186,000 counts: 69,000 of 90,000 twice and 48,000 of 60,000.
      ltv: decimal('0.64516130'),
      collateralValuation: 'adjusted',
      debts: [{ coin: 'USDT', amount: decimal('120000') }],
      collateral: [
        { coin: 'BTC', amount: decimal('1') },
        { coin: 'ETH', amount: decimal('30') },
        { coin: 'SOL', amount: decimal('400') },
      ],
      haircuts: { BTC: rule, ETH: rule, SOL: rule },
      marginCall: { ltv: decimal('0.75'), source: 'venue' },
      liquidation: { ltv: decimal('0.85'), source: 'venue' },
    };
  });
  return [
    {
      account: { id: 'one', venue: 'okx', site: 'global', name: 'Main', simulated: false, readOnly: false },
      snapshot: { loans, wallet: [], positions: [], prices, asOf: now - 1_000 },
      reading: false,
    },
  ];
}

async function shocking(): Promise<readonly Outcome[]> {
  const [table] = stressView(exposures(freshlyRead(200), viewContext), say)?.tables ?? [];
  assert.equal(table?.members.length, 200);
  assert.equal(table.shocks.length, 11);
  const Exact = Big();
  Exact.DP = 8;
  const amounts = Array.from({ length: 1000 }, (_, index) => String(index + 1));
  const baseline = (): unknown => amounts.map((amount) => new Exact(amount).div(new Exact('186000')).toFixed());
  const held = freshlyRead(200);
  return [
    await compare({
      what: 'shocks of 200 loans with brackets · 1,000 divisions',
      ours: () => stressView(exposures(freshlyRead(200), viewContext), say),
      baseline,
      // Measured 22 to 33; a tenth of them took as long before.
      budget: 66,
    }),
    await compare({
      what: 'the same once more, nothing changed · 1,000 divisions',
      ours: () => stressView(exposures(held, viewContext), say),
      baseline,
      // Measured 0.3.
      budget: 0.6,
    }),
  ];
}

async function serving(): Promise<Outcome> {
  // Half a second passes before each request, so that none meets the rate limit.
  let time = now;
  const clock = { now: () => time };
  const simulator = await startSimulator({ clock, walk: false });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (base: string): Promise<string> => {
    time += 500;
    return signedAnswer(base, simulator.keys, time, agent);
  };
  const bytes = Buffer.from(await ask(simulator.url));
  assert.match(bytes.toString(), /^\{"code":"0".*"ordId":"12345"/);
  const bare = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length }).end(bytes);
  });
  await new Promise<void>((resolve) => bare.listen(0, '127.0.0.1', resolve));
  const bareUrl = `http://127.0.0.1:${String((bare.address() as AddressInfo).port)}`;
  try {
    const pair = { what: 'simulator serves loan-info · bare server', ours: () => ask(simulator.url), baseline: () => ask(bareUrl) };
    // Measured 2.5 to 5.3: key and signature are checked, each order is valued.
    return await compare({ ...pair, budget: 14, rounds: 81 });
  } finally {
    agent.destroy();
    await Promise.all([simulator.close(), new Promise((resolve) => bare.close(resolve))]);
  }
}

/** The body of the answer to one signed request for all loans. Rejects unless it succeeds. */
function signedAnswer(base: string, keys: SimulatorKeys, time: number, agent: Agent): Promise<string> {
  const target = '/api/v5/finance/flexible-loan/loan-info';
  const timestamp = new Date(time).toISOString();
  const headers = {
    'OK-ACCESS-KEY': keys.apiKey,
    'OK-ACCESS-PASSPHRASE': keys.passphrase,
    'OK-ACCESS-TIMESTAMP': timestamp,
    'OK-ACCESS-SIGN': createHmac('sha256', keys.secret).update(`${timestamp}GET${target}`).digest('base64'),
  };
  return new Promise((resolve, reject) => {
    const request = get(`${base}${target}`, { agent, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => {
        if (response.statusCode === 200) resolve(body);
        else reject(new Error(`HTTP ${String(response.statusCode)}: ${body}`));
      });
    });
    request.on('error', reject);
  });
}

const parts: Readonly<Record<string, (isLong: boolean) => Promise<Outcome | readonly Outcome[]>>> = {
  activation,
  host,
  reading,
  drawing,
  updating,
  judging,
  solving,
  shocking,
  serving,
  ledger,
  idle,
  'first-load': firstLoad,
  heap,
  calls,
  page,
  ticks,
};

/** What was asked for against commit 6631138 is said at each. A budget is what was reached, with as much room as elsewhere. */
async function against(commit: string): Promise<readonly Outcome[]> {
  const { outline, page: wholePage, status, stress } = await older(commit);
  const states = accountsWith(200);
  const clone = (): readonly AccountState[] => structuredClone(states);
  return [
    await compare({
      what: 'outline of 200 loans, from nothing · then',
      ours: () => loansOutline(clone(), viewContext),
      baseline: () => outline(clone(), viewContext, say),
      // Asked for: 0.1. Measured 0.10 to 0.12, of which 0.02 is the clone.
      budget: 0.2,
    }),
    await compare({
      what: 'page of 200 gauges, from nothing · then',
      ours: () => gaugePage(clone(), viewContext, say),
      baseline: () => wholePage(clone(), viewContext, say),
      // Asked for: 0.1. Measured 0.23 to 0.26.
      budget: 0.4,
    }),
    await compare({
      what: 'one of 200 loans changes · everything then',
      ours: oneChanges(200),
      baseline: () => [
        outline(states, viewContext, say),
        wholePage(states, viewContext, say),
        JSON.stringify(status(states, viewContext, say)),
      ],
      // Asked for: 0.02. Measured 0.017 to 0.021.
      budget: 0.04,
    }),
    await compare({
      what: 'shocks of 200 loans with brackets · of 20 then',
      ours: () => stressView(exposures(freshlyRead(200), viewContext), say),
      baseline: () => stress(freshlyRead(20), viewContext, say),
      // Asked for: less than 1. Measured 0.94 to 1.07.
      budget: 2,
    }),
  ];
}

/** `npm run bench -- drawing updating` runs only those, and judges no size; with `--long` the page is watched for ten minutes; with `--against` a commit, only that is compared. */
async function main(args: readonly string[]): Promise<boolean> {
  const [first, commit] = args;
  const asked = args.filter((name) => name !== '--long');
  if (first === '--against' && commit !== undefined) return told(await against(commit));
  const unknown = asked.find((name) => parts[name] === undefined);
  if (unknown !== undefined) throw new Error(`There is no part “${unknown}”. There are: ${Object.keys(parts).join(', ')}.`);
  const isWhole = asked.length === 0;
  if (isWhole || ['activation', 'host', 'page'].some((name) => asked.includes(name))) await makeVsix();
  const outcomes: Outcome[] = [];
  for (const [name, part] of Object.entries(parts))
    if (isWhole || asked.includes(name)) outcomes.push(...[await part(args.includes('--long'))].flat());
  const isFast = told(outcomes);
  if (isWhole) for (const line of judgeVsix()) process.stdout.write(`${line}\n`);
  return isFast;
}

/** @returns whether all budgets are kept */
function told(outcomes: readonly Outcome[]): boolean {
  process.stdout.write(`${table(outcomes)}\n\n`);
  const broken = outcomes.filter((outcome) => !isWithin(outcome));
  for (const { what, ratio, budget } of broken) {
    process.stderr.write(`Slower than its budget: ${what}, ${ratio.toFixed(2)} times instead of ${budget.toFixed(2)}.\n`);
  }
  return broken.length === 0;
}

try {
  process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
