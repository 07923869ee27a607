const intervalMs = 50;

/** How long a test waits for something to be seen before it gives up. */
export const patienceMs = 30_000;

/**
 * Asks again and again until the answer is neither undefined nor false, and returns it. After `deadlineMs` it throws with `what` and,
 * when there is one, what `seen` says of the state of things. An attempt that throws counts as not yet.
 */
export async function eventually<T>(
  what: string,
  attempt: () => Promise<T | undefined | false>,
  { deadlineMs = patienceMs, seen }: { readonly deadlineMs?: number; readonly seen?: () => Promise<unknown> } = {},
): Promise<T> {
  const deadline = Date.now() + deadlineMs;
  let lastError: unknown;
  for (;;) {
    try {
      const answer = await attempt();
      if (answer !== undefined && answer !== false) return answer;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (Date.now() >= deadline) break;
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
  const state = seen === undefined ? '' : ` Seen: ${JSON.stringify(await seen().catch(String))}.`;
  throw new Error(`Waited ${String(deadlineMs / 1000)} s in vain for ${what}.${state}`, { cause: lastError });
}
