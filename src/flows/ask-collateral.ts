import { msg, type Message } from '../core/message.ts';
import { isPositive, type Decimal } from '../core/decimal.ts';
import { formatAmount, formatCoinUsd, formatLtv } from '../core/format.ts';
import { credibleLtv } from '../core/risk/ltv.ts';
import type { Direction, Loan } from '../core/model.ts';
import type { AdjustableCoin, CollateralChange, LoanRef } from '../exchanges/exchange.ts';
import type { Text } from '../words/text.ts';
import { askAmount, type AmountFacts } from './ask-typed.ts';
import type { Acting } from './acting.ts';
import { distanceText, standingOf } from '../words/loan.ts';
import { loanLabel } from '../words/kinds.ts';
import { largestAllowed, type AmountBounds } from '../words/amount.ts';
import type { LoanChoice } from './choose.ts';
import { markOf } from './tell.ts';
import { liveEstimate, type SafeMaximum } from '../words/collateral-preview.ts';
import { back, type Back, type Item } from './conversation.ts';
import { actionOf } from '../engine/actions.ts';
import { safeLine, safestMost } from '../engine/targets/safe-maximum.ts';

/** What the venue is told about a loan: its order id whenever there is one. */
export function refOf(choice: LoanChoice): LoanRef {
  const { id, orderId } = choice.loan;
  return orderId === undefined ? { loanId: id } : { loanId: id, orderId };
}

