/** What is said of one retry record: I5 and P5 of itself, and I3: no two records carry one arm. */
import { armText } from '../../src/lanes/arm.js';
import { VALUE_OMITTED, retryTrigger } from '../../src/lanes/retry-record.js';
import type { ConsumedRecord } from '../../src/record/record.js';
import type { Journal } from './journal.js';
import type { TaskFacts } from './task-facts.js';

export const readRetry = (
  journal: Journal,
  task: TaskFacts,
  record: ConsumedRecord,
  delayMs: number,
): void => {
  const { violations, scenario } = journal;
  const where = `${record.topic}-${record.partition}@${record.offset}`;
  const trigger = retryTrigger(record.headers);
  const facts = trigger === null ? undefined : journal.named(task, trigger.head);
  if (trigger === null || facts === undefined)
    return violations.add('I2', `the retry record ${where} speaks of no record`, [task.name]);
  const about = [facts.place];
  if (facts.partition !== record.partition)
    violations.add('I5', `the retry record ${where} of ${facts.place} lies in another partition`, about);
  const isOmitted = record.headers.some(({ name }) => name === VALUE_OMITTED);
  if (!facts.isSameAs(record.key, isOmitted ? facts.at.value : record.value))
    violations.add('P5', `the retry record ${where} of ${facts.place} has other bytes`, about);
  const said = record.headers.find(({ name }) => name === 'x-lanes-delay-ms')?.value?.toString();
  if (Number(said) !== delayMs)
    violations.add('I7', `the retry record ${where} of ${facts.place} says ${said ?? 'nothing'} ms`, about);
  const arm = armText(trigger.arm);
  if (scenario.guarantee === 'exactly_once_v2' && task.retries.has(arm))
    violations.add('I3', `${task.name}: two retry records carry the arm ${arm}`, [...about, task.name]);
  const appendedAtMs = journal.times.of(record);
  task.retries.set(arm, { head: trigger.head, delayMs, appendedAtMs });
  task.events.push({
    slot: record.key?.toString('latin1') ?? null,
    text: `${where} retry of ${trigger.head} arm ${arm}, appended ${appendedAtMs.toFixed(1)}`,
  });
};
