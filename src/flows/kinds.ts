import { zero, type Decimal } from '../core/decimal.ts';
import { ExchangeError } from '../core/errors.ts';
import { msg, type Message } from '../core/message.ts';
import type { CoinAmount, Direction, Loan, Snapshot } from '../core/model.ts';
import { actionOf } from '../engine/actions.ts';
import type { Preview } from '../engine/ledger/ledger.ts';
import { largestOut, safestMost } from '../engine/targets/safe-maximum.ts';
import type { Change, Connection, LoanRef } from '../exchanges/exchange.ts';
import { borrowPreviewText } from '../words/borrow-preview.ts';
import { previewText, type PreviewSurroundings, type PreviewText } from '../words/collateral-preview.ts';
import type { ReadingOf } from '../words/kinds.ts';
import { marginPreviewText } from '../words/margin-preview.ts';
import { repayPreviewText, sellPreviewText } from '../words/repay-preview.ts';
import type { Command } from './conversation.ts';

type Kind = Change['kind'];

/** What differs between kinds of change. */
interface KindFlow<C extends Change, P extends Preview, R> {
  /** The commands for such a change. */
  readonly commands: Readonly<Record<Direction, Command>>;
  /** The button for the removing command. */
  readonly reduceLabel: Message;
  /** The preview as it is confirmed. */
  text(preview: P, around: PreviewSurroundings): PreviewText;
  /** Whether its effect can't be estimated, so that only an explicit button sends it. */
  isDoubtful(preview: P): boolean;
  /**
   * Reads how much of its coin can be removed safely now; undefined if unknown.
   * @param own the person's own highest LTV after a removal. A fraction
   */
  safeMaximum(connection: Connection, change: C, own: Decimal | undefined, signal: AbortSignal): Promise<Decimal | undefined>;
  /** The price coin of the position, as last read; undefined if the position is gone. */
  priceCoin(change: C, snapshot: Snapshot | undefined): string | undefined;
  /**
   * Reads what a person needs to judge the outcome of a change.
   * @param snapshot just read
   */
  read(connection: Connection, change: C, snapshot: Snapshot, signal: AbortSignal): Promise<R>;
}
type FlowOf<K extends Kind> = KindFlow<Extract<Change, { readonly kind: K }>, Extract<Preview, { readonly kind: K }>, ReadingOf<K>>;

/** History rows read for a person to judge by; the venue's newest come first. */
const rowsRead = 10;

const collateral: FlowOf<'collateral'> = {
  commands: { add: 'addCollateral', reduce: 'reduceCollateral' },
  reduceLabel: msg('button.remove-collateral-more', 'Remove Collateral…'),
  text: previewText,
  isDoubtful: ({ doubt }) => doubt !== undefined,
  async safeMaximum(connection, change, own, signal) {
    const { loan, limit, prices } = await actionOf(connection, 'collateral').prepare({ ...change, direction: 'reduce' }, signal);
    return safestMost(loan, change.coin, limit, prices, own);
  },
  priceCoin: () => undefined,
  read: (connection, { loan, coin }, snapshot, signal) => readLoan(connection, loan, snapshot, (one) => has(one.collateral, coin), signal),
};

const has = (amounts: readonly CoinAmount[], coin: string): boolean => amounts.some((one) => one.coin === coin);

/** @param isTold whether the loan tells the figure that counts */
async function readLoan(
  connection: Connection,
  ref: LoanRef,
  { loans, loansTrouble }: Snapshot,
  isTold: (loan: Loan) => boolean,
  signal: AbortSignal,
): Promise<ReadingOf<'collateral'>> {
  const loan = loans.find(({ id }) => id === ref.loanId);
  // Missing where something could not be read means neither gone nor zero.
  if (loansTrouble !== undefined && (loan === undefined || !isTold(loan))) return { failure: loansTrouble };
  const history = await connection.loans?.history(ref, { limit: rowsRead }, signal);
  return { loan, rows: history?.rows ?? [] };
}

