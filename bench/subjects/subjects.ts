/** All subjects of a machine with so many cores, in the order of the table. */
import { UsageError } from '../options.js';
import { bareLoops } from './bare-loop.js';
import { kafkaStreamsSubject, type StartKafkaStreams } from './kafka-streams.js';
import { services } from './service.js';
import { STREAMS_KINDS, type Subject } from './subject.js';

export const subjectsFor = (
  cores: number,
  kafkaStreams: StartKafkaStreams | undefined,
): readonly Subject[] => [
  ...bareLoops,
  ...services(cores),
  ...(kafkaStreams === undefined
    ? []
    : STREAMS_KINDS.flatMap((kind) =>
        [...new Set([1, cores])].map((threads) => kafkaStreamsSubject(kafkaStreams, kind, threads)),
      )),
];

/** Those of that name; none: all. */
export const chosen = (all: readonly Subject[], names: readonly string[]): readonly Subject[] => {
  const unknown = names.find((name) => !all.some((subject) => subject.name === name));
  if (unknown !== undefined)
    throw new UsageError(
      `there is no subject ${unknown}; there are ${all.map(({ name }) => name).join(', ')}`,
    );
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
};
