/** Where the lanes and the dead letters of one sub-topology are: the names of its topics. Pure. */
import { commandsTopic, deadLetterTopic, laneLogTopic } from '../../record/topic-names.js';
import { UsageError } from '../exit-code.js';

export interface Site {
  readonly sourceTopics: readonly string[];
  readonly laneLog: string;
  readonly deadLetters: string;
  readonly commands: string;
}

interface Reads {
  readonly sourceName: string;
  readonly sourceTopics: readonly string[];
}

export const sitesOf = (applicationId: string, subtopologies: readonly Reads[]): readonly Site[] =>
  subtopologies.map(({ sourceName, sourceTopics }) => ({
    sourceTopics,
    laneLog: laneLogTopic(applicationId, sourceName),
    deadLetters: deadLetterTopic(applicationId, sourceName),
    commands: commandsTopic(applicationId, sourceName),
  }));

const topicsOf = (sites: readonly Site[]): string =>
  sites.flatMap(({ sourceTopics }) => sourceTopics).join(', ');

/** The sites that read the topic; all of them for null. Throws UsageError. */
export const sitesReading = (sites: readonly Site[], topic: string | null): readonly Site[] => {
  if (topic === null) return sites;
  const found = sites.filter(({ sourceTopics }) => sourceTopics.includes(topic));
  if (found.length > 0) return found;
  throw new UsageError(`--topic is none of the source topics: ${topicsOf(sites)}.`);
};

/** The one site; its topic must be given when there are several. Throws UsageError. */
export const oneSite = (sites: readonly Site[], topic: string | null): Site => {
  const [first, ...others] = sitesReading(sites, topic);
  if (first !== undefined && others.length === 0) return first;
  throw new UsageError(
    `The topology has several dead letter queues: say of which source with --topic: ${topicsOf(sites)}.`,
  );
};
