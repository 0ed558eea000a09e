/**
 * `npm start`. With KAFKA_BROKERS: the service against that cluster. Without: everything that a first look
 * needs, on this machine. Arguments go to the service.
 */
import { build } from './setup/build.mjs';
import { SetupProblem } from './lib/setup-problem.mjs';
import { exitCodeFor, setUp } from './setup.mjs';
import { startOnCluster } from './start/on-cluster.mjs';
import { startOnLocalKafka } from './start/on-local-kafka.mjs';

const say = (/** @type {string} */ line) => console.log(line);

const main = async () => {
  const local = !process.env.KAFKA_BROKERS;
  await setUp({ kafka: local, say });
  const { ok, output } = build({ say });
  if (!ok) throw new SetupProblem(`the sources do not compile:\n${output}`);
  const args = process.argv.slice(2);
  return local ? startOnLocalKafka(args) : startOnCluster(args);
};

main().then(
  (code) => process.exit(code),
  (error) => process.exit(exitCodeFor(error)),
);
