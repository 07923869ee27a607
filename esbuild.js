// Bundles the extension, its page and the tests. `--watch` keeps going, `--unit` builds only what the unit tests need,
// `--crash` only what kills processes, `--simulation` only what simulates the watch, `--chaos` the whole, `--fuzz` only odd answers, `--tests` all tests and no product, `--minify` is what the package gets. Tests are found by walking folders, so none can be forgotten.
const { build, context, transform } = require('esbuild');
const { globSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { Script } = require('node:vm');

const flags = new Set(process.argv.slice(2));
const minify = flags.has('--minify');

const common = {
  bundle: true,
  minify,
  sourcemap: minify ? false : 'linked',
  legalComments: 'none',
  metafile: minify,
  logLevel: 'warning',
  absWorkingDir: __dirname,
  // Names of parts come from paths: the same wherever the packages really are.
  preserveSymlinks: true,
};

// What a dynamic import() brings becomes a part of its own, read when it is first needed. Each part costs its frame and a compression of
// its own in the package, so what is used together is one part: it has one door, as src/vscode/dialogs.ts, or is listed here.
const together = [
  // Every change needs all of it; reading the journal needs the kinds of change.
  [
    'commit.ts',
    'ask-again.ts',
    'database/sqlite-journal.ts',
    'kinds/kinds.ts',
    'limit-checks.ts',
    'limits.ts',
    'prover.ts',
    'undo-checks.ts',
    'settle.ts',
  ].map((file) => `src/engine/ledger/${file}`),
  // With an account, these are needed right after activation.
  ['open-state.ts', 'monitor/lease.ts', 'monitor/poller.ts'].map((file) => `src/engine/${file}`),
  [
    'engine/history/venue-history.ts',
    'engine/prices/price-watch.ts',
    'engine/monitor/reading-news.ts',
    'engine/watch/key-watch.ts',
    'engine/watch/warning-watch.ts',
    'engine/outlets/delivery.ts',
    'views/outlines.ts',
  ].map((file) => `src/${file}`),
  // Much alike, so that one compression serves both.
  ['src/exchanges/okx/connect.ts', 'src/exchanges/bybit/connect.ts'],
  ['src/engine/simulated/serving.ts', 'src/simulator/okx/start.ts'],
  ['src/vscode/gauge-panel.ts', 'src/views/history.ts'],
  // On the database, and so with the code of the databases.
  ['src/cli/state-file.ts', 'src/cli/keep-watched.ts'],
];

// esbuild splits ES modules only, and the editor's `vscode` is there for CommonJS only, so the imports and exports that it writes are rewritten,
// line for line. Names stay names: no frame around each part, no `(0,a.b)(…)` at each call. A binding that changes after its export would be
// read once only; a unit test holds that there is none.
const commonJs = (text) =>
  text
    .replace(
      /\bimport\s*\{([^}]*)\}\s*from\s*("[^"]+");/g,
      (_, names, from) => `const {${names.replaceAll(' as ', ': ')}} = require(${from});`,
    )
    .replace(/\bimport\s*(?:\*\s*as )?\s*([\w$]+) from\s*("[^"]+");/g, 'const $1 = require($2);')
    .replace(/\bimport\s*("[^"]+");/g, 'require($1);')
    // import() would go round the editor's own require.
    .replace(/\bimport\(("\.[^"]+")\)/g, 'Promise.resolve().then(() => require($1))')
    .replace(/\bexport\s*\{([^}]*)\};/, (_, names) => `module.exports = {${names.replace(/([\w$]+) as ([\w$]+)/g, '$2: $1')}};`);

/** Hashes keep caches apart. A part is asked for by other parts only, and each hash takes six bytes of the package wherever it is named. */
function withoutHashes(files) {
  const names = new Map();
  const counts = new Map();
  for (const file of files.toSorted()) {
    const [, stem] = /^(.+)-[A-Z0-9]{8}\.js$/.exec(file) ?? [];
    if (stem === undefined) continue;
    const count = (counts.get(stem) ?? 0) + 1;
    counts.set(stem, count);
    names.set(file, `${stem}${count === 1 ? '' : `-${String(count)}`}.js`);
  }
  return names;
}

const asCommonJs = {
  name: 'as-common-js',
  setup({ onEnd }) {
    onEnd(({ outputFiles = [] }) => {
      const names = withoutHashes(outputFiles.map(({ path: file }) => path.basename(file)));
      for (const { path: hashed, text } of outputFiles) {
        const isCode = hashed.endsWith('.js');
        const code = [...names].reduce((sum, [from, to]) => sum.replaceAll(`/${from}`, `/${to}`), isCode ? commonJs(text) : text);
        const file = path.join(path.dirname(hashed), names.get(path.basename(hashed)) ?? path.basename(hashed));
        // What was not rewritten is no script.
        if (isCode) new Script(code, { filename: file });
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, code);
      }
    });
  },
};

/** What esbuild leaves to be had: its own minifier looks at no function as a whole. A fortieth of the package. */
async function squeeze() {
  const { minify: terser } = require('terser');
  // A function without a name and without `this` is never called with `new`, here or in the packages.
  // Constants stay where they stand: most comparisons end alike.
  const compress = { passes: 3, unsafe_arrows: true, lhs_constants: false };
  for (const file of globSync('dist/**/*.js', { cwd: __dirname })) {
    const full = path.join(__dirname, file);
    const { code } = await terser(readFileSync(full, 'utf8'), { ecma: 2022, toplevel: true, compress });
    writeFileSync(full, code);
  }
}

/** The command line runs without the editor and changes nothing, whatever parts it loads: of what was written, not of what was meant. */
function faultsOutside(outputs) {
  const never = /^vscode$|^src\/(vscode|flows|extension)|\/ledger\/(commit|arming|kinds)|\/vault\.ts$/;
  const seen = new Set(['dist/ltv-gauge.js']);
  const faults = [];
  for (const file of seen) {
    const { imports, inputs } = outputs[file];
    for (const { path: target, external } of imports) if (!external) seen.add(target);
    const all = [...Object.keys(inputs), ...imports.filter(({ external }) => external).map((one) => one.path)];
    for (const wrong of all.filter((one) => never.test(one))) faults.push({ text: `The command line may load ${wrong}, in ${file}.` });
  }
  return faults;
}

// esbuild makes a part of whatever the same entries and parts share: one for each way in which they share it. So each part says that it needs
// all that parts share, and what activation loads, which is there by then. The command line, and the parts that it loads, come without the
// editor: they say so of what they share with others and need themselves.
const partOf = (file) => together.find((files) => files.includes(file)) ?? [file];
const fewParts = (base, commandLine) => ({
  name: 'few-parts',
  setup({ initialOptions, onStart, onResolve, onLoad, onEnd }) {
    let graph;
    let shared = [];
    let outside = new Set();
    let started = new Set();
    /** The files, and what they import: at once, or at all. */
    const reach = (files, atAll, seen = new Set()) => {
      for (const file of files) {
        if (seen.has(file)) continue;
        seen.add(file);
        for (const { path: target, kind, external } of graph[file].imports) {
          if (external) continue;
          if (kind !== 'dynamic-import') reach([target], atAll, seen);
          else if (atAll) reach(partOf(target), atAll, seen);
        }
      }
      return seen;
    };
    onStart(async () => {
      if (commandLine === undefined) return;
      const { metafile } = await build({ ...initialOptions, plugins: [], write: false, metafile: true, logLevel: 'silent' });
      graph = metafile.inputs;
      const imports = Object.values(graph).flatMap((file) => file.imports);
      const doors = imports.filter(({ kind }) => kind === 'dynamic-import').map((door) => partOf(door.path)[0]);
      const roots = [...new Set([commandLine, base, ...doors])].map((door) => reach(partOf(door), false));
      shared = Object.keys(graph).filter((file) => roots.filter((root) => root.has(file)).length > 1);
      outside = reach([commandLine], true);
      started = reach([commandLine, base], false);
    });
    onEnd(({ metafile }) => {
      const errors = commandLine === undefined ? [] : faultsOutside(metafile.outputs);
      // esbuild prints nothing that it hears this late.
      for (const { text } of errors) console.error(text);
      return { errors };
    });
    const inner = 'few-parts';
    onResolve({ filter: /^[.s]/ }, ({ kind, path: target, resolveDir }) => {
      const file = path.relative(__dirname, path.resolve(resolveDir, target)).replaceAll(path.sep, '/');
      if (kind === 'dynamic-import') return { path: partOf(file)[0], namespace: inner };
      return kind === 'entry-point' && file === commandLine ? { path: file, namespace: inner } : undefined;
    });
    onLoad({ filter: /./, namespace: inner }, ({ path: door }) => ({
      contents: [
        // To start, the command line needs no more than that, and what the base shares with its parts.
        ...(outside.has(door)
          ? shared.filter((file) => outside.has(file) && (door !== commandLine || started.has(file)))
          : door === base
            ? []
            : [base, ...shared]
        )
          .filter((file) => !file.includes('node_modules'))
          .map((file) => `import './${file}';`),
        ...partOf(door).map((file) => `export * from './${file}';`),
      ].join(''),
      resolveDir: __dirname,
    }));
  },
});

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
  const asText = { ...common, sourcemap: false, platform: 'node', format: 'cjs', write: false };
  const { outputFiles } = await build({ ...asText, entryPoints: ['src/core/message.ts'] });
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

/** What the licences of the packages in these outputs ask for: their texts go where the code goes. */
function writeLicences(metafiles) {
  const used = metafiles.flatMap(({ outputs }) =>
    Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs).filter((file) => inputs[file].bytesInOutput > 0)),
  );
  const names = new Set(used.flatMap((file) => /.*\bnode_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []));
  const texts = [...names]
    .sort((one, other) => one.localeCompare(other))
    .map((name) => {
      const folder = path.join(__dirname, 'node_modules', name);
      const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
      const licence = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
      if (licence === undefined) throw new Error(`${name} comes without the text of its licence`);
      return `${name} ${version}\n\n${readFileSync(path.join(folder, licence), 'utf8').trim()}\n`;
    });
  writeFileSync(path.join(__dirname, 'dist/LICENSES.txt'), texts.join('\n---\n\n'));
}

