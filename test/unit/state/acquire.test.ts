import { expect } from 'chai';
import { commitOffset, partition } from '../../../src/record/units.js';
import type { Acquired, AcquireSettings } from '../../../src/state/acquire.js';
import { Acquisition, PartitionRefused, replayTimeoutFor } from '../../../src/state/acquire.js';
import { CHECKPOINT_KEY, encodeCheckpoint } from '../../../src/state/checkpoint.js';
import { LogReader } from '../../../src/state/log-reader.js';
import { SILENT } from '../../../src/ports/logger.js';
import type { ConsumedRecord } from '../../../src/record/record.js';
import { Scheduler } from '../../../src/testing/scheduler.js';
import { errorOf } from '../support/kafka-errors.js';
import { clusterAdmin, logConsumer, sourceConsumer } from '../support/ports.js';
import { batchOf, consumed, position, positions, SOURCE } from '../support/records.js';
import { deferred, outcomeOf, rejection, settle } from '../support/settle.js';

const LOG = 'lanes';
const BESIDE = ['retry.5s', 'dlq'];
const NO_IMAGE = { clear: () => undefined, apply: () => undefined };
const SETTINGS: AcquireSettings = {
  guarantee: 'exactly_once_v2',
  startFrom: 'earliest',
  offsetMismatch: 'refuse',
  disagreementPauseMs: 3000,
  replayTimeoutMs: 40_000,
};

const checkpoint = (at: number, sequence: number, source: number): ConsumedRecord => ({
  ...consumed(at, { topic: LOG }),
  key: CHECKPOINT_KEY,
  value: encodeCheckpoint({
    sequence,
    guarantee: 'exactly_once_v2',
    source: positions({ [SOURCE]: source }),
    inputs: new Map(),
    adopted: new Map(),
  }),
});

/** What Kafka holds; a test may change it between two reads, and answer a read by itself. */
class Kafka {
  readonly reads: string[] = [];
  committed: (number | null)[] = [null, null];
  log: ConsumedRecord[] = [];
  /** Of the lane log; its control records included. */
  end = 0;
  source = { low: 0, high: 1000 };
  /** Ends of its other internal topics; 0 where there is none. */
  readonly beside = new Map<string, number>();
  /** Asked before each read: a test changes the world here, or throws. */
  before: (read: string) => Promise<void> | void = () => undefined;
  #position = 0;

