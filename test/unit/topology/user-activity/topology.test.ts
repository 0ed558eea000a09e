import { expect } from 'chai';
import { Serdes } from '../../../../src/index.js';
import { TestRecord, TopologyTestDriver, type TopologyTestDriverOptions } from '../../../../src/testing.js';
import type { LoginActivity } from '../../../../topology/user-activity/activity-processor.js';
import type { LoginAlert } from '../../../../topology/user-activity/burst-processor.js';
import { buildTopology, type UserActivitySettings } from '../../../../topology/user-activity/topology.js';
import { auth, headersOf, json } from '../user-audit/golden.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOON = Date.parse('2026-11-26T12:00:00Z');

const ANNA = '0b8f3c9e-6f0a-4d63-9d5b-6a3a0f9d2c11';
const BERT = '11111111-2222-4333-8444-555555555555';

const settings: UserActivitySettings = {
  applicationId: 'activity',
  sourceTopics: ['user.events'],
  activityTopic: 'user.activity',
  alertsTopic: 'user.alerts',
  schemasStrict: false,
  windowMs: HOUR,
  graceMs: 5 * MINUTE,
  alertFailures: 3,
  alertWindowMs: 10 * MINUTE,
};

const iso = (timeMs: number): string => new Date(timeMs).toISOString();

const bench = (options: TopologyTestDriverOptions = {}) => {
  const driver = new TopologyTestDriver(buildTopology(settings), { applicationId: 'activity', ...options });
  const events = driver.createInputTopic('user.events', Serdes.string(), Serdes.bytes());
  const activity = driver.createOutputTopic('user.activity', Serdes.string(), Serdes.json<LoginActivity>());
  const alerts = driver.createOutputTopic('user.alerts', Serdes.string(), Serdes.json<LoginAlert>());
  const pipe = (userId: string, change: object, timeMs: number): Promise<void> => {
    const headers = headersOf({ __TypeId__: 'com.acme.UserAuthEvent', traceparent: '00-ab-cd-01' });
    const value = json({ ...auth, userId, ...change });
    return events.pipeInput(new TestRecord(userId, value, headers, timeMs));
  };
  return {
    driver,
    activity,
    alerts,
    events,
    succeed: (userId: string, timeMs: number) => pipe(userId, { status: 'success' }, timeMs),
    fail: (userId: string, timeMs: number) => pipe(userId, { status: 'failure' }, timeMs),
    other: (userId: string, timeMs: number) => pipe(userId, { action: 'logout', status: 'success' }, timeMs),
  };
};