/** Tests ask for sentences by id. */
function writeTexts() {
  mkdirSync(path.join(__dirname, 'out'), { recursive: true });
  writeFileSync(path.join(__dirname, 'out/texts.json'), JSON.stringify(englishTexts(), undefined, 2));
}

// What activation loads is one file: in the extension host, each costs more than what is in it. It shares nothing with the parts; what both need is small.
const activation = {
  ...common,
  sourcemap: minify ? false : 'inline',
  entryPoints: ['src/extension.ts'],
  outdir: 'dist',
  platform: 'node',
  target: 'node22',
  format: 'esm',
  write: false,
  plugins: [
    {
      name: 'starts-the-parts',
      setup({ onResolve }) {
        onResolve({ filter: /\/running\.ts$/ }, ({ kind }) =>
          kind === 'dynamic-import' ? { path: './parts/running.js', external: true } : undefined,
        );
      },
    },
    withoutIds,
    asCommonJs,
  ],
  external: ['vscode'],
};

const extension = {
  ...common,
  sourcemap: minify ? false : 'inline',
  entryPoints: [
    // Its name is fixed, as that of the databases' thread: others ask for it.
    { in: 'src/vscode/running.ts', out: 'parts/running' },
    { in: 'src/cli/main.ts', out: 'ltv-gauge' },
    { in: 'src/engine/database-worker.ts', out: 'parts/ledger-worker' },
  ],
  outdir: 'dist',
  chunkNames: 'parts/[name]-[hash]',
  platform: 'node',
  target: 'node22',
  format: 'esm',
  splitting: true,
  write: false,
  metafile: true,
  plugins: [fewParts('src/vscode/running.ts', 'src/cli/main.ts'), withoutIds, asCommonJs],
  // Of two exports by one name in one part, neither would be there.
  logOverride: { 'ambiguous-reexport': 'error' },
  external: ['vscode'],
  // The `node` build of ofetch carries a fetch of its own; this one uses the editor's, which knows about proxies.
  alias: { ofetch: path.join(__dirname, 'node_modules/ofetch/dist/index.mjs') },
};

