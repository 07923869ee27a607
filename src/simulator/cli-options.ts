import { parseArgs } from 'node:util';
import type { SimulatorOptions } from './start.ts';

/** What the command line asks for, or `undefined` when it asks for help. */
export type CliOptions = Pick<SimulatorOptions, 'port' | 'seed' | 'settleMs' | 'walk' | 'ordIds'>;

export const usage = `Usage: npm run simulate -- [options]

  --port <number>   port to listen on, 0 for any free one (default 9000)
  --settle <ms>     time from an accepted adjustment to its effect (default 1500)
  --seed <text>     names the price walk: the same seed walks the same way
  --no-walk         prices stand still until they are moved
  --older           the older generation: one loan, no ordId
  --help            this text
`;

/**
 * Reads the command line (without node and script).
 * @returns undefined when help is asked for.
 * @throws RangeError saying which option is wrong.
 */
export function readOptions(args: readonly string[]): CliOptions | undefined {
  const values = parse(args);
  if (values.help === true) return undefined;
  return {
    port: whole('--port', values.port ?? '9000', 65_535),
    settleMs: whole('--settle', values.settle ?? '1500', 86_400_000),
    walk: values['no-walk'] !== true,
    ordIds: values.older !== true,
    ...(values.seed === undefined ? {} : { seed: values.seed }),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        settle: { type: 'string' },
        seed: { type: 'string' },
        'no-walk': { type: 'boolean' },
        older: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new RangeError(error instanceof Error ? error.message : String(error));
  }
}

function whole(option: string, value: string, most: number): number {
  if (!/^\d{1,9}$/.test(value) || Number(value) > most) {
    throw new RangeError(`${option} must be a whole number from 0 to ${most.toString()}, not "${value}"`);
  }
  return Number(value);
}
