import type { Change } from '../../src/exchanges/exchange.ts';

// What the bytes of a change say, read from the venues' documentation and not by the product's own words.

/** What a request moves. */
export interface Said {
  readonly kind: Change['kind'];
  readonly way: 'add' | 'reduce';
  readonly amount: string;
  /** The loan or position, as the venue calls it. */
  readonly target: string;
}

type Body = Readonly<Record<string, string>> & { readonly loanData?: { readonly amt: string } };

const okx = '/api/v5/';
const byPath: Readonly<Record<string, (body: Body) => Said>> = {
  [`${okx}finance/flexible-loan/adjust-collateral`]: ({ type, collateralAmt, ordId }) => said('collateral', type, collateralAmt, ordId),
  [`${okx}account/position/margin-balance`]: ({ type, amt, instId, posSide }) => said('margin', type, amt, `${instId!} ${posSide!}`),
  [`${okx}finance/flexible-loan/repay`]: ({ amt, ordId }) => said('repay', 'add', amt, ordId),
  [`${okx}finance/flexible-loan/borrow`]: ({ loanData, ordId }) => said('borrow', 'reduce', loanData?.amt, ordId),
  '/v5/crypto-loan-common/adjust-ltv': ({ direction, amount }) => said('collateral', direction, amount, 'pool'),
  '/v5/crypto-loan/adjust-ltv': ({ direction, amount, orderId }) => said('collateral', direction, amount, orderId),
  '/v5/position/add-margin': ({ margin = '', symbol, positionIdx }) =>
    said('margin', margin.startsWith('-') ? 'reduce' : 'add', margin.replace('-', ''), `${symbol!} ${positionIdx!}`),
  '/v5/crypto-loan-flexible/repay': ({ amount }) => said('repay', 'add', amount, 'pool'),
  '/v5/crypto-loan/repay': ({ amount, orderId }) => said('repay', 'add', amount, orderId),
  '/v5/crypto-loan-flexible/repay-collateral': ({ amount }) => said('repay-collateral', 'reduce', amount, 'pool'),
  '/v5/crypto-loan-fixed/repay-collateral': ({ amount }) => said('repay-collateral', 'reduce', amount, 'pool'),
  '/v5/crypto-loan-flexible/borrow': ({ loanAmount }) => said('borrow', 'reduce', loanAmount, 'pool'),
};

function said(kind: Said['kind'], way = '', amount = '', target = ''): Said {
  const words: Readonly<Record<string, Said['way']>> = { add: 'add', reduce: 'reduce', '0': 'add', '1': 'reduce' };
  return { kind, way: words[way] ?? (way as Said['way']), amount, target };
}

/** @throws RangeError for a path that no documented change has */
export function saidBy(target: string, body: string): Said {
  const words = byPath[target];
  if (words === undefined) throw new RangeError(`a change at ${target}`);
  return words(JSON.parse(body) as Body);
}

/** What a person asked for. */
export function saidOf(change: Change): Said {
  const target =
    change.kind === 'margin' ? `${change.position.instrument} ${change.position.slot}` : (change.loan.orderId ?? change.loan.loanId);
  return { kind: change.kind, way: change.direction, amount: change.amount, target };
}
