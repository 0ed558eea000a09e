import { expect } from 'chai';
import type { AcknowledgedProducer } from '../../../src/ports/producer.js';
import { EventPublisher, type EventFormat } from '../../../src/publisher/event-publisher.js';
import {
  InvalidEventError,
  PublisherClosedError,
  PublisherFullError,
} from '../../../src/publisher/publish-error.js';
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

  it('says when there is room, to one caller after the other, each of whom then can publish', async () => {
    const held = [greet('1'), greet('2'), greet('3')];
    let published = 0;
    const more = Array.from({ length: 5 }, async (_, i) => {
      await publisher.ready();
      const done = greet(`more ${i}`);
      published += 1;
      await done;
    });
    await tick();
    expect([published, publisher.counts.queued]).to.deep.equal([0, 3]);
    // Room for three: three are let in, two wait on.
    producer.acknowledge();
    for (let turns = 0; turns < 10; turns++) await tick();
    expect([published, publisher.counts.queued]).to.deep.equal([3, 3]);
    for (let turns = 0; turns < 40; turns++) {
      producer.acknowledge();
      await tick();
    }
    await Promise.all([...held, ...more]);
    expect(producer.texts().flat()).to.have.lengthOf(8);
    expect(publisher.counts).to.deep.equal({ published: 8, failed: 0, refused: 0, queued: 0 });
  });

  it('lets no two in at once into the same room', async () => {
    const one = new EventPublisher({ producer, topic: 't', format, maxQueued: 1 });
    const taken: Promise<unknown>[] = [];
    const callers = ['1', '2', '3'].map(async (text) => {
      await one.ready();
      taken.push(failureOf(one.publish({ to: 'ada', text })));
    });
    for (const text of ['1', '2', '3']) {
      await tick();
      expect(producer.texts().at(-1)).to.deep.equal([text]);
      producer.acknowledge();
    }
    await Promise.all(callers);
    expect(await Promise.all(taken)).to.deep.equal([undefined, undefined, undefined]);
  });

  it('ignores what onError rejects with, as what it throws', async () => {
    const unheard: unknown[] = [];
    const onUnhandled = (error: unknown): void => void unheard.push(error);
    // Mocha's own would end the run.
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', onUnhandled);
    try {
      const told: string[] = [];
      const onError = (error: Error): Promise<never> => {
        told.push(error.name);
        return Promise.reject(new Error('the log is full'));
      };
      new EventPublisher({ producer, topic: 't', format, onError }).publishAndForget({ to: 'a', text: '' });
      await tick();
      await tick();
      expect([told, unheard]).to.deep.equal([['InvalidEventError'], []]);
    } finally {
      process.removeAllListeners('unhandledRejection');
      for (const other of others) process.on('unhandledRejection', other);
    }
  });

  it('lets nobody wait for room who does not publish', async () => {
    const held = [greet('1'), greet('2'), greet('3')];
    const callers = [publisher.ready(), publisher.ready(), publisher.ready(), publisher.ready()];
    await tick();
    producer.acknowledge();
    await Promise.all([...held, ...callers]);
  });

  it('has room at once when it is not full, and none when it is closed', async () => {
    await publisher.ready();
    const held = [greet('1'), greet('2'), greet('3')];
    const waits = failureOf(publisher.ready());
    await tick();
    const closing = publisher.close();
    expect(await waits).to.be.instanceOf(PublisherClosedError);
    expect(await failureOf(publisher.ready())).to.be.instanceOf(PublisherClosedError);
    producer.acknowledge();
    await Promise.all([...held, closing]);
  });

  it('publishes for who does not wait, tells what failed, and leaves no rejection behind', async () => {
    const told: [string, string][] = [];
    const rejections: unknown[] = [];
    const onRejection = (reason: unknown): void => void rejections.push(reason);
    process.on('unhandledRejection', onRejection);
    try {
      const forgetful = new EventPublisher<Greeting>({
        producer,
        topic: 'greetings',
        format,
        onError: (error, { text }) => {
          told.push([error.name, text]);
          throw new Error('a handler that fails');
        },
      });
      const silent = new EventPublisher<Greeting>({ producer, topic: 'greetings', format });
      forgetful.publishAndForget({ to: 'ada', text: 'hello' });
      forgetful.publishAndForget({ to: 'ada', text: '' });
      silent.publishAndForget({ to: 'ada', text: '' });
      await tick();
      producer.fail(new TypeError('down'));
      for (let turns = 0; turns < 3; turns++) await tick();
      expect(told).to.deep.equal([
        ['InvalidEventError', ''],
        ['TypeError', 'hello'],
      ]);
      expect(forgetful.counts).to.deep.equal({ published: 0, failed: 1, refused: 1, queued: 0 });
      expect(silent.counts.refused).to.equal(1);
      expect(rejections).to.deep.equal([]);
    } finally {
      process.off('unhandledRejection', onRejection);
    }
  });

  it('refuses an event that is too large before it is sent, so that it takes no other with it', async () => {
    const small = new EventPublisher({ producer, topic: 't', format, maxRecordBytes: 500 });
    const good = small.publish({ to: 'ada', text: 'x' });
    const error = await failureOf(small.publish({ to: 'ada', text: 'x'.repeat(500) }));
    expect(error).to.be.instanceOf(InvalidEventError);
    expect((error as Error).message).to.match(/the event has \d+ bytes, the largest record 500/);
    await tick();
    producer.acknowledge();
    await good;
    expect(producer.texts()).to.deep.equal([['x']]);
  });

  it('gives up what is not acknowledged in time when it closes: rejected and counted, and it ends', async () => {
    const hasty = new EventPublisher({ producer, topic: 't', format, closeTimeoutMs: 1 });
    const underWay = failureOf(hasty.publish({ to: 'ada', text: '1' }));
    await tick();
    const waits = failureOf(hasty.publish({ to: 'ada', text: '2' }));
    await hasty.close();
    for (const error of await Promise.all([underWay, waits])) {
      expect(error).to.be.instanceOf(PublisherClosedError);
      expect((error as Error).message).to.include('may have been written');
    }
    expect(producer.closed).to.equal(1);
    // An acknowledgement that comes later changes nothing that was told.
    producer.acknowledge();
    await tick();
    expect(hasty.counts).to.deep.equal({ published: 0, failed: 2, refused: 0, queued: 0 });
    expect(producer.texts()).to.deep.equal([['1']]);
  });

  it('ends its close although the producer does not end', async () => {
    producer.close = () => new Promise(() => undefined);
    const hasty = new EventPublisher({ producer, topic: 't', format, closeTimeoutMs: 1 });
    await hasty.close();
    expect(await failureOf(hasty.publish({ to: 'a', text: 'b' }))).to.be.instanceOf(PublisherClosedError);
  });
});
