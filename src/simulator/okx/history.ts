import { add } from '../../core/decimal.ts';
import { dayMs } from '../holdings.ts';
import { Refusal } from './answers.ts';
import { endpoint, oneOf, optional, optionalId, page, pageRequest, type Endpoint, type Question } from './endpoints.ts';
import { findInstrument, instTypes, knownInstrument } from './instruments.ts';
import { narrowedTo } from './loans.ts';
import { billKinds, historyTypes, type Bill, type ClosedPosition } from './state.ts';

const refIdOf = ({ refId }: { readonly refId: string }): string => refId;

function loanHistory(question: Question): readonly unknown[] {
  const { world, parameters } = question;
  const type = optional(parameters, 'type');
  if (type !== undefined && !historyTypes.some((known) => known === type)) throw new Refusal('51000', 'type');
  const ordId = narrowedTo(question);
  const rows = world.history.filter((row) => (type === undefined || row.type === type) && (ordId === undefined || row.ordId === ordId));
  return page(rows, pageRequest(question.parameters), refIdOf).map((row) => ({
    refId: row.refId,
    type: row.type,
    ccy: row.ccy,
    amt: row.amt,
    ts: row.at.toString(),
  }));
}

function interestAccrued(question: Question): readonly unknown[] {
  const { world, parameters } = question;
  const ccy = optional(parameters, 'ccy');
  const ordId = narrowedTo(question);
  const rows = world.interest.filter((row) => (ccy === undefined || row.ccy === ccy) && (ordId === undefined || row.ordId === ordId));
  return page(rows, pageRequest(question.parameters), refIdOf).map((row) => ({
    refId: row.refId,
    ccy: row.ccy,
    loan: row.loan,
    interest: row.interest,
    interestRate: row.rate,
    ts: row.at.toString(),
  }));
}

/** Bills are listed for seven days, closed positions for three months. */
const billsKeptMs = 7 * dayMs;
const closedKeptMs = 90 * dayMs;

/** What a row must be to pass: every filter that was named, by its own word. */
type Wanted = readonly (readonly [name: string, asked: string | undefined])[];

function filters({ parameters }: Question, names: readonly string[]): Wanted {
  if (optional(parameters, 'instType') !== undefined) oneOf(parameters, 'instType', instTypes);
  return names.map((name) => [name, optional(parameters, name)] as const);
}

const passes =
  (wanted: Wanted) =>
  (row: Readonly<Record<string, unknown>>): boolean =>
    wanted.every(([name, asked]) => asked === undefined || row[name] === asked);

function billRow(bill: Bill): Readonly<Record<string, unknown>> & { readonly billId: string } {
  const { billId, subType, instId, mgnMode, ccy, balChg, bal, posBalChg, posBal, sz, px, pnl, at } = bill;
  const { instType } = knownInstrument(instId);
  const moved = { bal, balChg, posBal, posBalChg, sz, px: px ?? '', pnl };
  const unsaid = Object.fromEntries(unfilled.map((name) => [name, '']));
  return { ...unsaid, billId, instId, instType, mgnMode, ccy, type: billKinds[subType], subType, ...moved, ts: at.toString() };
}

/** What only trades, transfers and interest fill in. */
const unfilled = [
  ...['clOrdId', 'earnAmt', 'earnApr', 'execType', 'fee', 'fillFwdPx', 'fillIdxPx', 'fillMarkPx', 'fillMarkVol', 'fillPxUsd', 'fillPxVol'],
  ...['fillTime', 'from', 'interest', 'notes', 'ordId', 'tag', 'to', 'tradeId'],
];

/** The sign of `balChg` is not printed for these sub-types: by its description it is the account's, so margin that goes in is below zero. */
function bills(question: Question): readonly unknown[] {
  const { world, parameters, now } = question;
  const wanted = filters(question, ['instType', 'instId', 'ccy', 'mgnMode', 'ctType', 'type', 'subType']).filter(
    ([name]) => name !== 'ctType',
  );
  const ctType = optional(parameters, 'ctType');
  const [begin, end] = ['begin', 'end'].map((name) => optionalId(parameters, name));
  const rows = world.trading.bills
    .filter(({ at, instId }) => {
      if (at <= now - billsKeptMs || at < Number(begin ?? 0) || at > Number(end ?? Infinity)) return false;
      return ctType === undefined || findInstrument(instId)?.kind === ctType;
    })
    .map(billRow)
    .filter(passes(wanted));
  return page(rows, pageRequest(parameters), ({ billId }) => billId);
}

function closedRow({
  position,
  posSide,
  ccy,
  price,
  pnl,
  penalty,
  ratio,
  at,
}: ClosedPosition): Readonly<Record<string, unknown>> & { readonly uTime: string } {
  const { posId, instId, mgnMode, side, lever, pos, avgPx, openedAt } = position;
  const { instType, base, quote } = knownInstrument(instId);
  const contract = instType !== 'MARGIN';
  return {
    instType,
    instId,
    posId,
    mgnMode,
    posSide,
    direction: side,
    type: '3',
    ccy,
    lever,
    uly: contract ? `${base}-${quote}` : '',
    openAvgPx: avgPx,
    closeAvgPx: price,
    triggerPx: price,
    openMaxPos: pos,
    closeTotalPos: pos,
    pnl,
    realizedPnl: contract ? add(pnl, penalty) : '',
    pnlRatio: ratio,
    fee: '0',
    fundingFee: '0',
    liqPenalty: penalty,
    nonSettleAvgPx: '',
    settledPnl: '',
    cTime: openedAt.toString(),
    uTime: at.toString(),
  };
}

/** Positions that ended. Nothing closes one here but liquidation, which is type 3. */
function positionsHistory(question: Question): readonly unknown[] {
  const { world, parameters, now } = question;
  const type = optional(parameters, 'type');
  if (type !== undefined && !/^[1-6]$/.test(type)) throw new Refusal('51000', 'type');
  const rows = world.trading.closed
    .filter(({ at }) => at > now - closedKeptMs)
    .map(closedRow)
    .filter(passes(filters(question, ['instType', 'instId', 'mgnMode', 'type', 'posId'])));
  return page(rows, pageRequest(parameters), ({ uTime }) => uTime);
}

const loan = 'finance/flexible-loan/';
const reading = { permission: 'read_only' } as const;

/** What happened to loans, margins and positions. Source: https://www.okx.com/docs-v5/en/#trading-account-rest-api */
export const historyEndpoints: readonly Endpoint[] = [
  endpoint(`${loan}loan-history`, 5, loanHistory, reading),
  endpoint(`${loan}interest-accrued`, 5, interestAccrued, reading),
  endpoint('account/bills', 5, bills, { ...reading, limit: { requests: 5, windowMs: 1000 } }),
  endpoint('account/positions-history', 10, positionsHistory, reading),
];
