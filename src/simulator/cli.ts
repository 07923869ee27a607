import { bybitBend } from './bybit/hostile-words.ts';
import { startBybit, type Bybit } from './bybit/start.ts';
import { readOptions, usage, type CliOptions } from './cli-options.ts';
import { faultNames } from './faults.ts';
import { momentNames } from './conditions.ts';
import { okxBend } from './okx/hostile-words.ts';
import { startSimulator, type Simulator } from './okx/start.ts';

/** What differs between the exchanges in what is printed. */
const words = {
  okx: {
    name: 'OKX',
    adjusting: 'adjust-collateral',
    more: (control: string) => `
  curl -d '{"posMode":"net_mode"}' ${control}/account
  curl -d '{"instId":"BTC-USDT-SWAP","posSide":"long","amt":"10"}' ${control}/auto-margin
  curl -d '{"loan":"12345"}' ${control}/liquidate`,
    faults: '',
    code: '50011',
  },
  bybit: {
    name: 'Bybit',
    adjusting: 'adjust-ltv',
    more: (control: string) => `
  curl -d '{"level":"2"}' ${control}/cap
  curl -d '{"mode":"REGULAR_MARGIN"}' ${control}/margin-mode
  curl -d '{"by":"entry"}' ${control}/margin-price
  curl -d '{"days":-1}' ${control}/due
  curl -d '{"days":6}' ${control}/expiry
  curl -X POST ${control}/liquidate`,
    faults: ', settlement-failed',
    code: '10006',
  },
} as const;

function keyLines(title: string, keys: { readonly apiKey: string; readonly secret: string; readonly passphrase?: string }): string {
  const passphrase = keys.passphrase === undefined ? '' : `  Passphrase  ${keys.passphrase}\n`;
  return `${title}
  API key     ${keys.apiKey}
  Secret      ${keys.secret}
${passphrase}`;
}

function banner(exchange: CliOptions['exchange'], { url, keys, otherKeys }: Simulator | Bybit): string {
  const control = `${url}/__simulator`;
  const { name, adjusting, more, faults, code } = words[exchange];
  const lacking =
    'withoutLoans' in otherKeys
      ? `\n${keyLines('Key that may not use loans', otherKeys.withoutLoans)}
${keyLines('Key that may not touch positions', otherKeys.withoutPositions)}`
      : '';
  return `The simulated ${name} is listening at ${url}
No real money: everything in it is invented.

${keyLines('Trading key', keys)}
${keyLines('Read-only key', otherKeys.readOnly)}
${keyLines('Key that may withdraw', otherKeys.withdraw)}
${keyLines('Key bound to another IP address', otherKeys.boundToOtherAddress)}${lacking}
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
  curl -d '{"offsetMs":-60000}' ${control}/clock${more(control)}
  curl -d '{"fault":"lost-after-acting","endpoint":"${adjusting}","times":1}' ${control}/fault
  curl -X DELETE ${control}/fault
  curl -d '{"moment":"liquidating"}' ${control}/moment
  curl -d '{"moment":"minimum","coin":"BTC","amount":"0.01"}' ${control}/moment
  curl -X DELETE ${control}/moment
  curl -d '{"coin":"BTC"}' ${control}/empty
Faults: ${faultNames.join(', ')}${faults},
or a code to answer with, e.g. ${code}, or ${code}-after-acting.
Moments: ${momentNames.join(', ')}; of one "coin" or "instrument", or of all. Ctrl+C ends it.
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
    const { hostile } = options;
    const running =
      options.exchange === 'okx'
        ? await startSimulator({ ...options, ...(hostile === true ? { bend: okxBend('whole') } : {}) })
        : await startBybit({ ...options, ...(hostile === true ? { bend: bybitBend('whole') } : {}) });
    console.log(banner(options.exchange, running));
  } catch (error) {
    fail(sentenceFor(error, options.port ?? 0));
  }
}

void main();
