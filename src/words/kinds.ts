import { absolute, add, compare, decimal, greater, isPositive, multiply, subtract, zero, type Decimal } from '../core/decimal.ts';
import type { Instead } from '../core/errors.ts';
import { formatAmount, formatLtv } from '../core/format.ts';
import { hideable, msg, type Message } from '../core/message.ts';
import type { Direction, HistoryRow, Loan, Position, Side } from '../core/model.ts';
import { credibleLtv } from '../core/risk/ltv.ts';
import { believed } from '../core/risk/position-model.ts';
import type { Baseline, Change, LoanRef, MarginBaseline, MarginChange } from '../exchanges/exchange.ts';
import { liquidationText, marginText, namedWithSide } from './position.ts';
import { ownCoins } from './amount.ts';
import { typeText } from './loan-history-row.ts';
import { bracketed, estimated, joined, labelled, spaced, type Text } from './text.ts';
import type { WriteRecord } from '../engine/ledger/ledger.ts';

type Kind = Change['kind'];
type Of<K extends Kind, Union> = Extract<Union, { readonly kind: K }>;
type Write<C extends Change, B extends Baseline> = WriteRecord & { readonly change: C; readonly baseline: B };
type WriteOf<K extends Kind> = Write<Of<K, Change>, Of<K, Baseline>>;
type LoanWrite = WriteOf<'collateral' | 'repay' | 'repay-collateral' | 'borrow'>;
type WordsOf<K extends Kind> = KindWords<Of<K, Change>, Of<K, Baseline>, Readings[K]>;

/** What reading says now about what a change is about, by kind. Absent is what is gone. */
interface Readings {
  readonly collateral: { readonly loan: Loan | undefined; readonly rows: readonly HistoryRow[] };
  /** The figures are read as the baseline was; absent when they could not be. */
  readonly margin: { readonly position: Position | undefined; readonly figures?: MarginBaseline };
  /** The debt is read as the baseline's was: a coin may be owed in several ways. Absent when it could not be. */
  readonly repay: Readings['collateral'] & { readonly debt?: Decimal };
  readonly 'repay-collateral': Readings['repay'];
  readonly borrow: Readings['repay'];
}

/** What reading says now, or why it could not be read. */
export type ReadingOf<K extends Kind> = Readings[K] | { readonly failure: Message };

/** What would work where the exchange refused, as a button. */
export type InsteadButton = 'otherCoin' | 'otherAmount' | 'addMargin';

/** How ratios and prices are written. */
export interface FigureStyle {
  readonly ltv: (ltv: Decimal) => string;
  readonly price: (price: Decimal, side: Side) => string;
}

/** The figure that a change is made for. */
interface Course {
  readonly id: string;
  readonly label: Text;
  readonly before: Decimal | undefined;
  readonly estimate: Decimal | undefined;
  readonly after: Decimal | undefined;
  readonly text: (value: Decimal) => string;
}

/** A figure or a name as data, with the exact text to copy. */
export interface Datum {
  readonly id: string;
  readonly label: Text;
  readonly value: Text;
  readonly copy: string;
}

/** Columns of an export that not every kind fills. They are described in activity-export.ts. */
type KindCells = Readonly<
  Partial<
    Record<
      | 'loan_id'
      | 'order_id'
      | 'position_id'
      | 'instrument'
      | 'side'
      | 'market'
      | 'slot'
      | 'pledged_before'
      | 'newest_history_id'
      | 'size_before'
      | 'margin_before'
      | 'leverage_before'
      | 'entry_before',
      string
    >
  >
>;

/** What is said of one kind of change in other words than of another. */
interface KindWords<C extends Change, B extends Baseline, R> {
  /** What it changes, e.g. "loan 12345". */
  target(change: C): Message;
  /** What would work where the exchange refused. Repaying and waiting have no button: the sentence names them. */
  instead(instead: readonly Instead[], direction: Direction): readonly InsteadButton[];
  /** The figures it was decided on. */
  before(write: Write<C, B>): Text;
  /** What is there now, what would be there had it been executed, and which of the two fits. */
  comparison(write: Write<C, B>, now: R, timeOf: (at: number) => string): readonly Text[];
  /** The figure after it, by the exchange. @param priceCoin the coin prices of the position are in, where it is known */
  after(write: Write<C, B>, priceCoin?: string): { readonly label: Message; readonly value: Text | undefined };
  course(write: Write<C, B>, style: FigureStyle): Course;
  /** What proof was compared with. */
  baseline(write: Write<C, B>): readonly Datum[];
  cells(write: Write<C, B>): KindCells;
}

