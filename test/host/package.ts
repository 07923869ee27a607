// `npm run package`: makes the VSIX, prints what it weighs and fails when it has grown too large or holds what it should not.
import path from 'node:path';
import { root, vsixFile } from './places.ts';
import { judgeVsix, makeVsix } from './vsix.ts';

try {
  await makeVsix();
  for (const line of judgeVsix()) process.stdout.write(`${line}\n`);
  process.stdout.write(`Packaged: ${path.relative(root, vsixFile)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
