import { expect } from 'chai';
import fc from 'fast-check';
import {
  deadLetterRecord,
  headerSafe,
  MAX_ERROR_TEXT,
  type DeadLetterFailure,
} from '../../../src/record/dead-letter.js';
import { decodeHeaders } from '../../../src/record/headers.js';
import { asProcessingFailure, NotRetryableError, RetryableError } from '../../../src/record/record-error.js';
import type { ConsumedRecord, ProducedRecord } from '../../../src/record/record.js';
import { epochMs, offset, partition } from '../../../src/record/units.js';

const record: ConsumedRecord = {
  topic: 'user.events',
  partition: partition(2),
  offset: offset(41),
  timestamp: epochMs(1_770_091_506_789),
  key: Buffer.from([0xff, 0, 1]),
  value: Buffer.from('{"email":"someone@example.org"}'),
  headers: [
    { name: '__TypeId__', value: Buffer.from('com.x.UserAuthEvent') },
    { name: 'bin', value: Buffer.from([0xff, 0xfe]) },
    { name: '__streams.errors.topic', value: Buffer.from('upstream') },
  ],
};

const failure: DeadLetterFailure = {
  error: new NotRetryableError('schema-violation', '/email format'),
  attempts: 1,
  firstFailureAt: epochMs(1_770_091_600_000),
};

const kafkaStreams = { topic: 'g.user.events.dlq', profile: 'kafka-streams', groupId: 'g' } as const;
const spring = { topic: 'g.user.events.dlq', profile: 'spring', groupId: 'g' } as const;

const named = (of: ProducedRecord): Record<string, string> =>
  Object.fromEntries(of.headers.map(({ name, value }) => [name, value]));

describe('dead letter', () => {
  it('keeps the key and value bytes and the partition number, and has no time of its own', () => {
    const letter = deadLetterRecord(record, failure, kafkaStreams);
    expect(letter.key).to.equal(record.key);
    expect(letter.value).to.equal(record.value);
    expect(letter.partition).to.equal(2);
    expect(letter.topic).to.equal('g.user.events.dlq');
    expect(letter.timestamp).to.equal(undefined);
  });

  it('names the failure as KIP-1034 does, and as this project does', () => {
    expect(named(deadLetterRecord(record, failure, kafkaStreams))).to.deep.equal({
      __TypeId__: 'com.x.UserAuthEvent',
      'x-lanes-binary-headers': '[[1,"bin","//4="],[2,"__streams.errors.topic","dXBzdHJlYW0="]]',
      '__streams.errors.exception': 'NotRetryableError',
      '__streams.errors.message': '/email format',
      '__streams.errors.topic': 'user.events',
      '__streams.errors.partition': '2',
      '__streams.errors.offset': '41',
      'x-lanes-id': 'user.events-2-41',
      'x-lanes-attempts': '1',
      'x-lanes-first-failure': '2026-02-03T04:06:40.000Z',
      'x-lanes-reason': 'schema-violation',
      'x-lanes-class': 'not-retryable',
      'x-lanes-timestamp': '1770091506789',
    });
  });

  it('names the failure as Spring does, with its numbers as decimal text', () => {
    const error = new RetryableError('directory', 'answered 503', { cause: new TypeError('fetch failed') });
    const letter = deadLetterRecord(
      record,
      { ...failure, error, attempts: 5, reason: 'retries-exhausted' },
      spring,
    );
    expect(named(letter)).to.include({
      'kafka_dlt-exception-fqcn': 'RetryableError',
      'kafka_dlt-exception-cause-fqcn': 'TypeError',
      'kafka_dlt-exception-message': 'answered 503',
      'kafka_dlt-original-topic': 'user.events',
      'kafka_dlt-original-partition': '2',
      'kafka_dlt-original-offset': '41',
      'kafka_dlt-original-timestamp': '1770091506789',
      'kafka_dlt-original-consumer-group': 'g',
      'x-lanes-attempts': '5',
      'x-lanes-reason': 'retries-exhausted',
      'x-lanes-class': 'retryable',
    });
    expect(named(letter)).not.to.have.property('__streams.errors.exception');
  });

  it('gives the original headers back, whichever profile was used', () => {
    for (const options of [kafkaStreams, spring]) {
      const letter = deadLetterRecord(record, failure, options);
      const read = letter.headers.map(({ name, value }) => ({ name, value: Buffer.from(value) }));
      expect(decodeHeaders(read)).to.deep.equal(record.headers);
    }
  });

  it('takes a record without key, value and headers', () => {
    const letter = deadLetterRecord(
      { ...record, key: null, value: null, headers: [] },
      failure,
      kafkaStreams,
    );
    expect(letter.key).to.equal(null);
    expect(letter.value).to.equal(null);
    expect(letter.headers).to.have.lengthOf(11);
  });

  it('withholds the text of a parser, which quotes the record', () => {
    const parse = (): unknown => JSON.parse('{"email": someone@example.org}');
    let thrown: unknown;
    try {
      parse();
    } catch (error) {
      thrown = error;
    }
    const letter = deadLetterRecord(record, { ...failure, error: asProcessingFailure(thrown) }, kafkaStreams);
    for (const { name, value } of letter.headers) expect(value, name).not.to.contain('someone');
  });

  it('writes one printable, bounded line, whatever the error says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (text) => {
        const safe = headerSafe(text);
        expect(safe.length).to.be.at.most(MAX_ERROR_TEXT);
        expect(Buffer.from(safe).toString()).to.equal(safe);
        expect(safe).not.to.match(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
      }),
    );
  });

  it('never cuts a character in half', () => {
    const safe = headerSafe('🙂'.repeat(600));
    expect(safe.endsWith('…')).to.equal(true);
    expect(Buffer.from(safe).toString()).to.equal(safe);
    expect(headerSafe('x'.repeat(MAX_ERROR_TEXT))).to.equal('x'.repeat(MAX_ERROR_TEXT));
    expect(headerSafe(`a\ud83d${'x'.repeat(10)}`)).to.equal(`a\ufffd${'x'.repeat(10)}`);
  });

  it('of a parked head is marked as a notice, of a skipped one as the end of its notice', () => {
    const marked = (mark: DeadLetterFailure['mark']): Record<string, string> =>
      named(deadLetterRecord(record, { ...failure, ...(mark === undefined ? {} : { mark }) }, kafkaStreams));
    expect(marked({ state: 'parked' })).to.include({ 'x-lanes-state': 'parked' });
    expect(marked({ state: 'skipped', notice: 7 })).to.include({
      'x-lanes-state': 'skipped',
      'x-lanes-notice': '7',
    });
    expect(marked({ state: 'skipped', notice: null })).not.to.have.property('x-lanes-notice');
    expect(marked({ cause: 'user.events-2-40' })).to.include({ 'x-lanes-cause': 'user.events-2-40' });
    expect(marked(undefined)).not.to.have.property('x-lanes-state');
  });
});
