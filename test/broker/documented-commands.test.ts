/**
 * Every command of `audit-lanes` that a document shows is executed as it stands there, each in a process and a folder
 * of its own, on a real Kafka beside the service. The rules here say where one belongs: a command that none fits fails.
 */
import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inTree, mentions, textOf } from '../docs/documents.js';
import { isUnderstood, shownCommands } from '../docs/shown-commands.js';
import { startOwnBroker } from '../support/broker.js';
import { DocumentsBench, type DocumentedApplication } from '../support/documents-bench.js';
import type { CliOptions, CliResult } from '../support/operator-cli.js';

/**
 * `looks`: nothing is changed; `changes`: uses up what it names, and finds it whole; `publishes`: adds to the source,
 * so it is run when no application begins with that any more.
 */
type Place = 'looks' | 'changes' | 'publishes';

interface Rule {
  /** Of the command without `audit-lanes`. The first rule that fits is taken. */
  readonly of: RegExp;
  readonly place: Place;
  /** It goes on until Ctrl-C, which is pressed when it has said something, or when events have come. */
  readonly until?: 'it says something' | 'events have come';
  readonly before?: (application: DocumentedApplication, folder: string) => Promise<void>;
  /** 0 if not given; 2 is never right. */
  readonly ends?: { readonly with: 1 | 3; readonly because: string };
}

/** What `--resume` goes on with. */
const INTERRUPTED = ['0-1', '0-2', '0-3'];

const interruptReplay = async (application: DocumentedApplication, folder: string): Promise<void> => {
  const journal = join(folder, 'replay.ndjson');
  const { code, stderr } = await application.run(
    ['dlq', 'replay', ...INTERRUPTED, '--rate', '1', '--journal', journal],
    {
      cwd: folder,
      during: (child) => {
        const timer = setInterval(() => {
          if (!existsSync(journal) || !readFileSync(journal, 'utf8').includes('"end"')) return;
          clearInterval(timer);
          child.kill('SIGINT');
        }, 20);
        child.once('exit', () => clearInterval(timer));
      },
    },
  );
  expect(code, stderr).to.equal(1);
};

const RULES: readonly Rule[] = [
  { of: /^(completion|config|topology|schemas) ?/, place: 'looks' },
  { of: / --dry-run\b/, place: 'looks' },
  { of: /^group .*--watch/, place: 'looks', until: 'it says something' },
  {
    of: /^(group|status|dlq (list|show|export)|lanes (list|show)|topics (check|describe))\b/,
    place: 'looks',
  },
  { of: /^tail .*--follow/, place: 'publishes', until: 'it says something' },
  { of: /^tail\b/, place: 'looks' },
  { of: /^publish (?!.*--count).*--(bad|random)/, place: 'publishes', until: 'events have come' },
  { of: /^publish\b/, place: 'publishes' },
  {
    of: /^topics apply --configs --yes 3$/,
    place: 'changes',
    before: (application) => application.spoilTopics(),
  },
  { of: /^dlq (replay|redrive) --resume replay\.ndjson$/, place: 'changes', before: interruptReplay },
  { of: /^dlq (replay|redrive|dismiss) /, place: 'changes' },
  { of: /^lanes (release|skip) /, place: 'changes' },
];

interface Execution {
  readonly text: string;
  readonly args: readonly string[];
  readonly rule: Rule;
}

const ruleOf = (text: string, document: string): Rule => {
  const rule = RULES.find(({ of }) => of.test(text));
  if (rule !== undefined) return rule;
  throw new Error(
    `${document} shows "audit-lanes ${text}", and no rule says how it is executed: add one to RULES in test/broker/documented-commands.test.ts, and what it needs to test/support/documents-bench.ts`,
  );
};

/** Each once, in the order of the documents. */
const executions = (): readonly Execution[] => {
  const found = new Map<string, Execution>();
  for (const command of shownCommands()) {
    if (!command.isLine && !isUnderstood(command)) continue;
    const text = command.args.join(' ');
    if (!found.has(text)) found.set(text, { text, args: command.args, rule: ruleOf(text, command.document) });
  }
  return [...found.values()];
};

/** What a command uses up: two that share something need an application each. */
const takenBy = ({ text, args }: Execution): readonly string[] => {
  if (text.includes('--resume')) return INTERRUPTED;
  if (text.startsWith('lanes '))
    return [args.at(-1) === 'user.events-0-42' ? 'user-17' : (args.at(-1) ?? '')];
  if (text.includes('--dead-letters') || !text.startsWith('dlq ')) return [];
  const ids = args.filter((arg) => /^\d+-\d+$/.test(arg));
  return ids.length > 0 ? ids : args.filter((_, at) => /^--(of-)?reason$/.test(args[at - 1] ?? ''));
};

/** As few applications as may be. */
const shared = (commands: readonly Execution[]): readonly (readonly Execution[])[] => {
  const groups: { readonly taken: Set<string>; readonly commands: Execution[] }[] = [];
  for (const command of commands) {
    const takes = takenBy(command);
    let group = groups.find(({ taken }) => !takes.some((each) => taken.has(each)));
    if (group === undefined) {
      group = { taken: new Set(), commands: [] };
      groups.push(group);
    }
    for (const each of takes) group.taken.add(each);
    group.commands.push(command);
  }
  return groups.map((group) => group.commands);
};

