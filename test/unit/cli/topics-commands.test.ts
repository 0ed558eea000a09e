/** `topics`: what is missing and what is wrong is found, and only what can lose nothing is changed. */
import { expect } from 'chai';
import { expectedTopics } from '../../../src/cli/topics/expected-topics.js';
import type { TopicsApply } from '../../../src/cli/topics/topics-request.js';
import { AUDIT, GROUP, InspectionBench, LANE_LOG, SOURCE } from './inspection-bench.js';

const CHECK = { kind: 'topics check' } as const;
const apply = (of: Partial<TopicsApply> = {}): TopicsApply => ({
  kind: 'topics apply',
  withConfigs: false,
  isDryRun: false,
  agreed: null,
  operatorId: null,
  ...of,
});
const RETRY = `${GROUP}.${SOURCE}.retry.5s`;

const allMade = (env: Readonly<Record<string, string>> = {}): InspectionBench => {
  const bench = new InspectionBench(env);
  for (const topic of expectedTopics(bench.application, new Map())) bench.make(topic);
  return bench;
};

const partitions = (bench: InspectionBench): Record<string, number> =>
  Object.fromEntries([...bench.configs.keys()].map((name) => [name, bench.cluster.partitionsOf(name)]));

describe('topics check', () => {
  it('ends with 0 when all is as the service would make it', async () => {
    const said = await allMade().run(CHECK, { isJson: true });
    expect([said.exitCode, said.notes]).to.deep.equal([0, []]);
    expect(said.objects).to.have.length(8);
    expect(said.objects.every(({ ok }) => ok === true)).to.equal(true);
    expect(said.objects.map(({ role }) => role)).to.include.members(['source', 'output', 'internal']);
  });

  it('ends with 1 when topics are missing that the service makes', async () => {
    const said = await new InspectionBench().run(CHECK);
    expect(said.exitCode).to.equal(1);
    expect(said.lines.filter((line) => line.endsWith('missing'))).to.have.length(8);
    expect(said.notes.join()).to.include('8 of 8 topics');
  });

  it('ends with 3 when they are missing and the service would not make them', async () => {
    const said = await new InspectionBench({ TOPICS_AUTO_CREATE: 'false' }).run(CHECK);
    expect(said.exitCode).to.equal(3);
    expect(said.notes.join('\n')).to.include(`Topic ${SOURCE} does not exist`).and.include('does not start');
  });

  it('ends with 3 when an internal topic has more partitions than its source', async () => {
    const bench = new InspectionBench();
    for (const topic of expectedTopics(bench.application, new Map()))
      bench.make(topic.name === RETRY ? { ...topic, partitions: 9 } : topic);
    const said = await bench.run(CHECK, { isJson: true });
    expect(said.exitCode).to.equal(3);
    const [retry] = said.objects.filter(({ ok }) => ok === false);
    expect(retry).to.deep.include({
      topic: RETRY,
      differences: [{ kind: 'partitions', expected: 3, found: 9 }],
    });
  });

  it('finds settings that lose something, and leaves those alone that keep more', async () => {
    const bench = allMade();
    Object.assign(bench.configs.get(LANE_LOG) ?? {}, { 'cleanup.policy': 'delete' });
    Object.assign(bench.configs.get(RETRY) ?? {}, { 'message.timestamp.type': 'CreateTime' });
    Object.assign(bench.configs.get(AUDIT) ?? {}, { 'retention.ms': '-1', 'max.message.bytes': '9999999' });
    Object.assign(bench.configs.get(SOURCE) ?? {}, { 'retention.ms': '1000' });
    const said = await bench.run(CHECK, { isJson: true });
    expect(said.exitCode).to.equal(1);
    const found = said.objects
      .filter(({ ok }) => ok === false)
      .map(({ differences, topic }) => [topic, differences]);
    expect(found).to.have.deep.members([
      [SOURCE, [{ kind: 'config', name: 'retention.ms', expected: '604800000', found: '1000' }]],
      [LANE_LOG, [{ kind: 'config', name: 'cleanup.policy', expected: 'compact', found: 'delete' }]],
      [
        RETRY,
        [{ kind: 'config', name: 'message.timestamp.type', expected: 'LogAppendTime', found: 'CreateTime' }],
      ],
    ]);
  });

  it('finds too few replicas', async () => {
    const bench = new InspectionBench({ TOPICS_REPLICATION_FACTOR: '3' });
    for (const topic of expectedTopics(bench.application, new Map()))
      bench.make({ ...topic, replicationFactor: topic.name === AUDIT ? 1 : 3 });
    const said = await bench.run(CHECK);
    expect(said.exitCode).to.equal(1);
    expect(said.lines.find((line) => line.startsWith(AUDIT))).to.include('replication: 1, expected 3');
  });

  it('expects internal topics as the source is, and results as they are', async () => {
    const bench = new InspectionBench();
    const counts = new Map([
      [SOURCE, 5],
      [AUDIT, 7],
    ]);
    const expected = expectedTopics(bench.application, counts);
    expect(Object.fromEntries(expected.map(({ name, partitions: count }) => [name, count]))).to.include({
      [SOURCE]: 5,
      [AUDIT]: 7,
      [LANE_LOG]: 5,
      [RETRY]: 5,
    });
  });

  it('knows the topics of a topology with topics of its own', () => {
    const bench = new InspectionBench({}, ['--topology', 'user-activity']);
    const roles = expectedTopics(bench.application, new Map()).map(({ name, role }) => [role, name] as const);
    const own = roles.filter(([role]) => role === 'repartition');
    const isRepartitioned = bench.application.needs.some(({ ownTopics }) => ownTopics.length > 0);
    expect(own.length > 0).to.equal(isRepartitioned);
    expect(new Set(roles.map(([, name]) => name)).size).to.equal(roles.length);
  });
});

