/**
 * The ACLs of docs/kafka-setup.md, read from there, on a real Kafka with its authorizer: with exactly these the
 * service, a producer and the three kinds of operators can do what they are for, and these no more than that.
 */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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
  'audit-viewer': 'viewer-pw',
  'audit-operator': 'operator-pw',
  'audit-setup': 'setup-pw',
};
const RESOURCES = {
  '--topic': 'topic',
  '--group': 'group',
  '--transactional-id': 'transactional_id',
} as const;

/** One line as kafka-acls.sh understands it; an option that is not known here is an error. */
const aclsOf = (line: string): readonly Acl[] => {
  const given = {
    principals: [] as string[],
    pattern: 'literal',
    operations: [] as string[],
    on: [] as (readonly [Acl['resource'], string])[],
  };
  const [, , , ...args] = line.split(' ');
  for (let at = 0; at < args.length; at += 2) {
    const [option = '', value = ''] = args.slice(at, at + 2);
    if (option === '--cluster') {
      // The only option without a value: there is one cluster, and this is what Kafka calls it.
      given.on.push(['cluster', 'kafka-cluster']);
      at -= 1;
    } else if (option === '--allow-principal') given.principals.push(value);
    else if (option === '--operation') given.operations.push(value.replace(/\B[A-Z]/g, '_$&').toUpperCase());
    else if (option === '--resource-pattern-type') given.pattern = value;
    else if (option in RESOURCES) given.on.push([RESOURCES[option as keyof typeof RESOURCES], value]);
    else throw new Error(`${line}: what is ${option}?`);
  }
  return given.on.flatMap(([resource, name]) =>
    given.operations.flatMap((operation) =>
      given.principals.map((principal) => ({
        resource,
        name,
        pattern: given.pattern as Acl['pattern'],
        principal,
        operation,
      })),
    ),
  );
};

