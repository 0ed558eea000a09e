import { expect } from 'chai';
import { Consumed, Produced, RetryableError, Serdes, StreamsBuilder } from '../../../src/index.js';
import type { ClusterSteps } from '../../../src/observability/progress-watch.js';
import { KafkaError } from '../../../src/ports/kafka-error.js';
import { SILENT } from '../../../src/ports/logger.js';
import type { EngineSteps } from '../../../src/ports/progress.js';
import { NO_TELEMETRY } from '../../../src/ports/telemetry.js';
import { AuthorError } from '../../../src/record/author-error.js';
import { epochMs, monotonicMs } from '../../../src/record/units.js';
import { HealthDesk } from '../../../src/service/health-desk.js';
import type { StreamsConfig } from '../../../src/streams-config.js';
import { Streams, StreamsFailed } from '../../../src/streams.js';
import { driverConfig } from '../../../src/testing/driver-config.js';
import { Scheduler } from '../../../src/testing/scheduler.js';
import { SimulatedCluster } from '../../../src/testing/simulated-cluster.js';

const LIMIT_MS = 120_000;
const SOURCE = 'in';
const OUTPUT = 'out';
const PARTITIONS = 2;

const topology = () => {
  const builder = new StreamsBuilder();
  builder
    .stream(SOURCE, Consumed.with(Serdes.string(), Serdes.string()).withName('in'))
    .mapValues((value: string): string | Promise<string> => {
      if (value === 'fails') throw new RetryableError('planned', 'it is to fail');
      return value === 'never ends' ? new Promise(() => undefined) : value;
    })
    .to(OUTPUT, Produced.with(Serdes.string(), Serdes.string()));
  return builder.build();
};

/** The engine on a simulated cluster, in virtual time, and the desk beside it as in the service. */
class DeskBench {
  readonly scheduler = new Scheduler(7);
  readonly cluster = new SimulatedCluster(this.scheduler);
  readonly streams: Streams;
  readonly desk: HealthDesk;
  brokersLost = false;
  fatalClients: readonly string[] = [];
  #keys = 0;

  constructor(config: Partial<StreamsConfig> = {}) {
    for (const topic of [SOURCE, OUTPUT]) this.cluster.createTopic(topic, PARTITIONS);
    // No call gives up by itself.
    const { clients, clock } = this.cluster.process('one', { groupId: 'app', callTimeoutMs: 36_000_000 });
    this.streams = new Streams({
      topology: topology(),
      config: { ...driverConfig('app', PARTITIONS, {}), commitIntervalMs: 100, ...config },
      clients,
      clock,
      logger: SILENT,
      telemetry: NO_TELEMETRY,
    });
    const view = {
      brokersUp: true,
      isSteadyMember: false,
      steps: (): ClusterSteps => this.#clusterSteps(),
    };
    this.desk = new HealthDesk({
      streams: this.streams,
      view,
      stallLimitMs: LIMIT_MS,
      clock,
      logger: SILENT,
    });
  }

  static async running(config: Partial<StreamsConfig> = {}): Promise<DeskBench> {
    const bench = new DeskBench(config);
    bench.desk.watch();
    await bench.scheduler.complete(bench.streams.start());
    bench.desk.startedUp();
    await bench.scheduler.run(() => bench.streams.state === 'RUNNING');
    return bench;
  }

  write(value: string, partition = 0, key = `${(this.#keys += 1)}`): void {
    this.cluster.produce(SOURCE, partition, { key, value });
  }

  /** Looks at it every second of that time; whatever live said when it was no. */
  async pass(ms: number): Promise<readonly string[]> {
    const reasons: string[] = [];
    for (let passed = 0; passed < ms; passed += 1000) {
      await this.scheduler.advance(1000);
      reasons.push(...this.desk.health.live.reasons);
    }
    return reasons;
  }

  async close(): Promise<void> {
    this.desk.stop();
    this.cluster.faults.clear();
    await this.scheduler.complete(this.streams.close());
  }