const margin: FlowOf<'margin'> = {
  commands: { add: 'addMargin', reduce: 'reduceMargin' },
  reduceLabel: msg('button.remove-margin-more', 'Remove Margin…'),
  text: marginPreviewText,
  isDoubtful: () => false,
  safeMaximum: async (connection, change, _own, signal) => largestOut(await actionOf(connection, 'margin').prepare(change, signal)),
  priceCoin: ({ position: ref }, snapshot) => snapshot?.positions.find(({ positionId }) => positionId === ref.positionId)?.priceCoin,
  /** Read together with the baseline of a change; may be refused. */
  async read(connection, { position: ref }, { positions, positionsTrouble }, signal) {
    const position = positions.find(({ positionId }) => positionId === ref.positionId);
    if (position === undefined) return positionsTrouble === undefined ? { position } : { failure: positionsTrouble };
    const ready = await unlessRefused(actionOf(connection, 'margin').prepare({ position: ref }, signal), signal);
    return ready === undefined ? { position } : { position: ready.position, figures: ready.baseline };
  },
};

const repay: FlowOf<'repay'> = {
  commands: { add: 'repayLoan', reduce: 'repayLoan' },
  // Nothing removes what was repaid, so neither is offered.
  reduceLabel: msg('button.repay-more', 'Repay…'),
  safeMaximum: () => Promise.resolve(undefined),
  text: repayPreviewText,
  isDoubtful: () => false,
  priceCoin: () => undefined,
  async read(connection, change, snapshot, signal) {
    const { loan, coin } = change;
    const reading = await readLoan(connection, loan, snapshot, ({ debts }) => has(debts, coin), signal);
    if ('failure' in reading || reading.loan === undefined) return reading;
    const ready = await unlessRefused(actionOf(connection, 'repay').prepare(change, signal), signal);
    if (ready === undefined) return reading;
    // With nothing left of a debt, what is owed of the coin otherwise is made ready.
    return { ...reading, debt: ready.contract === change.contract ? ready.debt : zero };
  },
};

const sell: FlowOf<'repay-collateral'> = {
  safeMaximum: () => Promise.resolve(undefined),
  isDoubtful: () => false,
  priceCoin: () => undefined,
  commands: { add: 'repayWithCollateral', reduce: 'repayWithCollateral' },
  reduceLabel: msg('button.repay-with-collateral-more', 'Repay with Collateral…'),
  text: sellPreviewText,
  async read(connection, change, snapshot, signal) {
    const { loan, coin, collateral: sold } = change;
    const reading = await readLoan(
      connection,
      loan,
      snapshot,
      ({ debts, collateral: held }) => has(debts, coin) && has(held, sold),
      signal,
    );
    if ('failure' in reading || reading.loan === undefined) return reading;
    const ready = await unlessRefused(actionOf(connection, 'repay-collateral').prepare(change, signal), signal);
    return ready === undefined ? reading : { ...reading, debt: ready.debt };
  },
};

const borrow: FlowOf<'borrow'> = {
  commands: { add: 'borrowMore', reduce: 'borrowMore' },
  reduceLabel: msg('button.borrow-more', 'Borrow More…'),
  safeMaximum: () => Promise.resolve(undefined),
  text: borrowPreviewText,
  isDoubtful: () => false,
  priceCoin: () => undefined,
  async read(connection, change, snapshot, signal) {
    const { loan, coin } = change;
    const reading = await readLoan(connection, loan, snapshot, ({ debts }) => has(debts, coin), signal);
    if ('failure' in reading || reading.loan === undefined) return reading;
    const ready = await unlessRefused(actionOf(connection, 'borrow').prepare(change, signal), signal);
    return ready === undefined ? reading : { ...reading, debt: ready.debt };
  },
};

/** What is read for a change that could be made now; undefined where the venue or we would refuse it. */
async function unlessRefused<T>(reading: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (signal.aborted || !ExchangeError.is(error)) throw error;
    return undefined;
  }
}

/** Shown while figures are read. */
export const readingText = msg('change.reading', 'Reading current figures. Nothing is sent.');

const kinds: { readonly [K in Kind]: FlowOf<K> } = { collateral, margin, repay, 'repay-collateral': sell, borrow };

/** How a kind of change is handled. */
export function flowOf({ kind }: Change): KindFlow<Change, Preview, ReadingOf<Kind>> {
  return kinds[kind];
}
