import type { Looking } from '../agent/looking.ts';
import type { Described } from '../agent/tools.ts';
import { allowsAgents } from './agent-tools.ts';
import type { App } from './front.ts';
import { hidesAmounts } from './ports.ts';

/** What a tool answers to an agent. */
export type AgentAnswer = (tool: Described, input: unknown) => Promise<string>;

export function agentAnswers(
  { store, clock, intervalMs, shared }: Pick<App, 'store' | 'clock' | 'intervalMs' | 'shared'>,
  more: Pick<Looking, 'steps' | 'draft'>,
): AgentAnswer {
  const looking: Looking = {
    options: () => ({ now: clock.now(), intervalMs: intervalMs(), amounts: allowsAgents('amounts') && !hidesAmounts() }),
    states: () => store.all(),
    ask: (asked) => shared.ask(asked),
    ...more,
  };
  return async (tool, input) => (await import('../agent/tools.ts')).answerOf(tool, input, looking);
}
