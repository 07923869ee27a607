import { decimal, multiply, type Decimal } from '../core/decimal.ts';
import { formatAmount, formatLiquidationPrice, formatLtv, formatUsd } from '../core/format.ts';
import { hideable, msg } from '../core/message.ts';
import type { Answer, WriteRecord } from '../engine/ledger/record.ts';
import { stateIcon, stateWord, stepTime } from './activity.ts';
import { amountDatum, beforeLabel, datum, wordsOf, type FigureStyle } from './kinds.ts';
import type { Icon } from './level.ts';
import { typeText } from './loan-history-row.ts';
import type { Text } from './text.ts';
import { estimated } from './text.ts';

/** One fact about a change. */
export interface Fact {
  /** Unique within its change. */
  readonly id: string;
  readonly label: Text;
  readonly value: Text;
  /** The exact text, for copying. Its presence says that `value` is data, not words. */
  readonly copy?: string;
  readonly icon?: Icon;
}

/** Facts that belong together; those without a title stand first. */
export interface Section {
  readonly id: string;
  readonly title?: Text;
  readonly facts: readonly Fact[];
}

/** How figures and times are written. */
export interface FactStyle extends FigureStyle {
  readonly when: (ms: number) => string;
  readonly usd: (usd: Decimal) => string;
}

/** For reading at a glance. */
export const roundedStyle = (when: FactStyle['when']): FactStyle => ({
  when,
  ltv: formatLtv,
  price: formatLiquidationPrice,
  usd: (usd) => formatUsd(usd, 'debt'),
});

/** Every digit, for those who compare. */
export const exactStyle = (when: FactStyle['when']): FactStyle => ({
  when,
  ltv: (ltv) => `${formatAmount(multiply(ltv, decimal('100')))}%`,
  price: formatAmount,
  usd: (usd) => `$${formatAmount(usd)}`,
});

/**
 * All facts about a change, for the view and the document.
 * @param rows its rows in the journal, oldest first; without them its last state stands alone
 */
export function activitySections(record: WriteRecord, rows: readonly WriteRecord[], style: FactStyle): readonly Section[] {
  const sections: readonly Section[] = [
    { id: 'course', facts: [...steps(rows.length > 0 ? rows : [record], style), ...course(record, style), ...note(record)] },
    {
      id: 'decided',
      title: msg('activity.inputs', 'Inputs'),
      facts: [...figures(record, style), ...wordsOf(record.change).baseline(record)],
    },
    { id: 'request', title: msg('activity.request-answer', 'Request and answer'), facts: request(record, style) },
    { id: 'proof', title: msg('activity.proof', 'Proof'), facts: proof(record, style) },
    { id: 'marks', title: msg('activity.origin', 'Origin'), facts: marks(record) },
  ];
  return sections.filter(({ facts }) => facts.length > 0);
}

function steps(rows: readonly WriteRecord[], style: FactStyle): readonly Fact[] {
  return rows.map((row, index) => ({
    id: `step/${index.toString()}`,
    label: stateWord(row),
    value: style.when(stepTime(row)),
    copy: new Date(stepTime(row)).toISOString(),
    // In its shape only: what is over needs no warning.
    icon: { id: stateIcon(row).id },
  }));
}

/** LTV or liquidation price before, as estimated, and after. */
function course(record: WriteRecord, style: FactStyle): readonly Fact[] {
  const { id, label, before, estimate, after, text } = wordsOf(record.change).course(record, style);
  const facts: Fact[] = [];
  const put = (part: string, what: Text, value: Decimal | undefined): void => {
    if (value !== undefined) facts.push({ id: `${id}/${part}`, label: what, value: text(value), copy: value });
  };
  put('before', beforeLabel(label), before);
  put('estimate', estimated(label), estimate);
  put('after', msg('activity.after', '{0} after', label), after);
  return facts;
}

function note({ note: words }: WriteRecord): readonly Fact[] {
  return words === undefined ? [] : [{ id: 'note', label: msg('activity.note', 'Note'), value: hideable(words) }];
}

