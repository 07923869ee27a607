import * as vscode from 'vscode';
import { english, msg } from '../core/message.ts';
import type { Acting } from '../flows/acting.ts';
import { atLine, coinsFor, loanName, meantBy, planFaults, planPreview, positionName, sceneFor } from '../flows/foresee-plan.ts';
import type { Attended } from '../flows/open-change-news.ts';
import { runPlan as run } from '../flows/run-plan.ts';
import { planActs, nodesOf, planEnding, readPlan, type PlanNode, type Span } from '../words/plan-text.ts';
import { fixedReason } from '../words/position.ts';
import { Ticker } from './age-ticker.ts';
import { msUntilAnyAgeChanges, type App } from './front.ts';
import { localize, onScreen } from './localize.ts';
import { escapeMarkdown } from './markdown.ts';
import { onDidChangeSetting } from './ports.ts';

/** Of read-only previews; the query is the plan's own address. */
const scheme = 'ltv-gauge-plan';
const selector = { language: 'json', pattern: `**/*${planEnding}` };
const isPlan = ({ uri }: Pick<vscode.TextDocument, 'uri'>): boolean => uri.path.endsWith(planEnding);
/** What comes together, such as keys that are typed, is looked at once. Milliseconds. */
const restMs = 200;

const nameOf = ({ path }: vscode.Uri): string => path.slice(path.lastIndexOf('/') + 1);
const previewOf = (plan: vscode.Uri): vscode.Uri =>
  vscode.Uri.from({ scheme, path: `/${localize(msg('plan.preview', 'Preview {0}', nameOf(plan)))}.md`, query: plan.toString() });

const open = (uri: string): vscode.TextDocument | undefined => vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri);

/** Problems, completion and previews of plans, from the first one that is opened. Nothing of it acts. */
export function registerPlans(app: App, acting: Acting): vscode.Disposable {
  const problems = vscode.languages.createDiagnosticCollection('ltv-gauge-plan');
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const log = (error: unknown): void => {
    app.log.error(error instanceof Error ? error : String(error));
  };
  let rounds = 0;
  const look = async (): Promise<void> => {
    const round = (rounds += 1);
    const scene = await sceneFor(acting);
    // A later one knows more.
    if (round < rounds) return;
    for (const document of vscode.workspace.textDocuments) {
      if (document.uri.scheme === scheme) changed.fire(document.uri);
      if (isPlan(document)) problems.set(document.uri, problemsIn(document, scene));
    }
  };
  let waiting: NodeJS.Timeout | undefined;
  const lookSoon = (): void => {
    // Not begun anew: prices may come faster than that.
    waiting ??= setTimeout(() => {
      waiting = undefined;
      look().catch(log);
      ticker.start();
    }, restMs);
  };
  const ticker = new Ticker({ nextMs: () => msUntilAnyAgeChanges(app), tick: lookSoon });
  lookSoon();
  return vscode.Disposable.from(
    ...[problems, changed, ticker],
    {
      dispose: () => {
        clearTimeout(waiting);
      },
    },
    app.store.onDidChange(lookSoon),
    app.ledger.onDidChange(lookSoon),
    onDidChangeSetting('limits', lookSoon),
    onDidChangeSetting('hideAmounts', lookSoon),
    vscode.workspace.onDidOpenTextDocument(lookSoon),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (isPlan(document)) lookSoon();
    }),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      problems.delete(uri);
    }),
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: async ({ query }) => markdownOf(acting, open(query)?.getText() ?? (await saved(query))),
    }),
    vscode.languages.registerCompletionItemProvider(
      selector,
      { provideCompletionItems: (document, position) => proposals(acting, document, document.offsetAt(position)) },
      '"',
      ':',
    ),
  );
}

/** The text of a plan that is open no longer; of one that was never saved there is none, nor of anything that is no plan. */
async function saved(uri: string): Promise<string> {
  const file = vscode.Uri.parse(uri);
  if (!isPlan({ uri: file })) return '';
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(file).then(undefined, () => new Uint8Array()));
}

function problemsIn(document: vscode.TextDocument, scene: Awaited<ReturnType<typeof sceneFor>>): readonly vscode.Diagnostic[] {
  return planFaults(document.getText(), scene)
    .filter(({ bySchema }) => bySchema !== true)
    .map(({ sentence, byFigures, ...span }) => {
      const { Warning, Error } = vscode.DiagnosticSeverity;
      const problem = new vscode.Diagnostic(rangeOf(document, span), onScreen()(sentence), byFigures === true ? Warning : Error);
      problem.source = 'LTV Gauge';
      return problem;
    });
}

const rangeOf = (document: vscode.TextDocument, { from, to }: Span): vscode.Range =>
  new vscode.Range(document.positionAt(from), document.positionAt(to));

async function markdownOf(acting: Acting, text: string): Promise<string> {
  const say = onScreen();
  const lines = planPreview(text, await sceneFor(acting)).map(
    (line) => `${line.isHeading === true ? '\n## ' : '- '}${escapeMarkdown(say(line.text))}`,
  );
  return `${lines.join('\n')}\n`;
}

