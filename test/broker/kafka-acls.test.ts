/**
 * The ACLs of docs/kafka-setup.md, read from there, on a real Kafka with its authorizer: with exactly these the
 * service, the operator and a producer can do what they are for.
 */
import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { projectRoot, startOwnBroker, type LocalKafka } from '../support/broker.js';
import { answers, DirectoryServer, knows } from '../support/directory-server.js';
import { HostileRecords } from '../support/hostile-records.js';
import { produceAll } from '../support/load.js';
import { operatorCli } from '../support/operator-cli.js';
import { RecordTool, type Acl } from '../support/record-tool.js';
import { ServiceProcess, type ServiceEnvironment } from '../support/service-process.js';
import { until } from '../support/wait.js';

const APPLICATION = 'user-management-service';
const USERS = {
  [APPLICATION]: 'service-pw',
  'user-events-producer': 'producer-pw',
  'audit-operator': 'operator-pw',
};
const PUBLISHER = fileURLToPath(new URL('../../src/cli/events/sample-publisher.js', import.meta.url));
const RESOURCES = {
  '--topic': 'topic',
  '--group': 'group',
  '--transactional-id': 'transactional_id',
} as const;

/** One line as kafka-acls.sh understands it; an option that is not known here is an error. */
const aclsOf = (line: string): readonly Acl[] => {
  const given = {
    principal: '',
    pattern: 'literal',
    operations: [] as string[],
    on: [] as (readonly [Acl['resource'], string])[],
  };
  const [, , , ...args] = line.split(' ');
  for (let at = 0; at < args.length; at += 2) {
    const [option = '', value = ''] = args.slice(at, at + 2);
    if (option === '--allow-principal') given.principal = value;
    else if (option === '--operation') given.operations.push(value.toUpperCase());
    else if (option === '--resource-pattern-type') given.pattern = value;
    else if (option in RESOURCES) given.on.push([RESOURCES[option as keyof typeof RESOURCES], value]);
    else throw new Error(`${line}: what is ${option}?`);
  }
  return given.on.flatMap(([resource, name]) =>
    given.operations.map((operation) => ({
      resource,
      name,
      pattern: given.pattern as Acl['pattern'],
      principal: given.principal,
      operation,
    })),
  );
};

const ACLS: readonly Acl[] = (
  /<!-- acls -->\n\n```sh\n([\s\S]*?)```/.exec(
    readFileSync(join(projectRoot(), 'docs', 'kafka-setup.md'), 'utf8'),
  )?.[1] ?? ''
)
  .split('\n')
  .filter((line) => line.startsWith('kafka-acls.sh $ADMIN --add '))
  .flatMap(aclsOf);

const SOURCE = 'user.events';
const COMMANDS = `${APPLICATION}.${SOURCE}.commands`;

