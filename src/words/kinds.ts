import { absolute, add, compare, decimal, multiply, subtract, zero, type Decimal } from '../core/decimal.ts';
import type { Instead } from '../core/errors.ts';
import { formatAmount, formatLtv } from '../core/format.ts';
import { msg, type Message } from '../core/message.ts';
import type { Direction, HistoryRow, Loan, Position, Side, PositionRef } from '../core/model.ts';
import { believed } from '../core/risk/position-model.ts';
import type { Baseline, Change, MarginBaseline, MarginChange } from '../exchanges/exchange.ts';
import { liquidationText, marginText } from './position.ts';
import type { Text } from './text.ts';
import type { WriteRecord } from '../engine/ledger/ledger.ts';

type Kind = Change['kind'];
type Of<K extends Kind, Union> = Extract<Union, { readonly kind: K }>;
type Write<C extends Change, B extends Baseline> = WriteRecord & { readonly change: C; readonly baseline: B };
type WriteOf<K extends Kind> = Write<Of<K, Change>, Of<K, Baseline>>;
type WordsOf<K extends Kind> = KindWords<Of<K, Change>, Of<K, Baseline>, Readings[K]>;

/** What reading says now about what a change is about, by kind. Absent is what is gone. */
interface Readings {
  readonly collateral: { readonly loan: Loan | undefined; readonly rows: readonly HistoryRow[] };
  /** The figures are read as the baseline was; absent when they could not be. */
  readonly margin: { readonly position: Position | undefined; readonly figures?: MarginBaseline };
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
  readonly value: string;
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

/** All that is said of one kind of change in other words than of another. */
interface KindWords<C extends Change, B extends Baseline, R> {
  /** What it is, e.g. "Add 0.1 BTC to loan 12345 (Main)". */
  name(change: C, accountName: string, simulated: boolean): Message;
  /** What it is, or was when it is done; the account is told elsewhere. */
  label(change: C, done: boolean): Message;
  /** That what became of it is not known. */
  unknown(change: Message): Message;
  /** That the exchange proves it, with the figure it is made for. @param priceCoin the coin prices of the position are in, where it is known */
  done(write: Write<C, B>, change: Message, venueName: string, priceCoin?: string): Message;
  /** What would work, by the words of the exchange that refused it. To repay and to wait are no buttons: the sentence says so. */
  instead(instead: readonly Instead[], direction: Direction): readonly InsteadButton[];
  /** That a mismatch keeps the account frozen. */
  frozen(change: C, accountName: string): Message;
  /** What to look at before anything else is changed. */
  readonly lookThere: Message;
  /** What it means to record by one's own word that it did happen. */
  readonly byYourWord: Message;
  /** What it was decided on, for a person who judges what became of it. */
  before(write: Write<C, B>): Message;
  /** What is there now, what would be there had it happened, and which of the two fits. */
  comparison(write: Write<C, B>, now: R, timeOf: (at: number) => string): readonly Text[];
  course(write: Write<C, B>, style: FigureStyle): Course;
  /** What proof was compared with. */
  baseline(write: Write<C, B>): readonly Datum[];
  cells(write: Write<C, B>): KindCells;
}

const collateral: WordsOf<'collateral'> = {
  name({ loan, direction, coin, amount }, accountName, simulated) {
    const args = [formatAmount(amount), coin, loanLabel(loan.orderId, loan.loanId), accountName] as const;
    if (simulated) {
      return direction === 'add'
        ? msg('kinds.simulated-add-loan', 'SIMULATED: add {0} {1} to loan {2} ({3})', ...args)
        : msg('kinds.simulated-take-out', 'SIMULATED: take {0} {1} out of loan {2} ({3})', ...args);
    }
    return direction === 'add'
      ? msg('kinds.add-loan-2', 'Add {0} {1} to loan {2} ({3})', ...args)
      : msg('kinds.take-out-loan-2', 'Take {0} {1} out of loan {2} ({3})', ...args);
  },
  label({ loan, direction, coin, amount }, done) {
    const adds = direction === 'add';
    const args = [formatAmount(amount), coin, loanLabel(loan.orderId, loan.loanId)] as const;
    if (done)
      return adds
        ? msg('kinds.added-loan', 'Added {0} {1} to loan {2}', ...args)
        : msg('kinds.took-out-loan', 'Took {0} {1} out of loan {2}', ...args);
    return adds
      ? msg('kinds.add-loan', 'Add {0} {1} to loan {2}', ...args)
      : msg('kinds.take-out-loan', 'Take {0} {1} out of loan {2}', ...args);
  },
  unknown: (change) =>
    msg(
      'kinds.not-known-whether',
      'It is not known whether this happened: {0}. Reading will tell, or you will be asked; it is never sent again. Until then nothing else can be changed on this loan.',
      change,
    ),
  done: ({ ltvAfter }, change, venueName) =>
    ltvAfter === undefined
      ? msg('kinds.done-shows-history', 'Done: {1} shows it in its history; the new LTV is not known yet. {0}.', change, venueName)
      : msg('kinds.done-ltv-now', 'Done: LTV is now {1}, says {2}. {0}.', change, formatLtv(ltvAfter), venueName),
  // The command that asks for the coin asks for the amount too.
  instead: (instead) => (instead.includes('otherCoin') ? ['otherCoin'] : otherAmount(instead)),
  frozen: ({ loan }, accountName) =>
    msg(
      'kinds.changes-frozen-exchange',
      'Changes on {0} are frozen: the exchange did something else than was asked on loan {1}. Look at what happened, then lift the freeze.',
      accountName,
      loanLabel(loan.orderId, loan.loanId),
    ),
  lookThere: msg('kinds.look-loan-site', 'Look at the loan on the site of the exchange too, before you change anything.'),
  byYourWord: msg('kinds.word-not-proof', 'This is your word, not proof. Nothing is sent. The loan can be changed again afterwards.'),
  before: ({ change, baseline }) =>
    msg('kinds.before-pledged-ltv', 'Before: {0} {1} pledged, LTV {2}', formatAmount(baseline.pledged), change.coin, ltvText(baseline.ltv)),
  comparison: (write, { loan, rows }, timeOf) => [...pledgedNow(write, loan), ...historySince(write, rows, timeOf)],
  course: ({ ltvBefore, ltvEstimate, ltvAfter, baseline }, { ltv }) => ({
    id: 'ltv',
    label: msg('term.ltv', 'LTV'),
    before: ltvBefore ?? baseline.ltv,
    estimate: ltvEstimate,
    after: ltvAfter,
    text: ltv,
  }),
  baseline: ({ change, baseline: { pledged, newestHistoryId } }) => [
    amountDatum('pledged', msg('kinds.pledged-before', 'Pledged before'), pledged, change.coin),
    ...newestRow(newestHistoryId),
  ],
  cells: ({ change: { loan }, baseline: { pledged, newestHistoryId } }) => ({
    loan_id: loan.loanId,
    ...cell('order_id', loan.orderId),
    pledged_before: pledged,
    ...cell('newest_history_id', newestHistoryId),
  }),
};

const margin: WordsOf<'margin'> = {
  name({ position, direction, coin, amount }, accountName, simulated) {
    const args = [formatAmount(amount), coin, positionName(position), accountName] as const;
    if (simulated) {
      return direction === 'add'
        ? msg('kinds.simulated-add-margin', 'SIMULATED: add {0} {1} to the margin of {2} ({3})', ...args)
        : msg('kinds.simulated-take-out-margin', 'SIMULATED: take {0} {1} out of the margin of {2} ({3})', ...args);
    }
    return direction === 'add'
      ? msg('kinds.add-margin-2', 'Add {0} {1} to the margin of {2} ({3})', ...args)
      : msg('kinds.take-out-margin-2', 'Take {0} {1} out of the margin of {2} ({3})', ...args);
  },
  label({ position, direction, coin, amount }, done) {
    const adds = direction === 'add';
    const args = [formatAmount(amount), coin, positionName(position)] as const;
    if (done)
      return adds
        ? msg('kinds.added-margin', 'Added {0} {1} to the margin of {2}', ...args)
        : msg('kinds.took-out-margin', 'Took {0} {1} out of the margin of {2}', ...args);
    return adds
      ? msg('kinds.add-margin', 'Add {0} {1} to the margin of {2}', ...args)
      : msg('kinds.take-out-margin', 'Take {0} {1} out of the margin of {2}', ...args);
  },
  unknown: (change) =>
    msg(
      'kinds.not-known-whether-happened',
      'It is not known whether this happened: {0}. Reading will tell, or you will be asked; it is never sent again. Until then nothing else can be changed on this position.',
      change,
    ),
  done: ({ change: { position }, liquidationAfter }, change, venueName, priceCoin) =>
    liquidationAfter === undefined
      ? msg(
          'kinds.done-shows-margin',
          'Done: {1} shows it in the margin; the new liquidation price is not known yet. {0}.',
          change,
          venueName,
        )
      : msg(
          'kinds.done-liquidation-price',
          'Done: liquidation price is now {1}, says {2}. {0}.',
          change,
          liquidationText(liquidationAfter, position.side, priceCoin),
          venueName,
        ),
  instead: (instead, direction) => [
    ...(instead.includes('addMargin') && direction === 'reduce' ? (['addMargin'] as const) : []),
    ...otherAmount(instead),
  ],
  frozen: ({ position }, accountName) =>
    msg(
      'kinds.changes-frozen-exchange-something',
      'Changes on {0} are frozen: the exchange did something else than was asked on position {1}. Look at what happened, then lift the freeze.',
      accountName,
      positionName(position),
    ),
  lookThere: msg('kinds.look-position-site', 'Look at the position on the site of the exchange too, before you change anything.'),
  byYourWord: msg(
    'kinds.word-not-proof-nothing',
    'This is your word, not proof. Nothing is sent. The position can be changed again afterwards.',
  ),
  before: ({ change: { coin, position }, baseline }) =>
    msg(
      'kinds.before-margin-liquidation',
      'Before: margin {0}, liquidation price {1}',
      marginText(baseline.margin, coin),
      liquidationText(baseline.liquidationPrice, position.side),
    ),
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
    datum('size', msg('kinds.size-before', 'Size before'), formatAmount(baseline.size), baseline.size),
    amountDatum('margin', msg('kinds.margin-before', 'Margin before'), baseline.margin, change.coin),
    ...(baseline.leverage === undefined
      ? []
      : [datum('leverage', msg('kinds.leverage-before', 'Leverage before'), `${formatAmount(baseline.leverage)}×`, baseline.leverage)]),
    ...(baseline.entryPrice === undefined
      ? []
      : [datum('entry', msg('kinds.entry-price-before', 'Entry price before'), formatAmount(baseline.entryPrice), baseline.entryPrice)]),
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

const kinds: { readonly [K in Kind]: WordsOf<K> } = { collateral, margin };

/** The words of the kind that a change is of. */
export function wordsOf({ kind }: Change): KindWords<Change, Baseline, Readings[Kind]> {
  return kinds[kind];
}

/** A change in a few words, e.g. "Add 0.1 BTC to loan 12345 (Main)" or "Take 5 USDT out of the margin of BTC-USDT-SWAP long (Main)". */
export function changeText({ change, accountName }: WriteRecord, simulated: boolean): Message {
  return wordsOf(change).name(change, accountName, simulated);
}

export const datum = (id: string, label: Text, value: string, copy = value): Datum => ({ id, label, value, copy });

export const amountDatum = (id: string, label: Text, value: Decimal, coin: string): Datum =>
  datum(id, label, `${formatAmount(value)} ${coin}`, value);

const cell = (column: keyof KindCells, text: string | undefined): KindCells => (text === undefined ? {} : { [column]: text });

function newestRow(id: string | undefined): readonly Datum[] {
  return id === undefined ? [] : [datum('newest', msg('kinds.newest-row-history', 'Newest row of the history before'), id)];
}

function otherAmount(instead: readonly Instead[]): readonly InsteadButton[] {
  return instead.includes('less') || instead.includes('more') ? ['otherAmount'] : [];
}

function ltvText(ltv: Decimal | undefined): Text {
  return ltv === undefined ? msg('term.unknown', 'unknown') : formatLtv(ltv);
}

function pledgedNow({ change, baseline }: WriteOf<'collateral'>, loan: Loan | undefined): readonly Message[] {
  const { coin } = change;
  const before = baseline.pledged;
  if (loan === undefined) return [msg('kinds.now-loan-not', 'Now: the loan is not there any more.')];
  const now = loan.collateral.find((pledged) => pledged.coin === coin)?.amount ?? zero;
  const expected = moved(before, change);
  return [
    msg('kinds.now-pledged-ltv', 'Now: {0} {1} pledged, LTV {2}', formatAmount(now), coin, ltvText(loan.ltv)),
    msg('kinds.happened-pledged', 'If it happened: {0} {1} pledged', formatAmount(expected), coin),
    pledgedVerdict(now, before, expected),
  ];
}

function pledgedVerdict(now: Decimal, before: Decimal, expected: Decimal): Message {
  if (compare(now, expected) === 0) return msg('kinds.figures-now-those-change', 'The figures now are those of a change that happened.');
  if (compare(now, before) === 0)
    return msg('kinds.figures-now-those', 'The figures now are those from before: it has not happened so far.');
  return msg('kinds.figures-now-fit', 'The figures now fit neither: something else changed this loan too.');
}

function historySince({ baseline }: WriteOf<'collateral'>, rows: readonly HistoryRow[], timeOf: (at: number) => string): readonly Text[] {
  const fresh = newRows(rows, baseline.newestHistoryId);
  if (fresh.length === 0) return [msg('kinds.history-loan-since-nothing', 'History of the loan since then: nothing.')];
  return [
    msg('kinds.history-loan-since', 'History of the loan since then:'),
    ...fresh.map(({ at, type, amount, coin }) => `  ${timeOf(at)} ${type} ${formatAmount(absolute(amount))} ${coin}`),
  ];
}

/** Rows that came after the ones that were there before the send, newest first. */
export function newRows(rows: readonly HistoryRow[], newestBefore: string | undefined): readonly HistoryRow[] {
  const known = newestBefore === undefined ? -1 : rows.findIndex((row) => row.id === newestBefore);
  return known < 0 ? rows : rows.slice(0, known);
}

function marginNow(write: WriteOf<'margin'>, { position, figures }: Readings['margin']): readonly Message[] {
  const { change, baseline: before, liquidationEstimate } = write;
  const { coin, position: ref } = change;
  const { side } = ref;
  if (position === undefined) return [msg('kinds.now-position-not', 'Now: the position is not there any more.')];
  // The other side may have taken its place: its margin tells nothing of this one.
  if (position.side !== side || position.instrument !== ref.instrument) {
    return [msg('kinds.now-another-position', 'Now: another position is in its place: {0}.', positionName(position))];
  }
  const steadyLine =
    before.steadyMargin === undefined || figures?.steadyMargin === undefined
      ? []
      : [
          msg(
            'kinds.margin-not-move',
            'Of the margin, what does not move with the price: {0} before, {1} now',
            marginText(before.steadyMargin, coin),
            marginText(figures.steadyMargin, coin),
          ),
        ];
  return [
    msg(
      'kinds.now-margin-liquidation',
      'Now: margin {0}, liquidation price {1}',
      marginText(figures?.margin ?? position.margin, coin),
      liquidationText(figures?.liquidationPrice ?? position.liquidationPrice, side),
    ),
    msg(
      'kinds.happened-margin-liquidation',
      'If it happened: margin {0}, liquidation price {1} (estimate)',
      marginText(moved(before.margin, change), coin),
      liquidationText(liquidationEstimate, side),
    ),
    ...steadyLine,
    marginVerdict(change, before, position, figures),
  ];
}

/** Margin that moves with the price, or pays for funding, is seldom the exact sum: one part in so many of the amount may be off. */
const tolerance = decimal('0.01');

function marginVerdict(change: MarginChange, before: MarginBaseline, position: Position, figures: MarginBaseline | undefined): Message {
  if (!isSizeAsBefore(before, position)) {
    return msg(
      'kinds.size-position-changed',
      'The size of the position changed as well, so its margin does not tell what became of this change.',
    );
  }
  // Closed and opened anew it has the same name, and may have the same size.
  if (before.entryPrice !== undefined && position.entryPrice !== undefined && compare(before.entryPrice, position.entryPrice) !== 0) {
    return msg(
      'kinds.entry-price-position',
      'The entry price of the position changed as well, so its margin does not tell what became of this change.',
    );
  }
  // The part that moves by itself is left out on both sides, or on neither.
  const [was, is] =
    before.steadyMargin === undefined ? [before.margin, figures?.margin ?? position.margin] : [before.steadyMargin, figures?.steadyMargin];
  if (is === undefined) return msg('kinds.figures-now-not', 'The figures now do not tell what became of this change.');
  const isNear = (expected: Decimal): boolean => compare(absolute(subtract(is, expected)), multiply(change.amount, tolerance)) <= 0;
  if (isNear(moved(was, change))) return msg('kinds.figures-now-those-change', 'The figures now are those of a change that happened.');
  if (isNear(was)) return msg('kinds.figures-now-those', 'The figures now are those from before: it has not happened so far.');
  return msg('kinds.figures-now-fit-neither', 'The figures now fit neither: something else changed this position too.');
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

/** A position by instrument and side: long and short of one instrument are two positions. */
export function positionName({ instrument, side }: Pick<PositionRef, 'instrument' | 'side'>): Message {
  return side === 'long' ? msg('kinds.long', '{0} long', instrument) : msg('kinds.short', '{0} short', instrument);
}

/** What is being waited for, while the progress is shown. */
export function progressText(record: WriteRecord, venueName: string): Message | undefined {
  switch (record.state) {
    case 'planned':
      return msg('kinds.written-down-about', 'written down, about to be sent');
    case 'sent':
      return msg('kinds.sent-waiting-answer', 'sent; waiting for the answer of {0}', venueName);
    case 'accepted':
      return msg('kinds.accepted-not-done', 'accepted by {0}, not done yet; waiting for proof', venueName);
    case 'unknown':
      return msg('kinds.no-clear-answer', 'no clear answer from {0}; finding out by reading', venueName);
    case 'effective':
    case 'rejected':
    case 'not-effective':
    case 'mismatch':
      return undefined;
  }
}
