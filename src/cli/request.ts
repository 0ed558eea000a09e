/** Everything that may be asked of the command line. Data only. A new family of commands begins with a member here. */
import type { DlqRequest } from './dlq/dlq-request.js';
import type { EventsRequest } from './events/events-request.js';
import type { LanesRequest } from './lanes/lanes-request.js';

export type Request = LanesRequest | DlqRequest | EventsRequest;
