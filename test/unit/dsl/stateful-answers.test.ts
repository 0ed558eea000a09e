/** The nodes of tables and windows on the same random records as Kafka Streams, see fixtures/StatefulAnswers.java. */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AggregateNode } from '../../../src/dsl/nodes/aggregate-node.js';
import { MaterializeNode } from '../../../src/dsl/nodes/materialize-node.js';
import { type FlowRecord, type Pending, RuntimeNode } from '../../../src/dsl/nodes/runtime-node.js';
import { StreamTableJoinNode } from '../../../src/dsl/nodes/stream-table-join-node.js';
import { SuppressNode } from '../../../src/dsl/nodes/suppress-node.js';
import { TableFilterNode } from '../../../src/dsl/nodes/table-filter-node.js';
import { TableMapValuesNode } from '../../../src/dsl/nodes/table-map-values-node.js';
import type { RecordPass } from '../../../src/dsl/nodes/record-pass.js';
import type { WindowAggregateOperator } from '../../../src/dsl/graph/topology-node.js';
import { WindowAggregateNode } from '../../../src/dsl/nodes/window-aggregate-node.js';
import { NodeBench, specOf, textOf } from './node-bench.js';
import { projectRoot } from './support.js';

class PrintNode extends RuntimeNode {
  constructor(
    private readonly name: string,
    private readonly lines: string[],
  ) {
    super();
  }

  override process(record: FlowRecord): Pending {
    this.lines.push(`${this.name} ${textOf(record)}`);
    return undefined;
  }
}

class RootNode extends RuntimeNode {
  override process(record: FlowRecord, pass: RecordPass): Pending {
    return this.forward(record, pass);
  }
}

type Predicate = (key: unknown, value: unknown) => boolean;
type Aggregator = WindowAggregateOperator['aggregator'];

const filter = (predicate: Predicate, keep = true, store: string | null = null): TableFilterNode =>
  new TableFilterNode(
    { type: 'tableFilter', keep, store, predicate },
    store === null ? null : specOf(store, 'timestamped'),
  );

const mapValues = (mapper: (value: unknown) => unknown): TableMapValuesNode =>
  new TableMapValuesNode({ type: 'tableMapValues', store: null, mapper }, null);

const suppress = (store: string, graceMs: number): SuppressNode =>
  new SuppressNode({ type: 'suppress', store, graceMs }, specOf(store, 'suppress'));

const windowed = (
  store: string,
  windows: WindowAggregateOperator['windows'],
  aggregator: Aggregator,
): WindowAggregateNode =>
  new WindowAggregateNode(
    { type: 'windowAggregate', store, windows, aggregator, initializer: () => 0 },
    specOf(store, 'window'),
  );

const joined = (isLeft: boolean): StreamTableJoinNode => {
  const joiner = (value: unknown, of: unknown): string => `${String(value)}+${String(of)}`;
  return new StreamTableJoinNode(
    { type: 'streamTableJoin', isLeft, store: 'table', joiner },
    specOf('table', 'timestamped'),
  );
};

const count: Aggregator = (_key, _value, so) => Number(so) + 1;
const hop: Aggregator = (_key, value, so) => {
  if (value === null) return Number(so) + 100;
  return value === 'x' ? null : Number(so) + 1;
};
const isEven: Predicate = (_key, value) => Number(value) % 2 === 0;
const isOdd: Predicate = (_key, value) => Number(value) % 2 === 1;
const isEarly: Predicate = (_key, value) => String(value) < 'c';

/** By topic. What comes out is added to `lines`. */
const build = (lines: string[]): { in: RootNode; stream: RootNode } => {
  const roots = { in: new RootNode(), stream: new RootNode() };
  let names = 0;
  const link = <N extends RuntimeNode>(parent: RuntimeNode, node: N): N => {
    parent.adopt(node, `node-${(names += 1)}`);
    return node;
  };
  const print = (node: RuntimeNode, name: string): void => {
    link(node, new PrintNode(name, lines));
  };
  const counted = link(
    roots.in,
    new AggregateNode(
      { type: 'aggregate', store: 'count', aggregator: count, initializer: () => 0 },
      specOf('count', 'timestamped'),
    ),
  );
  print(counted, 'count');
  print(link(counted, filter(isEven)), 'countFilter');

  const tumbling = link(roots.in, windowed('tumbling', { sizeMs: 10, advanceMs: 10, graceMs: 7 }, count));
  print(tumbling, 'tumbling');
  const closed = link(tumbling, suppress('closed', 7));
  print(closed, 'closed');
  print(link(closed, filter(isOdd)), 'closedFilter');

  const hopping = link(roots.in, windowed('hopping', { sizeMs: 12, advanceMs: 5, graceMs: 3 }, hop));
  print(hopping, 'hopping');
  print(link(hopping, filter(isEven)), 'hoppingFilter');
  const mapped = link(
    hopping,
    mapValues((value) => Number(value) * 3),
  );
  print(link(link(mapped, filter(isEven)), suppress('hoppingClosed', 3)), 'hoppingClosed');

  const table = link(
    roots.in,
    new MaterializeNode({ type: 'materialize', store: 'table' }, specOf('table', 'timestamped')),
  );
  print(table, 'table');
  print(link(table, filter(isEarly)), 'tableFilter');
  print(link(table, filter(isEarly, false, 'tableFilterNot')), 'tableFilterNot');
  print(
    link(
      table,
      mapValues((value) => `${String(value)}${String(value)}`),
    ),
    'tableMap',
  );

  print(link(roots.stream, joined(false)), 'join');
  print(link(roots.stream, joined(true)), 'leftJoin');
  return roots;
};

const orNull = (text: string | undefined): string | null =>
  text === undefined || text === 'null' ? null : text;

describe('tables and windows', () => {
  it('give what Kafka Streams gives for the same records, in the same order', () => {
    const file = join(projectRoot(), 'test/unit/dsl/fixtures/stateful-answers.txt');
    const answers = readFileSync(file, 'utf8').trim().split('\n');
    const lines: string[] = [];
    const roots = build(lines);
    const toIn = new NodeBench([roots.in]);
    const toStream = new NodeBench([roots.stream], toIn.stores);
    for (const input of answers.filter((line) => line.startsWith('# '))) {
      lines.push(input);
      const [topic, key, value, timestamp] = input.slice(2).split(',');
      (topic === 'in' ? toIn : toStream).send(orNull(key), orNull(value), Number(timestamp));
    }
    expect(lines).to.have.length.greaterThan(1000);
    expect(lines).to.deep.equal(answers);
  });
});
