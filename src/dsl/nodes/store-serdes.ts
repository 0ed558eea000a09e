/**
 * Between the bytes of a store and the keys and values that the nodes see. For its serdes the store's name is the
 * topic. Bytes that it makes belong to the store, and values that it reads to whoever asked: neither is a view of
 * the other's memory, nor of a batch.
 */
import { NotRetryableError } from '../../record/record-error.js';
import { type Headers, NO_HEADERS } from '../../record/record.js';
import { checkSerialized, serializedBytes, type Serde, type SerdeContext } from '../../record/serde.js';
import type { HeaderSource } from '../record.js';
import { asSerdeFailure } from './serde-failure.js';
import type { StoreSpec } from '../graph/store-spec.js';

/** What is under way, for messages: a RecordPass is one. */
export interface WorkPlace {
  readonly place: string;
}

/** Keeps the headers unbuilt until a serde asks for them. */
class StoreContext implements SerdeContext {
  constructor(
    readonly topic: string,
    readonly isKey: boolean,
    private readonly from: HeaderSource,
  ) {}

  get headers(): Headers {
    return this.from.headers;
  }
}

const NO_SOURCE: HeaderSource = { headers: NO_HEADERS };

export class StoreSerdes {
  readonly store: string;
  private readonly keySerde: Serde<unknown>;
  private readonly valueSerde: Serde<unknown>;
  private readonly keyContext: SerdeContext;
  private readonly valueContext: SerdeContext;

  constructor({ name, keySerde, valueSerde }: StoreSpec) {
    if (keySerde === undefined || valueSerde === undefined) throw new Error(`store ${name} has no serde`);
    this.store = name;
    this.keySerde = keySerde;
    this.valueSerde = valueSerde;
    this.keyContext = new StoreContext(name, true, NO_SOURCE);
    this.valueContext = new StoreContext(name, false, NO_SOURCE);
  }

  /** To look up: it may be a view of what the key holds itself. */
  keyBytes(key: unknown, at: WorkPlace, from = NO_SOURCE): Buffer {
    const bytes = this.write(this.keySerde, key, true, at, from);
    if (bytes !== null) return bytes;
    throw new NotRetryableError(
      'serialization',
      `the key for store ${this.store}, made from ${at.place}, is null`,
    );
  }

  /** To keep. */
  ownKeyBytes(key: unknown, at: WorkPlace, from = NO_SOURCE): Buffer {
    return Buffer.from(this.keyBytes(key, at, from));
  }

  /** To be copied into what is kept: it may be a view. null: it deletes. */
  valueBytes(value: unknown, at: WorkPlace, from = NO_SOURCE): Buffer | null {
    return value === null ? null : this.write(this.valueSerde, value, false, at, from);
  }

  key(bytes: Buffer, at: WorkPlace): unknown {
    return this.read(this.keySerde, bytes, this.keyContext, at);
  }

  value(bytes: Buffer, at: WorkPlace): unknown {
    return this.read(this.valueSerde, bytes, this.valueContext, at);
  }

  private write(
    serde: Serde<unknown>,
    data: unknown,
    isKey: boolean,
    at: WorkPlace,
    from: HeaderSource,
  ): Buffer | null {
    try {
      return serializedBytes(
        checkSerialized(serde.serialize(data, new StoreContext(this.store, isKey, from))),
      );
    } catch (error) {
      const what = `the ${isKey ? 'key' : 'value'} for store ${this.store}, made from ${at.place}, could not be written`;
      throw asSerdeFailure(error, 'serialization', what);
    }
  }

  private read(serde: Serde<unknown>, bytes: Buffer, context: SerdeContext, at: WorkPlace): unknown {
    try {
      const data = serde.deserialize(bytes, context);
      return Buffer.isBuffer(data) ? Buffer.from(data) : data;
    } catch (error) {
      const what = `a ${context.isKey ? 'key' : 'value'} of store ${this.store}, needed for ${at.place}, could not be read`;
      throw asSerdeFailure(error, 'deserialization', what);
    }
  }
}
