import * as vscode from 'vscode';
import { oldRecords } from './engine/storage/old-state.ts';
import { existsState, readLastCopy, stateIn, watchLastCopy } from './engine/storage/state-folder.ts';
import { registerAgentTools } from './vscode/agent-tools.ts';
import { LateTree } from './vscode/late-tree.ts';
import type { Running } from './vscode/running.ts';

/** What is used of package.json. */
interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly views: { readonly ltvGauge: readonly { readonly id: string }[] };
  };
}

let running: Promise<Running> | undefined;

/** Lets the outcomes of the last changes be recorded before the window closes. */
export function deactivate(): Promise<void> | undefined {
  return running?.then(
    ({ close }) => close(),
    () => undefined,
  );
}

/**
 * Runs at once where there is, or was, an account. Else nothing but this is loaded until somebody looks, runs a command, or adds an account in
 * another window. Waits for nothing: no network, no secret, no database.
 */
export function activate(context: vscode.ExtensionContext): void {
  const waiting: vscode.Disposable[] = [];
  const endWaiting = (): void => {
    for (const one of waiting.splice(0)) one.dispose();
  };
  const run = (): Promise<Running> => {
    running ??= import('./vscode/running.ts').then(({ startRunning }) => {
      endWaiting();
      return startRunning(context, treeOf);
    });
    return running;
  };
  const { views } = (context.extension.packageJSON as Manifest).contributes;
  const trees = new Map(views.ltvGauge.map(({ id }) => [id, new LateTree(id, run)]));
  const treeOf = (id: string): LateTree => {
    const tree = trees.get(id);
    if (tree === undefined) throw new Error(`the manifest has no view ${id}`);
    return tree;
  };
  context.subscriptions.push(
    { dispose: endWaiting },
    ...trees.values(),
    registerAgentTools(context, async () => (await run()).looking),
    vscode.window.registerWebviewPanelSerializer('ltvGauge.gauges', {
      deserializeWebviewPanel: async (panel) => (await run()).restorePanel(panel),
    }),
  );
  if (isInUse(context)) void run();
  else waiting.push(...waitFor(context, run));
}

function isInUse({ globalStorageUri, globalState }: vscode.ExtensionContext): boolean {
  const place = stateIn(globalStorageUri.fsPath);
  // `npm start` sets the variable.
  return (
    existsState(place) ||
    readLastCopy(place) !== undefined ||
    oldRecords(globalState).length > 0 ||
    process.env['LTV_GAUGE_SIMULATED'] === '1'
  );
}

/** What asks for the extension without being looked at. */
function waitFor({ globalStorageUri, extension }: vscode.ExtensionContext, run: () => Promise<Running>): readonly vscode.Disposable[] {
  const again =
    (id: string) =>
    async (...args: readonly unknown[]): Promise<unknown> => {
      await run();
      // By now it is another's.
      return vscode.commands.executeCommand(id, ...args);
    };
  const { commands } = (extension.packageJSON as Manifest).contributes;
  return [
    ...commands.map(({ command }) => vscode.commands.registerCommand(command, again(command))),
    watchLastCopy(stateIn(globalStorageUri.fsPath), () => void run()),
  ];
}
