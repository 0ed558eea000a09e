/**
 * From what was asked for to the one that does it, and what it needs for that. Each is loaded when it is asked
 * for, so that no command waits for the libraries of another; only `operator` needs node-rdkafka.
 */
import type { Inspection } from './cluster/inspection.js';
import type { Operator } from './cluster/operator.js';
import type { ExitCode } from './exit-code.js';
import type { LocalParts } from './local-parts.js';
import type { OperatorRequest, Request } from './request.js';

export type Performance =
  | { readonly needs: 'operator'; readonly run: (operator: Operator) => Promise<ExitCode> }
  | { readonly needs: 'inspection'; readonly run: (inspection: Inspection) => Promise<ExitCode> }
  | { readonly needs: 'nothing'; readonly run: (parts: LocalParts) => ExitCode | Promise<ExitCode> };

export const performanceOf = async (request: Request): Promise<Performance> => {
  switch (request.kind) {
    case 'config check': {
      const { configCheck } = await import('./config/config-check.js');
      return { needs: 'nothing', run: configCheck };
    }
    case 'config print': {
      const { configPrint } = await import('./config/config-print.js');
      return { needs: 'nothing', run: configPrint };
    }
    case 'config docs': {
      const { configDocs } = await import('./config/config-docs.js');
      return { needs: 'nothing', run: (parts) => configDocs(parts, request) };
    }
    case 'topology': {
      const { topologyPrint } = await import('./topology/topology-print.js');
      return { needs: 'nothing', run: (parts) => topologyPrint(parts, request) };
    }
    case 'status': {
      const { statusShow } = await import('./status/status-show.js');
      return { needs: 'nothing', run: (parts) => statusShow(parts, request) };
    }
    case 'completion': {
      const { completionScript } = await import('./completion/completion-script.js');
      return { needs: 'nothing', run: (parts) => completionScript(parts, request) };
    }
    case 'complete': {
      const { completionAnswer } = await import('./completion/completion-answer.js');
      return { needs: 'nothing', run: (parts) => completionAnswer(parts, request) };
    }
    case 'topics check': {
      const { topicsCheck } = await import('./topics/topics-check.js');
      return { needs: 'inspection', run: topicsCheck };
    }
    case 'topics apply': {
      const { topicsApply } = await import('./topics/topics-apply.js');
      return { needs: 'inspection', run: (inspection) => topicsApply(inspection, request) };
    }
    case 'topics describe': {
      const { topicsDescribe } = await import('./topics/topics-describe.js');
      return { needs: 'inspection', run: (inspection) => topicsDescribe(inspection, request) };
    }
    case 'group': {
      const { groupShow } = await import('./group/group-show.js');
      return { needs: 'inspection', run: (inspection) => groupShow(inspection, request) };
    }
    case 'schemas check': {
      const { schemasCheck } = await import('./schemas/schemas-check.js');
      return { needs: 'nothing', run: (parts) => schemasCheck(parts, request) };
    }
    default:
      return { needs: 'operator', run: await operatorPerformanceOf(request) };
  }
};

const operatorPerformanceOf = async (
  request: OperatorRequest,
): Promise<(operator: Operator) => Promise<ExitCode>> => {
  switch (request.kind) {
    case 'publish': {
      const { publish } = await import('./events/publish.js');
      return (operator) => publish(operator, request);
    }
    case 'tail': {
      const { tail } = await import('./events/tail.js');
      return (operator) => tail(operator, request);
    }
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
