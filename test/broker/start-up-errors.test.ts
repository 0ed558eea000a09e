/**
 * What a person sees who starts the service wrongly: one clear message, the documented exit code (2
 * configuration, 3 topics or brokers), no stack trace unless LOG_LEVEL=debug, and no secret.
 */
import { expect } from 'chai';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { startBroker, type LocalKafka } from '../support/broker.js';
import { ServiceBench } from '../support/service-bench.js';
import { ServiceProcess, type ServiceEnvironment } from '../support/service-process.js';

const STACK = /\n?\s+at .*[(:]\d+:\d+\)?|\\n\s*at |"stack"/;

interface Ending {
  readonly code: number | null;
  readonly output: string;
  /** Lines of level error and above; all of a text that is no log. */
  readonly errors: readonly string[];
}

const errorLines = (output: string): readonly string[] =>
  output
    .split('\n')
    .filter((line) => line !== '' && (!line.startsWith('{') || /"level":"(error|fatal)"/.test(line)));

const endingOf = async (service: ServiceProcess): Promise<Ending> => {
  const { code } = await service.untilExit(40_000);
  return { code, output: service.output, errors: errorLines(service.output) };
};

const runWith = async (env: ServiceEnvironment, args: readonly string[] = []): Promise<Ending> =>
  endingOf(await ServiceProcess.start('wrong', env, args));

const inUse = async (): Promise<{ port: number; free: () => Promise<void> }> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const free = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port, free };
};

