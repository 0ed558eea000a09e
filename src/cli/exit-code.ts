/** How a command ends, as scripts see it, and the errors that mean one of these ends. */
import { ConfigError } from '../../config/config-error.js';
import { TopologyError } from '../dsl/graph/topology-error.js';
import { isKafkaError } from '../ports/kafka-error.js';
import { TopicsUnusable } from '../topics/topic-setup.js';

export const EXIT = {
  done: 0,
  /** Nothing was done of what was asked, or not all of it: ignored, refused, not found, not in time. */
  failed: 1,
  /** The command line or a setting. */
  usage: 2,
  /** Brokers or the service do not answer, or a topic is not there. */
  unusable: 3,
} as const satisfies Record<string, number>;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What was asked cannot be meant; the message says what can. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What was asked cannot be done as things are; the message says why, and what now. */
export class Unfulfilled extends Error {
  override readonly name = 'Unfulfilled';
}

/** A topic of the application is not there. */
export class TopicMissing extends Error {
  override readonly name = 'TopicMissing';
}

/** The service does not answer, or not as one does. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

export const exitCodeOf = (error: unknown): ExitCode => {
  if (error instanceof UsageError || error instanceof ConfigError || error instanceof TopologyError)
    return EXIT.usage;
  const isUnusable =
    error instanceof TopicMissing ||
    error instanceof TopicsUnusable ||
    error instanceof Unreachable ||
    isKafkaError(error);
  return isUnusable ? EXIT.unusable : EXIT.failed;
};
