// What happened to the loans: rows dated from when the simulated world began, and what was liquidated since.
import { sum } from '../../core/decimal.ts';
import { dayMs } from '../holdings.ts';
import { optional, page, type Endpoint, type Question } from './endpoints.ts';

type Row = Readonly<Record<string, unknown>>;

/** Rows of one list, newest first; `at` gives the time so many days before the beginning. */
type Past = (at: (days: number) => number) => readonly Row[];

function borrowed(orderId: string, loanCurrency: string, initialLoanAmount: string, borrowTime: number, status = 1): Row {
  return { borrowTime, initialLoanAmount, loanCurrency, orderId, status };
}

/** Types: 1 by the user, 2 by liquidation, 3 automatically, 5 delisting, 6 delayed liquidation. */
function repaid(repayId: string, loanCurrency: string, repayAmount: string, repayTime: number, repayType = 1, repayStatus = 1): Row {
  return { loanCurrency, repayAmount, repayId, repayStatus, repayTime, repayType };
}

/** What only the older generation says of a repayment, and as text what the newer one says in numbers. */
function repaidOrder(repayId: string, repayAmount: string, repayTime: number, repayType = '1', collateralReturn = '0'): Row {
  const orderId = '1793683005081680384';
  const repayStatus = 1;
  const loan = { loanCurrency: 'USDT', loanTerm: '', orderId, repayAmount, repayId, repayStatus, repayTime: repayTime.toString() };
  return { collateralCurrency: 'BTC', collateralReturn, ...loan, repayType };
}

const flexibleBorrowing: Past = (at) => [
  borrowed('1365', 'USDT', '3500', at(20)),
  borrowed('1364', 'ETH', '0.5', at(39), 3),
  borrowed('1363', 'USDT', '9000', at(40)),
  borrowed('1362', 'BTC', '0.006', at(62)),
];

const flexibleRepayment: Past = (at) => [
  repaid('1773', 'USDT', '500', at(12)),
  repaid('1772', 'ETH', '0.1', at(30), 1, 3),
  repaid('1771', 'BTC', '0.004', at(45), 6),
  repaid('1770', 'BTC', '0.002', at(45.5), 2),
];

const fixedRepayment: Past = (at) => [
  {
    details: [
      { loanCurrency: 'ETH', loanId: '568', repayAmount: '0.1' },
      { loanCurrency: 'ETH', loanId: '569', repayAmount: '0.4' },
    ],
    ...repaid('1782', 'ETH', '0.5', at(25)),
  },
  { details: [{ loanCurrency: 'USDT', loanId: '502', repayAmount: '1000' }], ...repaid('1674', 'USDT', '1000', at(58), 3) },
];

/** States: 1 looking for lenders, 2 cancelled with a part of it filled, 3 filled, 4 cancelled, 5 failed. */
function ordered(orderId: number, orderCurrency: string, orderQty: string, orderTime: number, filledQty = orderQty, state = 3): Row {
  const order = { annualRate: '0.022', filledQty, orderCurrency, orderId, orderQty, orderTime: orderTime.toString() };
  return { ...order, repayType: '1', state, term: 30 };
}

const fixedBorrowing: Past = (at) => [
  ordered(13_006, 'ETH', '1', at(55), '0.5', 2),
  ordered(13_005, 'ETH', '2', at(56), '0', 4),
  ordered(13_001, 'USDT', '1000', at(88)),
];

/** Of what is or was owed since the beginning. */
function ordersOfPool({ pool, repaid: all }: Question['world']): readonly Row[] {
  const parts = all.filter(({ state }) => state === 'effective').flatMap(({ loans = [] }) => loans);
  return pool.fixed
    .map(({ orderId, loanId: id, ccy, principal, borrowedAt }) => {
      const paid = parts.filter(({ loanId }) => loanId === id).map(({ amt }) => amt);
      return ordered(Number(orderId), ccy, sum([principal, ...paid]), borrowedAt);
    })
    .reverse();
}

