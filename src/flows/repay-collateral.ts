import { compare, isPositive, lesser, round, subtract, sum, type Decimal } from '../core/decimal.ts';
import { formatAmount } from '../core/format.ts';
import { msg } from '../core/message.ts';
import { mostInterest } from '../core/risk/interest.ts';
import { actionOf } from '../engine/actions.ts';
import { mostToSell } from '../engine/ledger/kinds/repay-collateral.ts';
import { wholeOf } from '../engine/ledger/kinds/repay.ts';
import type { SellChange, SellReadiness } from '../exchanges/exchange.ts';
import { canSell } from '../exchanges/possible.ts';
import { asPlace, loanAt } from '../views/place.ts';
import { trimmed } from '../words/amount.ts';
import { loanWords } from '../words/collateral-preview.ts';
import { repayOf, repayWith } from '../words/kinds.ts';
import { sellPrompt, sellRemark } from '../words/repay-preview.ts';
import { bracketed, type Text } from '../words/text.ts';
import type { Acting } from './acting.ts';
import { amountPlaceholder, refOf } from './ask-collateral.ts';
import { askAmount } from './ask-typed.ts';
import type { LoanChoice } from './choose.ts';
import { carryOut } from './commit.ts';
import { back, type Item } from './conversation.ts';
import { readingText } from './kinds.ts';
import type { Attended } from './open-change-news.ts';
import { forDebtor } from './repay.ts';
import { explainFailure, titleOn } from './tell.ts';

/**
 * "Repay with Collateral…": asks for loan, debt, the coin to sell and the amount to repay, then previews, lets the person confirm, and carries out.
 * Only loans are offered whose exchange takes a request for it.
 */
export async function repayWithCollateral(app: Acting, attended: Attended, argument: unknown): Promise<void> {
  const title = msg('button.repay-with-collateral-more', 'Repay with Collateral…');
  await forDebtor(app, title, asPlace(argument), canSell, (choice, canGoBack) => askAndCarryOut(app, attended, choice, canGoBack));
}

/** A debt that one request can repay: what is owed of a coin without a contract, or one contract. */
type Debt = Pick<SellChange, 'coin' | 'contract'>;

async function askAndCarryOut(app: Acting, attended: Attended, choice: LoanChoice, canGoBack: boolean): Promise<typeof back | undefined> {
  const debts = debtsOf(choice);
  for (;;) {
    const [only] = debts;
    const debt = debts.length === 1 ? only?.value : await askDebt(app, choice, debts, canGoBack);
    if (debt === undefined || debt === back) return debt;
    const answer = await askRest(app, attended, choice, debt, canGoBack || debts.length > 1);
    if (answer !== back) return undefined;
    if (debts.length === 1) return back;
  }
}

function debtsOf({ loan: { debts, due = [] } }: LoanChoice): readonly Item<Debt>[] {
  return debts.flatMap(({ coin, amount }) => {
    const contracts = due.flatMap((one) => (one.coin === coin && one.contract !== undefined ? [{ ...one, contract: one.contract }] : []));
    const known = contracts.flatMap((one) => one.amount ?? []);
    const rest = known.length < contracts.length ? undefined : subtract(amount, sum(known));
    const owed = (debt: Decimal | undefined) =>
      debt === undefined ? msg('term.unknown', 'unknown') : msg('kinds.owed', '{0} {1} owed', formatAmount(debt), coin);
    const flexible = contracts.length === 0 || rest === undefined || compare(rest, mostInterest(amount, 0)) > 0;
    return [
      ...(flexible && isPositive(amount) ? [{ label: coin, description: owed(rest), value: { coin } }] : []),
      ...contracts.map((one) => ({
        label: bracketed(coin, msg('repay-collateral.contract', 'fixed loan {0}', one.contract)),
        description: owed(one.amount),
        value: { coin, contract: one.contract },
      })),
    ];
  });
}

const askDebt = (app: Acting, choice: LoanChoice, items: readonly Item<Debt>[], canGoBack: boolean) =>
  app.talk.pick({
    title: titleOf(app, choice, repayOf(msg('term.debt', 'Debt'), nameOf(choice))),
    placeholder: msg('repay-collateral.which-debt', 'Which debt?'),
    items,
    canGoBack,
  });

