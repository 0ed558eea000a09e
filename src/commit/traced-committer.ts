/** Gives each commit its spans; what is committed, and how, is the other committer's. */
import type { CommitResult, CommitUnit } from '../ports/commit.js';
import type { Tracing } from '../ports/tracing.js';
import type { Committer } from './committer.js';

export const tracedCommitter = (committer: Committer, tracing: Tracing | undefined): Committer =>
  tracing === undefined ? committer : new TracedCommitter(committer, tracing);

class TracedCommitter implements Committer {
  readonly sendAhead: Committer['sendAhead'];
  /** They are in the span of the commit that they wait for. */
  #ahead: readonly CommitUnit[] = [];

  constructor(
    private readonly committer: Committer,
    private readonly tracing: Tracing,
  ) {
    if (committer.sendAhead !== undefined) this.sendAhead = (units) => this.#sendAhead(units);
  }

  async commit(units: readonly CommitUnit[]): Promise<CommitResult> {
    const span = this.tracing.commit([...this.#ahead, ...units]);
    this.#ahead = [];
    const result = await this.committer.commit(units);
    span.end(reasonOf(result));
    return result;
  }

  async #sendAhead(units: readonly CommitUnit[]): Promise<CommitResult | undefined> {
    const result = await this.committer.sendAhead?.(units);
    if (result === undefined) this.#ahead = units;
    else this.tracing.commit(units).end(reasonOf(result));
    return result;
  }
}

const reasonOf = (result: CommitResult): string | null => {
  if (result.kind === 'committed') return null;
  if (result.cause === 'lost') return 'lost';
  return result.kind === 'aborted' ? result.cause.kind : result.kind;
};