const collateral: WordsOf<'collateral'> = {
  target: loanTarget,
  // The command that asks for the coin asks for the amount too.
  instead: (instead) => (instead.includes('otherCoin') ? ['otherCoin'] : otherAmount(instead)),
  after: ltvAfterIt,
  before: ({ change, baseline }) => pledgedFigures(baseline.pledged, change.coin, baseline.ltv),
  comparison: (write, { loan, rows }, timeOf) => [...pledgedNow(write, loan), ...historySince(write, rows, timeOf)],
  course: ltvCourse,
  baseline: ({ change, baseline: { pledged, newestHistoryId } }) => [
    amountDatum('pledged', beforeLabel(msg('term.collateral', 'Collateral')), pledged, change.coin),
    ...newestRow(newestHistoryId),
  ],
  cells: (write) => ({ ...loanCells(write), pledged_before: write.baseline.pledged }),
};

const repay: KindWords<Of<'repay' | 'borrow', Change>, Of<'repay' | 'borrow', Baseline>, Readings['repay']> = {
  target: loanTarget,
  instead: otherAmount,
  after: ltvAfterIt,
  before: ({ change, baseline }) => owedFigures(baseline.debt, change.coin, baseline.ltv),
  comparison: (write, { loan, rows, debt }, timeOf) => [...owedNow(write, loan, debt), ...historySince(write, rows, timeOf)],
  course: ltvCourse,
  baseline: ({ change, baseline: { debt, newestHistoryId } }) => [
    amountDatum('debt', beforeLabel(msg('term.debt', 'Debt')), debt, change.coin),
    ...newestRow(newestHistoryId),
  ],
  cells: loanCells,
};

const sell: WordsOf<'repay-collateral'> = {
  target: loanTarget,
  instead: (instead, direction) => collateral.instead(instead, direction),
  after: ltvAfterIt,
  before: ({ change, baseline }) =>
    joined([pledgedText(baseline.pledged, change.collateral), owedFigures(baseline.debt, change.coin, baseline.ltv)]),
  comparison: (write, { loan, rows, debt }, timeOf) => [
    ...owedNow(write, loan, debt),
    ...(loan === undefined ? [] : [nowLine(pledgedText(pledgedIn(loan, write.change.collateral), write.change.collateral))]),
    ...historySince(write, rows, timeOf),
  ],
  course: ltvCourse,
  baseline: ({ change, baseline: { debt, pledged, newestHistoryId } }) => [
    amountDatum('debt', beforeLabel(msg('term.debt', 'Debt')), debt, change.coin),
    amountDatum('pledged', beforeLabel(msg('term.collateral', 'Collateral')), pledged, change.collateral),
    ...newestRow(newestHistoryId),
  ],
  cells: (write) => ({ ...loanCells(write), pledged_before: write.baseline.pledged }),
};

const margin: WordsOf<'margin'> = {
  target: ({ position }) => msg('kinds.margin-of', 'the margin of {0}', namedWithSide(position)),
  instead: (instead, direction) => [
    ...(instead.includes('addMargin') && direction === 'reduce' ? (['addMargin'] as const) : []),
    ...otherAmount(instead),
  ],
  after: ({ change: { position }, liquidationAfter }, priceCoin) => ({
    label: msg('term.liquidation-price', 'Liquidation price'),
    value: liquidationAfter === undefined ? undefined : liquidationText(liquidationAfter, position.side, priceCoin),
  }),
  before: ({ change: { coin, position }, baseline }) =>
    marginFigures(marginText(baseline.margin, coin), liquidationText(baseline.liquidationPrice, position.side)),
  comparison: marginNow,
  course: ({ change, liquidationBefore, liquidationEstimate, liquidationAfter, baseline }, { price }) => ({
    id: 'liquidation',
    label: msg('term.liquidation-price', 'Liquidation price'),
    before: believed(liquidationBefore ?? baseline.liquidationPrice),
    estimate: believed(liquidationEstimate),
    after: believed(liquidationAfter),
    text: (value) => price(value, change.position.side),
  }),
  baseline: ({ change, baseline }) => [
    datum('size', beforeLabel(msg('position.size', 'Size')), hideable(formatAmount(baseline.size)), baseline.size),
    amountDatum('margin', beforeLabel(msg('position.margin', 'Margin')), baseline.margin, change.coin),
    ...(baseline.leverage === undefined
      ? []
      : [datum('leverage', beforeLabel(msg('position.leverage', 'Leverage')), `${formatAmount(baseline.leverage)}×`, baseline.leverage)]),
    ...(baseline.entryPrice === undefined
      ? []
      : [datum('entry', beforeLabel(msg('position.entry-price', 'Entry price')), formatAmount(baseline.entryPrice), baseline.entryPrice)]),
    ...newestRow(baseline.newestHistoryId),
  ],
  cells: ({ change: { position }, baseline }) => ({
    position_id: position.positionId,
    instrument: position.instrument,
    side: position.side,
    market: position.market,
    slot: position.slot,
    size_before: baseline.size,
    margin_before: baseline.margin,
    ...cell('leverage_before', baseline.leverage),
    ...cell('entry_before', baseline.entryPrice),
    ...cell('newest_history_id', baseline.newestHistoryId),
  }),
};

