import { csvText } from '../core/csv.ts';
import { english } from '../core/message.ts';
import type { WriteRecord } from '../engine/ledger/record.ts';
import { utcIso } from './activity.ts';
import { wordsOf } from './kinds.ts';

/** A row of the journal as a flat object of texts; what is unknown is absent. */
type Cells = Readonly<Partial<Record<Column, string>>>;

/**
 * The columns of an export, in this order. Names and meanings stay; new ones are put at the end. One row stands for one row of the journal:
 * a change has one for each of its states. Amounts, prices and ratios are exact decimals as the exchange or the person wrote them
 * (a ratio of 0.65 is 65 %); times are ISO 8601 in UTC. An empty cell is not known or does not apply. No language changes any of it.
 *
 * - `change_id`, `row`: which change, and which of its rows, counted from 1
 * - `account_id`, `account`, `venue`, `simulated`: whose; `simulated` is `yes`, `no`, or empty for an account that was removed
 * - `state`: `planned`, `sent`, `accepted`, `effective`, `rejected`, `unknown`, `not-effective` or `mismatch`
 * - `planned_at`, `sent_at`, `updated_at`: `updated_at` is that of this row
 * - `kind`: `collateral`, `margin`, `repay`, `repay-collateral` or `borrow`; `direction`: `add` (always, of `repay`) or `reduce` (always, of
 *   `repay-collateral` and `borrow`); `coin` (of `repay-collateral` the debt's), `amount`: as confirmed
 * - `loan_id`, `order_id`: of all but margin; `position_id`, `instrument`, `side`, `market`, `slot`: of margin
 * - `method`, `path`, `body`: the request, without key and signature
 * - `answer`: `accepted`, `refused`, `lost` or `neverLeft`; `answer_code`, `answered_at`, `reference`: the exchange's own
 * - `ltv_before`, `ltv_estimate`, `ltv_after`, `liquidation_before`, `liquidation_estimate`, `liquidation_after`
 * - `read_at`, `wallet_available`, `limit`, `usd`: what it was decided on
 * - `pledged_before`, `newest_history_id`, `size_before`, `margin_before`, `leverage_before`, `entry_before`: what proof was compared with
 * - `proof`: `history` or `position`; `proof_id`, `proof_type`, `proof_coin`, `proof_amount`, `proof_at`: the row of the history
 * - `freeze_lifted_at`, `window`, `note`: the note is in English
 */
const columns = [
  'change_id',
  'row',
  'account_id',
  'account',
  'venue',
  'simulated',
  'state',
  'planned_at',
  'sent_at',
  'updated_at',
  'kind',
  'direction',
  'coin',
  'amount',
  'loan_id',
  'order_id',
  'position_id',
  'instrument',
  'side',
  'market',
  'slot',
  'method',
  'path',
  'body',
  'answer',
  'answer_code',
  'answered_at',
  'reference',
  'ltv_before',
  'ltv_estimate',
  'ltv_after',
  'liquidation_before',
  'liquidation_estimate',
  'liquidation_after',
  'read_at',
  'wallet_available',
  'limit',
  'usd',
  'pledged_before',
  'newest_history_id',
  'size_before',
  'margin_before',
  'leverage_before',
  'entry_before',
  'proof',
  'proof_id',
  'proof_type',
  'proof_coin',
  'proof_amount',
  'proof_at',
  'freeze_lifted_at',
  'window',
  'note',
] as const;
type Column = (typeof columns)[number];

export type ExportFormat = 'csv' | 'jsonl';

/** The format that a file name asks for: JSON Lines by its ending, else CSV. */
export function formatOf(fileName: string): ExportFormat {
  return /\.(jsonl|ndjson|json)$/i.test(fileName) ? 'jsonl' : 'csv';
}

/**
 * The journal's rows of these changes as a file: see the columns above. A line of JSON Lines is an object with the same names, without
 * those that are not known.
 * @param changes the rows of each change, oldest first
 * @param isSimulated undefined when it is not known
 */
export function exportText(
  changes: readonly (readonly WriteRecord[])[],
  format: ExportFormat,
  isSimulated: (accountId: string) => boolean | undefined,
): string {
  const rows = changes.flatMap((change) => change.map((record, index) => cellsOf(record, index + 1, isSimulated(record.accountId))));
  if (format === 'jsonl') return rows.map((row) => `${JSON.stringify(pick(row))}\n`).join('');
  return csvText([columns, ...rows.map((row) => columns.map((column) => row[column] ?? ''))]);
}

function pick(row: Cells): Cells {
  return Object.fromEntries(columns.flatMap((column) => (row[column] === undefined ? [] : [[column, row[column]]])));
}

function cellsOf(record: WriteRecord, row: number, simulated: boolean | undefined): Cells {
  const { change, request, answer, figures } = record;
  const { sentAt, freezeLiftedAt } = record;
  return {
    change_id: record.id,
    row: row.toString(),
    account_id: record.accountId,
    account: record.accountName,
    venue: record.venue,
    ...some('simulated', simulated === undefined ? undefined : simulated ? 'yes' : 'no'),
    state: record.state,
    planned_at: utcIso(record.plannedAt),
    ...at('sent_at', sentAt),
    updated_at: utcIso(record.updatedAt),
    kind: change.kind,
    direction: change.direction,
    coin: change.coin,
    amount: change.amount,
    ...wordsOf(change).cells(record),
    method: request.method,
    path: request.path,
    body: request.body,
    ...(answer === undefined ? {} : { answer: answer.kind, ...some('answer_code', answer.code), answered_at: utcIso(answer.at) }),
    ...some('reference', record.reference),
    ...some('ltv_before', record.ltvBefore),
    ...some('ltv_estimate', record.ltvEstimate),
    ...some('ltv_after', record.ltvAfter),
    ...some('liquidation_before', record.liquidationBefore),
    ...some('liquidation_estimate', record.liquidationEstimate),
    ...some('liquidation_after', record.liquidationAfter),
    ...at('read_at', figures?.readAt),
    ...some('wallet_available', figures?.walletAvailable),
    ...some('limit', figures?.limit),
    ...some('usd', figures?.usd),
    ...proofCells(record),
    ...at('freeze_lifted_at', freezeLiftedAt),
    ...some('window', record.window),
    ...some('note', record.note === undefined ? undefined : english(record.note)),
  };
}

function proofCells({ evidence }: WriteRecord): Cells {
  if (evidence === undefined) return {};
  if (evidence.kind === 'position') return { proof: 'position' };
  const { id, row } = evidence;
  return {
    proof: 'history',
    proof_id: id,
    ...(row === undefined ? {} : { proof_type: row.type, proof_coin: row.coin, proof_amount: row.amount, proof_at: utcIso(row.at) }),
  };
}

const some = (column: Column, text: string | undefined): Cells => (text === undefined ? {} : { [column]: text });

const at = (column: Column, ms: number | undefined): Cells => (ms === undefined ? {} : { [column]: utcIso(ms) });
