import { readOptions, usage, venues, type CliOptions, type VenueName } from './cli-options.ts';
import { conditionNames } from './conditions.ts';
import { faultNames } from './faults.ts';
import { socketFaults } from './sockets.ts';
import type { CommandLine, Running } from './serve.ts';

/** What the other keys are for, by their names in `OtherKeys` and in what a venue adds to them. */
const titles: Readonly<Record<string, string>> = {
  readOnly: 'Read-only key',
  withdraw: 'Key that may withdraw',
  boundToOtherAddress: 'Key bound to another IP address',
  withoutLoans: 'Key that may not use loans',
  withoutPositions: 'Key that may not touch positions',
};

type Keys = Readonly<Record<'apiKey' | 'secret', string> & Partial<Record<'passphrase', string>>>;

function keyLines(title: string, keys: Keys): string {
  const passphrase = keys.passphrase === undefined ? '' : `  Passphrase  ${keys.passphrase}\n`;
  return `${title}
  API key     ${keys.apiKey}
  Secret      ${keys.secret}
${passphrase}`;
}

function banner(exchange: VenueName, { url, keys, otherKeys }: Running<Keys>): string {
  const control = `${url}/__simulator`;
  const { name, adjusting, controls, faults, code }: CommandLine = venues[exchange];
  const others = Object.entries<Keys>({ ...otherKeys }).map(([other, one]) => keyLines(titles[other] ?? other, one));
  const own = controls.map(([body, what]) => `\n  curl ${body === '' ? '-X POST' : `-d '${body}'`} ${control}/${what}`);
  return `The simulated ${name} is listening at ${url}
No real money: everything in it is invented.

${[keyLines('Trading key', keys), ...others].join('\n')}
Control it, without a signature:
  curl ${control}/hello
  curl ${control}/record
  curl '${control}/arrivals?since=0&endpoint=${adjusting}'
  curl -d '{"coin":"BTC","percent":"-10"}' ${control}/price
  curl -d '{"coin":"BTC","price":"88000"}' ${control}/price
  curl -d '{"running":false}' ${control}/walk
  curl -X POST ${control}/step
  curl -d '{"ms":5000}' ${control}/settle
  curl -X POST ${control}/interest
  curl -d '{"offsetMs":-60000}' ${control}/clock${own.join('')}
  curl -d '{"fault":"lost-after-acting","endpoint":"${adjusting}","times":1}' ${control}/fault
  curl -X DELETE ${control}/fault
  curl -d '{"moment":"liquidating"}' ${control}/moment
  curl -d '{"moment":"minimum","coin":"BTC","amount":"0.01"}' ${control}/moment
  curl -X DELETE ${control}/moment
  curl ${control}/sockets
  curl -d '{"fault":"silence"}' ${control}/socket
  curl -d '{"coin":"BTC"}' ${control}/empty
Faults: ${[...faultNames, ...faults].join(', ')},
or a code to answer with, e.g. ${code}, or ${code}-after-acting.
Of sockets: ${[...socketFaults, 'close', 'notice', 'heal'].join(', ')}.
Moments: ${conditionNames.join(', ')}; of one "coin" or "instrument", or of all. Ctrl+C ends it.
`;
}

function fail(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}

function sentenceFor(error: unknown, port: number): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return `Port ${port.toString()} is taken. Choose another one with --port, or --port 0 for any free one.`;
  if (code === 'EACCES') return `Port ${port.toString()} may not be used by this user. Choose one above 1023 with --port.`;
  return error instanceof Error ? error.message : String(error);
}

async function main(): Promise<void> {
  let options: CliOptions | undefined;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    fail(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
  if (options === undefined) {
    console.log(usage);
    return;
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0));
  const { exchange, port, hostile } = options;
  const { start, bend } = venues[exchange];
  try {
    console.log(banner(exchange, await start({ ...options, ...(hostile === true ? { bend: bend('whole') } : {}) })));
  } catch (error) {
    fail(sentenceFor(error, port));
  }
}

void main();
