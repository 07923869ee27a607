import { isDecimal, isPositive, type Decimal } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg } from '../../core/message.ts';
import type { CoinAmount, Loan } from '../../core/model.ts';
import type { AdjustableCoin, Change, Receipt, Requests } from '../exchange.ts';
import type { Call } from '../http/call.ts';
import type { Http } from '../http/client.ts';
import { refused } from './failure.ts';
import { optional } from './parts.ts';
import { coinNotPledged, incompleteChange, nothingOwed, removable, unsaid } from '../refusals.ts';

/**
 * A change's request as text, as a preview, and sent: all from the one call that `callOf` builds.
 * @param callOf throws an ExchangeError `refused` when the change could be meant otherwise
 * @param receiptOf what the venue's answer says of the change; absent if the venue gives no id
 */
export function requestsOf<C extends Change>(
  http: Pick<Http, 'call' | 'rehearse'>,
  callOf: (change: C) => Call & { readonly body: string },
  receiptOf: (answer: unknown) => Receipt = () => ({}),
): Requests<C> {
  return {
    describe(change) {
      const { method, path, body } = callOf(change);
      return { method, path, body };
    },
    rehearse: (change) => http.rehearse(callOf(change)),
    send: async (change, signal) => receiptOf(await http.call(callOf(change), signal)),
  };
}

/**
 * The last check before money moves, for callers that bypass the compiler too.
 * @param only the one possible coin, if there is just one
 * @throws ExchangeError `refused` when direction, coin or amount could be meant otherwise.
 */
export function mustBeClear({ direction, coin, amount }: Pick<Change, 'direction' | 'coin' | 'amount'>, only = coin): void {
  const isAmount = typeof amount === 'string' && isDecimal(amount) && isPositive(amount);
  if (['add', 'reduce'].includes(direction) && coin !== '' && coin === only && isAmount) return;
  throw refused(incompleteChange);
}

/** What could be added to a loan. */
export interface Addable {
  readonly venue: string;
  readonly held: readonly CoinAmount[];
  /** Whether the loan accepts a coin. */
  readonly takes: (coin: string) => boolean;
  /** Not accepted because the venue has enough of it, which may pass. */
  readonly full?: boolean;
}

/** A longer list is hard to read. */
const mostNamed = 5;

/**
 * What of `coin` can be added.
 * @throws ExchangeError `refused` where there is none or it is not accepted; the sentence names the coins of the wallet that would be.
 */
export function addableOf(coin: string, { venue, held, takes, full }: Addable): Decimal {
  const amount = held.find((one) => one.coin === coin)?.amount;
  const isTaken = takes(coin);
  if (isTaken && amount !== undefined && isPositive(amount)) return amount;
  const fact = isTaken
    ? msg('collateral.not-held', 'The funding account holds no {0}.', coin)
    : msg('collateral.not-taken', "{0} doesn't take {1} as collateral for this loan now.", venue, coin);
  const names = namesOf(coin, held, takes);
  throw names === undefined
    ? refused(
        msg(
          'list.space',
          '{0} {1}',
          fact,
          msg('collateral.transfer', 'Transfer a coin {0} takes to the funding account, or repay.', venue),
        ),
        full === true ? ['repay', 'later'] : ['repay'],
      )
    : refused(msg('list.space', '{0} {1}', fact, msg('collateral.other-coin', 'Add another coin ({0}), or repay.', names)), [
        'otherCoin',
        'repay',
      ]);
}

/** The other coins of the wallet that would be accepted; undefined without any. */
function namesOf(coin: string, held: readonly CoinAmount[], takes: (coin: string) => boolean): string | undefined {
  const others = held.filter((one) => one.coin !== coin && isPositive(one.amount) && takes(one.coin)).map((one) => one.coin);
  if (others.length === 0) return undefined;
  return others.slice(0, mostNamed).join(', ') + (others.length > mostNamed ? ', …' : '');
}

/** @throws ExchangeError `refused` where nothing is owed: collateral would have no use. */
export function mustBeOwed({ debts, debtUsd }: Pick<Loan, 'debts' | 'debtUsd'>): void {
  if ((debtUsd !== undefined && isPositive(debtUsd)) || debts.some(({ amount }) => isPositive(amount))) return;
  throw refused(nothingOwed);
}

/** The coins of a loan with what can be taken of each. One that fails affects only itself. @throws ExchangeError */
export function takeableCoins(
  collateral: readonly CoinAmount[],
  redeemable: (coin: string) => Promise<Decimal | undefined>,
): Promise<readonly AdjustableCoin[]> {
  return Promise.all(
    collateral.map(async ({ coin }) => {
      const limit = await redeemable(coin).catch((error: unknown) => {
        if (ExchangeError.is(error, 'refused') || ExchangeError.is(error, 'shape')) return undefined;
        throw error;
      });
      return { coin, ...optional('limit', limit) };
    }),
  );
}

/**
 * What of `coin` can be taken out of a loan.
 * @throws ExchangeError `refused` where none is pledged or can be taken, or the venue doesn't say how much
 */
export function takeableOf(coin: string, pledged: Decimal, redeemable: Decimal | undefined, venue: string): Decimal {
  if (!isPositive(pledged)) throw refused(coinNotPledged, ['otherCoin']);
  if (redeemable === undefined) throw refused(unsaid(venue, removable(coin)), ['later']);
  if (isPositive(redeemable)) return redeemable;
  throw refused(msg('collateral.none-removable', 'No {0} can be removed from this loan now. Add collateral or repay first.', coin), [
    'addMargin',
    'repay',
  ]);
}

/** Whether a row is newer than the previous newest one. Ids grow with time and are too long for a number. */
export function isNewer(id: string, newest: string | undefined): boolean {
  if (newest === undefined) return true;
  const digits = /^\d{1,40}$/;
  return digits.test(id) && digits.test(newest) ? BigInt(id) > BigInt(newest) : id !== newest;
}

/** The newest of some ids in any order. */
export function newestOf(ids: readonly string[]): string | undefined {
  return ids.reduce<string | undefined>((newest, id) => (newest === undefined || isNewer(id, newest) ? id : newest), undefined);
}
