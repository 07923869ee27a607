import * as vscode from 'vscode';
import { Emitter } from './core/emitter.ts';
import { createEngine } from './engine/engine.ts';
import { LazyPages, loadViews } from './views/lazy-pages.ts';
import { registerAgentTools } from './vscode/agent-tools.ts';
import { commandIds } from './vscode/command-ids.ts';
import { registerCommands } from './vscode/commands.ts';
import { sceneOf, type App } from './vscode/front.ts';
import { registerGauges } from './vscode/gauge-commands.ts';
import { tellStateTrouble } from './vscode/guarded-command.ts';
import { portsOf } from './vscode/ports.ts';
import { registerStatusBar } from './vscode/status-bar.ts';
import { registerTrees } from './vscode/trees.ts';
import { registerWarnings } from './vscode/warnings.ts';

let closing: (() => Promise<void>) | undefined;

/** Lets the outcomes of the last changes be recorded before the window closes. */
export function deactivate(): Promise<void> | undefined {
  return closing?.();
}

/** Builds the engine and registers what can be seen. Waits for nothing: no network, no secret, no database. */
export function activate(context: vscode.ExtensionContext): void {
  const keep = <T extends vscode.Disposable>(part: T): T => {
    context.subscriptions.push(part);
    return part;
  };
  const log = keep(vscode.window.createOutputChannel('LTV Gauge', { log: true }));
  const engine = keep(createEngine(portsOf(context, log)));
  closing = () => engine.close();
  const app: App = { ...engine, context, log, alarm: keep(new Emitter()) };
  const reading = { connections: app.connections, states: app.store, viewContext: () => sceneOf(app) };
  const pages = keep(new LazyPages(async (source, cursor) => (await loadViews()).readPage(reading, source, cursor)));
  keep(registerCommands(app, pages));
  keep(registerTrees(app, pages));
  keep(registerStatusBar(app));
  keep(registerGauges(app));
  keep(tellStateTrouble(app));
  keep(registerWarnings(app));
  keep(registerAgentTools(app, (changeId) => app.ledger.steps(changeId)));

  const looked = engine.start();
  // Set by `npm start`: a person who only wants to look finds something to look at.
  if (process.env['LTV_GAUGE_SIMULATED'] === '1') void looked.then(() => trySimulated(app));
}

async function trySimulated({ book, log }: App): Promise<void> {
  if (book.list().length > 0) return;
  try {
    await vscode.commands.executeCommand(commandIds.trySimulated);
    await vscode.commands.executeCommand('workbench.view.extension.ltvGauge');
  } catch (error) {
    log.warn(`the simulated exchange did not start: ${String(error)}`);
  }
}
