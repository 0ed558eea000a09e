/**
 * The real Kafka of a test process: one, started by the first suite that asks, ended when mocha is done.
 * Its data is its own and does not outlive it. A suite that kills brokers starts one for itself
 * (`startOwnBroker`), so that no other suite sees it.
 * Without Java or Maven a suite is skipped and says why; with CI=true that is a failure.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { KafkaOptions, LocalKafka } from '../../tools/kafka/local-kafka.mjs';

export type { LocalKafka } from '../../tools/kafka/local-kafka.mjs';

const START_TIMEOUT_MS = 240_000;

/** The folder with package-lock.json: the same one from the sources and from wherever they are compiled to. */
export const projectRoot = (): string => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package-lock.json'))) {
    if (folder === dirname(folder)) throw new Error('no package-lock.json above the compiled tests');
    folder = dirname(folder);
  }
  return folder;
};

// The tools are plain modules outside the TypeScript build, so they are found at run time.
const tool = (path: string): Promise<unknown> =>
  import(pathToFileURL(join(projectRoot(), 'tools', 'kafka', path)).href);

const say = (line: string): void => console.log(`    ${line}`);

let shared: Promise<LocalKafka> | undefined;
const own = new Set<LocalKafka>();

const start = async (options: KafkaOptions): Promise<LocalKafka> => {
  const { startKafka } = (await tool('local-kafka.mjs')) as {
    startKafka(options: KafkaOptions): Promise<LocalKafka>;
  };
  return startKafka({ log: say, ...options });
};

/** Skips the suite of `context`, or throws with CI=true, when no broker can run on this machine. */
const requireKafka = async (context?: Mocha.Context): Promise<void> => {
  const { missingForKafka } = (await tool('jars.mjs')) as { missingForKafka(): string | null };
  const missing = missingForKafka();
  if (missing === null) return;
  if (process.env.CI === 'true' || context === undefined) throw new Error(missing);
  say(`skipped: ${missing}`);
  context.skip();
};

/** For a suite's `before(async function () { broker = await startBroker(this); })`. Shared: never stop or kill it. */
export const startBroker = async (context?: Mocha.Context): Promise<LocalKafka> => {
  context?.timeout(START_TIMEOUT_MS);
  await requireKafka(context);
  shared ??= start({});
  return shared;
};

/** A broker for this suite alone, which may be killed and restarted. Stopped at the end in any case. */
export const startOwnBroker = async (
  context?: Mocha.Context,
  options: KafkaOptions = {},
): Promise<LocalKafka> => {
  context?.timeout(START_TIMEOUT_MS);
  await requireKafka(context);
  const broker = await start(options);
  own.add(broker);
  return broker;
};

/** A name for a topic or group that nobody else uses. */
export const uniqueName = (prefix: string): string => `${prefix}-${randomUUID().slice(0, 8)}`;

const stopAll = async (): Promise<void> => {
  const sharedOne = await shared?.catch(() => undefined);
  const all = sharedOne === undefined ? [...own] : [...own, sharedOne];
  await Promise.all(all.map((broker) => broker.stop()));
};

// At the top of a file that mocha loads, `after` belongs to the root suite. Outside mocha there is none.
if (typeof globalThis.after === 'function') {
  after('stop Kafka', async function () {
    this.timeout(60_000);
    await stopAll();
  });
}
