import { readdirSync } from 'node:fs';
import { defineConfig, type OxlintOverride } from 'oxlint';

/**
 * Which folders of ours a folder of ours may import, one line each. The borders are what keeps the money code testable without an editor, and
 * what a further front cannot pass by. `flows` asks through a conversation that the front hands in.
 */
export const borders: Readonly<Record<string, readonly string[]>> = {
  core: [],
  exchanges: ['core'],
  simulator: ['core/decimal'],
  engine: ['core', 'exchanges'],
  // Alone in the engine it serves the simulated exchange, and so starts it.
  'engine/simulated': ['core', 'exchanges', 'engine', 'simulator'],
  words: ['core', 'exchanges', 'engine'],
  views: ['core', 'exchanges', 'engine', 'words'],
  flows: ['core', 'exchanges', 'engine', 'words', 'views'],
  vscode: ['core', 'exchanges', 'engine', 'words', 'views', 'flows', 'agent', 'cli/launcher'],
  webview: ['core/protocol'],
  // For programs that look: nothing here reaches what could change an account or find a key.
  agent: [
    ...['core', 'words', 'engine/accounts/stakes', 'engine/ledger/record', 'engine/ledger/write-states', 'engine/monitor/pace'],
    ...['engine/monitor/store', 'engine/storage/history-protocol', 'engine/targets/ltv-offers', 'engine/targets/safe-maximum'],
    'exchanges/possible',
  ],
  cli: [
    ...['engine/ledger/database/schema', 'engine/ledger/record', 'engine/storage/history-tables', 'engine/storage/ledger-protocol'],
    ...['engine/storage/history-protocol', 'engine/storage/venue-rows', 'engine/storage/state-schema'],
    ...['core', 'words', 'agent', 'engine/accounts/account-book', 'engine/monitor/store', 'engine/monitor/stored-failure'],
    ...['engine/monitor/stored-snapshot', 'engine/prices/streams', 'engine/monitor/pace'],
    // To read an account itself. What it gets of a connection is what reads, and it gives a change no key.
    ...['exchanges/exchange', 'exchanges/registry', 'engine/monitor/poller', 'engine/monitor/reading-news', 'engine/monitor/wakes'],
    // To store what it read in the editor's database, as a reading of that account and nothing else.
    ...['engine/history/figures', 'engine/ledger/owner', 'engine/ledger/write-states', 'engine/monitor/twins'],
    ...['engine/storage/state-protocol', 'engine/storage/database-file', 'engine/storage/readings-tables', 'engine/accounts/failures-here'],
  ],
};
const folders = Object.keys(borders).filter((room) => !room.includes('/'));
/** What knows the editor. */
const fronts = ['vscode'];

/** Every folder there but what is common to all. */
export const venues = readdirSync('src/exchanges', { withFileTypes: true })
  .filter((one) => one.isDirectory() && !['http', 'kit'].includes(one.name))
  .map(({ name }) => name);

/** @param among the venues that a file of a venue may not import, too */
const border = (room: string, allowed: readonly string[], files: string, among: readonly string[] = []): OxlintOverride => ({
  files: [files],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        paths: fronts.includes(room) ? [] : [{ name: 'vscode', message: 'Only src/vscode and src/extension.ts know the editor.' }],
        patterns: [
          ...folders
            .filter((other) => room.split('/')[0] !== other && !allowed.includes(other))
            .map((other) => ({
              group: [`../**/${other}/**`, ...allowed.filter((one) => one.startsWith(`${other}/`)).map((one) => `!../**/${one}.ts`)],
              message: `src/${room} may not import src/${other}.`,
            })),
          ...(room === 'exchanges'
            ? among.map((venue) => ({ group: [`../${venue}/**`], message: 'One venue never imports another.' }))
            : venues.map((venue) => ({ group: [`**/exchanges/${venue}/**`], message: 'Only the registry knows the venues by name.' }))),
        ],
      },
    ],
  },
});

