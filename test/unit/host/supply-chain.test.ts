// What others have made and we build, test, sign and publish with.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';

interface Locked {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly integrity?: string;
}

const workflows = globSync('.github/workflows/*').map((file) => ({ file, text: readFileSync(file, 'utf8') }));
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { readonly packages: Readonly<Record<string, Locked>> };
const locked = Object.entries(packages).filter(([place]) => place !== '');

/** The jobs of a workflow by name, each with its own lines. */
function jobsOf(text: string): ReadonlyMap<string, string> {
  const [, jobs = ''] = text.split(/^jobs:$/m);
  return new Map(
    jobs
      .split(/^ {2}(?=[\w-]+:$)/m)
      .flatMap((job) => [...job.matchAll(/^([\w-]+):\n([^]*)/g)].map(([, name = '', lines = '']) => [name, lines])),
  );
}

/** What a job may do. */
const allowedTo = (job: string): readonly string[] =>
  (/^ {4}permissions:\n((?: {6}.+\n)*)/m.exec(job)?.[1] ?? 'none said').trim().split(/\n */);

describe('what others have made', () => {
  it('is built in workflows that name each action by the commit of a release', () => {
    const uses = workflows.flatMap(({ text }) => [...text.matchAll(/\buses:(.*)/g)].map(([, action = '']) => action));
    assert.ok(uses.length > 10);
    for (const action of uses) assert.match(action, /^ actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('is handed no more rights than each job needs, no stored secret and no words of strangers', () => {
    const rights: Record<string, readonly string[]> = {};
    for (const { file, text } of workflows) {
      assert.match(text, /^permissions: \{\}$/m, file);
      assert.ok(!/\bsecrets\b|pull_request_target|workflow_run/.test(text), file);
      // In a script, whatever is written between such braces would be run.
      for (const [, script = ''] of text.matchAll(/^ +(?:- )?run: (.*(?:\n {10}.*)*)/gm)) assert.ok(!script.includes('${{'), script);
      const checkouts = text.match(/actions\/checkout@/g)?.length;
      assert.equal(text.match(/actions\/checkout@.*\n {8}with:\n {10}persist-credentials: false\n/g)?.length, checkouts, file);
      for (const [name, job] of jobsOf(text)) rights[name] = allowedTo(job);
    }
    assert.deepEqual(rights, {
      test: ['contents: read'],
      package: ['contents: read'],
      attest: ['attestations: write', 'contents: write', 'id-token: write'],
      marketplace: ['contents: read', 'id-token: write'],
      'open-vsx': ['id-token: write'],
    });
  });

  it('is the very bytes that were once looked at', () => {
    for (const [place, { integrity }] of locked) assert.match(integrity ?? '', /^sha512-/, place);
  });

  it('may be given on where it goes into the package, and be used where it does not', () => {
    const inPackage = new Set(['MIT', 'BSD-3-Clause', 'Apache-2.0', 'ISC', '0BSD']);
    const inUse = new Set([
      ...inPackage,
      ...['(MIT AND Zlib)', '(MIT OR GPL-3.0-or-later)', 'Artistic-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'MPL-2.0', 'PSF-2.0'],
    ]);
    for (const [place, { license = 'none', dev }] of locked) {
      // Microsoft's signer is a part of its packager, under the terms of that.
      if (place.includes('@vscode/vsce-sign')) continue;
      assert.ok((dev === true ? inUse : inPackage).has(license), `${place}: ${license}`);
    }
  });
});