describe('the ACLs of docs/kafka-setup.md', function () {
  this.timeout(300_000);
  let kafka: LocalKafka;
  let tool: RecordTool;

  const as = (user: keyof typeof USERS): ServiceEnvironment => ({
    KAFKA_BROKERS: kafka.securedServers ?? '',
    KAFKA_SECURITY_PROTOCOL: 'sasl_plaintext',
    KAFKA_SASL_MECHANISM: 'PLAIN',
    KAFKA_SASL_USERNAME: user,
    KAFKA_SASL_PASSWORD: USERS[user] ?? '',
  });
  const service = (env: ServiceEnvironment = {}): Promise<ServiceProcess> =>
    ServiceProcess.start('service', {
      ...as(APPLICATION),
      RETRY_IMMEDIATE: '0',
      RETRY_TIERS: '1h',
      ...env,
    });
  const cli = (line: string) => operatorCli(line.split(' '), { env: as('audit-operator') });
  const audits = async (): Promise<number> => (await tool.read('system.audit')).length;

  before(async function () {
    kafka = await startOwnBroker(this, { users: USERS });
    tool = await RecordTool.start(kafka.bootstrapServers);
    for (const acl of ACLS) await tool.addAcl(acl);
  });

  it('are for three principals', () => {
    expect([...new Set(ACLS.map(({ principal }) => principal))]).to.deep.equal(
      Object.keys(USERS).map((user) => `User:${user}`),
    );
  });

  it('are what service, operator and producer need, from the first start on', async () => {
    const hostile = new HostileRecords({ seed: 1, users: 1, bad: 0 });
    const records = [hostile.next(), hostile.next()].map((record) => {
      if (record.expected.to !== 'audit') throw new Error('a record was to be good');
      return { ...record, user: record.expected.userId, key: Buffer.from(record.expected.userId) };
    });
    const user = records[0]?.user ?? '';
    const directory = await DirectoryServer.start();
    directory.forUser(user, answers(503, ''));
    const one = await service({ DIRECTORY_URL: directory.url });
    await one.untilReady();

    await produceAll(tool, SOURCE, records, 1);
    await until('a record waits in a lane, with a follower', async () => {
      const [lane] = (await cli('lanes list --json')).objects();
      return lane?.['followers'] === 1;
    });
    directory.forUser(user, knows({ id: 'somebody' }));
    const released = await cli(`lanes release ${user}`);
    expect(released.code, released.stderr).to.equal(0);
    await until('both are written', async () => (await audits()) === 2);

    const bad = { key: Buffer.from('k'), value: Buffer.from('{'), headers: [] };
    await tool.produce(SOURCE, bad, 0);
    await until('it is a dead letter', async () => (await cli('dlq list --json')).objects().length === 1);
    const redriven = await cli('dlq redrive 0-0');
    expect(redriven.code, redriven.stderr).to.equal(0);
    await until('it failed again', async () => (await cli('dlq list --json')).objects().length === 2);

    const publisher = spawn(process.execPath, [PUBLISHER], {
      env: {
        PATH: process.env['PATH'],
        UV_THREADPOOL_SIZE: '16',
        ...as('user-events-producer'),
        SAMPLE_RATE: '20',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const gone = new Promise((resolve) => publisher.once('exit', resolve));
    let said = '';
    publisher.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    try {
      await until('what a producer published is processed', async () => (await audits()) > 10);
    } finally {
      publisher.kill('SIGTERM');
      await gone;
    }
    expect(said).to.equal('');
    expect((await one.stop()).code).to.equal(0);
  });

  it('are all that the service needs when it must not create topics, also with the consumer protocol', async () => {
    const owned = ACLS.filter(
      ({ principal, operation }) =>
        principal === `User:${APPLICATION}` && (operation === 'CREATE' || operation === 'ALTER'),
    );
    expect(owned).to.have.lengthOf(4);
    for (const acl of owned) await tool.deleteAcl(acl);
    const two = await service({ TOPICS_AUTO_CREATE: 'false', KAFKA_GROUP_PROTOCOL: 'consumer' });
    await two.untilReady();
    const before = (await tool.read(`${APPLICATION}.${SOURCE}.dlq`)).length;
    await tool.produce(SOURCE, { key: Buffer.from('k'), value: Buffer.from('['), headers: [] }, 0);
    await until(
      'it is a dead letter',
      async () => (await tool.read(`${APPLICATION}.${SOURCE}.dlq`)).length > before,
    );
    expect((await two.stop()).code).to.equal(0);
  });

  it('are not more than the operator needs: without his line for commands nothing is redriven', async () => {
    const commands = ACLS.filter(({ name }) => name === COMMANDS);
    expect(commands).to.have.lengthOf(1);
    for (const acl of commands) await tool.deleteAcl(acl);
    const written = (await tool.read(COMMANDS)).length;
    // The last one is of the test before: nobody has redriven it.
    const letter = (await cli('dlq list --json')).objects().at(-1);
    const refused = await cli(`dlq redrive ${String(letter?.['id'])} --timeout 5s`);
    expect(refused.code, refused.stderr).to.be.oneOf([1, 3]);
    // The client's own words are poor: an idempotent producer that may write nowhere gets no id, and gives its records up.
    expect(refused.stderr).to.include(`Sending records (${COMMANDS}-0) failed`);
    expect((await tool.read(COMMANDS)).length).to.equal(written);
  });

  it('are not more than the service needs: without its line for the source it never gets ready', async () => {
    const source = ACLS.filter(
      ({ name, principal, operation }) =>
        name === SOURCE && principal === `User:${APPLICATION}` && operation === 'READ',
    );
    expect(source).to.have.lengthOf(1);
    for (const acl of source) await tool.deleteAcl(acl);
    const three = await service({ TOPICS_AUTO_CREATE: 'false', START_TIMEOUT_MS: '10000' });
    expect((await three.untilExit(120_000)).code).to.be.oneOf([1, 3]);
  });
});
