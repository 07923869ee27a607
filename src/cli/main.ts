import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Looking } from '../agent/looking.ts';
import type { LevelName, StatusOptions } from '../agent/named.ts';
import { statusOf, type Status } from '../agent/status.ts';
import { systemClock } from '../core/clock.ts';
import { formatDistance, formatLtv } from '../core/format.ts';
import { isDecimal } from '../core/decimal.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import { intervalMsOf } from '../words/time.ts';
import { Complaint } from './complaint.ts';
import type { EditorsReadings } from './keep-watched.ts';
import { reasonOf, serveMcp } from './mcp.ts';
import type { OpenRows, RequestCounts } from './metrics.ts';
import { foundStates, stateIn } from './places.ts';
import { watch } from './watch.ts';

/** What a script is told by the exit code alone. */
const exitCodes: Readonly<Record<LevelName, number>> = { ok: 0, watch: 0, warning: 1, danger: 2, unknown: 3 };

const usage = `Usage: ltv-gauge status [--json] [--amounts] [--interval SECONDS] [--data DIR | --account FILE...]
       ltv-gauge watch [--port N] [--amounts] [--interval SECONDS] [--data DIR] [--account FILE...]
       ltv-gauge mcp [--amounts] [--interval SECONDS] [--data DIR]

Reads what the editor last stored, or accounts by read-only keys of their own. Changes nothing at an exchange.

  status      levels and distances; exit code 0 ok or watch, 1 warning, 2 danger, 3 unknown or out of date
  watch       serves /metrics (OpenMetrics) and /health to this computer until it is ended
  mcp         the status for agents, as a Model Context Protocol server on standard input and output
  --json      one JSON object
  --port      default 9710
  --account   a file, readable by you alone, with a read-only key; asks the exchange itself. watch gives what it reads to
              the editor too, if that has the account
  --amounts   amounts and account names too
  --data      the extension's storage folder, if it isn't found or there are several
  --interval  your ltvGauge.refreshIntervalSeconds, if it isn't 30: figures are out of date after three intervals, at least 30 s
`;

const usualPort = '9710';

async function main(): Promise<number> {
  const { positionals, values } = parsed();
  const [command = '', ...rest] = positionals;
  if (values.help === true) {
    process.stdout.write(usage);
    return 0;
  }
  const { account: files = [], interval, port = usualPort } = values;
  const wrong = misuseOf(command, rest, values);
  if (wrong !== undefined) throw new Complaint(`${wrong}${usage}`);
  if (interval !== undefined && !/^\d+$/.test(interval)) throw new Complaint('--interval needs whole seconds.\n');
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new Complaint('--port needs a number up to 65535.\n');
  const intervalMs = intervalMsOf(interval === undefined ? undefined : Number(interval));
  const options = (): StatusOptions => ({ now: systemClock.now(), intervalMs, amounts: values.amounts === true });
  if (command === 'mcp') {
    await serveMcp(process.stdin, process.stdout, { ...(await byEditor(values.data)), options });
    return 0;
  }
  const isStanding = command === 'watch';
  const source: Source = files.length > 0 ? await byKeys(files, intervalMs, isStanding, values.data) : await byEditor(values.data);
  try {
    if (command === 'watch') {
      await watch({ ...source, port: Number(port), options }, (text) => process.stderr.write(text));
      return 0;
    }
    const told = statusOf(source.states(), options());
    process.stdout.write(values.json === true ? `${JSON.stringify(told)}\n` : linesOf(told));
    return exitCodes[told.worst];
  } finally {
    source.end?.();
  }
}

/** What is wrong with the words of the command line, if anything. */
function misuseOf(
  command: string,
  [more]: readonly string[],
  { account, data, once }: ReturnType<typeof parsed>['values'],
): string | undefined {
  if (command === '') return '';
  if (!['status', 'watch', 'mcp'].includes(command)) return `There is no command ${JSON.stringify(command)}.\n\n`;
  const excess =
    more ?? (once === true && command !== 'status' ? '--once' : account !== undefined && command === 'mcp' ? '--account' : undefined);
  if (excess !== undefined) return `${command} doesn't take ${excess}.\n\n`;
  return account === undefined || data === undefined || command === 'watch' ? undefined : 'Either --data or --account.\n\n';
}

/** Where the figures come from. */
interface Source {
  readonly states: () => readonly AccountState[];
  readonly requests?: RequestCounts;
  readonly openRows?: (() => OpenRows) | undefined;
  readonly end?: () => void;
}

/** What the editor last stored. */
async function byEditor(folder: string | undefined): Promise<Omit<Looking, 'options'> & Source> {
  const file = stateOf(folder);
  // Loads SQLite, which warns of itself in older versions of Node.js.
  const { lookingAt, openRowsAt } = await import('./state-file.ts');
  return { ...lookingAt(file), openRows: () => openRowsAt(file) };
}

/**
 * What exchanges say now.
 * @param isStanding whether they are asked again and again, or once
 * @param folder where the editor finds it too
 */
