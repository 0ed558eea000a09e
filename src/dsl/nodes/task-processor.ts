/**
 * Turns a sub-topology into what a task runs. Every task gets processors of its own; its stores are given to it.
 */
import type { ProcessingFailure } from '../../record/record-error.js';
import { asProcessingFailure } from '../../record/record-error.js';
import type { EpochMs, TaskId } from '../../record/units.js';
import type { Effects, RecordRun, TaskProcessor } from '../execution.js';
import { HandlerSaysFail } from '../execution.js';
import { FailureJudge, Resumed } from './failure-judge.js';
import { linkNodes } from './linked-nodes.js';
import type { UserProcessorNode } from './processor-node.js';
import { RecordPass } from './record-pass.js';
import type { StoreDirectory } from './store-overlay.js';
import { TaskPunctuations } from './task-punctuations.js';
import type { Subtopology, Topology } from '../graph/topology.js';

/** What a task gives to its sub-topology for all of its life. */
export interface TaskGround {
  readonly taskId: TaskId;
  readonly stores: StoreDirectory;
  /** The largest timestamp of what was decided, before the task was made too; -1: none. */
  streamTimeMs(): number;
  nowMs(): EpochMs;
}

const NO_EFFECTS: Effects = { outputs: [], changes: [], reads: [], isDropped: true };

export const createTaskProcessor = (
  sub: Subtopology,
  { config }: Pick<Topology, 'config'>,
  ground: TaskGround,
): TaskProcessor => {
  const judge = new FailureJudge(config);
  let seenMs = -1;
  const streamTimeMs = (): number => (seenMs = Math.max(seenMs, ground.streamTimeMs()));
  const punctuations = new TaskPunctuations(ground.stores, streamTimeMs);
  const { sources, processors } = linkNodes(sub, judge, {
    taskId: ground.taskId,
    streamTimeMs,
    nowMs: () => ground.nowMs(),
    schedule: (node, intervalMs, type, punctuator) =>
      punctuations.add({ node, intervalMs, type, punctuator }, ground.nowMs()),
  });

  const process = (run: RecordRun): Effects | Promise<Effects> => {
    const { record } = run;
    const source = sources.get(record.topic);
    if (source === undefined) throw new Error(`sub-topology ${sub.id} does not read ${record.topic}`);
    seenMs = Math.max(seenMs, record.timestamp);
    const pass = new RecordPass(run, run, source.keySerde, ground.stores, streamTimeMs());
    try {
      const pending = source.start(run, pass);
      return pending === undefined ? pass.end() : effectsAfter(pending, pass, run);
    } catch (error) {
      return judged(run, error);
    }
  };

  const effectsAfter = async (pending: Promise<void>, pass: RecordPass, run: RecordRun): Promise<Effects> => {
    try {
      await pending;
      return pass.end();
    } catch (error) {
      // Of an attempt that was given up nobody hears any more.
      if (pass.signal.aborted) throw error;
      return judged(run, error);
    }
  };

  /** Answers or throws what is to become of it. */
  const judged = (run: RecordRun, thrown: unknown): Effects => {
    const verdict = judge.ofProcessing(run, thrown);
    if (verdict instanceof Resumed) return NO_EFFECTS;
    throw verdict;
  };

  let open: readonly UserProcessorNode[] = [];
  let isClosed = false;
  const close = (): Promise<void> => {
    isClosed = true;
    const closing = open;
    open = [];
    return closeAll(closing);
  };

  return {
    process,
    punctuations,
    outputRefused: (run, topic, failure) => refusedAs(judge, run, topic, failure),
    close,
    init: async () => {
      for (const processor of processors) {
        try {
          await processor.init();
        } catch (error) {
          // What stopped the start is what must be told; a close that fails as well adds nothing.
          await close().catch(() => undefined);
          throw error;
        }
        open = [...open, processor];
        // The task was dropped meanwhile: what has just been opened is closed, and nothing more is opened.
        if (isClosed) return close();
      }
    },
  };
};

const refusedAs = (
  judge: FailureJudge,
  run: RecordRun,
  topic: string,
  failure: ProcessingFailure,
): ProcessingFailure | undefined => {
  const verdict = judge.ofWriting(run, topic, failure);
  if (verdict instanceof Resumed) return undefined;
  if (verdict instanceof HandlerSaysFail) throw verdict;
  return asProcessingFailure(verdict);
};

const closeAll = async (open: readonly UserProcessorNode[]): Promise<void> => {
  const failures: unknown[] = [];
  for (const processor of [...open].reverse()) {
    try {
      await processor.close();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
};