/** Only what is paid back in full. */
const olderLoans: Past = (at) => [
  {
    borrowTime: at(150).toString(),
    collateralCurrency: 'BTC',
    expirationTime: at(143).toString(),
    hourlyInterestRate: '0.0000010241',
    initialCollateralAmount: '0.0494727',
    initialLoanAmount: '1',
    loanCurrency: 'ETH',
    loanTerm: '7',
    orderId: '1793569729874260992',
    repaidInterest: '0.00000515',
    repaidPenaltyInterest: '0',
    status: 1,
  },
];

const olderRepayment: Past = (at) => [
  repaidOrder('1794271131730737664', '100', at(33)),
  repaidOrder('1794271131730737001', '20.5', at(70), '2', '0.0003'),
];

const none = (): readonly Row[] => [];
/** 1 done, 2 on its way, 3 failed. */
const statuses = { effective: 1, pending: 2, failing: 2, never: 2, failed: 3 } as const;
const types = { user: 1, liquidation: 2 } as const;

/** Newest first, like the past. */
const since =
  (fixed: boolean) =>
  ({ repaid: all }: Question['world']): readonly Row[] =>
    all
      .filter(({ loans, orderId }) => orderId === undefined && (loans !== undefined) === fixed)
      .map(({ repayId, ccy, amt, at, by, state, sells, loans = [] }) => ({
        ...(fixed ? { details: loans.map(({ loanId, amt: part }) => ({ loanCurrency: ccy, loanId, repayAmount: part })) } : {}),
        ...repaid(repayId, ccy, amt, at, sells === undefined ? types[by] : 7, statuses[state]),
      }))
      .reverse();

/** Only what succeeded. */
const ordersSince = ({ repaid: all }: Question['world']): readonly Row[] =>
  all
    .filter(({ orderId, state }) => orderId !== undefined && state === 'effective')
    .map(({ repayId, orderId, ccy, amt, at, returned = '0' }) => {
      return { ...repaidOrder(repayId, amt, at, '1', returned), orderId, loanCurrency: ccy };
    })
    .reverse();

/** Newest first. A reversed one is listed as what was asked: what it did shows in the debt. */
const borrowedSince = ({ borrowed: all }: Question['world']): readonly Row[] =>
  all.map(({ orderId, ccy, amt, at, state }) => borrowed(orderId, ccy, amt, at, statuses[state])).reverse();

function listed(past: Past, id: string, filters: readonly string[], later: (world: Question['world']) => readonly Row[] = none) {
  return ({ world, parameters }: Question): Record<string, unknown> => {
    const wanted = [id, ...filters].map((name) => [name, optional(parameters, name)] as const);
    const rowsOf = [...later(world), ...past((days) => world.begunAt - days * dayMs)];
    const found = rowsOf.filter((row) => wanted.every(([name, value]) => value === undefined || String(row[name]) === value));
    const { rows, nextPageCursor } = page(found, (row) => String(row[id]), parameters);
    return { list: rows, nextPageCursor };
  };
}

const read = { method: 'GET', access: 'loans', perSecond: 5 } as const;

/** The histories of borrowing and paying back, of both generations. */
export const historyEndpoints: readonly Endpoint[] = [
  {
    ...read,
    path: '/v5/crypto-loan-flexible/borrow-history',
    answer: listed(flexibleBorrowing, 'orderId', ['loanCurrency'], borrowedSince),
  },
  {
    ...read,
    path: '/v5/crypto-loan-flexible/repayment-history',
    answer: listed(flexibleRepayment, 'repayId', ['loanCurrency'], since(false)),
  },
  {
    ...read,
    path: '/v5/crypto-loan-fixed/borrow-order-info',
    answer: listed(fixedBorrowing, 'orderId', ['orderCurrency'], ordersOfPool),
  },
  { ...read, path: '/v5/crypto-loan-fixed/repayment-history', answer: listed(fixedRepayment, 'repayId', ['loanCurrency'], since(true)) },
  {
    ...read,
    legacy: true,
    path: '/v5/crypto-loan/borrow-history',
    answer: listed(olderLoans, 'orderId', ['loanCurrency', 'collateralCurrency']),
  },
  {
    ...read,
    legacy: true,
    path: '/v5/crypto-loan/repayment-history',
    answer: listed(olderRepayment, 'repayId', ['orderId', 'loanCurrency'], ordersSince),
  },
];
