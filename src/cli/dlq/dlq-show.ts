/** `dlq show`: everything that is known of one dead letter. Its value only when it is asked for. */
import type { ExitCode } from '../exit-code.js';
import { fatesOf } from './dlq-list.js';
import { noteUnreadable } from '../lanes/lanes-list.js';
import { LetterBox } from './letter-box.js';
import { letterOf } from './letter.js';
import { letterDetailObject, letterDetails } from './letter-report.js';
import { lanesOf } from '../lanes/located-lane.js';
import type { Operator } from '../cluster/operator.js';
import type { DlqShow } from './dlq-request.js';
import { oneSite } from '../cluster/site.js';

export const dlqShow = async (operator: Operator, request: DlqShow): Promise<ExitCode> => {
  const { output, parts } = operator;
  const { id, withValues } = request;
  const site = oneSite(parts.sites, request.topic);
  const record = await new LetterBox(operator, site).read(id);
  const views = await operator.laneLogs([site], id.partition);
  const nowMs = parts.clock.now();
  const all = lanesOf(views, nowMs);
  const fates = fatesOf(views, all, nowMs);
  const letter = letterOf(record, site.sourceTopics);
  if (output.isJson) output.json(letterDetailObject(letter, record, fates, withValues));
  else for (const line of letterDetails(letter, record, fates, { nowMs, withValues })) output.line(line);
  return noteUnreadable(output, all);
};
