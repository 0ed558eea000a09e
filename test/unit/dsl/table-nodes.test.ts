import { expect } from 'chai';
import { AggregateNode } from '../../../src/dsl/nodes/aggregate-node.js';
import { MaterializeNode } from '../../../src/dsl/nodes/materialize-node.js';
import { Serdes } from '../../../src/dsl/serdes.js';
import { StreamTableJoinNode } from '../../../src/dsl/nodes/stream-table-join-node.js';
import { TableFilterNode } from '../../../src/dsl/nodes/table-filter-node.js';
import { TableMapValuesNode } from '../../../src/dsl/nodes/table-map-values-node.js';
import type { AggregateOperator, TableFilterOperator } from '../../../src/dsl/graph/topology-node.js';
import { NotRetryableError } from '../../../src/record/record-error.js';
import type { Serde } from '../../../src/record/serde.js';
import { NodeBench, specOf } from './node-bench.js';

const spec = specOf('store', 'timestamped');
const materialize = (): MaterializeNode => new MaterializeNode({ type: 'materialize', store: 'store' }, spec);

const aggregate = (aggregator: AggregateOperator['aggregator'], initializer?: () => unknown): AggregateNode =>
  new AggregateNode(
    { type: 'aggregate', store: 'store', aggregator, ...(initializer === undefined ? {} : { initializer }) },
    spec,
  );

const sum = (_key: unknown, value: unknown, so: unknown): number => Number(so ?? 0) + Number(value);

const filter = (
  predicate: TableFilterOperator['predicate'],
  store: string | null = null,
  keep = true,
): TableFilterNode =>
  new TableFilterNode(
    { type: 'tableFilter', keep, store, predicate },
    store === null ? null : specOf(store, 'timestamped'),
  );

const isBig = (_key: unknown, value: unknown): boolean => Number(value) > 10;

