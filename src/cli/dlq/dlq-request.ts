/** What may be asked about dead letters: a command line that was understood, before anything is done. Data only. */
import type { EpochMs } from '../../record/units.js';
import type { Carrying } from '../cluster/carrying.js';

/** A dead letter by its place in the queue. */
export interface LetterId {
  readonly partition: number;
  readonly offset: number;
}

export const GROUPINGS = ['reason', 'type', 'age', 'class', 'state', 'topic', 'exception'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** Which dead letters; null: whatever it is. */
export interface LetterSelector {
  /** The source topic of its record. */
  readonly topic: string | null;
  readonly partition: number | null;
  readonly reason: string | null;
  /** Of the event. */
  readonly type: string | null;
  readonly key: Buffer | null;
  /** Written at that time or later. */
  readonly since: EpochMs | null;
  /** Written before that time. */
  readonly until: EpochMs | null;
}

/** Which queue; null: the service's own. Another one is of Spring, Kafka Connect or Kafka Streams. */
type DeadLetters = string | null;

export interface DlqList {
  readonly kind: 'dlq list';
  readonly deadLetters: DeadLetters;
  readonly selector: LetterSelector;
  /** The newest so many. */
  readonly limit: number | null;
  readonly by: Grouping | null;
}

export interface DlqShow {
  readonly kind: 'dlq show';
  readonly deadLetters: DeadLetters;
  readonly id: LetterId;
  readonly topic: string | null;
  readonly withValues: boolean;
}

/** Those of these ids, or those that the selector selects. */
export interface LetterChoice {
  readonly ids: readonly LetterId[];
  readonly selector: LetterSelector;
  /** The oldest so many. */
  readonly max: number | null;
}

export interface BulkChange {
  readonly deadLetters: DeadLetters;
  readonly choice: LetterChoice;
  /** Their count, as whoever asks has confirmed it. */
  readonly confirmed: number | null;
  readonly ratePerSecond: number | null;
  readonly carrying: Carrying;
}

export interface DlqReplay extends BulkChange {
  readonly kind: 'dlq replay';
  readonly edits: boolean;
  /** Path of a module. */
  readonly transform: string | null;
  readonly validates: boolean;
  /** Where to write the journal; null: in the state folder. */
  readonly journal: string | null;
  /** Foreign letters go there in place of their own source topics. */
  readonly to: string | null;
}

export interface DlqResume {
  readonly kind: 'dlq resume';
  /** Path. */
  readonly journal: string;
  readonly ratePerSecond: number | null;
  readonly carrying: Carrying;
}

export interface DlqDismiss extends BulkChange {
  readonly kind: 'dlq dismiss';
  readonly why: string;
}

export const EXPORT_FORMATS = ['ndjson', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface DlqExport {
  readonly kind: 'dlq export';
  readonly deadLetters: DeadLetters;
  readonly choice: LetterChoice;
  readonly format: ExportFormat;
  /** Path; null: stdout. */
  readonly output: string | null;
}

export type DlqRequest = DlqList | DlqShow | DlqReplay | DlqResume | DlqDismiss | DlqExport;

export const letterIdText = ({ partition, offset }: LetterId): string => `${partition}-${offset}`;
