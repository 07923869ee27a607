// Bundles the extension, its page and the tests. `--watch` keeps going, `--unit` builds only what the unit tests need,
// `--crash` only what kills processes, `--tests` all tests and no product, `--minify` is what the package gets. Tests are found by walking folders, so none can be forgotten.
const { build, context, transform } = require('esbuild');
const { globSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } = require('node:fs');
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

// What a dynamic import() brings becomes a part of its own, read when it is first needed. Each part costs its frame and a compression of
// its own in the package, so what is used together is one part: it has one door, as src/vscode/dialogs.ts, or is listed here.
const together = [
  // Every change needs all of it; reading the journal needs the kinds of change.
  [
    'commit.ts',
    'database/sqlite-journal.ts',
    'kinds/kinds.ts',
    'limit-checks.ts',
    'limits.ts',
    'prover.ts',
    'undo-checks.ts',
    'settle.ts',
  ].map((file) => path.join(__dirname, 'src/engine/ledger', file)),
  // With an account, these are needed right after activation.
  ['open-state.ts', 'monitor/lease.ts'].map((file) => path.join(__dirname, 'src/engine', file)),
  ['engine/history/venue-history.ts', 'engine/monitor/price-watch.ts', 'engine/watch/warning-watch.ts', 'views/outlines.ts'].map((file) =>
    path.join(__dirname, 'src', file),
  ),
];

// esbuild splits ES modules only, and the editor's `vscode` is there for CommonJS only, so each part is converted after.
const asCommonJs = {
  name: 'as-common-js',
  setup({ onEnd }) {
    onEnd(async ({ outputFiles = [] }) => {
      for (const { path: file, text } of outputFiles) {
        const { code, map } = await transform(text, {
          format: 'cjs',
          // For `node` each part would list its exports once more, for import() by ES modules, of which there are none.
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

// esbuild makes a part of whatever the same parts share. Each part of ours comes after activation, so it may well say that it needs the
// entry: then all that activation loads is one part to read, not one for each way in which the others share it.
const partOf = (file) => together.find((files) => files.includes(file)) ?? [file];
const afterActivation = {
  name: 'after-activation',
  setup({ initialOptions, onResolve, onLoad }) {
    const inner = 'after-activation';
    onResolve({ filter: /^\./, namespace: 'file' }, ({ kind, path: target, resolveDir }) =>
      kind === 'dynamic-import' ? { path: partOf(path.join(resolveDir, target))[0], namespace: inner } : undefined,
    );
    onLoad({ filter: /./, namespace: inner }, ({ path: door }) => ({
      contents: [
        `import './${initialOptions.entryPoints[0]}';`,
        ...partOf(door).map((file) => `export * from ${JSON.stringify(file)};`),
      ].join(''),
      resolveDir: __dirname,
    }));
  },
};

// `msg('id', 'text'`, in the form that the check of texts keeps.
const message = /\bmsg\(\s*'([^']+)',\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")/g;

// The words of a message and its arguments are all that the package needs; by their ids, translations would be half as large again.
const withoutIds = {
  name: 'without-ids',
  setup({ onLoad }) {
    if (!minify) return;
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path: file }) => ({
      contents: readFileSync(file, 'utf8').replace(message, 'msg(0, $2'),
      loader: 'ts',
    }));
  },
};

/** What each id says in English. */
function englishTexts() {
  const sources = globSync('src/**/*.ts', { cwd: __dirname }).map((file) => readFileSync(path.join(__dirname, file), 'utf8'));
  return Object.fromEntries(
    sources.flatMap((source) => [...source.matchAll(message)].map(([, id, text]) => [id, new Function(`return ${text}`)()])),
  );
}

/** The editor reads translations by the keys of src/core/message.ts. */
async function writeTranslations() {
  const { outputFiles } = await build({ ...common, entryPoints: ['src/core/message.ts'], platform: 'node', format: 'cjs', write: false });
  const core = { exports: {} };
  new Function('module', outputFiles[0].text)(core);
  const english = englishTexts();
  mkdirSync(path.join(__dirname, 'dist/l10n'), { recursive: true });
  for (const name of readdirSync(path.join(__dirname, 'l10n'))) {
    const texts = Object.entries(JSON.parse(readFileSync(path.join(__dirname, 'l10n', name), 'utf8')));
    const byKey = Object.fromEntries(texts.map(([id, text]) => [core.exports.templateKey(english[id]), text]));
    if (Object.keys(byKey).length < texts.length)
      throw new Error(`l10n/${name}: two sentences have one key; word one of them in another way`);
    writeFileSync(path.join(__dirname, 'dist/l10n', name), JSON.stringify(byKey));
  }
}

/** Tests ask for sentences by id. */
function writeTexts() {
  mkdirSync(path.join(__dirname, 'out'), { recursive: true });
  writeFileSync(path.join(__dirname, 'out/texts.json'), JSON.stringify(englishTexts(), undefined, 2));
}

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
  plugins: [afterActivation, withoutIds, asCommonJs],
  // Of two exports by one name in one part, neither would be there.
  logOverride: { 'ambiguous-reexport': 'error' },
  external: ['vscode'],
  // The `node` build of ofetch carries a fetch of its own; this one uses the editor's, which knows about proxies.
  alias: { ofetch: path.join(__dirname, 'node_modules/ofetch/dist/index.mjs') },
};

// The ledger's thread starts from a file of its own and shares no part with the extension. Its name is fixed: src/vscode/ports.ts asks for it.
const worker = {
  ...common,
  entryPoints: [{ in: 'src/engine/database-worker.ts', out: 'ledger-worker' }],
  outdir: 'dist/parts',
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  plugins: [withoutIds],
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
// The ledger's thread, where each of them finds it.
const unitWorker = { ...worker, outdir: 'out/test/unit' };
const crashWorker = { ...worker, outdir: 'out/test/crash' };
// Integration tests run in the extension host, which has no node_modules of ours: everything is inside but the editor.
const integration = { ...tests('integration', ['test/integration/suite.ts']), external: ['vscode', 'mocha'], alias: extension.alias };
const e2e = { ...tests('e2e', []), packages: 'external' };
// Windows that are killed start in plain Node, often: one file each, with everything inside.
const crash = {
  ...common,
  entryPoints: ['test/crash/main.ts', 'test/crash/window-process.ts'],
  outdir: 'out/test/crash',
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  alias: extension.alias,
};

const product = [extension, worker, page];
const everyTest = [unit, unitWorker, integration, e2e, crash, crashWorker];
const wanted = flags.has('--unit')
  ? [unit, unitWorker]
  : flags.has('--crash')
    ? [crash, crashWorker]
    : flags.has('--tests')
      ? everyTest
      : minify
        ? product
        : [...product, ...everyTest];

async function main() {
  // Parts carry a hash in their names: old ones would stay behind.
  if (wanted.includes(extension)) {
    rmSync(path.join(__dirname, 'dist'), { recursive: true, force: true });
    await writeTranslations();
  }
  if (wanted.includes(unit) || wanted.includes(crash)) writeTexts();
  const nonEmpty = wanted.filter((options) => options.entryPoints.length > 0);
  if (flags.has('--watch')) {
    const contexts = await Promise.all(nonEmpty.map((options) => context({ ...options, logLevel: 'info' })));
    await Promise.all(contexts.map((one) => one.watch()));
    return;
  }
  await Promise.all(nonEmpty.map((options) => build(options)));
}

main().catch((error) => {
  // What esbuild finds it says itself.
  if (error.errors === undefined) console.error(error.message);
  process.exitCode = 1;
});
