import { msg, type Message } from '../core/message.ts';
import { isPositive, type Decimal } from '../core/decimal.ts';
import { formatAmount, formatCoinUsd } from '../core/format.ts';
import { credibleLtv } from '../core/risk/ltv.ts';
import type { Account, CoinAmount, Direction, Loan } from '../core/model.ts';
import type { AdjustableCoin, CollateralChange, LoanRef } from '../exchanges/exchange.ts';
import { askAmount, type AmountFacts } from './ask-typed.ts';
import type { Acting } from './acting.ts';
import { distanceText, standingOf } from '../words/loan.ts';
import { loanLabel } from '../words/kinds.ts';
import { largestAllowed, type AmountBounds } from '../words/amount.ts';
import type { LoanChoice } from './choose.ts';
import { walletOf } from '../exchanges/registry.ts';
import { markOf, titleOn, venueName } from './tell.ts';
import { actOn, allowedLine, liveEstimate, loanWords, withSafeMaximum, type SafeMaximum } from '../words/collateral-preview.ts';
import { amountUnknown, collateralWord, ltvIs } from '../words/ltv-target.ts';
import { availableLine } from '../words/margin-preview.ts';
import { back, type Back, type Item } from './conversation.ts';
import { readingText } from './kinds.ts';
import { actionOf } from '../engine/actions.ts';
import { safeLine, safestMost } from '../engine/targets/safe-maximum.ts';
import { dotted, joined, type Text } from '../words/text.ts';

/** The loan as a request names it: with its order id if there is one. */
export function refOf(choice: LoanChoice): LoanRef {
  const { id, orderId } = choice.loan;
  return orderId === undefined ? { loanId: id } : { loanId: id, orderId };
}

/** Asks which of the coins that are owed. */
export const askOwedCoin = (
  app: Acting,
  title: Text,
  debts: readonly CoinAmount[],
  canGoBack: boolean,
): Promise<string | Back | undefined> =>
  app.talk.pick({
    title,
    placeholder: msg('collateral.coin', 'Which coin?'),
    items: debts.map(({ coin, amount }) => ({
      label: coin,
      description: msg('kinds.owed', '{0} {1} owed', formatAmount(amount), coin),
      value: coin,
    })),
    canGoBack,
  });

/** Asks which loan, grouped by account. A single one isn't asked for. */
export async function askLoan(app: Acting, title: Text, choices: readonly LoanChoice[]): Promise<LoanChoice | undefined> {
  if (choices.length <= 1) return choices[0];
  const items: Item<LoanChoice>[] = [];
  let group: string | undefined;
  for (const choice of choices) {
    const { account } = choice.state;
    if (account.id !== group) {
      group = account.id;
      items.push({ label: dotted(account.name, markOf(app, account)), separator: true });
    }
    items.push(loanItem(choice));
  }
  const picked = await app.talk.pick({ title, placeholder: msg('collateral.loan', 'Which loan?'), items, canGoBack: false });
  return picked === back ? undefined : picked;
}

function loanItem(choice: LoanChoice): Item<LoanChoice> {
  const { loan, state } = choice;
  const known = credibleLtv(loan);
  const standing = standingOf(loan);
  const ltv = known === undefined ? msg('term.ltv-unknown', 'LTV unknown') : ltvIs(known);
  const description = standing === 'unknown' ? ltv : joined([ltv, distanceText(standing)]);
  return {
    label: msg('term.loan', 'Loan {0}', loanLabel(loan.orderId, loan.id)),
    description: state.account.readOnly ? joined([description, msg('term.read-only', 'read-only')]) : description,
    detail: loan.collateral.map(({ coin, amount }) => `${formatAmount(amount)} ${coin}`).join(', '),
    value: choice,
  };
}

function titleOf(app: Acting, { loan, state }: LoanChoice, direction: Direction, what: Text): Message {
  return titleOn(app, state.account, actOn(direction, what, loanWords(loan.orderId, loan.id)));
}

/** Asks which coin, showing how much of each can be moved. Rejects if that can't be read. */
export async function askCoin(
  app: Acting,
  choice: LoanChoice,
  direction: Direction,
  canGoBack: boolean,
): Promise<AdjustableCoin | Back | undefined> {
  const connection = await app.connections.get(choice.state.account.id);
  return app.talk.pick({
    title: titleOf(app, choice, direction, collateralWord()),
    placeholder: msg('collateral.coin', 'Which coin?'),
    items: async (signal) => coinItems(await actionOf(connection, 'collateral').options(refOf(choice), direction, signal), direction),
    canGoBack,
  });
}