/** Asks which of the loans, grouped by account. With one there is nothing to ask. */
export async function askLoan(app: Acting, title: Text, choices: readonly LoanChoice[]): Promise<LoanChoice | undefined> {
  if (choices.length <= 1) return choices[0];
  const items: Item<LoanChoice>[] = [];
  let group: string | undefined;
  for (const choice of choices) {
    const { account } = choice.state;
    if (account.id !== group) {
      group = account.id;
      items.push({ label: msg('list.dot', '{0} · {1}', account.name, markOf(app, account)), separator: true });
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
  const ltv = known === undefined ? msg('term.ltv-unknown', 'LTV unknown') : msg('collateral.ltv', 'LTV {0}', formatLtv(known));
  const description = standing === 'unknown' ? ltv : msg('list.comma', '{0}, {1}', ltv, distanceText(standing));
  return {
    label: msg('term.loan', 'Loan {0}', loanLabel(loan.orderId, loan.id)),
    description: state.account.readOnly ? msg('term.with-read-only', '{0}, read-only', description) : description,
    detail: loan.collateral.map(({ coin, amount }) => `${formatAmount(amount)} ${coin}`).join(', '),
    value: choice,
  };
}

function titleOf(app: Acting, choice: LoanChoice, direction: Direction, coin?: string): Message {
  const { loan, state } = choice;
  const args = [markOf(app, state.account), loanLabel(loan.orderId, loan.id), state.account.name] as const;
  if (coin === undefined) {
    return direction === 'add'
      ? msg('collateral.add-loan', '{0}: add collateral to loan {1} ({2})', ...args)
      : msg('collateral.reduce-loan', '{0}: reduce collateral of loan {1} ({2})', ...args);
  }
  return direction === 'add'
    ? msg('collateral.add-loan-2', '{0}: add {3} to loan {1} ({2})', ...args, coin)
    : msg('collateral.take-out-loan', '{0}: take {3} out of loan {1} ({2})', ...args, coin);
}

/** Asks which coin, showing how much of each can be moved. Rejects when that cannot be read. */
export async function askCoin(
  app: Acting,
  choice: LoanChoice,
  direction: Direction,
  canGoBack: boolean,
): Promise<AdjustableCoin | Back | undefined> {
  const connection = await app.connections.get(choice.state.account.id);
  return app.talk.pick({
    title: titleOf(app, choice, direction),
    placeholder:
      direction === 'add'
        ? msg('collateral.coin-amounts-available', 'Which coin? Amounts are what is available in the wallet.')
        : msg(
            'collateral.coin-amounts-exchange',
            "Which coin? Amounts are the exchange's maximum, up to the margin-call line. No recommendation.",
          ),
    items: async (signal) => coinItems(await actionOf(connection, 'collateral').options(refOf(choice), direction, signal), direction),
    canGoBack,
  });
}

function coinItems(coins: readonly AdjustableCoin[], direction: Direction): Item<AdjustableCoin>[] {
  const movable = coins.filter(({ limit }) => limit !== undefined && isPositive(limit));
  const rest = coins.filter((coin) => !movable.includes(coin));
  const items: Item<AdjustableCoin>[] = movable.map((coin) => coinItem(coin, direction));
  if (movable.length === 0) {
    items.push({
      label:
        direction === 'add'
          ? msg('collateral.nothing-add-wallet', 'There is nothing to add in the wallet')
          : msg('collateral.exchange-release-nothing', 'The exchange would release nothing now'),
    });
  }
  if (rest.length > 0) {
    items.push({ label: msg('collateral.not-possible-now', 'Not possible now'), separator: true });
    // No value: they are there to be seen, and cannot be picked.
    items.push(
      ...rest.map(({ coin, limit }) => ({
        label: coin,
        description:
          limit === undefined ? msg('target.amount-not-read', 'the amount could not be read') : msg('collateral.nothing', 'nothing'),
      })),
    );
  }
  return items;
}

function coinItem(coin: AdjustableCoin, direction: Direction): Item<AdjustableCoin> {
  const amount = coin.limit === undefined ? '' : formatAmount(coin.limit);
  const text =
    direction === 'add'
      ? msg('collateral.available-2', '{0} available', amount)
      : msg('collateral.redeemable-exchange-maximum', "{0} redeemable: the exchange's maximum", amount);
  const usd = formatCoinUsd(coin, 'asset');
  return {
    label: coin.coin,
    description: usd === undefined ? text : msg('list.dot', '{0} · {1}', text, usd),
    value: coin,
  };
}

/** Asks how much, estimating the outcome at every key as soon as fresh figures are there. */
export async function askHowMuch(
  app: Acting,
  choice: LoanChoice,
  direction: Direction,
  coin: AdjustableCoin,
  value: string | undefined,
): Promise<Decimal | Back | undefined> {
  const { account } = choice.state;
  const bounds: ChangeBounds = { coin: coin.coin, purpose: direction, ...(coin.limit === undefined ? {} : { limit: coin.limit }) };
  const own = await ownHighestLtv(app);
  return askAmount(app.talk, {
    title: titleOf(app, choice, direction, coin.coin),
    placeholder: msg('collateral.amount-example-0', 'Amount of {0}, for example 0.1', coin.coin),
    facts: factsOf(bounds, choice.loan, new Map(Object.entries(choice.state.snapshot?.prices ?? {})), own),
    later: async (signal): Promise<AmountFacts> => {
      const connection = await app.connections.get(account.id);
      const fresh = await actionOf(connection, 'collateral').prepare({ loan: refOf(choice), direction, coin: coin.coin }, signal);
      return factsOf({ ...bounds, limit: fresh.limit }, fresh.loan, fresh.prices, own);
    },
    ...(value === undefined ? {} : { value }),
    canGoBack: true,
  });
}

type ChangeBounds = AmountBounds & { readonly purpose: Direction };

/** The person's own highest LTV after a reduction. A limit that is not understood is refused by the preview, with what to write. */
export async function ownHighestLtv(app: Pick<Acting, 'readLimits'>): Promise<Decimal | undefined> {
  const limits = await app.readLimits();
  return 'fault' in limits ? undefined : limits.highestLtvAfterReduction;
}

function factsOf(bounds: ChangeBounds, loan: Loan, prices: ReadonlyMap<string, Decimal>, own: Decimal | undefined): AmountFacts {
  const { coin, purpose, limit } = bounds;
  const most = purpose !== 'reduce' || limit === undefined ? undefined : safestMost(loan, coin, limit, prices, own);
  const line = safeLine(loan, own);
  const safest = most === undefined || line === undefined ? undefined : { most, line };
  return {
    bounds,
    prompt: promptFor(bounds, safest),
    remark: (amount) => liveEstimate(loan, purpose, coin, amount, prices, safest),
  };
}

function promptFor(bounds: ChangeBounds, safest: SafeMaximum | undefined): Message {
  const most = largestAllowed(bounds) ?? '';
  const { coin } = bounds;
  if (bounds.purpose !== 'reduce')
    return msg('collateral.most-added-preview', 'At most {0} {1} can be added. A preview follows; nothing is sent yet.', most, coin);
  if (safest !== undefined) {
    return msg(
      'collateral.most-taken-out',
      'At most {0} {1} can be taken out, says the exchange: that runs to the margin-call line. Safe maximum: {2} {1}, which keeps LTV at or below {3} by our estimate. Neither is a recommendation. A preview follows; nothing is sent yet.',
      most,
      coin,
      safest.most,
      formatLtv(safest.line),
    );
  }
  return msg(
    'collateral.most-taken-out-number',
    'At most {0} {1} can be taken out. That is the number of the exchange and runs to the margin-call line; it is no recommendation. A preview follows; nothing is sent yet.',
    most,
    coin,
  );
}

/** The change as it will be previewed. */
export function changeOf(choice: LoanChoice, direction: Direction, coin: string, amount: Decimal): CollateralChange {
  return { kind: 'collateral', loan: refOf(choice), direction, coin, amount };
}
