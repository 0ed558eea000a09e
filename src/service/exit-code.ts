/** How the process ends, by what ended it (DESIGN §12): 0 clean, 1 fatal at run time, 2 configuration, 3 topics or brokers unusable at start. */
import { ConfigError } from '../../config/config-error.js';
import { TopologyError } from '../dsl/graph/topology-error.js';
import { HttpListenError } from '../observability/http-server.js';
import { isKafkaError } from '../ports/kafka-error.js';
import { TopicsUnusable } from '../topics/topic-setup.js';

export const EXIT = { clean: 0, failed: 1, configuration: 2, unusable: 3 } as const satisfies Record<
  string,
  number
>;

export const exitCodeOf = (error: unknown): number => {
  if (error instanceof ConfigError || error instanceof TopologyError || error instanceof HttpListenError) {
    return EXIT.configuration;
  }
  return error instanceof TopicsUnusable || isKafkaError(error) ? EXIT.unusable : EXIT.failed;
};