/** A coin that was chosen before, as far as some of it can be moved now. Rejects if that can't be read. */
export async function movableCoin(
  app: Acting,
  choice: LoanChoice,
  direction: Direction,
  named: string | undefined,
): Promise<AdjustableCoin | undefined> {
  if (named === undefined) return undefined;
  const coins = await app.talk.progress(readingText, async (signal) => {
    const connection = await app.connections.get(choice.state.account.id);
    return actionOf(connection, 'collateral').options(refOf(choice), direction, signal);
  });
  return coins.find(({ coin, limit }) => coin === named && limit !== undefined && isPositive(limit));
}

function coinItems(coins: readonly AdjustableCoin[], direction: Direction): Item<AdjustableCoin>[] {
  const movable = coins.filter(({ limit }) => limit !== undefined && isPositive(limit));
  const rest = coins.filter((coin) => !movable.includes(coin));
  const items: Item<AdjustableCoin>[] = movable.map((coin) => coinItem(coin, direction));
  if (movable.length === 0) {
    items.push({
      label: msg('collateral.nothing-available', 'Nothing available now'),
    });
  }
  if (rest.length > 0) {
    items.push({ label: msg('term.unavailable', 'Unavailable'), separator: true });
    // Without a value, so that they are shown but can't be picked.
    items.push(
      ...rest.map(({ coin, limit }) => ({ label: coin, description: limit === undefined ? amountUnknown() : msg('term.none', 'none') })),
    );
  }
  return items;
}

function coinItem(coin: AdjustableCoin, direction: Direction): Item<AdjustableCoin> {
  const amount = coin.limit === undefined ? '' : formatAmount(coin.limit);
  const text =
    direction === 'add'
      ? msg('collateral.coin-available', '{0} available', amount)
      : msg('collateral.up-to', 'up to {0} (reaches the margin call)', amount);
  const usd = formatCoinUsd(coin, 'asset');
  return {
    label: coin.coin,
    description: usd === undefined ? text : dotted(text, usd),
    value: coin,
  };
}

/** Asks how much, with an estimate of the outcome as it is typed. */
export async function askHowMuch(
  app: Acting,
  choice: LoanChoice,
  direction: Direction,
  coin: AdjustableCoin,
  value: string | undefined,
): Promise<Decimal | Back | undefined> {
  const { account, snapshot } = choice.state;
  const own = await ownHighestLtv(app);
  const facts = (limit: Decimal | undefined, loan: Loan, prices: ReadonlyMap<string, Decimal>): AmountFacts => {
    const bounds: AmountBounds = { coin: coin.coin, ...(limit === undefined ? {} : { limit }) };
    const safest = direction === 'add' || limit === undefined ? undefined : safeMaximum(loan, coin.coin, limit, prices, own);
    return {
      bounds,
      prompt: promptFor(app, account, direction, bounds, safest),
      remark: (amount) => liveEstimate(loan, direction, coin.coin, amount, prices, safest),
    };
  };
  return askAmount(app.talk, {
    title: titleOf(app, choice, direction, coin.coin),
    placeholder: amountPlaceholder(coin.coin),
    facts: facts(coin.limit, choice.loan, new Map(Object.entries(snapshot?.prices ?? {}))),
    later: async (signal) => {
      const connection = await app.connections.get(account.id);
      const fresh = await actionOf(connection, 'collateral').prepare({ loan: refOf(choice), direction, coin: coin.coin }, signal);
      return facts(fresh.limit, fresh.loan, fresh.prices);
    },
    ...(value === undefined ? {} : { value }),
    canGoBack: true,
  });
}

export const amountPlaceholder = (coin: string): Message => msg('collateral.amount-example', '{0} amount, for example 0.1', coin);

/** The person's own highest LTV after a removal. If the limits can't be read, the preview rejects and says what to write. */
export async function ownHighestLtv(app: Pick<Acting, 'readLimits'>): Promise<Decimal | undefined> {
  const limits = await app.readLimits();
  return 'fault' in limits ? undefined : limits.highestLtvAfterReduction;
}

function safeMaximum(
  loan: Loan,
  coin: string,
  limit: Decimal,
  prices: ReadonlyMap<string, Decimal>,
  own: Decimal | undefined,
): SafeMaximum | undefined {
  const most = safestMost(loan, coin, limit, prices, own);
  const line = safeLine(loan, own);
  return most === undefined || line === undefined ? undefined : { most, line };
}

function promptFor(app: Acting, account: Account, direction: Direction, bounds: AmountBounds, safest: SafeMaximum | undefined): Message {
  const most = `${largestAllowed(bounds) ?? ''} ${bounds.coin}`;
  if (direction === 'add') return availableLine(most, walletOf(account, 'collateral'));
  const allowed = allowedLine(venueName(app, account.venue), most);
  return safest === undefined ? allowed : withSafeMaximum(allowed, safest, bounds.coin);
}

/** The change to preview. */
export function changeOf(choice: LoanChoice, direction: Direction, coin: string, amount: Decimal): CollateralChange {
  return { kind: 'collateral', loan: refOf(choice), direction, coin, amount };
}
