/**
 * The import table can fail: forbidden snippets are linted with the project's own configuration, in the
 * place of a file that exists, and must be refused with the reason. Typed rules are left out: they need
 * the whole program and say nothing about imports.
 */
import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import { projectRoot } from '../../support/broker.js';

const RULES = /^(lanes\/.*|no-restricted-(imports|globals|syntax))$/;

interface Snippet {
  readonly where: string;
  readonly code: string;
  readonly message: RegExp;
}

const FORBIDDEN = {
  'the record folder does not import a port': {
    where: 'src/record/units.ts',
    code: "import type { Clock } from '../ports/clock.js'; export type C = Clock;",
    message: /src\/record may not import this: records are the ground/,
  },
  'a pure folder does no I/O': {
    where: 'src/record/units.ts',
    code: "import { readFileSync } from 'node:fs'; export const r = readFileSync;",
    message: /may not import this Node module/,
  },
  'a pure folder takes randomness as an argument': {
    where: 'src/dsl/named.ts',
    code: "import { randomUUID } from 'node:crypto'; export const r = randomUUID;",
    message: /may not import chance/,
  },
  'a pure folder needs no package': {
    where: 'src/dsl/named.ts',
    code: "import { of } from 'rxjs'; export const r = of;",
    message: /src\/dsl may not import this package/,
  },
  'the dsl does not import a port': {
    where: 'src/dsl/named.ts',
    code: "import type { Clock } from '../ports/clock.js'; export type C = Clock;",
    message: /src\/dsl may not import this/,
  },
  'an adapter does not import the engine': {
    where: 'src/kafka/errors.ts',
    code: "import { named } from '../dsl/named.js'; export const n = named;",
    message: /src\/kafka may not import this: an adapter serves the ports/,
  },
  'only src/kafka imports node-rdkafka': {
    where: 'src/commit/commit-loop.ts',
    code: "import rdkafka from 'node-rdkafka'; export const r = rdkafka;",
    message: /src\/commit may not import this package/,
  },
  'a composition does not import node-rdkafka': {
    where: 'src/streams.ts',
    code: "import rdkafka from 'node-rdkafka'; export const r = rdkafka;",
    message: /only src\/kafka knows node-rdkafka/,
  },
  'nobody in src imports the barrel': {
    where: 'src/testing/scheduler.ts',
    code: "export { StreamsBuilder } from '../index.js';",
    message: /src\/ may not import src\/index\.ts/,
  },
  'a topology imports src/index.ts only': {
    where: 'topology/user-audit/topology.ts',
    code: "import type { Clock } from '../../src/ports/clock.js'; export type C = Clock;",
    message: /a topology uses src\/index\.ts only/,
  },
  'the engine does not import a topology': {
    where: 'src/commit/commit-loop.ts',
    code: "export * from '../../topology/user-audit/topology.js';",
    message: /the engine serves any topology/,
  },
  'settings do not import the engine': {
    where: 'config/schema.ts',
    code: "import type { Clock } from '../src/ports/clock.js'; export type C = Clock;",
    message: /config\/ may not import src\//,
  },
  'the engine does not read the wall clock': {
    where: 'src/commit/commit-loop.ts',
    code: 'export const now = (): number => Date.now();',
    message: /Time comes from the Clock port/,
  },
  'the engine sets no timer of its own': {
    where: 'src/commit/commit-loop.ts',
    code: 'export const wait = (): unknown => setTimeout(() => undefined, 1);',
    message: /Time comes from the Clock port/,
  },
  'the engine throws no dice': {
    where: 'src/commit/commit-loop.ts',
    code: 'export const dice = (): number => Math.random();',
    message: /chance from an argument/,
  },
  'no two files import each other': {
    where: 'src/dsl/named.ts',
    code: "export { topologyProblems } from './graph/validate.js';",
    message: /Dependency cycle/,
  },
  'there are no enums': {
    where: 'src/record/units.ts',
    code: 'export enum Colour { Red }',
    message: /No enums/,
  },
  'there are no default exports': {
    where: 'src/record/units.ts',
    code: 'export default 1;',
    message: /No default exports/,
  },
} as const satisfies Record<string, Snippet>;

const ALLOWED = {
  'the record folder may use node:crypto for hashes': {
    where: 'src/record/units.ts',
    code: "import { createHash } from 'node:crypto'; export const r = createHash;",
  },
  'an adapter may use node-rdkafka and the ports': {
    where: 'src/kafka/errors.ts',
    code: "import rdkafka from 'node-rdkafka'; import type { Clock } from '../ports/clock.js'; export const r = rdkafka; export type C = Clock;",
  },
  'a topology may import src/index.ts': {
    where: 'topology/user-audit/topology.ts',
    code: "export { StreamsBuilder } from '../../src/index.js';",
  },
  'a cycle of types alone is none': {
    where: 'src/dsl/named.ts',
    code: "export type { topologyProblems } from './graph/validate.js';",
  },
} as const satisfies Record<string, Omit<Snippet, 'message'>>;

describe('the import table', function () {
  this.timeout(60_000);
  const root = projectRoot();
  let eslint: ESLint;

  before(() => {
    eslint = new ESLint({
      cwd: root,
      overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
      ruleFilter: ({ ruleId }) => RULES.test(ruleId),
    });
  });

  const messagesOf = async (where: string, code: string): Promise<readonly string[]> => {
    const [result] = await eslint.lintText(code, { filePath: join(root, where) });
    return (result?.messages ?? []).map(({ message }) => message);
  };

  for (const [sentence, { where, code, message }] of Object.entries(FORBIDDEN)) {
    it(`${sentence} (${where})`, async () => {
      const messages = await messagesOf(where, code);
      expect(messages.join('\n')).to.match(message);
    });
  }

  for (const [sentence, { where, code }] of Object.entries(ALLOWED)) {
    it(`${sentence} (${where})`, async () => {
      expect(await messagesOf(where, code)).to.deep.equal([]);
    });
  }

  it('has a row for every folder of src', async () => {
    const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    expect(folders).not.to.have.length(0);
    for (const { name } of folders) {
      const messages = await messagesOf(
        `src/${name}/any.ts`,
        "import { a } from './a.js'; export const b = a;",
      );
      expect(
        messages.filter((message) => message.includes('has no row')),
        name,
      ).to.deep.equal([]);
    }
    const unknown = await messagesOf('src/nobody/any.ts', "import './a.js';");
    expect(unknown.join()).to.match(/has no row/);
  });
});
