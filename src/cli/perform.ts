/**
 * From what was asked for to the one that does it. Each is loaded when it is asked for, so that no command
 * waits for the libraries of another.
 */
import type { Operator } from './cluster/operator.js';
import type { ExitCode } from './exit-code.js';
import type { Request } from './request.js';

export type Performance = (operator: Operator) => Promise<ExitCode>;

export const performanceOf = async (request: Request): Promise<Performance> => {
  switch (request.kind) {
    case 'lanes list': {
      const { lanesList } = await import('./lanes/lanes-list.js');
      return (operator) => lanesList(operator, request);
    }
    case 'lanes show': {
      const { lanesShow } = await import('./lanes/lanes-show.js');
      return (operator) => lanesShow(operator, request);
    }
    case 'lanes release':
    case 'lanes skip': {
      const { lanesChange } = await import('./lanes/lanes-change.js');
      return (operator) => lanesChange(operator, request);
    }
    case 'dlq list': {
      const { dlqList } = await import('./dlq/dlq-list.js');
      return (operator) => dlqList(operator, request);
    }
    case 'dlq show': {
      const { dlqShow } = await import('./dlq/dlq-show.js');
      return (operator) => dlqShow(operator, request);
    }
    case 'dlq replay': {
      const { replayOf } = await import('./dlq/dlq-replay.js');
      return replayOf(request);
    }
    case 'dlq resume': {
      const { resumeOf } = await import('./dlq/dlq-resume.js');
      return resumeOf(request);
    }
    case 'dlq dismiss': {
      const { dlqDismiss } = await import('./dlq/dlq-dismiss.js');
      return (operator) => dlqDismiss(operator, request);
    }
    case 'dlq export': {
      const { dlqExport } = await import('./dlq/dlq-export.js');
      return (operator) => dlqExport(operator, request);
    }
  }
};
