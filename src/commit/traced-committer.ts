/** Gives each commit its spans; what is committed, and how, is the other committer's. */
import type { CommitResult } from '../ports/commit.js';
import type { Tracing } from '../ports/tracing.js';
import type { Committer } from './committer.js';

export const tracedCommitter = (committer: Committer, tracing: Tracing | undefined): Committer => {
  if (tracing === undefined) return committer;
  const sendAhead: Committer['sendAhead'] = async (units) => {
    const result = await committer.sendAhead?.(units);
    // What is under way is in the span of the commit that it waits for.
    if (result !== undefined) tracing.commit(units).end(reasonOf(result));
    return result;
  };
  return {
    sendAhead: committer.sendAhead === undefined ? undefined : sendAhead,
    commit: async (units, ahead) => {
      const span = tracing.commit([...ahead, ...units]);
      const result = await committer.commit(units, ahead);
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
