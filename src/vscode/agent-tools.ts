import * as vscode from 'vscode';
import type { Described } from '../agent/tools.ts';
import { ownSettings } from './ports.ts';

/** What a tool answers to an agent. */
export type AgentAnswer = (tool: Described, input: unknown) => Promise<string>;

/** @param name of a setting of agents that a person turns on */
export const allowsAgents = (name: 'enabled' | 'amounts'): boolean => ownSettings.read(`agents.${name}`) === true;

/**
 * What agents in the editor may ask: the tools that the manifest describes and src/agent/tools.ts answers. They look, or open a draft: none of
 * them acts. Any extension can call a tool, so the setting counts here too.
 */
export function registerAgentTools({ extension }: vscode.ExtensionContext, answer: AgentAnswer): vscode.Disposable {
  const { contributes } = extension.packageJSON as { contributes: { languageModelTools: readonly Described[] } };
  return vscode.Disposable.from(
    ...contributes.languageModelTools.map((tool) =>
      vscode.lm.registerTool(tool.name, {
        invoke: async ({ input }) => {
          if (!allowsAgents('enabled')) throw new Error('Turned off. A person can turn on ltvGauge.agents.enabled in the settings.');
          return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(await answer(tool, input))]);
        },
      }),
    ),
  );
}
