/**
 * The judge of retries must be able to fail, and must not cry wolf: each fault is put into a clean run and is
 * found; what only looks like one is not.
 */
import { expect } from 'chai';
import type { DirectoryCall } from '../../support/directory-server.js';
import { expectNoFaults, type FaultKind } from '../../support/faults.js';
import type { StoredRecord } from '../../support/record-tool.js';
import { judgeRetries, type RetryEvidence, type RetryRules } from '../../support/retry-checker.js';
import { cleanRun, header, TOPIC } from './clean-run.js';

const EPOCH_MS = 1_800_000_000_000;
const DUE = new Date(EPOCH_MS + 2900).toISOString();
const RULES: RetryRules = { guarantee: 'exactly_once_v2', quiet: true, retryImmediate: 1, tiers: 2 };

const callAt = (eventId: string, ms: number, forMs = 3): DirectoryCall => ({
  caller: 'one-1',
  userId: 'somebody',
  eventId,
  traceparent: '',
  at: { epochMs: EPOCH_MS + ms, monotonicMs: 500 + ms },
  outcome: 'retryable',
  endedAtEpochMs: EPOCH_MS + ms + forMs,
});

type Run = { -readonly [Field in keyof RetryEvidence]: RetryEvidence[Field] };

/** Three records of one key: the first fails three times (1 s, 2 s), the others are answered. */
const ofOneKey = (): { run: Run; ids: readonly string[] } => {
  const good = cleanRun().inputs.filter(({ record }) => record.expected.to === 'audit');
  const key = Buffer.from('one key');
  const inputs = good.slice(0, 3).map((input) => ({ ...input, record: { ...input.record, key } }));
  const ids = inputs.map(({ place }) => `${TOPIC}-${place.partition}-${place.offset}`);
  const [first] = inputs;
  const [id = '', second = '', third = ''] = ids;
  if (first === undefined) throw new Error('no good record');
  const retry = (tier: string, delayMs: number, ms: number, attempts: number): StoredRecord => ({
    topic: `app.${TOPIC}.retry.${tier}`,
    partition: 0,
    offset: 0,
    timestamp: EPOCH_MS + ms,
    key,
    value: first.record.value,
    headers: [
      ...first.record.headers.filter(({ name }) => !name.startsWith('x-lanes')),
      header('x-lanes-id', id),
      header('x-lanes-attempts', String(attempts)),
      header('x-lanes-arm', `${attempts + 3}.0`),
      header('x-lanes-due', new Date(EPOCH_MS + ms + delayMs - 40).toISOString()),
      header('x-lanes-delay-ms', String(delayMs)),
    ],
  });
  const run = {
    topic: TOPIC,
    inputs,
    retries: [retry('1s', 1000, 200, 2), retry('2s', 2000, 1300, 3)],
    calls: [
      callAt(id, 0),
      callAt(id, 110),
      callAt(id, 1200),
      callAt(id, 3300),
      callAt(second, 3310),
      callAt(third, 3320),
    ],
  };
  return { run, ids };
};

const kindsOf = (evidence: RetryEvidence, rules: Partial<RetryRules> = {}): readonly FaultKind[] => [
  ...new Set(judgeRetries(evidence, { ...RULES, ...rules }).faults.map(({ kind }) => kind)),
];

const withHeader = (of: StoredRecord, name: string, value: string): StoredRecord => ({
  ...of,
  headers: [...of.headers.filter((one) => one.name !== name), header(name, value)],
});

/** `change` of the first retry record. */
const changed = (run: Run, change: (first: StoredRecord) => StoredRecord): void => {
  run.retries = run.retries.map((one, i) => (i === 0 ? change(one) : one));
};

/** The `nth` call comes at another time. */
const moved = (run: Run, nth: number, ms: number, forMs?: number): void => {
  run.calls = run.calls.map((one, i) => (i === nth ? callAt(one.eventId, ms, forMs) : one));
};

