import { decimal, type Decimal } from '../../core/decimal.ts';
import { msg, type Message } from '../../core/message.ts';
import type { Account } from '../../core/model.ts';
import type { AccountUpdate } from '../../engine/accounts/account-book.ts';
import type { AccountState } from '../../engine/monitor/store.ts';
import type { Acting } from '../acting.ts';
import { venueName } from '../../words/account.ts';
import type { Conversation } from '../conversation.ts';
import { askInput, askPick, judged, runSteps, type Step } from './steps.ts';
import {
  aboveTable,
  checkLiquidation,
  checkMarginCall,
  offered,
  percentOf,
  thresholdsFrom,
  uselessThresholds,
} from '../../words/thresholds.ts';

/** Percentages as answered so far. */
interface Answers {
  readonly useTable: boolean;
  readonly marginCall?: Decimal;
  readonly liquidation?: Decimal;
}

/** Asks for the account's own thresholds, which replace those of a table, or restores the table; then refreshes the account. */
export async function setThresholds(app: Acting, account: Account): Promise<void> {
  const state = app.store.get(account.id);
  if (state === undefined) return;
  const venue = venueName(state, app.viewContext());
  const useless = uselessThresholds(state, venue);
  if (useless !== undefined) {
    const isTheirs = (state.snapshot?.loans.length ?? 0) > 0;
    const buttons = isTheirs ? ([{ id: 'limits', label: msg('button.open-settings', 'Open Settings') }] as const) : [];
    if ((await app.talk.tell({ kind: 'info', sentence: useless, buttons })) === 'limits') await app.talk.openLimits();
    return;
  }
  const steps = stepsFor(app.talk, state, venue);
  const answers = await runSteps<Answers>(steps, { useTable: false });
  if (answers === undefined) return;
  const update = updateFrom(answers);
  await app.book.update(account.id, update);
  app.log.info(`thresholds of ${account.id}: ${update.thresholds === undefined ? 'from the table' : 'entered'}`);
  await app.poller.refresh(account.id);
  await app.talk.tell({
    kind: 'info',
    sentence:
      update.thresholds === undefined
        ? msg('thresholds.table-again', 'Loans without thresholds from {0} use our table again.', venue)
        : msg(
            'thresholds.saved',
            'Loans without thresholds from {0} now use margin call {1}, liquidation {2}.',
            venue,
            `${percentOf(update.thresholds.marginCall)}%`,
            `${percentOf(update.thresholds.liquidation)}%`,
          ),
  });
}

function updateFrom({ useTable, marginCall, liquidation }: Answers): Pick<AccountUpdate, 'thresholds'> {
  const entered = !useTable && marginCall !== undefined && liquidation !== undefined;
  return { thresholds: entered ? thresholdsFrom(marginCall, liquidation) : undefined };
}

function stepsFor(talk: Conversation, state: AccountState, venue: string): readonly Step<Answers>[] {
  const { account } = state;
  const first = offered(state);
  const title = msg('thresholds.loan', 'Loan Thresholds of {0}', account.name);
  const prompt = (line: Message): Message => msg('thresholds.prompt', '{0}: LTV in percent, as {1} shows it', line, venue);
  return [
    {
      applies: () => account.thresholds !== undefined,
      ask: async (answers, frame) => {
        const items = [
          { label: msg('thresholds.enter', 'Enter values'), value: false },
          { label: msg('thresholds.use-table', 'Use our table'), value: true },
        ];
        const placeholder = msg('thresholds.in-use', 'Your own values are in use');
        const outcome = await askPick(talk, frame, { title, placeholder, items, isActive: (value) => value === answers.useTable });
        return outcome.kind === 'next' ? { kind: 'next', value: { ...answers, useTable: outcome.value } } : outcome;
      },
    },
    {
      applies: ({ useTable }) => !useTable,
      ask: async (answers, frame) => {
        const outcome = await askInput(talk, frame, {
          title,
          prompt: prompt(msg('term.margin-call', 'Margin call')),
          placeholder: '75',
          value: answers.marginCall ?? first.marginCall,
          judge: judged(checkMarginCall, (typed) => aboveTable(state, 'marginCall', typed)),
        });
        return outcome.kind === 'next' ? { kind: 'next', value: { ...answers, marginCall: decimal(outcome.value) } } : outcome;
      },
    },
    {
      applies: ({ useTable }) => !useTable,
      ask: async (answers, frame) => {
        const outcome = await askInput(talk, frame, {
          title,
          prompt: prompt(msg('term.liquidation', 'Liquidation')),
          placeholder: '85',
          value: answers.liquidation ?? first.liquidation,
          judge: judged(
            (raw) => checkLiquidation(raw, answers.marginCall ?? decimal('0')),
            (typed) => aboveTable(state, 'liquidation', typed),
          ),
        });
        return outcome.kind === 'next' ? { kind: 'next', value: { ...answers, liquidation: decimal(outcome.value) } } : outcome;
      },
    },
  ];
}
