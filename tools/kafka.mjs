/**
 * `npm run kafka`: the local Kafka in the foreground until Ctrl-C.
 * node tools/kafka.mjs [--port 9092] [--data DIR]
 */
import { parseArgs } from 'node:util';
import { inProject } from './lib/project.mjs';
import { missingForKafka } from './kafka/jars.mjs';
import { startKafka } from './kafka/local-kafka.mjs';
import { isFree } from './kafka/ports.mjs';

const MISSING = 3;

const options = () => {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '9092' },
      data: { type: 'string', default: inProject('.kafka') },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Error(`--port ${values.port}: 1 to 65535`);
  return { port, dataDir: values.data };
};

const main = async () => {
  const { port, dataDir } = options();
  const missing = missingForKafka();
  if (missing !== null) {
    console.error(missing);
    return MISSING;
  }
  if (!(await isFree(port))) {
    console.error(`port ${port} is in use: another Kafka? Choose one with --port`);
    return MISSING;
  }
  /** @type {(code: number) => void} */
  let end = () => undefined;
  /** @type {Promise<number>} */
  const ended = new Promise((resolve) => (end = resolve));
  const kafka = await startKafka({
    port,
    dataDir,
    log: (line) => console.log(line),
    onDeath: (reason) => {
      console.error(reason);
      end(1);
    },
  });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, () => end(0));
  console.log(`bootstrap servers: ${kafka.bootstrapServers}; data: ${kafka.dataDir}; Ctrl-C stops it`);
  const code = await ended;
  console.log('stopping Kafka');
  await kafka.stop();
  return code;
};

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
