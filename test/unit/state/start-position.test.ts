import { expect } from 'chai';
import fc from 'fast-check';
import { commitOffset } from '../../../src/record/units.js';
import type { Checkpoint } from '../../../src/state/checkpoint.js';
import type { StartEvidence, StartRules, StartVerdict } from '../../../src/state/start-position.js';
import { decideStart } from '../../../src/state/start-position.js';
import { positions, SOURCE } from '../support/records.js';

/** Offsets of one source, and what group and lane log say. Absent: there is none. */
interface Found {
  readonly committed?: number;
  readonly sequence?: number;
  readonly checkpoint?: {
    readonly sequence: number;
    readonly at: number;
    readonly guarantee?: Checkpoint['guarantee'];
  };
  readonly low?: number;
  readonly high?: number;
  readonly traces?: readonly string[];
}

const evidence = (found: Found): StartEvidence => ({
  sources: [
    {
      topic: SOURCE,
      committed: found.committed === undefined ? null : commitOffset(found.committed),
      watermarks: { low: commitOffset(found.low ?? 0), high: commitOffset(found.high ?? 1000) },
    },
  ],
  sequence: found.sequence ?? null,
  checkpoint:
    found.checkpoint === undefined
      ? null
      : {
          sequence: found.checkpoint.sequence,
          guarantee: found.checkpoint.guarantee ?? 'exactly_once_v2',
          source: positions({ [SOURCE]: found.checkpoint.at }),
          inputs: new Map(),
          adopted: new Map(),
        },
  traces: found.traces ?? [],
});

const RULES: StartRules = { guarantee: 'exactly_once_v2', startFrom: 'earliest', offsetMismatch: 'refuse' };
const ADOPT: Partial<StartRules> = { offsetMismatch: 'adopt' };
const AT_LEAST_ONCE: Partial<StartRules> = { guarantee: 'at_least_once' };

const started = (verdict: StartVerdict): Extract<StartVerdict, { kind: 'start' }> => {
  if (verdict.kind !== 'start') throw new Error(`${verdict.kind}: ${verdict.refusal.message}`);
  return verdict;
};

/** `start at <position> after <sequence>[, checkpoint due][, gap <from>-<to>]`, or what kind of refusal. */
const summary = (verdict: StartVerdict): string => {
  if (verdict.kind !== 'start') return `${verdict.kind}: ${verdict.refusal.reason}`;
  const gaps = verdict.gaps.map(({ from, to }) => `, gap ${from}-${to}`).join('');
  const due = verdict.checkpointDue ? ', checkpoint due' : '';
  return `start at ${String(verdict.positions.get(SOURCE))} after ${verdict.sequence}${due}${gaps}`;
};

interface Case {
  readonly what: string;
  readonly found: Found;
  readonly rules?: Partial<StartRules>;
  readonly then: string;
}

const committed10 = { committed: 10, sequence: 4, checkpoint: { sequence: 4, at: 10 } };
const ahead = {
  committed: 10,
  sequence: 4,
  checkpoint: { sequence: 6, at: 30, guarantee: 'at_least_once' },
} as const;

