import * as vscode from 'vscode';
import type { Looking } from '../agent/looking.ts';
import type { Described } from '../agent/tools.ts';
import type { App } from './front.ts';
import { hidesAmounts, ownSettings } from './ports.ts';

const isOn = (name: string): boolean => ownSettings.read(name) === true;

/** What the tools see. */
export const lookingOf = (
  { store, clock, intervalMs, shared }: Pick<App, 'store' | 'clock' | 'intervalMs' | 'shared'>,
  more: Pick<Looking, 'steps' | 'draft'>,
): Looking => ({
  options: () => ({ now: clock.now(), intervalMs: intervalMs(), amounts: isOn('agents.amounts') && !hidesAmounts() }),
  states: () => store.all(),
  ask: (asked) => shared.ask(asked),
  ...more,
});

/**
 * What agents in the editor may ask: the tools that the manifest describes and src/agent/tools.ts answers. They look, or open a draft: none of
 * them acts. Any extension can call a tool, so the setting counts here too.
 */
export function registerAgentTools({ extension }: vscode.ExtensionContext, look: () => Promise<Looking>): vscode.Disposable {
  const { contributes } = extension.packageJSON as { contributes: { languageModelTools: readonly Described[] } };
  return vscode.Disposable.from(
    ...contributes.languageModelTools.map((tool) =>
      vscode.lm.registerTool(tool.name, {
        invoke: async ({ input }) => {
          if (!isOn('agents.enabled')) throw new Error('Turned off. A person can turn on ltvGauge.agents.enabled in the settings.');
          const [{ answerOf }, looking] = await Promise.all([import('../agent/tools.ts'), look()]);
          const answer = await answerOf(tool, input, looking);
          return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(answer)]);
        },
      }),
    ),
  );
}
