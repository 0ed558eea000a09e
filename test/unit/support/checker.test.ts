/** The judge of the broker tests must be able to fail: each fault is put into a clean run, and is found. */
import { expect } from 'chai';
import { judge, type Evidence } from '../../support/checker.js';
import { expectNoFaults, type FaultKind } from '../../support/faults.js';
import { HostileRecords } from '../../support/hostile-records.js';
import { originalHeaders } from '../../support/original-record.js';
import type { StoredRecord } from '../../support/record-tool.js';
import { auditOf, cleanRun, header, letterOf, TOPIC, type Run } from './clean-run.js';

const kindsOf = (evidence: Evidence, repeatsAllowed = false): readonly FaultKind[] => [
  ...new Set(judge(evidence, { repeatsAllowed }).faults.map(({ kind }) => kind)),
];

const changed = <T>(list: readonly T[], at: number, change: (one: T) => T): T[] =>
  list.map((one, i) => (i === at ? change(one) : one));

/** Two places of the list whose inputs have the same key, the earlier first. */
const twoOfOneKey = (records: readonly StoredRecord[]): readonly [number, number] => {
  for (const [first, { key }] of records.entries()) {
    if (key === null) continue;
    const second = records.findIndex((one, i) => i > first && one.key?.equals(key) === true);
    if (second > 0) return [first, second];
  }
  throw new Error('every key occurs once');
};

const exchanged = (records: readonly StoredRecord[]): StoredRecord[] => {
  const [first, second] = twoOfOneKey(records);
  const offsetAt = (i: number): number => records[i]?.offset ?? -1;
  return records.map((one, i) =>
    i === first
      ? { ...one, offset: offsetAt(second) }
      : i === second
        ? { ...one, offset: offsetAt(first) }
        : one,
  );
};

const withReason = (letter: StoredRecord, reason: string): StoredRecord => ({
  ...letter,
  headers: letter.headers.map((one) => (one.name === 'x-lanes-reason' ? header(one.name, reason) : one)),
});

const rewritten = (audit: StoredRecord, from: string, to: string): StoredRecord => ({
  ...audit,
  value: Buffer.from((audit.value?.toString() ?? '').replace(from, to)),
});

