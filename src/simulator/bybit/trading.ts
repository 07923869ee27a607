import {
  absolute,
  add,
  compare,
  decimal,
  divide,
  greater,
  isNegative,
  isPositive,
  isZero,
  lesser,
  negate,
  subtract,
  sum,
  zero,
  type Decimal,
} from '../../core/decimal.ts';
import type { RecordedMargin } from '../control.ts';
import type { Market } from '../market.ts';
import { Refusal } from './answers.ts';
import { contracts, findContract, markPrice, type Contract } from './instruments.ts';
import { atStake, atTheEnd, figures, isReached, liquidationPrice, type Figures } from './position-figures.ts';
import type { ClosedPosition, HeldPosition, MarginChange, Trading } from './state.ts';

/** Changes of margin beyond these are forgotten, oldest first. */
const changesKept = 1000;

/** What a client asks for. */
export interface MarginRequest {
  readonly contract: Contract;
  readonly positionIdx: number;
  /** Signed: what is to go into the position. */
  readonly margin: Decimal;
}

const holds =
  ({ symbol, positionIdx }: Pick<MarginChange, 'symbol' | 'positionIdx'>) =>
  (one: HeldPosition) =>
    one.symbol === symbol && one.positionIdx === positionIdx;

/** The position in a slot of a contract, if there is one. */
export function positionIn({ positions }: Trading, symbol: string, positionIdx: number): HeldPosition | undefined {
  return positions.find(holds({ symbol, positionIdx }));
}

/** The contract of a position; it always exists. */
export function contractOf({ symbol }: Pick<HeldPosition, 'symbol'>): Contract {
  const found = findContract(symbol);
  if (found === undefined) throw new RangeError(`no such contract: ${symbol}`);
  return found;
}

/** Margin that was added belongs to isolated positions alone. */
function stakeIn({ marginMode }: Trading, position: HeldPosition): HeldPosition {
  return marginMode === 'ISOLATED_MARGIN' ? position : { ...position, extra: zero };
}

function figuresOf(trading: Trading, position: HeldPosition, market: Market): Figures {
  const contract = contractOf(position);
  return figures(stakeIn(trading, position), contract, markPrice(contract, market), trading.marginPrice);
}

/** The figures of a position now, with its liquidation price. `liqPrice` is undefined outside the price band and in portfolio margin. */
export function quoteOf(trading: Trading, position: HeldPosition, market: Market) {
  const { marginMode } = trading;
  const contract = contractOf(position);
  const stake = stakeIn(trading, position);
  // In cross margin the whole account stands behind it: an estimate.
  const behind = marginMode === 'REGULAR_MARGIN' ? { ...stake, extra: greater(spare(trading, contract.settle, market), zero) } : stake;
  const liqPrice = marginMode === 'PORTFOLIO_MARGIN' ? undefined : liquidationPrice(behind, contract);
  return { ...figuresOf(trading, position, market), liqPrice };
}

type Sum = 'initial' | 'maintenance' | 'profit';

/** What all positions with margin in `ccy` come to. */
export function total(trading: Trading, ccy: string, market: Market, which: Sum): Decimal {
  const held = trading.positions.filter((one) => contractOf(one).settle === ccy);
  return sum(held.map((one) => figuresOf(trading, one, market)[which]));
}

/** What can go into positions: without what they, orders or a bonus hold, or what is on its way. May be negative. */
export function spare(trading: Trading, ccy: string, market: Market): Decimal {
  const coin = trading.coins.find((one) => one.ccy === ccy);
  if (coin === undefined) return zero;
  const coming = trading.changes.filter(({ state, symbol, moved }) => {
    return state === 'pending' && isPositive(moved) && findContract(symbol)?.settle === ccy;
  });
  const held = [total(trading, ccy, market, 'initial'), coin.orderIM, coin.locked, coin.bonus, ...coming.map(({ moved }) => moved)];
  return subtract(coin.amt, sum(held));
}

/**
 * Whether a change of margin may be accepted.
 * @throws Refusal with the documented code when not.
 */
function check(trading: Trading, { contract, positionIdx, margin }: MarginRequest, market: Market): HeldPosition {
  if (trading.marginMode !== 'ISOLATED_MARGIN') throw new Refusal(trading.marginMode === 'REGULAR_MARGIN' ? '110015' : '110077');
  const position = positionIn(trading, contract.symbol, positionIdx);
  if (position === undefined) throw new Refusal(contract.hedged ? '110033' : '110034');
  if (isZero(margin)) throw new Refusal('110027');
  if (isPositive(margin)) {
    const free = spare(trading, contract.settle, market);
    if (compare(margin, free) > 0) throw new Refusal(isPositive(free) ? '110014' : '110012');
    return position;
  }
  const leaving = trading.changes.filter((one) => one.state === 'pending' && isNegative(one.moved) && holds(one)(position));
  const extra = add(position.extra, sum([margin, ...leaving.map(({ moved }) => moved)]));
  if (isNegative(extra)) throw new Refusal('110078');
  const price = liquidationPrice({ ...position, extra }, contract);
  if (isReached(position.side, price, markPrice(contract, market))) throw new Refusal('110011');
  return position;
}

