/**
 * One sub-topology's partition number of a simulated run: what is committed of its lanes, told by its lane
 * log alone. Folded here a second time, beside the engine's own replay, so that neither hides the other's
 * error (I8).
 */
import type { Command, CommandOutcome } from '../../src/lanes/command.js';
import type { LaneKey, LoggedLane } from '../../src/lanes/lane-log.js';
import { commandsTopic, deadLetterTopic, laneLogTopic } from '../../src/record/topic-names.js';
import type { Checkpoint } from '../../src/state/checkpoint.js';
import type { RecordFacts } from './record-facts.js';
import { GROUP } from './settings.js';

export interface LoggedCheckpoint extends Checkpoint {
  readonly offset: number;
}

export interface CommittedLane {
  readonly key: LaneKey;
  readonly logged: LoggedLane;
  readonly loggedAtMs: number;
}

export interface CommittedFollower {
  /** As `idText` writes it. */
  readonly name: string;
  readonly slot: string;
  readonly isRedriven: boolean;
  readonly facts: RecordFacts;
}

export interface RetryRecord {
  readonly head: string;
  readonly delayMs: number;
  readonly appendedAtMs: number;
}

/** Part of a readable history. */
export interface LaneEvent {
  readonly slot: string | null;
  readonly text: string;
}

export class TaskFacts {
  readonly laneLog: string;
  readonly deadLetters: string;
  readonly commandsTopic: string;
  /** `<source name>-<partition>`. */
  readonly name: string;
  readonly checkpoints = new Map<number, LoggedCheckpoint>();
  last: LoggedCheckpoint | null = null;
  /** By slot. */
  readonly lanes = new Map<string, CommittedLane>();
  /** By their keys in the log, in the order of the log. */
  readonly followers = new Map<string, CommittedFollower>();
  readonly outcomes = new Map<number, CommandOutcome>();
  /** By offset in the commands topic; null: no command. */
  readonly asked = new Map<number, Command | null>();
  /** By the text of their arm. */
  readonly retries = new Map<string, RetryRecord>();
  /** By `dlq-partition-offset`: of which record it is a letter. */
  readonly letterNames = new Map<string, RecordFacts>();
  readonly events: LaneEvent[] = [];

  constructor(
    readonly subtopology: number,
    readonly partition: number,
    readonly sources: readonly string[],
    readonly sourceName: string,
  ) {
    this.name = `${sourceName}-${partition}`;
    this.laneLog = laneLogTopic(GROUP, sourceName);
    this.deadLetters = deadLetterTopic(GROUP, sourceName);
    this.commandsTopic = commandsTopic(GROUP, sourceName);
  }

  /** Of a source topic, as the last checkpoint says; 0 without one. */
  position(topic: string): number {
    return this.last?.source.get(topic) ?? 0;
  }

  /** Names in lane order, the head first. */
  recordsOf(slot: string): readonly string[] {
    const lane = this.lanes.get(slot);
    const names = [...this.followers.values()].filter((one) => one.slot === slot).map(({ name }) => name);
    const head = lane?.logged.head;
    return head === undefined ? names : [head, ...names.filter((name) => name !== head)];
  }

  /** Every command that was asked for has its outcome, and will not be read again. */
  get hasAnswered(): boolean {
    return this.asked.size === this.outcomes.size && this.commandsPassed >= this.asked.size;
  }

  /** The position of the commands. */
  get commandsPassed(): number {
    return this.last?.inputs.get(this.commandsTopic) ?? 0;
  }

  /** A record waits in a lane that is not there: whoever reads the log next must see to it (review F13). */
  get hasOrphans(): boolean {
    for (const { slot } of this.followers.values()) if (!this.lanes.has(slot)) return true;
    return false;
  }

  get retrying(): number {
    let count = 0;
    for (const { logged } of this.lanes.values()) if (logged.state.status === 'retrying') count += 1;
    return count;
  }
}
