import * as vscode from 'vscode';
import { oldRecords } from './engine/storage/old-state.ts';
import { existsState, readLastCopy, stateIn, watchLastCopy } from './engine/storage/state-folder.ts';
import { registerAgentTools } from './vscode/agent-tools.ts';
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
  const waitingViews: vscode.Disposable[] = [];
  const endWaiting = (): void => {
    for (const one of waiting.splice(0)) one.dispose();
  };
  const run = (): Promise<Running> => {
    running ??= import('./vscode/running.ts').then(async ({ startRunning }) => {
      // A view is let go only after an answer of the editor; some versions would then let go of the one that has come in its place.
      await Promise.all(waitingViews.splice(0).map((view): unknown => view.dispose()));
      endWaiting();
      return startRunning(context);
    });
    return running;
  };
  context.subscriptions.push(
    { dispose: endWaiting },
    registerAgentTools(context, async () => (await run()).looking),
    vscode.window.registerWebviewPanelSerializer('ltvGauge.gauges', {
      deserializeWebviewPanel: async (panel) => (await run()).restorePanel(panel),
    }),
  );
  if (isInUse(context)) void run();
  else {
    waiting.push(...waitFor(context, run));
    waitingViews.push(...emptyViews(context, run));
    context.subscriptions.push(...waitingViews);
  }
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

/** Whatever asks for the extension first. */
function waitFor({ globalStorageUri, extension }: vscode.ExtensionContext, run: () => Promise<Running>): readonly vscode.Disposable[] {
  const again =
    (id: string) =>
    async (...args: readonly unknown[]): Promise<unknown> => {
      await run();
      // By now it is another's.
      return vscode.commands.executeCommand(id, ...args);
    };
  return [
    ...(extension.packageJSON as Manifest).contributes.commands.map(({ command }) =>
      vscode.commands.registerCommand(command, again(command)),
    ),
    watchLastCopy(stateIn(globalStorageUri.fsPath), () => void run()),
  ];
}

function emptyViews({ extension }: vscode.ExtensionContext, run: () => Promise<Running>): readonly vscode.Disposable[] {
  const empty: vscode.TreeDataProvider<never> = {
    getChildren: () => {
      void run();
      return [];
    },
    getTreeItem: (none) => none,
  };
  return (extension.packageJSON as Manifest).contributes.views.ltvGauge.map(({ id }) => vscode.window.registerTreeDataProvider(id, empty));
}
