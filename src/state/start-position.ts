/**
 * Where a task starts, decided from what the group, the lane log and the source say (DESIGN §6, acquire
 * step 5). Pure: `acquire.ts` reads, this decides. It must never guess: whatever cannot be explained
 * refuses the partition, because a wrong start loses or doubles records.
 */
import type { Checkpoint } from './checkpoint.js';
import type { CommitOffset } from '../record/units.js';
import type { Watermarks } from '../ports/cluster.js';

/** What was read in one round, all of it for one partition number. */
export interface StartEvidence {
  /** Source topics of the task, with the group's committed offset and the log's ends. */
  readonly sources: readonly SourceEvidence[];
  /** The group's committed offset of the lane-log partition: the last committed sequence. */
  readonly sequence: number | null;
  readonly checkpoint: Checkpoint | null;
  /** Other topics of this application that hold or held records of the partition; where nothing else speaks. */
  readonly traces: readonly string[];
}

export interface SourceEvidence {
  readonly topic: string;
  readonly committed: CommitOffset | null;
  readonly watermarks: Watermarks;
}

export interface StartRules {
  readonly guarantee: Checkpoint['guarantee'];
  readonly startFrom: 'earliest' | 'latest' | 'fail';
  readonly offsetMismatch: 'refuse' | 'adopt';
}

export type StartVerdict =
  | {
      readonly kind: 'start';
      /** The sequence of the last committed checkpoint; 0 when there is none. */
      readonly sequence: number;
      /**
       * Processes that write to the lane log were not fenced: records of lanes at or behind these positions are
       * read again, whatever of them is in the log. Null: the log is whole.
       */
      readonly readAgainFrom: ReadonlyMap<string, CommitOffset> | null;
      readonly positions: ReadonlyMap<string, CommitOffset>;
      /** Of the task's other inputs, as the checkpoint has them. */
      readonly inputs: ReadonlyMap<string, CommitOffset>;
      /** Source records that retention deleted before they were read; an alert, never silent. */
      readonly gaps: readonly Gap[];
      /** Topics that tell of a lane log which is gone, and which the operator gives up: an alert, too. */
      readonly lostLog: readonly string[];
      /** Resets from outside that are adopted now, and by topic where the last one was. */
      readonly newlyAdopted: readonly Gap[];
      readonly adopted: ReadonlyMap<string, CommitOffset>;
      /** The checkpoint is to be written at once: log or group do not say these positions. */
      readonly checkpointDue: boolean;
    }
  /** Log and offsets disagree: read again, and refuse only when the same pair is read twice. */
  | { readonly kind: 'disagree'; readonly refusal: Refusal }
  | { readonly kind: 'refuse'; readonly refusal: Refusal };

/** From one position to another. */
export interface Gap {
  readonly topic: string;
  readonly from: CommitOffset;
  readonly to: CommitOffset;
}

export interface Refusal {
  readonly reason:
    | 'lane-log-lost'
    | 'sequence-mismatch'
    | 'offset-mismatch'
    | 'no-offset'
    | 'below-log-start'
    | 'above-log-end';
  /** What was found, what it means, what the operator can do. */
  readonly message: string;
}

type Positions = Map<string, CommitOffset>;

const later = (one: CommitOffset, other: CommitOffset | null): CommitOffset =>
  other !== null && other > one ? other : one;

const positionIn = (checkpoint: Checkpoint, source: SourceEvidence): CommitOffset | null =>
  checkpoint.source.get(source.topic) ?? null;

/** A group that never ran this engine: its offsets are adopted, or START_FROM decides. */
const firstStart = (evidence: StartEvidence, rules: StartRules): StartVerdict | Positions => {
  const positions: Positions = new Map();
  for (const { topic, committed, watermarks } of evidence.sources) {
    if (committed !== null) positions.set(topic, committed);
    else if (rules.startFrom === 'earliest') positions.set(topic, watermarks.low);
    else if (rules.startFrom === 'latest') positions.set(topic, watermarks.high);
    else {
      const message = `The group has no committed offset of ${topic} and START_FROM is "fail". Commit an offset for the group, or set START_FROM to earliest or latest.`;
      return { kind: 'refuse', refusal: { reason: 'no-offset', message } };
    }
  }
  return positions;
};

