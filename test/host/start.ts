// `npm start`: opens VS Code with the extension and the simulated exchange ready.
import { type Desktop, findDesktop, startDesktop } from './desktop.ts';
import { startInBrowser } from './start-browser.ts';
import { parseStartOptions, type StartOptions, startUsage } from './start-options.ts';

async function desktopFor(options: StartOptions): Promise<Desktop | undefined> {
  if (options.browser || options.port !== undefined || !options.open) return undefined;
  const desktop = await findDesktop({ installed: true });
  if (typeof desktop !== 'string') return desktop;
  process.stdout.write(`${desktop} Using VS Code in the browser instead.\n`);
  return undefined;
}

async function start(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(`${startUsage}\n`);
    return 0;
  }
  const options = parseStartOptions(args);
  const desktop = await desktopFor(options);
  return desktop === undefined ? startInBrowser(options) : startDesktop(desktop);
}

try {
  process.exitCode = await start(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
