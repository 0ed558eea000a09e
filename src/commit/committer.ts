/** Commits units of tasks, whatever the guarantee: one outcome for all of them. */
import type { CommitResult, CommitUnit } from '../ports/commit.js';

export interface Committer {
  /**
   * Sends units ahead, which the next `commit` commits together with its own: the brokers have their records by then. Undefined
   * when they are under way; else what became of them, as of those of a commit, and the next one begins anew. Never
   * rejects. Missing where there is no transaction that could hold them back.
   */
  readonly sendAhead?: ((units: readonly CommitUnit[]) => Promise<CommitResult | undefined>) | undefined;
  /**
   * Commits units together with `ahead`: all that was sent ahead since the commit before, which comes before them. Never
   * rejects: what can go wrong is in the result.
   */
  commit(units: readonly CommitUnit[], ahead: readonly CommitUnit[]): Promise<CommitResult>;
}