const CASES: readonly Case[] = [
  // The usual restart.
  { what: 'log and offsets agree', found: committed10, then: 'start at 10 after 4' },
  {
    what: 'they agree at the end of the source',
    found: { ...committed10, high: 10 },
    then: 'start at 10 after 4',
  },
  {
    what: 'they agree at the start of the source',
    found: { ...committed10, low: 10 },
    then: 'start at 10 after 4',
  },
  {
    what: 'they agree, and START_FROM would say otherwise',
    found: committed10,
    rules: { startFrom: 'latest' },
    then: 'start at 10 after 4',
  },

  // A group that never ran.
  {
    what: 'nothing was ever committed, START_FROM=earliest',
    found: { low: 3 },
    then: 'start at 3 after 0, checkpoint due',
  },
  {
    what: 'nothing was ever committed, START_FROM=latest',
    found: { high: 70 },
    rules: { startFrom: 'latest' },
    then: 'start at 70 after 0, checkpoint due',
  },
  {
    what: 'nothing was ever committed, START_FROM=fail',
    found: {},
    rules: { startFrom: 'fail' },
    then: 'refuse: no-offset',
  },
  {
    what: 'the source is empty, START_FROM=earliest',
    found: { low: 0, high: 0 },
    then: 'start at 0 after 0, checkpoint due',
  },
  {
    what: 'the source is empty, START_FROM=latest',
    found: { low: 5, high: 5 },
    rules: { startFrom: 'latest' },
    then: 'start at 5 after 0, checkpoint due',
  },
  ...(['earliest', 'latest', 'fail'] as const).map((startFrom) => ({
    what: `another consumer used the group, START_FROM=${startFrom}`,
    found: { committed: 42 },
    rules: { startFrom },
    then: 'start at 42 after 0, checkpoint due',
  })),
  {
    what: "another consumer's offset fell out of the log",
    found: { committed: 4, low: 9 },
    then: 'refuse: below-log-start',
  },
  {
    what: "another consumer's offset fell out of the log, adopt",
    found: { committed: 4, low: 9 },
    rules: ADOPT,
    then: 'start at 9 after 0, checkpoint due, gap 4-9',
  },
  {
    what: "another consumer's offset lies beyond the log",
    found: { committed: 11, high: 10 },
    rules: ADOPT,
    then: 'refuse: above-log-end',
  },

  // Expired offsets.
  {
    what: 'both offsets expired (F4)',
    found: { checkpoint: { sequence: 4, at: 10 } },
    then: 'start at 10 after 4, checkpoint due',
  },
  {
    what: 'both offsets expired, START_FROM=fail',
    found: { checkpoint: { sequence: 4, at: 10 } },
    rules: { startFrom: 'fail' },
    then: 'start at 10 after 4, checkpoint due',
  },
  {
    what: 'the sequence expired',
    found: { committed: 10, checkpoint: { sequence: 4, at: 10 } },
    then: 'start at 10 after 4, checkpoint due',
  },
  {
    what: "the source's offset expired",
    found: { sequence: 4, checkpoint: { sequence: 4, at: 10 } },
    then: 'start at 10 after 4, checkpoint due',
  },
  {
    what: 'both offsets expired, and the records behind the checkpoint too',
    found: { checkpoint: { sequence: 4, at: 10 }, low: 15 },
    then: 'refuse: below-log-start',
  },
  {
    what: 'the same, adopt',
    found: { checkpoint: { sequence: 4, at: 10 }, low: 15 },
    rules: ADOPT,
    then: 'start at 15 after 4, checkpoint due, gap 10-15',
  },
  {
    what: 'both offsets expired, at_least_once',
    found: { checkpoint: { sequence: 4, at: 10 } },
    rules: AT_LEAST_ONCE,
    then: 'start at 10 after 4, checkpoint due',
  },

  // A lane log that was lost.
  {
    what: 'a sequence but no checkpoint (F15)',
    found: { committed: 10, sequence: 4 },
    then: 'refuse: lane-log-lost',
  },
  {
    what: 'a sequence but no checkpoint, adopt',
    found: { committed: 10, sequence: 4 },
    rules: ADOPT,
    then: 'refuse: lane-log-lost',
  },
  {
    what: 'a sequence but no checkpoint, at_least_once',
    found: { committed: 10, sequence: 4 },
    rules: AT_LEAST_ONCE,
    then: 'refuse: lane-log-lost',
  },
  {
    what: 'an offset of the source and records in other topics of ours: the log is gone, and its offsets (F15)',
    found: { committed: 10, traces: ['dlq'] },
    then: 'disagree: lane-log-lost',
  },
  {
    what: 'the same, adopt',
    found: { committed: 10, traces: ['dlq'] },
    rules: ADOPT,
    then: 'start at 10 after 0, checkpoint due',
  },
  { what: 'a sequence alone', found: { sequence: 4 }, then: 'refuse: lane-log-lost' },
  { what: 'the sequence 0 alone', found: { sequence: 0 }, then: 'refuse: lane-log-lost' },

  // Log and offsets of different transactions.
  {
    what: 'the log is ahead of the offsets',
    found: { ...committed10, checkpoint: { sequence: 5, at: 12 } },
    then: 'disagree: sequence-mismatch',
  },
  {
    what: 'the log is behind the offsets',
    found: { ...committed10, checkpoint: { sequence: 3, at: 8 } },
    then: 'disagree: sequence-mismatch',
  },
  {
    what: 'only the sequence differs',
    found: { ...committed10, checkpoint: { sequence: 5, at: 10 } },
    then: 'disagree: sequence-mismatch',
  },
  {
    what: 'a torn transaction, adopt: adoption is for resets, not for torn logs',
    found: { ...committed10, checkpoint: { sequence: 5, at: 12 } },
    rules: ADOPT,
    then: 'disagree: sequence-mismatch',
  },

  // An operator's reset.
  {
    what: 'the source was reset backwards',
    found: { ...committed10, committed: 2 },
    then: 'disagree: offset-mismatch',
  },
  {
    what: 'the source was reset forwards',
    found: { ...committed10, committed: 50 },
    then: 'disagree: offset-mismatch',
  },
  {
    what: 'the source was reset backwards, adopt',
    found: { ...committed10, committed: 2 },
    rules: ADOPT,
    then: 'start at 2 after 4, checkpoint due',
  },
  {
    what: 'the source was reset forwards, adopt',
    found: { ...committed10, committed: 50 },
    rules: ADOPT,
    then: 'start at 50 after 4, checkpoint due',
  },
  {
    what: 'the source was reset to below its log, adopt',
    found: { ...committed10, committed: 2, low: 5 },
    rules: ADOPT,
    then: 'start at 5 after 4, checkpoint due, gap 2-5',
  },
  {
    what: 'the source was reset to beyond its log, adopt',
    found: { ...committed10, committed: 50, high: 20 },
    rules: ADOPT,
    then: 'refuse: above-log-end',
  },
  {
    what: 'the source was reset forwards after the sequence had expired',
    found: { committed: 50, checkpoint: { sequence: 4, at: 10 } },
    then: 'disagree: offset-mismatch',
  },
  {
    what: 'the source was reset backwards after the sequence had expired',
    found: { committed: 2, checkpoint: { sequence: 4, at: 10 } },
    then: 'disagree: offset-mismatch',
  },
  {
    what: 'the source was reset after the sequence had expired, adopt',
    found: { committed: 50, checkpoint: { sequence: 4, at: 10 } },
    rules: ADOPT,
    then: 'start at 50 after 4, checkpoint due',
  },

  // Ends of the log.
  {
    what: 'retention overtook the position',
    found: { ...committed10, low: 25 },
    then: 'refuse: below-log-start',
  },
  {
    what: 'retention overtook the position, adopt',
    found: { ...committed10, low: 25 },
    rules: ADOPT,
    then: 'start at 25 after 4, checkpoint due, gap 10-25',
  },
  {
    what: 'retention deleted everything, adopt',
    found: { ...committed10, low: 25, high: 25 },
    rules: ADOPT,
    then: 'start at 25 after 4, checkpoint due, gap 10-25',
  },
  { what: 'the topic was made anew', found: { ...committed10, high: 3 }, then: 'refuse: above-log-end' },
  {
    what: 'the topic was made anew, adopt',
    found: { ...committed10, high: 3 },
    rules: ADOPT,
    then: 'refuse: above-log-end',
  },

  // at_least_once: the checkpoint is acknowledged before the offsets, and no fence protects it.
  {
    what: 'a crash between checkpoint and offsets, at_least_once',
    found: ahead,
    rules: AT_LEAST_ONCE,
    then: 'start at 30 after 6, checkpoint due',
  },
  {
    what: 'the same, and offsets that were never committed',
    found: { checkpoint: ahead.checkpoint },
    rules: AT_LEAST_ONCE,
    then: 'start at 30 after 6, checkpoint due',
  },
  {
    what: "an evicted member's late checkpoint with an older sequence, at_least_once",
    found: { committed: 100, sequence: 6, checkpoint: { sequence: 5, at: 60, guarantee: 'at_least_once' } },
    rules: AT_LEAST_ONCE,
    then: 'start at 100 after 6, checkpoint due',
  },
  {
    what: "an evicted member's late checkpoint with a newer sequence, at_least_once",
    found: { committed: 100, sequence: 6, checkpoint: { sequence: 7, at: 70, guarantee: 'at_least_once' } },
    rules: AT_LEAST_ONCE,
    then: 'start at 100 after 7, checkpoint due',
  },
  {
    what: 'a crash between the first checkpoint and the first offsets, in a group that another consumer used',
    found: { committed: 42, checkpoint: { sequence: 1, at: 50, guarantee: 'at_least_once' } },
    rules: AT_LEAST_ONCE,
    then: 'start at 50 after 1, checkpoint due',
  },
  {
    what: 'a first start, at_least_once',
    found: {},
    rules: AT_LEAST_ONCE,
    then: 'start at 0 after 0, checkpoint due',
  },
  {
    what: 'everything agrees, at_least_once',
    found: { ...committed10, checkpoint: { sequence: 4, at: 10, guarantee: 'at_least_once' } },
    rules: AT_LEAST_ONCE,
    then: 'start at 10 after 4',
  },

  // The guarantee was switched.
  {
    what: 'at_least_once before, exactly_once_v2 now: a checkpoint that is ahead is accepted',
    found: ahead,
    then: 'start at 30 after 6, checkpoint due',
  },
  {
    what: 'exactly_once_v2 before and now: a checkpoint that is ahead is not',
    found: { ...ahead, checkpoint: { sequence: 6, at: 30 } },
    then: 'disagree: sequence-mismatch',
  },
  {
    what: 'exactly_once_v2 before, at_least_once now',
    found: committed10,
    rules: AT_LEAST_ONCE,
    then: 'start at 10 after 4',
  },
];

