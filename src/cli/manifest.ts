import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Described } from '../agent/tools.ts';

/** What is used of the package.json that this program was installed with. */
interface Manifest {
  readonly version?: string;
  readonly contributes?: { readonly languageModelTools?: readonly Described[] };
}

/** In the nearest folder above that has one. Empty where none has: the program was taken out of its package. */
export function manifest(): Manifest {
  for (let folder = __dirname; ; folder = path.dirname(folder)) {
    try {
      return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;
    } catch {
      if (path.dirname(folder) === folder) return {};
    }
  }
}
