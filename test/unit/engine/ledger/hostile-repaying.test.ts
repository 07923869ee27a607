// A repayment, with collateral too, or borrowing more, at exchanges whose history, figures and answers are odd, late or untrue: through the real adapters over real HTTP. Confirmed is
// said only where the history has exactly this repayment and the debt has fallen, and nothing is sent twice, whatever is told.
import assert from 'node:assert/strict';
import { add, decimal, round } from '../../../../src/core/decimal.ts';
import { connectBybit } from '../../../../src/exchanges/bybit/connect.ts';
import type { BorrowChange, Connection, RepayChange, SellChange } from '../../../../src/exchanges/exchange.ts';
import { connectOkx } from '../../../../src/exchanges/okx/connect.ts';
import { Ledger, type WriteRecord, type WriteState } from '../../../../src/engine/ledger/ledger.ts';
import { startBybit } from '../../../../src/simulator/bybit/start.ts';
import type { Bend } from '../../../../src/simulator/hostile.ts';
import { startSimulator } from '../../../../src/simulator/okx/start.ts';
import { PassingClock } from '../../passing-clock.ts';
import { MemoryJournal } from './memory-journal.ts';
import { account, ignore, noLimits } from './support.ts';

type Row = Readonly<Record<string, unknown>>;

/** A debt, and the names by which its venue lists what was repaid. */
interface Debt {
  readonly name: string;
  readonly kind: 'repay' | 'borrow' | 'repay-collateral';
  /** What is sold. */
  readonly collateral?: string;
  readonly venue: 'okx' | 'bybit';
  readonly loan: string;
  readonly coin: string;
  /** All of it where none is said. */
  readonly amount?: string;
  readonly repays: string;
  readonly history: string;
  readonly figures: readonly string[];
  readonly id: string;
  readonly sum: string;
  readonly owes: string;
  readonly time: string;
  readonly status: string;
}

const okxNames = { venue: 'okx', id: 'refId', sum: 'amt', owes: 'ccy', time: 'ts', status: '' } as const;
const bybitNames = {
  venue: 'bybit',
  kind: 'repay',
  id: 'repayId',
  sum: 'repayAmount',
  owes: 'loanCurrency',
  time: 'repayTime',
  status: 'repayStatus',
} as const;
const debts: readonly Debt[] = [
  {
    name: 'an order of OKX',
    kind: 'repay',
    ...okxNames,
    ...{ loan: '12345', coin: 'USDT', amount: '20', repays: 'flexible-loan/repay', history: 'loan-history', figures: ['loan-info'] },
  },
  {
    name: 'more on an order of OKX',
    kind: 'borrow',
    ...okxNames,
    ...{ loan: '12345', coin: 'USDT', amount: '20', repays: 'flexible-loan/borrow', history: 'loan-history', figures: ['loan-info'] },
  },
  {
    name: 'more from the pool of Bybit',
    kind: 'borrow',
    ...{ venue: 'bybit', id: 'orderId', sum: 'initialLoanAmount', owes: 'loanCurrency', time: 'borrowTime', status: 'status' },
    ...{ loan: 'pool', coin: 'USDT', amount: '20', repays: 'flexible/borrow', history: 'flexible/borrow-history' },
    figures: ['common/position', 'flexible/ongoing-coin'],
  },
  {
    name: 'a flexible debt of Bybit',
    ...bybitNames,
    ...{ loan: 'pool', coin: 'USDT', amount: '20', repays: 'flexible/repay', history: 'flexible/repayment-history' },
    figures: ['common/position', 'flexible/ongoing-coin'],
  },
  {
    name: 'a fixed contract of Bybit',
    ...bybitNames,
    ...{ loan: 'pool', coin: 'ETH', repays: 'fixed/fully-repay', history: 'fixed/repayment-history' },
    figures: ['common/position', 'fixed/borrow-contract-info'],
  },
  {
    name: 'a flexible debt of Bybit, with collateral',
    ...bybitNames,
    kind: 'repay-collateral',
    ...{ loan: 'pool', coin: 'USDT', collateral: 'BTC', amount: '20' },
    ...{ repays: 'flexible/repay-collateral', history: 'flexible/repayment-history' },
    figures: ['common/position', 'flexible/ongoing-coin'],
  },
  {
    name: 'a part of a contract of Bybit, with collateral',
    ...bybitNames,
    kind: 'repay-collateral',
    ...{ loan: 'pool', coin: 'ETH', collateral: 'BTC', amount: '0.4' },
    ...{ repays: 'fixed/repay-collateral', history: 'fixed/repayment-history' },
    figures: ['common/position', 'fixed/borrow-contract-info'],
  },
  {
    name: 'an old order of Bybit',
    ...bybitNames,
    ...{ loan: '1793683005081680384', coin: 'USDT', amount: '20', repays: 'crypto-loan/repay', history: 'crypto-loan/repayment-history' },
    figures: ['crypto-loan/ongoing-orders'],
  },
];