// The databases' thread for tests: one file.
const worker = {
  ...common,
  entryPoints: [{ in: 'src/engine/database-worker.ts', out: 'ledger-worker' }],
  platform: 'node',
  target: 'node22',
  format: 'cjs',
};

// What a template holds between its tags comes into the package as it stands. Code means the same without its indents.
const withoutIndents = {
  name: 'without-indents',
  setup({ onLoad }) {
    if (!minify) return;
    onLoad({ filter: /[\\/]src[\\/]webview[\\/].*\.ts$/ }, ({ path: file }) => ({
      contents: readFileSync(file, 'utf8')
        .replace(/^ +/gm, '')
        .replace(/>\n(?=<)/g, '>'),
      loader: 'ts',
    }));
  },
};

// A section of the page brings its style along as a string: the policy of the page allows sheets only from files or from our scripts.
const styleAsText = {
  name: 'style-as-text',
  setup({ onLoad, onResolve }) {
    const namespace = 'style';
    onResolve({ filter: /\.css$/ }, ({ kind, path: target, resolveDir }) =>
      kind === 'import-statement'
        ? { path: path.relative(__dirname, path.join(resolveDir, target)).replaceAll(path.sep, '/'), namespace }
        : undefined,
    );
    onLoad({ filter: /./, namespace }, async ({ path: file }) => {
      const full = path.join(__dirname, file);
      const { code } = await transform(readFileSync(full, 'utf8'), { loader: 'css', minify });
      return { contents: `export const style = ${JSON.stringify(code.trim())};`, watchFiles: [full] };
    });
  },
};

