/** Commits units of tasks, whatever the guarantee: one outcome for all of them. */
import type { CommitResult, CommitUnit } from '../ports/commit.js';

export interface Committer {
  /** Never rejects: what can go wrong is in the result. */
  commit(units: readonly CommitUnit[]): Promise<CommitResult>;
}
