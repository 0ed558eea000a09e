/** An operator that is one function of the user's: what follows its answer, at once or when its promise resolves. */
import type { RecordPass } from './record-pass.js';
import { type FlowRecord, type Pending, RuntimeNode } from './runtime-node.js';

/** Each subclass calls its function itself, in `process`: one call for all would be slower. */
export abstract class FunctionNode extends RuntimeNode {
  /** `answer`: what the function returned, or its promise resolved to. */
  protected abstract answered(answer: unknown, record: FlowRecord, pass: RecordPass): Pending;

  protected async answeredLater(
    answer: PromiseLike<unknown>,
    record: FlowRecord,
    pass: RecordPass,
  ): Promise<void> {
    const known = await answer;
    pass.throwIfAborted();
    await this.answered(known, record, pass);
  }
}
