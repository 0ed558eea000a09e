/** `topics check`: every topic that the topology needs, as it is and as it should be. It changes nothing. */
import { planTopics } from '../../topics/topic-plan.js';
import type { Inspection } from '../cluster/inspection.js';
import type { ExitCode } from '../exit-code.js';
import { EXIT } from '../exit-code.js';
import { printable, shown } from '../terminal/printable.js';
import { tableLines } from '../terminal/text-table.js';
import { lookAtTopics } from './look-at-topics.js';
import { findingColumns, findingObject } from './topic-report.js';

export const topicsCheck = async (inspection: Inspection): Promise<ExitCode> => {
  const { application, output } = inspection;
  const { counts, findings } = await lookAtTopics(inspection);
  const { id, needs, rules } = application;
  // What the service itself would say at its start, with its own TOPICS_AUTO_CREATE.
  const problems = needs.flatMap((need) => planTopics(id, need, counts, rules).problems);
  const off = findings.filter(({ differences }) => differences.length > 0);
  if (output.isJson) for (const finding of findings) output.json(findingObject(finding));
  else for (const line of tableLines(findingColumns, findings, output.paint, output.width)) output.line(line);
  for (const { message } of problems) output.note(printable(message));
  if (problems.length > 0) {
    output.note(shown`The service does not start like this.`);
    return EXIT.unusable;
  }
  if (off.length === 0) return EXIT.done;
  output.note(
    shown`${off.length} of ${findings.length} topics are not as they should be: "topics apply --dry-run" says what would be changed${printable(
      off.some(({ partitions }) => partitions === null)
        ? '; the service makes missing ones when it starts'
        : '',
    )}.`,
  );
  return EXIT.failed;
};
