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
  retentionDeadLettersMs: 30 * DAY_MS,
  maxMessageBytes: 1_000_000,
};
const CHECK_ONLY: TopicRules = { ...RULES, autoCreate: false };

const NEEDS: TopicNeeds = {
  source: 'user.events',
  sourceTopics: ['user.events'],
  outputTopics: ['system.audit'],
};
const DLQ = 'G.user.events.dlq';
const LANES = 'G.user.events.lanes-changelog';

type Counts = Readonly<Record<string, number>>;
const AS_WANTED: Counts = { 'user.events': 3, 'system.audit': 3, [DLQ]: 3, [LANES]: 3 };

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
        `create ${DLQ} 3`,
        `create ${LANES} 3`,
      ]);
      expect(made.problems).to.deep.equal([]);
      for (const step of made.steps) {
        expect(step.kind === 'create' && step.topic.replicationFactor).to.equal(2);
      }
    });

    it('creates internal topics with as many partitions as the source has, not as are configured', () => {
      expect(steps(plan({ 'user.events': 12, 'system.audit': 3 }))).to.deep.equal([
        `create ${DLQ} 12`,
        `create ${LANES} 12`,
      ]);
    });

    it('leaves a source and an output that exist as they are, whatever their number of partitions', () => {
      expect(plan({ ...AS_WANTED, 'system.audit': 1 })).to.deep.equal({ steps: [], problems: [] });
      expect(steps(plan({ 'user.events': 1, 'system.audit': 7, [DLQ]: 1, [LANES]: 1 }))).to.deep.equal([]);
    });

    it('extends internal topics when the source has grown', () => {
      const grown = plan({ ...AS_WANTED, 'user.events': 5 });
      expect(steps(grown)).to.deep.equal([`grow ${DLQ} 5`, `grow ${LANES} 5`]);
      expect(grown.problems).to.deep.equal([]);
    });

    it('extends and creates at once', () => {
      expect(steps(plan({ 'user.events': 5, 'system.audit': 3, [LANES]: 3 }))).to.deep.equal([
        `create ${DLQ} 5`,
        `grow ${LANES} 5`,
      ]);
    });

    it('reports an internal topic with more partitions than its source: partitions cannot be taken away', () => {
      const { problems } = plan({ ...AS_WANTED, [DLQ]: 4 });
      expect(problems.map(({ topic }) => topic)).to.deep.equal([DLQ]);
      expect(problems[0]?.message).to.include(DLQ).and.to.match(/\b4\b/).and.to.match(/\b3\b/);
    });
  });

  describe('may only check', () => {
    it('reports every topic that is missing, by name, with what is expected and what to do', () => {
      const { steps: none, problems } = plan({}, CHECK_ONLY);
      expect(none).to.deep.equal([]);
      expect(problems.map(({ topic }) => topic)).to.have.members(['user.events', 'system.audit', DLQ, LANES]);
      for (const { topic, message } of problems) {
        expect(message).to.include(topic).and.to.match(/\b3\b/).and.to.include('TOPICS_AUTO_CREATE');
      }
    });

    it('expects as many partitions of a missing internal topic as the source has', () => {
      const { problems } = plan({ ...AS_WANTED, 'user.events': 6, [DLQ]: 0, [LANES]: 6 }, CHECK_ONLY);
      expect(problems.map(({ topic }) => topic)).to.deep.equal([DLQ]);
      expect(problems[0]?.message).to.match(/\b6\b/);
    });

    for (const [what, found] of [
      ['few', 2],
      ['many', 4],
    ] as const) {
      it(`reports an internal topic with too ${what} partitions: topic, found and expected`, () => {
        const { steps: none, problems } = plan({ ...AS_WANTED, [LANES]: found }, CHECK_ONLY);
        expect(none).to.deep.equal([]);
        expect(problems.map(({ topic }) => topic)).to.deep.equal([LANES]);
        expect(problems[0]?.message).to.include(LANES).and.to.match(/\b3\b/);
        expect(problems[0]?.message).to.match(new RegExp(`\\b${found}\\b`));
      });
    }

    it('reports everything that is wrong at once', () => {
      const { problems } = plan({ 'user.events': 3, [DLQ]: 1 }, CHECK_ONLY);
      expect(problems.map(({ topic }) => topic)).to.have.members(['system.audit', DLQ, LANES]);
    });

    it('does not hold the number of internal partitions against a source that is missing', () => {
      const { problems } = plan({ ...AS_WANTED, 'user.events': 0, [DLQ]: 6, [LANES]: 6 }, CHECK_ONLY);
      expect(problems.map(({ topic }) => topic)).to.deep.equal(['user.events']);
    });
  });

  describe('with several source topics', () => {
    const several: TopicNeeds = { source: 'both', sourceTopics: ['a', 'b'], outputTopics: [] };
    const dlq = 'G.both.dlq';
    const lanes = 'G.both.lanes-changelog';

    it('names internal topics by the source node', () => {
      expect(steps(plan({ a: 2, b: 2 }, RULES, several))).to.deep.equal([
        `create ${dlq} 2`,
        `create ${lanes} 2`,
      ]);
    });

    it('reports source topics that are not co-partitioned, and does nothing', () => {
      const { problems } = plan({ a: 2, b: 3, [dlq]: 3, [lanes]: 3 }, RULES, several);
      expect(problems.map(({ topic }) => topic)).to.deep.equal(['a']);
      expect(problems[0]?.message).to.match(/\b2\b/).and.to.match(/\b3\b/);
    });

    it('creates one that is missing like the other, so that they are co-partitioned', () => {
      const made = plan({ a: 6 }, RULES, several);
      expect(made.problems).to.deep.equal([]);
      expect(steps(made)).to.have.members(['create b 6', `create ${dlq} 6`, `create ${lanes} 6`]);
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

    it('lane log: compacted, never deleted by time, small segments, tombstones that outlive a restore', () => {
      const config = configOf(LANES);
      expect(config).to.include({ 'cleanup.policy': 'compact' });
      expect(config).not.to.have.property('retention.ms');
      expect(Number(config['segment.bytes'])).to.be.below(1024 ** 3);
      expect(Number(config['delete.retention.ms'])).to.be.at.least(DAY_MS);
      expect(Number(config['max.message.bytes'])).to.be.greaterThan(RULES.maxMessageBytes);
    });
  });
});
