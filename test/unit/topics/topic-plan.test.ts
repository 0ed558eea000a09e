import { expect } from 'chai';
import type { TopicNeeds, TopicPlan, TopicRules } from '../../../src/topics/topic-plan.js';
import { planTopics } from '../../../src/topics/topic-plan.js';

const DAY_MS = 86_400_000;

const RULES: TopicRules = {
  autoCreate: true,
  partitions: 3,
  replicationFactor: 2,
  retentionSourceMs: 7 * DAY_MS,
  retentionOutputMs: 30 * DAY_MS,
  retentionRetryMs: 5 * DAY_MS,
  retentionDeadLettersMs: 30 * DAY_MS,
  maxMessageBytes: 1_000_000,
  retryTiers: [
    { name: '5s', delayMs: 5_000 },
    { name: '2m', delayMs: 120_000 },
  ],
};
const CHECK_ONLY: TopicRules = { ...RULES, autoCreate: false };

const NO_OWN = { ownTopics: [], ownSources: new Set<string>() };
const NEEDS: TopicNeeds = {
  ...NO_OWN,
  source: 'user.events',
  sourceTopics: ['user.events'],
  outputTopics: ['system.audit'],
};
const DLQ = 'G.user.events.dlq';
const LANES = 'G.user.events.lanes-changelog';

const RETRIES = ['G.user.events.retry.5s', 'G.user.events.retry.2m'] as const;
const COMMANDS = 'G.user.events.commands';
const INTERNAL = [DLQ, LANES, ...RETRIES, COMMANDS] as const;

const each = (topics: readonly string[], partitions: number): Counts =>
  Object.fromEntries(topics.map((topic) => [topic, partitions]));

type Counts = Readonly<Record<string, number>>;
const AS_WANTED: Counts = { 'user.events': 3, 'system.audit': 3, ...each(INTERNAL, 3) };

const plan = (counts: Counts, rules = RULES, needs = NEEDS): TopicPlan =>
  planTopics('G', needs, new Map(Object.entries(counts)), rules);

const steps = (of: TopicPlan): string[] =>
  of.steps.map((step) =>
    step.kind === 'create'
      ? `create ${step.topic.name} ${step.topic.partitions}`
      : `grow ${step.topic} ${step.partitions}`,
  );

const configOf = (topic: string): Readonly<Record<string, string>> => {
  for (const step of plan({}).steps) {
    if (step.kind === 'create' && step.topic.name === topic) return step.topic.config;
  }
  throw new Error(`${topic} is not created`);
};

