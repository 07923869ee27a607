import { randomUUID } from 'node:crypto';
import type { Direction, Position, Snapshot } from '../../src/core/model.ts';
import { decimal, type Decimal } from '../../src/core/decimal.ts';
import type { BorrowChange, Change, CollateralChange, MarginChange, RepayChange, SellChange } from '../../src/exchanges/exchange.ts';

/** One kind of write at one venue: each has its own requests and its own way of being proven. */
export interface System {
  readonly name: string;
  readonly venue: 'okx' | 'bybit';
  readonly kind: Change['kind'];
  /** Its ways. What moves debt has one. */
  readonly directions: readonly Direction[];
  /** The change, on a loan or position that the exchange has. @throws RangeError when it has none */
  change(snapshot: Snapshot, direction: Direction): Change;
  /** Whether one row of the simulator's record is about this loan or position. */
  concerns(row: Readonly<Record<string, unknown>>): boolean;
}

function ofLoan(name: string, venue: System['venue'], id: string | undefined, amount: Decimal): System {
  return {
    name,
    venue,
    kind: 'collateral',
    directions: ['add', 'reduce'],
    change({ loans }, direction): CollateralChange {
      const loan = loans.find((one) => (id === undefined ? one.orderId === undefined : one.orderId === id));
      if (loan === undefined) throw new RangeError(`${name}: no such loan`);
      const ref = { loanId: loan.id, ...(loan.orderId === undefined ? {} : { orderId: loan.orderId }) };
      return { kind: 'collateral', loan: ref, direction, coin: 'BTC', amount };
    },
    concerns: (row) => row['ccy'] === 'BTC' && row['loan'] === id,
  };
}

function ofPosition(name: string, venue: System['venue'], is: (position: Position) => boolean, concerns: System['concerns']): System {
  return {
    name,
    venue,
    kind: 'margin',
    directions: ['add', 'reduce'],
    change({ positions }, direction): MarginChange {
      const found = positions.find(is);
      if (found === undefined) throw new RangeError(`${name}: no such position`);
      const { positionId, instrument, market, slot, side, marginCoin } = found;
      const position = { positionId, instrument, market, slot, side, marginCoin };
      return { kind: 'margin', position, direction, coin: marginCoin, amount: decimal('5') };
    },
    concerns,
  };
}

function ofDebt(name: string, venue: System['venue'], id: string, coin: string, amount: Decimal): System {
  return {
    name,
    venue,
    kind: 'repay',
    directions: ['add'],
    change({ loans }): RepayChange {
      const loan = loans.find((one) => one.id === id);
      if (loan === undefined) throw new RangeError(`${name}: no such loan`);
      const ref = { loanId: loan.id, ...(loan.orderId === undefined ? {} : { orderId: loan.orderId }) };
      return { kind: 'repay', loan: ref, direction: 'add', coin, amount, all: false, requestId: randomUUID().replaceAll('-', '') };
    },
    concerns: (row) => row['ccy'] === coin && row['loan'] === (id === 'pool' ? undefined : id),
  };
}

function ofSale(name: string, coin: string, collateral: string, amount: Decimal, contract?: string): System {
  return {
    name,
    venue: 'bybit',
    kind: 'repay-collateral',
    directions: ['reduce'],
    change({ loans }): SellChange {
      if (!loans.some(({ id }) => id === 'pool')) throw new RangeError(`${name}: no such loan`);
      const debt = { coin, collateral, ...(contract === undefined ? {} : { contract }) };
      return { kind: 'repay-collateral', loan: { loanId: 'pool' }, direction: 'reduce', ...debt, amount, all: false };
    },
    concerns: (row) => row['ccy'] === coin && row['loan'] === contract,
  };
}

function ofLending(name: string, venue: System['venue'], id: string, coin: string, amount: Decimal): System {
  return {
    ...ofDebt(name, venue, id, coin, amount),
    kind: 'borrow',
    directions: ['reduce'],
    change({ loans }): BorrowChange {
      const loan = loans.find((one) => one.id === id);
      if (loan === undefined) throw new RangeError(`${name}: no such loan`);
      const ref = { loanId: loan.id, ...(loan.orderId === undefined ? {} : { orderId: loan.orderId }) };
      return { kind: 'borrow', loan: ref, direction: 'reduce', coin, amount, requestId: randomUUID().replaceAll('-', '') };
    },
  };
}

/** One of the ways of a system, by turns. */
export const wayOf = ({ directions }: System, turn: number): Direction => directions[turn % directions.length] ?? 'add';

export const systems: readonly System[] = [
  ofLoan('OKX loan', 'okx', '12345', decimal('0.01')),
  ofPosition(
    'OKX margin',
    'okx',
    ({ instrument, side }) => instrument === 'BTC-USDT-SWAP' && side === 'long',
    ({ instId, posSide }) => instId === 'BTC-USDT-SWAP' && posSide === 'long',
  ),
  ofLoan('Bybit pool', 'bybit', undefined, decimal('0.01')),
  ofLoan('Bybit older loan', 'bybit', '1793683005081680384', decimal('0.001')),
  ofPosition(
    'Bybit margin',
    'bybit',
    ({ instrument, slot }) => instrument === 'BTCUSDT' && slot === '2',
    ({ symbol, positionIdx }) => symbol === 'BTCUSDT' && positionIdx === 2,
  ),
  ofDebt('OKX debt', 'okx', '12345', 'USDT', decimal('20')),
  ofDebt('Bybit pool debt', 'bybit', 'pool', 'USDT', decimal('20')),
  ofSale('Bybit pool sale', 'USDT', 'BTC', decimal('20')),
  ofSale('Bybit pool contract sale', 'ETH', 'BTC', decimal('0.1'), '571'),
  ofDebt('Bybit older debt', 'bybit', '1793683005081680384', 'USDT', decimal('20')),
  ofLending('OKX lending', 'okx', '12345', 'USDT', decimal('40')),
  ofLending('Bybit pool lending', 'bybit', 'pool', 'USDT', decimal('40')),
];