  async #read(what: string): Promise<void> {
    this.reads.push(what);
    await this.before(what);
  }

  readonly consumer = sourceConsumer({
    committed: async (of) => {
      await this.#read(`committed ${of.map(({ topic }) => topic).join(' ')}`);
      return this.committed.map((offset) => (offset === null ? null : commitOffset(offset)));
    },
  });

  readonly admin = clusterAdmin({
    watermarks: async ({ topic }) => {
      await this.#read(`watermarks ${topic}`);
      const internal = topic === LOG ? this.end : (this.beside.get(topic) ?? 0);
      const isInternal = topic === LOG || BESIDE.includes(topic);
      const { low, high } = isInternal ? { low: 0, high: internal } : this.source;
      return { low: commitOffset(low), high: commitOffset(high) };
    },
  });

  readonly logs = logConsumer({
    assign: (to) => (this.#position = to[0]?.offset ?? 0),
    poll: async () => {
      await this.#read('poll');
      const records = this.log.filter(({ offset }) => offset >= this.#position);
      this.#position = this.end;
      return batchOf(records, [position(LOG, 0, this.end)]);
    },
  });
}

const bench = (over: Partial<AcquireSettings> = {}) => {
  const scheduler = new Scheduler(1);
  const kafka = new Kafka();
  const life = new AbortController();
  const replayer = new LogReader(kafka.logs, scheduler.clock);
  const settings = { ...SETTINGS, ...over };
  const acquisition = new Acquisition(
    kafka.consumer,
    kafka.admin,
    replayer,
    scheduler.clock,
    settings,
    SILENT,
  );
  const begin = (sources: readonly string[] = [SOURCE]): Promise<Acquired> => {
    const acquired = acquisition.acquire({
      partition: partition(0),
      sources,
      laneLog: LOG,
      beside: BESIDE,
      image: NO_IMAGE,
      signal: life.signal,
    });
    acquired.catch(() => undefined);
    return acquired;
  };
  return { scheduler, kafka, life, acquisition, begin };
};

const agree = (kafka: Kafka): void => {
  kafka.committed = [10, 4];
  kafka.log = [checkpoint(0, 3, 8), checkpoint(2, 4, 10)];
  kafka.end = 4;
};

const refusal = async (promise: Promise<unknown>): Promise<PartitionRefused> => {
  const error = await rejection(promise);
  if (!(error instanceof PartitionRefused)) throw error;
  return error;
};

describe('acquire', () => {
  it('starts where log and offsets agree', async () => {
    const { kafka, begin, scheduler } = bench();
    agree(kafka);
    const start = await scheduler.complete(begin());
    expect([...start.positions]).to.deep.equal([[SOURCE, 10]]);
    expect(start.sequence).to.equal(4);
  });

  it('reads the stable offsets first, then the end of the log, then the log itself', async () => {
    const { kafka, begin, scheduler } = bench();
    agree(kafka);
    await scheduler.complete(begin());
    const firsts = ['committed user.events lanes', 'watermarks lanes', 'poll'];
    expect(
      kafka.reads.filter((read, i, all) => firsts.includes(read) && all.indexOf(read) === i),
    ).to.deep.equal(firsts);
  });

  it("asks for the source's ends only after its committed offset, so that a live offset cannot lie beyond them", async () => {
    const { kafka, begin, scheduler } = bench();
    agree(kafka);
    await scheduler.complete(begin());
    expect(kafka.reads.indexOf(`watermarks ${SOURCE}`)).to.be.greaterThan(
      kafka.reads.indexOf('committed user.events lanes'),
    );
  });

  it('asks for the offsets of all source topics and the log at once', async () => {
    const { kafka, begin, scheduler } = bench();
    kafka.committed = [5, 6, null];
    const start = await scheduler.complete(begin(['a', 'b']));
    expect(kafka.reads[0]).to.equal('committed a b lanes');
    expect([...start.positions]).to.deep.equal([
      ['a', 5],
      ['b', 6],
    ]);
  });

  it('takes the last checkpoint of the log, and minds no other entry', async () => {
    const { kafka, begin, scheduler } = bench();
    agree(kafka);
    const lane = { ...consumed(1, { topic: LOG }), key: Buffer.from([1, 3]), value: Buffer.from('not JSON') };
    const keyless = { ...consumed(3, { topic: LOG }), key: null, value: Buffer.from('not JSON') };
    kafka.log = [checkpoint(0, 3, 8), lane, checkpoint(2, 4, 10), keyless];
    expect((await scheduler.complete(begin())).sequence).to.equal(4);
  });

  it('refuses a checkpoint that it cannot read, as a fault of the log', async () => {
    const { kafka, begin, scheduler } = bench();
    agree(kafka);
    kafka.log.push({ ...checkpoint(3, 5, 11), value: Buffer.from('{"version":2}') });
    const refused = await refusal(scheduler.complete(begin()));
    expect(refused.reason).to.equal('corrupt-lane-log');
    expect(refused.message).to.include('lanes-0');
    expect(refused.cause).to.be.instanceOf(Error);
  });

  describe('when log and offsets disagree', () => {
    const disagree = (kafka: Kafka): void => {
      agree(kafka);
      kafka.committed = [8, 3];
    };

    it('reads everything again, and refuses only when the same pair is read a heartbeat later (F5)', async () => {
      const { kafka, begin, scheduler } = bench();
      disagree(kafka);
      const refused = await refusal(scheduler.complete(begin()));
      expect(refused.reason).to.equal('sequence-mismatch');
      expect(kafka.reads.filter((read) => read.startsWith('committed'))).to.have.length(2);
      expect(scheduler.clock.monotonic()).to.be.at.least(SETTINGS.disagreementPauseMs);
    });

    it('goes on when the second reading agrees, as it does for an old reading of an evicted process', async () => {
      const { kafka, begin, scheduler } = bench();
      disagree(kafka);
      let rounds = 0;
      kafka.before = (read) => {
        if (read.startsWith('committed') && (rounds += 1) === 2) kafka.committed = [10, 4];
      };
      expect((await scheduler.complete(begin())).sequence).to.equal(4);
    });

    it('does not take two different disagreements for one that stays', async () => {
      const { kafka, begin, scheduler } = bench();
      disagree(kafka);
      let rounds = 0;
      kafka.before = (read) => {
        if (!read.startsWith('committed')) return;
        rounds += 1;
        if (rounds === 2) kafka.committed = [7, 2];
        if (rounds === 3) kafka.committed = [10, 4];
      };
      expect((await scheduler.complete(begin())).sequence).to.equal(4);
      expect(rounds).to.equal(3);
    });

    it("refuses an operator's reset in the same way", async () => {
      const { kafka, begin, scheduler } = bench();
      agree(kafka);
      kafka.committed = [2, 4];
      expect((await refusal(scheduler.complete(begin()))).reason).to.equal('offset-mismatch');
    });

    it('ends the wait between two readings when it is aborted', async () => {
      const { kafka, begin, life } = bench();
      disagree(kafka);
      const acquired = begin();
      for (let i = 0; i < 10; i++) await settle();
      expect(await outcomeOf(acquired)).to.equal('pending');
      const reason = new Error('revoked');
      life.abort(reason);
      expect(await rejection(acquired)).to.equal(reason);
    });
  });

  it('refuses when other topics tell of a lane log that was deleted, and its offsets with it (F15)', async () => {
    const { kafka, begin, scheduler } = bench();
    kafka.committed = [10, null];
    kafka.beside.set('dlq', 1);
    const { reason, message } = await refusal(scheduler.complete(begin()));
    expect(reason).to.equal('lane-log-lost');
    expect(message).to.contain('records in dlq').and.to.contain('OFFSET_MISMATCH=adopt');
  });

  it('goes on with a new lane log when it is told to adopt', async () => {
    const { kafka, begin, scheduler } = bench({ offsetMismatch: 'adopt' });
    kafka.committed = [10, null];
    kafka.beside.set('dlq', 1);
    expect((await scheduler.complete(begin())).positions.get(SOURCE)).to.equal(10);
  });

  it('takes a group without a trace of this application for the offsets of another program', async () => {
    const { kafka, begin, scheduler } = bench();
    kafka.committed = [10, null];
    expect((await scheduler.complete(begin())).positions.get(SOURCE)).to.equal(10);
    expect(kafka.reads).to.include.members(BESIDE.map((topic) => `watermarks ${topic}`));
  });

  it('looks for traces only where neither sequence nor checkpoint speaks and the source has an offset', async () => {
    for (const [committed, hasLog] of [
      [[10, 4], true],
      [[null, null], false],
    ] as const) {
      const { kafka, begin, scheduler } = bench();
      if (hasLog) agree(kafka);
      kafka.committed = [...committed];
      await scheduler.complete(begin());
      expect(kafka.reads).not.to.include.members([`watermarks dlq`]);
    }
  });

  it('looks for none where the lane log was written to: a first transaction was aborted, nothing was deleted', async () => {
    const { kafka, begin, scheduler } = bench();
    kafka.committed = [10, null];
    kafka.end = 3;
    await scheduler.complete(begin());
    expect(kafka.reads).not.to.include('watermarks dlq');
  });

  it('refuses at once what no second reading can heal', async () => {
    const { kafka, begin, scheduler } = bench();
    kafka.committed = [10, 4];
    expect((await refusal(scheduler.complete(begin()))).reason).to.equal('lane-log-lost');
    expect(kafka.reads.filter((read) => read.startsWith('committed'))).to.have.length(1);
  });

  for (const read of ['committed user.events lanes', 'watermarks lanes', `watermarks ${SOURCE}`]) {
    it(`asks again when ${read} fails for now`, async () => {
      const { kafka, begin, scheduler } = bench();
      agree(kafka);
      let failures = 3;
      kafka.before = (what) => {
        if (what === read && failures-- > 0) throw errorOf('retriable');
      };
      expect((await scheduler.complete(begin())).sequence).to.equal(4);
      expect(failures).to.equal(-1);
      expect(scheduler.clock.monotonic()).to.be.greaterThan(0);
    });

    for (const kind of ['fatal', 'fenced', 'unusable'] as const) {
      it(`rejects with the client's error when ${read} is ${kind}`, async () => {
        const { kafka, begin, scheduler } = bench();
        agree(kafka);
        const error = errorOf(kind);
        kafka.before = (what) => {
          if (what === read) throw error;
        };
        expect(await rejection(scheduler.complete(begin()))).to.equal(error);
      });
    }

    it(`ends when it is aborted while ${read} is tried again and again`, async () => {
      const { kafka, begin, life, scheduler } = bench();
      agree(kafka);
      let failures = 0;
      const reason = new Error('revoked');
      kafka.before = (what) => {
        if (what !== read) return;
        failures += 1;
        throw errorOf('retriable');
      };
      const acquired = begin();
      await scheduler.run(() => failures > 3);
      life.abort(reason);
      expect(await rejection(acquired)).to.equal(reason);
      const seen = kafka.reads.length;
      await scheduler.advance(10_000);
      expect(kafka.reads.length).to.equal(seen);
    });

    it(`ends at once when it is aborted while ${read} does not answer`, async () => {
      const { kafka, begin, life } = bench();
      agree(kafka);
      kafka.before = (what) => (what === read ? deferred().promise : undefined);
      const acquired = begin();
      for (let i = 0; i < 10; i++) await settle();
      const reason = new Error('revoked');
      life.abort(reason);
      expect(await outcomeOf(acquired)).to.equal('rejected');
      expect(await rejection(acquired)).to.equal(reason);
    });

    it(`rejects with the reason of the abort, not with what ${read} says afterwards`, async () => {
      const { kafka, begin, life } = bench();
      agree(kafka);
      const answer = deferred();
      kafka.before = (what) => (what === read ? answer.promise : undefined);
      const acquired = begin();
      for (let i = 0; i < 10; i++) await settle();
      const reason = new Error('revoked');
      life.abort(reason);
      answer.reject(errorOf('retriable'));
      expect(await rejection(acquired)).to.equal(reason);
    });
  }

  it('ends at once when it is aborted during the replay', async () => {
    const { kafka, begin, life } = bench();
    agree(kafka);
    kafka.before = (what) => (what === 'poll' ? deferred().promise : undefined);
    const acquired = begin();
    for (let i = 0; i < 10; i++) await settle();
    const reason = new Error('revoked');
    life.abort(reason);
    expect(await rejection(acquired)).to.equal(reason);
  });

  it('asks nobody when it is aborted before it begins', async () => {
    const { kafka, begin, life } = bench();
    const reason = new Error('revoked');
    life.abort(reason);
    expect(await rejection(begin())).to.equal(reason);
    expect(kafka.reads).to.deep.equal([]);
  });

  it('refuses when the end of the log stays out of reach, and names the tool that finds a hanging transaction', async () => {
    const { kafka, scheduler } = bench();
    agree(kafka);
    // The last stable offset does not move: what is beyond it is never handed out.
    const stuck = logConsumerAt(kafka, 3);
    const acquired = scheduler.complete(stuck(scheduler));
    const refused = await refusal(acquired);
    expect(refused.reason).to.equal('restore-timeout');
    expect(refused.message).to.include('find-hanging').and.to.include('lanes-0');
    expect(scheduler.clock.monotonic()).to.be.at.least(SETTINGS.replayTimeoutMs);
  });

  it('waits for a transaction that ends before the time-out', async () => {
    const { kafka, begin, scheduler } = bench();
    agree(kafka);
    kafka.before = async (what) => {
      if (what === 'poll')
        await new Promise<void>((resolve) => scheduler.clock.after(SETTINGS.replayTimeoutMs - 1, resolve));
    };
    expect((await scheduler.complete(begin())).sequence).to.equal(4);
  });

  it('hands on a fatal error of the log consumer', async () => {
    const { kafka, begin, scheduler } = bench();
    agree(kafka);
    const error = errorOf('fatal');
    kafka.before = (what) => {
      if (what === 'poll') throw error;
    };
    expect(await rejection(scheduler.complete(begin()))).to.equal(error);
  });

  it('lets no partition wait behind others that wait for the end of a transaction', async () => {
    const { kafka, acquisition, scheduler } = bench();
    agree(kafka);
    const of = (number: number) => ({
      partition: partition(number),
      sources: [SOURCE],
      laneLog: LOG,
      beside: BESIDE,
      image: NO_IMAGE,
      signal: new AbortController().signal,
    });
    let stuck = 0;
    const committed = kafka.consumer.committed.bind(kafka.consumer);
    kafka.consumer.committed = async (asked, timeoutMs) => {
      if (asked[0]?.partition === partition(0)) return committed(asked, timeoutMs);
      stuck += 1;
      throw errorOf('retriable');
    };
    for (let number = 1; number <= 20; number++) void acquisition.acquire(of(number)).catch(() => undefined);
    const { sequence } = await scheduler.complete(acquisition.acquire(of(0)));
    expect(sequence).to.equal(4);
    expect(stuck).to.be.at.least(20);
    expect(scheduler.clock.monotonic()).to.be.below(5000);
  });

  it('asks the client for few things at once, so that polls and commits find a thread', async () => {
    const { kafka, acquisition, scheduler } = bench();
    let asking = 0;
    let most = 0;
    let asked = 0;
    kafka.before = async () => {
      asking += 1;
      asked += 1;
      most = Math.max(most, asking);
      await new Promise<void>((resolve) => scheduler.clock.after(10, resolve));
      asking -= 1;
    };
    const all = Array.from({ length: 20 }, (_, number) =>
      acquisition.acquire({
        partition: partition(number),
        sources: [SOURCE],
        laneLog: LOG,
        beside: BESIDE,
        image: NO_IMAGE,
        signal: new AbortController().signal,
      }),
    );
    await scheduler.complete(Promise.all(all));
    expect(asked).to.equal(60);
    expect(most).to.be.within(2, 8);
  });

  it('leaves no timer behind', async () => {
    const { kafka, begin, scheduler } = bench();
    agree(kafka);
    await scheduler.complete(begin());
    expect(scheduler.clock.nextAt()).to.equal(null);
  });

  it('gives a replay longer than a dead peer can hold it up', () => {
    expect(replayTimeoutFor(15_000)).to.be.greaterThan(2 * 15_000);
  });
});

/** An acquisition over a log consumer that reads `kafka` up to `stable` only. */
const logConsumerAt =
  (kafka: Kafka, stable: number) =>
  (scheduler: Scheduler): Promise<Acquired> => {
    const logs = logConsumer({
      assign: () => undefined,
      poll: async () => {
        await new Promise<void>((resolve) => scheduler.clock.after(100, resolve));
        return batchOf(
          kafka.log.filter(({ offset }) => offset < stable),
          [position(LOG, 0, stable)],
        );
      },
    });
    const replayer = new LogReader(logs, scheduler.clock);
    const { clock } = scheduler;
    return new Acquisition(kafka.consumer, kafka.admin, replayer, clock, SETTINGS, SILENT).acquire({
      partition: partition(0),
      sources: [SOURCE],
      laneLog: LOG,
      beside: BESIDE,
      image: NO_IMAGE,
      signal: new AbortController().signal,
    });
  };
