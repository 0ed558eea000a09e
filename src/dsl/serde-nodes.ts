/**
 * Both ends of a sub-topology, where bytes become values and values bytes.
 * Promises: a key that nobody could change is written with the bytes it was read with, and then stays
 * on its partition number where source and output have equally many partitions.
 */
import { type ConsumedRecord, type Headers, placeOf } from '../record/record.js';
import type { Serde, SerdeContext } from '../record/serde.js';
import type { RecordRun } from './execution.js';
import { FixedKeyRecord } from './record.js';
import { type FlowRecord, type Pending, type RecordPass, RuntimeNode } from './runtime-node.js';
import { asSerdeFailure } from './serde-failure.js';

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
  constructor(
    readonly keySerde: Serde<unknown>,
    private readonly valueSerde: Serde<unknown>,
  ) {
    super();
  }

  start(pass: RecordPass): Pending {
    const { record } = pass.run;
    const key = this.read(this.keySerde, record.key, true, pass.run);
    const value = this.read(this.valueSerde, record.value, false, pass.run);
    return this.process(new FixedKeyRecord(key, value, record.timestamp, record), pass);
  }

  override process(record: FlowRecord, pass: RecordPass): Pending {
    return this.forward(record, pass);
  }

  private read(serde: Serde<unknown>, data: Buffer | null, isKey: boolean, run: RecordRun): unknown {
    try {
      return serde.deserialize(data, new InputContext(run, run.record.topic, isKey));
    } catch (error) {
      const what = `the ${isKey ? 'key' : 'value'} of ${placeOf(run.record)} could not be read`;
      throw asSerdeFailure(error, 'deserialization', what);
    }
  }
}

export class SinkRuntime extends RuntimeNode {
  constructor(
    private readonly topic: string,
    private readonly keySerde: Serde<unknown>,
    private readonly valueSerde: Serde<unknown>,
    /** Whether any node above can forward another key than it was given. */
    private readonly keyMayDiffer: boolean,
  ) {
    super();
  }

  override process(record: FlowRecord, pass: RecordPass): Pending {
    const { run } = pass;
    const from = run.record;
    const key =
      !this.keyMayDiffer && this.keySerde === pass.keySerde
        ? from.key
        : this.write(this.keySerde, record.key, true, record, from);
    const value = this.write(this.valueSerde, record.value, false, record, from);
    const keepsPartition =
      !this.keyMayDiffer &&
      isSameBytes(key, from.key) &&
      run.partitionCount(from.topic) === run.partitionCount(this.topic);
    pass.outputs.push({
      topic: this.topic,
      partition: keepsPartition ? from.partition : null,
      key,
      value,
      headers: record.outputHeaders(),
      timestamp: record.timestamp,
    });
    return undefined;
  }

  private write(
    serde: Serde<unknown>,
    data: unknown,
    isKey: boolean,
    record: FlowRecord,
    from: ConsumedRecord,
  ): Buffer | null {
    try {
      return serde.serialize(data, new OutputContext(record, this.topic, isKey));
    } catch (error) {
      const what = `the ${isKey ? 'key' : 'value'} for ${this.topic}, made from ${placeOf(from)}, could not be written`;
      throw asSerdeFailure(error, 'serialization', what);
    }
  }
}

const isSameBytes = (a: Buffer | null, b: Buffer | null): boolean =>
  a === b || (a !== null && b !== null && a.equals(b));