  #clusterSteps(): ClusterSteps {
    const { brokersLost, cluster, fatalClients } = this;
    const seen = new Map(
      Array.from({ length: PARTITIONS }, (_, partition) => {
        const readable = cluster.lastStableOffset(SOURCE, partition);
        return [`${SOURCE}-${partition}`, { readable, end: cluster.endOffset(SOURCE, partition) }] as const;
      }),
    );
    return { brokersLost, fatalClients, seen };
  }
}

describe('the health desk, and a poll loop that does not turn', () => {
  const BEFORE_ANY_PARTITION: EngineSteps = {
    session: 1,
    phase: 'open',
    joined: true,
    msSincePoll: 0,
    restoring: 0,
    isBreakerOpen: false,
    aborted: 0,
    tasks: [],
  };

  it('does not blame it for time in which the process was frozen, and does for time that was looked at', () => {
    let [nowMs, polledAtMs, asked] = [0, 0, 0];
    const desk = new HealthDesk({
      streams: {
        state: 'RUNNING',
        steps: () => {
          asked += 1;
          return { ...BEFORE_ANY_PARTITION, msSincePoll: nowMs - polledAtMs };
        },
      },
      view: {
        brokersUp: true,
        isSteadyMember: true,
        steps: () => ({ brokersLost: false, fatalClients: [], seen: new Map() }),
      },
      stallLimitMs: LIMIT_MS,
      clock: {
        now: () => epochMs(nowMs),
        monotonic: () => monotonicMs(nowMs),
        after: () => () => undefined,
      },
      logger: SILENT,
    });
    expect(desk.health.live.ok).to.equal(true);
    expect(asked, 'the engine is asked once for an answer').to.equal(1);
    nowMs += 3_600_000;
    expect(desk.health.live.ok, 'just after it was frozen').to.equal(true);
    polledAtMs = nowMs;
    for (let looks = 0; looks <= 61; looks++, nowMs += 1_000)
      expect(desk.health.live.ok, `${looks} s`).to.equal(looks <= 60);
    expect(desk.health.live.reasons.join()).to.include('the poll loop has not turned for 62 s');
    polledAtMs = nowMs;
    expect(desk.health.live.ok).to.equal(true);
  });
});