const failureOf = async (run: () => unknown): Promise<unknown> => {
  try {
    await run();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('a table', () => {
  it('keeps the last value that came, also when its timestamp is older', () => {
    const bench = new NodeBench([materialize()]);
    expect(bench.send('k', 1, 20)).to.deep.equal(['k=1@20']);
    expect(bench.send('k', 2, 10)).to.deep.equal(['k=2@10']);
    expect(bench.entries('store')).to.deep.equal(['k=2']);
  });

  it('deletes with null, and passes every deletion on', () => {
    const bench = new NodeBench([materialize()]);
    bench.send('k', 1, 20);
    expect(bench.send('k', null, 21)).to.deep.equal(['k=null@21']);
    expect(bench.entries('store')).to.deep.equal([]);
    expect(bench.send('k', null, 22)).to.deep.equal(['k=null@22']);
  });

  it('passes over a record without a key', () => {
    const bench = new NodeBench([materialize()]);
    expect(bench.send(null, 1, 20)).to.deep.equal([]);
    expect(bench.entries('store')).to.deep.equal([]);
  });

  it('keeps no view of the bytes of a batch', () => {
    const bytes = Serdes.bytes() as Serde<unknown>;
    const node = new MaterializeNode(
      { type: 'materialize', store: 'store' },
      specOf('store', 'timestamped', { keySerde: bytes, valueSerde: bytes }),
    );
    const bench = new NodeBench([node]);
    const batch = Buffer.from('kv');
    bench.send(batch.subarray(0, 1), batch.subarray(1), 20);
    batch.fill('x');
    expect(bench.entries('store')).to.deep.equal(['k=v']);
  });
});

describe('an aggregate', () => {
  it('forwards every update with the later of both timestamps', () => {
    const bench = new NodeBench([aggregate(sum)]);
    expect(bench.send('k', 1, 20)).to.deep.equal(['k=1@20']);
    expect(bench.send('k', 2, 10)).to.deep.equal(['k=3@20']);
    expect(bench.send('other', 5, 10)).to.deep.equal(['other=5@10']);
    expect(bench.send('k', 2, 30)).to.deep.equal(['k=5@30']);
  });

  it('passes over records without a key or a value', () => {
    const bench = new NodeBench([aggregate(sum)]);
    expect([...bench.send(null, 1, 20), ...bench.send('k', null, 20)]).to.deep.equal([]);
  });

  it('is deleted by a null result, and begins anew with the next record and its timestamp', () => {
    const bench = new NodeBench([aggregate((key, value, so) => (value === 0 ? null : sum(key, value, so)))]);
    bench.send('k', 4, 20);
    expect(bench.send('k', 0, 10)).to.deep.equal(['k=null@20']);
    expect(bench.entries('store')).to.deep.equal([]);
    expect(bench.send('k', 3, 5)).to.deep.equal(['k=3@5']);
  });

  it('leaves no change when the aggregator fails', async () => {
    const bench = new NodeBench([
      aggregate((key, value, so) => {
        if (value === 'bad') throw new Error('bad');
        return sum(key, value, so);
      }),
    ]);
    bench.send('k', 4, 20);
    expect(await failureOf(() => bench.send('k', 'bad', 30))).to.be.instanceOf(Error);
    expect(bench.send('k', 1, 5)).to.deep.equal(['k=5@20']);
  });

  it('waits for an aggregator that answers later, and writes nothing for an attempt that was given up', async () => {
    let answer: (value: number) => void = () => undefined;
    const slow = new Promise<number>((resolve) => {
      answer = resolve;
    });
    const bench = new NodeBench([aggregate(() => slow)]);
    const attempt = failureOf(() => bench.sendLater('k', 4, 20));
    bench.giveUp();
    answer(4);
    expect(await attempt).to.have.property('message', 'given up');
    expect(bench.entries('store')).to.deep.equal([]);
    expect(await bench.sendLater('k', 4, 20)).to.deep.equal(['k=4@20']);
    expect(bench.entries('store')).to.deep.equal(['k=4']);
  });

  it('is not changed by what a later aggregator does to its object without returning', () => {
    const bench = new NodeBench([
      aggregate((_key, value, so) => {
        const list = (so ?? []) as unknown[];
        if (value === 'forget') {
          list.push('lost');
          return [];
        }
        return [...list, value];
      }),
    ]);
    bench.send('k', 'a', 1);
    expect(bench.send('k', 'forget', 1)).to.deep.equal(['k=[]@1']);
    expect(bench.entries('store')).to.deep.equal(['k=[]']);
  });

  it('ends a record whose result has no serialized form', async () => {
    const bench = new NodeBench([aggregate(() => undefined)]);
    const failure = await failureOf(() => bench.send('k', 1, 1));
    expect(failure).to.be.instanceOf(NotRetryableError);
    expect(failure).to.have.property('reason', 'serialization');
  });
});

describe('a filter of a table', () => {
  it('deletes what passed before and passes no more, once', () => {
    const bench = new NodeBench([materialize(), filter(isBig)]);
    expect(bench.send('k', 20, 1)).to.deep.equal(['k=20@1']);
    expect(bench.send('k', 5, 2)).to.deep.equal(['k=null@2']);
    expect(bench.send('k', 6, 3)).to.deep.equal([]);
    expect(bench.send('k', null, 4)).to.deep.equal([]);
  });

  it('passes a deletion on when the deleted value had passed', () => {
    const bench = new NodeBench([materialize(), filter(isBig)]);
    bench.send('k', 20, 1);
    expect(bench.send('k', null, 2)).to.deep.equal(['k=null@2']);
  });

  it('keeps its result in a store of its own', () => {
    const bench = new NodeBench([materialize(), filter(isBig, 'big')]);
    expect(bench.send('k', 5, 1)).to.deep.equal([]);
    expect(bench.send('k', 20, 2)).to.deep.equal(['k=20@2']);
    expect(bench.entries('big')).to.deep.equal(['k=20']);
    expect(bench.send('k', 5, 3)).to.deep.equal(['k=null@3']);
    expect(bench.entries('big')).to.deep.equal([]);
  });

  it('knows what was there before through a mapping and through another filter', async () => {
    const mapper = (value: unknown): Promise<number> => Promise.resolve(Number(value) * 10);
    const mapping = new TableMapValuesNode({ type: 'tableMapValues', store: null, mapper }, null);
    const bench = new NodeBench([
      materialize(),
      mapping,
      filter((_key, value) => Promise.resolve(value !== 30)),
      filter(isBig),
    ]);
    expect(await bench.sendLater('k', 1, 1)).to.deep.equal([]);
    expect(await bench.sendLater('k', 2, 2)).to.deep.equal(['k=20@2']);
    expect(await bench.sendLater('k', 3, 3)).to.deep.equal(['k=null@3']);
    expect(await bench.sendLater('k', 1, 4)).to.deep.equal([]);
  });

  it('takes what an aggregate begins with for the value before the first, as Kafka Streams does', () => {
    const isEven = (_key: unknown, value: unknown): boolean => Number(value) % 2 === 0;
    const counted = new NodeBench([aggregate(sum, () => 0), filter(isEven)]);
    expect(counted.send('k', 1, 1)).to.deep.equal(['k=null@1']);
    const reduced = new NodeBench([aggregate(sum), filter(isEven)]);
    expect(reduced.send('k', 1, 1)).to.deep.equal([]);
  });

  it('can be the other way round: filterNot', () => {
    const bench = new NodeBench([materialize(), filter(isBig, null, false)]);
    expect(bench.send('k', 20, 1)).to.deep.equal([]);
    expect(bench.send('k', 5, 2)).to.deep.equal(['k=5@2']);
  });
});

describe('a mapping of a table', () => {
  it('passes every deletion on without asking the mapper', () => {
    const mapper = (value: unknown): number => Number(value) + 1;
    const node = new TableMapValuesNode(
      { type: 'tableMapValues', store: 'mapped', mapper },
      specOf('mapped', 'timestamped'),
    );
    const bench = new NodeBench([materialize(), node]);
    expect(bench.send('k', 1, 1)).to.deep.equal(['k=2@1']);
    expect(bench.entries('mapped')).to.deep.equal(['k=2']);
    expect(bench.send('k', null, 2)).to.deep.equal(['k=null@2']);
    expect(bench.entries('mapped')).to.deep.equal([]);
    expect(bench.send('k', null, 3)).to.deep.equal(['k=null@3']);
  });
});

describe('a join of a stream with a table', () => {
  const joined = (isLeft: boolean): NodeBench => {
    const table = new NodeBench([materialize()]);
    table.send('k', 'old', 50);
    table.send('k', 'new', 90);
    const joiner = (value: unknown, of: unknown, key: unknown): string => [key, value, of].map(String).join();
    const operator = { type: 'streamTableJoin', isLeft, store: 'store', joiner } as const;
    return new NodeBench([new StreamTableJoinNode(operator, spec)], table.stores);
  };

  it("takes the table's value of now and the stream's timestamp", () => {
    expect(joined(false).send('k', 1, 60)).to.deep.equal(['k="k,1,new"@60']);
  });

  it('has no result without a partner, or a result with null when it is a left join', () => {
    expect(joined(false).send('other', 1, 60)).to.deep.equal([]);
    expect(joined(true).send('other', 1, 60)).to.deep.equal(['other="other,1,null"@60']);
  });

  it('passes over records without a value, and without a key unless it is a left join', () => {
    expect(joined(true).send('k', null, 60)).to.deep.equal([]);
    expect(joined(false).send(null, 1, 60)).to.deep.equal([]);
    expect(joined(true).send(null, 1, 60)).to.deep.equal(['null="null,1,null"@60']);
  });
});
