import { expect } from 'chai';
import fc from 'fast-check';
import { commitOffset, epochMs } from '../../../src/record/units.js';
import { WriteSet } from '../../../src/state/write-set.js';
import { produced, SOURCE, textOf } from '../support/records.js';
import { RecordingTelemetry } from '../support/recording-telemetry.js';

const told = (set: WriteSet): readonly string[] => {
  const telemetry = new RecordingTelemetry();
  set.tell(telemetry, epochMs(2000));
  return telemetry.lines.sort();
};

describe('WriteSet', () => {
  it('is empty until something is decided or a checkpoint is owed', () => {
    expect(new WriteSet().isEmpty).to.equal(true);
    const owed = new WriteSet();
    owed.checkpointDue = true;
    expect(owed.isEmpty).to.equal(false);
  });

  it('is not empty when a record was only filtered', () => {
    const set = new WriteSet();
    set.decide(SOURCE, commitOffset(1), 0, epochMs(1), 'a', 'processed');
    expect([...set.records]).to.deep.equal([]);
    expect(set.isEmpty).to.equal(false);
  });

  it('knows what its records weigh', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 20 }), { maxLength: 10 }), (values) => {
        const set = new WriteSet();
        for (const value of values) set.add(produced(value, { key: 'kk' }));
        const bytes = values.reduce((sum, value) => sum + Buffer.byteLength(value) + 2, 0);
        expect(set.bytes).to.equal(bytes);
        expect([...set.records].map(textOf)).to.deep.equal(values);
      }),
    );
  });

  it('counts what was decided, holds the newest position of each topic and when the oldest record was read', () => {
    const set = new WriteSet();
    set.decide('a', commitOffset(5), 10, epochMs(100), 't', 'processed');
    set.decide('b', commitOffset(7), 20, epochMs(90), 't', 'processed');
    set.decide('a', commitOffset(6), 30, epochMs(200), 't', 'dead-letter');
    expect([set.decided, set.decidedBytes]).to.deep.equal([3, 60]);
    expect([...set.positions]).to.deep.equal([
      ['a', 6],
      ['b', 7],
    ]);
  });

  it('reports outcomes by type, dead letters and retries by reason, and how long the oldest waited', () => {
    const set = new WriteSet();
    set.decide(SOURCE, commitOffset(1), 1, epochMs(1000), 'a', 'processed');
    set.decide(SOURCE, commitOffset(2), 1, epochMs(1001), 'a', 'processed');
    set.decide(SOURCE, commitOffset(3), 1, epochMs(1002), 'b', 'dead-letter');
    set.tallies.deadLetter(SOURCE, {
      id: `${SOURCE}-0-1`,
      reason: 'processing',
      retryable: true,
      attempts: 3,
      isNotice: false,
    });
    set.tallies.retry(SOURCE, 'immediate', 'directory-timeout');
    expect(told(set)).to.deep.equal([
      'deadLetters user.events processing 1',
      'latency user.events attempt 0',
      'latency user.events end-to-end 1000',
      'latency user.events read-to-commit 1000',
      'messages user.events a processed 2',
      'messages user.events b dead-letter 1',
      'retries user.events immediate directory-timeout 1',
    ]);
  });

  it('does not report a negative wait when the wall clock went back', () => {
    const set = new WriteSet();
    set.decide(SOURCE, commitOffset(1), 0, epochMs(9000), 'a', 'processed');
    expect(told(set)).to.include('latency user.events read-to-commit 0');
  });

  it('reports the outputs by topic, the longest attempt, and the age of the oldest record that has ended', () => {
    const set = new WriteSet();
    for (const topic of ['a', 'b', 'a']) set.tallies.output(topic);
    for (const tookMs of [7, 30, 12]) set.tallies.attempt(SOURCE, tookMs);
    set.decide(SOURCE, commitOffset(1), 1, epochMs(1500), 't', 'processed', epochMs(700));
    set.decide(SOURCE, commitOffset(2), 1, epochMs(1600), 't', 'processed', epochMs(400));
    // It goes on in a lane: it is passed, and has not ended.
    set.pass(SOURCE, commitOffset(3), 1, epochMs(1600), epochMs(1));
    // A record without a timestamp is as old as nobody knows.
    set.decide(SOURCE, commitOffset(4), 1, epochMs(1600), 't', 'processed', epochMs(-1));
    expect(told(set)).to.deep.equal([
      'latency user.events attempt 30',
      'latency user.events end-to-end 1600',
      'latency user.events read-to-commit 500',
      'messages user.events t processed 3',
      'outputs a 2',
      'outputs b 1',
    ]);
  });
});