const kinds: { readonly [K in Kind]: WordsOf<K> } = { collateral, margin, repay, 'repay-collateral': sell, borrow: repay };

function loanTarget({ loan }: { readonly loan: LoanRef }): Message {
  return msg('kinds.loan', 'loan {0}', loanLabel(loan.orderId, loan.loanId));
}

function ltvAfterIt({ ltvAfter }: WriteRecord): ReturnType<KindWords<Change, Baseline, never>['after']> {
  return { label: msg('term.ltv', 'LTV'), value: ltvAfter === undefined ? undefined : formatLtv(ltvAfter) };
}

function ltvCourse({ ltvBefore, ltvEstimate, ltvAfter, baseline }: LoanWrite, { ltv }: FigureStyle): Course {
  return {
    id: 'ltv',
    label: msg('term.ltv', 'LTV'),
    before: ltvBefore ?? baseline.ltv,
    estimate: ltvEstimate,
    after: ltvAfter,
    text: ltv,
  };
}

function loanCells({ change: { loan }, baseline: { newestHistoryId } }: LoanWrite): KindCells {
  return { loan_id: loan.loanId, ...cell('order_id', loan.orderId), ...cell('newest_history_id', newestHistoryId) };
}

/** The words of the kind that a change is of. */
export function wordsOf({ kind }: Change): KindWords<Change, Baseline, Readings[Kind]> {
  return kinds[kind];
}

/** `Repay USDT of loan 12345` */
export const repayOf = (what: Text, target: Message): Message => msg('repay.of', 'Repay {0} of {1}', what, target);

/** `Repay USDT of loan pool with BTC` */
export const repayWith = (what: Text, target: Message, collateral: Text): Message =>
  msg('repay-collateral.of', 'Repay {0} of {1} with {2}', what, target, collateral);

/** `Borrow 100 USDT on loan 12345` */
export const borrowOf = (what: Text, target: Message): Message => msg('borrow.of', 'Borrow {0} on {1}', what, target);

/** A change without its account, e.g. "Add 0.1 BTC to loan 12345". */
export function changeLabel(change: Change): Message {
  const args = [ownCoins(change.amount, change.coin), wordsOf(change).target(change)] as const;
  if (change.kind === 'repay') return repayOf(...args);
  if (change.kind === 'repay-collateral') return repayWith(...args, change.collateral);
  if (change.kind === 'borrow') return borrowOf(...args);
  return change.direction === 'add'
    ? msg('term.add-to', 'Add {0} to {1}', ...args)
    : msg('term.remove-from', 'Remove {0} from {1}', ...args);
}

/** A change in a few words, e.g. "Add 0.1 BTC to loan 12345 (Main)" or "Remove 5 USDT from the margin of BTC-USDT-SWAP long (Main)". */
export function changeText({ change, accountName }: WriteRecord, simulated: boolean): Message {
  const text = bracketed(changeLabel(change), accountName);
  return simulated ? labelled(msg('preview.simulated', 'SIMULATED'), text) : text;
}

/** That a mismatch keeps its account frozen. */
export const frozenText = ({ change }: WriteRecord, accountName: string): Message =>
  msg(
    'kinds.frozen',
    'LTV Gauge has frozen account {0}: a change to {1} had a different effect than requested. Check the exchange, then unfreeze it.',
    accountName,
    wordsOf(change).target(change),
  );

export const beforeLabel = (label: Text): Message => msg('activity.before', '{0} before', label);

export const datum = (id: string, label: Text, value: Text, copy: string): Datum => ({ id, label, value, copy });

export const amountDatum = (id: string, label: Text, value: Decimal, coin: string): Datum => datum(id, label, ownCoins(value, coin), value);

const cell = (column: keyof KindCells, text: string | undefined): KindCells => (text === undefined ? {} : { [column]: text });

