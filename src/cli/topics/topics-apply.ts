/**
 * `topics apply`: brings the topics to what they should be, as far as nothing can be lost by it. It creates, and
 * extends internal topics; partitions of source topics and results are never changed, and no topic is made smaller.
 */
import { TopicsUnusable } from '../../topics/topic-setup.js';
import type { Inspection } from '../cluster/inspection.js';
import type { ExitCode } from '../exit-code.js';
import { EXIT, Unfulfilled, UsageError } from '../exit-code.js';
import { canConfirm, confirmCount } from '../terminal/confirm.js';
import { shown } from '../terminal/printable.js';
import { applyPlan } from './apply-plan.js';
import { lookAtTopics } from './look-at-topics.js';
import type { ApplyStep } from './topic-report.js';
import { stepObject, stepText } from './topic-report.js';
import type { TopicsApply } from './topics-request.js';

const carryOut = async (inspection: Inspection, step: ApplyStep): Promise<void> => {
  switch (step.kind) {
    case 'create':
      return (await inspection.admin()).createTopic(step.topic);
    case 'grow':
      return (await inspection.admin()).createPartitions(step.topic, step.partitions);
    case 'configure':
      return (await inspection.inspector()).setConfigs(step.topic, step.config);
  }
};

/** Throws when the plan is not agreed to. */
const agree = async (inspection: Inspection, count: number, agreed: number | null): Promise<void> => {
  const { io } = inspection.parts;
  if (agreed !== null) {
    if (agreed === count) return;
    throw new Unfulfilled(
      `There are ${count} changes to make, and --yes says ${agreed}. Nothing was changed.`,
    );
  }
  if (!canConfirm(io))
    throw new UsageError(
      `There are ${count} changes to make, and nobody to ask. Nothing was changed: agree with --yes ${count}.`,
    );
  if (!(await confirmCount(io, shown`${count} changes.`, count)))
    throw new Unfulfilled('Not agreed to: nothing was changed.');
};

export const topicsApply = async (inspection: Inspection, request: TopicsApply): Promise<ExitCode> => {
  const { application, output } = inspection;
  const { agreed, isDryRun, withConfigs } = request;
  const seen = await lookAtTopics(inspection);
  const { problems, steps } = applyPlan(application, seen, withConfigs);
  if (problems.length > 0) throw new TopicsUnusable(problems);
  if (steps.length === 0) {
    output.note(shown`Nothing to change.`);
    return EXIT.done;
  }
  const say = (step: ApplyStep, done: boolean): void => {
    if (output.isJson) output.json({ ...stepObject(step), done });
    else output.line(shown`${done ? shown`done: ` : shown``}${stepText(step)}`);
  };
  if (isDryRun) {
    for (const step of steps) say(step, false);
    output.note(shown`dry run: nothing was changed. Agree with --yes ${steps.length}.`);
    return EXIT.done;
  }
  if (agreed === null && canConfirm(inspection.parts.io))
    for (const step of steps) output.note(stepText(step));
  await agree(inspection, steps.length, agreed);
  for (const step of steps) {
    inspection.parts.stop.throwIfAborted();
    await carryOut(inspection, step);
    say(step, true);
  }
  return EXIT.done;
};
