import * as vscode from 'vscode';
import type { Looking } from '../agent/looking.ts';
import type { App } from './front.ts';
import { hidesAmounts, ownSettings } from './ports.ts';

const isOn = (name: string): boolean => ownSettings.read(name) === true;

const prefix = 'ltvGauge_';

/**
 * What agents in the editor may ask: the tools of src/agent/tools.ts that the manifest names. They look: none of them acts. Any extension can call
 * a tool, so the setting counts here too.
 */
export function registerAgentTools(
  { context, store, clock, intervalMs, shared }: Pick<App, 'context' | 'store' | 'clock' | 'intervalMs' | 'shared'>,
  steps: Looking['steps'],
): vscode.Disposable {
  const looking: Looking = {
    options: () => ({ now: clock.now(), intervalMs: intervalMs(), amounts: isOn('agents.amounts') && !hidesAmounts() }),
    states: () => store.all(),
    ask: (asked) => shared.ask(asked),
    steps,
  };
  const { contributes } = context.extension.packageJSON as { contributes: { languageModelTools: readonly { readonly name: string }[] } };
  return vscode.Disposable.from(
    ...contributes.languageModelTools.map(({ name }) =>
      vscode.lm.registerTool(name, {
        invoke: async ({ input }) => {
          if (!isOn('agents.enabled')) throw new Error('Turned off. A person can turn on ltvGauge.agents.enabled in the settings.');
          const { answerOf } = await import('../agent/tools.ts');
          const answer = await answerOf(name.slice(prefix.length), input, looking);
          return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(answer)]);
        },
      }),
    ),
  );
}
