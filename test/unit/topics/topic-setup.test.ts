import { expect } from 'chai';
import { SILENT } from '../../../src/ports/logger.js';
import type { TopicNeeds, TopicRules } from '../../../src/topics/topic-plan.js';
import { TopicSetup, TopicsUnusable } from '../../../src/topics/topic-setup.js';
import { errorOf } from '../support/kafka-errors.js';
import { clusterAdmin } from '../support/ports.js';
import { rejection } from '../support/settle.js';

const RULES: TopicRules = {
  autoCreate: true,
  partitions: 3,
  replicationFactor: 1,
  retentionSourceMs: 1,
  retentionOutputMs: 1,
  retentionRetryMs: 1,
  retentionDeadLettersMs: 1,
  maxMessageBytes: 1_000_000,
  retryTiers: [{ name: '5s', delayMs: 5000 }],
};
const NO_OWN = { ownTopics: [], ownSources: new Set<string>() };
const NEEDS: TopicNeeds = { source: 'in', sourceTopics: ['in'], outputTopics: ['out'], ...NO_OWN };
const OTHER: TopicNeeds = { source: 'more', sourceTopics: ['more'], outputTopics: ['out'], ...NO_OWN };

const INTERNAL = ['G.in.dlq', 'G.in.lanes-changelog', 'G.in.retry.5s', 'G.in.commands'] as const;
const internalOf = (partitions: number): Record<string, number> =>
  Object.fromEntries(INTERNAL.map((topic) => [topic, partitions]));

const bench = (
  topics: Record<string, number>,
  { needs = [NEEDS], rules = RULES }: { needs?: readonly TopicNeeds[]; rules?: TopicRules } = {},
) => {
  const calls: string[] = [];
  const admin = clusterAdmin({
    partitionCounts: async (names) => {
      calls.push('look');
      return new Map(names.map((name) => [name, topics[name] ?? 0]));
    },
    createTopic: async ({ name, partitions }) => {
      calls.push(`create ${name}`);
      topics[name] ??= partitions;
    },
    createPartitions: async (name, total) => {
      calls.push(`grow ${name}`);
      topics[name] = total;
    },
  });
  return { calls, admin, topics, setup: new TopicSetup('G', needs, rules, SILENT) };
};

describe('TopicSetup', () => {
  it('knows no topic before it has looked', () => {
    expect(bench({ in: 3 }).setup.partitionCount('in')).to.equal(0);
  });

  it('creates what is missing, and knows afterwards how many partitions each topic really has', async () => {
    const { setup, admin, topics } = bench({ in: 5 });
    await setup.ensure(admin);
    expect(topics).to.deep.equal({ in: 5, out: 3, ...internalOf(5) });
    for (const [topic, count] of Object.entries(topics)) expect(setup.partitionCount(topic)).to.equal(count);
  });

  it('believes what it sees after creating, not what it asked for', async () => {
    const { setup, admin, topics } = bench({});
    admin.createTopic = async ({ name }) => void (topics[name] = 9);
    await setup.ensure(admin);
    expect(setup.partitionCount('out')).to.equal(9);
  });

  it('rejects when another process was quicker and of another mind', async () => {
    const { setup, admin, topics } = bench({ in: 3 });
    const create = admin.createTopic.bind(admin);
    admin.createTopic = async (topic) => {
      topics['G.in.dlq'] = 9;
      await create(topic);
    };
    const error = await rejection(setup.ensure(admin));
    expect((error as TopicsUnusable).problems.map(({ topic }) => topic)).to.deep.equal(['G.in.dlq']);
  });

  it('knows a partition only when source and internal topics have it, as last seen', async () => {
    const { setup, admin, topics } = bench({ in: 2 });
    expect(setup.hasPartition(['in'], 0)).to.equal(false);
    await setup.ensure(admin);
    expect([1, 2].map((partition) => setup.hasPartition(['in'], partition))).to.deep.equal([true, false]);
    topics['in'] = 3;
    admin.createPartitions = () => Promise.reject(errorOf('retriable'));
    await rejection(setup.ensure(admin));
    expect(setup.partitionCount('in')).to.equal(3);
    expect(setup.hasPartition(['in'], 2)).to.equal(false);
  });

  for (const topic of INTERNAL) {
    it(`does not know a partition that ${topic} does not have`, async () => {
      const { setup, admin, topics } = bench({ in: 2, out: 1, ...internalOf(2) });
      await setup.ensure(admin);
      expect(setup.hasPartition(['in'], 1)).to.equal(true);
      topics[topic] = 1;
      admin.createPartitions = () => Promise.reject(errorOf('retriable'));
      await rejection(setup.ensure(admin));
      expect(setup.hasPartition(['in'], 1)).to.equal(false);
    });
  }

  it('only looks when everything is there', async () => {
    const { setup, admin, calls } = bench({ in: 3, out: 1, ...internalOf(3) });
    await setup.ensure(admin);
    expect(calls).to.deep.equal(['look']);
  });

  it('extends internal topics when the source has grown since', async () => {
    const { setup, admin, topics, calls } = bench({ in: 3 });
    await setup.ensure(admin);
    calls.length = 0;
    topics['in'] = 4;
    await setup.ensure(admin);
    expect(calls).to.deep.equal(['look', ...INTERNAL.map((topic) => `grow ${topic}`), 'look']);
    for (const topic of INTERNAL) expect(setup.partitionCount(topic)).to.equal(4);
  });

  it('notices a topic that is gone', async () => {
    const { setup, admin, topics } = bench({ in: 3 });
    await setup.ensure(admin);
    admin.createTopic = async () => undefined;
    delete topics['out'];
    await setup.ensure(admin);
    expect(setup.partitionCount('out')).to.equal(0);
  });

  it('rejects with all problems of all sub-topologies at once, one line each', async () => {
    const { setup, admin, calls } = bench(
      { out: 1 },
      { needs: [NEEDS, OTHER], rules: { ...RULES, autoCreate: false } },
    );
    const error = await rejection(setup.ensure(admin));
    expect(error).to.be.instanceOf(TopicsUnusable);
    const { message, problems } = error as TopicsUnusable;
    expect(problems.map(({ topic }) => topic)).to.have.members([
      'in',
      ...INTERNAL,
      'more',
      ...INTERNAL.map((topic) => topic.replace('.in.', '.more.')),
    ]);
    expect(message.split('\n')).to.have.length(10);
    expect(calls).to.deep.equal(['look']);
  });

  it('changes nothing of a sub-topology that has a problem', async () => {
    const { setup, admin, calls } = bench({ in: 3, 'G.in.dlq': 9 });
    await rejection(setup.ensure(admin));
    expect(calls).to.deep.equal(['look']);
  });

  for (const method of ['partitionCounts', 'createTopic', 'createPartitions'] as const) {
    it(`rejects with the client's own error when ${method} fails`, async () => {
      const { setup, admin } = bench({ in: 3, 'G.in.dlq': 1 });
      const error = errorOf('retriable');
      Object.assign(admin, { [method]: () => Promise.reject(error) });
      expect(await rejection(setup.ensure(admin))).to.equal(error);
    });
  }
});
