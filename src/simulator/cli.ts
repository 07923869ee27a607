import { readOptions, usage, type CliOptions } from './cli-options.ts';
import { faultNames } from './faults.ts';
import { startSimulator, type Simulator, type SimulatorKeys } from './start.ts';

function keyLines(title: string, { apiKey, secret, passphrase }: SimulatorKeys): string {
  return `${title}
  API key     ${apiKey}
  Secret      ${secret}
  Passphrase  ${passphrase}
`;
}

function banner({ url, keys, otherKeys }: Simulator): string {
  const control = `${url}/__simulator`;
  return `The simulated exchange is listening at ${url}
No real money: everything in it is invented.

${keyLines('Trading key', keys)}
${keyLines('Read-only key', otherKeys.readOnly)}
${keyLines('Key that may withdraw', otherKeys.withdraw)}
${keyLines('Key bound to another IP address', otherKeys.boundToOtherAddress)}
Control it, without a signature:
  curl ${control}/hello
  curl ${control}/record
  curl -d '{"coin":"BTC","percent":"-10"}' ${control}/price
  curl -d '{"coin":"BTC","price":"88000"}' ${control}/price
  curl -d '{"running":false}' ${control}/walk
  curl -X POST ${control}/step
  curl -d '{"ms":5000}' ${control}/settle
  curl -X POST ${control}/interest
  curl -d '{"offsetMs":-60000}' ${control}/clock
  curl -d '{"fault":"lost-after-acting","endpoint":"adjust-collateral","times":1}' ${control}/fault
  curl -X DELETE ${control}/fault
Faults: ${faultNames.join(', ')},
or a code to answer with, e.g. 50011. Ctrl+C ends it.
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
  try {
    console.log(banner(await startSimulator(options)));
  } catch (error) {
    fail(sentenceFor(error, options.port ?? 0));
  }
}

void main();
