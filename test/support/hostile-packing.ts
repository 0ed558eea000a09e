/** Records that a packing could get wrong, the same for the same seed: for the packed binding's test. */
import fc from 'fast-check';
import type { ProducedRecord } from '../../src/record/record.js';
import { epochMs, partition } from '../../src/record/units.js';
import type { RawRecord } from './record-tool.js';

export const PARTITIONS = 3;
/** Of a case, from the environment when a run is to be repeated. */
export const packingSeed = (): number => Number(process.env['PACKING_SEED'] ?? Date.now() % 1_000_000);

const LARGE = 900_000;
const names = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('a', 'ce_id', '__TypeId__', '__proto__', 'constructor') },
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
  // Kafka's own clients allow it.
  fc.constant(''),
);
const size = fc.oneof(
  { weight: 20, arbitrary: fc.nat(200) },
  fc.constantFrom(0, 1, 7, 8, 65_535, 65_536, 65_537),
);
const someBytes = fc
  .tuple(size, fc.nat(255))
  .map(([length, from]) => Buffer.from(Array.from({ length }, (_, i) => from + i * 7)));
const bytes = fc.oneof({ weight: 6, arbitrary: someBytes }, fc.constant(null), fc.constant(Buffer.alloc(0)));

const lists = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.oneof({ weight: 10, arbitrary: fc.array(one, { maxLength: 9 }) }, fc.array(one, { maxLength: 300 }));

const raw: fc.Arbitrary<RawRecord> = fc.record({
  key: bytes,
  value: bytes,
  headers: lists(fc.record({ name: names, value: bytes })),
});

const texts = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom('', '\u0000', 'a\u0000b', 'ä', '𝄞', 'x'.repeat(70_000)),
);
const shared = [
  { name: 'ce_type', value: 'system.audit' },
  { name: 'ce_type', value: 'other' },
  { name: '__proto__', value: 'ä' },
  { name: 'empty', value: '' },
];
const produced = (topic: string): fc.Arbitrary<ProducedRecord> =>
  fc
    .record({
      partition: fc.nat(PARTITIONS - 1).map(partition),
      key: bytes,
      value: bytes,
      headers: lists(
        fc.oneof(
          { weight: 3, arbitrary: fc.constantFrom(...shared) },
          fc.record({ name: names, value: texts }),
        ),
      ),
      timestamp: fc.option(fc.integer({ min: 1_600_000_000_000, max: 1_750_000_000_000 }).map(epochMs)),
    })
    .map(({ timestamp, ...rest }) => ({ topic, ...rest, ...(timestamp === null ? {} : { timestamp }) }));

/** What a JVM writes: binary and absent header values too. */
export const rawRecords = (seed: number, count: number): RawRecord[] => [
  ...fc.sample(raw, { seed, numRuns: count }),
  { key: Buffer.alloc(LARGE, 1), value: null, headers: [] },
  { key: null, value: Buffer.alloc(LARGE, 2), headers: [{ name: 'large', value: Buffer.alloc(50_000, 3) }] },
];

/** What the engine writes: headers are text. */
export const producedRecords = (seed: number, topic: string, count: number): ProducedRecord[] => [
  ...fc.sample(produced(topic), { seed, numRuns: count }),
  { topic, partition: partition(0), key: null, value: Buffer.alloc(LARGE, 4), headers: shared },
  { topic, partition: partition(0), key: Buffer.alloc(LARGE, 5), value: Buffer.from('v'), headers: shared },
];
