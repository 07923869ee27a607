import { decimal, zero, type Decimal } from '../core/decimal.ts';
import { msg, type Message } from '../core/message.ts';
import { targetKey, type Account, type Levels, type Target } from '../core/model.ts';
import { defaultLevels, levelsOf } from '../core/risk/level.ts';
import { asPlace } from '../views/place.ts';
import { levelWord } from '../words/level.ts';
import { checkLevel, laterThanUsual, levelsFrom, levelsText, percentOf } from '../words/thresholds.ts';
import { nameOf, titleOf } from '../words/warning.ts';
import { back } from './conversation.ts';
import { askInput, askPick, judged, runSteps, type Step } from './account/steps.ts';
import type { Acting } from './acting.ts';
import { loanChoices, nothingToChoose, positionChoices } from './choose.ts';
import { explainObstacle } from './tell.ts';
import { dotted, type Text } from '../words/text.ts';

/** A loan or position with its name in a sentence. */
export interface Chosen {
  readonly account: Account;
  readonly on: Target;
  readonly name: Message;
}

/** Percentages as answered so far. */
type Answers = Levels & { readonly useDefault: boolean };

/** Asks for the levels of one loan or position, or restores the defaults. Warnings and views follow at once. */
export async function setWarningLevels(app: Acting, argument: unknown): Promise<void> {
  const chosen = await chooseTarget(app, argument, (account, on) => levelsText(levelsOf(account, on)));
  if (chosen === undefined) return;
  const { account, on, name } = chosen;
  const own = account.levels?.[targetKey(on)];
  const { watch, warn, danger } = levelsOf(account, on);
  const before: Answers = { watch: percent(watch), warn: percent(warn), danger: percent(danger), useDefault: false };
  const answers = await runSteps(stepsFor(app, chosen, own !== undefined), before);
  if (answers === undefined) return;
  const levels = answers.useDefault ? undefined : levelsFrom(answers);
  await app.book.update(account.id, { levels: withLevels(app, account.id, on, levels) });
  void app.talk.tell({
    kind: 'info',
    sentence: msg('levels.saved', 'Warning levels of {0}: {1}.', name, levelsText(levels ?? defaultLevels)),
  });
}

const percent = (level: Decimal): Decimal => decimal(percentOf(level));

/** Asks which loan or position where several are meant. @param describe each of them in the list */
export async function chooseTarget(
  app: Acting,
  argument: unknown,
  describe: (account: Account, on: Target) => Text,
): Promise<Chosen | undefined> {
  const named = asPlace(argument);
  const states = app.store.all();
  const choices = [
    ...loanChoices(states, named).map(({ state, loan }) => ({ state, on: { kind: 'loan', id: loan.id } as const })),
    ...positionChoices(states, named).map(({ state, position }) => ({ state, on: { kind: 'position', id: position.positionId } as const })),
  ].filter(({ on }) => named?.on === undefined || named.on.kind === on.kind);
  const items = choices.map(({ state, on }) => {
    const { account } = state;
    const description = dotted(account.name, describe(account, on));
    return { label: titleOf(on, state), description, value: { account, on, name: nameOf(on, state) } };
  });
  const [first] = items;
  if (first === undefined) {
    await explainObstacle(app, nothingToChoose(states, named), named);
    return undefined;
  }
  if (items.length === 1) return first.value;
  const picked = await app.talk.pick({ placeholder: msg('levels.which', 'Which loan or position?'), items, canGoBack: false });
  return picked === back ? undefined : picked;
}

function stepsFor({ talk }: Acting, { on, name }: Chosen, hasOwn: boolean): readonly Step<Answers>[] {
  const title = msg('levels.title', 'Warning Levels of {0}', name);
  const line = on.kind === 'loan' ? msg('preview.margin-call', 'margin call') : msg('preview.liquidation', 'liquidation');
  const ask = (level: keyof Levels, above: (answers: Answers) => Decimal): Step<Answers> => ({
    applies: ({ useDefault }) => !useDefault,
    ask: async (answers, frame) => {
      const outcome = await askInput(talk, frame, {
        title,
        prompt: msg('levels.prompt', '{0} begins at what distance to {1}, in percent?', levelWord(level), line),
        value: answers[level],
        judge: judged(
          (raw) => checkLevel(raw, level, above(answers)),
          (typed) => laterThanUsual(level, typed),
        ),
      });
      return outcome.kind === 'next' ? { kind: 'next', value: { ...answers, [level]: decimal(outcome.value) } } : outcome;
    },
  });
  return [
    {
      applies: () => hasOwn,
      ask: async (answers, frame) => {
        const items = [
          { label: msg('thresholds.enter', 'Enter values'), value: false },
          { label: msg('levels.default', 'Use the defaults'), description: levelsText(defaultLevels), value: true },
        ];
        const placeholder = msg('thresholds.in-use', 'Your own values are in use');
        const outcome = await askPick(talk, frame, { title, placeholder, items, isActive: (value) => value === answers.useDefault });
        return outcome.kind === 'next' ? { kind: 'next', value: { ...answers, useDefault: outcome.value } } : outcome;
      },
    },
    ask('danger', () => zero),
    ask('warn', ({ danger }) => danger),
    ask('watch', ({ warn }) => warn),
  ];
}

/** Keeps levels of existing loans and positions only: a closed one loses its levels. */
function withLevels({ book, store }: Acting, accountId: string, on: Target, levels: Levels | undefined): Account['levels'] {
  const { snapshot } = store.get(accountId) ?? {};
  const isThere = (key: string): boolean =>
    snapshot === undefined ||
    snapshot.loansTrouble !== undefined ||
    snapshot.positionsTrouble !== undefined ||
    snapshot.loans.some(({ id }) => targetKey({ kind: 'loan', id }) === key) ||
    snapshot.positions.some(({ positionId: id }) => targetKey({ kind: 'position', id }) === key);
  const others = Object.entries(book.get(accountId)?.levels ?? {}).filter(([key]) => key !== targetKey(on) && isThere(key));
  const all = [...others, ...(levels === undefined ? [] : [[targetKey(on), levels] as const])];
  return all.length === 0 ? undefined : Object.fromEntries(all);
}
