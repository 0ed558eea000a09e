import { producedOf } from '../../../../src/record/output-record.js';
import { expect } from 'chai';
import {
  recordName,
  RetryableError,
  type EpochMs,
  type Offset,
  type Partition,
  type ProducedRecord,
  type TaskId,
  type Topology,
} from '../../../../src/index.js';
import type { Effects, RecordRun } from '../../../../src/dsl/execution.js';
import { eventId } from '../../../../src/record/event-id.js';
import type { Directory, DirectoryCall } from '../../../../topology/user-audit/clients/directory.js';
import { buildTopology, type UserAuditSettings } from '../../../../topology/user-audit/topology.js';
import { taskProcessorOf } from '../../dsl/support.js';
import { auth, GOLDEN, type GoldenRecord } from './golden.js';

const settings: UserAuditSettings = {
  applicationId: 'user-management-service',
  sourceTopics: ['user.events'],
  auditTopic: 'system.audit',
  schemasStrict: false,
  directory: undefined,
};

const signal = new AbortController().signal;

const runOf = (golden: GoldenRecord, noted: string[] = []): RecordRun => ({
  record: {
    topic: 'user.events',
    partition: 2 as Partition,
    offset: 41 as Offset,
    timestamp: 1_770_091_507_000 as EpochMs,
    key: Buffer.from([0xff, 0, 1]),
    value: golden.value,
    headers: golden.headers,
  },
  taskId: '0_2' as TaskId,
  attempt: 1,
  nowMs: 0 as EpochMs,
  signal,
  partitionCount: () => 3,
  noteType: (type) => noted.push(type),
});

/** In an object, so that awaiting it does not hide whether `process` gave a promise. */
const outcomeOf = async (topology: Topology, of: RecordRun): Promise<{ given: unknown }> => {
  const processor = taskProcessorOf(topology);
  await processor.init();
  return { given: processor.process(of) };
};

const outputsOf = async (topology: Topology, of: RecordRun): Promise<readonly ProducedRecord[]> =>
  ((await (await outcomeOf(topology, of)).given) as Effects).outputs.map(producedOf);

const authGolden = GOLDEN.find(({ expected }) => expected.type === 'user.auth');
if (authGolden === undefined) throw new Error('no golden user.auth');

describe('user-audit topology', () => {
  for (const golden of GOLDEN.filter(({ topic }) => topic === 'user.events')) {
    it(`makes one audit event of: ${golden.what}`, async () => {
      const noted: string[] = [];
      const of = runOf(golden, noted);
      const outputs = await outputsOf(buildTopology(settings), of);
      expect(outputs).to.be.an('array').with.lengthOf(1);
      const [output] = outputs;
      expect(output?.topic).to.equal('system.audit');
      expect(output?.partition).to.equal(2);
      expect(output?.key).to.deep.equal(of.record.key);
      const audit = JSON.parse(output?.value?.toString() ?? '') as Record<string, unknown>;
      expect(audit).to.include({
        eventType: golden.expected.type,
        resource: `user/${auth.userId}`,
        timestamp: '2026-02-03T04:05:06.789Z',
      });
      expect(audit['metadata']).to.include({ causationId: golden.expected.id ?? 'user.events-2-41' });
      const headers = new Map(output?.headers.map(({ name, value }) => [name, value]));
      expect(headers.get('ce_id')).to.equal(eventId('user.events', 2, 41));
      expect(headers.get('ce_type')).to.equal('system.audit');
      expect(headers.get('ce_dataschema')).to.match(/\/1\.0$/);
      expect(headers.get('traceparent')).to.equal(golden.expected.traceparent);
      expect(noted).to.deep.equal([golden.expected.type]);
    });
  }

  it('is synchronous without a directory: effects, not a promise', async () => {
    const { given } = await outcomeOf(buildTopology(settings), runOf(authGolden));
    expect((given as Effects).outputs).to.have.lengthOf(1);
  });

  it('asks the directory with the name of the record, and waits for it', async () => {
    const calls: [string, DirectoryCall][] = [];
    const directory: Directory = {
      actorOf: (userId, call) => {
        calls.push([userId, call]);
        return Promise.resolve({ id: 'u1', displayName: 'Ada "the" first' });
      },
    };
    const { given } = await outcomeOf(buildTopology(settings, directory), runOf(authGolden));
    expect(given).to.be.instanceOf(Promise);
    const [output] = ((await given) as Effects).outputs;
    expect(JSON.parse(output?.value?.toString() ?? '')).to.have.deep.property('actor', {
      id: 'u1',
      displayName: 'Ada "the" first',
    });
    expect(calls).to.have.lengthOf(1);
    expect(calls[0]?.[0]).to.equal(auth.userId);
    expect(calls[0]?.[1].eventId).to.equal(recordName('user.events', 2, 41));
    expect(calls[0]?.[1].signal).to.equal(signal);
  });

  it('writes no actor for a user that the directory does not know', async () => {
    const [output] = await outputsOf(
      buildTopology(settings, { actorOf: () => Promise.resolve(undefined) }),
      runOf(authGolden),
    );
    expect(JSON.parse(output?.value?.toString() ?? '')).not.to.have.property('actor');
  });

  it("makes the directory's failure the record's", async () => {
    const failure = new RetryableError('directory-unavailable', 'down', { retryAfterMs: 7 });
    const topology = buildTopology(settings, { actorOf: () => Promise.reject(failure) });
    expect(await outputsOf(topology, runOf(authGolden)).catch((error: unknown) => error)).to.equal(failure);
  });

  it('has the name that internal topics take when there are several source topics', () => {
    const topology = buildTopology({ ...settings, sourceTopics: ['user.events', 'user.auth'] });
    expect(topology.subtopologies.map(({ sourceName }) => sourceName)).to.deep.equal(['user-events']);
    expect(buildTopology(settings).subtopologies[0]?.sourceName).to.equal('user.events');
    expect(buildTopology(settings).sinkTopics).to.deep.equal(['system.audit']);
  });
});
