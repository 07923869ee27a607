import type { Plan, Step } from './plan.ts';
import { run, type Outcome, type RunOptions } from './run.ts';

/** What is wrong, whatever the figures and names. */
export const kindOf = ({ faults }: Pick<Outcome, 'faults'>): string | undefined => faults[0]?.replace(/[\d.]+/g, '#').replace(/\{.*\}/, '');

/** The least of what happens that still goes wrong in the same way: things are left out as long as it does. */
export async function shrink(seed: string, number: number, { plan, faults }: Outcome, options: RunOptions, most = 150): Promise<Plan> {
  const wanted = kindOf({ faults });
  let [least, tries] = [plan, 0];
  const fails = async (tried: Plan): Promise<boolean> => {
    tries += 1;
    return kindOf(await run(seed, number, { ...options, plan: tried })) === wanted;
  };
  const without = async (make: (plan: Plan) => Plan): Promise<boolean> => {
    const tried = make(least);
    if (tries >= most || !(await fails(tried))) return false;
    least = tried;
    return true;
  };
  for (let size = Math.ceil(least.steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < least.steps.length;) {
      const isLeftOut = (at: number): boolean => at >= from && at < from + size;
      const isGone = await without((old) => ({ ...old, steps: old.steps.filter((_step, at) => !isLeftOut(at)) }));
      if (!isGone) from += size;
    }
  }
  for (let windows = 1; windows < least.windows; windows += 1) if (await without((old) => ({ ...old, windows }))) break;
  await without((old) => ({ ...old, lastsMs: Math.min(old.lastsMs, (old.steps.at(-1)?.at ?? 0) + 60_000) }));
  return least;
}

/** One line for each thing that happens. */
export const historyOf = ({ steps, windows, intervalMs, lastsMs }: Plan): readonly string[] => [
  `${String(windows)} windows, read every ${String(intervalMs / 1_000)} s, for ${(lastsMs / 60_000).toFixed(1)} min`,
  ...steps.map(({ at, ...step }: Step) => `${(at / 1_000).toFixed(1).padStart(8)} s ${JSON.stringify(step)}`),
];
