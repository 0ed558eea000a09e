/** What the author of a topology needs, and nothing else of the engine. A barrel, as src/testing.ts is, and no other file. */
export { StreamsBuilder } from './dsl/streams-builder.js';
export { KStream } from './dsl/kstream.js';
export type { ForeachAction, Predicate, ValueMapper } from './dsl/kstream.js';
export { Named } from './dsl/named.js';
export { Consumed } from './dsl/consumed.js';
export { Produced } from './dsl/produced.js';
export { Serdes } from './dsl/serdes.js';
export { Topology } from './dsl/topology.js';
export type { Subtopology } from './dsl/topology.js';
export { TopologyError } from './dsl/topology-error.js';
export type {
  FixedKeyProcessor,
  FixedKeyProcessorContext,
  FixedKeyProcessorSupplier,
  ProcessorContext,
  RecordMetadata,
} from './dsl/fixed-key-processor.js';
export type { FixedKeyRecord, HeaderLike } from './dsl/fixed-key-record.js';
export { asProcessingFailure, NotRetryableError, RetryableError } from './record/record-error.js';
export type { FailureReason, ProcessingFailure } from './record/record-error.js';
export type { Deserializer, Serde, SerdeContext, Serializer } from './record/serde.js';
export type { ConsumedRecord, Header, Headers, ProducedHeader, ProducedRecord } from './record/record.js';
export { NO_HEADERS, placeOf } from './record/record.js';
export type { EpochMs, Offset, Partition, TaskId } from './record/units.js';
export { isJsonObject, openEnvelope } from './record/envelope.js';
export type { CloudEventAttributes, Envelope, JsonObject } from './record/envelope.js';
export { eventId, recordName, uuidV5 } from './record/event-id.js';
export { EventTypeResolver, headerText, typeHeaders } from './record/event-type.js';
export type { EventTypeRules, ResolvedType, TypeHeaders } from './record/event-type.js';
export { isCanonicalTimestamp, isoOfEpochMs, isoTimestamp, parseTimestamp } from './record/timestamps.js';
export {
  EventPublisher,
  InvalidEventError,
  PublisherClosedError,
  PublisherFullError,
} from './publisher/event-publisher.js';
export type { EventFormat, EventPublisherOptions } from './publisher/event-publisher.js';
export type { AcknowledgedProducer } from './ports/producer.js';
