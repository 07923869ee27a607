import { compare, type Decimal } from '../core/decimal.ts';
import { english, msg, type Message } from '../core/message.ts';
import { isProven } from '../engine/ledger/sequence.ts';
import { offersFor } from '../engine/targets/ltv-offers.ts';
import type { Change } from '../exchanges/exchange.ts';
import { canSell } from '../exchanges/possible.ts';
import type { PlaceOn } from '../views/place.ts';
import { stakesLine } from '../words/collateral-preview.ts';
import { judgeLtv, noWay } from '../words/ltv-target.ts';
import { clipped, numbered, readPlan, reasonText, type PlanFault, type PlanStep } from '../words/plan-text.ts';
import { labelled, listed, sentence, spaced, type Text } from '../words/text.ts';
import type { Acting } from './acting.ts';
import { moreBorrowed } from './borrow.ts';
import { marginObstacleOn, obstacleOn } from './change.ts';
import { loans, positions, type LoanChoice, type Obstacle } from './choose.ts';
import { atLine, changeOf, meantBy, planFaults, sceneFor, solved, wayOf } from './foresee-plan.ts';
import type { Attended } from './open-change-news.ts';
import { freeChoice } from './read-first.ts';
import { changeFor, outcomeOf, readFresh } from './target-ltv.ts';
import { explainObstacle, isDemo } from './tell.ts';

/**
 * "Run Plan…": shows the steps as the text has them now, then takes each through its own preview and confirmation, in order. The first that isn't
 * Confirmed ends it. The text may change meanwhile: what runs is what was shown.
 */
export async function runPlan(app: Acting, attended: Attended, name: string, text: string): Promise<void> {
  const { talk } = app;
  const steps = await stepsToRun(app, text);
  if (steps === undefined) return;
  const count = steps.length.toString();
  const start = await talk.confirm({
    kind: 'warning',
    title: msg('plan.run', 'Run {0}? Steps: {1}', clipped(name, 60), count),
    detail: [
      ...steps.flatMap(({ step }, index) => [numbered(index, step), ...reasonText(step)]),
      '',
      ...stakesOf(app, steps),
      msg('plan.each', "You confirm each step. If one isn't Confirmed, the rest won't start. Later edits of the text don't count."),
    ],
    buttons: [{ id: 'go', label: msg('button.start-first', 'Start with the First') }],
  });
  if (start !== 'go') return;
  const done = new Set<string>();
  for (const [index, running] of steps.entries()) {
    const remark = labelled(msg('plan.step', 'Step {0} of {1}', (index + 1).toString(), count), reasonOrName(running.step, name));
    const rest = steps.slice(index + 1).map(({ step }, more) => numbered(index + 1 + more, step));
    const left: Text = rest.length === 0 ? msg('term.none', 'none') : listed(rest);
    const stopped = msg('plan.stopped', 'Plan stopped at step {0}. Not started: {1}.', numbered(index, running.step), left);
    if (!(await isDone(app, attended, running, { remark, stopped, done }))) return;
  }
  void talk.tell({ kind: 'info', sentence: msg('plan.done', 'Plan done. Confirmed steps: {0}.', count) });
}

/** Whether real money moves, once for all steps of a kind. */
const stakesOf = (app: Acting, steps: readonly Running[]): readonly Message[] => {
  const accounts = steps.flatMap(({ place }) => app.book.get(place.accountId) ?? []);
  const lines = accounts.map((account) => stakesLine(account.simulated, isDemo(app, account)));
  return [...new Map(lines.map((line) => [english(line), line])).values()];
};

const reasonOrName = (step: PlanStep, name: string): Text => reasonText(step)[0] ?? clipped(name, 60);

/** A step, and what it named when it was shown. */
interface Running {
  readonly step: PlanStep;
  readonly place: PlaceOn;
}

