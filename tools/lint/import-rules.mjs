/** The import table as ESLint configuration. Pure: rows in, blocks of configuration out. */
import { COMPOSITION, CONFIG_REASON, IMPORT_TABLE, MAY_USE_TIME, TOPOLOGY_REASON } from './import-table.mjs';

/** @typedef {import('./import-table.mjs').ImportRow} ImportRow */

/** @param {readonly string[]} names */
const oneOf = (names) => names.map((name) => name.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')).join('|');

/** Everything that is neither relative, nor Node's, nor one of `allowed`. @param {readonly string[]} allowed */
const packagesBut = (allowed) =>
  allowed.length === 0 ? '^(?!\\.|node:)' : `^(?!\\.|node:|(?:${oneOf(allowed)})(?:/|$))`;

/** @param {readonly string[]} allowed */
const nodeBut = (allowed) => (allowed.length === 0 ? '^node:' : `^node:(?!(?:${oneOf(allowed)})$)`);

/** @param {string} importer @param {string} what @param {string} reason */
const message = (importer, what, reason) => `${importer} may not import ${what}: ${reason}.`;

const CHANCE = ['randomBytes', 'randomUUID', 'randomInt', 'randomFillSync', 'getRandomValues', 'webcrypto'];

/** Zones for lanes/import-table: a file in `target` may not import `from`, but for `except`. */
export const importZones = () => [
  ...IMPORT_TABLE.flatMap(({ folder, mayImport, reason }) => [
    ...(mayImport === 'all'
      ? []
      : [
          {
            target: `src/${folder}`,
            from: 'src',
            except: [folder, ...mayImport].map((allowed) => `src/${allowed}`),
            message: message(`src/${folder}`, 'this', reason),
          },
        ]),
    ...(folder === 'cli' || folder === 'service'
      ? []
      : [
          {
            target: `src/${folder}`,
            from: 'config',
            message: message(`src/${folder}`, 'config/', CONFIG_REASON),
          },
        ]),
    ...(['cli', 'service', 'testing'].includes(folder)
      ? []
      : [
          {
            target: `src/${folder}`,
            from: 'topology',
            message: message(`src/${folder}`, 'topology/', 'the engine serves any topology'),
          },
        ]),
  ]),
  {
    target: 'src',
    from: 'src/index.ts',
    message: message(
      'src/',
      'src/index.ts',
      'it is for authors of topologies; inside, import the file itself',
    ),
  },
  {
    target: 'src',
    from: 'src/testing.ts',
    message: message(
      'src/',
      'src/testing.ts',
      'it is for tests of topologies; inside, import the file itself',
    ),
  },
  {
    target: 'topology',
    from: 'src',
    except: ['src/index.ts'],
    message: message('topology/', 'this', TOPOLOGY_REASON),
  },
  { target: 'topology', from: 'config', message: message('topology/', 'config/', TOPOLOGY_REASON) },
  { target: 'config', from: 'src', message: message('config/', 'src/', CONFIG_REASON) },
  { target: 'config', from: 'topology', message: message('config/', 'topology/', CONFIG_REASON) },
];

/** @param {ImportRow} row */
const restrictedImports = ({ folder, packages, node, reason }) => ({
  paths:
    node === 'all'
      ? []
      : [
          {
            name: 'node:crypto',
            importNames: CHANCE,
            message: message(
              `src/${folder}`,
              'chance',
              'randomness is an argument here, so that a run can be repeated',
            ),
          },
        ],
  patterns: [
    { regex: packagesBut(packages), message: message(`src/${folder}`, 'this package', reason) },
    ...(node === 'all'
      ? []
      : [{ regex: nodeBut(node), message: message(`src/${folder}`, 'this Node module', reason) }]),
  ],
});

/** One block per row for no-restricted-imports, and one for the files directly in src/. */
export const importBlocks = () => [
  {
    files: ['src/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: packagesBut(COMPOSITION.packages),
              message: message('src/*.ts', 'this package', COMPOSITION.reason),
            },
          ],
        },
      ],
    },
  },
  {
    files: ['topology/**/*.ts', 'config/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    // The bench measures the bare client too, and asks the broker by clients of its own.
    ignores: [
      'test/unit/kafka/**',
      'test/broker/**',
      'test/support/**',
      'bench/cluster/**',
      'bench/loops/**',
    ],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^node-rdkafka(?:/|$)',
              message:
                'Only src/kafka imports node-rdkafka: everybody else uses the ports, so that the client can be swapped.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['src/*/**/*.ts'],
    ignores: IMPORT_TABLE.map(({ folder }) => `src/${folder}/**`),
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '.',
              message: 'This folder has no row in tools/lint/import-table.mjs: give it one, with the reason.',
            },
          ],
        },
      ],
    },
  },
  ...IMPORT_TABLE.map((row) => ({
    files: [`src/${row.folder}/**/*.ts`],
    rules: { 'no-restricted-imports': ['error', restrictedImports(row)] },
  })),
];

const TIME =
  'Time comes from the Clock port and chance from an argument, so that a test can hold both in its hand.';

/** Syntax that reads a clock or uses chance. */
export const TIME_SYNTAX = [
  { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: TIME },
  { selector: "CallExpression[callee.object.name='performance'][callee.property.name='now']", message: TIME },
  { selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']", message: TIME },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: TIME },
  { selector: "ImportDeclaration[source.value='node:timers/promises']", message: TIME },
];

export const TIME_GLOBALS = ['setTimeout', 'setInterval', 'setImmediate', 'fetch'].map((name) => ({
  name,
  message: name === 'fetch' ? 'No I/O here: it belongs into an adapter.' : TIME,
}));

/** Where the engine must not look at a clock by itself. */
export const TIMELESS = {
  files: ['src/**/*.ts', 'topology/**/*.ts'],
  ignores: [
    ...MAY_USE_TIME.map((place) => (place.endsWith('.ts') ? place : `${place}/**`)),
    'topology/*/clients/**',
  ],
};
