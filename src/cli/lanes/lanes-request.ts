/** What may be asked about lanes: a command line that was understood, before anything is done. Data only. */
import type { Carrying } from '../cluster/carrying.js';

/** Which lane. */
export interface LaneChoice {
  readonly key: Buffer | null;
  /** Id of its head; all that names the lane of a record without key. */
  readonly head: string | null;
  readonly partition: number | null;
  readonly topic: string | null;
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

export type LanesRequest = LanesList | LanesShow | LanesChange;