describe('the service is started wrongly', function () {
  this.timeout(120_000);

  it('says all that is wrong with the configuration at once, without secrets, and exits with 2', async () => {
    const { code, output } = await runWith({
      KAFKA_BROKERS: 'no port here:x',
      KAFKA_GROUP_PROTOCOL: 'clasic',
      COMMIT_INTERVAL_MS: 'often',
      KAFKA_SECURITY_PROTOCOL: 'sasl_ssl',
      KAFKA_SASL_PASSWORD: 'hunter2-hunter2',
      KAFKA_SASL_MECHANISM: 'PLAINTEXT',
      DIRECTORY_URL: 'ftp://user:hunter3@directory',
      HTTP_PORT: '99999',
    });
    expect(code).to.equal(2);
    for (const setting of [
      'KAFKA_BROKERS',
      'KAFKA_GROUP_PROTOCOL',
      'COMMIT_INTERVAL_MS',
      'DIRECTORY_URL',
      'HTTP_PORT',
      'KAFKA_SASL_MECHANISM',
    ]) {
      expect(output).to.contain(setting);
    }
    expect(output).not.to.match(/hunter[23]/);
    expect(output).not.to.match(STACK);
  });

  it('names an unknown setting of a file and an unknown option', async () => {
    const option = await runWith({ KAFKA_BROKERS: '127.0.0.1:9092' }, ['--comit-interval-ms', '5']);
    expect(option.code).to.equal(2);
    expect(option.output).to.contain('comit-interval-ms');
    expect(option.output).not.to.match(STACK);
  });

  it('names the missing KAFKA_BROKERS', async () => {
    const { code, output } = await runWith({});
    expect(code).to.equal(2);
    expect(output).to.contain('KAFKA_BROKERS');
    expect(output).not.to.match(STACK);
  });

  it('gives up on a broker that does not answer after START_TIMEOUT_MS, and exits with 3', async () => {
    const nobody = await inUse();
    await nobody.free();
    const { code, output, errors } = await runWith({
      KAFKA_BROKERS: `127.0.0.1:${nobody.port}`,
      START_TIMEOUT_MS: '2000',
    });
    expect(code).to.equal(3);
    expect(errors, errors.join('\n')).to.have.length(1);
    expect(errors[0]).to.contain(`127.0.0.1:${nobody.port}`);
    expect(output).not.to.match(STACK);
  });

  it('gives up on a broker that accepts and says nothing', async () => {
    const mute = await inUse();
    try {
      const env = { KAFKA_BROKERS: `127.0.0.1:${mute.port}`, START_TIMEOUT_MS: '2000' };
      const { code, errors, output } = await runWith(env);
      expect(code).to.equal(3);
      expect(errors, errors.join('\n')).to.have.length(1);
      expect(errors[0]).to.contain(`127.0.0.1:${mute.port}`);
      expect(output).not.to.match(STACK);
    } finally {
      await mute.free();
    }
  });

  it('shows a stack at LOG_LEVEL=debug', async () => {
    const taken = await inUse();
    try {
      const env = { KAFKA_BROKERS: '127.0.0.1:1', HTTP_PORT: String(taken.port), LOG_LEVEL: 'debug' };
      const { code, output } = await runWith(env);
      expect(code).to.equal(2);
      expect(output).to.match(STACK);
    } finally {
      await taken.free();
    }
  });

  it('names the port that is taken, and exits with 2', async () => {
    const taken = await inUse();
    try {
      const { code, output, errors } = await runWith({
        KAFKA_BROKERS: '127.0.0.1:1',
        HTTP_PORT: String(taken.port),
      });
      expect(code).to.equal(2);
      expect(errors, errors.join('\n')).to.have.length(1);
      expect(errors[0]).to.contain(String(taken.port));
      expect(output).not.to.match(STACK);
    } finally {
      await taken.free();
    }
  });

  describe('with topics that cannot be used', () => {
    let kafka: LocalKafka;

    before(async function () {
      kafka = await startBroker(this);
    });

    it('names missing topics when it may not create them, creates nothing, and exits with 3', async () => {
      const bench = await ServiceBench.on(kafka, { partitions: 0, env: { TOPICS_AUTO_CREATE: 'false' } });
      const { code, output, errors } = await endingOf(await bench.start('wrong'));
      expect(code).to.equal(3);
      expect(errors, errors.join('\n')).to.have.length(1);
      for (const topic of [bench.source, bench.audit]) expect(errors[0]).to.contain(`Topic ${topic} `);
      expect(errors[0]).to.contain('TOPICS_AUTO_CREATE');
      expect(output).not.to.match(STACK);
      expect(await bench.tool.partitions(bench.source).catch(() => 0)).to.equal(0);
    });

    it('names internal topics that are missing, with what they must be like', async () => {
      const bench = await ServiceBench.on(kafka, { partitions: 2, env: { TOPICS_AUTO_CREATE: 'false' } });
      await bench.tool.createTopic(bench.audit, 3);
      const { code, errors } = await endingOf(await bench.start('wrong'));
      expect(code).to.equal(3);
      expect(errors, errors.join('\n')).to.have.length(1);
      for (const topic of [bench.deadLetters, bench.laneLog]) {
        expect(errors[0]).to.match(new RegExp(`Topic ${topic} does not exist[^\\n]*2 partition`));
      }
    });

    it('names topic, found and expected when an internal topic has more partitions, and exits with 3', async () => {
      const bench = await ServiceBench.on(kafka);
      await bench.tool.createTopic(bench.laneLog, 5);
      const { code, output, errors } = await endingOf(await bench.start('wrong'));
      expect(code).to.equal(3);
      expect(errors, errors.join('\n')).to.have.length(1);
      expect(errors[0]).to.match(new RegExp(`${bench.laneLog} has 5 .*expected 3`));
      expect(output).not.to.match(STACK);
    });

    it('names topic, found and expected when an internal topic has fewer and may not be extended', async () => {
      const bench = await ServiceBench.on(kafka, { env: { TOPICS_AUTO_CREATE: 'false' } });
      await bench.tool.createTopic(bench.audit, 3);
      await bench.tool.createTopic(bench.laneLog, 3);
      await bench.tool.createTopic(bench.deadLetters, 2);
      const { code, errors } = await endingOf(await bench.start('wrong'));
      expect(code).to.equal(3);
      expect(errors, errors.join('\n')).to.have.length(1);
      expect(errors[0]).to.match(new RegExp(`${bench.deadLetters} has 2 .*expected 3`));
    });

    it('creates what is missing with the retentions of the platform', async () => {
      const bench = await ServiceBench.on(kafka, { partitions: 0 });
      await bench.startReady('right');
      const days = async (topic: string): Promise<number> =>
        Number(await bench.tool.topicConfig(topic, 'retention.ms')) / 86_400_000;
      expect(await days(bench.source)).to.equal(7);
      expect(await days(bench.audit)).to.equal(30);
      expect(await days(bench.deadLetters)).to.equal(30);
      expect(await bench.tool.topicConfig(bench.laneLog, 'cleanup.policy')).to.equal('compact');
      for (const topic of [bench.source, bench.audit, bench.deadLetters, bench.laneLog]) {
        expect(await bench.tool.partitions(topic), topic).to.equal(3);
      }
    });
  });
});