// Each section that only some people open is a part of its own; src/webview/section.ts says how to add one.
const page = {
  ...common,
  plugins: [fewParts('src/webview/main.ts'), styleAsText, withoutIndents],
  entryPoints: ['src/webview/main.ts', 'src/webview/page.css'],
  outdir: 'dist/webview',
  chunkNames: '[name]-[hash]',
  platform: 'browser',
  target: 'es2023',
  format: 'esm',
  splitting: true,
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

// Unit tests run in plain Node: packages stay outside the bundle, and `vscode` is not there at all. What several of them share is there once:
// each with a copy of its own took a third more to read and to warm up.
const unit = {
  ...tests('unit', []),
  chunkNames: 'parts/[hash]',
  packages: 'external',
  // Threads of databases, which many tests do without.
  alias: { 'node:worker_threads': path.join(__dirname, 'test/unit/engine/storage/same-thread.ts') },
  format: 'esm',
  splitting: true,
  write: false,
  plugins: [asCommonJs],
};
// The ledger's thread, where each of them finds it.
const unitWorker = { ...worker, outdir: 'out/test/unit' };
const unitCli = {
  ...worker,
  entryPoints: [{ in: 'src/cli/main.ts', out: 'ltv-gauge' }],
  outdir: 'out/test/unit',
  plugins: [withoutIds],
};
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

// Worlds of one seed each, in threads that start from the same file.
const simulation = { ...crash, entryPoints: ['test/watch/main.ts'], outdir: 'out/test/watch' };

// The same for everything together. Its databases' threads are not threads.
const chaos = {
  ...crash,
  entryPoints: ['test/chaos/main.ts'],
  outdir: 'out/test/chaos',
  alias: { ...crash.alias, 'node:worker_threads': unit.alias['node:worker_threads'] },
};
const chaosWorker = { ...worker, outdir: 'out/test/chaos' };

// Answers in which something is wrong, by the thousand.
const fuzz = { ...crash, entryPoints: ['test/fuzz/main.ts'], outdir: 'out/test/fuzz' };

// `--break=NAME`: the same of a product with a fault put in on purpose, which the simulation or the fuzzing has to find.
const breakName = [...flags].find((flag) => flag.startsWith('--break='))?.slice('--break='.length);
if (breakName !== undefined) {
  const { edits } = JSON.parse(readFileSync(`test/${flags.has('--fuzz') ? 'fuzz' : 'chaos'}/breaks.json`, 'utf8')).find(
    ({ name }) => name === breakName,
  );
  const broken = {
    name: 'broken',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path: file }) => {
        const ours = edits.filter((edit) => path.join(__dirname, edit.file) === file);
        if (ours.length === 0) return undefined;
        const contents = ours.reduce((text, { find, replace }) => text.replace(find, () => replace), readFileSync(file, 'utf8'));
        return { contents, loader: 'ts' };
      });
    },
  };
  for (const one of [chaos, chaosWorker, fuzz])
    Object.assign(one, { outdir: `${one.outdir}-broken`, plugins: [broken, ...(one.plugins ?? [])] });
}

const product = [activation, extension, page];
const everyTest = [unit, unitWorker, unitCli, integration, e2e, crash, crashWorker, simulation, chaos, chaosWorker, fuzz];
const wanted = flags.has('--unit')
  ? [unit, unitWorker, unitCli]
  : flags.has('--crash')
    ? [crash, crashWorker]
    : flags.has('--simulation')
      ? [simulation]
      : flags.has('--chaos')
        ? [chaos, chaosWorker]
        : flags.has('--fuzz')
          ? [fuzz]
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
  if (wanted.includes(unit)) rmSync(path.join(__dirname, unit.outdir), { recursive: true, force: true });
  if (wanted.includes(unit) || wanted.includes(crash)) writeTexts();
  const nonEmpty = wanted.filter((options) => options.entryPoints.length > 0);
  if (flags.has('--watch')) {
    const contexts = await Promise.all(nonEmpty.map((options) => context({ ...options, logLevel: 'info' })));
    await Promise.all(contexts.map((one) => one.watch()));
    return;
  }
  const built = await Promise.all(nonEmpty.map((options) => build(options)));
  if (minify) {
    writeLicences(built.map(({ metafile }) => metafile));
    await squeeze();
  }
}

main().catch((error) => {
  // What esbuild finds it says itself.
  if (error.errors === undefined) console.error(error.message);
  process.exitCode = 1;
});