/** Named in documents, and too long or not to be run here: by whom it is, or what it does. */
const NPM_SCRIPTS: Readonly<Record<string, string>> = {
  bench: 'test/broker/bench.test.ts', // its program, with few records
  build: 'tools/test/checks.mjs', // 'types': the same build, before every run of the tests
  check: 'tools/test/checks.mjs', // its checks, and the unit tests, are those of `npm test`
  cli: 'test/broker/documented-commands.test.ts', // the program, with every shown command
  docs: 'test/docs/generated-parts.test.ts',
  format: 'tools/test/checks.mjs',
  generate: 'tools/test/checks.mjs',
  kafka: 'test/broker/local-kafka.test.ts', // what it starts, without its few lines that print the address
  lint: 'tools/test/checks.mjs',
  sanitize: 'tools/sanitize.mjs', // by hand: test/broker/packed-binding.test.ts, compiled with AddressSanitizer
  service: 'test/broker/life.test.ts', // and every other test with a ServiceProcess
  simulate: 'test/simulation/simulation.test.ts', // the same seeds, fewer
  soak: 'tools/soak.mjs', // by hand: it is simulate and broker tests, for longer
  start: 'test/broker/newcomer.test.ts',
  test: '.ci/run', // what this is run by
};

const ABREAST = 3;
const STACK = /^\s+at .+:\d+:\d+\)?$/m;

describe('the commands that the documents show', function () {
  this.timeout(400_000);
  let bench: DocumentsBench;

  before(async function () {
    bench = await DocumentsBench.on(await startOwnBroker(this));
  });
  after(() => bench.close());

  const pressCtrlC =
    ({ rule }: Execution): NonNullable<CliOptions['during']> =>
    (child) => {
      if (rule.until === undefined) return;
      let before: number | undefined;
      const press = (): void => void child.kill('SIGINT');
      if (rule.until === 'it says something') child.stdout?.once('data', press);
      const timer = setInterval(() => {
        if (rule.until === 'it says something') void bench.failedLogin();
        else
          void bench.sourceRecords().then((count) => {
            before ??= count;
            if (count <= before + 20) return;
            clearInterval(timer);
            press();
          });
      }, 300);
      child.once('exit', () => clearInterval(timer));
    };

  const execute = async (application: DocumentedApplication, command: Execution): Promise<CliResult> => {
    const folder = bench.folder();
    await command.rule.before?.(application, folder);
    const args = command.args.map((arg) => (arg === 'http://audit-lanes-0:8080' ? application.url : arg));
    const options = { cwd: folder, during: pressCtrlC(command) };
    const result = await application.run(args, options);
    // Where a person would be asked for the number, or has another: what it says is done.
    const [, count] = /say --yes (\d+)\.\s*$/.exec(result.stderr) ?? [];
    if (result.code !== 2 || count === undefined) return result;
    const own = args.indexOf('--yes');
    const rest = own === -1 ? args : args.filter((_, at) => at !== own && at !== own + 1);
    return application.run([...rest, '--yes', count], options);
  };

  const faults: string[] = [];
  const judge = async (application: DocumentedApplication, command: Execution): Promise<void> => {
    const { code, stdout, stderr } = await execute(application, command);
    const expected = command.rule.ends?.with ?? 0;
    const isChange = command.rule.place !== 'looks';
    const problems = [
      ...(code === expected ? [] : [`ended with ${code}, not ${expected}`]),
      ...(STACK.test(stderr) ? ['has a stack trace'] : []),
      // A selector that selects nothing shows nothing of what its document tells.
      ...(isChange && /No dead letter is chosen|Nothing is left/.test(stderr) ? ['did nothing'] : []),
      ...(isChange && stdout === '' ? ['has no result'] : []),
    ];
    if (problems.length > 0)
      faults.push(`audit-lanes ${command.text}: ${problems.join(', ')}\n${stderr}${stdout}`);
  };

  const commands = executions();
  const at = (place: Place): readonly Execution[] => commands.filter(({ rule }) => rule.place === place);

  const expectNoFaults = (): void => {
    expect(faults.splice(0).join('\n')).to.equal('');
  };

  it('are many', () => {
    expect(commands.length).to.be.at.least(85);
  });

  it(`are executed: ${at('looks').length} that look`, async () => {
    const application = await bench.parkedApplication();
    const waiting = [...at('looks')];
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
        await judge(application, next);
    };
    await Promise.all(Array.from({ length: ABREAST }, worker));
    await application.stop();
    expectNoFaults();
  });

  for (const [number, group] of shared(at('changes')).entries())
    it(`are executed: ${group.length} that change something (${number + 1})`, async () => {
      const application = await bench.application();
      for (const command of group) await judge(application, command);
      await application.stop();
      expectNoFaults();
    });

  it(`are executed: ${at('publishes').length} that publish or follow`, async () => {
    const application = await bench.application();
    // One after the other: whose events have come must be known.
    for (const command of at('publishes')) await judge(application, command);
    await application.stop();
    expectNoFaults();
  });
});

describe('the npm scripts that the documents show', () => {
  it('are each executed by somebody', () => {
    const named = new Set(
      [...mentions(/npm run ([a-z-]+)/g), ...mentions(/npm (start|test)\b/g)].map(({ text }) => text),
    );
    expect([...named].filter((name) => NPM_SCRIPTS[name] === undefined)).to.deep.equal([]);
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Readonly<Record<string, string>> };
    for (const [name, path] of Object.entries(NPM_SCRIPTS)) {
      expect(scripts, name).to.have.property(name);
      expect(inTree(path), path).to.equal(true);
    }
  });
});
