/**
 * Lint: what the compiler cannot say. Typed rules of typescript-eslint, the import table
 * (tools/lint/import-table.mjs), and the house rules of ARCHITECTURE.md that can be checked.
 */
import tseslint from 'typescript-eslint';
import { importTable, noCycle } from './tools/lint/imports.mjs';
import {
  importBlocks,
  importZones,
  TIME_GLOBALS,
  TIME_SYNTAX,
  TIMELESS,
} from './tools/lint/import-rules.mjs';

const SYNTAX = [
  { selector: 'TSEnumDeclaration', message: 'No enums: a union of literals, or a table with `satisfies`.' },
  { selector: 'ExportDefaultDeclaration', message: 'No default exports: a name is the same everywhere.' },
];

const NODE_GLOBALS = Object.fromEntries(
  // prettier-ignore
  ['console', 'process', 'Buffer', 'URL', 'AbortController', 'AbortSignal', 'performance', 'fetch',
    'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'structuredClone']
    .map((name) => [name, 'readonly']),
);

export default tseslint.config(
  {
    // prettier-ignore
    ignores: ['node_modules', 'dist', '.build', '.kafka', '.cache', 'coverage', '**/generated/**', 'docs/protocol'],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'warn' } },

  {
    files: ['**/*.ts'],
    ignores: ['**/*.d.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { lanes: { rules: { 'import-table': importTable, 'no-cycle': noCycle } } },
    rules: {
      'lanes/no-cycle': 'error',
      'lanes/import-table': ['error', importZones()],
      'no-restricted-syntax': ['error', ...SYNTAX],
      'no-console': 'error',
      'no-useless-escape': 'error',
      'no-empty': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      // `interface` for shapes and `type` for unions is the habit here, but a type alias does no harm.
      '@typescript-eslint/consistent-type-definitions': 'off',
      // A union with `(string & {})` keeps the suggestions of an editor.
      '@typescript-eslint/no-redundant-type-constituents': 'off',
      // A field of foreign JSON is read as foreign['field'], so that it looks like what it is.
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      '@typescript-eslint/no-empty-object-type': ['error', { allowObjectTypes: 'always' }],
      // It takes a flag that a callback sets during an await for a constant.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/prefer-function-type': 'off',
      '@typescript-eslint/consistent-indexed-object-style': 'off',
      '@typescript-eslint/prefer-for-of': 'off',
      // What only the caller can know is a type parameter of its own, as in Kafka Streams' getStateStore.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
    },
  },
  ...importBlocks(),
  {
    ...TIMELESS,
    rules: {
      'no-restricted-syntax': ['error', ...SYNTAX, ...TIME_SYNTAX],
      'no-restricted-globals': ['error', ...TIME_GLOBALS],
    },
  },
  {
    files: ['src/**/*.ts', 'topology/**/*.ts', 'config/**/*.ts', 'bench/**/*.ts'],
    rules: { 'max-lines': ['error', { max: 300 }] },
  },

  {
    files: ['test/**/*.ts'],
    rules: {
      'no-console': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/only-throw-error': 'off',
    },
  },

  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: { ecmaVersion: 2023, sourceType: 'module', globals: NODE_GLOBALS },
    rules: {
      'no-undef': 'error',
      'no-unused-vars': ['error', { argsIgnorePattern: '^_', caughtErrors: 'none' }],
      'no-unreachable': 'error',
      'no-const-assign': 'error',
      'no-dupe-keys': 'error',
      'prefer-const': 'error',
      'no-var': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: { require: 'readonly', module: 'writable' } },
  },
);
