// Bundles the extension, its page and the tests. `--watch` keeps going, `--unit` builds only what the unit tests need,
// `--minify` is what the package gets. Tests are found by walking folders, so none can be forgotten.
const { build, context, transform } = require('esbuild');
const { globSync, mkdirSync, rmSync, writeFileSync } = require('node:fs');
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

// What a dynamic import() brings becomes a part of its own, read when it is first needed: activation loads the entry and what it shares
// with the parts. esbuild splits ES modules only, and the editor's `vscode` is there for CommonJS only, so each part is converted after.
const asCommonJs = {
  name: 'as-common-js',
  setup({ onEnd }) {
    onEnd(async ({ outputFiles = [] }) => {
      for (const { path: file, text } of outputFiles) {
        const { code, map } = await transform(text, {
          format: 'cjs',
          platform: 'neutral',
          target: 'node22',
          minify,
          sourcemap: minify ? false : 'external',
          sourcefile: path.basename(file),
          // import() would go round the editor's own require.
          supported: { 'dynamic-import': false },
        });
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, minify ? code : `${code}//# sourceMappingURL=${path.basename(file)}.map\n`);
        if (!minify) writeFileSync(`${file}.map`, map);
      }
    });
  },
};

const extension = {
  ...common,
  sourcemap: minify ? false : 'inline',
  entryPoints: ['src/extension.ts'],
  outdir: 'dist',
  chunkNames: 'parts/[name]-[hash]',
  platform: 'node',
  target: 'node22',
  format: 'esm',
  splitting: true,
  write: false,
  plugins: [asCommonJs],
  external: ['vscode'],
  // The `node` build of ofetch carries a fetch of its own; this one uses the editor's, which knows about proxies.
  alias: { ofetch: path.join(__dirname, 'node_modules/ofetch/dist/index.mjs') },
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
  // Parts carry a hash in their names: old ones would stay behind.
  if (wanted.includes(extension)) rmSync(path.join(__dirname, 'dist'), { recursive: true, force: true });
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
