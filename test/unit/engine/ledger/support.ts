import assert from 'node:assert/strict';
import { absolute, add, compare, decimal, divide, multiply, subtract, type Decimal } from '../../../../src/core/decimal.ts';
import { ExchangeError, type ErrorKind, type ExchangeErrorFacts } from '../../../../src/core/errors.ts';
import { msg } from '../../../../src/core/message.ts';
import type { Account, HistoryRow, Loan } from '../../../../src/core/model.ts';
import type {
  Change,
  CollateralBaseline,
  CollateralChange,
  Connection,
  CollateralProof,
  CollateralReadiness,
  Receipt,
  Requests,
} from '../../../../src/exchanges/exchange.ts';
import type { ArmState } from '../../../../src/engine/ledger/arming.ts';
import type { Limits, LimitsFault } from '../../../../src/engine/ledger/limits.ts';
import type { Journal, Verification } from '../../../../src/engine/ledger/journal.ts';
import { Ledger, Refusal, type LedgerOptions, type Preview } from '../../../../src/engine/ledger/ledger.ts';
import type { WriteRecord } from '../../../../src/engine/ledger/record.ts';
import { FakeClock, settled } from '../../core/fake-clock.ts';
import { Market } from './market.ts';
import { MemoryJournal } from './memory-journal.ts';

export const d = decimal;
export const loanId = '12345';

export const account = (facts: Partial<Account> = {}): Account => ({
  id: 'a',
  venue: 'okx',
  site: 'global',
  name: 'Main',
  simulated: false,
  readOnly: false,
  ...facts,
});

export const change = (facts: Partial<CollateralChange> = {}): CollateralChange => ({
  kind: 'collateral',
  loan: { loanId, orderId: loanId },
  direction: 'add',
  coin: 'BTC',
  amount: d('0.1'),
  ...facts,
});

export const trouble = (
  kind: ErrorKind,
  effect: 'none' | 'unknown',
  facts: Pick<ExchangeErrorFacts, 'code' | 'instead'> = {},
): ExchangeError => new ExchangeError({ kind, sentence: msg('test', 'The venue said {0}.', kind), effect, ...facts });

/** What the venue does with the next changes that are sent to it. */
export type SendFault =
  | 'none'
  | 'refused'
  | 'never-left'
  | 'lost-before'
  | 'lost-after'
  | 'odd-error'
  | 'hangs'
  | 'wrong-way'
  | 'wrong-amount';

/** One loan of 40000 USDT on 0.8 BTC at 88000, haircut-adjusted. It outlives ledgers and connections. */
export class Venue {
  pledged = d('0.8');
  wallet = d('1.7921483143067599');
  price = d('86206.9');
  readonly rows: HistoryRow[] = [];
  /** Every change whose bytes arrived, in order. */
  readonly sends: CollateralChange[] = [];
  /** Taken, but not yet in effect. */
  readonly taken: { readonly type: 'add' | 'reduce'; readonly amount: Decimal }[] = [];
  sendFault: SendFault = 'none';
  /** The venue's own id of the next change that it accepts. */
  reference: string | undefined;
  /** What each look for proof of collateral was handed. */
  readonly receipts: Receipt[] = [];
  readFault = false;
  priceFault = false;
  /** Its clock minus that of the computer; undefined where that is not known. */
  clockOffsetMs: number | undefined;
  /** What the venue says besides when it refuses. */
  refusal: Pick<ExchangeErrorFacts, 'code' | 'instead'> = {};
  /** Index prices: what one coin is worth in USD. */
  usd: Record<string, Decimal> = { BTC: d('88000'), USDT: d('1') };
  answer: () => void = () => undefined;
  shape: (readiness: CollateralReadiness) => CollateralReadiness = (readiness) => readiness;
  shapeProof: (proof: CollateralProof) => CollateralProof = (proof) => proof;

  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  loan(): Loan {
    const collateralUsd = multiply(this.pledged, this.price);
    return {
      id: loanId,
      orderId: loanId,
      ltv: divide(d('40000'), collateralUsd, 4, 'up'),
      debtUsd: d('40000'),
      collateralUsd,
      collateralValuation: 'adjusted',
      debts: [{ coin: 'USDT', amount: d('40000') }],
      collateral: [{ coin: 'BTC', amount: this.pledged }],
      marginCall: { ltv: d('0.7374'), source: 'venue' },
      liquidation: { ltv: d('0.8374'), source: 'venue' },
    };
  }

  /** Lets everything that was taken have its effect. */
  settle(): void {
    for (const { type, amount } of this.taken.splice(0)) {
      this.pledged = type === 'add' ? add(this.pledged, amount) : subtract(this.pledged, amount);
      this.wallet = type === 'add' ? subtract(this.wallet, amount) : add(this.wallet, amount);
      this.row(type, amount);
    }
  }

