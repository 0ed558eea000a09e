/** What the author of a topology needs, and nothing else of the engine. A barrel, as src/testing.ts is, and no other file. */
export { StreamsBuilder } from './dsl/streams-builder.js';
export { KStream } from './dsl/kstream.js';
export { BranchedKStream } from './dsl/branched-kstream.js';
export { KGroupedStream } from './dsl/kgrouped-stream.js';
export { TimeWindowedKStream } from './dsl/time-windowed-kstream.js';
export { KTable } from './dsl/ktable.js';
export type {
  Aggregator,
  ForeachAction,
  Initializer,
  KeyValueMapper,
  Predicate,
  Present,
  Reducer,
  StreamPartitioner,
  TopicNameExtractor,
  ValueJoiner,
  ValueMapper,
} from './dsl/functions.js';
export { Named } from './dsl/named.js';
export { Branched } from './dsl/branched.js';
export { Consumed } from './dsl/consumed.js';
export { Grouped } from './dsl/grouped.js';
export { Joined } from './dsl/joined.js';
export { Materialized } from './dsl/materialized.js';
export { Printed } from './dsl/printed.js';
export { Produced } from './dsl/produced.js';
export { Repartitioned } from './dsl/repartitioned.js';
export { BufferConfig, Suppressed } from './dsl/suppressed.js';
export { TimeWindows } from './dsl/time-windows.js';
export type { Window, Windowed } from './dsl/windowed.js';
export { WindowedSerdes } from './dsl/windowed-serdes.js';
export { StoreBuilder, Stores } from './dsl/stores.js';
export type { KeyValueBytesStoreSupplier } from './dsl/stores.js';
export type { KeyValue, KeyValueStore, ReadOnlyKeyValueStore, StateStore } from './dsl/state-store.js';
export { Serdes } from './dsl/serdes.js';
export { Topology } from './dsl/graph/topology.js';
export type { StateRestoreListener, TopologyConfig } from './dsl/topology-config.js';
export type {
  DeserializationExceptionHandler,
  DeserializationResponse,
  ErrorHandlerContext,
  ErrorHandlerError,
  ProcessingExceptionHandler,
  ProcessingResponse,
  ProductionExceptionHandler,
  ProductionResponse,
  UncaughtExceptionHandler,
} from './dsl/error-handlers.js';
export type { NamedInternalTopic, Subtopology } from './dsl/graph/topology.js';
export { TopologyError } from './dsl/graph/topology-error.js';
export type { RecordContext } from './dsl/graph/topology-node.js';
export type {
  Cancellable,
  FixedKeyProcessor,
  FixedKeyProcessorContext,
  FixedKeyProcessorSupplier,
  ProcessContext,
  Processor,
  ProcessorContext,
  ProcessorSupplier,
  PunctuationContext,
  PunctuationType,
  Punctuator,
  RecordMetadata,
  RecordProcessingContext,
  TaskContext,
} from './dsl/processor.js';
export { Record } from './dsl/record.js';
export type { FixedKeyRecord, HeaderLike } from './dsl/record.js';
export { asProcessingFailure, NotRetryableError, RetryableError } from './record/record-error.js';
export type { FailureReason, ProcessingFailure } from './record/record-error.js';
export type { Deserializer, Serde, SerdeContext, Serialized, Serializer } from './record/serde.js';
export { serializedBytes, textReaderOf, withTextReader } from './record/serde.js';
export type { ConsumedRecord, Header, Headers, ProducedHeader, ProducedRecord } from './record/record.js';
export { NO_HEADERS, placeOf } from './record/record.js';
export type { EpochMs, Offset, Partition, TaskId } from './record/units.js';
export { JsonReader } from './record/json-reader.js';
export { isJsonObject, openEnvelope } from './record/envelope.js';
export type { CloudEventAttributes, Envelope, JsonObject, JsonParser } from './record/envelope.js';
export { eventId, recordName, uuidV5 } from './record/event-id.js';
export { EventTypeResolver, headerText, typeHeaders } from './record/event-type.js';
export type { EventTypeRules, ResolvedType, TypeHeaders } from './record/event-type.js';
export { isCanonicalTimestamp, isoOfEpochMs, isoTimestamp, parseTimestamp } from './record/timestamps.js';
export { EventPublisher } from './publisher/event-publisher.js';
export type { EventFormat, EventPublisherOptions, PublisherCounts } from './publisher/event-publisher.js';
export { InvalidEventError, PublisherClosedError, PublisherFullError } from './publisher/publish-error.js';
export type { AcknowledgedProducer } from './ports/producer.js';
