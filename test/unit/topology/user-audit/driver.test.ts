/** The product as it runs: the whole engine on a simulated Kafka, with a directory that fails when it is told to. */
import { expect } from 'chai';
import { RetryableError, Serdes } from '../../../../src/index.js';
import { TestRecord, TopologyTestDriver } from '../../../../src/testing.js';
import type { Directory } from '../../../../topology/user-audit/clients/directory.js';
import type { SystemAudit } from '../../../../topology/user-audit/generated/system-audit.js';
import { buildTopology, type UserAuditSettings } from '../../../../topology/user-audit/topology.js';
import { auth, headersOf, json } from './golden.js';

const ANNA = '0b8f3c9e-6f0a-4d63-9d5b-6a3a0f9d2c11';
const BERT = '11111111-2222-4333-8444-555555555555';

const settings: UserAuditSettings = {
  applicationId: 'audit',
  sourceTopics: ['user.events'],
  auditTopic: 'system.audit',
  schemasStrict: false,
  directory: undefined,
};

type Action = 'login' | 'logout' | 'password_changed';

/** `calls`: the ids of the events that it was asked for, in order. */
const bench = () => {
  const down = new Set<string>();
  const calls: string[] = [];
  const directory: Directory = {
    actorOf: async (userId, { eventId }) => {
      calls.push(eventId);
      if (down.has(userId)) throw new RetryableError('directory-unavailable', 'the directory answered 503');
      return { id: userId };
    },
  };
  const driver = new TopologyTestDriver(buildTopology(settings, directory), {
    applicationId: 'audit',
    config: { retryImmediate: 0, retryTiers: [5_000, 30_000] },
  });
  const events = driver.createInputTopic('user.events', Serdes.string(), Serdes.bytes());
  const audits = driver.createOutputTopic('system.audit', Serdes.string(), Serdes.json<SystemAudit>());
  const pipe = (userId: string, action: Action): Promise<void> => {
    const value = json({ ...auth, userId, action, status: 'success' });
    return events.pipeInput(new TestRecord(userId, value, headersOf({ ce_type: 'user.auth' })));
  };
  const actions = (): readonly string[] => audits.readValuesToList().map(({ action }) => action);
  return { down, calls, driver, events, audits, pipe, actions };
};

describe('user-audit in a driver', () => {
  let at: ReturnType<typeof bench>;
  beforeEach(() => {
    at = bench();
  });
  afterEach(() => at.driver.close());

  it('writes an audit event of each user event, with what the directory says', async () => {
    await at.pipe(ANNA, 'login');
    const { key, value } = at.audits.readKeyValue();
    expect(key).to.equal(ANNA);
    expect(value).to.include({ action: 'login', resource: `user/${ANNA}` });
    expect(value.actor).to.deep.equal({ id: ANNA });
  });

  it('keeps the order of a user while the directory fails, and delays no other user', async () => {
    at.down.add(ANNA);
    await at.pipe(ANNA, 'login');
    await at.pipe(ANNA, 'password_changed');
    at.down.delete(ANNA);
    await at.pipe(ANNA, 'logout');
    await at.pipe(BERT, 'login');
    expect(at.audits.readValuesToList().map(({ userId }) => userId)).to.deep.equal([BERT]);
    expect(at.driver.retries().map(({ delayMs }) => delayMs)).to.deep.equal([5_000]);

    await at.driver.advanceWallClockTime(5_000);
    expect(at.actions()).to.deep.equal(['login', 'password_changed', 'logout']);
    expect(at.driver.lanes()).to.deep.equal([]);
  });

  it('asks with the same id at every attempt, and from delay to delay', async () => {
    at.down.add(ANNA);
    await at.pipe(ANNA, 'login');
    await at.driver.advanceToNextRetry();
    expect(at.driver.retries().map(({ delayMs }) => delayMs)).to.deep.equal([30_000]);
    at.down.delete(ANNA);
    await at.driver.advanceToNextRetry();
    expect(at.calls).to.deep.equal(['user.events-0-0', 'user.events-0-0', 'user.events-0-0']);
    expect(at.actions()).to.deep.equal(['login']);
  });

  it('gives a record up after its last delay, and goes on with the next one of the user', async () => {
    at.down.add(ANNA);
    await at.pipe(ANNA, 'login');
    await at.pipe(ANNA, 'logout');
    await at.driver.advanceToNextRetry();
    await at.driver.advanceToNextRetry();
    const [letter, ...others] = at.driver.deadLetters();
    expect(letter).to.include({ reason: 'retries-exhausted', attempts: 3 });
    expect(letter?.source.offset).to.equal(0);
    expect(others).to.deep.equal([]);
    at.down.delete(ANNA);
    await at.driver.advanceToNextRetry();
    expect(at.actions()).to.deep.equal(['logout']);
  });

  it('gives a record that it cannot read up at once', async () => {
    const secret = Buffer.from('{"userId":"secret"}');
    await at.events.pipeInput(new TestRecord(ANNA, secret, headersOf({ ce_type: 'user.auth' })));
    const [letter] = at.driver.deadLetters();
    expect(letter?.reason).to.equal('schema-violation');
    expect(letter?.message).not.to.contain('secret');
    expect(letter?.record.value).to.deep.equal(secret);
    expect(at.calls).to.deep.equal([]);
  });

  for (const point of ['before-process', 'before-commit', 'mid-transaction', 'after-commit'] as const) {
    it(`doubles and loses nothing when the process dies ${point}`, async () => {
      await at.pipe(ANNA, 'login');
      await at.driver.crash(point);
      await at.pipe(ANNA, 'logout');
      await at.pipe(BERT, 'login');
      expect(at.actions()).to.deep.equal(['login', 'logout', 'login']);
    });
  }

  it('has what waits again after a crash', async () => {
    at.down.add(ANNA);
    await at.pipe(ANNA, 'login');
    await at.pipe(ANNA, 'logout');
    at.down.delete(ANNA);
    await at.driver.crash('now');
    expect(at.actions()).to.deep.equal([]);
    await at.driver.advanceWallClockTime(5_000);
    expect(at.actions()).to.deep.equal(['login', 'logout']);
  });
});
