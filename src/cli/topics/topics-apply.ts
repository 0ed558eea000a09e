/**
 * `topics apply`: brings the topics to what they should be, as far as nothing can be lost by it. It creates, and
 * extends internal topics; partitions of source topics and results are never changed, and no topic is made smaller.
 */
import { TopicsUnusable } from '../../topics/topic-setup.js';
import type { Inspection } from '../cluster/inspection.js';
import type { ExitCode } from '../exit-code.js';
import { EXIT } from '../exit-code.js';
import { audited } from '../cluster/operator-audit.js';
import { confirmCount } from '../terminal/confirmation.js';
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
  const { ask, settings, stop } = inspection.parts;
  if (agreed === null && ask !== null) for (const step of steps) output.note(stepText(step));
  await confirmCount(ask, { count: steps.length, confirmed: agreed, what: shown`make these changes` });
  const carryOutAll = async (of: readonly ApplyStep[]): Promise<void> => {
    for (const step of of) {
      stop.throwIfAborted();
      await carryOut(inspection, step);
      say(step, true);
    }
  };
  // Where there is no audit topic yet nothing can be recorded: it comes first, then the record, then the others.
  const makesAudit = ({ kind, topic }: ApplyStep): boolean =>
    kind === 'create' && topic.name === settings.topics.audit;
  await carryOutAll(steps.filter(makesAudit));
  const action = {
    action: 'topics.apply',
    resource: `group/${settings.kafka.groupId}`,
    operatorId: request.operatorId,
    isDryRun,
    count: steps.length,
  };
  return audited(inspection, action, async () => {
    await carryOutAll(steps.filter((step) => !makesAudit(step)));
    return { exitCode: EXIT.done, numbers: { done: steps.length } };
  });
};