const LISTS: ReadonlyMap<string, readonly Acl[]> = new Map(
  [
    ...readFileSync(join(projectRoot(), 'docs', 'kafka-setup.md'), 'utf8').matchAll(
      /<!-- acls: ([\w-]+) -->\n\n```sh\n([\s\S]*?)```/g,
    ),
  ].map(([, name = '', lines = '']) => [
    name,
    lines
      .split('\n')
      .filter((line) => line.startsWith('kafka-acls.sh $ADMIN --add '))
      .flatMap(aclsOf),
  ]),
);
const ACLS: readonly Acl[] = [...LISTS.values()].flat();

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
  const cliOf =
    (user: keyof typeof USERS, env: ServiceEnvironment = {}) =>
    (line: string) =>
      operatorCli(line.split(' '), { env: { ...as(user), ...env } });
  const cli = cliOf('audit-operator');
  const audited = async (): Promise<readonly Readonly<Record<string, unknown>>[]> =>
    (await tool.read('system.audit')).map(
      ({ value }) => JSON.parse(value?.toString() ?? '') as Readonly<Record<string, unknown>>,
    );
  const isAction = ({ eventType }: Readonly<Record<string, unknown>>): boolean =>
    eventType === 'operator.action';
  /** Of users' events: what operators did is there too. */
  const audits = async (): Promise<number> => (await audited()).filter((event) => !isAction(event)).length;
  const actions = async (): Promise<readonly string[]> =>
    (await audited()).filter(isAction).map(({ action, status }) => `${String(action)} ${String(status)}`);

  before(async function () {
    kafka = await startOwnBroker(this, { users: USERS });
    tool = await RecordTool.start(kafka.bootstrapServers);
    for (const acl of ACLS) await tool.addAcl(acl);
  });

  it('are for five principals, each list for its own', () => {
    const ofLists = [...LISTS].map(([name, acls]) => [
      name,
      [...new Set(acls.map(({ principal }) => principal.replace('User:', '')))],
    ]);
    expect(Object.fromEntries(ofLists)).to.deep.equal({
      service: [APPLICATION],
      producers: ['user-events-producer'],
      look: ['audit-viewer', 'audit-operator', 'audit-setup'],
      act: ['audit-operator', 'audit-setup'],
      'set-up': ['audit-setup'],
    });
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
    const viewer = cliOf('audit-viewer', { RETRY_TIERS: '1h' });
    const lane = await viewer(`lanes show ${user}`);
    expect(lane.code, lane.stderr).to.equal(0);
    const kept = await viewer(`lanes release ${user} --timeout 5s`);
    expect(kept.code, kept.stderr).to.be.oneOf([1, 3]);
    directory.forUser(user, knows({ id: 'somebody' }));
    const released = await cli(`lanes release ${user}`);
    expect(released.code, released.stderr).to.equal(0);
    await until('both are written', async () => (await audits()) === 2);
    expect(await actions()).to.deep.equal(['lanes.release requested', 'lanes.release success']);

    const bad = { key: Buffer.from('k'), value: Buffer.from('{'), headers: [] };
    await tool.produce(SOURCE, bad, 0);
    await until('it is a dead letter', async () => (await cli('dlq list --json')).objects().length === 1);
    for (const line of [
      'lanes list',
      'dlq list --by reason',
      'dlq show 0-0',
      'dlq export --format ndjson',
      'tail --limit 1',
      'topics check',
      'topics describe',
      'topics describe user.events',
      'group',
      'group --interval 300ms',
      'dlq replay 0-0 --no-validate --dry-run',
    ]) {
      const looked = await viewer(line);
      expect(looked.code, `${line}: ${looked.stderr}${looked.stdout}`).to.equal(0);
    }
    const writtenBefore = (await tool.read(COMMANDS)).length;
    for (const line of ['dlq replay 0-0 --no-validate', 'dlq dismiss 0-0 --reason no'])
      expect((await viewer(`${line} --timeout 5s`)).code, line).to.be.oneOf([1, 3]);
    expect((await tool.read(COMMANDS)).length, 'who looks writes no command').to.equal(writtenBefore);

    const replayed = await cli('dlq replay 0-0 --no-validate');
    expect(replayed.code, replayed.stderr).to.equal(0);
    await until('it failed again', async () => (await cli('dlq list --json')).objects().length === 2);

    const producer = cliOf('user-events-producer');
    const published = await producer('publish --random --rate 50 --count 20');
    expect(published.code, published.stderr).to.equal(0);
    await until('what a producer published is processed', async () => (await audits()) > 10);
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

  it('are not more than the operator needs: without his lines nothing is replayed', async () => {
    const commands = ACLS.filter(({ name }) => name === COMMANDS);
    expect(commands).to.have.lengthOf(1);
    for (const acl of commands) await tool.deleteAcl(acl);
    const written = (await tool.read(COMMANDS)).length;
    // The last one is of the test before: nobody has replayed it.
    const letter = (await cli('dlq list --json')).objects().at(-1);
    const refused = await cli(`dlq replay ${String(letter?.['id'])} --no-validate --timeout 5s`);
    expect(refused.code, refused.stderr).to.be.oneOf([1, 3]);
    // The client's own words are poor: an idempotent producer that may write nowhere gets no id, and gives its records up.
    expect(refused.stderr).to.include(`Sending records (${COMMANDS}-0) failed`);
    expect((await tool.read(COMMANDS)).length).to.equal(written);

    for (const acl of commands) await tool.addAcl(acl);
    const record = ACLS.filter(
      ({ name, operation, principal }) =>
        name === 'system.audit' && operation === 'WRITE' && principal === 'User:audit-operator',
    );
    expect(record).to.have.lengthOf(1);
    for (const acl of record) await tool.deleteAcl(acl);
    const unrecorded = await cli(`dlq replay ${String(letter?.['id'])} --no-validate --timeout 5s`);
    expect(unrecorded.code, unrecorded.stderr).to.be.oneOf([1, 3]);
    expect(unrecorded.stderr).to.include('Nothing was done: it could not be recorded in system.audit');
    expect((await tool.read(COMMANDS)).length).to.equal(written);
  });

  it('are what is needed to set topics up, from none on', async () => {
    for (const topic of [SOURCE, 'system.audit']) await tool.deleteTopic(topic);
    // Its internal topics begin with the same prefix, and are not there yet.
    const setUp = cliOf('audit-setup', { KAFKA_GROUP_ID: `${APPLICATION}.two` });
    const check = async (): Promise<readonly unknown[]> =>
      (await setUp('topics check --json')).objects().filter(({ ok }) => ok === false);
    await until('none is there', async () => (await check()).length === 8);
    const made = await setUp('topics apply --yes 8');
    expect(made.code, made.stderr).to.equal(0);
    expect(await check()).to.deep.equal([]);
    expect(await actions()).to.deep.equal(['topics.apply requested', 'topics.apply success']);

    await tool.createPartitions(SOURCE, 5);
    await tool.setTopicConfig('system.audit', 'retention.ms', '1000');
    await until('both are seen', async () => (await check()).length === 7);
    const mended = await setUp('topics apply --configs --yes 7');
    expect(mended.code, mended.stderr).to.equal(0);
    expect(await check()).to.deep.equal([]);
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