describe('user-activity topology', () => {
  let at: ReturnType<typeof bench>;
  beforeEach(() => {
    at = bench();
  });
  afterEach(() => at.driver.close());

  describe('counts of logins', () => {
    it('come once per user and window, when the window and its grace have passed', async () => {
      await at.succeed(ANNA, NOON);
      await at.succeed(BERT, NOON + MINUTE);
      await at.succeed(ANNA, NOON + 59 * MINUTE);
      await at.succeed(BERT, NOON + 65 * MINUTE - 1);
      expect(at.activity.isEmpty()).to.equal(true);
      await at.succeed(BERT, NOON + 65 * MINUTE);
      const window = { windowStart: iso(NOON), windowEnd: iso(NOON + HOUR) };
      expect(at.activity.readKeyValuesToList()).to.have.deep.members([
        { key: ANNA, value: { userId: ANNA, ...window, logins: 2 } },
        { key: BERT, value: { userId: BERT, ...window, logins: 1 } },
      ]);
    });

    it('leave out failures and everything that is no login', async () => {
      await at.succeed(ANNA, NOON);
      await at.fail(ANNA, NOON + 1);
      await at.other(ANNA, NOON + 2);
      await at.succeed(BERT, NOON + 2 * HOUR);
      expect(at.activity.readValuesToList().map(({ logins }) => logins)).to.deep.equal([1]);
    });

    it('take in a record that is late by less than the grace, and leave out one that is later', async () => {
      await at.succeed(ANNA, NOON);
      await at.succeed(BERT, NOON + HOUR + 4 * MINUTE);
      await at.succeed(ANNA, NOON + 1);
      await at.succeed(BERT, NOON + HOUR + 5 * MINUTE);
      await at.succeed(ANNA, NOON + 2);
      await at.succeed(BERT, NOON + 3 * HOUR);
      const ofAnna = at.activity.readValuesToList().filter(({ userId }) => userId === ANNA);
      expect(ofAnna.map(({ logins }) => logins)).to.deep.equal([2]);
    });

    it('are CloudEvents whose id is that of the user and the window', async () => {
      await at.succeed(ANNA, NOON);
      await at.succeed(BERT, NOON + 2 * HOUR);
      const { headers } = at.activity.readRecord();
      const text = new Map(headers.map(({ name, value }) => [name, value?.toString()]));
      expect([...text.keys()]).to.deep.equal(['ce_specversion', 'ce_id', 'ce_type', 'ce_source', 'ce_time']);
      expect(text.get('ce_type')).to.equal('user.activity');
      expect(text.get('ce_source')).to.equal('/activity');
      expect(text.get('ce_time')).to.equal(iso(NOON + HOUR));
    });

    it('survive a crash and a rebalance in the middle of a window', async () => {
      await at.succeed(ANNA, NOON);
      await at.driver.crash('mid-transaction');
      await at.succeed(ANNA, NOON + 1);
      await at.driver.rebalance();
      await at.succeed(ANNA, NOON + 2);
      await at.driver.crash('before-commit');
      await at.succeed(BERT, NOON + 2 * HOUR);
      expect(at.activity.readValuesToList().map(({ logins }) => logins)).to.deep.equal([3]);
    });
  });

  describe('alerts', () => {
    it('come with the failure that completes a burst, and once for each', async () => {
      await at.fail(ANNA, NOON);
      await at.fail(ANNA, NOON + MINUTE);
      await at.fail(BERT, NOON + MINUTE);
      expect(at.alerts.isEmpty()).to.equal(true);
      await at.fail(ANNA, NOON + 2 * MINUTE);
      await at.fail(ANNA, NOON + 3 * MINUTE);
      const alert = {
        userId: ANNA,
        failures: 3,
        firstFailure: iso(NOON),
        lastFailure: iso(NOON + 2 * MINUTE),
      };
      expect(at.alerts.readKeyValuesToList()).to.deep.equal([{ key: ANNA, value: alert }]);
    });

    it('come again when the user had no failure for a window', async () => {
      for (const minute of [0, 1, 2, 11, 21, 22, 23]) await at.fail(ANNA, NOON + minute * MINUTE);
      expect(at.alerts.readValuesToList().map(({ lastFailure }) => lastFailure)).to.deep.equal([
        iso(NOON + 2 * MINUTE),
        iso(NOON + 23 * MINUTE),
      ]);
    });

    it('count failures that come out of order', async () => {
      await at.fail(ANNA, NOON + 9 * MINUTE);
      await at.succeed(BERT, NOON + 10 * MINUTE);
      await at.fail(ANNA, NOON + 5 * MINUTE);
      await at.fail(ANNA, NOON + 7 * MINUTE);
      expect(at.alerts.readValue()).to.include({
        firstFailure: iso(NOON + 5 * MINUTE),
        lastFailure: iso(NOON + 9 * MINUTE),
      });
    });

    it('carry the trace of the failure, and an id of its place', async () => {
      for (const second of [0, 1, 2]) await at.fail(ANNA, NOON + second * 1000);
      const { headers } = at.alerts.readRecord();
      const text = new Map(headers.map(({ name, value }) => [name, value?.toString()]));
      expect(text.get('ce_type')).to.equal('user.failed-logins');
      expect(text.get('ce_time')).to.equal(iso(NOON + 2000));
      expect(text.get('traceparent')).to.equal('00-ab-cd-01');
      expect(text.has('__TypeId__')).to.equal(false);
    });

    it('remember nobody who has become quiet', async () => {
      const users = Array.from({ length: 20 }, (_, i) => BERT.replace(/^11/, String(10 + i)));
      for (const user of users) await at.fail(user, NOON);
      const known = () => [...at.driver.getKeyValueStore('failed-logins').all()].length;
      expect(known()).to.equal(20);
      await at.fail(ANNA, NOON + HOUR);
      expect(known()).to.equal(1);
    });

    it('survive a crash between two failures', async () => {
      await at.fail(ANNA, NOON);
      await at.fail(ANNA, NOON + 1);
      await at.driver.crash('now');
      await at.fail(ANNA, NOON + 2);
      expect(at.alerts.readValuesToList()).to.have.length(1);
    });
  });

  it('gives up a record that it cannot read, and goes on with its user', async () => {
    await at.events.pipeInput(ANNA, Buffer.from('{'), NOON);
    await at.succeed(ANNA, NOON + 1);
    await at.succeed(BERT, NOON + 2 * HOUR);
    expect(at.driver.deadLetters().map(({ reason }) => reason)).to.deep.equal(['deserialization']);
    expect(at.activity.readValuesToList().map(({ logins }) => logins)).to.deep.equal([1]);
  });

  it('gives up a record whose key is no user id', async () => {
    await at.events.pipeInput('anna', json(auth), NOON);
    expect(at.driver.deadLetters().map(({ reason }) => reason)).to.deep.equal(['deserialization']);
  });

  it('has the stores and the outputs that its page tells', () => {
    const [only, ...others] = buildTopology(settings).subtopologies;
    expect(others).to.deep.equal([]);
    expect(only?.stores.map(({ name }) => name)).to.have.members([
      'logins-per-user',
      'final-logins-store',
      'failed-logins',
    ]);
    expect(only?.internalTopics).to.deep.equal([]);
    expect(buildTopology(settings).sinkTopics).to.have.members(['user.activity', 'user.alerts']);
  });
});
