/**
 * Who may import what, as a table with reasons. eslint.config.js turns each row into rules, and the
 * reason into the message; test/unit/tools/import-table.test.ts shows that the rules bite.
 *
 * A folder always may import itself. `mayImport` names folders of src/ ('all': any but src/index.ts).
 * `packages` are npm packages, `node` Node's modules ('all': no limit). A folder that is not in the
 * table may import nothing: a new folder begins with a row here.
 */

/**
 * @typedef {object} ImportRow
 * @property {string} folder
 * @property {readonly string[] | 'all'} mayImport
 * @property {readonly string[]} packages
 * @property {readonly string[] | 'all'} node
 * @property {string} reason
 */

const PURE_NODE = ['buffer', 'crypto'];

/** @type {readonly ImportRow[]} */
export const IMPORT_TABLE = [
  {
    folder: 'record',
    mayImport: [],
    packages: [],
    node: PURE_NODE,
    reason: 'records are the ground that everything stands on: pure, and they know nobody',
  },
  {
    folder: 'ports',
    mayImport: ['record'],
    packages: [],
    node: [],
    reason: 'a port says what the engine needs, not how or by whom it is done',
  },
  {
    folder: 'dsl',
    mayImport: ['record'],
    packages: [],
    node: PURE_NODE,
    reason: 'a topology is data and pure functions: it runs the same on any engine, clock and broker',
  },
  {
    folder: 'lanes',
    mayImport: ['record'],
    packages: [],
    node: PURE_NODE,
    reason: 'the lane state machine decides and does nothing: time and outcomes are its arguments',
  },
  {
    folder: 'kafka',
    mayImport: ['record', 'ports'],
    packages: ['node-rdkafka', 'rxjs'],
    node: 'all',
    reason: 'an adapter serves the ports; were it to know the engine, no other client could take its place',
  },
  {
    folder: 'topics',
    mayImport: ['record', 'ports'],
    packages: ['rxjs'],
    node: [],
    reason: 'topics are made and checked through the cluster port',
  },
  {
    folder: 'state',
    mayImport: ['record', 'ports'],
    packages: ['rxjs', 'sorted-btree'],
    node: PURE_NODE,
    reason: 'a store does not know who uses it; lanes are its first user, not its owner',
  },
  {
    folder: 'commit',
    mayImport: ['record', 'ports'],
    packages: ['rxjs'],
    node: PURE_NODE,
    reason: 'the commit loop carries write-sets and must not care what decided them',
  },
  {
    folder: 'flow',
    mayImport: ['record', 'ports'],
    packages: ['rxjs'],
    node: [],
    reason: 'polling and admission work on batches and credits, whatever the tasks do with them',
  },
  {
    folder: 'task',
    mayImport: ['record', 'ports', 'lanes', 'dsl', 'state'],
    packages: ['rxjs'],
    node: PURE_NODE,
    reason: 'a task decides; polling, committing and Kafka itself are brought to it by streams.ts',
  },
  {
    folder: 'publisher',
    mayImport: ['record', 'ports'],
    packages: ['rxjs'],
    node: PURE_NODE,
    reason: 'the publisher is generic: a topology gives it its types',
  },
  {
    folder: 'observability',
    mayImport: ['record', 'ports'],
    packages: ['@opentelemetry/api', 'pino', 'pino-pretty', 'prom-client', 'rxjs'],
    node: 'all',
    reason: 'what watches the engine is told by it through ports, and never reaches into it',
  },
  {
    folder: 'service',
    mayImport: 'all',
    packages: ['rxjs'],
    node: 'all',
    reason: 'the service wires everything but node-rdkafka, which only src/kafka knows',
  },
  {
    folder: 'cli',
    mayImport: 'all',
    packages: ['@bomb.sh/tab', '@platformatic/kafka', 'commander', 'csv-stringify', 'pino', 'rxjs'],
    node: 'all',
    reason: 'only src/kafka knows node-rdkafka: commands use its adapters',
  },
  {
    folder: 'testing',
    mayImport: 'all',
    packages: ['rxjs'],
    node: 'all',
    reason: 'the simulated cluster stands in for node-rdkafka: it must not need it',
  },
];

/** Files directly in src/: main.ts, streams.ts and the other compositions. */
export const COMPOSITION = {
  packages: ['rxjs', 'pino'],
  reason: 'only src/kafka knows node-rdkafka: streams.ts gets its clients from there',
};

export const TOPOLOGY_REASON =
  'a topology uses src/index.ts only: whatever is missing there, other authors of topologies miss too';

export const CONFIG_REASON =
  'settings are read before anything else runs, and reach the engine as arguments from main.ts';

/**
 * Folders and files that may look at a clock, set timers and use chance. The publisher runs beside the
 * engine, in processes of others, and never in a simulation.
 */
export const MAY_USE_TIME = [
  'src/main.ts',
  'src/service',
  'src/kafka',
  'src/publisher',
  'src/observability',
  'src/cli',
  'src/testing',
];
