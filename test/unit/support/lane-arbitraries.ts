/** Arbitrary records, ids, keys and lane states for the laws of src/lanes: every byte that Kafka can carry. */
import fc from 'fast-check';
import type { Arm } from '../../../src/lanes/arm.js';
import type { LaneKey, LoggedLane } from '../../../src/lanes/lane-log.js';
import type { LaneFailure, LaneState } from '../../../src/lanes/lane-state.js';
import type { RecordId } from '../../../src/lanes/record-id.js';
import { idText } from '../../../src/lanes/record-id.js';
import type { ConsumedRecord, Header } from '../../../src/record/record.js';
import { epochMs, offset, partition } from '../../../src/record/units.js';

export const anyBytes: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  fc.string({ unit: 'grapheme' }).map((text) => Buffer.from(text)),
  fc.constantFrom(Buffer.alloc(0), Buffer.from([0]), Buffer.from([1, 0]), Buffer.from([0xff, 0xfe, 0x80])),
);
export const bytesOrNull: fc.Arbitrary<Buffer | null> = fc.option(anyBytes, { nil: null, freq: 4 });

/** Kafka's topic names: 1 to 249 of these characters. */
export const topic: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('user.events', 'user.events-2', 'a', 'a-0', 'x'.repeat(249)),
  fc.stringMatching(/^[a-zA-Z0-9._-]{1,249}$/),
);
export const count: fc.Arbitrary<number> = fc.oneof(
  fc.nat(20),
  fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  fc.constant(Number.MAX_SAFE_INTEGER),
);
export const partitionNumber: fc.Arbitrary<number> = fc.oneof(fc.nat(5), fc.nat(0x7fff_ffff));

/** Names as a client reads them: well-formed text of any kind. */
export const header: fc.Arbitrary<Header> = fc.record({
  name: fc.oneof(
    fc.constantFrom('', 'a', 'traceparent', 'x-lanes-id', 'x-lanes-arm', '__streams.errors.topic'),
    fc.string({ unit: 'binary', maxLength: 12 }),
  ),
  value: bytesOrNull,
});

/** -1: the broker's "no timestamp"; a producer may write any other 64 bits too, which a client rounds. */
const timestamp: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: 0, max: 4_102_444_800_000 }),
  fc.constantFrom(-1, 0, Number.MAX_SAFE_INTEGER, Number(2n ** 63n - 1n), Number(-(2n ** 63n))),
);

export const record: fc.Arbitrary<ConsumedRecord> = fc.record({
  topic,
  partition: partitionNumber.map(partition),
  offset: count.map(offset),
  timestamp: timestamp.map(epochMs),
  key: bytesOrNull,
  value: bytesOrNull,
  headers: fc.array(header, { maxLength: 5 }),
});

/** Two that say the same are deeply equal. */
const PLAIN = { noNullPrototype: true } as const;

export const sourceIdIn = (number: number): fc.Arbitrary<RecordId> =>
  fc.record({ kind: fc.constant('source'), topic, partition: fc.constant(number), offset: count }, PLAIN);
export const redrivenId: fc.Arbitrary<RecordId> = fc.record(
  { kind: fc.constant('redriven'), partition: partitionNumber, offset: count },
  PLAIN,
);
/** Ids that the lane log of that partition can hold. */
export const recordIdIn = (number: number): fc.Arbitrary<RecordId> =>
  fc.oneof(sourceIdIn(number), redrivenId);

export const laneKeyIn = (number: number): fc.Arbitrary<LaneKey> =>
  fc.oneof(
    anyBytes.map((key) => ({ kind: 'keyed' as const, key })),
    recordIdIn(number).map((id) => ({ kind: 'keyless' as const, record: idText(id) })),
  );

export const arm: fc.Arbitrary<Arm> = fc.record({
  sequence: fc.nat(999_999_999_999_999),
  ordinal: fc.nat(999_999_999),
});

const laneFailure: fc.Arbitrary<LaneFailure> = fc.record({
  reason: fc.oneof(fc.constantFrom('processing', 'attempt-timeout'), fc.string({ unit: 'binary' })),
  name: fc.constantFrom('RetryableError', 'NotRetryableError'),
  message: fc.string({ unit: 'binary' }),
  retryable: fc.boolean(),
});

const instant = fc.integer({ min: 0, max: 4_102_444_800_000 }).map(epochMs);

export const laneState: fc.Arbitrary<LaneState> = fc.record({
  status: fc.constantFrom('retrying', 'parked'),
  attempts: fc.nat(50),
  delayMs: fc.option(fc.nat(1_728_000_000), { nil: null }),
  due: instant,
  firstFailureAt: fc.option(instant, { nil: null }),
  copied: fc.boolean(),
  failure: fc.option(laneFailure, { nil: null }),
});

export const loggedLaneIn = (number: number): fc.Arbitrary<LoggedLane> =>
  fc.record({
    state: laneState,
    head: recordIdIn(number).map(idText),
    arm: fc.option(arm, { nil: null }),
  });

/** Damage to some bytes: cut, lengthened or changed somewhere. */
export const damaged = (bytes: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> =>
  fc.oneof(
    fc.tuple(bytes, fc.nat()).map(([of, at]) => of.subarray(0, of.length === 0 ? 0 : at % of.length)),
    fc.tuple(bytes, anyBytes).map(([of, more]) => Buffer.concat([of, more])),
    fc.tuple(bytes, fc.nat(), fc.nat(255)).map(([of, at, byte]) => {
      const changed = Buffer.from(of);
      if (changed.length > 0) changed[at % changed.length] = byte;
      return changed;
    }),
    fc.uint8Array({ maxLength: 60 }).map((random) => Buffer.from(random)),
  );