describe('decideStart', () => {
  for (const { what, found, rules, then } of CASES) {
    it(`${what} → ${then}`, () => {
      expect(summary(decideStart(evidence(found), { ...RULES, ...rules }))).to.equal(then);
    });
  }

  it('names both positions and how to accept in the refusal of a reset', () => {
    const verdict = decideStart(evidence({ ...committed10, committed: 2 }), RULES);
    if (verdict.kind !== 'disagree') throw new Error(verdict.kind);
    expect(verdict.refusal.message)
      .to.include(SOURCE)
      .and.to.match(/\b2\b/)
      .and.to.match(/\b10\b/);
    expect(verdict.refusal.message).to.include('OFFSET_MISMATCH=adopt');
  });

  describe('with several source topics', () => {
    const source = (topic: string, committed: number | null, low = 0, high = 100) => ({
      topic,
      committed: committed === null ? null : commitOffset(committed),
      watermarks: { low: commitOffset(low), high: commitOffset(high) },
    });
    const checkpoint = (at: Readonly<Record<string, number>>): Checkpoint => ({
      sequence: 3,
      guarantee: 'exactly_once_v2',
      source: positions(at),
      inputs: new Map(),
      adopted: new Map(),
    });

    it('gives each its own position', () => {
      const sources = [source('a', 7), source('b', 9)];
      const verdict = decideStart(
        { sources, sequence: 3, checkpoint: checkpoint({ a: 7, b: 9 }), traces: [] },
        RULES,
      );
      expect([...started(verdict).positions]).to.deep.equal([
        ['a', 7],
        ['b', 9],
      ]);
      expect(started(verdict).checkpointDue).to.equal(false);
    });

    it('starts a topic that was added since by its committed offset, else by START_FROM', () => {
      for (const [committed, from] of [
        [12, 12],
        [null, 4],
      ] as const) {
        const sources = [source('a', 7), source('b', committed, 4)];
        const verdict = started(
          decideStart({ sources, sequence: 3, checkpoint: checkpoint({ a: 7 }), traces: [] }, RULES),
        );
        expect([...verdict.positions]).to.deep.equal([
          ['a', 7],
          ['b', from],
        ]);
        expect(verdict.checkpointDue).to.equal(true);
      }
    });

    it('refuses all when START_FROM=fail and one that was added has no offset', () => {
      const sources = [source('a', 7), source('b', null)];
      const rules = { ...RULES, startFrom: 'fail' } as const;
      const verdict = decideStart(
        { sources, sequence: 3, checkpoint: checkpoint({ a: 7 }), traces: [] },
        rules,
      );
      expect(summary(verdict)).to.equal('refuse: no-offset');
    });

    it('refuses all when one was reset, whatever the others say', () => {
      const sources = [source('a', 7), source('b', 8)];
      const verdict = decideStart(
        { sources, sequence: 3, checkpoint: checkpoint({ a: 7, b: 9 }), traces: [] },
        RULES,
      );
      expect(summary(verdict)).to.equal('disagree: offset-mismatch');
    });

    it('counts the gap of each', () => {
      const sources = [source('a', 7, 10), source('b', 9, 20)];
      const rules = { ...RULES, ...ADOPT };
      const verdict = decideStart(
        { sources, sequence: 3, checkpoint: checkpoint({ a: 7, b: 9 }), traces: [] },
        rules,
      );
      expect(started(verdict).gaps).to.deep.equal([
        { topic: 'a', from: 7, to: 10 },
        { topic: 'b', from: 9, to: 20 },
      ]);
    });

    it('forgets a topic that the topology no longer reads', () => {
      const verdict = decideStart(
        { sources: [source('a', 7)], sequence: 3, checkpoint: checkpoint({ a: 7, gone: 9 }), traces: [] },
        RULES,
      );
      expect([...started(verdict).positions.keys()]).to.deep.equal(['a']);
    });
  });

  describe('as a law', () => {
    const small = fc.integer({ min: 0, max: 6 });
    const found = fc.record({
      committed: fc.option(small),
      sequence: fc.option(small),
      checkpoint: fc.option(
        fc.record({
          sequence: small,
          at: small,
          guarantee: fc.constantFrom<Checkpoint['guarantee']>('exactly_once_v2', 'at_least_once'),
        }),
      ),
      low: small,
      length: small,
    });
    const rules = fc.record<StartRules>({
      guarantee: fc.constantFrom('exactly_once_v2', 'at_least_once'),
      startFrom: fc.constantFrom('earliest', 'latest', 'fail'),
      offsetMismatch: fc.constantFrom('refuse', 'adopt'),
    });

    /** Every start that is decided, with what it was decided from. */
    const everyStart = (
      check: (
        start: Extract<StartVerdict, { kind: 'start' }> & { at: number; gap: boolean },
        from: {
          committed: number | null;
          sequence: number | null;
          checkpoint: Checkpoint | null;
          low: number;
          high: number;
        },
        rules: StartRules,
      ) => void,
    ): void => {
      let starts = 0;
      fc.assert(
        fc.property(found, rules, (given, by) => {
          const high = given.low + given.length;
          const seen = evidence({
            ...(given.committed === null ? {} : { committed: given.committed }),
            ...(given.sequence === null ? {} : { sequence: given.sequence }),
            ...(given.checkpoint === null ? {} : { checkpoint: given.checkpoint }),
            low: given.low,
            high,
          });
          const verdict = decideStart(seen, by);
          if (verdict.kind !== 'start') return;
          starts += 1;
          const at = verdict.positions.get(SOURCE) ?? -1;
          const { committed, sequence, low } = given;
          const from = { committed, sequence, checkpoint: seen.checkpoint, low, high };
          check({ ...verdict, at, gap: verdict.gaps.length > 0 }, from, by);
        }),
        { numRuns: 3000 },
      );
      expect(starts).to.be.greaterThan(100);
    };

    it('starts inside the log', () => {
      everyStart(({ at }, { low, high }) => {
        expect(at).to.be.within(low, high);
      });
    });

    it('never skips silently: beyond what was proved there is a reported gap, or an adoption', () => {
      everyStart(({ at, gap }, { committed, checkpoint }, { guarantee, offsetMismatch }) => {
        const proved = checkpoint?.source.get(SOURCE);
        if (proved === undefined || gap || offsetMismatch === 'adopt') return;
        const unfenced = guarantee === 'at_least_once' || checkpoint?.guarantee === 'at_least_once';
        expect(at).to.be.at.most(unfenced ? Math.max(proved, committed ?? 0) : proved);
      });
    });

    it('reads nothing again that was proved, also where an adopted reset goes back: its lanes stay', () => {
      const from = (found: Found, rules: Partial<StartRules>): unknown => {
        const { readAgainFrom } = started(decideStart(evidence(found), { ...RULES, ...rules }));
        return readAgainFrom?.get(SOURCE) ?? null;
      };
      const checkpoint = { sequence: 4, at: 20, guarantee: 'at_least_once' as const };
      expect(from({ committed: 20, sequence: 4, checkpoint }, AT_LEAST_ONCE)).to.equal(20);
      expect(from({ committed: 5, sequence: 4, checkpoint }, { ...AT_LEAST_ONCE, ...ADOPT })).to.equal(20);
      expect(from({ committed: 15, sequence: 3, checkpoint }, AT_LEAST_ONCE)).to.equal(20);
      expect(from({ committed: 20, sequence: 4, checkpoint }, {}), 'after a switch').to.equal(20);
      const fenced = { sequence: 4, at: 20 };
      expect(from({ committed: 20, sequence: 4, checkpoint: fenced }, {})).to.equal(null);
    });

    it('tells of a lane log that is gone and given up', () => {
      const { lostLog } = started(
        decideStart(evidence({ committed: 10, traces: ['dlq'] }), { ...RULES, ...ADOPT }),
      );
      expect(lostLog).to.deep.equal(['dlq']);
    });

    it('says how much a gap skips, from where it was to where it goes on', () => {
      everyStart(({ at, gaps }, { low }, { offsetMismatch }) => {
        for (const gap of gaps) {
          expect(offsetMismatch).to.equal('adopt');
          expect(gap.from).to.be.lessThan(gap.to);
          expect([gap.to, at]).to.deep.equal([low, low]);
        }
      });
    });

    it('never starts below what is committed, unless told to adopt', () => {
      everyStart(({ at }, { committed }, { offsetMismatch }) => {
        if (offsetMismatch === 'refuse') expect(at).to.be.at.least(committed ?? 0);
      });
    });

    it('never starts with a sequence below any that was seen, so that none is used twice', () => {
      everyStart(({ sequence }, { checkpoint }) => {
        expect(sequence).to.be.at.least(checkpoint?.sequence ?? 0);
      });
    });

    it('owes a checkpoint exactly when log and group do not both say the position and the sequence', () => {
      everyStart(({ at, checkpointDue }, { checkpoint, committed, sequence }) => {
        const isSaid = checkpoint?.source.get(SOURCE) === at && committed === at;
        expect(checkpointDue).to.equal(!isSaid || checkpoint?.sequence !== sequence);
      });
    });
  });
});
