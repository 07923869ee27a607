import { ExchangeError } from '../../core/errors.ts';
import { msg } from '../../core/message.ts';
import type { Simulator, SimulatorOptions } from '../../simulator/okx/start.ts';

export type Start = (options: SimulatorOptions) => Promise<Simulator>;

/** Loaded on first use, so that activation does not pay for it. */
export const loadStart = async (): Promise<Start> => (await import('../../simulator/okx/start.ts')).startSimulator;

/** Starts from a saved state; from the beginning when there is none or it cannot be used. What cannot be loaded says nothing about the state. */
export async function startFrom(
  load: () => Promise<Start>,
  state: string | undefined,
  options: SimulatorOptions,
  onUnusable: (error: unknown) => void,
): Promise<Simulator> {
  const start = await load();
  if (state === undefined) return start(options);
  try {
    return await start({ ...options, state });
  } catch (error) {
    if (isPortTaken(error)) throw error;
    onUnusable(error);
    return start(options);
  }
}

/** Whether something else listens on the port already. */
export function isPortTaken(error: unknown): boolean {
  const code = (error as { code?: unknown } | undefined)?.code;
  return code === 'EADDRINUSE' || code === 'EACCES';
}

/** What went wrong with the start, as the one kind of error that pollers and views know. */
export function notStarted(error: unknown): ExchangeError {
  if (ExchangeError.is(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new ExchangeError({
    kind: 'unavailable',
    sentence: msg('The simulated exchange could not be started: {0}', reason),
    effect: 'none',
  });
}
