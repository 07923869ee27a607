import { parseArgs } from 'node:util';

/** What a person asked of `npm start`. */
export interface StartOptions {
  readonly browser: boolean;
  readonly open: boolean;
  /** Undefined: any free one. */
  readonly port: number | undefined;
}

export const startUsage = `npm start                                     VS Code with LTV Gauge and a simulated exchange
npm start -- --browser                        the same in the browser
npm start -- --browser --no-open --port 8080  the same; prints the address when it is ready and opens nothing`;

/** Reads the arguments. Throws a sentence when one cannot be meant. */
export function parseStartOptions(args: readonly string[]): StartOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { browser: { type: 'boolean' }, 'no-open': { type: 'boolean' }, port: { type: 'string' } },
  });
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && (!/^\d+$/.test(values.port ?? '') || port < 1 || port > 65535)) {
    throw new Error(`--port takes a number from 1 to 65535, not “${values.port ?? ''}”.`);
  }
  return { browser: values.browser ?? false, open: !(values['no-open'] ?? false), port };
}