describe('topics apply', () => {
  it('changes nothing on a dry run', async () => {
    const bench = new InspectionBench();
    const said = await bench.run(apply({ isDryRun: true }), { isJson: true });
    expect(said.exitCode).to.equal(0);
    expect(said.objects.map(({ done, kind }) => [kind, done])).to.deep.equal(
      Array.from({ length: 8 }, () => ['create', false]),
    );
    expect(partitions(bench)).to.deep.equal({});
  });

  it('makes what is missing when the right count is typed, and is then content', async () => {
    const bench = new InspectionBench();
    const said = await bench.run(apply(), { typed: '8\n' });
    expect([said.exitCode, said.error], said.error ?? '').to.deep.equal([0, null]);
    expect(said.lines).to.have.length(8);
    expect(Object.values(partitions(bench))).to.deep.equal(Array.from({ length: 8 }, () => 3));
    const again = await bench.run(apply(), { typed: '' });
    expect([again.exitCode, again.notes]).to.deep.equal([0, ['Nothing to change.']]);
    expect((await bench.run(CHECK)).exitCode).to.equal(0);
  });

  for (const typed of ['y\n', '7\n', '\n', ''])
    it(`changes nothing when ${JSON.stringify(typed)} is typed`, async () => {
      const bench = new InspectionBench();
      const said = await bench.run(apply(), { typed });
      expect([said.exitCode, said.error]).to.deep.equal([1, 'Not confirmed: nothing was done.']);
      expect(partitions(bench)).to.deep.equal({});
    });

  it('changes nothing when --yes says another count, and when nobody can be asked', async () => {
    const bench = new InspectionBench();
    const other = await bench.run(apply({ agreed: 7 }));
    expect([other.exitCode, other.error]).to.deep.equal([
      2,
      '--yes says 7, and it is 8: look again, then say --yes 8.',
    ]);
    const nobody = await bench.run(apply());
    expect(nobody.exitCode).to.equal(2);
    expect(nobody.error).to.include('--yes 8');
    expect(partitions(bench)).to.deep.equal({});
  });

  it('extends internal topics to their source, and neither source nor results', async () => {
    const bench = new InspectionBench();
    for (const topic of expectedTopics(bench.application, new Map()))
      bench.make({ ...topic, partitions: topic.role === 'source' ? 5 : topic.role === 'output' ? 2 : 3 });
    const said = await bench.run(apply({ agreed: 6 }));
    expect([said.exitCode, said.error]).to.deep.equal([0, null]);
    const { [SOURCE]: source, [AUDIT]: audit, ...internal } = partitions(bench);
    expect([source, audit]).to.deep.equal([5, 2]);
    expect(Object.values(internal)).to.deep.equal([5, 5, 5, 5, 5, 5]);
  });

  it('makes none smaller: it says what is wrong with exit code 3, and changes nothing', async () => {
    const bench = new InspectionBench();
    for (const topic of expectedTopics(bench.application, new Map()).slice(0, -1))
      bench.make(topic.name === RETRY ? { ...topic, partitions: 9 } : topic);
    const before = partitions(bench);
    const said = await bench.run(apply({ agreed: 1 }));
    expect(said.exitCode).to.equal(3);
    expect(said.error).to.include(`Topic ${RETRY} has 9 partition(s)`);
    expect(partitions(bench)).to.deep.equal(before);
  });

  it('changes settings with --configs only, and never those of a source', async () => {
    const bench = allMade();
    Object.assign(bench.configs.get(LANE_LOG) ?? {}, { 'cleanup.policy': 'delete', other: 'kept' });
    Object.assign(bench.configs.get(SOURCE) ?? {}, { 'retention.ms': '1000' });
    expect((await bench.run(apply({ agreed: 1 }))).notes).to.deep.equal(['Nothing to change.']);
    const said = await bench.run(apply({ withConfigs: true, agreed: 1 }));
    expect([said.exitCode, said.lines]).to.deep.equal([
      0,
      [`done: configure ${LANE_LOG}: cleanup.policy=compact`],
    ]);
    expect(bench.configs.get(LANE_LOG)).to.include({ 'cleanup.policy': 'compact', other: 'kept' });
    expect(bench.configs.get(SOURCE)).to.include({ 'retention.ms': '1000' });
  });
});

describe('topics describe', () => {
  it('tells partitions and settings, and ends with 1 when one is not there', async () => {
    const bench = allMade();
    const said = await bench.run(
      { kind: 'topics describe', topics: [SOURCE, 'no\u001bpe'] },
      { isJson: true },
    );
    expect(said.exitCode).to.equal(1);
    expect(said.notes).to.deep.equal(['There is no topic no\\x1bpe.']);
    expect(said.objects[0]).to.deep.include({ topic: SOURCE });
    expect(said.objects[0]?.['config']).to.include({ 'cleanup.policy': 'delete' });
    expect(said.objects[0]?.['partitions']).to.have.length(3);
    const all = await bench.run({ kind: 'topics describe', topics: [] });
    expect(all.exitCode).to.equal(0);
    expect(all.lines.filter((line) => line.includes('partitions 3'))).to.have.length(8);
  });
});
