/** Everything that may be asked of the command line. Data only. A new family of commands begins with a member here. */
import type { DlqRequest } from './dlq/dlq-request.js';
import type { LanesRequest } from './lanes/lanes-request.js';
import type { SchemasRequest } from './schemas/schemas-request.js';

/** Of those that need the cluster. */
export type OperatorRequest = LanesRequest | DlqRequest;

export type Request = OperatorRequest | SchemasRequest;
