import * as vscode from 'vscode';
import type { App } from './front.ts';
import { hidesAmounts, ownSettings } from './ports.ts';

const isOn = (name: string): boolean => ownSettings.read(name) === true;

/** What agents in the editor may ask. They look: there is no tool that acts. Any extension can call a tool, so the setting counts here too. */
export function registerAgentTools(app: App): vscode.Disposable {
  return vscode.lm.registerTool('ltvGauge_status', {
    invoke: async () => {
      if (!isOn('agents.enabled')) throw new Error('Turned off. A person can turn on ltvGauge.agents.enabled in the settings.');
      const { statusOf } = await import('../agent/status.ts');
      const status = statusOf(app.store.all(), {
        now: app.clock.now(),
        intervalMs: app.intervalMs(),
        amounts: isOn('agents.amounts') && !hidesAmounts(),
      });
      return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(JSON.stringify(status))]);
    },
  });
}
