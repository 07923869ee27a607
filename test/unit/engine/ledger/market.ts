import { add, compare, decimal, multiply, subtract, type Decimal } from '../../../../src/core/decimal.ts';
import type { Direction, Position, Side } from '../../../../src/core/model.ts';
import type { MarginBaseline, MarginChange, MarginProof, MarginReadiness } from '../../../../src/exchanges/exchange.ts';
import type { FakeClock } from '../../core/fake-clock.ts';

const d = decimal;

/** What the venue does with the next change of margin that is sent to it. */
export type MarginFault =
  | 'none'
  | 'refused'
  | 'never-left'
  | 'lost-before'
  | 'lost-after'
  | 'odd-error'
  | 'hangs'
  | 'wrong-way'
  | 'wrong-amount';

export const long = 'linear:BTCUSDT:1';
export const short = 'linear:BTCUSDT:2';

interface Held {
  readonly side: Side;
  size: Decimal;
  entry: Decimal;
  /** What was put in, and only a change of margin moves. */
  steady: Decimal;
}

export function marginChange(facts: Partial<MarginChange> = {}, positionId = long): MarginChange {
  const side = positionId === long ? 'long' : 'short';
  const slot = positionId === long ? '1' : '2';
  return {
    kind: 'margin',
    position: { positionId, instrument: 'BTCUSDT', market: 'linear', slot, side, marginCoin: 'USDT' },
    direction: 'add',
    coin: 'USDT',
    amount: d('10'),
    ...facts,
  };
}

/**
 * Both sides of one hedged contract, 1 BTC each at 20000 with a margin of 400: liquidation at 19700 and 20300, the figures that
 * Bybit's help centre printed. The maintenance margin is 100 and stays so.
 */
export class Market {
  readonly held = new Map<string, Held>([
    [long, { side: 'long', size: d('1'), entry: d('20000'), steady: d('400') }],
    [short, { side: 'short', size: d('1'), entry: d('20000'), steady: d('400') }],
  ]);
  wallet = d('1000');
  mark = d('20000');
  /** What moves the margin that is shown beside changes of it: Bybit values its margin by mark price. */
  drift = d('0');
  drifting = false;
  readonly sends: MarginChange[] = [];
  readonly taken: { readonly id: string; readonly type: Direction; readonly amount: Decimal }[] = [];
  answer: () => void = () => undefined;
  shape: (readiness: MarginReadiness) => MarginReadiness = (readiness) => readiness;
  shapeProof: (proof: MarginProof) => MarginProof = (proof) => proof;
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  position(id: string): Position | undefined {
    const held = this.held.get(id);
    if (held === undefined) return undefined;
    const cover = subtract(held.steady, d('100'));
    const slot = id === long ? '1' : '2';
    return {
      positionId: id,
      instrument: 'BTCUSDT',
      market: 'linear',
      slot,
      side: held.side,
      marginCoin: 'USDT',
      contract: 'linear',
      marginMode: 'isolated',
      size: held.size,
      sizeCoin: 'BTC',
      exposure: held.size,
      priceCoin: 'USDT',
      entryPrice: held.entry,
      markPrice: this.mark,
      liquidationPrice: held.side === 'long' ? subtract(held.entry, cover) : add(held.entry, cover),
      margin: add(held.steady, this.drift),
      maintenanceMargin: d('100'),
    };
  }

  readiness(id: string): MarginReadiness {
    const position = this.position(id)!;
    return this.shape({
      kind: 'margin',
      position,
      walletAvailable: this.wallet,
      reducible: { amount: d('60'), source: 'venue' },
      places: 4,
      baseline: {
        kind: 'margin',
        size: position.size,
        margin: position.margin!,
        ...(this.drifting ? { steadyMargin: this.held.get(id)!.steady } : {}),
        entryPrice: position.entryPrice!,
        liquidationPrice: position.liquidationPrice!,
      },
      asOf: this.#clock.now(),
    });
  }

  /** @returns what the answer is to be, where it is one */
  async take(asked: MarginChange, fault: MarginFault, trouble: (kind: 'refused' | 'network') => Error): Promise<void> {
    if (fault === 'refused') throw trouble('refused');
    if (fault === 'never-left') throw trouble('network');
    this.sends.push(structuredClone(asked));
    if (fault === 'lost-before') throw trouble('network');
    const type = fault === 'wrong-way' ? (asked.direction === 'add' ? 'reduce' : 'add') : asked.direction;
    this.taken.push({
      id: asked.position.positionId,
      type,
      amount: fault === 'wrong-amount' ? multiply(asked.amount, d('3')) : asked.amount,
    });
    if (fault === 'lost-after') throw trouble('network');
    if (fault === 'odd-error') throw new TypeError('terminated');
    if (fault === 'hangs') await new Promise<void>((resolve) => (this.answer = resolve));
  }

  /** Lets everything that was taken have its effect. */
  settle(): void {
    for (const { id, type, amount } of this.taken.splice(0)) {
      const held = this.held.get(id);
      if (held === undefined) continue;
      held.steady = type === 'add' ? add(held.steady, amount) : subtract(held.steady, amount);
      this.wallet = type === 'add' ? subtract(this.wallet, amount) : add(this.wallet, amount);
    }
  }

  prove(asked: MarginChange, baseline: MarginBaseline): MarginProof {
    const id = asked.position.positionId;
    const position = this.position(id);
    if (position === undefined) return this.shapeProof({ state: 'pending' });
    const moved =
      baseline.steadyMargin === undefined
        ? subtract(position.margin!, baseline.margin)
        : subtract(this.held.get(id)!.steady, baseline.steadyMargin);
    if (compare(moved, d('0')) === 0) return this.shapeProof({ state: 'pending', position });
    const wanted = asked.direction === 'add' ? asked.amount : d(`-${asked.amount}`);
    return this.shapeProof({ state: compare(moved, wanted) === 0 ? 'effective' : 'contradicted', position });
  }
}
