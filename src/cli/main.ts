import { homedir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { LevelName } from '../agent/named.ts';
import { statusOf, type Status } from '../agent/status.ts';
import { formatDistance, formatLtv } from '../core/format.ts';
import { isDecimal } from '../core/decimal.ts';
import { intervalMsOf } from '../words/time.ts';
import { reasonOf, serveMcp } from './mcp.ts';
import { foundStates, stateIn } from './places.ts';

/** What a script is told by the exit code alone. */
const exitCodes: Readonly<Record<LevelName, number>> = { ok: 0, watch: 0, warning: 1, danger: 2, unknown: 3 };

const usage = `Usage: ltv-gauge status [--json] [--amounts] [--data DIR] [--interval SECONDS]
       ltv-gauge mcp [--amounts] [--data DIR] [--interval SECONDS]

Reads what the editor last stored. Sends nothing, holds no key, changes nothing.

  status      levels and distances; exit code 0 ok or watch, 1 warning, 2 danger, 3 unknown or out of date
  mcp         the same for agents, as a Model Context Protocol server on standard input and output
  --json      one JSON object
  --amounts   amounts and account names too
  --data      the extension's storage folder, if it isn't found or there are several
  --interval  your ltvGauge.refreshIntervalSeconds, if it isn't 30: figures are out of date after three intervals and 30 s
`;

/** What a person can mend by another command line. */
class Complaint extends Error {}

async function main(): Promise<number> {
  const { positionals, values } = parsed();
  const [command, ...rest] = positionals;
  if (values.help === true) {
    process.stdout.write(usage);
    return 0;
  }
  if ((command !== 'status' && command !== 'mcp') || rest.length > 0) throw new Complaint(usage);
  if (values.interval !== undefined && !/^\d+$/.test(values.interval)) throw new Complaint('--interval needs whole seconds.\n');
  const file = stateOf(values.data);
  // Loads SQLite, which warns of itself in older versions of Node.js.
  const { lookingAt } = await import('./state-file.ts');
  const intervalMs = intervalMsOf(values.interval === undefined ? undefined : Number(values.interval));
  const looking = { ...lookingAt(file), options: () => ({ now: Date.now(), intervalMs, amounts: values.amounts === true }) };
  if (command === 'mcp') {
    await serveMcp(process.stdin, process.stdout, looking);
    return 0;
  }
  const told = statusOf(looking.states(), looking.options());
  process.stdout.write(values.json === true ? `${JSON.stringify(told)}\n` : linesOf(told));
  return exitCodes[told.worst];
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