describe('the checker of the broker tests', () => {
  it('finds nothing in a clean run', () => {
    const run = cleanRun();
    const verdict = judge(run);
    expectNoFaults(verdict);
    expect(verdict.counts.audits).to.be.greaterThan(100);
    expect(verdict.counts.deadLetters).to.be.greaterThan(40);
  });

  const faults: readonly (readonly [string, FaultKind, (run: Run) => void])[] = [
    ['a lost audit event', 'missing', (run) => (run.audits = run.audits.slice(1))],
    ['a lost dead letter', 'missing', (run) => (run.deadLetters = run.deadLetters.slice(0, -1))],
    [
      'an audit event twice',
      'doubled',
      (run) =>
        (run.audits = [...run.audits, ...run.audits.slice(3, 4).map((one) => ({ ...one, offset: 9999 }))]),
    ],
    [
      'a dead letter twice',
      'doubled',
      (run) => (run.deadLetters = [...run.deadLetters, ...run.deadLetters.slice(0, 1)]),
    ],
    ['audit events of a key exchanged', 'out-of-order', (run) => (run.audits = exchanged(run.audits))],
    [
      'dead letters of a key exchanged',
      'out-of-order',
      (run) => (run.deadLetters = exchanged(run.deadLetters)),
    ],
    [
      'a dead letter made of a good record',
      'wrong-destination',
      (run) => {
        const good = run.inputs.find(({ record }) => record.expected.to === 'audit');
        if (good === undefined) throw new Error('no good record');
        const record = { ...good.record, expected: { to: 'dlq', reason: 'processing' } as const };
        run.deadLetters = [...run.deadLetters, letterOf({ ...good, record }, 9999)];
        run.audits = run.audits.slice(1);
      },
    ],
    [
      'an audit event of a bad record',
      'wrong-destination',
      (run) => {
        const bad = run.inputs.find(({ record }) => record.expected.to === 'dlq');
        const good = run.inputs.find(({ record }) => record.expected.to === 'audit');
        if (bad === undefined || good === undefined) throw new Error('not both');
        const record = { ...bad.record, expected: good.record.expected };
        run.audits = [...run.audits, auditOf({ ...bad, record }, 9999)];
      },
    ],
    [
      'the wrong reason',
      'wrong-reason',
      (run) => (run.deadLetters = changed(run.deadLetters, 2, (one) => withReason(one, 'processing'))),
    ],
    [
      'another value in a dead letter',
      'wrong-bytes',
      (run) =>
        (run.deadLetters = changed(run.deadLetters, 2, (one) => ({ ...one, value: Buffer.from('{}') }))),
    ],
    [
      'an empty value in place of null',
      'wrong-bytes',
      (run) =>
        (run.deadLetters = run.deadLetters.map((one) => ({ ...one, value: one.value ?? Buffer.alloc(0) }))),
    ],
    [
      'another key in a dead letter',
      'wrong-bytes',
      (run) => (run.deadLetters = changed(run.deadLetters, 2, (one) => ({ ...one, key: Buffer.from('k') }))),
    ],
    [
      'a header lost from a dead letter',
      'wrong-bytes',
      (run) =>
        (run.deadLetters = run.deadLetters.map((one) => ({
          ...one,
          headers: one.headers.filter(({ name }) => name !== 'x-lanes-binary-headers'),
        }))),
    ],
    [
      'a dead letter that claims another place',
      'unknown-origin',
      (run) =>
        (run.deadLetters = changed(run.deadLetters, 2, (one) => ({
          ...one,
          headers: one.headers.map((each) =>
            each.name === 'x-lanes-id' ? header(each.name, `${TOPIC}-0-0`) : each,
          ),
        }))),
    ],
    [
      'an audit event from nowhere',
      'unknown-origin',
      (run) =>
        (run.audits = changed(run.audits, 2, (one) =>
          rewritten(one, '"correlationId":"', '"correlationId":"0'),
        )),
    ],
    [
      'another action',
      'wrong-content',
      (run) => (run.audits = changed(run.audits, 2, (one) => rewritten(one, '"action":"', '"action":"un'))),
    ],
    [
      'another origin',
      'wrong-content',
      (run) => (run.audits = changed(run.audits, 2, (one) => rewritten(one, '"offset":', '"offset":9'))),
    ],
    [
      'a ce_id that another audit event has',
      'wrong-content',
      (run) =>
        (run.audits = changed(run.audits, 2, (one) => ({ ...one, headers: run.audits[0]?.headers ?? [] }))),
    ],
    [
      'another partition',
      'wrong-partition',
      (run) => (run.audits = changed(run.audits, 2, (one) => ({ ...one, partition: 1 }))),
    ],
  ];
  for (const [what, kind, spoil] of faults) {
    it(`finds ${what}`, () => {
      const run = cleanRun();
      spoil(run);
      expect(kindsOf(run)).to.include(kind);
      expect(() => {
        expectNoFaults(judge(run));
      }).to.throw(kind);
    });
  }

  it('allows repeats under at least once, and nothing else', () => {
    const run = cleanRun();
    const again = run.audits.slice(0, 5).map((one, i) => ({ ...one, offset: 9000 + i }));
    run.audits = [...run.audits, ...again];
    expect(kindsOf(run, true)).to.deep.equal([]);
    expect(judge(run, { repeatsAllowed: true }).repeats).to.equal(5);
    expect(kindsOf({ ...run, audits: exchanged(run.audits) }, true)).to.deep.equal(['out-of-order']);
    expect(kindsOf({ ...run, audits: run.audits.slice(6) }, true)).to.include('missing');
  });

  it('restores moved headers at their places', () => {
    const moved = JSON.stringify([
      [0, 'first', 'AP8='],
      [2, 'x-lanes-id', null],
    ]);
    const headers = [
      header('second', 'b'),
      header('x-lanes-binary-headers', moved),
      header('x-lanes-id', 'x'),
    ];
    expect(originalHeaders(headers)).to.deep.equal([
      { name: 'first', value: Buffer.from([0, 255]) },
      header('second', 'b'),
      { name: 'x-lanes-id', value: null },
    ]);
  });
});

describe('the hostile load', () => {
  it('is the same for the same seed, and has no id twice', () => {
    const make = (): HostileRecords => new HostileRecords({ seed: 3 });
    const [one, other] = [make(), make()];
    const records = [...one.oneOfEach(), ...Array.from({ length: 500 }, () => one.next())];
    expect([...other.oneOfEach(), ...Array.from({ length: 500 }, () => other.next())]).to.deep.equal(records);
    expect(new Set(records.map(({ id }) => id)).size).to.equal(records.length);
  });

  it('fits into a topic that takes records of 1,000,000 bytes', () => {
    const records = new HostileRecords({ seed: 3 });
    for (const { value, key, headers } of records.oneOfEach()) {
      const ofHeaders = headers.reduce(
        (sum, { name, value: of }) => sum + name.length + (of?.length ?? 0) + 10,
        0,
      );
      expect((value?.length ?? 0) + (key?.length ?? 0) + ofHeaders + 90).to.be.at.most(1_000_000);
    }
  });
});
