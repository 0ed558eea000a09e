/** What the operator asks for: a command line that was understood, before anything is done. Data only. */
import type { EpochMs } from '../record/units.js';

/** Which lane. */
export interface LaneChoice {
  readonly key: Buffer | null;
  /** Id of its head; all that names the lane of a record without key. */
  readonly head: string | null;
  readonly partition: number | null;
  readonly topic: string | null;
}

/** A dead letter by its place in the queue. */
export interface LetterId {
  readonly partition: number;
  readonly offset: number;
}

/** How a command that changes something is carried out. */
export interface Carrying {
  readonly isDryRun: boolean;
  /** Null: not waited for. */
  readonly waitMs: number | null;
  /** Who asks; null: the user of this machine. */
  readonly operator: string | null;
}

export interface LanesList {
  readonly kind: 'lanes list';
  readonly status: 'retrying' | 'parked' | null;
  readonly topic: string | null;
  readonly partition: number | null;
  readonly limit: number | null;
}

export interface LanesShow {
  readonly kind: 'lanes show';
  readonly lane: LaneChoice;
  readonly withValues: boolean;
  /** Followers. */
  readonly limit: number | null;
}

export interface LanesChange {
  readonly kind: 'lanes release' | 'lanes skip';
  readonly lane: LaneChoice;
  readonly carrying: Carrying;
}

export const GROUPINGS = ['reason', 'class', 'state', 'topic', 'exception'] as const;
export type Grouping = (typeof GROUPINGS)[number];

export interface DlqList {
  readonly kind: 'dlq list';
  readonly topic: string | null;
  readonly partition: number | null;
  readonly reason: string | null;
  /** Written at that time or later. */
  readonly since: EpochMs | null;
  /** The newest so many. */
  readonly limit: number | null;
  readonly by: Grouping | null;
}

export interface DlqShow {
  readonly kind: 'dlq show';
  readonly id: LetterId;
  readonly topic: string | null;
  readonly withValues: boolean;
}

export interface DlqRedrive {
  readonly kind: 'dlq redrive';
  readonly ids: readonly LetterId[];
  readonly topic: string | null;
  readonly carrying: Carrying;
}

export interface DlqDismiss {
  readonly kind: 'dlq dismiss';
  readonly ids: readonly LetterId[];
  readonly topic: string | null;
  readonly why: string;
  readonly carrying: Carrying;
}

export type OperatorRequest =
  LanesList | LanesShow | LanesChange | DlqList | DlqShow | DlqRedrive | DlqDismiss;

export const letterIdText = ({ partition, offset }: LetterId): string => `${partition}-${offset}`;
