import { expect } from 'chai';
import fc from 'fast-check';
import { isKafkaError } from '../../../src/ports/kafka-error.js';
import { commitOffset, epochMs } from '../../../src/record/units.js';
import { PartitionLog } from '../../../src/testing/partition-log.js';

const AT = epochMs(0);
const content = (value: string, key: string | null = null) => ({
  timestamp: AT,
  key: key === null ? null : Buffer.from(key),
  value: Buffer.from(value),
  headers: [],
});

/** What a reader sees, by the definition: whole transactions, up to the first that is open. */
interface Step {
  readonly producer: number;
  readonly act: 'write' | 'commit' | 'abort' | 'plain';
}

const steps = fc.array(
  fc.record<Step>({
    producer: fc.nat(2),
    act: fc.constantFrom('write', 'write', 'commit', 'abort', 'plain'),
  }),
  { maxLength: 40 },
);

const play = (
  log: PartitionLog,
  plan: readonly Step[],
): { visible: string[]; stable: number; end: number } => {
  const written: { offset: number; value: string; producer: number | null; state: string }[] = [];
  const open = (producer: number): typeof written =>
    written.filter((one) => one.producer === producer && one.state === 'open');
  let end = 0;
  for (const { producer, act } of plan) {
    const by = { producerId: producer, epoch: 0 };
    const value = `${end}`;
    if (act === 'write' || act === 'plain') {
      log.append([content(value)], act === 'write' ? by : null);
      const isOpen = act === 'write';
      written.push({
        offset: end,
        value,
        producer: isOpen ? producer : null,
        state: isOpen ? 'open' : 'done',
      });
      end += 1;
    } else if (open(producer).length > 0) {
      log.endTransaction(by, act === 'commit' ? 'committed' : 'aborted', AT);
      for (const one of open(producer)) one.state = act === 'commit' ? 'done' : 'gone';
      end += 1;
    }
  }
  const stable = Math.min(
    end,
    ...written.filter(({ state }) => state === 'open').map(({ offset }) => offset),
  );
  const visible = written.filter(({ state, offset }) => state === 'done' && offset < stable);
  return { visible: visible.map(({ value }) => value), stable, end };
};

describe('PartitionLog', () => {
  it('shows exactly the committed records below the first open transaction', () => {
    fc.assert(
      fc.property(steps, (plan) => {
        const log = new PartitionLog('t-0');
        const expected = play(log, plan);
        const read = log.readCommitted(commitOffset(0), Infinity);
        expect(read.records.map(({ value }) => value?.toString())).to.deep.equal(expected.visible);
        expect(log.lastStableOffset).to.equal(expected.stable);
        expect(log.highWatermark).to.equal(expected.end);
        expect(read.position).to.equal(expected.stable);
      }),
    );
  });

  it('gives the same records in small reads as in one', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 4 }), (plan, max) => {
        const log = new PartitionLog('t-0');
        const { visible } = play(log, plan);
        const read: string[] = [];
        let position = commitOffset(0);
        for (;;) {
          const { records, position: next } = log.readCommitted(position, max);
          read.push(...records.map(({ value }) => String(value)));
          if (next === position) break;
          position = next;
        }
        expect(read).to.deep.equal(visible);
      }),
    );
  });

  it('refuses a producer whose epoch is older than a marker', () => {
    const log = new PartitionLog('t-0');
    log.append([content('a')], { producerId: 1, epoch: 0 });
    log.endTransaction({ producerId: 1, epoch: 1 }, 'aborted', AT);
    let kind = '';
    try {
      log.append([content('late')], { producerId: 1, epoch: 0 });
    } catch (error) {
      if (isKafkaError(error)) ({ kind } = error);
    }
    expect(kind).to.equal('fenced');
    expect(log.lastStableOffset).to.equal(2);
  });

  it('refuses positions below its start and above its end', () => {
    const log = new PartitionLog('t-0');
    for (const value of ['a', 'b', 'c']) log.append([content(value)], null);
    log.deleteBefore(commitOffset(2));
    expect(() => log.readCommitted(commitOffset(1), 1))
      .to.throw()
      .with.property('code', -140);
    expect(() => log.readCommitted(commitOffset(4), 1))
      .to.throw()
      .with.property('code', -140);
    expect(log.readCommitted(commitOffset(2), 9).records).to.have.length(1);
  });

  it('compacts below an offset as if nothing were above it', () => {
    const log = new PartitionLog('t-0');
    for (const value of ['1', '2', '3', '4']) log.append([content(value, 'a')], null);
    log.compact({ below: 3 });
    const { records } = log.readCommitted(commitOffset(0), 9);
    expect(records.map(({ value }) => String(value))).to.deep.equal(['3', '4']);
  });

  it('drops tombstones only when they have been kept for long enough', () => {
    const log = new PartitionLog('t-0');
    log.append([content('1', 'a'), { ...content('', 'a'), value: null }, content('2', 'b')], null);
    log.compact();
    expect(log.readCommitted(commitOffset(0), 9).records.map(({ offset }) => offset)).to.deep.equal([1, 2]);
    log.compact({ dropsTombstones: true });
    expect(log.readCommitted(commitOffset(0), 9).records.map(({ offset }) => offset)).to.deep.equal([2]);
    expect(log.highWatermark).to.equal(3);
  });

  it('compacts without changing the last value of any key', () => {
    const keys = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(9)), { maxLength: 30 });
    fc.assert(
      fc.property(keys, (writes) => {
        const log = new PartitionLog('t-0');
        for (const [key, value] of writes) log.append([content(`${value}`, key)], null);
        const latest = (): Map<string, string> =>
          new Map(
            log
              .readCommitted(commitOffset(0), Infinity)
              .records.map(({ key, value, offset }) => [String(key), `${offset}:${String(value)}`]),
          );
        const before = latest();
        log.compact();
        expect(latest()).to.deep.equal(before);
        expect(log.readCommitted(commitOffset(0), Infinity).records).to.have.length(before.size);
      }),
    );
  });
});