/** A change as altered by a fault; no more than there is can move. */
function deviated(
  { margin, contract }: MarginRequest,
  position: HeldPosition,
  trading: Trading,
  market: Market,
  deviation?: string,
): Decimal {
  if (deviation === 'wrong-amount') return divide(margin, decimal('2'), 8, 'up');
  if (deviation !== 'reversed-direction') return margin;
  const most = isPositive(margin) ? position.extra : greater(spare(trading, contract.settle, market), zero);
  const amount = lesser(absolute(margin), most);
  return isPositive(margin) ? negate(amount) : amount;
}

/**
 * Accepts a change of margin. Without a fault it is effective at once.
 * @throws Refusal with the documented code when it may not be.
 */
export function acceptMargin(
  trading: Trading,
  request: MarginRequest,
  market: Market,
  now: number,
  lateMs: number,
  deviation?: string,
): Trading {
  const position = check(trading, request, market);
  const { symbol, positionIdx } = position;
  const change: MarginChange = {
    symbol,
    positionIdx,
    margin: request.margin,
    moved: deviated(request, position, trading, market, deviation),
    acceptedAt: now,
    dueAt: now + (deviation === 'settled-late' ? lateMs : 0),
    state: deviation === 'never-settled' ? 'never' : deviation === 'settlement-failed' ? 'failed' : 'pending',
  };
  return settled({ ...trading, changes: [...trading.changes, change].slice(-changesKept) }, now);
}

/** With every change of margin carried out that is due by `now`. The same object if there was none. */
export function settled(trading: Trading, now: number): Trading {
  let { positions } = trading;
  const changes = trading.changes.map((one): MarginChange => {
    if (one.state !== 'pending' || one.dueAt > now) return one;
    if (!positions.some(holds(one))) return { ...one, state: 'failed' };
    positions = positions.map((held) => (holds(one)(held) ? { ...held, extra: add(held.extra, one.moved), updatedAt: one.dueAt } : held));
    return { ...one, state: 'effective' };
  });
  return changes.every((one, index) => one === trading.changes[index]) ? trading : { ...trading, positions, changes };
}

/** Without the isolated positions that the mark price has reached, and what was at stake in them. The same object if there is none. */
export function liquidated(trading: Trading, market: Market, now: number): Trading {
  if (trading.marginMode !== 'ISOLATED_MARGIN') return trading;
  const gone = trading.positions.filter((one) => {
    const contract = contractOf(one);
    return isReached(one.side, liquidationPrice(one, contract), markPrice(contract, market));
  });
  if (gone.length === 0) return trading;
  const lost = (ccy: string): Decimal =>
    sum(gone.filter((one) => contractOf(one).settle === ccy).map((one) => atStake(one, contractOf(one))));
  const coins = trading.coins.map((coin) => ({ ...coin, amt: greater(subtract(coin.amt, lost(coin.ccy)), zero) }));
  const closed = gone.map((one, index): ClosedPosition => {
    const { symbol, side, size, avgPrice, leverage } = one;
    const contract = contractOf(one);
    const orderId = `00000000-0000-4000-8000-${(trading.closed.length + index + 1).toString().padStart(12, '0')}`;
    const held = { symbol, side, size, avgPrice, leverage };
    return { ...held, orderId, ...atTheEnd(one, contract), lost: atStake(one, contract), at: now };
  });
  return { ...trading, coins, positions: trading.positions.filter((one) => !gone.includes(one)), closed: [...trading.closed, ...closed] };
}

/** The requested contracts: by name, or all with their margin in one coin. */
export function contractsIn(category: string, symbols: readonly string[] | undefined, settleCoin: string | undefined): readonly Contract[] {
  return contracts
    .filter((one) => one.category === category && (symbols?.includes(one.symbol) ?? true))
    .filter(({ settle }) => symbols !== undefined || (settleCoin ?? settle) === settle);
}

/** Without what is free of a coin, or of every coin; what positions hold of the account stays in it. */
export function withoutFree(trading: Trading, ccy: string | undefined, market: Market): Trading {
  const coins = trading.coins.map((one) => {
    const free = (ccy ?? one.ccy) === one.ccy ? spare(trading, one.ccy, market) : zero;
    return isPositive(free) ? { ...one, amt: subtract(one.amt, free) } : one;
  });
  return { ...trading, coins };
}

/** Every accepted change, as it was really executed. */
export function recordedChanges({ changes }: Trading): RecordedMargin[] {
  return changes.map(({ symbol, positionIdx, margin, moved, acceptedAt, state }) => {
    return { category: contractOf({ symbol }).category, symbol, positionIdx, margin, moved, when: acceptedAt, state };
  });
}
