/** What may be asked about dead letters: a command line that was understood, before anything is done. Data only. */
import type { EpochMs } from '../../record/units.js';
import type { Carrying } from '../cluster/carrying.js';

/** A dead letter by its place in the queue. */
export interface LetterId {
  readonly partition: number;
  readonly offset: number;
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

export type DlqRequest = DlqList | DlqShow | DlqRedrive | DlqDismiss;

export const letterIdText = ({ partition, offset }: LetterId): string => `${partition}-${offset}`;
