import { serializedBytes } from '../../../src/record/serde.js';
import { expect } from 'chai';
import fc from 'fast-check';
import { NO_HEADERS, NotRetryableError, type Serde, Serdes, textReaderOf } from '../../../src/index.js';

const AT = { topic: 'in', headers: NO_HEADERS, isKey: false };

const reasonOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof NotRetryableError) return error.reason;
    throw error;
  }
  return 'none';
};

const returns = <T>(serde: Serde<T>, value: T): void => {
  expect(serde.deserialize(serializedBytes(serde.serialize(value, AT)), AT)).to.deep.equal(value);
};

describe('the serdes that come with the engine', function () {
  // Many random values: seconds on a busy machine.
  this.timeout(60_000);

  it('give back what was written', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => returns(Serdes.string(), text)));
    fc.assert(fc.property(fc.uuid(), (id) => returns(Serdes.uuid(), id)));
    // JSON has no negative zero.
    fc.assert(
      fc.property(fc.jsonValue(), (value) => returns(Serdes.json(), JSON.parse(JSON.stringify(value)))),
    );
    fc.assert(
      fc.property(fc.option(fc.uint8Array()), (bytes) =>
        returns(Serdes.bytes(), bytes === null ? null : Buffer.from(bytes)),
      ),
    );
  });

  it('read a text of ASCII as they read its bytes', () => {
    const ascii = fc.oneof(
      fc.string({ unit: 'grapheme-ascii' }),
      fc.jsonValue({ noUnicodeString: true }).map((value) => JSON.stringify(value)),
    );
    const outcome = (act: () => unknown): unknown => {
      try {
        return { value: act() };
      } catch (error) {
        return { reason: (error as NotRetryableError).reason, message: (error as Error).message };
      }
    };
    for (const serde of [Serdes.string(), Serdes.json(), Serdes.nullable(Serdes.json())]) {
      fc.assert(
        fc.property(ascii, (text) => {
          const ofBytes = outcome(() => serde.deserialize(Buffer.from(text), AT));
          expect(outcome(() => textReaderOf<unknown>(serde)?.(text, AT))).to.deep.equal(ofBytes);
        }),
      );
    }
    for (const serde of [Serdes.bytes(), Serdes.nullable(Serdes.long())])
      expect(textReaderOf<unknown>(serde)).to.equal(undefined);
  });

  it('are asked for bytes where another `deserialize` took the place of theirs', () => {
    const loud: Serde<string> = {
      ...Serdes.string(),
      deserialize: (data, context) => Serdes.string().deserialize(data, context).toUpperCase(),
    };
    expect(textReaderOf(loud)).to.equal(undefined);
    const silent: Serde<string> = { ...Serdes.string(), serialize: () => null };
    expect(textReaderOf(silent)).to.be.a('function');
  });

  it('are the same object at every mention', () => {
    for (const name of ['bytes', 'string', 'json', 'uuid'] as const)
      expect(Serdes[name]()).to.equal(Serdes[name]());
  });

  it('refuse null unless it is asked for', () => {
    for (const serde of [Serdes.string(), Serdes.uuid(), Serdes.json()]) {
      expect(reasonOf(() => serde.deserialize(null, AT))).to.equal('null-value');
      const nullable = Serdes.nullable<unknown>(serde);
      expect(nullable.deserialize(null, AT)).to.equal(null);
      expect(nullable.serialize(null, AT)).to.equal(null);
    }
    returns(Serdes.nullable(Serdes.string()), 'text');
    expect(Serdes.bytes().deserialize(null, AT)).to.equal(null);
  });

  it('refuse bytes that they cannot read, and quote nothing of them', () => {
    const secret = Buffer.from('{"email": "someone@example.com"');
    const notUtf8 = Buffer.from([0xff]);
    expect(reasonOf(() => Serdes.string().deserialize(notUtf8, AT))).to.equal('deserialization');
    expect(reasonOf(() => Serdes.json().deserialize(notUtf8, AT))).to.equal('deserialization');
    expect(reasonOf(() => Serdes.uuid().deserialize(secret, AT))).to.equal('deserialization');
    let failure: unknown;
    try {
      Serdes.json().deserialize(secret, AT);
    } catch (error) {
      failure = error;
    }
    expect(failure).to.be.instanceOf(NotRetryableError);
    expect((failure as Error).message).not.to.include('someone');
    expect((failure as Error).cause).to.equal(undefined);
  });

  it('refuse to write what is no text', () => {
    for (const serde of [Serdes.string(), Serdes.uuid()])
      for (const value of [null, undefined, 5, true, {}, Buffer.from('a')])
        expect(reasonOf(() => serde.serialize(value as never, AT))).to.equal('serialization');
  });

  it('refuse to write what has no JSON form', () => {
    expect(reasonOf(() => Serdes.json().serialize(undefined, AT))).to.equal('serialization');
  });
});
