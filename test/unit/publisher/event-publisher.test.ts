import { expect } from 'chai';
import type { AcknowledgedProducer } from '../../../src/ports/producer.js';
import {
  EventPublisher,
  InvalidEventError,
  PublisherClosedError,
  PublisherFullError,
  type EventFormat,
} from '../../../src/publisher/event-publisher.js';
import type { ProducedRecord } from '../../../src/record/record.js';

interface Greeting {
  readonly to: string;
  readonly text: string;
}

const format: EventFormat<Greeting> = {
  violation: ({ text }) => (text === '' ? '/text minLength' : undefined),
  key: ({ to }) => Buffer.from(to),
  value: (event) => Buffer.from(JSON.stringify(event)),
  headers: () => [{ name: 'ce_type', value: 'greeting' }],
};

/** Acknowledges when the test says so. */
class HeldProducer implements AcknowledgedProducer {
  readonly batches: (readonly ProducedRecord[])[] = [];
  readonly #held: { resolve(): void; reject(error: Error): void }[] = [];
  closed = 0;

  connect(): Promise<void> {
    return Promise.resolve();
  }

  send(records: readonly ProducedRecord[]): Promise<void> {
    this.batches.push(records);
    return new Promise((resolve, reject) => this.#held.push({ resolve, reject }));
  }

  close(): Promise<void> {
    this.closed += 1;
    return Promise.resolve();
  }

  acknowledge(): void {
    this.#held.shift()?.resolve();
  }

  fail(error: Error): void {
    this.#held.shift()?.reject(error);
  }

  texts(): string[][] {
    return this.batches.map((batch) =>
      batch.map(({ value }) => (JSON.parse(value?.toString() ?? '') as Greeting).text),
    );
  }
}

const tick = (): Promise<void> => new Promise((done) => setImmediate(done));
const failureOf = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('event publisher', () => {
  let producer: HeldProducer;
  let publisher: EventPublisher<Greeting>;
  const greet = (text: string): Promise<void> => publisher.publish({ to: 'ada', text });

  beforeEach(() => {
    producer = new HeldProducer();
    publisher = new EventPublisher({ producer, topic: 'greetings', format, maxQueued: 3 });
  });

  it('writes key, value and headers as the format says, and leaves the partition to the client', async () => {
    const published = greet('hello');
    await tick();
    expect(producer.batches).to.deep.equal([
      [
        {
          topic: 'greetings',
          partition: null,
          key: Buffer.from('ada'),
          value: Buffer.from('{"to":"ada","text":"hello"}'),
          headers: [{ name: 'ce_type', value: 'greeting' }],
        },
      ],
    ]);
    producer.acknowledge();
    await published;
  });

  it('resolves when the event is acknowledged and not before', async () => {
    let done = false;
    const published = greet('hello').then(() => {
      done = true;
    });
    await tick();
    await tick();
    expect(done).to.equal(false);
    producer.acknowledge();
    await published;
    expect(done).to.equal(true);
  });

  it('sends what was published in one tick as one batch, in order, and the next batch after its acknowledgement', async () => {
    const first = [greet('1'), greet('2')];
    await tick();
    const second = greet('3');
    await tick();
    expect(producer.texts()).to.deep.equal([['1', '2']]);
    producer.acknowledge();
    await Promise.all(first);
    await tick();
    expect(producer.texts()).to.deep.equal([['1', '2'], ['3']]);
    producer.acknowledge();
    await second;
  });

  it('refuses an event that its format refuses, by rule, and sends nothing', async () => {
    const error = await failureOf(greet(''));
    expect(error).to.be.instanceOf(InvalidEventError);
    expect((error as Error).message).to.equal('the event does not fit its schema: /text minLength');
    await tick();
    expect(producer.batches).to.deep.equal([]);
  });

  it('rejects when the format throws, and goes on', async () => {
    const broken = new EventPublisher<Greeting>({
      producer,
      topic: 't',
      format: {
        ...format,
        value: () => {
          throw new TypeError('no value');
        },
      },
    });
    expect(await failureOf(broken.publish({ to: 'a', text: 'b' }))).to.be.instanceOf(TypeError);
  });

  it('rejects every event of a batch that failed, and sends the next one', async () => {
    const failure = new Error('not acknowledged');
    const failed = [failureOf(greet('1')), failureOf(greet('2'))];
    await tick();
    const next = greet('3');
    producer.fail(failure);
    expect(await Promise.all(failed)).to.deep.equal([failure, failure]);
    await tick();
    producer.acknowledge();
    await next;
    expect(producer.texts()).to.deep.equal([['1', '2'], ['3']]);
  });

  it('holds a bounded number of events, those under way included, and takes more once some are acknowledged', async () => {
    const held = [greet('1'), greet('2')];
    await tick();
    held.push(greet('3'));
    expect(await failureOf(greet('4'))).to.be.instanceOf(PublisherFullError);
    producer.acknowledge();
    await tick();
    const more = greet('5');
    await tick();
    producer.acknowledge();
    await tick();
    producer.acknowledge();
    await Promise.all([...held, more]);
    expect(producer.texts().flat()).to.deep.equal(['1', '2', '3', '5']);
  });

  it('closes after what it took is acknowledged, once, and takes nothing more', async () => {
    const taken = greet('1');
    const closing = publisher.close();
    expect(publisher.close()).to.equal(closing);
    expect(await failureOf(greet('2'))).to.be.instanceOf(PublisherClosedError);
    await tick();
    expect(producer.closed).to.equal(0);
    producer.acknowledge();
    await taken;
    await closing;
    expect(producer.closed).to.equal(1);
    expect(producer.texts()).to.deep.equal([['1']]);
  });

  it('closes at once when nothing waits', async () => {
    await publisher.close();
    expect(producer.closed).to.equal(1);
  });

  it('closes also when what waited has failed', async () => {
    const failed = failureOf(greet('1'));
    await tick();
    const closing = publisher.close();
    producer.fail(new Error('down'));
    await failed;
    await closing;
    expect(producer.closed).to.equal(1);
  });
});