function newestRow(id: string | undefined): readonly Datum[] {
  return id === undefined ? [] : [datum('newest', msg('kinds.newest-row', 'Newest history entry before'), id, id)];
}

function otherAmount(instead: readonly Instead[]): readonly InsteadButton[] {
  return instead.includes('less') || instead.includes('more') ? ['otherAmount'] : [];
}

/** An LTV of the exchange, which may not have told any. */
export function ltvFigure(ltv: Decimal | undefined): Text {
  return ltv === undefined ? msg('term.unknown', 'unknown') : formatLtv(ltv);
}

const pledgedText = (amount: Decimal, coin: string): Message => msg('kinds.pledged', '{0} {1} pledged', formatAmount(amount), coin);

const pledgedFigures = (amount: Decimal, coin: string, ltv: Decimal | undefined): Text =>
  joined([pledgedText(amount, coin), msg('term.ltv-is', 'LTV {0}', ltvFigure(ltv))]);

const marginFigures = (amount: Text, liquidation: Text): Message =>
  msg('kinds.margin-liquidation', 'margin {0}, liquidation price {1}', amount, liquidation);

const nowLine = (what: Text): Message => msg('kinds.now', 'Now: {0}', what);
const ifExecuted = (what: Text): Message => msg('kinds.if-executed', 'If executed: {0}', what);

function pledgedNow({ change, baseline }: WriteOf<'collateral'>, loan: Loan | undefined): readonly Message[] {
  const { coin } = change;
  const was = baseline.pledged;
  if (loan === undefined) return [nowLine(gone())];
  const now = pledgedIn(loan, coin);
  const expected = moved(was, change);
  return [
    nowLine(pledgedFigures(now, coin, credibleLtv(loan))),
    ifExecuted(pledgedText(expected, coin)),
    compare(now, expected) === 0 ? looksExecuted() : compare(now, was) === 0 ? looksNotExecuted() : unclear(),
  ];
}

const pledgedIn = (loan: Loan, coin: string): Decimal => loan.collateral.find((pledged) => pledged.coin === coin)?.amount ?? zero;

const owedText = (amount: Decimal, coin: string): Message => msg('kinds.owed', '{0} {1} owed', formatAmount(amount), coin);

const owedFigures = (amount: Decimal, coin: string, ltv: Decimal | undefined): Text =>
  joined([owedText(amount, coin), msg('term.ltv-is', 'LTV {0}', ltvFigure(ltv))]);

/** Interest comes on top, so that the debt is seldom the exact difference. */
function owedNow(
  { change, baseline }: WriteOf<'repay' | 'repay-collateral' | 'borrow'>,
  loan: Loan | undefined,
  read: Decimal | undefined,
): readonly Message[] {
  const { coin, amount } = change;
  if (loan === undefined) return [nowLine(gone())];
  const all = loan.debts.find((debt) => debt.coin === coin)?.amount ?? zero;
  // Where nothing of the coin is owed in any way, nothing is left of this debt either.
  const now = isPositive(all) ? read : zero;
  const expected = change.kind === 'borrow' ? add(baseline.debt, amount) : greater(subtract(baseline.debt, amount), zero);
  const isNear = (debt: Decimal): boolean => now !== undefined && compare(absolute(subtract(now, debt)), multiply(amount, tolerance)) <= 0;
  return [
    nowLine(owedFigures(now ?? all, coin, credibleLtv(loan))),
    ifExecuted(estimated(owedText(expected, coin))),
    isNear(expected) ? looksExecuted() : isNear(baseline.debt) ? looksNotExecuted() : unclear(),
  ];
}

const gone = (): Message => msg('kinds.gone', 'not found any more');
const looksExecuted = (): Message => msg('kinds.looks-executed', 'Looks executed.');
const looksNotExecuted = (): Message => msg('kinds.looks-not-executed', 'Looks not executed so far.');
const unclear = (): Message => msg('kinds.unclear', "Unclear: these figures don't show it. Check the exchange.");

/** The exchange's clock and ours may differ by so much where the difference is not known. Milliseconds. */
const clockSlackMs = 60_000;

/** A history made of several lists numbers its rows otherwise than the proof, so the time says what is of before too. */
function historySince(
  { baseline, figures, plannedAt, sentAt = plannedAt }: LoanWrite,
  rows: readonly HistoryRow[],
  timeOf: (at: number) => string,
): readonly Text[] {
  const from = sentAt + (figures?.clockOffsetMs ?? 0) - clockSlackMs;
  const fresh = newRows(rows, baseline.newestHistoryId).filter(({ at }) => at >= from);
  return [
    msg('kinds.history-since', 'New history entries: {0}', fresh.length.toString()),
    ...fresh.map(({ at, type, amount, coin }) =>
      spaced(`  ${timeOf(at)}`, spaced(typeText(type), `${formatAmount(absolute(amount))} ${coin}`)),
    ),
  ];
}

