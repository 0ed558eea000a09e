import { expect } from 'chai';
import { CODES, codeOfText, textOf } from '../../../src/kafka/error-codes.js';
import { OPERATIONS, makeKafkaError, toKafkaError, type Operation } from '../../../src/kafka/errors.js';
import { KafkaError } from '../../../src/ports/kafka-error.js';

const kindOf = (operation: Operation, error: object): string => toKafkaError(operation, 'here', error).kind;

describe('errors of the client library', () => {
  it('the fence of the group is abortable from sendOffsets, whatever flags come with it', () => {
    for (const code of [22, 25, 82, 110, 113]) {
      expect(kindOf('sendOffsets', { code, message: 'x', isFatal: true })).to.equal('abortable');
    }
  });

  it('a static member that was replaced is fenced where it reads', () => {
    expect(kindOf('poll', { code: 82, message: 'x' })).to.equal('fenced');
  });

  it('−172 is decided before the flags, which node-rdkafka leaves unset with it', () => {
    const garbage = { code: -172, message: 'x', isFatal: false, isTxnRequiresAbort: true, isRetriable: true };
    expect(kindOf('commit', garbage)).to.equal('fatal');
    expect(kindOf('begin', garbage)).to.equal('fatal');
  });

  it('−172 from produce means that the transaction has failed, and can be aborted', () => {
    expect(kindOf('produce', { code: -172, message: 'x' })).to.equal('abortable');
  });

  it('a fenced producer is fenced although librdkafka calls it fatal', () => {
    for (const code of [-144, 47, 90]) {
      expect(kindOf('commit', { code, message: 'x', isFatal: true })).to.equal('fenced');
    }
  });

  it('flags decide over the table: fatal, then abortable', () => {
    expect(kindOf('commit', { code: -185, isFatal: true, isTxnRequiresAbort: true })).to.equal('fatal');
    expect(kindOf('commit', { code: -185, isTxnRequiresAbort: true })).to.equal('abortable');
    expect(kindOf('commit', { code: -185, isRetriable: true })).to.equal('retriable');
  });

  it('an abortable error is permanent when its record will be refused again', () => {
    const refused = toKafkaError('sendOffsets', 'here', { code: 10, message: 'x', isTxnRequiresAbort: true });
    expect(refused).to.include({ kind: 'abortable', permanent: true });
    const late = toKafkaError('sendOffsets', 'here', { code: -192, message: 'x', isTxnRequiresAbort: true });
    expect(late).to.include({ kind: 'abortable', permanent: false });
  });

  it('an error without a code is found by librdkafka’s text, with and without its origin', () => {
    expect(codeOfText('Broker: Message size too large')).to.equal(10);
    expect(codeOfText('message size too large')).to.equal(10);
    expect(codeOfText('There are unstable offsets that need to be cleared')).to.equal(88);
    expect(codeOfText('no text of librdkafka')).to.equal(undefined);
    const error = toKafkaError('send', 't-0', Object.assign(new Error('message timed out'), { code: -1 }));
    expect(error).to.include({ kind: 'retriable', code: -192 });
  });

  it('every code of the table is one that librdkafka has a text for', () => {
    for (const code of Object.keys(CODES).map(Number)) {
      expect(textOf(code), `${code}`).to.not.match(/Err-?\d+\?/);
    }
  });

  it('a message says what failed, where, why and what now, in one line', () => {
    const { message } = toKafkaError('createTopic', 'user.events', {
      code: 38,
      message: 'too many replicas',
    });
    expect(message).to.equal(
      'Creating a topic (user.events) failed: too many replicas (code 38): there are fewer brokers than replicas are wanted. Repeating it will not help.',
    );
    for (const operation of Object.keys(OPERATIONS) as Operation[]) {
      const { message: text } = makeKafkaError(operation, 'somewhere', 'retriable', 1, 'why');
      expect(text).to.match(/^.+ \(somewhere\) failed: why\. It may be repeated as it is\.$/);
    }
  });

  it('carries its cause, and no stack of native callbacks', () => {
    const cause = new Error('Broker: Unknown member');
    const error = toKafkaError('poll', 'group g', cause);
    expect(error.cause).to.equal(cause);
    expect(`${error.stack}${cause.stack}`).to.not.match(/^ +at /m);
  });

  it('a KafkaError stays what it is, and anything that is thrown becomes one', () => {
    const error = new KafkaError('fenced', 90, 'x');
    expect(toKafkaError('poll', 'here', error)).to.equal(error);
    expect(toKafkaError('poll', 'here', 'text').message).to.contain('text');
    expect(toKafkaError('poll', 'here', undefined)).to.be.instanceOf(KafkaError);
  });
});
