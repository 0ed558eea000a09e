/**
 * Which of two native bindings this process has: node-rdkafka as it is published, or with the project's patch
 * (patches/README.md), which moves whole batches of records in one call each way. The engine runs on both; this
 * is the only file that knows how to find out, and the types of what the patch adds.
 * Must never use packed methods of another layout than this code was written for.
 */
import { createRequire } from 'node:module';
import type { KafkaConsumer, Producer } from 'node-rdkafka';
import { makeKafkaError } from './errors.js';

export type Binding = 'published' | 'packed';
/** `auto`: packed where it is there. */
export type BindingChoice = 'auto' | Binding;

/** Of src/packed.cc in the patch. */
const LAYOUT = 1;

export interface PackedConsumer {
  /**
   * Waits up to `timeoutMs` for a record or the end of a partition, then takes what is there. An error that comes
   * behind records is kept for the next call. `index` and `bytes` are null when there is nothing in them.
   */
  consumePacked(
    timeoutMs: number,
    max: number,
    done: (
      error: unknown,
      count: number,
      index: Buffer | null,
      bytes: Buffer | null,
      strings: readonly string[],
      /** Three numbers each: index of the topic in `strings`, partition, offset. */
      ends: readonly number[],
    ) => void,
  ): void;
}

export interface PackedProducer {
  /** Enqueues up to the first record that is refused: how many, and why (0: all). */
  producePacked(...records: PackedRecords): [enqueued: number, code: number];
  /** The same on a thread of libuv's: nothing that is given may change before it is done. */
  producePacked(...records: [...PackedRecords, done: (enqueued: number, code: number) => void]): void;
}

type PackedRecords = [
  count: number,
  numbers: Float64Array,
  records: Int32Array,
  headers: Int32Array,
  bytes: Buffer,
  topics: readonly string[],
];

const native = createRequire(import.meta.url)('node-rdkafka/librdkafka.js') as {
  readonly packedLayout?: number;
};

/** What was compiled. */
export const COMPILED_BINDING: Binding = native.packedLayout === LAYOUT ? 'packed' : 'published';

/** What is used; throws a KafkaError of kind `unusable` for one that is not there. */
export const chooseBinding = (choice: BindingChoice = 'auto'): Binding => {
  if (choice === 'auto') return COMPILED_BINDING;
  if (choice === 'published' || COMPILED_BINDING === 'packed') return choice;
  const found = native.packedLayout;
  const why =
    found === undefined
      ? 'KAFKA_BINDING is "packed", but node-rdkafka was compiled as it is published. ' +
        'Run `node tools/binding.mjs`, which applies the patch, or set "auto"'
      : `KAFKA_BINDING is "packed", but the compiled binding has layout ${found} and this code needs ${LAYOUT}. ` +
        'Run `node tools/binding.mjs`, which compiles it anew, or set "auto"';
  throw makeKafkaError('configure', 'binding', 'unusable', -165, why);
};

export const packedConsumer = (client: KafkaConsumer): PackedConsumer => client.getClient() as PackedConsumer;
export const packedProducer = (client: Producer): PackedProducer => client.getClient() as PackedProducer;
