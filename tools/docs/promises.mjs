/**
 * Which tests show which promise: those that name it in their first comment or in a title, and those listed
 * here. A listed file that is gone is an error.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { firstSentence } from './file-map.mjs';

const PROMISES = {
  P1: 'order per key',
  P2: 'once',
  P3: 'isolation',
  P4: 'not early',
  P5: 'nothing dropped',
  P6: 'honest health',
};

/** @typedef {keyof typeof PROMISES} Promised */

/**
 * What they show, where their own first line is no sentence.
 * @type {Readonly<Record<string, { promises: readonly Promised[], says?: string }>>}
 */
const ALSO = {
  'test/broker/mixed-load.test.ts': { promises: ['P2', 'P5'] },
  'test/simulation/simulation.test.ts': {
    promises: ['P1', 'P2', 'P5'],
    says: 'The engine on the simulated cluster, by seed, through crashes, zombies, rebalances and broker errors.',
  },
  'test/simulation/mutations.test.ts': {
    promises: ['P1', 'P2'],
    says: 'The simulation can fail: it catches an engine in which one rule is broken.',
  },
  'test/contract/transaction-cases.ts': { promises: ['P2'] },
  'test/contract/offset-cases.ts': { promises: ['P2'] },
  'test/contract/group-cases.ts': { promises: ['P2'] },
  'test/contract/record-cases.ts': { promises: ['P1', 'P5'] },
  'test/unit/commit/commit-loop.test.ts': {
    promises: ['P3'],
    says: 'A task whose effects are refused stops alone; an abort is sent again, never in a tight loop.',
  },
  'test/unit/commit/exactly-once.test.ts': {
    promises: ['P2'],
    says: 'One transaction, step by step: what each failure means for its effects.',
  },
  'test/unit/flow/admission.test.ts': {
    promises: ['P3'],
    says: 'Intake stops before the bound, by records and by bytes, and no partition eats the share of others.',
  },
  'test/unit/state/start-position.test.ts': {
    promises: ['P2'],
    says: 'Where a task starts, and what refuses a partition instead of a guess.',
  },
  'test/unit/observability/health.test.ts': {
    promises: ['P6'],
    says: 'What each probe says, and that losing the brokers never makes a process not live.',
  },
  'test/unit/task/supervisor.test.ts': {
    promises: ['P6'],
    says: 'When a process gives up, and that unreachable brokers never count.',
  },
  'test/unit/task/task-stores.test.ts': {
    promises: ['P2'],
    says: 'A task with state stores: what is decided is in memory and in the changelog, what fails is nowhere.',
  },
  'test/unit/topology/user-audit/driver.test.ts': { promises: ['P1', 'P2', 'P3', 'P4', 'P5'] },
  'test/unit/topology/user-activity/topology.test.ts': {
    promises: ['P2'],
    says: 'Counts of logins and alerts: each once, also after crashes, with late records and in any order.',
  },
  'test/unit/task/task.test.ts': {
    promises: ['P1', 'P2', 'P5'],
    says: 'The task alone: order of effects, slots, attempts, time-outs, drain, close, aborts.',
  },
  'test/unit/task/task-lanes.test.ts': {
    promises: ['P1', 'P2', 'P3', 'P4', 'P5'],
    says: 'A task with lanes: heads, followers, tiers, patience, policies, bounds, commands, an open breaker.',
  },
  'test/unit/task/breaker-desk.test.ts': {
    promises: ['P3'],
    says: 'Which record probes an open breaker, and when the failure of a probe is its own.',
  },
  'test/unit/lanes/lane-log-image.test.ts': {
    promises: ['P1', 'P2'],
    says: 'What a replay of the lane log gives is what was in memory, however it was cut or compacted.',
  },
  'test/unit/lanes/retry-record.test.ts': {
    promises: ['P5'],
    says: 'A retry record has the bytes of its head, and always fits into its topic.',
  },
  'test/unit/record/dead-letter.test.ts': {
    promises: ['P5'],
    says: 'A dead letter keeps key, value and headers of its record, and says why.',
  },
  'test/unit/record/event-id.test.ts': {
    promises: ['P2'],
    says: 'The same record gives the same event id, and no two records share one.',
  },
  'test/unit/record/headers.test.ts': {
    promises: ['P5'],
    says: 'Every list of headers comes back as it was.',
  },
  'test/unit/topology/user-audit/user-event-serde.test.ts': {
    promises: ['P5'],
    says: 'What cannot be read is refused with its reason, and nothing else is thrown.',
  },
};

/** @param {string} root */
const testFiles = (root) =>
  readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    // The tests of the documents speak of promises without showing any.
    .filter((name) => name.endsWith('.test.ts') && !name.startsWith('docs'))
    .map((name) => `test/${name}`)
    .sort();

/** Its first comment and its titles. @param {string} source */
const namedIn = (source) => {
  const comment = /^\/\*\*[\s\S]*?\*\//.exec(source)?.[0] ?? '';
  const titles = [...source.matchAll(/\b(?:describe|it)\(\s*(['"`])((?:(?!\1).)*)\1/g)].map(
    (match) => match[2],
  );
  return [comment, ...titles].join('\n');
};

/** What a test is about, in one line. @param {string} source */
const about = (source) => {
  const title = /\bdescribe\(\s*(['"`])((?:(?!\1).)*)\1/.exec(source)?.[2];
  return source.startsWith('/**') ? firstSentence(source) : (title ?? '');
};

/** @param {string} root */
export const promiseLists = (root) => {
  const gone = Object.keys(ALSO).filter((file) => !existsSync(join(root, file)));
  if (gone.length > 0)
    throw new Error(`tools/docs/promises.mjs names tests that are gone: ${gone.join(', ')}`);
  const sources = [...new Set([...testFiles(root), ...Object.keys(ALSO)])]
    .sort()
    .map((file) => ({ file, source: readFileSync(join(root, file), 'utf8') }));
  return Object.entries(PROMISES)
    .map(([promise, what]) => {
      const shows = sources.filter(
        ({ file, source }) =>
          ALSO[file]?.promises.includes(/** @type {Promised} */ (promise)) ||
          new RegExp(`\\b${promise}\\b`).test(namedIn(source)),
      );
      const list = shows.map(
        ({ file, source }) => `- [\`${file}\`](${file}): ${ALSO[file]?.says ?? about(source)}`,
      );
      return `**${promise}, ${what}**\n\n${list.join('\n')}`;
    })
    .join('\n\n');
};
