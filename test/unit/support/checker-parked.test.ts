/** The judge of the broker tests on parked heads: notices are no ends, and what lies in a lane has none. */
import { expect } from 'chai';
import { judge, type Evidence, type Input, type Rules } from '../../support/checker.js';
import type { FaultKind } from '../../support/faults.js';
import type { StoredRecord } from '../../support/record-tool.js';
import { auditOf, cleanRun, header, letterOf, type Run } from './clean-run.js';

const kindsOf = (evidence: Evidence, rules: Partial<Rules> = {}): readonly FaultKind[] => [
  ...new Set(judge(evidence, { repeatsAllowed: false, ...rules }).faults.map(({ kind }) => kind)),
];

const withHeader = (letter: StoredRecord, name: string, value: string): StoredRecord => ({
  ...letter,
  headers: [...letter.headers, header(name, value)],
});

const NOTICE_AT = 5000;
const END_AT = 6000;

/** A clean run in which one good record was copied to the dead letters first. */
const parked = (): { run: Run; input: Input; notice: StoredRecord } => {
  const run = cleanRun();
  // The last of its key: nothing had to wait for it.
  const input = run.inputs.findLast(({ record: { expected, key }, place }) => {
    const later = run.inputs.filter((one) => one.place.offset > place.offset);
    return expected.to === 'audit' && key !== null && !later.some(({ record }) => record.key?.equals(key));
  });
  if (input === undefined) throw new Error('no good record');
  const poison = { ...input.record, expected: { to: 'dlq', reason: 'directory-refused' } as const };
  const notice = withHeader(letterOf({ ...input, record: poison }, NOTICE_AT), 'x-lanes-state', 'parked');
  run.deadLetters = [...run.deadLetters, notice];
  return { run, input, notice };
};

/** The same record skipped by a command: its dead letter is its end. */
const skipped = (): { run: Run; input: Input; end: StoredRecord } => {
  const { run, input } = parked();
  const record = { ...input.record, expected: { to: 'dlq', reason: 'skipped' } as const };
  run.inputs = run.inputs.map((one) => (one === input ? { ...one, record } : one));
  run.audits = run.audits.filter(({ value }) => value?.includes(record.id) !== true);
  const end = withHeader(letterOf({ ...input, record }, END_AT), 'x-lanes-state', 'skipped');
  run.deadLetters = [...run.deadLetters, withHeader(end, 'x-lanes-notice', String(NOTICE_AT))];
  return { run, input, end };
};

describe('the checker of the broker tests, with parked heads', () => {
  it('takes a notice for no end', () => {
    const { run } = parked();
    expect(kindsOf(run)).to.deep.equal([]);
    expect(judge(run).counts.notices).to.equal(1);
  });

  it('misses a record that has a notice and no end', () => {
    const { run, input } = parked();
    run.audits = run.audits.filter(({ value }) => value?.includes(input.record.id) !== true);
    expect(kindsOf(run)).to.deep.equal(['missing']);
    expect(kindsOf(run, { waiting: new Set([input.record.id]) })).to.deep.equal([]);
  });

  it('finds an end of a record that lies in a lane', () => {
    const { run, input } = parked();
    expect(kindsOf(run, { waiting: new Set([input.record.id]) })).to.deep.equal(['doubled']);
  });

  it('finds a second notice of one record', () => {
    const { run, notice } = parked();
    run.deadLetters = [...run.deadLetters, { ...notice, offset: NOTICE_AT + 1 }];
    expect(kindsOf(run)).to.deep.equal(['doubled']);
  });

  it('finds a notice that lost its value', () => {
    const { run, notice } = parked();
    run.deadLetters = run.deadLetters.map((one) => (one === notice ? { ...one, value: null } : one));
    expect(kindsOf(run)).to.deep.equal(['wrong-bytes']);
  });

  it('takes the dead letter of a skipped head for its end', () => {
    const { run } = skipped();
    expect(kindsOf(run)).to.deep.equal([]);
  });

  it('finds a skipped head that has another end', () => {
    const { run, input } = skipped();
    const good = cleanRun().inputs.find(({ record }) => record.id === input.record.id);
    if (good === undefined) throw new Error('the load is another');
    run.audits = [...run.audits, auditOf(good, 9000)];
    expect(kindsOf(run)).to.include('doubled');
  });

  it('finds a skipped head that ends the notice of another', () => {
    const { run, end } = skipped();
    const wrong = withHeader(end, 'x-lanes-notice', '17');
    run.deadLetters = run.deadLetters.map((one) => (one.offset === END_AT ? wrong : one));
    expect(kindsOf(run)).to.deep.equal(['wrong-content']);
  });

  it('finds a state that nobody knows', () => {
    const { run, notice } = parked();
    const headers = notice.headers.map((one) =>
      one.name === 'x-lanes-state' ? header(one.name, 'copied') : one,
    );
    run.deadLetters = run.deadLetters.map((one) => (one === notice ? { ...one, headers } : one));
    expect(kindsOf(run)).to.include('wrong-content');
  });
});
