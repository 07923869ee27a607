import * as vscode from 'vscode';
import { createEngine } from './engine/engine.ts';
import { registerAccountCommands, registerActingCommands, registerActivityCommands, registerArmingCommands, registerSimulatorCommands, registerViewCommands } from './vscode/commands.ts';
import { registerActivityView, registerCollateralView, registerLoansView, registerPositionsView } from './vscode/trees.ts';
import type { App } from './vscode/front.ts';
import { commandIds } from './vscode/command-ids.ts';
import { registerGauges } from './vscode/gauge-commands.ts';
import { LazyPages } from './views/lazy-pages.ts';
import { pageReader } from './views/pages.ts';
import { portsOf } from './vscode/ports.ts';
import { sceneOf } from './vscode/scene.ts';
import { tellStateTrouble } from './vscode/state-trouble.ts';
import { registerStatusBar } from './vscode/status-bar.ts';

let closing: (() => Promise<void>) | undefined;

/** Lets what became of the last changes be written down before the window is gone. */
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
  const app: App = { ...engine, context, log };
  const pages = keep(new LazyPages(pageReader({ connections: app.connections, states: app.store, scene: () => sceneOf(app) })));
  keep(registerViewCommands(app, pages));
  keep(registerAccountCommands(app));
  keep(registerActingCommands(app));
  keep(registerArmingCommands(app));
  keep(registerActivityCommands(app));
  keep(registerSimulatorCommands(app));
  keep(registerLoansView(app, pages));
  keep(registerPositionsView(app, pages));
  keep(registerCollateralView(app, pages));
  keep(registerActivityView(app, pages));
  keep(registerStatusBar(app));
  keep(registerGauges(app));
  keep(tellStateTrouble(app));

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
