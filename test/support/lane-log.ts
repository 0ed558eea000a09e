/**
 * What a lane log says now: the last value of each key, read by the written format alone (see
 * docs/ordered-retries.md). Pure; shares no code with the engine. A key or value of another shape throws.
 */
import type { StoredRecord } from './record-tool.js';

export interface LoggedLane {
  readonly partition: number;
  /** null: a record without key, which is a lane of its own. */
  readonly key: Buffer | null;
  readonly status: 'retrying' | 'parked';
  readonly head: string;
  readonly attempts: number;
  readonly delayMs: number | null;
  readonly due: number;
  readonly arm: readonly [number, number] | null;
  readonly firstFailure: number | null;
  readonly copied: boolean;
  readonly failure: { readonly reason: string; readonly name: string; readonly message: string } | null;
}

export interface LoggedFollower {
  readonly partition: number;
  /** As in a lane's head: `topic-partition-offset`, or `dlq-partition-offset`. */
  readonly id: string;
  /** Where it stands in the log: the order of its lane. */
  readonly at: number;
}

export interface LoggedOutcome {
  readonly partition: number;
  readonly commandOffset: number;
  readonly command: string;
  readonly outcome: 'done' | 'ignored' | 'refused';
  readonly why?: string;
  readonly deadLetter: number | null;
}

export interface LoggedCheckpoint {
  readonly partition: number;
  readonly sequence: number;
  readonly source: Readonly<Record<string, number>>;
  /** Of retry topics and commands; a checkpoint of the first version has none. */
  readonly inputs?: Readonly<Record<string, number>>;
}

export interface LaneLog {
  readonly lanes: readonly LoggedLane[];
  readonly followers: readonly LoggedFollower[];
  readonly outcomes: readonly LoggedOutcome[];
  readonly checkpoints: readonly LoggedCheckpoint[];
}

const json = (value: Buffer): object => JSON.parse(value.toString('utf8')) as object;

const followerId = (key: Buffer, partition: number): string => {
  const offset = key.readBigUInt64BE(2).toString();
  if (key[1] === 1 && key.length === 10) return `dlq-${partition}-${offset}`;
  if (key[1] === 0 && key.length > 10) return `${key.subarray(10).toString('utf8')}-${partition}-${offset}`;
  throw new Error(`a follower has the key ${key.toString('hex')}`);
};

/** The last record of each key, in the order of the log; what was deleted is gone. */
const latest = (records: readonly StoredRecord[]): readonly StoredRecord[] => {
  const byKey = new Map<string, StoredRecord>();
  for (const record of [...records].sort((one, other) => one.offset - other.offset)) {
    const key = `${record.partition}/${record.key?.toString('hex') ?? 'null'}`;
    byKey.delete(key);
    byKey.set(key, record);
  }
  return [...byKey.values()].filter(({ value }) => value !== null);
};

/** Of all records of the topic, as a read_committed consumer finds them. */
export const readLaneLog = (records: readonly StoredRecord[]): LaneLog => {
  const lanes: LoggedLane[] = [];
  const followers: LoggedFollower[] = [];
  const outcomes: LoggedOutcome[] = [];
  const checkpoints: LoggedCheckpoint[] = [];
  for (const { partition, offset, key, value } of latest(records)) {
    if (key === null || value === null) throw new Error(`${partition}@${offset} has no key`);
    switch (key[0]) {
      case 1:
        lanes.push({ ...(json(value) as LoggedLane), partition, key: key[1] === 0 ? key.subarray(2) : null });
        break;
      case 2:
        followers.push({ partition, id: followerId(key, partition), at: offset });
        break;
      case 3:
        checkpoints.push({ ...(json(value) as LoggedCheckpoint), partition });
        break;
      case 4: {
        const commandOffset = Number(key.readBigUInt64BE(1));
        outcomes.push({ ...(json(value) as LoggedOutcome), partition, commandOffset });
        break;
      }
      default:
        throw new Error(`${partition}@${offset} has the key ${key.toString('hex')}`);
    }
  }
  return { lanes, followers, outcomes, checkpoints };
};