/** All that is strict about types, and the few of the others that we want. */
const strict = [
  ...['no-array-constructor', 'no-console', 'no-empty-function', 'no-unused-expressions', 'no-unused-vars', 'no-useless-constructor'],
  ...['no-var', 'prefer-const', 'prefer-rest-params', 'prefer-spread', 'eqeqeq'],
  ...[
    ...['adjacent-overload-signatures', 'array-type', 'await-thenable', 'ban-tslint-comment', 'class-literal-property-style'],
    ...['consistent-generic-constructors', 'consistent-indexed-object-style', 'consistent-type-assertions', 'consistent-type-definitions'],
    ...['no-array-delete', 'no-base-to-string', 'no-confusing-non-null-assertion', 'no-confusing-void-expression', 'no-deprecated'],
    ...['no-duplicate-enum-values', 'no-duplicate-type-constituents', 'no-dynamic-delete', 'no-empty-object-type', 'no-explicit-any'],
    ...['no-extra-non-null-assertion', 'no-extraneous-class', 'no-floating-promises', 'no-for-in-array', 'no-implied-eval'],
    ...['no-inferrable-types', 'no-invalid-void-type', 'no-meaningless-void-operator', 'no-misused-new', 'no-misused-promises'],
    ...['no-misused-spread', 'no-mixed-enums', 'no-namespace', 'no-non-null-asserted-nullish-coalescing'],
    ...['no-non-null-asserted-optional-chain', 'no-non-null-assertion', 'no-redundant-type-constituents', 'no-require-imports'],
    ...['no-this-alias', 'no-unnecessary-boolean-literal-compare', 'no-unnecessary-condition', 'no-unnecessary-template-expression'],
    ...['no-unnecessary-type-arguments', 'no-unnecessary-type-assertion', 'no-unnecessary-type-constraint'],
    ...['no-unnecessary-type-conversion', 'no-unnecessary-type-parameters', 'no-unsafe-argument', 'no-unsafe-assignment'],
    ...['no-unsafe-call', 'no-unsafe-declaration-merging', 'no-unsafe-enum-comparison', 'no-unsafe-function-type'],
    ...['no-unsafe-member-access', 'no-unsafe-return', 'no-unsafe-unary-minus', 'no-useless-default-assignment'],
    ...['no-wrapper-object-types', 'non-nullable-type-assertion-style', 'only-throw-error', 'prefer-as-const', 'prefer-find'],
    ...['prefer-for-of', 'prefer-function-type', 'prefer-includes', 'prefer-literal-enum-member', 'prefer-namespace-keyword'],
    ...['prefer-nullish-coalescing', 'prefer-optional-chain', 'prefer-promise-reject-errors', 'prefer-reduce-type-parameter'],
    ...['prefer-regexp-exec', 'prefer-return-this-type', 'prefer-string-starts-ends-with', 'related-getter-setter-pairs'],
    ...['require-await', 'triple-slash-reference', 'unbound-method', 'unified-signatures'],
    'use-unknown-in-catch-callback-variable',
  ].map((name) => `typescript/${name}`),
];
const plain = { allowAny: false, allowBoolean: false, allowNullish: false, allowRegExp: false };

export default defineConfig({
  plugins: ['typescript'],
  categories: { correctness: 'error' },
  options: { typeAware: true, denyWarnings: true, reportUnusedDisableDirectives: 'error' },
  ignorePatterns: ['dist/', 'out/', 'node_modules/', '.vscode-test/'],
  overrides: [
    {
      files: ['**/*.ts'],
      rules: {
        ...Object.fromEntries(strict.map((name) => [name, 'error'] as const)),
        // `this.#a ??= …` is a use; the compiler finds what is unused.
        'no-unused-private-class-members': 'off',
        'typescript/ban-ts-comment': ['error', { minimumDescriptionLength: 10 }],
        'typescript/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
        'typescript/restrict-plus-operands': ['error', { ...plain, allowNumberAndString: false }],
        'typescript/restrict-template-expressions': ['error', { ...plain, allowNever: false, allowNumber: false }],
        'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
        'typescript/return-await': ['error', 'error-handling-correctness-only'],
      },
    },
    ...Object.entries(borders).map(([room, allowed]) => border(room, allowed, `src/${room}/**/*.ts`)),
    ...venues.map((venue) =>
      border(
        'exchanges',
        borders['exchanges'] ?? [],
        `src/exchanges/${venue}/**/*.ts`,
        venues.filter((other) => other !== venue),
      ),
    ),
    {
      files: ['test/**/*.ts', 'src/simulator/cli.ts'],
      rules: {
        'no-console': 'off',
        'no-unused-expressions': 'off',
        'typescript/no-non-null-assertion': 'off',
        'typescript/require-array-sort-compare': 'off',
        'typescript/require-await': 'off',
      },
    },
    { files: ['esbuild.js'], rules: { 'typescript/no-implied-eval': 'off' } },
    {
      files: ['test/unit/**/*.ts'],
      rules: {
        'no-restricted-properties': [
          'error',
          { object: 'fc', property: 'assert', message: 'Use `holds` of test/unit/property.ts, which ends in bounded time.' },
        ],
      },
    },
  ],
});
