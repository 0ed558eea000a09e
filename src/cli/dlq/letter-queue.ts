/**
 * One dead letter queue with all that commands have to know of it: the service's own, with what became of its
 * letters, or one of another program, of which nothing is known but its records.
 */
import type { ConsumedRecord, Headers } from '../../record/record.js';
import { isReservedHeader } from '../../record/headers.js';
import type { LaneLogView } from '../cluster/lane-log-view.js';
import type { Operator } from '../cluster/operator.js';
import type { Site } from '../cluster/site.js';
import { oneSite } from '../cluster/site.js';
import { UsageError } from '../exit-code.js';
import type { AllLanes } from '../lanes/located-lane.js';
import { lanesOf } from '../lanes/located-lane.js';
import type { LetterPlace } from './letter-box.js';
import { LetterFates } from './letter-fate.js';
import type { Letter } from './letter.js';
import { originalHeadersOf } from './letter.js';
import type { SchemaVerdict } from './letter-report.js';

export interface LetterQueue {
  readonly place: LetterPlace;
  /** Null: another program's. */
  readonly site: Site | null;
}

/** Throws UsageError. `topic`: a source topic, for which of several. */
export const queueOf = (
  operator: Operator,
  deadLetters: string | null,
  topic: string | null,
): LetterQueue => {
  const { sites } = operator.parts;
  if (deadLetters === null) {
    const site = oneSite(sites, topic);
    return { place: site, site };
  }
  if (sites.some((site) => site.deadLetters === deadLetters))
    throw new UsageError(
      `${deadLetters} is the service's own queue, whose letters go back to the lanes of their keys: leave --dead-letters out.`,
    );
  return { place: { deadLetters, sourceTopics: null }, site: null };
};

export interface KnownFates {
  readonly fates: LetterFates;
  readonly all: AllLanes;
  readonly views: readonly LaneLogView[];
}

/** As the lane logs say now. A log that cannot be understood says nothing. */
export const fatesIn = (views: readonly LaneLogView[], operator: Operator): KnownFates => {
  const nowMs = operator.parts.clock.now();
  const all = lanesOf(views, nowMs);
  const fates = new LetterFates(all.lanes);
  for (const view of views)
    if (!all.unreadable.some((one) => one.view === view))
      fates.add(view.partition, view.read(nowMs).outcomes);
  return { fates, all, views };
};

export const fatesOfQueue = async (
  operator: Operator,
  { site }: LetterQueue,
  partition: number | null,
): Promise<KnownFates> => fatesIn(site === null ? [] : await operator.laneLogs([site], partition), operator);

/** Headers that programs put on a dead letter, and that its record did not have. */
const FOREIGN = [
  '__connect.errors.',
  'retry_topic-',
  'kafka_original-',
  'kafka_deliveryAttempt',
  'springDeserializerException',
];

/** The record's own headers; or why they cannot be known. */
export const sourceHeadersOf = ({ site }: LetterQueue, record: ConsumedRecord): Headers | string => {
  const headers = originalHeadersOf(record);
  if (site !== null || typeof headers === 'string') return headers;
  return headers.filter(
    ({ name }) => !isReservedHeader(name) && !FOREIGN.some((prefix) => name.startsWith(prefix)),
  );
};

/** What the schema of its source topic says of a value. */
export const verdictOf = (
  operator: Operator,
  topic: string | null,
  value: Buffer | null,
  headers: Headers | string,
): SchemaVerdict => {
  const { schema, sites } = operator.parts;
  if (topic === null || typeof headers === 'string') return null;
  if (!sites.some(({ sourceTopics }) => sourceTopics.includes(topic))) return null;
  const problem = schema()?.problemOf({ topic, value, headers });
  return problem === undefined ? null : { problem };
};

export const sourceTopicOf = ({ site }: LetterQueue, letter: Letter): string | null =>
  letter.origin?.topic ?? (site?.sourceTopics.length === 1 ? (site.sourceTopics[0] ?? null) : null);