const nameOf = ({ loan }: LoanChoice) => loanWords(loan.orderId, loan.id);
const titleOf = (app: Acting, { state }: LoanChoice, what: Text): Text => titleOn(app, state.account, what);

async function askRest(
  app: Acting,
  attended: Attended,
  choice: LoanChoice,
  debt: Debt,
  canGoBack: boolean,
): Promise<typeof back | undefined> {
  const coins = choice.loan.collateral.filter(({ coin, amount }) => coin !== debt.coin && isPositive(amount));
  for (;;) {
    const picked = await app.talk.pick({
      title: titleOf(app, choice, repayOf(debt.coin, nameOf(choice))),
      placeholder: msg('repay-collateral.which-coin', 'Sell which collateral?'),
      items: coins.map(({ coin, amount }) => ({
        label: coin,
        description: msg('kinds.pledged', '{0} {1} pledged', formatAmount(amount), coin),
        value: coin,
      })),
      canGoBack,
    });
    if (picked === undefined || picked === back) return picked;
    let typed: Decimal | undefined;
    for (;;) {
      const asked = { ...debt, collateral: picked };
      const answer = await askHowMuch(app, choice, asked, typed);
      if (answer === undefined) return undefined;
      if (answer === back) break;
      typed = answer.amount;
      const carried = await carryOut(app, attended, choice.state.account.id, saleOf(choice, asked, answer), { coins: true });
      if (carried === 'ended') return undefined;
      if (carried === 'otherCoin') break;
    }
  }
}

type Asked = Pick<SellChange, 'coin' | 'contract' | 'collateral'>;
type HowMuch = Pick<SellChange, 'amount' | 'all'>;

const saleOf = (choice: LoanChoice, asked: Asked, howMuch: HowMuch): SellChange => ({
  ...{ kind: 'repay-collateral', loan: refOf(choice), direction: 'reduce' },
  ...asked,
  ...howMuch,
});

/**
 * The sale for an amount that was only calculated: rounded up to the decimals that the venue takes, and no more than is owed.
 * @returns undefined when the debt could not be read, which was said
 */
export async function partlySold(app: Acting, choice: LoanChoice, asked: Asked, amount: Decimal): Promise<SellChange | undefined> {
  const readiness = await readNow(app, choice, asked);
  if (readiness === undefined) return undefined;
  const whole = wholeOf(readiness);
  const rounded = lesser(round(amount, readiness.places, 'up'), whole);
  return saleOf(choice, asked, { amount: trimmed(rounded), all: compare(rounded, whole) === 0 });
}

async function askHowMuch(
  app: Acting,
  choice: LoanChoice,
  asked: Asked,
  typed: Decimal | undefined,
): Promise<HowMuch | typeof back | undefined> {
  const readiness = await readNow(app, choice, asked);
  if (readiness === undefined) return undefined;
  const { coin, collateral } = asked;
  const { places } = readiness;
  const whole = wholeOf(readiness);
  const limit = mostToSell(readiness, coin, collateral) ?? whole;
  const amount = await askAmount(app.talk, {
    title: titleOf(app, choice, repayWith(coin, nameOf(choice), collateral)),
    placeholder: amountPlaceholder(coin),
    facts: {
      bounds: { coin, places, limit },
      prompt: sellPrompt({ coin, places, limit }, readiness),
      remark: (some) => sellRemark(readiness, { coin, collateral, amount: some }),
    },
    ...(typed === undefined ? {} : { value: typed }),
    canGoBack: true,
  });
  return amount === undefined || amount === back ? amount : { amount, all: compare(amount, whole) === 0 };
}

/** @returns undefined when the person left, or it can't be repaid so, which was said */
async function readNow(app: Acting, choice: LoanChoice, asked: Asked): Promise<SellReadiness | undefined> {
  const { id } = choice.state.account;
  for (;;) {
    try {
      return await app.talk.progress(readingText, async (signal) => {
        const connection = await app.connections.get(id);
        return actionOf(connection, 'repay-collateral').prepare({ loan: refOf(choice), ...asked }, signal);
      });
    } catch (error) {
      if (!(await explainFailure(app, error, loanAt(id, choice.loan.id), msg('button.try-again', 'Try Again')))) return undefined;
    }
  }
}