describe('the health desk, beside an engine', () => {
  let bench: DeskBench;
  afterEach(() => bench.close());

  it('is content while records come and go, and when none come', async () => {
    bench = await DeskBench.running();
    for (let i = 0; i < 10; i++) {
      bench.write('fine', i % PARTITIONS);
      expect(await bench.pass(30_000)).to.deep.equal([]);
    }
    expect(await bench.pass(3 * LIMIT_MS)).to.deep.equal([]);
    expect(bench.cluster.read(OUTPUT)).to.have.lengthOf(10);
    const { live, ready, started } = bench.desk.health;
    expect([live.ok, ready.ok, started.ok]).to.deep.equal([true, true, true]);
  });

  for (const processingGuarantee of ['exactly_once_v2', 'at_least_once'] as const) {
    it(`names the task whose commit never ends, ${processingGuarantee}`, async () => {
      bench = await DeskBench.running({ processingGuarantee });
      // Their first checkpoints.
      expect(await bench.pass(5000)).to.deep.equal([]);
      const call = processingGuarantee === 'exactly_once_v2' ? 'commit-transaction' : 'commit-offsets';
      bench.cluster.faults.delay(call, 20 * LIMIT_MS, { times: Infinity });
      bench.write('fine', 1);
      expect(await bench.pass(LIMIT_MS - 2000)).to.deep.equal([]);
      await bench.pass(5000);
      expect(bench.desk.health.live.reasons.join()).to.match(
        /^task 0_1 stands: what is decided is not committed/,
      );
      expect(bench.desk.health.live.reasons.join()).to.not.include('0_0');
      bench.cluster.faults.clear();
    });
  }

  it('is content with a long retry delay, with a lane that is parked, and with a handler that never ends', async () => {
    bench = await DeskBench.running({
      retryTiers: [{ name: '10m', delayMs: 600_000 }],
      deadLetterPolicy: 'park',
    });
    bench.write('fails', 0, 'late');
    bench.write('fine', 0, 'late');
    bench.write('never ends', 1, 'endless');
    // Past the retry: by then the head is parked.
    expect(await bench.pass(1_500_000)).to.deep.equal([]);
    expect(bench.streams.status().tasks.map(({ lanes }) => lanes.parked)).to.deep.equal([1, 1]);
  });

  it('is content while the breaker is open', async () => {
    bench = await DeskBench.running({ breaker: { ratio: 0.5, minAttempts: 5, windowMs: 10_000 } });
    for (let i = 0; i < 40; i++) bench.write('fails', i % PARTITIONS);
    const reasons = [];
    for (let i = 0; i < 10; i++) {
      reasons.push(...(await bench.pass(LIMIT_MS / 4)));
      bench.write('fails', i % PARTITIONS);
    }
    expect(bench.streams.isBreakerOpen).to.equal(true);
    expect(reasons).to.deep.equal([]);
  });

  it('is content while the brokers are away', async () => {
    bench = await DeskBench.running();
    bench.write('fine', 0);
    await bench.scheduler.advance(1);
    bench.cluster.brokerDown();
    bench.brokersLost = true;
    expect(await bench.pass(LIMIT_MS / 2)).to.deep.equal([]);
    bench.cluster.brokerUp();
    bench.brokersLost = false;
    expect(await bench.pass(2 * LIMIT_MS)).to.deep.equal([]);
    expect(bench.cluster.read(OUTPUT)).to.have.lengthOf(1);
  });

  it('says that no session can be opened any more, though brokers are there', async () => {
    bench = await DeskBench.running();
    const away = new KafkaError('retriable', -1, 'no');
    bench.cluster.faults.fail('commit-transaction', new KafkaError('fatal', -1, 'broken'));
    bench.cluster.faults.fail('connect', away, { times: Infinity });
    bench.write('fine');
    expect(await bench.pass(LIMIT_MS - 5000)).to.deep.equal([]);
    await bench.pass(10_000);
    expect(bench.desk.health.live.reasons.join()).to.include('no session with the brokers could be opened');
    bench.brokersLost = true;
    expect(bench.desk.health.live.ok).to.equal(true);
  });

  it('says that a client with a fatal error is kept', async () => {
    bench = await DeskBench.running();
    bench.fatalClients = ['log'];
    expect(await bench.pass(LIMIT_MS - 1000)).to.deep.equal([]);
    await bench.pass(3000);
    expect(bench.desk.health.live.reasons.join()).to.include('the client "log" has a fatal error');
  });

  it('is not live once the streams gave up, and says why', async () => {
    bench = await DeskBench.running();
    bench.desk.failed(new Error('fenced three times'));
    expect(bench.desk.health.live.reasons).to.deep.equal(['fatal error: fenced three times']);
  });

  it('tells a probe of an error of the author no more than it tells the log', async () => {
    bench = await DeskBench.running();
    const cause = new AuthorError('a punctuation', new Error('hunter2@example.org'));
    bench.desk.failed(new StreamsFailed('ended: hunter2@example.org', cause, `ended: ${cause.told}`));
    expect(bench.desk.health.live.reasons).to.deep.equal([
      'fatal error: ended: a punctuation: Error, its text is withheld',
    ]);
  });

  it('is live and not ready from the moment that it is told to stop', async () => {
    bench = await DeskBench.running();
    bench.write('never ends');
    await bench.pass(1000);
    const closed = bench.streams.close();
    const { live, ready } = bench.desk.health;
    expect([live.ok, ready.ok]).to.deep.equal([true, false]);
    expect(ready.reasons).to.deep.equal(['the state is PENDING_SHUTDOWN']);
    expect(bench.streams.status().tasks.some(({ inFlight }) => inFlight > 0)).to.equal(true);
    await bench.scheduler.complete(closed);
  });
});