  row(type: 'add' | 'reduce', amount: Decimal): void {
    const signed = type === 'add' ? d(`-${amount}`) : amount;
    const id = (this.rows.length + 1001).toString();
    const word = type === 'add' ? 'collateral_locked' : 'collateral_released';
    this.rows.push({ id, type: word, forced: false, coin: 'BTC', amount: signed, at: this.#clock.now() });
  }

  readiness(direction: 'add' | 'reduce'): CollateralReadiness {
    const loan = this.loan();
    const newest = this.rows.at(-1)?.id;
    return this.shape({
      kind: 'collateral',
      loan,
      limit: direction === 'add' ? this.wallet : d('0.19'),
      walletAvailable: this.wallet,
      prices: new Map([['BTC', d('88000')]]),
      baseline: { kind: 'collateral', ...(newest === undefined ? {} : { newestHistoryId: newest }), pledged: this.pledged, ltv: loan.ltv! },
      asOf: this.#clock.now(),
    });
  }

  async take(asked: CollateralChange): Promise<void> {
    const fault = this.sendFault;
    if (fault === 'refused') throw trouble('refused', 'none', this.refusal);
    if (fault === 'never-left') throw trouble('network', 'none');
    this.sends.push(structuredClone(asked));
    if (fault === 'lost-before') throw trouble('network', 'unknown');
    const type = fault === 'wrong-way' ? (asked.direction === 'add' ? 'reduce' : 'add') : asked.direction;
    this.taken.push({ type, amount: fault === 'wrong-amount' ? multiply(asked.amount, d('10')) : asked.amount });
    if (fault === 'lost-after') throw trouble('network', 'unknown');
    if (fault === 'odd-error') throw new TypeError('terminated');
    if (fault === 'hangs') await new Promise<void>((resolve) => (this.answer = resolve));
  }

  prove(asked: CollateralChange, baseline: CollateralBaseline): CollateralProof {
    if (this.readFault) throw trouble('network', 'none');
    const since = BigInt(baseline.newestHistoryId ?? '0');
    const row = this.rows.find(({ id, coin }) => BigInt(id) > since && coin === asked.coin);
    if (row === undefined) return this.shapeProof({ state: 'pending' });
    const word = asked.direction === 'add' ? 'collateral_locked' : 'collateral_released';
    const same = row.type === word && compare(absolute(row.amount), asked.amount) === 0;
    return this.shapeProof({ state: same ? 'effective' : 'contradicted', row, loan: this.loan() });
  }
}

/** Asked before and after each thing that leaves the ledger; may never come back, as in a process that died. */
export type Gate = (what: string) => Promise<void>;
const openGate: Gate = () => Promise.resolve();

const unused = (): never => {
  throw new Error('not to be used here');
};

export function connectionTo(venue: Venue, market: Market, gate: Gate = openGate): Connection {
  const requests: Requests<Change> = {
    describe: (asked) => ({ method: 'POST', path: '/adjust', body: JSON.stringify(asked) }),
    rehearse: (asked) => ({ method: 'POST', url: 'https://venue.invalid/adjust', headers: [], body: JSON.stringify(asked) }),
    send: async (asked) => {
      await gate('before send');
      try {
        if (asked.kind === 'collateral') await venue.take(asked);
        else if (asked.kind === 'margin')
          await market.take(asked, venue.sendFault, (kind) =>
            trouble(kind, ['refused', 'never-left'].includes(venue.sendFault) ? 'none' : 'unknown'),
          );
      } finally {
        await gate('after send');
      }
      return venue.reference === undefined ? {} : { reference: venue.reference };
    },
  };
  return {
    inspect: unused,
    read: unused,
    indexPrices: async (coins) => {
      await gate('before indexPrices');
      if (venue.priceFault) throw trouble('network', 'none');
      return Object.fromEntries(coins.flatMap((coin) => (venue.usd[coin] === undefined ? [] : [[coin, venue.usd[coin]]])));
    },
    ...(venue.clockOffsetMs === undefined ? {} : { clockOffsetMs: () => venue.clockOffsetMs! }),
    actions: {
      collateral: {
        ...requests,
        options: unused,
        prepare: async ({ direction }) => {
          await gate('before prepareCollateral');
          if (venue.readFault) throw trouble('network', 'none');
          return venue.readiness(direction);
        },
        prove: async (asked, baseline, receipt) => {
          await gate('before proveCollateral');
          venue.receipts.push(receipt);
          return venue.prove(asked, baseline);
        },
      },
      margin: {
        ...requests,
        prepare: async ({ position: { positionId } }) => {
          await gate('before prepareMargin');
          if (venue.readFault) throw trouble('network', 'none');
          if (!market.held.has(positionId)) throw trouble('refused', 'none');
          return market.readiness(positionId);
        },
        prove: async (asked, baseline) => {
          await gate('before proveMargin');
          if (venue.readFault) throw trouble('network', 'none');
          return market.prove(asked, baseline);
        },
      },
    },
    dispose: () => undefined,
  };
}

/** A journal whose disk can fail, and that notes what was on it when something was sent. */
export class TestJournal implements Journal {
  readonly disk: Journal;
  gate: Gate = openGate;
  /** Fails the append of a record in this state: before or after it reached the disk. */
  failOn: { readonly state: WriteRecord['state']; readonly after?: boolean } | undefined;
  /** Asked at each append, which is the how-manyth: whether it fails, before or after it reached the disk. */
  fault: (count: number) => 'before' | 'after' | undefined = () => undefined;
  unreadable: Error | undefined;
  #appends = 0;

  constructor(disk: Journal = new MemoryJournal()) {
    this.disk = disk;
  }

  async load(): Promise<readonly WriteRecord[]> {
    await this.gate('before load');
    if (this.unreadable !== undefined) throw this.unreadable;
    return this.disk.load();
  }

  async append(record: WriteRecord): Promise<void> {
    await this.gate(`before append ${record.state}`);
    this.#appends += 1;
    const fault = this.fault(this.#appends);
    const fails = this.failOn?.state === record.state || fault !== undefined;
    if (fails && this.failOn?.after !== true && fault !== 'after') throw new Error('disk full');
    await this.disk.append(record);
    if (fails) throw new Error('disk full');
    await this.gate(`after append ${record.state}`);
  }

  verify(): Promise<Verification> {
    return this.disk.verify();
  }

  setAside(): Promise<string> {
    this.unreadable = undefined;
    return this.disk.setAside();
  }

  dispose(): void {
    this.disk.dispose();
  }

  get appends(): number {
    return this.#appends;
  }

  async states(id?: string): Promise<string[]> {
    return (await this.disk.load()).filter((record) => id === undefined || record.id === id).map(({ state }) => state);
  }
}

export const noLimits: Limits = { perActionByCoin: new Map(), perDayByCoin: new Map(), keepInWallet: new Map() };

/** With a person who views the exact request wherever that is required. */
class LookedAt extends Ledger {
  /** Gates are about a change and not about this look, which begins and asks for its connection at once. */
  looking = false;

  override async preview(...asked: Parameters<Ledger['preview']>): Promise<Preview> {
    const preview = await super.preview(...asked);
    if (preview.firstChange !== true) return preview;
    this.looking = true;
    const shown = this.rehearse(preview);
    this.looking = false;
    await shown;
    return preview;
  }
}

/** A person with one account at one venue, and the windows they open on it. */
export class Setup {
  readonly clock = new FakeClock();
  readonly venue = new Venue(this.clock);
  readonly market = new Market(this.clock);
  readonly accounts = new Map([['a', account()]]);
  readonly disk = new MemoryJournal();
  armed: ArmState = { armed: true, until: 'restart' };
  limits: Limits | LimitsFault = noLimits;
  #ids = 0;

  window(more: { readonly gate?: Gate; readonly journal?: Journal; readonly options?: Partial<LedgerOptions> } = {}): {
    readonly ledger: Ledger;
    readonly journal: TestJournal;
    readonly heard: WriteRecord[];
  } {
    const journal = new TestJournal(more.journal ?? this.disk);
    if (more.gate !== undefined) journal.gate = more.gate;
    const connection = connectionTo(this.venue, this.market, more.gate);
    const ledger: LookedAt = new LookedAt({
      journal,
      book: { get: (id) => this.accounts.get(id) },
      connections: {
        get: async (id) => {
          if (!ledger.looking) await more.gate?.('before connection');
          if (!this.accounts.has(id)) throw trouble('aborted', 'none');
          return connection;
        },
      },
      clock: this.clock,
      newId: () => `w${(this.#ids += 1).toString()}`,
      maxPreviewAgeMs: () => 60_000,
      proofPatienceMs: 60_000,
      window: 'this window',
      arming: { state: () => this.armed },
      limits: () => this.limits,
      ...more.options,
    });
    const heard: WriteRecord[] = [];
    ledger.onDidChange((record) => heard.push(record));
    return { ledger, journal, heard };
  }
}

export const ignore = (): void => undefined;

/** A change that a person confirmed, sent as far as it goes without time passing. */
export async function start(ledger: Ledger, asked: Change = change()): Promise<{ readonly done: Promise<WriteRecord> }> {
  const preview = await ledger.preview('a', asked);
  const done = ledger.commit(preview, ignore);
  done.catch(ignore);
  await settled();
  return { done };
}

export const refused = (pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof Refusal, String(error));
  assert.match(error.message, pattern);
  return true;
};

/** The row of the venue's history that settled a write. */
export const rowOf = ({ evidence }: WriteRecord): string | undefined => (evidence?.kind === 'history' ? evidence.id : undefined);

/** Whether any change of the account ever left for the exchange. */
export const everSent = async (ledger: Pick<Ledger, 'activity'>, accountId: string): Promise<boolean> =>
  (await ledger.activity(accountId)).some(({ sentAt }) => sentAt !== undefined);
