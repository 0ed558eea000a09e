import { expect } from 'chai';
import fc from 'fast-check';
import type { Command } from '../../../src/lanes/command.js';
import { decodeCommand, encodeCommand, isCommandOutcome } from '../../../src/lanes/command.js';
import { encodeRecord } from '../../../src/lanes/record-codec.js';
import { bytesOrNull, count, record } from '../support/lane-arbitraries.js';
import { consumed } from '../support/records.js';

const text = fc.string({ unit: 'binary' });

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('release', 'skip'),
    key: bytesOrNull,
    head: text,
    deadLetter: fc.option(count, { nil: null }),
    by: text,
  }),
  fc
    .record({ deadLetter: count, record, by: text })
    .map((given) => ({ kind: 'redrive' as const, key: given.record.key, ...given })),
  fc.record({ kind: fc.constant('dismiss'), key: bytesOrNull, deadLetter: count, why: text, by: text }),
);

const REDRIVE: Command = {
  kind: 'redrive',
  key: Buffer.from('k'),
  deadLetter: 9,
  record: { ...consumed(7), headers: [{ name: 'a', value: Buffer.from([0xff]) }] },
  by: 'ann',
};

const json = (of: Command): Record<string, unknown> =>
  JSON.parse(encodeCommand(of).toString()) as Record<string, unknown>;
const decoded = (value: unknown): Command | string => decodeCommand(Buffer.from(JSON.stringify(value)));
const withRecord = (fields: Record<string, unknown>): unknown => {
  const written = json(REDRIVE);
  return { ...written, record: { ...(written['record'] as object), ...fields } };
};

