import { isPositive, type Decimal } from '../../core/decimal.ts';
import { ExchangeError, type Instead } from '../../core/errors.ts';
import { msg, type Message } from '../../core/message.ts';
import type { CoinAmount, Loan } from '../../core/model.ts';

/** What an addition to a loan could be made of. */
export interface Addable {
  readonly venue: string;
  readonly held: readonly CoinAmount[];
  /** Whether the loan takes a coin. */
  readonly takes: (coin: string) => boolean;
}

/** More names than these help nobody. */
const mostNamed = 5;

/**
 * What of `coin` can be added.
 * @throws ExchangeError `refused` where there is none or it is not taken; the sentence names the coins of the wallet that would be taken.
 */
export function addableOf(coin: string, { venue, held, takes }: Addable): Decimal {
  const amount = held.find((one) => one.coin === coin)?.amount;
  const names = namesOf(coin, held, takes);
  if (!takes(coin)) {
    throw names === undefined
      ? instead(
          ['repay'],
          msg(
            '{0} does not take {1} as collateral for this loan now, nor any other coin of the funding account. Repay, or transfer a coin that is taken to it.',
            venue,
            coin,
          ),
        )
      : instead(
          ['otherCoin', 'repay'],
          msg(
            '{0} does not take {1} as collateral for this loan now. Add another coin of the funding account ({2}), or repay.',
            venue,
            coin,
            names,
          ),
        );
  }
  if (amount === undefined || !isPositive(amount)) {
    throw names === undefined
      ? instead(['repay'], msg('The funding account holds no {0} now. Transfer some to it on {1}, or repay.', coin, venue))
      : instead(
          ['otherCoin', 'repay'],
          msg(
            'The funding account holds no {0} now. Transfer some to it on {1}, add another of its coins ({2}), or repay.',
            coin,
            venue,
            names,
          ),
        );
  }
  return amount;
}

/** The other coins of the wallet that would be taken; undefined when there is none. */
export function namesOf(coin: string, held: readonly CoinAmount[], takes: (coin: string) => boolean): string | undefined {
  const others = held.filter((one) => one.coin !== coin && isPositive(one.amount) && takes(one.coin)).map((one) => one.coin);
  if (others.length === 0) return undefined;
  return others.slice(0, mostNamed).join(', ') + (others.length > mostNamed ? ', …' : '');
}

/** @throws ExchangeError `refused` where nothing is owed: collateral would have no use. */
export function mustBeOwed({ debts, debtUsd }: Pick<Loan, 'debts' | 'debtUsd'>): void {
  if ((debtUsd !== undefined && isPositive(debtUsd)) || debts.some(({ amount }) => isPositive(amount))) return;
  throw instead([], msg('There is no debt, so collateral would have no use. Refresh.'));
}

/** A refusal of our own, before anything is sent. */
export function instead(ways: readonly Instead[], sentence: Message): ExchangeError {
  return new ExchangeError({ kind: 'refused', effect: 'none', sentence, instead: ways });
}
