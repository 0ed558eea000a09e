/** From what the operator asked for to the one that does it. */
import { dlqDismiss, dlqRedrive } from './dlq-change.js';
import { dlqList } from './dlq-list.js';
import { dlqShow } from './dlq-show.js';
import type { ExitCode } from './exit-code.js';
import { lanesChange } from './lanes-change.js';
import { lanesList } from './lanes-list.js';
import { lanesShow } from './lanes-show.js';
import type { Operator } from './operator.js';
import type { OperatorRequest } from './operator-request.js';

export const perform = (operator: Operator, request: OperatorRequest): Promise<ExitCode> => {
  switch (request.kind) {
    case 'lanes list':
      return lanesList(operator, request);
    case 'lanes show':
      return lanesShow(operator, request);
    case 'lanes release':
    case 'lanes skip':
      return lanesChange(operator, request);
    case 'dlq list':
      return dlqList(operator, request);
    case 'dlq show':
      return dlqShow(operator, request);
    case 'dlq redrive':
      return dlqRedrive(operator, request);
    case 'dlq dismiss':
      return dlqDismiss(operator, request);
  }
};