/** Two records of the same position that differ, as they stand to each other. */
type Standing =
  | 'same'
  /** One of them expired: Kafka drops the offsets of a group that is away for long. */
  | 'expired'
  /** Without a fence a crash, or a process that was put out, leaves one of them behind: the later one stands. */
  | 'unfenced'
  | 'reset';

/** Whoever wrote the log was fenced by its successor: nothing in it comes from two at once. */
const isFenced = (checkpoint: Checkpoint | null, rules: StartRules): boolean =>
  rules.guarantee !== 'at_least_once' && checkpoint?.guarantee !== 'at_least_once';

const standingOf = (
  evidence: StartEvidence,
  checkpoint: Checkpoint,
  source: SourceEvidence,
  checkpointed: CommitOffset,
  rules: StartRules,
): Standing => {
  const { sequence } = evidence;
  const { committed } = source;
  if (committed === null) return 'expired';
  if (committed === checkpointed) return 'same';
  if (!isFenced(checkpoint, rules) && (sequence !== checkpoint.sequence || committed > checkpointed)) {
    return 'unfenced';
  }
  return 'reset';
};

/** With a checkpoint: the positions it proves, or why it proves nothing. */
const fromCheckpoint = (
  evidence: StartEvidence,
  checkpoint: Checkpoint,
  rules: StartRules,
): StartVerdict | Positions => {
  const { sequence } = evidence;
  const positions: Positions = new Map();
  if (isFenced(checkpoint, rules) && sequence !== null && sequence !== checkpoint.sequence) {
    const message = `The lane log's checkpoint has sequence ${checkpoint.sequence}, the group committed ${sequence}: they are of different transactions. Was the lane log or the group's offsets changed by hand? Restore the one that was changed.`;
    return { kind: 'disagree', refusal: { reason: 'sequence-mismatch', message } };
  }
  for (const source of evidence.sources) {
    const { topic, committed } = source;
    const checkpointed = positionIn(checkpoint, source);
    if (checkpointed === null) {
      // A source topic that was added to the topology since: it has no history here.
      const first = firstStart({ ...evidence, sources: [source] }, rules);
      if (!(first instanceof Map)) return first;
      positions.set(topic, first.get(topic) ?? source.watermarks.low);
      continue;
    }
    const standing = standingOf(evidence, checkpoint, source, checkpointed, rules);
    if (standing !== 'reset') positions.set(topic, later(checkpointed, committed));
    else if (rules.offsetMismatch === 'adopt') positions.set(topic, committed ?? checkpointed);
    else {
      const message = `The group's committed offset of ${topic} is ${committed}, the checkpoint says ${checkpointed}: the offsets were reset from outside. To go on from ${committed} set OFFSET_MISMATCH=adopt; to go on from ${checkpointed} reset the group's offset to it.`;
      return { kind: 'disagree', refusal: { reason: 'offset-mismatch', message } };
    }
  }
  return positions;
};

/** As far as the task had come by what is written, also where a reset that is followed goes back: its lanes stay. */
const provedOf = ({ checkpoint, sources }: StartEvidence, found: Positions): Positions =>
  new Map(
    sources.flatMap((source) => {
      const position = found.get(source.topic);
      if (position === undefined) return [];
      const checkpointed = checkpoint === null ? null : positionIn(checkpoint, source);
      return [[source.topic, later(position, checkpointed)] as const];
    }),
  );

/** Where the group's offset was reset, and the reset is followed. */
const adoptedOf = (
  evidence: StartEvidence,
  checkpoint: Checkpoint,
  found: Positions,
  rules: StartRules,
): readonly Gap[] =>
  evidence.sources.flatMap((source) => {
    const [from, to] = [positionIn(checkpoint, source), found.get(source.topic)];
    if (from === null || to === undefined) return [];
    const isReset = standingOf(evidence, checkpoint, source, from, rules) === 'reset';
    return isReset ? [{ topic: source.topic, from, to }] : [];
  });

