/** Everything that may be asked of the command line. Data only. A new family of commands begins with a member here. */
import type { CompletionRequest } from './completion/completion-request.js';
import type { ConfigRequest } from './config/config-request.js';
import type { DlqRequest } from './dlq/dlq-request.js';
import type { EventsRequest } from './events/events-request.js';
import type { GroupRequest } from './group/group-request.js';
import type { LanesRequest } from './lanes/lanes-request.js';
import type { SchemasRequest } from './schemas/schemas-request.js';
import type { StatusRequest } from './status/status-request.js';
import type { TopicsRequest } from './topics/topics-request.js';
import type { TopologyRequest } from './topology/topology-request.js';

/** Those that look at topics of the application, or write to them. */
export type OperatorRequest = LanesRequest | DlqRequest | EventsRequest;
/** Those that look at the cluster itself. */
export type InspectionRequest = TopicsRequest | GroupRequest;
/** Those that need no Kafka. */
export type LocalRequest =
  ConfigRequest | TopologyRequest | StatusRequest | CompletionRequest | SchemasRequest;

export type Request = OperatorRequest | InspectionRequest | LocalRequest;

const CHANGING = {
  publish: true,
  'lanes release': true,
  'lanes skip': true,
  'dlq replay': true,
  'dlq resume': true,
  'dlq dismiss': true,
  'topics apply': true,
} as const satisfies Partial<Record<Request['kind'], true>>;

/** It writes something: it has to end in order, even if nobody reads what it says. */
export const changesSomething = ({ kind }: Request): boolean => kind in CHANGING;
