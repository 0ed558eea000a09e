/** What a topology says of the values of its source topics, for commands that look at one. Pure. */
import { createUserEventSerde } from '../../../topology/user-audit/user-event-serde.js';
import type { Headers } from '../../record/record.js';
import { NotRetryableError } from '../../record/record-error.js';

export interface ReadableValue {
  /** The source topic. */
  readonly topic: string;
  readonly value: Buffer | null;
  readonly headers: Headers;
}

export interface ValueSchema {
  /** Null: it is valid. Else what is wrong: reason, path and keyword, never the value. */
  readonly problemOf: (record: ReadableValue) => string | null;
}

/** Topologies that read user events. */
const OF_USER_EVENTS: readonly string[] = ['user-audit', 'user-activity'];

/** Compiled when it is first asked for. Null: the topology has no schema. */
export const valueSchemaOf = (topology: string, strict: boolean): (() => ValueSchema | null) => {
  let schema: ValueSchema | undefined;
  return () => (OF_USER_EVENTS.includes(topology) ? (schema ??= userEventSchema(strict)) : null);
};

const userEventSchema = (strict: boolean): ValueSchema => {
  const serde = createUserEventSerde({ strict });
  return {
    problemOf: ({ topic, value, headers }) => {
      try {
        serde.deserialize(value, { topic, headers, isKey: false });
        return null;
      } catch (error) {
        // Its messages hold no value; those of anything else might, and parsers quote what they read.
        if (!(error instanceof NotRetryableError)) return 'it cannot be read';
        return error.cause instanceof SyntaxError
          ? `${error.reason}: it is no JSON`
          : `${error.reason}: ${error.message}`;
      }
    },
  };
};
