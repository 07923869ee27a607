import * as vscode from 'vscode';
import { Emitter } from '../core/emitter.ts';
import { createEngine } from '../engine/engine.ts';
import { LazyPages, loadViews } from '../views/lazy-pages.ts';
import { agentAnswers } from './agent-answers.ts';
import type { AgentAnswer } from './agent-tools.ts';
import { commandIds } from './command-ids.ts';
import { registerCommands } from './commands.ts';
import { frameOf, sceneOf, type App, type Frame } from './front.ts';
import { registerGauges } from './gauge-commands.ts';
import { tellStateTrouble } from './guarded-command.ts';
import { Painter } from './painter.ts';
import { portsOf } from './ports.ts';
import { registerStatusBar } from './status-bar.ts';
import { registerTrees } from './trees.ts';
import { registerWarnings } from './warnings.ts';

export interface Running {
  readonly restorePanel: (panel: vscode.WebviewPanel) => Promise<void>;
  readonly answer: AgentAnswer;
  readonly close: () => Promise<void>;
}

/**
 * Builds the engine and registers what can be seen. Waits for nothing: no network, no secret, no database. Where it fails, nothing of it is
 * left, so that it can be tried again.
 */
export function startRunning(context: vscode.ExtensionContext, late: Pick<App, 'commands' | 'tree'>): Running {
  const parts: vscode.Disposable[] = [];
  try {
    return start(context, late, (part) => {
      parts.push(part);
      return part;
    });
  } catch (error) {
    for (const part of parts.splice(0).reverse()) part.dispose();
    throw error;
  } finally {
    context.subscriptions.push(...parts);
  }
}

type Keep = <T extends vscode.Disposable>(part: T) => T;

function start(context: vscode.ExtensionContext, late: Pick<App, 'commands' | 'tree'>, keep: Keep): Running {
  const log = keep(vscode.window.createOutputChannel('LTV Gauge', { log: true }));
  const engine = keep(createEngine(portsOf(context, log)));
  const painter = keep(
    new Painter<Frame>({
      frame: () => frameOf(app),
      failed: (error) => {
        log.error(error instanceof Error ? error : String(error));
      },
    }),
  );
  const app: App = { ...engine, ...late, context, log, painter, alarm: keep(new Emitter()) };
  for (const { onDidChange } of [app.store, app.ledger, app.arming]) keep(onDidChange(painter.news));
  const reading = { connections: app.connections, states: app.store, viewContext: () => sceneOf(app) };
  const pages = keep(new LazyPages(async (source, cursor) => (await loadViews()).readPage(reading, source, cursor)));
  keep(registerCommands(app, pages));
  keep(registerTrees(app, pages));
  keep(registerStatusBar(app));
  const { restore: restorePanel } = keep(registerGauges(app));
  keep(tellStateTrouble(app));
  keep(registerWarnings(app));

  const looked = engine.start();
  // Set by `npm start`: a person who only wants to look finds something to look at.
  if (process.env['LTV_GAUGE_SIMULATED'] === '1') void looked.then(() => trySimulated(app));
  const answer = agentAnswers(app, {
    steps: (changeId) => app.ledger.steps(changeId),
    draft: async (text) => (await import('./dialogs.ts')).telling.openDraft(text),
  });
  return { restorePanel, answer, close: () => engine.close() };
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