describe('planTopics', () => {
  it('does nothing when everything is as wanted', () => {
    for (const rules of [RULES, CHECK_ONLY]) {
      expect(plan(AS_WANTED, rules)).to.deep.equal({ steps: [], problems: [] });
    }
  });

  describe('may create', () => {
    it('creates everything on an empty cluster, with the configured numbers', () => {
      const made = plan({});
      expect(steps(made)).to.have.members([
        'create user.events 3',
        'create system.audit 3',
        ...INTERNAL.map((topic) => `create ${topic} 3`),
      ]);
      expect(made.problems).to.deep.equal([]);
      for (const step of made.steps) {
        expect(step.kind === 'create' && step.topic.replicationFactor).to.equal(2);
      }
    });

    it('creates internal topics with as many partitions as the source has, not as are configured', () => {
      expect(steps(plan({ 'user.events': 12, 'system.audit': 3 }))).to.deep.equal(
        INTERNAL.map((topic) => `create ${topic} 12`),
      );
    });

    it('leaves a source and an output that exist as they are, whatever their number of partitions', () => {
      expect(plan({ ...AS_WANTED, 'system.audit': 1 })).to.deep.equal({ steps: [], problems: [] });
      expect(steps(plan({ 'user.events': 1, 'system.audit': 7, ...each(INTERNAL, 1) }))).to.deep.equal([]);
    });

    it('extends internal topics when the source has grown', () => {
      const grown = plan({ ...AS_WANTED, 'user.events': 5 });
      expect(steps(grown)).to.deep.equal(INTERNAL.map((topic) => `grow ${topic} 5`));
      expect(grown.problems).to.deep.equal([]);
    });

    it('extends and creates at once', () => {
      const upgraded = plan({ 'user.events': 5, 'system.audit': 3, [DLQ]: 5, [LANES]: 3 });
      expect(steps(upgraded)).to.deep.equal([
        `grow ${LANES} 5`,
        ...[...RETRIES, COMMANDS].map((topic) => `create ${topic} 5`),
      ]);
    });

    it('reports an internal topic with more partitions than its source: partitions cannot be taken away', () => {
      const { problems } = plan({ ...AS_WANTED, [DLQ]: 4 });
      expect(problems.map(({ topic }) => topic)).to.deep.equal([DLQ]);
      expect(problems[0]?.message).to.include(DLQ).and.to.match(/\b4\b/).and.to.match(/\b3\b/);
    });
  });

  it('needs no retry topic without tiers', () => {
    const made = plan({ 'user.events': 1, 'system.audit': 1 }, { ...RULES, retryTiers: [] });
    expect(steps(made)).to.deep.equal([DLQ, LANES, COMMANDS].map((topic) => `create ${topic} 1`));
  });

  describe('may only check', () => {
    it('reports every topic that is missing, by name, with what is expected and what to do', () => {
      const { steps: none, problems } = plan({}, CHECK_ONLY);
      expect(none).to.deep.equal([]);
      expect(problems.map(({ topic }) => topic)).to.have.members([
        'user.events',
        'system.audit',
        ...INTERNAL,
      ]);
      for (const { topic, message } of problems) {
        expect(message).to.include(topic).and.to.match(/\b3\b/).and.to.include('TOPICS_AUTO_CREATE');
      }
    });

    it('expects as many partitions of a missing internal topic as the source has', () => {
      const { problems } = plan(
        { ...AS_WANTED, 'user.events': 6, ...each(INTERNAL, 6), [DLQ]: 0 },
        CHECK_ONLY,
      );
      expect(problems.map(({ topic }) => topic)).to.deep.equal([DLQ]);
      expect(problems[0]?.message).to.match(/\b6\b/);
    });

    for (const [what, found] of [
      ['few', 2],
      ['many', 4],
    ] as const) {
      it(`reports an internal topic with too ${what} partitions: topic, found and expected`, () => {
        for (const internal of INTERNAL) {
          const { steps: none, problems } = plan({ ...AS_WANTED, [internal]: found }, CHECK_ONLY);
          expect(none).to.deep.equal([]);
          expect(problems.map(({ topic }) => topic)).to.deep.equal([internal]);
          expect(problems[0]?.message).to.include(`Topic ${internal} has ${found} `);
          expect(problems[0]?.message).to.include('expected 3');
        }
      });
    }

    it('reports everything that is wrong at once', () => {
      const { problems } = plan({ 'user.events': 3, [DLQ]: 1 }, CHECK_ONLY);
      expect(problems.map(({ topic }) => topic)).to.have.members(['system.audit', ...INTERNAL]);
    });

    it('does not hold the number of internal partitions against a source that is missing', () => {
      const { problems } = plan({ ...AS_WANTED, 'user.events': 0, ...each(INTERNAL, 6) }, CHECK_ONLY);
      expect(problems.map(({ topic }) => topic)).to.deep.equal(['user.events']);
    });
  });

  describe('with several source topics', () => {
    const several: TopicNeeds = { source: 'both', sourceTopics: ['a', 'b'], outputTopics: [], ...NO_OWN };
    const internal = ['dlq', 'lanes-changelog', 'retry.5s', 'retry.2m', 'commands'].map(
      (purpose) => `G.both.${purpose}`,
    );

    it('names internal topics by the source node', () => {
      expect(steps(plan({ a: 2, b: 2 }, RULES, several))).to.deep.equal(
        internal.map((topic) => `create ${topic} 2`),
      );
    });

    it('reports source topics that are not co-partitioned, and does nothing', () => {
      const { problems } = plan({ a: 2, b: 3, ...each(internal, 3) }, RULES, several);
      expect(problems.map(({ topic }) => topic)).to.deep.equal(['a']);
      expect(problems[0]?.message).to.match(/\b2\b/).and.to.match(/\b3\b/);
    });

    it('creates one that is missing like the other, so that they are co-partitioned', () => {
      const made = plan({ a: 6 }, RULES, several);
      expect(made.problems).to.deep.equal([]);
      expect(steps(made)).to.have.members(['create b 6', ...internal.map((topic) => `create ${topic} 6`)]);
    });
  });

  describe('what a topic is created with', () => {
    it('source: kept for its retention', () => {
      expect(configOf('user.events')).to.include({
        'cleanup.policy': 'delete',
        'retention.ms': String(7 * DAY_MS),
        'max.message.bytes': '1000000',
      });
    });

    it('output: kept for its retention', () => {
      expect(configOf('system.audit')).to.include({
        'cleanup.policy': 'delete',
        'retention.ms': String(30 * DAY_MS),
        'max.message.bytes': '1000000',
      });
    });

    it('dead letters: kept for theirs, with room for a largest record and its error headers', () => {
      const config = configOf(DLQ);
      expect(config).to.include({ 'cleanup.policy': 'delete', 'retention.ms': String(30 * DAY_MS) });
      expect(Number(config['max.message.bytes'])).to.be.greaterThan(RULES.maxMessageBytes);
    });

    it('retries: kept for theirs, stamped when they arrive, with room for a largest record and its headers', () => {
      for (const topic of RETRIES) {
        const config = configOf(topic);
        expect(config).to.include({
          'cleanup.policy': 'delete',
          'retention.ms': String(5 * DAY_MS),
          'message.timestamp.type': 'LogAppendTime',
        });
        expect(Number(config['max.message.bytes'])).to.be.greaterThan(RULES.maxMessageBytes);
      }
    });

    it('commands: kept for a week from when they arrive, with room for a dead letter in base64', () => {
      const config = configOf(COMMANDS);
      expect(config).to.include({
        'cleanup.policy': 'delete',
        'retention.ms': String(7 * DAY_MS),
        'message.timestamp.type': 'LogAppendTime',
      });
      const inBase64 = (Number(configOf(DLQ)['max.message.bytes']) * 4) / 3;
      expect(Number(config['max.message.bytes'])).to.be.greaterThan(inBase64);
    });

    it('lane log: compacted, never deleted by time, small segments, tombstones that outlive a restore', () => {
      const config = configOf(LANES);
      expect(config).to.include({ 'cleanup.policy': 'compact' });
      expect(config).not.to.have.property('retention.ms');
      expect(Number(config['segment.bytes'])).to.be.below(1024 ** 3);
      expect(Number(config['min.cleanable.dirty.ratio'])).to.be.below(0.5);
      expect(Number(config['delete.retention.ms'])).to.be.at.least(DAY_MS);
      expect(Number(config['max.message.bytes'])).to.be.greaterThan(RULES.maxMessageBytes);
    });
  });

  describe('repartition topics', () => {
    const own = (partitions: number | null, beside: readonly string[] = []): TopicNeeds => ({
      ...NEEDS,
      ownTopics: [{ name: 'G-by-name-repartition', partitions, beside }],
    });

    it('have as many partitions as was asked for, as the other topics of their reader, or as their source', () => {
      expect(steps(plan(AS_WANTED, RULES, own(6)))).to.deep.equal(['create G-by-name-repartition 6']);
      expect(steps(plan(AS_WANTED, RULES, own(null)))).to.deep.equal(['create G-by-name-repartition 3']);
      expect(steps(plan({ ...AS_WANTED, users: 12 }, RULES, own(null, ['users'])))).to.deep.equal([
        'create G-by-name-repartition 12',
      ]);
    });

    it('are kept for ever: old timestamps are no reason to delete what is not read yet', () => {
      const [step] = plan(AS_WANTED, RULES, own(6)).steps;
      expect(step?.kind === 'create' ? step.topic.config['retention.ms'] : null).to.equal('-1');
    });

    it('that have another number of partitions than was asked for are a problem', () => {
      const { problems } = plan({ ...AS_WANTED, 'G-by-name-repartition': 3 }, RULES, own(6));
      expect(problems.map(({ topic }) => topic)).to.deep.equal(['G-by-name-repartition']);
    });

    it('are made before anything of the sub-topology that reads them', () => {
      const reader: TopicNeeds = {
        source: 'by-name-repartition',
        sourceTopics: ['G-by-name-repartition'],
        outputTopics: ['out'],
        ownTopics: [],
        ownSources: new Set(['G-by-name-repartition']),
      };
      expect(steps(plan({}, RULES, reader))).to.deep.equal([]);
      expect(steps(plan({ 'G-by-name-repartition': 4 }, RULES, reader))).to.include(
        'create G.by-name-repartition.dlq 4',
      );
    });
  });
});
