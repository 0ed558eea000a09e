/**
 * From what was asked for to the one that does it, and what it needs for that. Each is loaded when it is asked
 * for, so that no command waits for the libraries of another; only `operator` needs node-rdkafka.
 */
import type { Operator } from './cluster/operator.js';
import type { ExitCode } from './exit-code.js';
import type { OperatorRequest, Request } from './request.js';
import type { Output } from './terminal/output.js';

export type Performance =
  | { readonly needs: 'operator'; readonly run: (operator: Operator) => Promise<ExitCode> }
  | { readonly needs: 'nothing'; readonly run: (parts: { readonly output: Output }) => ExitCode };

export const performanceOf = async (request: Request): Promise<Performance> => {
  switch (request.kind) {
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
    case 'dlq redrive': {
      const { dlqRedrive } = await import('./dlq/dlq-change.js');
      return (operator) => dlqRedrive(operator, request);
    }
    case 'dlq dismiss': {
      const { dlqDismiss } = await import('./dlq/dlq-change.js');
      return (operator) => dlqDismiss(operator, request);
    }
  }
};