/** What is told of a repayment that the exchange has carried out as requested. */
interface Telling {
  readonly name: string;
  /** The rows that are told instead of the one that is there since. */
  readonly rows?: (row: Row, debt: Debt, reading: number) => readonly Row[];
  /** The figures stay as they were before. */
  readonly figuresLate?: true;
  /** The answer to the request. */
  readonly answer?: (answer: Row) => Row;
  /** Undefined where it cannot be. */
  readonly comes: (debt: Debt, isLost: boolean) => Comes | undefined;
}
/** `open`: it stays as the answer left it. */
type Comes = 'done' | 'open' | 'frozen';

const always = (comes: Comes) => (): Comes => comes;
/** Bybit gives a sale of collateral no id. */
const hasId = ({ venue, kind }: Debt): boolean => venue === 'bybit' && kind !== 'repay-collateral';
/** Where the exchange's own id says that a row is of this repayment, a row that differs is a mismatch. */
const byId: Telling['comes'] = (debt, isLost) => (hasId(debt) && !isLost ? 'frozen' : 'open');
/** As interest may have come on top, the debt agrees with a row that repaid a little more, or lent a little less, than was asked. */
const inStep = (kind: 'repay' | 'borrow', debt: Debt, isLost: boolean): Comes =>
  !hasId(debt) && (debt.kind === 'borrow') === (kind === 'borrow') && !isLost ? 'frozen' : (byId(debt, isLost) ?? 'open');
const onlyBybit =
  (comes: Comes): Telling['comes'] =>
  ({ venue }) =>
    venue === 'bybit' ? comes : undefined;
const changed = (name: keyof Pick<Debt, 'id' | 'sum' | 'owes' | 'time'>, to: (value: string) => unknown) => (row: Row, debt: Debt) => [
  { ...row, [debt[name]]: to(String(row[debt[name]])) },
];
const step = decimal('0.00000001');
const further = (value: string, by: typeof step): string => {
  const sum = add(decimal(value.replace('-', '')), by);
  return value.startsWith('-') ? `-${sum}` : sum;
};

const tellings: readonly Telling[] = [
  { name: 'as it is', comes: always('done') },
  { name: 'no row', rows: () => [], comes: always('open') },
  { name: 'a row that comes late', rows: (row, _debt, reading) => (reading < 4 ? [] : [row]), comes: always('done') },
  { name: 'the row twice', rows: (row) => [row, row], comes: always('done') },
  {
    name: 'the row twice, with two amounts',
    rows: (row, debt) => [row, ...changed('sum', (sum) => further(sum, decimal('1')))(row, debt)],
    comes: always('open'),
  },
  {
    name: 'a row of a little more',
    rows: changed('sum', (sum) => further(sum, step)),
    // What came on top of a contract is repaid with it.
    comes: (debt, isLost) => (debt.name.includes('contract') ? undefined : inStep('repay', debt, isLost)),
  },
  {
    name: 'a row of a little less',
    rows: changed('sum', (sum) => further(sum, decimal('-0.00000001'))),
    comes: (debt, isLost) => inStep('borrow', debt, isLost),
  },
  { name: 'a row of another coin', rows: changed('owes', () => 'BTC'), comes: byId },
  {
    name: 'a row that nobody asked for',
    rows: (row, { venue }) => [venue === 'okx' ? { ...row, type: 'forced_repayment_sell' } : { ...row, repayType: 2 }],
    comes: (debt, isLost) =>
      debt.kind === 'borrow' && debt.venue === 'bybit' ? undefined : debt.kind === 'borrow' ? 'open' : byId(debt, isLost),
  },
  {
    name: 'a row of a kind that is unknown',
    rows: (row, { venue, status }) => [venue === 'okx' ? { ...row, type: 'otherwise' } : { ...row, [status]: 9 }],
    comes: always('open'),
  },
  { name: 'a row without an id', rows: changed('id', () => undefined), comes: always('open') },
  { name: 'a row without an amount', rows: changed('sum', () => ''), comes: always('open') },
  { name: 'a row of a time in seconds', rows: changed('time', (time) => time.slice(0, 10)), comes: always('open') },
  {
    name: 'a row with another id than was answered',
    rows: changed('id', (id) => `${id}9`),
    comes: (debt, isLost) => (!hasId(debt) || isLost ? 'done' : 'open'),
  },
  { name: 'a row that says it failed', rows: (row, { status }) => [{ ...row, [status]: 3 }], comes: onlyBybit('open') },
  { name: 'a row that is still waiting', rows: (row, { status }) => [{ ...row, [status]: 2 }], comes: onlyBybit('open') },
  {
    name: 'a row of another old order',
    rows: (row) => [{ ...row, orderId: '1793683005081680385' }],
    comes: ({ name }) => (name.includes('old order') ? 'open' : undefined),
  },
  {
    name: 'a row of another contract',
    rows: (row) => [{ ...row, details: [{ loanCurrency: 'ETH', loanId: '999', repayAmount: '1.4' }] }],
    comes: (debt, isLost) => (debt.name.includes('contract') ? byId(debt, isLost) : undefined),
  },
  { name: 'figures that come late', figuresLate: true, comes: always('open') },
  { name: 'an answer without an id', answer: () => ({}), comes: (_debt, isLost) => (isLost ? undefined : 'done') },
  {
    name: 'an answer about something else',
    answer: (answer) => ({ ...answer, ordId: '67890', ccy: 'BTC', amt: '1', clOrdId: 'another' }),
    comes: (_debt, isLost) => (isLost ? undefined : 'done'),
  },
  {
    name: 'an answer with an id of before',
    answer: (answer) => ({ ...answer, repayId: '1700', orderId: '1' }),
    comes: (debt, isLost) => (isLost || debt.venue === 'okx' ? undefined : hasId(debt) ? 'open' : 'done'),
  },
];

