import { parseArgs } from 'node:util';
import type { BybitOptions } from './bybit/start.ts';
import type { SimulatorOptions } from './okx/start.ts';

/** What the command line asks for, or `undefined` when it asks for help. */
export type CliOptions =
  | (Common & { readonly exchange: 'okx' } & Pick<SimulatorOptions, 'ordIds' | 'posMode' | 'collateralAssets'>)
  | (Common & { readonly exchange: 'bybit' } & Pick<BybitOptions, 'legacy' | 'account'>);

type Common = Pick<SimulatorOptions, 'port' | 'seed' | 'settleMs' | 'walk'> & { readonly hostile?: true };

export const usage = `Usage: npm run simulate -- [options]

  --exchange <name> okx or bybit (default okx)
  --port <number>   port to listen on, 0 for any free one (default 9000, bybit 9001)
  --settle <ms>     time from an accepted adjustment to its effect (default 1500)
  --seed <text>     names the price walk: the same seed walks the same way
  --hostile         answers are valid but hard to read: exponents, nulls, unknown fields, odd names and rows
  --no-walk         prices stand still until they are moved
  --older           okx: the older generation: one loan, no ordId
  --net             okx: one position per instrument, whose sign is its side
  --held            okx: collateral-assets lists what loans hold, not what may be pledged
  --no-legacy       bybit: the older generation of loans is gone
  --published       bybit: begin with the account printed in the documentation
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
  const { exchange = 'okx', older = false, net = false, held = false, published = false } = values;
  const common = {
    port: whole('--port', values.port ?? (exchange === 'bybit' ? '9001' : '9000'), 65_535),
    settleMs: whole('--settle', values.settle ?? '1500', 86_400_000),
    walk: values['no-walk'] !== true,
    ...(values.hostile === true ? { hostile: true as const } : {}),
    ...(values.seed === undefined ? {} : { seed: values.seed }),
  };
  const noLegacy = values['no-legacy'] === true;
  if (exchange === 'okx') {
    if (noLegacy || published) throw new RangeError(`${noLegacy ? '--no-legacy' : '--published'} is for --exchange bybit`);
    return { exchange, ...common, ordIds: !older, ...(net ? { posMode: 'net_mode' } : {}), ...(held ? { collateralAssets: 'held' } : {}) };
  }
  if (exchange !== 'bybit') throw new RangeError(`--exchange must be okx or bybit, not "${exchange}"`);
  const okxOnly = [older && '--older', net && '--net', held && '--held'].find((one) => one !== false);
  if (okxOnly !== undefined) throw new RangeError(`${okxOnly} is for --exchange okx`);
  return { exchange, ...common, legacy: !noLegacy, account: published ? 'published' : 'invented' };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        exchange: { type: 'string' },
        port: { type: 'string' },
        settle: { type: 'string' },
        seed: { type: 'string' },
        hostile: { type: 'boolean' },
        'no-walk': { type: 'boolean' },
        older: { type: 'boolean' },
        net: { type: 'boolean' },
        held: { type: 'boolean' },
        'no-legacy': { type: 'boolean' },
        published: { type: 'boolean' },
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
