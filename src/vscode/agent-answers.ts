import type { Looking } from '../agent/looking.ts';
import { allowsAgents, type AgentAnswer } from './agent-tools.ts';
import type { App } from './front.ts';
import { hidesAmounts } from './ports.ts';

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