describe('the judge of retries', () => {
  it('finds nothing in a clean run, quiet or not', () => {
    const { run } = ofOneKey();
    expectNoFaults(judgeRetries(run, RULES), judgeRetries(run, { ...RULES, quiet: false }));
  });

  const faults: readonly (readonly [string, FaultKind, (run: Run) => void])[] = [
    ['a retry one millisecond before its time', 'early', (run) => moved(run, 2, 1199)],
    ['a retry right after its record', 'early', (run) => moved(run, 3, 1301)],
    ['a retry that waited for no record', 'early', (run) => (run.retries = run.retries.slice(0, 1))],
    [
      'an arm that comes twice',
      'repeated-arm',
      (run) => changed(run, (one) => withHeader(one, 'x-lanes-arm', '6.0')),
    ],
    [
      'a record without its arm',
      'wrong-content',
      (run) => changed(run, (one) => withHeader(one, 'x-lanes-arm', '')),
    ],
    [
      'a record in another partition',
      'wrong-partition',
      (run) => changed(run, (one) => ({ ...one, partition: 1 })),
    ],
    ['another value', 'wrong-bytes', (run) => changed(run, (one) => ({ ...one, value: Buffer.from('{}') }))],
    ['another key', 'wrong-bytes', (run) => changed(run, (one) => ({ ...one, key: null }))],
    ['a header too much', 'wrong-bytes', (run) => changed(run, (one) => withHeader(one, 'more', '1'))],
    [
      'a record of nobody',
      'unknown-origin',
      (run) => changed(run, (one) => withHeader(one, 'x-lanes-id', 'x-9-9')),
    ],
    [
      'more attempts than there are',
      'wrong-content',
      (run) => changed(run, (one) => withHeader(one, 'x-lanes-attempts', '4')),
    ],
    [
      'the delay of another topic',
      'wrong-content',
      (run) => changed(run, (one) => withHeader(one, 'x-lanes-delay-ms', '2000')),
    ],
    [
      'a record that is due too late',
      'wrong-content',
      (run) => changed(run, (one) => withHeader(one, 'x-lanes-due', new Date(EPOCH_MS + 1201).toISOString())),
    ],
    ['a follower that ran before its head was done', 'overtaken', (run) => moved(run, 4, 2000)],
    ['two calls of a key at the same time', 'overtaken', (run) => moved(run, 4, 3310, 20)],
    [
      'a call that has no end when the next begins',
      'overtaken',
      (run) =>
        (run.calls = run.calls.map((one, i) => (i === 4 ? { ...one, endedAtEpochMs: undefined } : one))),
    ],
  ];
  for (const [what, kind, spoil] of faults) {
    it(`finds ${what}`, () => {
      const { run } = ofOneKey();
      spoil(run);
      expect(kindsOf(run)).to.include(kind);
    });
  }

  it('finds an early retry, a repeated arm and wrong bytes also where processes end', () => {
    for (const spoil of [
      (run: Run) => moved(run, 2, 1199),
      (run: Run) => changed(run, (one) => withHeader(one, 'x-lanes-arm', '6.0')),
      (run: Run) => changed(run, (one) => ({ ...one, value: null })),
    ]) {
      const { run } = ofOneKey();
      spoil(run);
      expect(kindsOf(run, { quiet: false })).to.have.length(1);
    }
  });

  it('takes a call at the moment of the record, or when its time has come, for no fault', () => {
    const { run } = ofOneKey();
    moved(run, 1, 200);
    moved(run, 2, 1200);
    expect(kindsOf(run)).to.deep.equal([]);
  });

  it('takes runs that were not committed for no fault: they came before the record', () => {
    const { run, ids } = ofOneKey();
    run.calls = [callAt(ids[0] ?? '', -5000), callAt(ids[0] ?? '', -4900), ...run.calls];
    expect(kindsOf(run, { quiet: false })).to.deep.equal([]);
  });

  it('takes a wait that another took the place of for over', () => {
    const { run } = ofOneKey();
    // Armed anew on the short tier before the long one had passed: its own wait counts.
    run.retries = run.retries.map((one, i) =>
      i === 1 ? { ...withHeader(one, 'x-lanes-due', DUE), timestamp: EPOCH_MS + 900 } : one,
    );
    moved(run, 3, 2900);
    moved(run, 2, 850);
    expect(kindsOf(run, { quiet: false })).to.deep.equal(['early']);
    moved(run, 2, 150);
    expect(kindsOf(run, { quiet: false })).to.deep.equal([]);
  });

  it('does not judge a process that was stopped and does not know it, and judges all others', () => {
    const { run } = ofOneKey();
    moved(run, 2, 1199);
    const spell = { caller: 'one-1', fromMs: EPOCH_MS + 1000, toMs: EPOCH_MS + 1250 };
    expect(kindsOf({ ...run, zombies: [spell] }, { quiet: false })).to.deep.equal([]);
    expect(kindsOf({ ...run, zombies: [{ ...spell, caller: 'two-1' }] }, { quiet: false })).to.deep.equal([
      'early',
    ]);
    expect(
      kindsOf({ ...run, zombies: [{ ...spell, toMs: EPOCH_MS + 1198 }] }, { quiet: false }),
    ).to.deep.equal(['early']);
  });

  it('judges at_least_once by its calls only when no process ended, and lets arms repeat', () => {
    const { run } = ofOneKey();
    changed(run, (one) => withHeader(one, 'x-lanes-arm', '6.0'));
    moved(run, 2, 1199);
    expect(kindsOf(run, { guarantee: 'at_least_once', quiet: false })).to.deep.equal([]);
    expect(kindsOf(run, { guarantee: 'at_least_once' })).to.deep.equal(['early']);
  });

  it('lets a value be omitted where the record says so, and only there', () => {
    const { run } = ofOneKey();
    changed(run, (one) => ({ ...one, value: null }));
    expect(kindsOf(run)).to.deep.equal(['wrong-bytes']);
    changed(run, (one) => withHeader(one, 'x-lanes-value-omitted', 'true'));
    expect(kindsOf(run)).to.deep.equal([]);
  });

  it('lets an attempt in memory wait for no record, and no second one', () => {
    const { run } = ofOneKey();
    expect(kindsOf(run, { retryImmediate: 0 })).to.deep.equal(['wrong-content', 'early']);
  });

  it('refuses to judge when the clock was set', () => {
    const { run, ids } = ofOneKey();
    const late = callAt(ids[2] ?? '', 4000);
    run.calls = [...run.calls, { ...late, at: { ...late.at, epochMs: late.at.epochMs - 60 } }];
    expect(() => judgeRetries(run, RULES)).to.throw('the clock of this machine was set');
  });
});
