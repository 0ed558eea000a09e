/** Requests about events, as they are when nothing else was said. */
import type { Tail } from '../../../src/cli/events/events-request.js';

export const TAIL: Tail = {
  kind: 'tail',
  topic: null,
  partition: null,
  user: null,
  type: null,
  action: null,
  status: null,
  since: null,
  until: null,
  from: null,
  follow: false,
  limit: null,
  format: null,
};