/** What can be run; what is wrong with the text is said. Figures may yet refuse a step: they are read when it is its turn. */
async function stepsToRun(app: Acting, text: string): Promise<readonly Running[] | undefined> {
  const read = readPlan(text);
  const faults: PlanFault[] = planFaults(text, await sceneFor(app)).filter(({ byFigures }) => byFigures !== true);
  const steps: Running[] = [];
  for (const { step, at } of 'steps' in read ? read.steps : []) {
    const meant = meantBy(step, app.store.all());
    if ('field' in meant) faults.push({ ...at(meant.field), sentence: meant.sentence });
    else steps.push({ step, place: meant.place });
  }
  const [fault] = faults;
  if (fault === undefined) return steps;
  await app.talk.tell({ kind: 'warning', sentence: msg('plan.not-run', 'The plan was not run. {0}', atLine(text, fault)) });
  return undefined;
}

/** Takes one step through its own preview and confirmation. @returns whether it's Confirmed; otherwise it was said that the plan has stopped */
async function isDone(
  app: Acting,
  attended: Attended,
  { step, place }: Running,
  { remark, stopped, done }: { readonly remark: Text; readonly stopped: Message; readonly done: Set<string> },
): Promise<boolean> {
  const change = await changeOfStep(app, step, place);
  const said = new Set<Message>();
  const stops = (): Message => {
    said.add(stopped);
    return stopped;
  };
  if (change !== undefined && 'remedies' in change) {
    await explainObstacle(app, { ...change, sentence: spaced(change.sentence, stopped) }, place);
    return false;
  }
  const outcome = change && (await outcomeOf(app, attended, place.accountId, change, { fixed: true, remark, stops }));
  // No outcome counts twice.
  if (outcome !== undefined && change !== undefined && !done.has(outcome.id) && isProven(outcome, change)) {
    done.add(outcome.id);
    return true;
  }
  if (said.size === 0) void app.talk.tell({ kind: 'warning', sentence: stopped });
  return false;
}

/** The change of a step by current figures, or why it can't be made. @returns undefined if the person was told, or left */
async function changeOfStep(app: Acting, step: PlanStep, place: PlaceOn): Promise<Change | Obstacle | undefined> {
  const { act, coin, sell, much } = step;
  if (place.on.kind === 'position') {
    const choice = await freeChoice(app, place, positions, marginObstacleOn);
    if (choice === undefined || 'remedies' in choice) return choice;
    return 'amount' in much ? changeOf(step, much.amount, { ...choice, place }) : undefined;
  }
  const choice = await freeChoice(app, place, loans, obstacleOn);
  if (choice === undefined || 'remedies' in choice) return choice;
  if ('target' in much) return changeTo(app, choice, step, much.target);
  if (act === 'borrow') return moreBorrowed(app, choice, coin, much.amount);
  const change = await changeFor(app, choice, {
    act: solved[act],
    coin,
    amount: much.amount,
    ...(sell === undefined ? {} : { sold: sell }),
  });
  return change && asWritten(change, much.amount);
}

/** Amounts that were only calculated are fitted to a debt; a written one is taken or refused. */
const asWritten = (change: Change, amount: Decimal): Change =>
  compare(change.amount, amount) === 0 ? change : { ...change, amount, ...('all' in change ? { all: false } : {}) };

/** The change that leads to a target by figures that are read now. */
async function changeTo(app: Acting, choice: LoanChoice, step: PlanStep, target: Decimal): Promise<Change | Obstacle | undefined> {
  const answer = await readFresh(app, choice, target);
  if (answer === undefined) return undefined;
  const judged = judgeLtv(target, answer.loan);
  if (!judged.ok) return { sentence: judged.sentence, remedies: [] };
  const sells = canSell(choice.state.account, answer.loan);
  const way = 'reading' in answer ? wayOf(offersFor({ ...answer.reading, sells }, target), step) : undefined;
  return way === undefined ? { sentence: sentence(noWay()), remedies: [] } : changeFor(app, { ...choice, loan: answer.loan }, way);
}
