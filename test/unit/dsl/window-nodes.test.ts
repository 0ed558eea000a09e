import { expect } from 'chai';
import fc from 'fast-check';
import { decodeBufferedChange, encodeBufferedChange } from '../../../src/dsl/nodes/buffered-change.js';
import { SuppressNode } from '../../../src/dsl/nodes/suppress-node.js';
import { TableFilterNode } from '../../../src/dsl/nodes/table-filter-node.js';
import { TableMapValuesNode } from '../../../src/dsl/nodes/table-map-values-node.js';
import type { WindowAggregateOperator } from '../../../src/dsl/graph/topology-node.js';
import { WindowAggregateNode } from '../../../src/dsl/nodes/window-aggregate-node.js';
import { NodeBench, specOf } from './node-bench.js';

type Windows = WindowAggregateOperator['windows'];
type Aggregator = WindowAggregateOperator['aggregator'];

const count: Aggregator = (_key, _value, so) => Number(so ?? 0) + 1;

const windowed = (
  windows: Windows,
  aggregator = count,
  retentionMs: number | null = null,
): WindowAggregateNode =>
  new WindowAggregateNode(
    { type: 'windowAggregate', store: 'windows', windows, aggregator, initializer: () => 0 },
    specOf('windows', 'window', { retentionMs }),
  );

const suppress = (graceMs: number): SuppressNode =>
  new SuppressNode({ type: 'suppress', store: 'buffer', graceMs }, specOf('buffer', 'suppress'));

const tumbling = (sizeMs: number, graceMs: number): Windows => ({ sizeMs, advanceMs: sizeMs, graceMs });

/** Keys only. The first entry is stream time. */
const kept = (bench: NodeBench): string[] => bench.entries('windows', 9).slice(1);

