/** One KafkaError of each kind. */
import type { KafkaErrorClass } from '../../../src/ports/kafka-error.js';
import { KafkaError } from '../../../src/ports/kafka-error.js';

export const KINDS = [
  'retriable',
  'abortable',
  'fenced',
  'fatal',
  'unusable',
] as const satisfies KafkaErrorClass[];

export const errorOf = (kind: KafkaErrorClass, code = 7, permanent = false): KafkaError =>
  new KafkaError(kind, code, `${kind} (${code})`, { permanent });