async function byKeys(files: readonly string[], intervalMs: number, isStanding: boolean, folder: string | undefined): Promise<Source> {
  const say = (line: string): void => void process.stderr.write(line);
  const [{ AccountsReader }, editor] = await Promise.all([
    import('./read-accounts.ts'),
    isStanding ? editorAt(folder, intervalMs, say) : undefined,
  ]);
  const credentials = process.env['CREDENTIALS_DIRECTORY'];
  const reader = await AccountsReader.open(files, {
    ...{ clock: systemClock, intervalMs, credentials, say },
    ...(editor === undefined ? {} : { editor }),
  });
  if (isStanding) reader.start();
  else await reader.once();
  return {
    states: () => reader.states(),
    requests: reader.requests,
    openRows: editor?.openRows,
    end: () => {
      reader.end();
    },
  };
}

/** The editor's database; undefined if it isn't known which, or there is none. */
async function editorAt(folder: string | undefined, intervalMs: number, say: (line: string) => void): Promise<EditorsReadings | undefined> {
  let file: string;
  try {
    file = stateOf(folder);
  } catch (error) {
    if (!(error instanceof Complaint)) throw error;
    say(`No editor gets these readings. ${error.message}`);
    return undefined;
  }
  const { EditorsReadings: Part } = await import('./keep-watched.ts');
  return new Part(file, `watcher ${randomUUID()}`, intervalMs);
}

function parsed() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        amounts: { type: 'boolean' },
        data: { type: 'string' },
        interval: { type: 'string' },
        port: { type: 'string' },
        account: { type: 'string', multiple: true },
        // What `status` does anyway.
        once: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new Complaint(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}

function stateOf(folder: string | undefined): string {
  if (folder !== undefined) return stateIn(path.resolve(folder));
  const { platform, env } = process;
  const found = foundStates({ platform, home: homedir(), configured: platform === 'win32' ? env['APPDATA'] : env['XDG_CONFIG_HOME'] });
  const [only] = found;
  if (only === undefined) throw new Complaint('No data of LTV Gauge found. Open it in your editor once, or name its folder with --data.\n');
  if (found.length > 1) {
    const folders = found.map((file) => `  --data ${JSON.stringify(path.dirname(path.dirname(file)))}\n`);
    throw new Complaint(`Several editors have data of LTV Gauge. Choose one:\n${folders.join('')}`);
  }
  return only;
}

/** A line for each loan and position, in the order of the accounts. */
function linesOf({ accounts, worst }: Status): string {
  const ratio = (value: string | undefined, format: typeof formatLtv): string =>
    value !== undefined && isDecimal(value) ? format(value) : 'unknown';
  const lines = accounts.flatMap((account) => {
    const age = account.ageSeconds === undefined ? 'never read' : `read ${account.ageSeconds.toString()} s ago`;
    const trouble = [...(account.current ? [] : ['out of date']), ...(account.failure === undefined ? [] : [account.failure])];
    return [
      [account.name ?? account.account, account.money, age, ...trouble, ...account.notRead.map((what) => `${what} not read`)].join(' · '),
      ...account.loans.map((loan) =>
        [
          `  ${loan.level.toUpperCase()}`,
          `loan ${loan.loan}`,
          `LTV ${ratio(loan.ltv, formatLtv)}`,
          ...(loan.estimate?.ltv === undefined ? [] : [`now ~${ratio(loan.estimate.ltv, formatLtv)} (estimate)`]),
          `${ratio(loan.toMarginCall, formatDistance)} to margin call`,
          `${ratio(loan.toLiquidation, formatDistance)} to liquidation`,
          ...(loan.doubted === true ? ["no estimate: our calculation doesn't match the exchange's LTV"] : []),
          ...(loan.overdue === true ? ['debt overdue'] : []),
        ].join(' · '),
      ),
      ...account.gone.map(({ what, name, lastSeen, wasNear }) =>
        [
          `  ${wasNear ? 'DANGER' : 'GONE'}`,
          `${what} ${name}`,
          'closed, possibly liquidated: check the exchange',
          `last seen ${lastSeen}`,
        ].join(' · '),
      ),
      ...account.positions.map((position) =>
        [
          `  ${position.level.toUpperCase()}`,
          `${position.position} ${position.side}`,
          `${ratio(position.toLiquidation, formatDistance)} to liquidation`,
          ...(position.estimate?.toLiquidation === undefined
            ? []
            : [`now ~${ratio(position.estimate.toLiquidation, formatDistance)} (estimate)`]),
        ].join(' · '),
      ),
    ];
  });
  return `${[...(lines.length === 0 ? ['No accounts.'] : lines), `Worst: ${worst}`].join('\n')}\n`;
}

// The disk is full, or who reads has gone. By itself that would be exit code 1, which means a warning.
process.stdout.on('error', (error: Error) => {
  process.stderr.write(`The answer can't be written: ${error.message}\n`);
  process.exit(exitCodes.unknown);
});

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(error instanceof Complaint ? error.message : `Can't read the data of LTV Gauge: ${reasonOf(error)}\n`);
    process.exitCode = exitCodes.unknown;
  },
);
