import { expect } from 'chai';
import type { Message } from 'node-rdkafka';
import { EMPTY_BATCH, MessageBatch } from '../../../src/kafka/message-batch.js';

const message = (over: Partial<Message>): Message => ({
  topic: 't',
  partition: 1,
  offset: 7,
  timestamp: 1000,
  key: Buffer.from('k'),
  value: Buffer.from('v'),
  size: 1,
  ...over,
});

describe('a batch of messages', () => {
  it('is read by index', () => {
    const batch = new MessageBatch([message({}), message({ offset: 8, key: null, value: null })]);
    expect(batch).to.have.length(2);
    expect([batch.topic(0), batch.partition(0), batch.offset(0), batch.timestamp(0)]).to.deep.equal([
      't',
      1,
      7,
      1000,
    ]);
    expect(batch.key(0)?.toString()).to.equal('k');
    expect([batch.offset(1), batch.key(1), batch.value(1)]).to.deep.equal([8, null, null]);
    expect([batch.bytes(0), batch.bytes(1)]).to.deep.equal([2, 0]);
    expect(() => batch.offset(2)).to.throw(RangeError);
  });

  it('headers keep their order and repeated names', () => {
    const headers = [{ b: Buffer.from('1') }, { a: Buffer.from('2') }, { b: Buffer.alloc(0) }];
    const read = new MessageBatch([message({ headers })]).headers(0);
    expect(read.map(({ name, value }) => [name, value?.toString()])).to.deep.equal([
      ['b', '1'],
      ['a', '2'],
      ['b', ''],
    ]);
    expect(new MessageBatch([message({})]).headers(0)).to.deep.equal([]);
  });

  it('a header named __proto__ is a header', () => {
    const header: Record<string, Buffer> = {};
    // What node-rdkafka does with it.
    Object.setPrototypeOf(header, Buffer.from('x'));
    const [read] = new MessageBatch([message({ headers: [header] })]).headers(0);
    expect(read?.name).to.equal('__proto__');
    expect(read?.value?.toString()).to.equal('x');
  });

  it('an empty batch has no records and no ends', () => {
    expect(EMPTY_BATCH.length).to.equal(0);
    expect(EMPTY_BATCH.ends).to.deep.equal([]);
  });
});
