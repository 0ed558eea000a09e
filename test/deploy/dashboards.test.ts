/**
 * Rules and dashboards on a real Prometheus that scrapes real services while records succeed, fail, are tried again, are
 * parked and become dead letters: every panel shows something, every recording rule has a value, no rule fails, alerts
 * fire and say what they should.
 */
import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { RECORDING_RULES } from '../../deploy/monitoring/recording-rules.js';
import { startBroker, uniqueName, type LocalKafka } from '../support/broker.js';
import { NEVER_OPENS } from '../support/breaker-settings.js';
import { dashboards, queriesOf, type Query } from '../support/dashboards.js';
import { DirectoryScript } from '../support/directory-script.js';
import { failsFirst, poisons } from '../support/directory-server.js';
import { Load, produceAll } from '../support/load.js';
import { PrometheusServer } from '../support/prometheus.js';
import { promtool } from '../support/promtool.js';
import { RetryBench } from '../support/retry-bench.js';
import { ServiceProcess } from '../support/service-process.js';
import { firstOf, recordsOf, userOfSeed } from '../support/user-records.js';
import { eventually, until } from '../support/wait.js';

const JOB = 'audit-lanes';
/** Four scrapes and more. */
const WINDOW = '10s';
const LIMIT_MS = 150_000;
/** `workedOff`: so few records wait, some of them those of the steady load. */
const BURST = { users: 30, recordsOfEach: 50, workedOff: 500 };

/** Queries that this run may leave empty, and why. */
const MAY_BE_EMPTY: Readonly<Record<string, string>> = {
  'Restore, progress A':
    'only while a task restores, which here takes less than the second between two scrapes',
  'Restore, time A': 'as its progress',
};

const allQueries = (): readonly Query[] => dashboards().flatMap((each) => queriesOf(each, WINDOW));

describe('every query of the dashboards', () => {
  it('is known by its panel and letter where it may be empty', () => {
    expect(allQueries().map(({ name }) => name)).to.include.members(Object.keys(MAY_BE_EMPTY));
  });

  it('parses', async function () {
    this.timeout(30_000);
    const rules = allQueries().map(({ expr }, at) => ({ record: `query_${at}`, expr }));
    const { status, said } = await promtool(['check', 'rules'], { groups: [{ name: 'queries', rules }] });
    expect(status, said).to.equal(0);
    expect(said).to.contain(`${rules.length} rules found`);
  });
});