describe('windows', () => {
  it('count each record in the window of its timestamp, also out of order', () => {
    const bench = new NodeBench([windowed(tumbling(10, 10))]);
    expect(bench.send('k', 'a', 9)).to.deep.equal(['k[0,10)=1@9']);
    expect(bench.send('k', 'a', 10)).to.deep.equal(['k[10,20)=1@10']);
    expect(bench.send('k', 'a', 3)).to.deep.equal(['k[0,10)=2@9']);
    expect(bench.send('other', 'a', 3)).to.deep.equal(['other[0,10)=1@3']);
  });

  it('hop: a record is in all that cover it, from the earliest on, and none begins before 1970', () => {
    const bench = new NodeBench([windowed({ sizeMs: 10, advanceMs: 4, graceMs: 100 })]);
    expect(bench.send('k', 'a', 5)).to.deep.equal(['k[0,10)=1@5', 'k[4,14)=1@5']);
    expect(bench.send('k', 'a', 12)).to.deep.equal(['k[4,14)=2@12', 'k[8,18)=1@12', 'k[12,22)=1@12']);
  });

  it('are closed when stream time reaches their end and the grace, and not a millisecond earlier', () => {
    const bench = new NodeBench([windowed(tumbling(10, 5))]);
    bench.send('k', 'a', 1);
    bench.send('other', 'a', 14);
    expect(bench.send('k', 'a', 2)).to.deep.equal(['k[0,10)=2@2']);
    bench.send('other', 'a', 15);
    expect(bench.send('k', 'a', 3)).to.deep.equal([]);
  });

  it('that are still open take a late record, those that are closed do not', () => {
    const bench = new NodeBench([windowed({ sizeMs: 10, advanceMs: 5, graceMs: 0 })]);
    bench.send('k', 'a', 12);
    expect(bench.send('k', 'a', 8)).to.deep.equal(['k[5,15)=2@12']);
  });

  it('delete what no record can reach any more, in the same unit of work', () => {
    const bench = new NodeBench([windowed(tumbling(10, 5))]);
    bench.send('a', 'a', 1);
    bench.send('b', 'a', 11);
    bench.send('c', 'a', 14);
    expect(kept(bench)).to.deep.equal(['a=1', 'b=1', 'c=1']);
    bench.send('d', 'a', 15);
    expect(kept(bench)).to.deep.equal(['b=1', 'c=1', 'd=1']);
  });

  it('are kept for their retention when that is longer', () => {
    const bench = new NodeBench([windowed(tumbling(10, 5), count, 30)]);
    bench.send('a', 'a', 1);
    bench.send('b', 'a', 29);
    expect(kept(bench)).to.deep.equal(['a=1', 'b=1']);
    bench.send('b', 'a', 30);
    expect(kept(bench)).to.deep.equal(['b=1', 'b=1']);
  });

  it('know what is late after a restart, too', () => {
    const before = new NodeBench([windowed(tumbling(10, 0))]);
    before.send('k', 'a', 30);
    const after = new NodeBench([windowed(tumbling(10, 0))], before.stores);
    expect(after.send('k', 'a', 5)).to.deep.equal([]);
    expect(after.send('k', 'a', 30)).to.deep.equal(['k[30,40)=2@30']);
  });

  it('count records without a value, and none without a key: it does not move stream time either', () => {
    const bench = new NodeBench([windowed(tumbling(10, 0))]);
    expect(bench.send(null, 'a', 1000)).to.deep.equal([]);
    expect(bench.send('k', null, 5)).to.deep.equal(['k[0,10)=1@5']);
  });

  it('stay as they were when the aggregator fails in one of them: also stream time', () => {
    const bench = new NodeBench([
      windowed({ sizeMs: 10, advanceMs: 5, graceMs: 0 }, (key, value, so) => {
        if (value === 'bad' && so === null) throw new Error('bad');
        return count(key, value, so);
      }),
    ]);
    bench.send('k', 'a', 12);
    const entries = bench.entries('windows', 0, 0);
    expect(() => bench.send('k', 'bad', 17)).to.throw('bad');
    expect(bench.entries('windows', 0, 0)).to.deep.equal(entries);
    expect(bench.send('k', 'a', 13)).to.deep.equal(['k[5,15)=2@13', 'k[10,20)=2@13']);
  });

  it('take asynchronous aggregators one after the other', async () => {
    let running = 0;
    const bench = new NodeBench([
      windowed({ sizeMs: 10, advanceMs: 5, graceMs: 0 }, async (key, value, so) => {
        running += 1;
        expect(running).to.equal(1);
        await Promise.resolve();
        running -= 1;
        return count(key, value, so);
      }),
    ]);
    expect(await bench.sendLater('k', 'a', 7)).to.deep.equal(['k[0,10)=1@7', 'k[5,15)=1@7']);
    expect(await bench.sendLater('k', 'a', 8)).to.deep.equal(['k[0,10)=2@8', 'k[5,15)=2@8']);
  });

  it('agree with a count of all records that were not late', () => {
    const records = fc.array(fc.record({ key: fc.constantFrom('a', 'ab', 'b'), at: fc.nat(80) }), {
      maxLength: 60,
    });
    const windows = fc.record({
      sizeMs: fc.integer({ min: 1, max: 12 }),
      graceMs: fc.nat(15),
      hops: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(records, windows, fc.nat(60), (input, { sizeMs, graceMs, hops }, retentionMs) => {
        const advanceMs = Math.max(1, Math.floor(sizeMs / hops));
        const bench = new NodeBench([windowed({ sizeMs, advanceMs, graceMs }, count, retentionMs)]);
        const counts = new Map<string, { count: number; at: number }>();
        let streamTime = 0;
        for (const { key, at } of input) {
          streamTime = Math.max(streamTime, at);
          const expected: string[] = [];
          for (let start = 0; start <= at; start += advanceMs) {
            const end = start + sizeMs;
            if (end <= at || end <= streamTime - graceMs) continue;
            const name = `${key}[${start},${end})`;
            const so = counts.get(name);
            const now = { count: (so?.count ?? 0) + 1, at: Math.max(so?.at ?? 0, at) };
            counts.set(name, now);
            expected.push(`${name}=${now.count}@${now.at}`);
          }
          expect(bench.send(key, 'x', at)).to.deep.equal(expected);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('suppress until the window closes', () => {
  it('forwards the last result of a window once, when stream time reaches its end and the grace', () => {
    const bench = new NodeBench([windowed(tumbling(10, 5)), suppress(5)]);
    expect([...bench.send('k', 'a', 8), ...bench.send('k', 'a', 2)]).to.deep.equal([]);
    expect(bench.send('other', 'a', 14)).to.deep.equal([]);
    expect(bench.send('other', 'a', 15)).to.deep.equal(['k[0,10)=2@8']);
    expect(bench.send('k', 'a', 3)).to.deep.equal([]);
    expect(bench.send('other', 'a', 16)).to.deep.equal([]);
  });

  it('forwards the earliest window first, and within one by the bytes of the keys, whoever came first', () => {
    const bench = new NodeBench([windowed({ sizeMs: 10, advanceMs: 5, graceMs: 0 }), suppress(0)]);
    bench.send('b', 'a', 7);
    bench.send('a', 'a', 6);
    bench.send('ab', 'a', 5);
    expect(bench.send('z', 'a', 30)).to.deep.equal([
      'a[0,10)=1@6',
      'ab[0,10)=1@5',
      'b[0,10)=1@7',
      'a[5,15)=1@6',
      'ab[5,15)=1@5',
      'b[5,15)=1@7',
    ]);
    expect(bench.entries('buffer')).to.have.length(3);
  });

  it('goes on after a restart where it was', () => {
    const nodes = (): [WindowAggregateNode, SuppressNode] => [windowed(tumbling(10, 0)), suppress(0)];
    const before = new NodeBench(nodes());
    before.send('k', 'a', 5);
    const after = new NodeBench(nodes(), before.stores);
    expect(after.send('k', 'a', 10)).to.deep.equal(['k[0,10)=1@5']);
  });

  it('forwards no result that is a deletion by then', () => {
    const gone: Aggregator = (key, value, so) => (value === 'gone' ? null : count(key, value, so));
    const bench = new NodeBench([windowed(tumbling(10, 0), gone), suppress(0)]);
    bench.send('k', 'a', 5);
    bench.send('k', 'gone', 6);
    expect(bench.send('k', 'a', 10)).to.deep.equal([]);
    expect(bench.entries('buffer')).to.have.length(2);
  });

  it('forwards with the headers of the last update', () => {
    const bench = new NodeBench([windowed(tumbling(10, 0)), suppress(0)]);
    bench.send('k', 'a', 5, [{ name: 'trace', value: 'first' }]);
    bench.send('k', 'a', 4, [{ name: 'trace', value: 'last' }]);
    bench.send('k', 'a', 10, [{ name: 'trace', value: 'closing' }]);
    expect(bench.lastOut?.headers.map(({ value }) => value?.toString())).to.deep.equal(['last']);
  });

  it('lets a filter further down know what the last update replaced', async () => {
    const isOdd = (_key: unknown, value: unknown): boolean => Number(value) % 2 === 1;
    const bench = new NodeBench([
      windowed(tumbling(10, 0)),
      new TableMapValuesNode(
        { type: 'tableMapValues', store: null, mapper: (value) => Promise.resolve(value) },
        null,
      ),
      suppress(0),
      new TableFilterNode({ type: 'tableFilter', keep: true, store: null, predicate: isOdd }, null),
    ]);
    for (const [key, at] of [
      ['odd', 1],
      ['even', 2],
      ['even', 3],
    ] as const)
      await bench.sendLater(key, 'a', at);
    expect(await bench.sendLater('z', 'a', 10)).to.deep.equal(['even[0,10)=null@3', 'odd[0,10)=1@1']);
  });

  it('keeps the buffer as it was when what gets a result fails', () => {
    let fails = true;
    const predicate = (): boolean => {
      if (fails) throw new Error('down');
      return true;
    };
    const bench = new NodeBench([
      windowed(tumbling(10, 0)),
      suppress(0),
      new TableFilterNode({ type: 'tableFilter', keep: true, store: null, predicate }, null),
    ]);
    bench.send('k', 'a', 5);
    expect(() => bench.send('k', 'a', 10)).to.throw('down');
    fails = false;
    expect(bench.send('k', 'a', 10)).to.deep.equal(['k[0,10)=1@5']);
  });

  it('reads every buffered change back as it was', () => {
    const bytes = fc.option(fc.uint8Array({ maxLength: 6 }).map((array) => Buffer.from(array)));
    const change = fc.record({
      timestampMs: fc.maxSafeNat(),
      value: bytes,
      before: bytes,
      headers: fc.array(fc.record({ name: fc.string(), value: bytes }), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(change, (given) => {
        expect(decodeBufferedChange(encodeBufferedChange(given))).to.deep.equal(given);
      }),
    );
  });
});
