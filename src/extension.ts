import * as vscode from 'vscode';
import { msg } from './core/message.ts';
import { oldRecords } from './engine/storage/old-state.ts';
import { existsState, readLastCopy, stateIn, watchLastCopy } from './engine/storage/state-folder.ts';
import { registerAgentTools } from './vscode/agent-tools.ts';
import { LateCommands } from './vscode/late-commands.ts';
import { LateTree } from './vscode/late-tree.ts';
import { localize } from './vscode/localize.ts';
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
 * Only wires. Where there is, or was, an account, the rest is loaded right after it, in a task of its own: the editor waits for activations one
 * after the other. Else nothing more is loaded until somebody looks, runs a command, or adds an account in another window.
 */
export function activate(context: vscode.ExtensionContext): void {
  const waiting: vscode.Disposable[] = [];
  const endWaiting = (): void => {
    for (const one of waiting.splice(0)) one.dispose();
  };
  const run = (): Promise<Running> => {
    running ??= import('./vscode/running.ts')
      .then(({ startRunning }) => startRunning(context, late))
      .then(
        (started) => {
          endWaiting();
          return started;
        },
        (error: unknown) => {
          // The next who needs it tries again.
          running = undefined;
          void tellFailure(error, start);
          throw error;
        },
      );
    return running;
  };
  const start = (): Promise<boolean> =>
    run().then(
      () => true,
      () => false,
    );
  const { views, commands } = (context.extension.packageJSON as Manifest).contributes;
  const trees = new Map(views.ltvGauge.map(({ id }) => [id, new LateTree(id, start)]));
  const late = {
    commands: new LateCommands(
      commands.map(({ command }) => command),
      start,
    ),
    tree: (id: string): LateTree => {
      const tree = trees.get(id);
      if (tree === undefined) throw new Error(`the manifest has no view ${id}`);
      return tree;
    },
  };
  context.subscriptions.push(
    { dispose: endWaiting },
    late.commands,
    ...trees.values(),
    registerAgentTools(context, async (tool, input) => (await run()).answer(tool, input)),
    vscode.window.registerWebviewPanelSerializer('ltvGauge.gauges', {
      deserializeWebviewPanel: async (panel) => (await run()).restorePanel(panel),
    }),
  );
  if (!isInUse(context)) {
    waiting.push(watchLastCopy(stateIn(context.globalStorageUri.fsPath), () => void start()));
    return;
  }
  const soon = setImmediate(() => void start());
  waiting.push({
    dispose: () => {
      clearImmediate(soon);
    },
  });
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

/** Most often a file is missing, because another version was installed while this window was open. */
async function tellFailure(error: unknown, again: () => unknown): Promise<void> {
  const [tryAgain, reload] = [localize(msg('button.try-again', 'Try Again')), localize(msg('button.reload-window', 'Reload Window'))];
  const sentence = msg(
    'command.did-not-start',
    'LTV Gauge could not start, so this window watches nothing. Reload the window; if that does not help, install the extension again. ({0})',
    // Node tells more lines of a file that is missing.
    String(error instanceof Error ? error.message : error).split('\n', 1)[0] ?? '',
  );
  const chosen = await vscode.window.showErrorMessage(localize(sentence), tryAgain, reload);
  if (chosen === tryAgain) await again();
  else if (chosen === reload) await vscode.commands.executeCommand('workbench.action.reloadWindow');
}
