import { readdirSync } from 'node:fs';
import tseslint from 'typescript-eslint';

/**
 * Which folders of ours a folder of ours may import, one line each. The borders are what keeps the money code testable without an editor, and
 * what a further front cannot pass by. `flows` asks through a conversation that the front hands in.
 */
export const borders = {
  core: [],
  exchanges: ['core'],
  simulator: ['core/decimal'],
  engine: ['core', 'exchanges'],
  // Alone in the engine it serves the simulated exchange, and so starts it.
  'engine/simulated': ['core', 'exchanges', 'engine', 'simulator'],
  words: ['core', 'exchanges', 'engine'],
  views: ['core', 'exchanges', 'engine', 'words'],
  flows: ['core', 'exchanges', 'engine', 'words', 'views'],
  vscode: ['core', 'exchanges', 'engine', 'words', 'views', 'flows'],
  webview: ['core/protocol'],
};
const folders = Object.keys(borders).filter((room) => !room.includes('/'));
/** What knows the editor. */
const fronts = ['vscode'];

/** Every folder there but what is common to all. */
const venues = readdirSync('src/exchanges', { withFileTypes: true })
  .filter((one) => one.isDirectory() && !['http', 'kit'].includes(one.name))
  .map(({ name }) => name);

const border = ([folder, allowed]) => ({
  files: [`src/${folder}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        paths: fronts.includes(folder) ? [] : [{ name: 'vscode', message: 'Only src/vscode and src/extension.ts know the editor.' }],
        patterns: folders
          .filter((other) => other !== folder && !allowed.includes(other))
          .map((other) => {
            const exceptions = allowed.filter((one) => one.startsWith(`${other}/`)).map((one) => one.slice(other.length + 1));
            const negative = exceptions.length > 0 ? `(?!(${exceptions.join('|')})\\.ts$)` : '';
            return { regex: `^\\.\\.(/\\.\\.)*/${other}/${negative}`, message: `src/${folder} may not import src/${other}.` };
          })
          .concat(
            folder === 'exchanges'
              ? []
              : [{ regex: `/exchanges/(${venues.join('|')})/`, message: 'Only the registry knows the venues by name.' }],
          ),
      },
    ],
  },
});

export default tseslint.config(
  { ignores: ['dist/', 'out/', 'node_modules/', '.vscode-test/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/dot-notation': 'off',
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  ...Object.entries(borders).map(border),
  // One venue never imports another.
  ...venues.map((venue) => ({
    files: [`src/exchanges/${venue}/**/*.ts`],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: `ImportDeclaration[source.value=/^\\.\\.\\u002f(${venues.filter((other) => other !== venue).join('|') || 'none'})\\u002f/]`,
          message: 'One venue never imports another.',
        },
      ],
    },
  })),
  {
    files: ['test/**/*.ts', 'src/simulator/cli.ts'],
    rules: {
      'no-console': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
    },
  },
  {
    files: ['test/**/*.test.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'Program > ExpressionStatement > CallExpression[callee.name=/^(before|after)(Each)?$/]',
          message: 'A hook outside of any describe runs for the tests of all files.',
        },
      ],
    },
  },
  {
    files: ['test/unit/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'fc', property: 'assert', message: 'Use `holds` of test/unit/property.ts, which ends in bounded time.' },
      ],
    },
  },
);
