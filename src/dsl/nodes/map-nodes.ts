/** The operators that make new records of each one. Timestamp and headers stay. */
import { FunctionNode } from './function-node.js';
import type { RecordPass } from './record-pass.js';
import { type FlowRecord, isThenable, type Pending } from './runtime-node.js';
import type {
  FlatMapOperator,
  FlatMapValuesOperator,
  MapOperator,
  MapValuesOperator,
  SelectKeyOperator,
} from '../graph/topology-node.js';

type Pair = readonly [key: unknown, value: unknown];

export class MapNode extends FunctionNode {
  constructor(private readonly operator: MapOperator) {
    super();
  }

  override process(record: FlowRecord, pass: RecordPass): Pending {
    const pair = this.operator.mapper(record.key, record.value);
    return isThenable(pair) ? this.answeredLater(pair, record, pass) : this.answered(pair, record, pass);
  }

  protected override answered(pair: unknown, record: FlowRecord, pass: RecordPass): Pending {
    const [key, value] = pair as Pair;
    return this.forward(record.withKey(key).withValue(value), pass);
  }
}

export class SelectKeyNode extends FunctionNode {
  constructor(private readonly operator: SelectKeyOperator) {
    super();
  }

  override process(record: FlowRecord, pass: RecordPass): Pending {
    const key = this.operator.mapper(record.key, record.value);
    return isThenable(key) ? this.answeredLater(key, record, pass) : this.answered(key, record, pass);
  }

  protected override answered(key: unknown, record: FlowRecord, pass: RecordPass): Pending {
    return this.forward(record.withKey(key), pass);
  }
}

export class MapValuesNode extends FunctionNode {
  constructor(private readonly operator: MapValuesOperator) {
    super();
  }

  override process(record: FlowRecord, pass: RecordPass): Pending {
    const value = this.operator.mapper(record.value, record.key);
    return isThenable(value) ? this.answeredLater(value, record, pass) : this.answered(value, record, pass);
  }

  protected override answered(value: unknown, record: FlowRecord, pass: RecordPass): Pending {
    return this.forward(record.withValue(value), pass);
  }
}

export class FlatMapNode extends FunctionNode {
  constructor(private readonly operator: FlatMapOperator) {
    super();
  }

  override process(record: FlowRecord, pass: RecordPass): Pending {
    const pairs = this.operator.mapper(record.key, record.value);
    return isThenable(pairs) ? this.answeredLater(pairs, record, pass) : this.answered(pairs, record, pass);
  }

  protected override answered(pairs: unknown, record: FlowRecord, pass: RecordPass): Pending {
    return this.forwardAll(recordsOf(pairs as Iterable<Pair>, record), pass);
  }
}

export class FlatMapValuesNode extends FunctionNode {
  constructor(private readonly operator: FlatMapValuesOperator) {
    super();
  }

  override process(record: FlowRecord, pass: RecordPass): Pending {
    const values = this.operator.mapper(record.value, record.key);
    return isThenable(values)
      ? this.answeredLater(values, record, pass)
      : this.answered(values, record, pass);
  }

  protected override answered(values: unknown, record: FlowRecord, pass: RecordPass): Pending {
    return this.forwardAll(valuesOf(values as Iterable<unknown>, record), pass);
  }
}

// A generator of the user's may be endless or large: nothing is taken from it before the record before it is done.
const recordsOf = function* (pairs: Iterable<Pair>, record: FlowRecord): Generator<FlowRecord> {
  for (const [key, value] of pairs) yield record.withKey(key).withValue(value);
};

const valuesOf = function* (values: Iterable<unknown>, record: FlowRecord): Generator<FlowRecord> {
  for (const value of values) yield record.withValue(value);
};