/** A position must be inside the source's log. */
const withinLog = (
  positions: Positions,
  evidence: StartEvidence,
  rules: StartRules,
): { readonly gaps: readonly Gap[] } | Refusal => {
  const gaps: Gap[] = [];
  for (const { topic, watermarks } of evidence.sources) {
    const position = positions.get(topic) ?? watermarks.low;
    if (position > watermarks.high) {
      const message = `The position of ${topic} is ${position}, its log ends at ${watermarks.high}: the topic was truncated or made anew. Reset the group's offset and set OFFSET_MISMATCH=adopt.`;
      return { reason: 'above-log-end', message };
    }
    if (position >= watermarks.low) continue;
    if (rules.offsetMismatch === 'refuse') {
      const message = `The position of ${topic} is ${position}, its log starts at ${watermarks.low}: ${watermarks.low - position} offsets were deleted before they were read. To go on without them set OFFSET_MISMATCH=adopt.`;
      return { reason: 'below-log-start', message };
    }
    gaps.push({ topic, from: position, to: watermarks.low });
    positions.set(topic, watermarks.low);
  }
  return { gaps };
};

export const decideStart = (evidence: StartEvidence, rules: StartRules): StartVerdict => {
  const { checkpoint, sequence } = evidence;
  if (checkpoint === null && sequence !== null) {
    const message = `The group committed sequence ${sequence}, but the lane log holds no checkpoint: its records were lost (topic deleted, or cleanup.policy is not compact). Lanes may be lost with it; to start without them delete the group's offset of the lane-log partition and set OFFSET_MISMATCH=adopt.`;
    return { kind: 'refuse', refusal: { reason: 'lane-log-lost', message } };
  }
  if (checkpoint === null && evidence.traces.length > 0 && rules.offsetMismatch === 'refuse') {
    const message = `The group has offsets of ${evidence.sources.map(({ topic }) => topic).join(', ')} and records in ${evidence.traces.join(', ')}, but its lane log holds no checkpoint: it was deleted, and Kafka dropped the group's offsets of it. Lanes may be lost with it. To go on without them set OFFSET_MISMATCH=adopt.`;
    return { kind: 'disagree', refusal: { reason: 'lane-log-lost', message } };
  }
  const found =
    checkpoint === null ? firstStart(evidence, rules) : fromCheckpoint(evidence, checkpoint, rules);
  if (!(found instanceof Map)) return found;
  const inLog = withinLog(found, evidence, rules);
  if ('reason' in inLog) return { kind: 'refuse', refusal: inLog };
  const newlyAdopted = checkpoint === null ? [] : adoptedOf(evidence, checkpoint, found, rules);
  const isSaid = (source: SourceEvidence): boolean => {
    const position = found.get(source.topic);
    return (
      checkpoint !== null && positionIn(checkpoint, source) === position && source.committed === position
    );
  };
  return {
    kind: 'start',
    sequence: Math.max(checkpoint?.sequence ?? 0, sequence ?? 0),
    readAgainFrom: isFenced(checkpoint, rules) ? null : provedOf(evidence, found),
    lostLog: checkpoint === null ? evidence.traces : [],
    positions: found,
    inputs: checkpoint?.inputs ?? new Map<string, CommitOffset>(),
    gaps: inLog.gaps,
    newlyAdopted,
    adopted: new Map([
      ...(checkpoint?.adopted ?? []),
      ...newlyAdopted.map(({ topic, to }) => [topic, to] as const),
    ]),
    // Also when the group's offsets expired or lag (a crash before they were committed, at_least_once): an
    // idle partition would be without them until its next record.
    checkpointDue: sequence !== checkpoint?.sequence || !evidence.sources.every(isSaid),
  };
};
