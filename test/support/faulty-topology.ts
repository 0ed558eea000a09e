/**
 * A topology whose records say what is to go wrong with them, and a client that does not do all that it is told:
 * for tests of what the probes say. Values are `<what>:<number>`; the output of every record that succeeds is its value.
 */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import rdkafka from 'node-rdkafka';
import type { Settings } from '../../config/schema.js';
import {
  Consumed,
  Produced,
  RetryableError,
  Serdes,
  StreamsBuilder,
  type Topology,
} from '../../src/index.js';

export type FaultyRecord = 'fine' | 'fails' | 'loops' | 'is-slow' | 'never-ends';

const SLOW_MS = 700;

const work = (value: string): string | Promise<string> => {
  const [what] = value.split(':') as [FaultyRecord];
  switch (what) {
    case 'fine':
      return value;
    case 'fails':
      throw new RetryableError('planned', 'it is to fail');
    case 'loops':
      for (;;);
    case 'is-slow':
      return sleep(SLOW_MS).then(() => value);
    case 'never-ends':
      return new Promise(() => undefined);
  }
};

export const faulty = ({ topics }: Settings): Topology => {
  const builder = new StreamsBuilder();
  const strings = Consumed.with(Serdes.string(), Serdes.string()).withName('in');
  builder
    .stream(topics.source[0] ?? '', strings)
    .mapValues(work)
    .to(topics.audit, Produced.with(Serdes.string(), Serdes.string()));
  return builder.build();
};

/** Partition `number` is never resumed: the client reads the others, and says nothing of it. */
export const neverResume = (number: number): void => {
  const { prototype } = rdkafka.KafkaConsumer;
  const { resume } = prototype;
  prototype.resume = function (
    this: InstanceType<typeof rdkafka.KafkaConsumer>,
    partitions: Parameters<typeof resume>[0],
  ) {
    resume.call(
      this,
      partitions.filter((of) => of.partition !== number),
    );
  } as typeof resume;
};

/** Commits that begin while there is a file of that name are never answered. */
export const hangCommitsWhile = (file: string): void => {
  const { prototype } = rdkafka.Producer;
  const { commitTransaction } = prototype;
  prototype.commitTransaction = function (
    this: InstanceType<typeof rdkafka.Producer>,
    ...args: Parameters<typeof commitTransaction>
  ) {
    if (!existsSync(file)) commitTransaction.call(this, ...args);
  } as typeof commitTransaction;
};