describe('a command', () => {
  it('as a law: is read as it was written, to the last byte of a redriven record', () => {
    fc.assert(
      fc.property(command, (given) => {
        expect(decodeCommand(encodeCommand(given))).to.deep.equal(given);
      }),
      { numRuns: 500 },
    );
  });

  it('is written as the specification says', () => {
    const release: Command = { kind: 'release', key: null, head: 'a-0-7', deadLetter: 3, by: 'ann' };
    expect(json(release)).to.deep.equal({
      v: 1,
      command: 'release',
      head: 'a-0-7',
      key: null,
      deadLetter: 3,
      by: 'ann',
    });
    expect(json(REDRIVE)).to.deep.equal({
      v: 1,
      command: 'redrive',
      deadLetter: 9,
      key: 'aw==',
      by: 'ann',
      record: {
        topic: 'user.events',
        partition: 0,
        offset: 7,
        timestamp: 1_770_000_000_007,
        key: 'aw==',
        value: 'djc=',
        headers: [['a', '/w==']],
      },
    });
    expect(
      json({ kind: 'dismiss', key: Buffer.from('k'), deadLetter: 3, why: 'a test', by: '' }),
    ).to.deep.equal({
      v: 1,
      command: 'dismiss',
      key: 'aw==',
      deadLetter: 3,
      why: 'a test',
      by: '',
    });
  });

  it('may leave out who gave it, and why', () => {
    expect(decoded({ v: 1, command: 'skip', head: 'a-0-1', key: null })).to.deep.equal({
      kind: 'skip',
      head: 'a-0-1',
      key: null,
      deadLetter: null,
      by: '',
    });
  });

  it('as a law: no bytes whatever throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(decodeCommand(Buffer.from(bytes))).to.be.a('string');
      }),
    );
    expect(decodeCommand(null)).to.be.a('string');
  });

  it('as a law: no JSON whatever throws', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(decoded(value)).to.be.a('string');
      }),
      { numRuns: 500 },
    );
  });

  it('as a law: with any JSON in place of any field it is refused, or is whole and can be written to the lane log', () => {
    const written = json(REDRIVE);
    const where = fc.constantFrom(...Object.keys(written), ...Object.keys(written['record'] as object));
    fc.assert(
      fc.property(
        command,
        where,
        fc.oneof(fc.jsonValue(), fc.double(), fc.bigInt().map(Number)),
        (of, field, value) => {
          const given = json(of);
          for (const changed of [{ ...given, [field]: value }, withRecord({ [field]: value })]) {
            const read = decoded(changed);
            if (typeof read === 'string') continue;
            expect(decodeCommand(encodeCommand(read))).to.deep.equal(read);
            if (read.kind === 'redrive') encodeRecord(read.record);
          }
        },
      ),
      { numRuns: 700 },
    );
  });

  it('is refused, and says why, when it is not one', () => {
    const cases: readonly [unknown, string][] = [
      [null, 'version'],
      [[], 'version'],
      ['x', 'version'],
      [{ v: 2, command: 'skip' }, 'version'],
      [{ v: 1, command: 'skip', key: 7, head: 'a' }, 'base64'],
      [{ v: 1, command: 'skip', key: 'a b', head: 'a' }, 'base64'],
      [{ v: 1, command: 'skip', head: 'a' }, 'base64'],
      [{ v: 1, command: 'skip', key: null }, 'head'],
      [{ v: 1, command: 'dismiss', key: null, deadLetter: -1 }, 'dead letter'],
      [{ v: 1, command: 'park', key: null, deadLetter: 1 }, 'kind'],
      [{ v: 1, command: 'redrive', key: null, deadLetter: 1, record: null }, 'kind'],
      [withRecord({ partition: -1 }), 'place'],
      [withRecord({ offset: 1.5 }), 'place'],
      [withRecord({ topic: 1 }), 'place'],
      [withRecord({ timestamp: 'now' }), 'timestamp'],
      [withRecord({ value: '%' }), 'base64'],
      [withRecord({ headers: [['a']] }), 'headers'],
      [withRecord({ headers: {} }), 'headers'],
    ];
    for (const [given, why] of cases) expect(decoded(given), JSON.stringify(given)).to.include(why);
  });

  it('is refused when its base64 is cut: other bytes than the operator saw must not be redriven', () => {
    for (const value of ['djc', 'd', 'djc=djc=', 'dje='])
      if (Buffer.from(value, 'base64').toString('base64') !== value)
        expect(decoded(withRecord({ value })), value).to.be.a('string');
    expect(decoded({ ...json(REDRIVE), key: 'a' })).to.be.a('string');
  });

  it('is refused when its record has a partition that no topic has', () => {
    expect(decoded(withRecord({ partition: 5_000_000_000 }))).to.be.a('string');
  });

  it('is refused when the record to redrive has another key than the lane that it names', () => {
    expect(decoded({ ...json(REDRIVE), key: 'b3RoZXI=' })).to.be.a('string');
    expect(decoded({ ...json(REDRIVE), key: null })).to.be.a('string');
    expect(decoded({ ...json(REDRIVE), key: '' })).to.be.a('string');
  });

  it('is refused without trouble when it is nested a million deep', () => {
    expect(decodeCommand(Buffer.from('['.repeat(1_000_000)))).to.be.a('string');
    expect(decodeCommand(Buffer.from(`${'['.repeat(500_000)}${']'.repeat(500_000)}`))).to.be.a('string');
  });
});

describe('isCommandOutcome', () => {
  const whole = { command: 'skip', outcome: 'done', why: '', deadLetter: null, askedAt: 1, at: 1 };

  it('knows a whole one', () => {
    expect(isCommandOutcome(whole)).to.equal(true);
    expect(isCommandOutcome({ ...whole, command: 'redrive', outcome: 'refused', deadLetter: 4 })).to.equal(
      true,
    );
  });

  it('refuses one with any field missing or of no known kind', () => {
    for (const field of Object.keys(whole)) {
      expect(isCommandOutcome({ ...whole, [field]: undefined }), field).to.equal(false);
      expect(isCommandOutcome({ ...whole, [field]: {} }), field).to.equal(false);
    }
    expect(isCommandOutcome({ ...whole, outcome: 'perhaps' })).to.equal(false);
  });
});