/** What could stand at a place of the text: names that are known by the last reading. */
async function proposals(acting: Acting, document: vscode.TextDocument, offset: number): Promise<vscode.CompletionItem[]> {
  const root = nodesOf(document.getText());
  const steps = root?.fields?.find(({ name }) => name === 'steps')?.value?.items ?? [];
  const step = steps.find(({ from, to }) => from < offset && offset <= to);
  const field = step?.fields?.findLast(({ to }) => to < offset);
  if (step === undefined || field === undefined) return [];
  const { value } = field;
  if (value !== undefined && value.to < offset) return [];
  const isMissing = value === undefined || offset < value.from;
  const range = isMissing ? new vscode.Range(document.positionAt(offset), document.positionAt(offset)) : rangeOf(document, value);
  const names = namesFor(field.name, step, (await sceneFor(acting)).states);
  return [...new Set(names)].map((name) => {
    const item = new vscode.CompletionItem(name, vscode.CompletionItemKind.Value);
    return Object.assign(item, { range, insertText: JSON.stringify(name), filterText: JSON.stringify(name) });
  });
}

type States = Awaited<ReturnType<typeof sceneFor>>['states'];

function namesFor(field: string, step: PlanNode, states: States): readonly string[] {
  const said = (name: string): string => step.fields?.find((one) => one.name === name)?.value?.text ?? '';
  const account = said('account');
  const own = states.filter((state) => state.account.name === account);
  const kind = said('position') === '' ? 'loan' : 'position';
  const act = planActs.find((one) => one === said('act')) ?? 'add';
  const on = { kind, name: said(kind) } as const;
  const meant = meantBy({ account, on, act, coin: '', much: { amount: '1' as never } }, states);
  switch (field) {
    case 'account':
      return states.map((state) => state.account.name);
    case 'loan':
      return own.flatMap(({ snapshot }) => snapshot?.loans.map(loanName) ?? []);
    case 'position':
      return own.flatMap(({ snapshot }) => snapshot?.positions.filter((one) => fixedReason(one) === undefined).map(positionName) ?? []);
    case 'coin':
      return 'field' in meant ? [] : coinsFor(act, meant);
    case 'sell':
      return 'field' in meant ? [] : coinsFor('remove', meant);
    default:
      return [];
  }
}

/** The plan that a menu named, or the one that is looked at. */
async function planAt(argument: unknown): Promise<vscode.TextDocument | undefined> {
  const named =
    argument instanceof vscode.Uri ? await vscode.workspace.openTextDocument(argument) : vscode.window.activeTextEditor?.document;
  return named !== undefined && isPlan(named) ? named : undefined;
}

/** "Open Plan Preview": beside the text, read-only, in the editor's own Markdown preview; as text where somebody turned that off. */
export async function openPlanPreview({ talk }: Acting, argument: unknown): Promise<void> {
  const plan = await planAt(argument);
  if (plan === undefined) return sayNone(talk);
  const beside = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
  const hasMarkdown = vscode.extensions.getExtension('vscode.markdown-language-features') !== undefined;
  const editor = hasMarkdown ? 'vscode.markdown.preview.editor' : 'default';
  await vscode.commands.executeCommand('vscode.openWith', previewOf(plan.uri), editor, beside);
}

/** "Run Plan…": the text as it is in the editor at this moment. What a folder brings that nobody trusts is not run. */
export async function runPlan(acting: Acting, attended: Attended, argument: unknown): Promise<void> {
  const plan = await planAt(argument);
  if (plan === undefined) return sayNone(acting.talk);
  if (!vscode.workspace.isTrusted) {
    const sentence = msg('plan.untrusted', "This folder isn't trusted, so its plans don't run. Nothing was sent.");
    await acting.talk.tell({ kind: 'warning', sentence });
    return;
  }
  await run(acting, attended, nameOf(plan.uri), plan.getText());
}

/** A plan that somebody else wrote, as a new unsaved text. Nothing that is there is written to. */
export async function openDraft(text: string): Promise<{ readonly opened: string } | { readonly faults: readonly string[] }> {
  const read = readPlan(text);
  if ('faults' in read) return { faults: read.faults.map((fault) => english(atLine(text, fault))) };
  for (let number = 1; ; number += 1) {
    const opened = `draft-${number.toString()}${planEnding}`;
    const uri = vscode.Uri.from({ scheme: 'untitled', path: opened });
    const draft = open(uri.toString()) ?? (await vscode.workspace.openTextDocument(uri));
    if (draft.getText() !== '') continue;
    const edit = new vscode.WorkspaceEdit();
    edit.insert(uri, new vscode.Position(0, 0), text);
    await vscode.workspace.applyEdit(edit);
    await vscode.window.showTextDocument(draft, { preview: false, preserveFocus: true });
    return { opened };
  }
}

const sayNone = async (talk: Acting['talk']): Promise<void> => {
  await talk.tell({ kind: 'info', sentence: msg('plan.none', 'Open a plan first: a file whose name ends with {0}.', planEnding) });
};