function figures({ figures: read, change }: WriteRecord, style: FactStyle): readonly Fact[] {
  if (read === undefined) return [];
  const { readAt, walletAvailable, limit, usd } = read;
  return [
    moment('read', msg('term.updated', 'Updated'), readAt, style),
    amountDatum('wallet', msg('collateral.available', 'Available'), walletAvailable, change.coin),
    ...(limit === undefined ? [] : [amountDatum('limit', msg('activity.limit', 'Limit'), limit, change.coin)]),
    ...(usd === undefined ? [] : [{ id: 'usd', label: msg('collateral.value', 'Value'), value: hideable(style.usd(usd)), copy: usd }]),
  ];
}

function request({ request: sent, answer, again, reference }: WriteRecord, style: FactStyle): readonly Fact[] {
  return [
    data('request', msg('activity.request', 'Request'), `${sent.method} ${sent.path}`),
    ...(sent.body === '' ? [] : [datum('body', msg('activity.body', 'Body'), hideable(sent.body), sent.body)]),
    ...(answer === undefined
      ? []
      : [
          { id: 'answer', label: msg('activity.answer', 'Answer'), value: answerWord(answer) },
          ...(answer.code === undefined ? [] : [data('code', msg('term.code', 'Code'), answer.code)]),
          moment('answered', msg('activity.answered', 'Answered at'), answer.at, style),
        ]),
    ...(again === undefined ? [] : [moment('again', msg('activity.asked-again', 'Asked again at'), again.at, style)]),
    ...(again?.answer === undefined
      ? []
      : [
          { id: 'againAnswer', label: msg('activity.answer', 'Answer'), value: answerWord(again.answer) },
          ...(again.answer.code === undefined ? [] : [data('againCode', msg('term.code', 'Code'), again.answer.code)]),
        ]),
    ...(reference === undefined ? [] : [data('reference', msg('term.reference', 'Reference'), reference)]),
  ];
}

function answerWord({ kind }: Answer): Text {
  switch (kind) {
    case 'accepted':
      return msg('activity.accepted', 'Accepted');
    case 'refused':
      return msg('activity.rejected', 'Rejected');
    case 'lost':
      return msg('activity.unclear', 'Unclear');
    case 'neverLeft':
      return msg('activity.not-sent', 'Not sent');
  }
}

function proof({ state, sentAt, evidence }: WriteRecord, style: FactStyle): readonly Fact[] {
  if (evidence === undefined) {
    const byWord = state === 'effective' || (state === 'not-effective' && sentAt !== undefined);
    return byWord
      ? [
          {
            id: 'proof',
            label: msg('activity.proof', 'Proof'),
            value: msg('activity.no-proof', 'none, marked by you'),
          },
        ]
      : [];
  }
  if (evidence.kind === 'position') {
    return [{ id: 'proof', label: msg('activity.proof', 'Proof'), value: msg('activity.position', 'position') }];
  }
  const { id, row } = evidence;
  return [
    data('proof', msg('activity.history-entry', 'History entry'), id),
    ...(row === undefined
      ? []
      : [
          datum('rowType', msg('activity.type', 'Type'), typeText(row.type), row.type),
          amountDatum('rowAmount', msg('term.amount', 'Amount'), row.amount, row.coin),
          moment('rowTime', msg('activity.exchange-time', 'Exchange time'), row.at, style),
        ]),
  ];
}

function marks({ id, window }: WriteRecord): readonly Fact[] {
  return [
    data('id', msg('activity.change-id', 'Change ID'), id),
    ...(window === undefined ? [] : [data('window', msg('activity.window', 'Window'), window)]),
  ];
}

const data = (id: string, label: Text, value: string): Fact => datum(id, label, value, value);

const moment = (id: string, label: Text, ms: number, style: FactStyle): Fact =>
  datum(id, label, style.when(ms), new Date(ms).toISOString());
