/**
 * Names of internal topics (DESIGN §3): `<application id>.<source>.<purpose>`, where `source` is the source
 * topic's name, or the source node's when it reads several.
 */
export const deadLetterTopic = (applicationId: string, source: string): string =>
  `${applicationId}.${source}.dlq`;

/** The changelog of the lanes; it also holds the checkpoint of each task. */
export const laneLogTopic = (applicationId: string, source: string): string =>
  `${applicationId}.${source}.lanes-changelog`;

/** Heads of lanes that wait for their next attempt; one topic for each delay, and named by it. */
export const retryTopic = (applicationId: string, source: string, tierName: string): string =>
  `${applicationId}.${source}.retry.${tierName}`;

/** What an operator asks of lanes and dead letters. */
export const commandsTopic = (applicationId: string, source: string): string =>
  `${applicationId}.${source}.commands`;
