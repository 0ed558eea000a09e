/**
 * Names of internal topics (DESIGN §3): `<application id>.<source>.<purpose>`, where `source` is the source
 * topic's name, or the source node's when it reads several.
 */
export const deadLetterTopic = (applicationId: string, source: string): string =>
  `${applicationId}.${source}.dlq`;

/** The changelog of the lanes; it also holds the checkpoint of each task. */
export const laneLogTopic = (applicationId: string, source: string): string =>
  `${applicationId}.${source}.lanes-changelog`;
