import { msg, type Message } from '../core/message.ts';
import type { Decimal } from '../core/decimal.ts';
import { formatAmount, formatUsd } from '../core/format.ts';
import type { Loan, MaximumLoan } from '../core/model.ts';
import type { LoanRef } from '../exchanges/exchange.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import { dotted, joined } from '../words/text.ts';
import { askAmount } from './ask-typed.ts';
import type { Acting } from './acting.ts';
import { asPlace, loanIn, type Place } from '../views/place.ts';
import { loanLabel } from '../words/kinds.ts';
import { loanWords, sideBySide } from '../words/collateral-preview.ts';
import { readingText } from './kinds.ts';
import { amountPlaceholder } from './ask-collateral.ts';
import { explainFailure, markOf, titleOn, venueName } from './tell.ts';
import { nothingToChoose } from './choose.ts';
import { choicesFor } from './read-first.ts';
import { back, type Back, type Item } from './conversation.ts';

/** The account asked about, and the loan to increase. */
interface Subject {
  readonly state: AccountState;
  /** Absent for an account without a loan. */
  readonly loan?: Loan;
}

interface Extra {
  readonly coin: string;
  readonly amount: Decimal;
}

/** "Maximum Loan…": how much of a coin could be borrowed, with extra collateral if wanted. Changes nothing. */
export async function showMaximumLoan(app: Acting, argument: unknown): Promise<void> {
  const place = asPlace(argument);
  const subjects = await choicesFor(app, place, { choices: subjectsOf, none: nothingToChoose, keptFrom: () => undefined });
  const subject = await askSubject(app, subjects);
  if (subject === undefined) return;
  let named = place?.coin;
  // If the exchange doesn't lend a coin on this loan, another can be chosen at once.
  for (;;) {
    try {
      const coin = named ?? (await askBorrowCoin(app, subject));
      if (coin === undefined) return;
      const extra = await askExtra(app, subject, coin);
      if (extra === undefined) return;
      const answer = await app.talk.progress(readingText, async (signal) => {
        const connection = await app.connections.get(subject.state.account.id);
        return connection.loans?.maximumLoan(coin, refOf(subject.loan), extra, signal);
      });
      if (!(await sayAnswer(app, subject, coin, extra, answer))) return;
    } catch (error) {
      const again = msg('button.choose-another-coin', 'Choose Another Coin…');
      if (!(await explainFailure(app, error, { accountId: subject.state.account.id }, again))) return;
    }
    named = undefined;
  }
}

function subjectsOf(states: readonly AccountState[], place: Place | undefined): readonly Subject[] {
  const loanId = loanIn(place);
  return states
    .filter((state) => place === undefined || state.account.id === place.accountId)
    .flatMap((state): Subject[] => {
      const loans = state.snapshot?.loans ?? [];
      return loans.length === 0 ? [{ state }] : loans.map((loan) => ({ state, loan }));
    })
    .filter(({ loan }) => loanId === undefined || loan?.id === loanId);
}

/** Without an order id, the venue would silently answer for the oldest loan. */
function refOf(loan: Loan | undefined): LoanRef | undefined {
  if (loan === undefined) return undefined;
  return loan.orderId === undefined ? { loanId: loan.id } : { loanId: loan.id, orderId: loan.orderId };
}

async function askSubject(app: Acting, subjects: readonly Subject[]): Promise<Subject | undefined> {
  if (subjects.length <= 1) return subjects[0];
  const picked = await app.talk.pick({
    title: msg('button.maximum-loan', 'Maximum Loan'),
    placeholder: msg('collateral.loan', 'Which loan?'),
    items: subjects.map((subject) => ({
      label: subjectLabel(subject),
      description: dotted(subject.state.account.name, markOf(app, subject.state.account)),
      value: subject,
    })),
    canGoBack: false,
  });
  return picked === back ? undefined : picked;
}

function subjectLabel({ loan }: Subject): Message {
  return loan === undefined ? msg('maximum-loan.new', 'New loan') : msg('term.loan', 'Loan {0}', loanLabel(loan.orderId, loan.id));
}

function titleOf(app: Acting, { state, loan }: Subject): Message {
  const what = msg('button.maximum-loan', 'Maximum Loan');
  return titleOn(app, state.account, loan === undefined ? what : sideBySide([what, loanWords(loan.orderId, loan.id)]));
}

