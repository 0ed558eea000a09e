/** `dlq show`: everything that is known of one dead letter. Its value only when it is asked for. */
import type { ExitCode } from '../exit-code.js';
import { noteUnreadable } from '../lanes/lanes-list.js';
import { LetterBox } from './letter-box.js';
import { letterOf } from './letter.js';
import { fatesOfQueue, queueOf, sourceHeadersOf, sourceTopicOf, verdictOf } from './letter-queue.js';
import { letterDetailObject, letterDetails } from './letter-report.js';
import type { Operator } from '../cluster/operator.js';
import type { DlqShow } from './dlq-request.js';

export const dlqShow = async (operator: Operator, request: DlqShow): Promise<ExitCode> => {
  const { output, parts } = operator;
  const { id, withValues } = request;
  const queue = queueOf(operator, request.deadLetters, request.topic);
  const record = await new LetterBox(operator, queue.place).read(id);
  const { fates, all } = await fatesOfQueue(operator, queue, id.partition);
  const nowMs = parts.clock.now();
  const letter = letterOf(record, queue.place.sourceTopics);
  const headers = sourceHeadersOf(queue, record);
  const verdict = verdictOf(operator, sourceTopicOf(queue, letter), record.value, headers);
  if (output.isJson) output.json(letterDetailObject(letter, record, fates, { withValues, verdict }));
  else
    for (const line of letterDetails(letter, record, fates, { nowMs, withValues, verdict }))
      output.line(line);
  return noteUnreadable(output, all);
};
