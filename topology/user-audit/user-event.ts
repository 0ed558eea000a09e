/** A user event as it is after reading: known type, valid data, timestamp in the one spelling. */
import type { UserAuth } from './generated/user-auth.js';
import type { UserRegistered } from './generated/user-registered.js';
import type { UserUpdated } from './generated/user-updated.js';

interface UserEventData {
  'user.registered': UserRegistered;
  'user.updated': UserUpdated;
  'user.auth': UserAuth;
}

export type UserEventType = keyof UserEventData;

/** Also the bounded set of names that metrics may show. */
export const USER_EVENT_TYPES = [
  'user.registered',
  'user.updated',
  'user.auth',
] as const satisfies readonly UserEventType[];

export type UserEvent = {
  readonly [Type in UserEventType]: {
    readonly type: Type;
    readonly data: UserEventData[Type];
    /** The CloudEvents id that its producer gave it, if any. */
    readonly id: string | undefined;
    /** W3C trace context, handed on as it came. */
    readonly traceparent: string | undefined;
    /** Only where there is one, and a traceparent: it means nothing alone. */
    readonly tracestate?: string;
  };
}[UserEventType];
