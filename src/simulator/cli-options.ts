import { parseArgs } from 'node:util';
import { bybitCommandLine } from './bybit/api.ts';
import { bybitBend } from './bybit/hostile-words.ts';
import { startBybit } from './bybit/start.ts';
import type { Bend, Hostility } from './hostile.ts';
import { okxCommandLine } from './okx/api.ts';
import { okxBend } from './okx/hostile-words.ts';
import { startSimulator } from './okx/start.ts';
import type { CommandLine, Running, ServeOptions } from './serve.ts';

interface Venue extends CommandLine {
  start(options: ServeOptions<never>): Promise<Running<object>>;
  bend(hostility: Hostility): (seed: string) => Bend;
}

/** The simulated exchanges by the name of their folder, one line each; the first is the usual one. */
export const venues = {
  okx: { ...okxCommandLine, start: startSimulator, bend: okxBend },
  bybit: { ...bybitCommandLine, start: startBybit, bend: bybitBend },
} as const satisfies Readonly<Record<string, Venue>>;
export type VenueName = keyof typeof venues;

const all = Object.entries(venues) as readonly (readonly [VenueName, Venue])[];
const [usual] = Object.keys(venues) as [VenueName];
const names = all.map(([name]) => name).join(' or ');
const ports = all.map(([name, { port }]) => (name === usual ? port : `${name} ${port}`)).join(', ');
const flags = all.flatMap(([owner, venue]) => Object.entries(venue.flags).map(([flag, help]) => ({ owner, flag, help })));

/** What the command line requests: the options of every simulated exchange, and those of its venue. */
export interface CliOptions extends Pick<ServeOptions<never>, 'seed' | 'walk'> {
  readonly exchange: VenueName;
  readonly port: number;
  readonly settleMs: number;
  readonly hostile?: true;
}

export const usage = `Usage: npm run simulate -- [options]

  --exchange <name> ${names} (default ${usual})
  --port <number>   port to listen on, 0 for any free one (default ${ports})
  --settle <ms>     time from an accepted adjustment to its effect (default 1500)
  --seed <text>     names the price walk: the same seed walks the same way
  --hostile         answers are valid but hard to read: exponents, nulls, unknown fields, odd names and rows
  --no-walk         prices stand still until they are moved
${flags.map(({ owner, flag, help }) => `  ${`--${flag}`.padEnd(17)} ${owner}: ${help}\n`).join('')}  --help            this text
`;

/**
 * Reads the command line (without node and script).
 * @returns undefined when help is requested.
 * @throws RangeError saying which option is wrong.
 */
export function readOptions(args: readonly string[]): CliOptions | undefined {
  const values = parse(args);
  if (values['help'] === true) return undefined;
  const text = (name: string): string | undefined => (typeof values[name] === 'string' ? values[name] : undefined);
  const wanted = text('exchange') ?? usual;
  const seed = text('seed');
  const [exchange, venue] = all.find(([name]) => name === wanted) ?? [];
  const common = {
    port: whole('--port', text('port') ?? venue?.port ?? venues[usual].port, 65_535),
    settleMs: whole('--settle', text('settle') ?? '1500', 86_400_000),
    walk: values['no-walk'] !== true,
    ...(values['hostile'] === true ? { hostile: true as const } : {}),
    ...(seed === undefined ? {} : { seed }),
  };
  if (exchange === undefined) throw new RangeError(`--exchange must be ${names}, not "${wanted}"`);
  const foreign = flags.find(({ owner, flag }) => owner !== exchange && values[flag] === true);
  if (foreign !== undefined) throw new RangeError(`--${foreign.flag} is for --exchange ${foreign.owner}`);
  return { exchange, ...common, ...venue?.options((flag) => values[flag] === true) };
}

function parse(args: readonly string[]): Readonly<Record<string, unknown>> {
  const text = ['exchange', 'port', 'settle', 'seed'].map((name) => [name, { type: 'string' as const }]);
  const switches = ['hostile', 'no-walk', ...flags.map(({ flag }) => flag), 'help'].map((name) => [name, { type: 'boolean' as const }]);
  try {
    return parseArgs({ args: [...args], options: Object.fromEntries([...text, ...switches]) as NonNullable<ParseConfig['options']> })
      .values;
  } catch (error) {
    throw new RangeError(error instanceof Error ? error.message : String(error));
  }
}

type ParseConfig = NonNullable<Parameters<typeof parseArgs>[0]>;

function whole(option: string, value: string, most: number): number {
  if (!/^\d{1,9}$/.test(value) || Number(value) > most) {
    throw new RangeError(`${option} must be a whole number from 0 to ${most.toString()}, not "${value}"`);
  }
  return Number(value);
}
