/**
 * Both ends of a sub-topology, where bytes become values and values bytes.
 * Promises: a key that nobody could change is written with the bytes it was read with, and then stays
 * on its partition number where source and output have equally many partitions.
 */
import type { ConsumedRecord, Headers } from '../../record/record.js';
import { placeOf } from '../../record/record.js';
import {
  checkSerialized,
  textReaderOf,
  serializedBytes,
  type Serde,
  type SerdeContext,
  type Serialized,
  type TextReader,
} from '../../record/serde.js';
import { partition as toPartition } from '../../record/units.js';
import type { RecordRun } from '../execution.js';
import type { FailureJudge } from './failure-judge.js';
import { Resumed } from './failure-judge.js';
import type { RecordPass } from './record-pass.js';
import { Record } from '../record.js';
import { type FlowRecord, type Pending, RuntimeNode } from './runtime-node.js';
import { asSerdeFailure } from './serde-failure.js';
import type { SinkNode } from '../graph/topology-node.js';

/** Keeps the headers unbuilt until a serde asks for them. */
class InputContext implements SerdeContext {
  constructor(
    private readonly run: RecordRun,
    readonly topic: string,
    readonly isKey: boolean,
  ) {}

  get headers(): Headers {
    return this.run.record.headers;
  }

  noteType(type: string): void {
    this.run.noteType(type);
  }
}

class OutputContext implements SerdeContext {
  constructor(
    private readonly record: FlowRecord,
    readonly topic: string,
    readonly isKey: boolean,
  ) {}

  get headers(): Headers {
    return this.record.headers;
  }
}

export class SourceRuntime extends RuntimeNode {
  private readonly readText: TextReader<unknown> | undefined;

  constructor(
    readonly keySerde: Serde<unknown>,
    private readonly valueSerde: Serde<unknown>,
    /** A value of null is not given to the serde. */
    private readonly readsTombstones: boolean,
    private readonly judge: FailureJudge,
  ) {
    super();
    this.readText = textReaderOf(valueSerde);
  }

  start(run: RecordRun, pass: RecordPass): Pending {
    const { record } = run;
    const key = this.read(this.keySerde, record.key, true, run);
    const value = this.readValue(run);
    pass.sourceKey = key;
    return this.process(new Record(key, value, record.timestamp, record), pass);
  }

  private readValue(run: RecordRun): unknown {
    const { record } = run;
    const text = this.readText === undefined ? undefined : record.valueText;
    if (text !== undefined) return this.read(this.valueSerde, text, false, run);
    const { value } = record;
    return value === null && this.readsTombstones ? null : this.read(this.valueSerde, value, false, run);
  }

  override process(record: FlowRecord, pass: RecordPass): Pending {
    return this.forward(record, pass);
  }

  /** A text only where the value's serde reads texts. */
  private read(serde: Serde<unknown>, data: Buffer | string | null, isKey: boolean, run: RecordRun): unknown {
    const context = new InputContext(run, run.record.topic, isKey);
    try {
      return typeof data === 'string' ? this.readText?.(data, context) : serde.deserialize(data, context);
    } catch (error) {
      const what = `the ${isKey ? 'key' : 'value'} of ${placeOf(run.record)} could not be read`;
      throw this.judge.ofReading(run, asSerdeFailure(error, 'deserialization', what));
    }
  }
}

export class SinkRuntime extends RuntimeNode {
  constructor(
    private readonly node: Pick<SinkNode, 'topic' | 'partitioner' | 'internal'>,
    private readonly keySerde: Serde<unknown>,
    private readonly valueSerde: Serde<unknown>,
    /** Whether any node above can forward another key than it was given. */
    private readonly keyMayDiffer: boolean,
    private readonly judge: FailureJudge,
  ) {
    super();
  }

  override process(record: FlowRecord, pass: RecordPass): Pending {
    const from = pass.record;
    const topic = this.topicOf(record, from);
    const isSourceKey = !this.keyMayDiffer && from !== null;
    let key: Buffer | null;
    let value: Serialized;
    try {
      key =
        isSourceKey && this.keySerde === pass.keySerde
          ? from.key
          : serializedBytes(this.write(this.keySerde, topic, true, record, pass));
      value =
        record.value === null && this.node.internal !== null
          ? null
          : this.write(this.valueSerde, topic, false, record, pass);
    } catch (error) {
      const verdict =
        pass.recordRun === null ? error : this.judge.ofWriting(pass.recordRun, topic, error as Error);
      if (verdict instanceof Resumed) return undefined;
      throw verdict;
    }
    const origin = isSourceKey && isSameBytes(key, from.key) ? from : null;
    const partition = this.partitionOf(record, topic, origin, pass);
    pass.add({
      topic,
      partition,
      key,
      value,
      headers: record.outputHeaders(),
      timestamp: record.timestamp,
    });
    return undefined;
  }

  private topicOf(record: FlowRecord, from: ConsumedRecord | null): string {
    const { topic } = this.node;
    if (typeof topic === 'string') return topic;
    const { timestamp } = record;
    const place = from ?? { topic: '', partition: -1, offset: -1 };
    return topic(record.key, record.value, {
      topic: place.topic,
      partition: place.partition,
      offset: place.offset,
      timestamp,
    });
  }

  /** `origin`: the source record, when it is under the same key. null: Kafka's own partitioner. */
  private partitionOf(
    record: FlowRecord,
    topic: string,
    origin: ConsumedRecord | null,
    { run }: RecordPass,
  ): ConsumedRecord['partition'] | null {
    const { partitioner } = this.node;
    if (partitioner !== null) {
      const count = run.partitionCount(topic);
      // A topic that records name: nobody has asked how many it has.
      if (count === 0) return null;
      const chosen = partitioner(topic, record.key, record.value, count);
      if (!Number.isInteger(chosen) || chosen < 0 || chosen >= count)
        throw new RangeError(`the partitioner chose ${chosen} for ${topic}, which has ${count} partitions`);
      return toPartition(chosen);
    }
    if (origin === null) return null;
    return run.partitionCount(origin.topic) === run.partitionCount(topic) ? origin.partition : null;
  }

  private write(
    serde: Serde<unknown>,
    topic: string,
    isKey: boolean,
    record: FlowRecord,
    pass: RecordPass,
  ): Serialized {
    const data = isKey ? record.key : record.value;
    try {
      return checkSerialized(serde.serialize(data, new OutputContext(record, topic, isKey)));
    } catch (error) {
      const what = `the ${isKey ? 'key' : 'value'} for ${topic}, made from ${pass.place}, could not be written`;
      throw asSerdeFailure(error, 'serialization', what);
    }
  }
}

const isSameBytes = (a: Buffer | null, b: Buffer | null): boolean =>
  a === b || (a !== null && b !== null && a.equals(b));