/** Rows that came after the ones that were there before the send, newest first. */
export function newRows(rows: readonly HistoryRow[], newestBefore: string | undefined): readonly HistoryRow[] {
  const known = newestBefore === undefined ? -1 : rows.findIndex((row) => row.id === newestBefore);
  return known < 0 ? rows : rows.slice(0, known);
}

function marginNow(write: WriteOf<'margin'>, { position, figures }: Readings['margin']): readonly Message[] {
  const { change, baseline: was, liquidationEstimate } = write;
  const { coin, position: ref } = change;
  const { side } = ref;
  if (position === undefined) return [nowLine(gone())];
  // The other side may have taken its place: its margin tells nothing of this one.
  if (position.side !== side || position.instrument !== ref.instrument) {
    return [nowLine(msg('kinds.another-position', 'another position, {0}', namedWithSide(position)))];
  }
  const steadyLine =
    was.steadyMargin === undefined || figures?.steadyMargin === undefined
      ? []
      : [
          msg(
            'kinds.steady-margin',
            'Margin that does not move with the price: {0} before, {1} now',
            marginText(was.steadyMargin, coin),
            marginText(figures.steadyMargin, coin),
          ),
        ];
  const expected = marginFigures(marginText(moved(was.margin, change), coin), liquidationText(liquidationEstimate, side));
  return [
    nowLine(
      marginFigures(
        marginText(figures?.margin ?? position.margin, coin),
        liquidationText(figures?.liquidationPrice ?? position.liquidationPrice, side),
      ),
    ),
    ifExecuted(estimated(expected)),
    ...steadyLine,
    marginAdvice(change, was, position, figures),
  ];
}

/** Interest, funding and prices move a debt or a margin too, so that it is seldom the exact sum: this part of the amount may be off. */
const tolerance = decimal('0.01');

function marginAdvice(change: MarginChange, baseline: MarginBaseline, position: Position, figures: MarginBaseline | undefined): Message {
  // Closed and opened again it has the same name, and may have the same size. Then its margin proves nothing.
  const { entryPrice } = position;
  const isOther = baseline.entryPrice !== undefined && entryPrice !== undefined && compare(baseline.entryPrice, entryPrice) !== 0;
  if (isOther || !isSizeAsBefore(baseline, position)) return unclear();
  // The part that follows the price is left out on both sides, or on neither.
  const [was, is] =
    baseline.steadyMargin === undefined
      ? [baseline.margin, figures?.margin ?? position.margin]
      : [baseline.steadyMargin, figures?.steadyMargin];
  if (is === undefined) return unclear();
  const isNear = (expected: Decimal): boolean => compare(absolute(subtract(is, expected)), multiply(change.amount, tolerance)) <= 0;
  if (isNear(moved(was, change))) return looksExecuted();
  return isNear(was) ? looksNotExecuted() : unclear();
}

/** But for what the margin itself is of it: that of borrowed coins is a part of the size when it is in the coin held. */
function isSizeAsBefore(before: MarginBaseline, { size, margin: now, contract, sizeCoin, marginCoin }: Position): boolean {
  if (compare(size, before.size) === 0) return true;
  const isPart = contract === 'borrowed' && sizeCoin === marginCoin;
  return isPart && now !== undefined && compare(subtract(size, before.size), subtract(now, before.margin)) === 0;
}

function moved(from: Decimal, { direction, amount }: Change): Decimal {
  return direction === 'add' ? add(from, amount) : subtract(from, amount);
}

/** A loan by the id the venue acts on. */
export function loanLabel(orderId: string | undefined, loanId: string): string {
  return orderId ?? loanId;
}

/** What is being waited for, while the progress is shown. */
export function progressText(record: WriteRecord, venueName: string): Message | undefined {
  switch (record.state) {
    case 'planned':
      return msg('kinds.sending', 'recorded, sending');
    case 'sent':
      return msg('kinds.waiting', 'sent, waiting for {0}', venueName);
    case 'accepted':
      return msg('kinds.confirming', 'accepted by {0}, confirming', venueName);
    case 'unknown':
      return msg('kinds.checking', 'outcome unknown, checking {0}', venueName);
    case 'effective':
    case 'rejected':
    case 'not-effective':
    case 'mismatch':
      return undefined;
  }
}
