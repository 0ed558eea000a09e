/** Gives each commit its spans; what is committed, and how, is the other committer's. */
import type { CommitResult, CommitUnit } from '../ports/commit.js';
import type { Tracing } from '../ports/tracing.js';
import type { Committer } from './committer.js';

export const tracedCommitter = (committer: Committer, tracing: Tracing | undefined): Committer => {
  if (tracing === undefined) return committer;
  return {
    commit: async (units: readonly CommitUnit[]): Promise<CommitResult> => {
      const span = tracing.commit(units);
      const result = await committer.commit(units);
      span.end(reasonOf(result));
      return result;
    },
  };
};

const reasonOf = (result: CommitResult): string | null => {
  if (result.kind === 'committed') return null;
  if (result.cause === 'lost') return 'lost';
  return result.kind === 'aborted' ? result.cause.kind : result.kind;
};