async function askBorrowCoin(app: Acting, subject: Subject): Promise<string | undefined> {
  const connection = await app.connections.get(subject.state.account.id);
  const picked = await app.talk.pick({
    title: titleOf(app, subject),
    placeholder: msg('collateral.coin', 'Which coin?'),
    items: async (signal) => borrowItems((await connection.loans?.borrowableCoins(signal)) ?? [], subject.loan),
    canGoBack: false,
  });
  return picked === back ? undefined : picked;
}

/** Collateral of the loan comes last: a coin is rarely borrowed against itself, and the exchange may refuse it. */
function borrowItems(coins: readonly string[], loan: Loan | undefined): Item<string>[] {
  const pledged = new Set(loan?.collateral.map(({ coin }) => coin));
  return [
    ...coins.filter((coin) => !pledged.has(coin)).map((coin) => ({ label: coin, value: coin })),
    ...coins
      .filter((coin) => pledged.has(coin))
      .map((coin) => ({ label: coin, description: msg('maximum-loan.collateral-loan', 'collateral of this loan'), value: coin })),
  ];
}

const nothingMoved = (): Message => msg('maximum-loan.suppose-extra-collateral', 'Extra collateral? Nothing is moved.');

/** @returns none or one, or undefined if the person left */
async function askExtra(app: Acting, subject: Subject, borrowCoin: string): Promise<readonly Extra[] | undefined> {
  const wallet = (subject.state.snapshot?.wallet ?? []).filter(({ coin, pledgeable }) => pledgeable !== false && coin !== borrowCoin);
  for (;;) {
    const items: Item<string | null>[] = [
      { label: msg('maximum-loan.no-extra-collateral', 'No extra collateral'), value: null },
      ...wallet.map(({ coin, amount }) => ({
        label: msg('maximum-loan.extra', 'Extra {0}…', coin),
        description: msg('collateral.coin-available', '{0} available', formatAmount(amount)),
        value: coin,
      })),
    ];
    const coin = await app.talk.pick({
      title: titleOf(app, subject),
      placeholder: nothingMoved(),
      items,
      canGoBack: false,
    });
    if (coin === undefined || coin === back) return undefined;
    if (coin === null) return [];
    const amount: Decimal | Back | undefined = await askAmount(app.talk, {
      title: titleOf(app, subject),
      placeholder: amountPlaceholder(coin),
      facts: {
        bounds: { coin },
        prompt: nothingMoved(),
      },
      canGoBack: true,
    });
    if (amount === undefined) return undefined;
    if (amount !== back) return [{ coin, amount }];
  }
}

/** @returns whether the person wants to ask about another coin. */
async function sayAnswer(
  app: Acting,
  subject: Subject,
  coin: string,
  extra: readonly Extra[],
  answer: MaximumLoan | undefined,
): Promise<boolean> {
  const title = titleOf(app, subject);
  const another = { id: 'another', label: msg('button.choose-another-coin', 'Choose Another Coin…') } as const;
  if (answer === undefined) {
    const sentence = msg(
      'maximum-loan.exchange-gives-no',
      '{0}: {1} gives no figure for {2}.',
      title,
      venueName(app, subject.state.account.venue),
      coin,
    );
    return (await app.talk.tell({ kind: 'info', sentence, buttons: [another] })) === 'another';
  }
  const parts = [
    msg(
      'maximum-loan.up-to',
      '{0}: up to {1} {2} ({3})',
      title,
      formatAmount(answer.amount),
      coin,
      venueName(app, subject.state.account.venue),
    ),
    ...(answer.usd === undefined ? [] : [formatUsd(answer.usd, 'asset')]),
    ...extra.map((more) => msg('maximum-loan.with-extra', 'with {0} {1} extra collateral', formatAmount(more.amount), more.coin)),
    ...(answer.remainingQuota === undefined
      ? []
      : [msg('maximum-loan.remaining-quota', 'remaining quota {0} {1}', formatAmount(answer.remainingQuota), coin)]),
  ];
  const chosen = await app.talk.tell({
    kind: 'info',
    sentence: joined(parts),
    buttons: [{ id: 'copy', label: msg('button.copy-amount', 'Copy Amount') }, another],
  });
  if (chosen === 'copy') await app.talk.copy(answer.amount);
  return chosen === 'another';
}
