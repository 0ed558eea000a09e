import { expect } from 'chai';
import fc from 'fast-check';
import { LaneRecord } from '../../../src/lanes/lane-record.js';
import { freshHead } from '../../../src/lanes/lane-state.js';
import type { RetryPlace } from '../../../src/lanes/retry-record.js';
import {
  VALUE_OMITTED,
  originalHeaders,
  retryRecord,
  retryTrigger,
} from '../../../src/lanes/retry-record.js';
import { sourceId } from '../../../src/lanes/record-id.js';
import { HEADER_BUDGET_BYTES, sizeOnWire } from '../../../src/record/record-size.js';
import type { ConsumedRecord, Headers, ProducedRecord } from '../../../src/record/record.js';
import { epochMs, partition } from '../../../src/record/units.js';
import { arm, header, laneState, record } from '../support/lane-arbitraries.js';
import { consumed } from '../support/records.js';

const PLACE: RetryPlace = { topic: 'g.s.retry.5s', partition: partition(4), maxMessageBytes: 1_000_000 };
const ARM = { sequence: 12, ordinal: 3 };
const STATE = {
  ...freshHead(epochMs(1_770_000_005_000)),
  attempts: 2,
  delayMs: 5_000,
  firstFailureAt: epochMs(1_770_000_000_000),
  failure: { reason: 'busy', name: 'RetryableError', message: 'no answer', retryable: true },
};

const made = (of: ConsumedRecord, place = PLACE): ProducedRecord =>
  retryRecord(new LaneRecord(sourceId(of), of), STATE, ARM, place);

/** As a consumer reads it, through a client that writes text and cuts it at a NUL. */
const read = ({ headers }: ProducedRecord): Headers =>
  headers.map(({ name, value }) => ({
    name: name.split('\0')[0] ?? '',
    value: Buffer.from(value.split('\0')[0] ?? ''),
  }));

const headersOf = (of: ProducedRecord): Record<string, string> =>
  Object.fromEntries(of.headers.map(({ name, value }) => [name, value]));

describe('a retry record', () => {
  it('says in its headers what an operator wants to see of the head', () => {
    expect(headersOf(made(consumed(7, { topic: 'user.events', partition: 4 })))).to.deep.equal({
      'x-lanes-id': 'user.events-4-7',
      'x-lanes-attempts': '2',
      'x-lanes-arm': '12.3',
      'x-lanes-due': '2026-02-02T02:40:05.000Z',
      'x-lanes-delay-ms': '5000',
      'x-lanes-first-failure': '2026-02-02T02:40:00.000Z',
      'x-lanes-reason': 'busy',
      'x-lanes-message': 'no answer',
    });
  });

  it('as a law: has key, value and headers of the head, on the partition that it is told (I5)', () => {
    fc.assert(
      fc.property(record, (given) => {
        const retry = made(given);
        expect([retry.topic, retry.partition]).to.deep.equal([PLACE.topic, 4]);
        expect([retry.key, retry.value]).to.deep.equal([given.key, given.value]);
        expect(originalHeaders({ headers: read(retry) })).to.deep.equal(given.headers);
      }),
      { numRuns: 300 },
    );
  });

  it('as a law: is read as the trigger of its head and arm, whatever headers of our names the head had', () => {
    fc.assert(
      fc.property(record, laneState, arm, (given, state, its) => {
        const head = new LaneRecord(sourceId(given), given);
        expect(retryTrigger(read(retryRecord(head, state, its, PLACE)))).to.deep.equal({
          head: head.name,
          arm: its,
        });
      }),
      { numRuns: 300 },
    );
  });

  it('leaves no value out that the topic can hold, and says so when it must', () => {
    const place = { ...PLACE, maxMessageBytes: 1000 };
    const limit = 1000 + HEADER_BUDGET_BYTES;
    const rest = sizeOnWire(made(consumed(7, { value: '' }), place));
    const fits = made(consumed(7, { value: Buffer.alloc(limit - rest) }), place);
    expect([fits.value?.length, headersOf(fits)[VALUE_OMITTED]]).to.deep.equal([limit - rest, undefined]);
    const tooLarge = made(consumed(7, { value: Buffer.alloc(limit - rest + 1) }), place);
    expect([tooLarge.value, headersOf(tooLarge)[VALUE_OMITTED]]).to.deep.equal([null, 'true']);
    expect(tooLarge.key?.toString()).to.equal('k');
  });

  it('keeps the headers of the head where they fit without its value', () => {
    const headers = [{ name: 'traceparent', value: Buffer.from('00-1-2-03') }];
    const given = { ...consumed(7, { value: Buffer.alloc(2_000_000) }), headers };
    const retry = made(given);
    expect(retry.value).to.equal(null);
    expect(originalHeaders({ headers: read(retry) })).to.deep.equal(headers);
  });

  it('as a law: always fits into its topic, and is always a trigger, however large the head is', () => {
    const large = fc.record({
      key: fc.integer({ min: 0, max: 1000 }),
      value: fc.nat(200_000),
      headers: fc.array(fc.tuple(header, fc.nat(30_000)), { maxLength: 5 }),
    });
    fc.assert(
      fc.property(large, ({ key, value, headers }) => {
        const given = {
          ...consumed(7, { key: Buffer.alloc(key), value: Buffer.alloc(value) }),
          headers: headers.map(([{ name }, size]) => ({ name, value: Buffer.alloc(size, 0xff) })),
        };
        const retry = made(given, { ...PLACE, maxMessageBytes: 1000 });
        expect(sizeOnWire(retry)).to.be.at.most(1000 + HEADER_BUDGET_BYTES);
        expect(retryTrigger(read(retry))).to.deep.equal({ head: 'user.events-0-7', arm: ARM });
        expect(retry.value === null).to.equal(headersOf(retry)[VALUE_OMITTED] === 'true');
      }),
    );
  });

  it('has no value of a record that has none, and does not call it omitted', () => {
    const retry = made(consumed(7, { value: null }));
    expect([retry.value, headersOf(retry)[VALUE_OMITTED]]).to.deep.equal([null, undefined]);
  });
});

describe('retryTrigger', () => {
  const named = (name: string, value: string | null) => ({
    name,
    value: value === null ? null : Buffer.from(value),
  });

  it('finds none in a record that is not ours', () => {
    for (const headers of [
      [],
      [named('x-lanes-id', 'a-0-1')],
      [named('x-lanes-arm', '1.0')],
      [named('x-lanes-id', 'a-0-1'), named('x-lanes-arm', 'soon')],
      [named('x-lanes-id', null), named('x-lanes-arm', '1.0')],
      [{ name: 'x-lanes-id', value: Buffer.from([0xff]) }, named('x-lanes-arm', '1.0')],
    ])
      expect(retryTrigger(headers)).to.equal(null);
  });

  it('as a law: throws at no headers whatever', () => {
    fc.assert(
      fc.property(fc.array(header, { maxLength: 6 }), (headers) => {
        retryTrigger(headers);
      }),
    );
  });
});
