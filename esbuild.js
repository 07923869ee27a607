// Bundles the extension, its page and the tests. `--watch` keeps going, `--unit` builds only what the unit tests need,
// `--minify` is what the package gets. Tests are found by walking folders, so none can be forgotten.
const { build, context } = require('esbuild');
const { globSync, rmSync } = require('node:fs');
const path = require('node:path');

const flags = new Set(process.argv.slice(2));
const minify = flags.has('--minify');

const common = {
  bundle: true,
  minify,
  sourcemap: minify ? false : 'linked',
  legalComments: 'none',
  logLevel: 'warning',
  absWorkingDir: __dirname,
};

const extension = {
  ...common,
  entryPoints: ['src/extension.ts'],
  outfile: 'dist/extension.js',
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  external: ['vscode'],
  // The `node` build of ofetch carries a fetch of its own; this one uses the editor's, which knows about proxies.
  alias: { ofetch: path.join(__dirname, 'node_modules/ofetch/dist/index.mjs') },
  metafile: true,
};

const page = {
  ...common,
  entryPoints: ['src/webview/main.ts', 'src/webview/page.css'],
  outdir: 'dist/webview',
  platform: 'browser',
  target: 'es2023',
  format: 'iife',
};

const testFiles = (kind) => globSync(`test/${kind}/**/*.test.ts`, { cwd: __dirname });

const tests = (kind, more) => ({
  ...common,
  entryPoints: [...testFiles(kind), ...more],
  outdir: `out/test/${kind}`,
  outbase: `test/${kind}`,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
});

// Unit tests run in plain Node: packages stay outside the bundle, and `vscode` is not there at all.
const unit = { ...tests('unit', []), packages: 'external' };
// Integration tests run in the extension host, which has no node_modules of ours: everything is inside but the editor.
const integration = { ...tests('integration', ['test/integration/suite.ts']), external: ['vscode', 'mocha'], alias: extension.alias };
const e2e = { ...tests('e2e', []), packages: 'external' };

const wanted = flags.has('--unit') ? [unit] : minify ? [extension, page] : [extension, page, unit, integration, e2e];

async function main() {
  if (minify) rmSync(path.join(__dirname, 'dist'), { recursive: true, force: true });
  const nonEmpty = wanted.filter((options) => options.entryPoints.length > 0);
  if (flags.has('--watch')) {
    const contexts = await Promise.all(nonEmpty.map((options) => context({ ...options, logLevel: 'info' })));
    await Promise.all(contexts.map((one) => one.watch()));
    return;
  }
  await Promise.all(nonEmpty.map((options) => build(options)));
}

main().catch(() => {
  process.exitCode = 1;
});