/** The exchange's answers, bent from the moment on at which the repayment was sent. */
class Tongue {
  telling: Telling | undefined;
  readonly #debt: Debt;
  readonly #before = new Map<string, string>();
  readonly #known = new Set<unknown>();
  #readings = 0;

  constructor(debt: Debt) {
    this.#debt = debt;
  }

  readonly bend: Bend = (target, body) => {
    const path = target.split('?')[0]!;
    if (this.#debt.figures.some((end) => path.endsWith(end))) return this.#figures(target, body);
    if (path.endsWith(this.#debt.history)) return this.#history(body);
    return path.endsWith(this.#debt.repays) ? this.#answer(body) : body;
  };

  #figures(target: string, body: string): string {
    if (this.telling === undefined) this.#before.set(target, body);
    return this.telling?.figuresLate === true ? (this.#before.get(target) ?? body) : body;
  }

  #answer(body: string): string {
    const { telling } = this;
    if (telling?.answer === undefined) return body;
    const answer = JSON.parse(body) as { data?: Row[]; result?: Row };
    if (answer.data !== undefined) return JSON.stringify({ ...answer, data: answer.data.map(telling.answer) });
    return JSON.stringify({ ...answer, result: telling.answer(answer.result ?? {}) });
  }

  #history(body: string): string {
    const answer = JSON.parse(body) as { data?: Row[]; result?: { list: Row[] } };
    const { id } = this.#debt;
    const rows = answer.data ?? answer.result?.list ?? [];
    if (this.telling === undefined) for (const row of rows) this.#known.add(row[id]);
    else this.#readings += 1;
    const told = this.telling?.rows;
    if (told === undefined) return body;
    const made = rows.flatMap((row) => (this.#known.has(row[id]) ? [row] : told(row, this.#debt, this.#readings)));
    return JSON.stringify(answer.data === undefined ? { ...answer, result: { ...answer.result, list: made } } : { ...answer, data: made });
  }
}

interface Bench {
  readonly ledger: Ledger;
  readonly clock: PassingClock;
  readonly tongue: Tongue;
  readonly connection: Connection;
  control(what: string, body?: object): Promise<unknown>;
  /** How many requests to repay arrived. */
  sent(): Promise<number>;
  end(): Promise<void>;
}

async function open(debt: Debt, telling: Telling, bend?: Bend): Promise<Bench> {
  const clock = new PassingClock();
  const tongue = new Tongue(debt);
  const options = { walk: false, settleMs: 500, clock, bend: () => bend ?? tongue.bend };
  let writes = 0;
  const simulator = debt.venue === 'okx' ? await startSimulator(options) : await startBybit(options);
  const line = { account: { site: 'loopback', baseUrl: simulator.url }, keys: () => Promise.resolve({ ...simulator.keys }), clock };
  const connection = debt.venue === 'okx' ? connectOkx(line) : connectBybit(line);
  const journal = new MemoryJournal();
  const append = journal.append.bind(journal);
  journal.append = async (record) => {
    await append(record);
    if (record.state === 'sent') tongue.telling = telling;
  };
  const ledger = new Ledger({
    journal,
    book: { get: () => account({ venue: debt.venue, site: 'loopback', baseUrl: simulator.url }) },
    connections: { get: () => Promise.resolve(connection) },
    clock,
    newId: () => `w${(writes += 1).toString()}`,
    maxPreviewAgeMs: () => 60_000,
    proofPatienceMs: 60_000,
    window: 'this window',
    arming: { state: () => ({ armed: true, until: 'restart' }) },
    limits: () => ({ ...noLimits, borrowPerDayUsd: () => decimal('1000') }),
  });
  const control = async (what: string, body?: object): Promise<unknown> =>
    (await fetch(`${simulator.url}/__simulator/${what}`, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) })).json();
  return {
    ledger,
    clock,
    tongue,
    connection,
    control,
    async sent() {
      const { requests } = (await control('record')) as { requests: Readonly<Record<string, number>> };
      return Object.entries(requests).reduce(
        (sum, [path, count]) => (/\/((fully-)?repay|borrow|repay-collateral)$/.test(path) ? sum + count : sum),
        0,
      );
    },
    async end() {
      ledger.dispose();
      connection.dispose();
      await simulator.close();
    },
  };
}

async function changeOf({ connection }: Bench, debt: Debt): Promise<RepayChange | BorrowChange | SellChange> {
  const { kind, loan, coin, collateral = '', amount = '' } = debt;
  const named = { loan: loan === 'pool' ? { loanId: loan } : { loanId: loan, orderId: loan }, coin };
  const requestId = 'a1';
  if (kind === 'borrow') return { ...named, kind, direction: 'reduce', amount: decimal(amount), requestId };
  const { debt: owed, places, contract } = await connection.actions.repay!.prepare(named);
  const all = amount === '';
  const howMuch = { ...(contract === undefined ? {} : { contract }), amount: all ? round(owed, places, 'up') : decimal(amount), all };
  if (kind === 'repay-collateral') return { ...named, ...howMuch, kind, direction: 'reduce', collateral };
  return { ...named, ...howMuch, kind, direction: 'add', requestId };
}

const asTold = (comes: Comes, isLost: boolean): WriteState =>
  comes === 'done' ? 'effective' : comes === 'frozen' ? 'mismatch' : isLost ? 'unknown' : 'accepted';

for (const debt of debts) {
  describe(`${debt.kind === 'borrow' ? 'borrowing' : 'a repayment of'} ${debt.name}, carried out once, of which is told`, () => {
    for (const telling of tellings) {
      for (const isLost of [false, true]) {
        const comes = telling.comes(debt, isLost);
        if (comes === undefined) continue;
        it(`${telling.name}${isLost ? ', after a lost answer' : ''}: ${asTold(comes, isLost)}, and not sent again`, async () => {
          const bench = await open(debt, telling);
          try {
            const { ledger, clock, tongue } = bench;
            // Some figures are read in another way for a proof.
            if (telling.figuresLate === true) await bench.connection.read();
            const preview = await ledger.preview('a', await changeOf(bench, debt));
            if (isLost) await bench.control('fault', { fault: 'lost-after-acting', endpoint: debt.repays, times: 1 });
            const record: WriteRecord = await ledger.commit(preview, ignore);
            assert.equal(record.state, asTold(comes, isLost));
            clock.time += 61_000;
            await ledger.reconcile('a');
            assert.equal((await ledger.steps(record.id)).at(-1)?.state, asTold(comes, isLost), 'a later look makes something else of it');
            // Once the truth is told it is found, unless the account is frozen.
            const isOpen = comes === 'open' && telling.answer === undefined;
            tongue.telling = { name: 'the truth', comes: always('done') };
            await ledger.reconcile('a');
            if (isOpen) assert.equal((await ledger.steps(record.id)).at(-1)?.state, 'effective');
            assert.equal(await bench.sent(), 1);
          } finally {
            await bench.end();
          }
        }).timeout(30_000);
      }
    }
  });
}

it('a repayment of a contract is proven by its row, although one of a flexible debt has the same number: they are numbered apart', async () => {
  const [flexible, contract] = debts.slice(3) as [Debt, Debt];
  const sameNumber: Bend = (target, body) => (target.includes('/crypto-loan-flexible/') ? body.replaceAll('"1774"', '"1784"') : body);
  const bench = await open(flexible, tellings[0]!, sameNumber);
  try {
    for (const debt of [flexible, contract]) {
      const record = await bench.ledger.commit(await bench.ledger.preview('a', await changeOf(bench, debt)), ignore);
      assert.deepEqual([record.state, record.reference], ['effective', '1784'], debt.name);
    }
    assert.equal(await bench.sent(), 2);
  } finally {
    await bench.end();
  }
}).timeout(30_000);
