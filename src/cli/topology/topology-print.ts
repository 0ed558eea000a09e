/** `topology`: the chosen topology as Kafka Streams describes one, and the topics that it needs. */
import type { ExitCode } from '../exit-code.js';
import { EXIT } from '../exit-code.js';
import { applicationOf } from '../cluster/application.js';
import type { LocalParts } from '../local-parts.js';
import { settingsWithoutBrokers } from '../local-parts.js';
import { printable, shown } from '../terminal/printable.js';
import { tableLines } from '../terminal/text-table.js';
import { expectedTopics } from '../topics/expected-topics.js';
import { expectedColumns, expectedObject } from '../topics/topic-report.js';
import type { TopologyRequest } from './topology-request.js';

/** Throws ConfigError and TopologyError. */
export const topologyPrint = ({ output, sources }: LocalParts, { withTopics }: TopologyRequest): ExitCode => {
  const { settings } = settingsWithoutBrokers(sources);
  const application = applicationOf(settings);
  const topics = withTopics ? expectedTopics(application, new Map()) : [];
  const text = application.topology.describe();
  if (output.isJson) {
    output.json({
      topology: settings.topology,
      description: text,
      ...(withTopics ? { topics: topics.map(expectedObject) } : {}),
    });
    return EXIT.done;
  }
  for (const line of text.trimEnd().split('\n')) output.line(printable(line));
  if (!withTopics) return EXIT.done;
  output.line(shown``);
  for (const line of tableLines(expectedColumns, topics, output.paint, output.width)) output.line(line);
  output.note(shown`Internal topics have as many partitions as their source: told are those of a new one.`);
  return EXIT.done;
};
