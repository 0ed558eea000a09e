/** What may be asked of events: a command line that was understood, before anything is done. Data only. */
import type { EpochMs } from '../../record/units.js';

/** One event, as it stands on the command line. */
export interface OneEvent {
  readonly kind: 'one';
  readonly type: string;
  /** JSON, `@FILE`, or `-` for stdin. */
  readonly data: string;
  readonly id: string | null;
  readonly traceparent: string | null;
}

/** A line for each event. `-`: stdin. */
export interface FileOfEvents {
  readonly kind: 'file';
  readonly file: string;
}

export interface RandomEvents {
  readonly kind: 'random';
  /** Events a second; null: as fast as they are acknowledged. */
  readonly rate: number | null;
  /** Users. */
  readonly keys: number;
  /** Null: until it is stopped. */
  readonly count: number | null;
  /** The share that the service cannot process, 0 to 1. */
  readonly bad: number;
  /** Null: any. */
  readonly seed: number | null;
}

export interface Publish {
  readonly kind: 'publish';
  readonly what: OneEvent | FileOfEvents | RandomEvents;
  /** Null: the first source topic. */
  readonly topic: string | null;
  /** All of them as a Spring service writes them. */
  readonly isSpring: boolean;
  readonly isDryRun: boolean;
}

export const EXPORTS = ['csv', 'ndjson'] as const;
export type ExportFormat = (typeof EXPORTS)[number];

/** Where reading begins: an offset is one of every partition. */
export type ReadFrom = 'beginning' | 'end' | number;

export interface Tail {
  readonly kind: 'tail';
  /** Null: the audit topic. */
  readonly topic: string | null;
  readonly partition: number | null;
  readonly user: string | null;
  readonly type: string | null;
  readonly action: string | null;
  readonly status: string | null;
  /** Of the record: written at that time or later. */
  readonly since: EpochMs | null;
  /** Written before that time. */
  readonly until: EpochMs | null;
  /** Null: the newest, or with `follow` the end. */
  readonly from: ReadFrom | null;
  readonly follow: boolean;
  readonly limit: number | null;
  readonly format: ExportFormat | null;
}

export type EventsRequest = Publish | Tail;
