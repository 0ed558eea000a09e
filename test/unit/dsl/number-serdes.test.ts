import { expect } from 'chai';
import fc from 'fast-check';
import { NO_HEADERS, NotRetryableError, type Serde, Serdes, WindowedSerdes } from '../../../src/index.js';

const AT = { topic: 'in', headers: NO_HEADERS, isKey: false };

const hexOf = <T>(serde: Serde<T>, value: T): string => serde.serialize(value, AT)?.toString('hex') ?? 'null';

const readOf = <T>(serde: Serde<T>, hex: string): T => serde.deserialize(Buffer.from(hex, 'hex'), AT);

const reasonOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof NotRetryableError) return error.reason;
    throw error;
  }
  return 'none';
};

describe('numbers as bytes', () => {
  /** As Kafka 4.3's own IntegerSerializer, LongSerializer and DoubleSerializer wrote them. */
  const written: readonly (readonly [string, Serde<number>, number, string])[] = [
    ['Integer', Serdes.integer(), 0, '00000000'],
    ['Integer', Serdes.integer(), -2, 'fffffffe'],
    ['Integer', Serdes.integer(), 2147483647, '7fffffff'],
    ['Integer', Serdes.integer(), -2147483648, '80000000'],
    ['Long', Serdes.long(), 1, '0000000000000001'],
    ['Long', Serdes.long(), -1, 'ffffffffffffffff'],
    ['Long', Serdes.long(), 9007199254740991, '001fffffffffffff'],
    ['Long', Serdes.long(), -9007199254740991, 'ffe0000000000001'],
    ['Double', Serdes.double(), 1.5, '3ff8000000000000'],
    ['Double', Serdes.double(), -0.1, 'bfb999999999999a'],
    ['Double', Serdes.double(), Infinity, '7ff0000000000000'],
  ];

  for (const [name, serde, value, hex] of written) {
    it(`Java's ${name} ${value} is ${hex}`, () => {
      expect(hexOf(serde, value)).to.equal(hex);
      expect(readOf(serde, hex)).to.equal(value);
    });
  }

  it('come back as they were', () => {
    fc.assert(fc.property(fc.integer(), (n) => readOf(Serdes.integer(), hexOf(Serdes.integer(), n)) === n));
    fc.assert(
      fc.property(fc.maxSafeInteger(), (n) =>
        Object.is(readOf(Serdes.long(), hexOf(Serdes.long(), n)), n + 0),
      ),
    );
    fc.assert(
      fc.property(fc.double(), (n) => Object.is(readOf(Serdes.double(), hexOf(Serdes.double(), n)), n)),
    );
  });

  it('are refused when they do not fit', () => {
    for (const value of [1.5, NaN, 2 ** 31])
      expect(reasonOf(() => Serdes.integer().serialize(value, AT))).to.equal('serialization');
    for (const value of [1.5, NaN, 2 ** 53])
      expect(reasonOf(() => Serdes.long().serialize(value, AT))).to.equal('serialization');
    expect(reasonOf(() => readOf(Serdes.long(), '0020000000000000'))).to.equal('deserialization');
    for (const serde of [Serdes.integer(), Serdes.long(), Serdes.double()]) {
      expect(reasonOf(() => readOf(serde, '000000'))).to.equal('deserialization');
      expect(reasonOf(() => serde.deserialize(null, AT))).to.equal('null-value');
    }
  });
});

describe('windowed keys as bytes', () => {
  const serde = WindowedSerdes.timeWindowedSerdeFrom(Serdes.string(), 300_000);

  it("are those that Kafka 4.3's TimeWindowedSerializer wrote: the key, then the start", () => {
    const windowed = { key: 'user', window: { start: 1_700_000_100_000, end: 1_700_000_400_000 } };
    expect(hexOf(serde, windowed)).to.equal('757365720000018bcfe6eea0');
    expect(readOf(serde, '757365720000018bcfe6eea0')).to.deep.equal(windowed);
  });

  it('are refused when they are too short, or of no time', () => {
    expect(reasonOf(() => readOf(serde, '00000000000000'))).to.equal('deserialization');
    expect(reasonOf(() => readOf(serde, 'ffffffffffffffff'))).to.equal('deserialization');
    expect(reasonOf(() => serde.deserialize(null, AT))).to.equal('null-value');
  });
});