describe('a real Prometheus that scrapes services under load', function () {
  this.timeout(LIMIT_MS * 3);
  let kafka: LocalKafka;

  before(async function () {
    kafka = await startBroker(this);
  });

  /** Fails now and then in every way that is over within a second or two; some are slower than the patience. */
  const retrying = (): Promise<RetryBench> =>
    RetryBench.on(kafka, {
      tiers: ['500ms', '1s'],
      immediate: 1,
      env: { ...NEVER_OPENS, EMISSION_PATIENCE_MS: '100' },
      script: new DirectoryScript({
        seed: 7,
        failing: 0.1,
        failingCalls: [1, 2, 3, Infinity],
        poison: 0.02,
        slow: 0.1,
        slowMs: 400,
      }),
    });

  /** One key stands still; another was released, and its retry record comes once more: its lane has gone on since. */
  const parking = async (): Promise<ServiceProcess> => {
    const retry = await RetryBench.on(kafka, {
      tiers: ['10m'],
      env: { ...NEVER_OPENS, DLQ_POLICY: 'park' },
    });
    retry.directory.forUser(userOfSeed(1), poisons);
    retry.directory.forUser(userOfSeed(2), failsFirst(1));
    const service = await retry.startReady('parking');
    await retry.produce([...recordsOf(1, 3), ...recordsOf(2, 3)], 0);
    const lane = await eventually('a lane waits for its retry', async () =>
      (await retry.laneLog()).lanes.find(({ status }) => status === 'retrying'),
    );
    expect((await retry.commands.release(lane, lane.head)).outcome).to.equal('done');
    const record = firstOf(await retry.retries());
    await retry.tool.produce(record.topic, record, record.partition);
    return service;
  };

  /** With state stores, in two stream processes. */
  const counting = async (source: string): Promise<ServiceProcess> => {
    const service = await ServiceProcess.start(
      'counting',
      {
        KAFKA_BROKERS: kafka.bootstrapServers,
        KAFKA_GROUP_ID: uniqueName('activity'),
        SOURCE_TOPICS: source,
        ACTIVITY_TOPIC: uniqueName('user.activity'),
        ALERTS_TOPIC: uniqueName('user.alerts'),
        PROCESSES: '2',
      },
      ['--topology', 'user-activity'],
    );
    await service.untilReady();
    return service;
  };

  it('shows something in every panel, has a value of every rule, and fires alerts', async () => {
    const retry = await retrying();
    const first = await retry.startReady('first');
    const services = [first, await parking(), await counting(retry.source)];
    const prometheus = await PrometheusServer.start({
      [JOB]: services.map(({ port }) => `127.0.0.1:${port}`),
    });
    const load = new Load(retry.tool, retry.source, { seed: 11, recordsPerSecond: 100, bad: 0.05, huge: 0 });

    const waiting = async (): Promise<number> => {
      const [lag] = await prometheus.series(`sum(audit_partition_lag{topic="${retry.source}"})`);
      return Number(lag?.values.at(-1)?.[1]);
    };
    // In bursts, each when the one before is worked off, so that there is a lag that drains however slow the machine is.
    let ended = false;
    const bursts = (async () => {
      for (let seed = 100; !ended; seed += BURST.users) {
        await Promise.all(
          Array.from({ length: BURST.users }, (_, at) =>
            produceAll(retry.tool, retry.source, recordsOf(seed + at, BURST.recordsOfEach)),
          ),
        );
        // The lag is looked at every five seconds.
        await sleep(6_000);
        await until(
          'a burst is worked off',
          async () => ended || (await waiting()) < BURST.workedOff,
          LIMIT_MS,
        );
      }
    })();
    // Awaited when all else is well: what failed before is told and not this.
    bursts.catch(() => {});
    try {
      let empty: readonly string[] = ['not looked at'];
      await until(
        'every panel shows something',
        async () => {
          const looked = await Promise.all(
            allQueries()
              .filter(({ name }) => MAY_BE_EMPTY[name] === undefined)
              .map(async ({ where, expr }) => ((await prometheus.series(expr)).length > 0 ? [] : [where])),
          );
          empty = looked.flat();
          return empty.length === 0;
        },
        LIMIT_MS,
      ).catch((cause: unknown) => {
        throw new Error(`nothing in:\n  ${empty.join('\n  ')}`, { cause });
      });

      let without: readonly string[] = [];
      await until(
        'every recording rule has a value',
        async () => {
          const looked = await Promise.all(
            RECORDING_RULES.map(async ({ record, labels }) => {
              const quantile = labels?.['quantile'];
              const query = quantile === undefined ? record : `${record}{quantile="${quantile}"}`;
              return (await prometheus.series(query)).length > 0 ? [] : [query];
            }),
          );
          without = looked.flat();
          return without.length === 0;
        },
        LIMIT_MS,
      ).catch((cause: unknown) => {
        throw new Error(`no value of ${without.join(', ')}`, { cause });
      });

      const firing = async (alert: string) => {
        const rule = (await prometheus.rules()).find(({ name }) => name === alert);
        return (rule?.alerts ?? []).filter(({ state }) => state === 'firing');
      };
      await until('the alert on dead letters fires', async () =>
        (await firing('AuditLanesDeadLetters')).some(
          ({ labels }) => labels['topic'] === retry.source && labels['reason'] === 'schema-violation',
        ),
      );
      const [letters] = await firing('AuditLanesDeadLetters');
      expect(letters?.labels).to.include({ job: JOB, severity: 'warning' });
      expect(letters?.annotations['summary']).to.match(/^audit-lanes: dead letters of /);
      expect(letters?.annotations['runbook_url']).to.equal('docs/runbook.md#dead-letters');
      // Its `for` is longer than a test.
      await until('the alert on parked lanes is about to fire', async () => {
        const rule = (await prometheus.rules()).find(({ name }) => name === 'AuditLanesParked');
        return (
          rule?.alerts?.some(({ annotations }) => annotations['summary']?.endsWith(': 1') === true) === true
        );
      });

      const rules = await prometheus.rules();
      expect(rules.filter(({ health }) => health !== 'ok')).to.deep.equal([]);
      expect(rules.filter(({ type }) => type === 'recording')).to.have.lengthOf(RECORDING_RULES.length);

      await first.kill();
      await until('the alert on a target that is down is about to fire', async () => {
        const rule = (await prometheus.rules()).find(({ name }) => name === 'AuditLanesTargetDown');
        return rule?.alerts?.some(({ labels }) => labels['instance'] === `127.0.0.1:${first.port}`) === true;
      });
      ended = true;
      await bursts;
    } finally {
      ended = true;
      await load.stop();
      await prometheus.stop();
    }
  });
});
