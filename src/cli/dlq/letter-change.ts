/** What is made of a letter's record before it is sent: another value, or none; and whether it fits its schema then. */
import type { ConsumedRecord } from '../../record/record.js';
import type { Operator } from '../cluster/operator.js';
import { letterIdText } from './dlq-request.js';
import { Refusal } from './letter-end.js';
import type { Letter } from './letter.js';
import type { LetterQueue } from './letter-queue.js';
import { sourceHeadersOf, sourceTopicOf, verdictOf } from './letter-queue.js';
import type { LetterTransform } from './letter-transform.js';
import { unlessStopped } from '../unless-stopped.js';

export interface ChangeParts {
  readonly operator: Operator;
  readonly queue: LetterQueue;
  /** Of the one letter that was edited. */
  readonly edited: Buffer | null;
  readonly transform: LetterTransform | null;
  readonly validates: boolean;
  /** In place of its own source topic. */
  readonly to: string | null;
}

/** The record as it is sent; null: it is left out. Throws Refusal. */
export type LetterChange = (letter: Letter, record: ConsumedRecord) => Promise<ConsumedRecord | null>;

const ERROR_WIDTH = 300;

export const changeOf =
  ({ operator, queue, edited, transform, validates, to }: ChangeParts): LetterChange =>
  async (letter, record) => {
    const id = letterIdText(letter.id);
    const headers = sourceHeadersOf(queue, record);
    let value = edited ?? record.value;
    if (transform !== null) {
      const { stop } = operator.parts;
      let changed: Buffer | null;
      try {
        changed = await unlessStopped(
          transform.apply(letter, { key: record.key, value }, typeof headers === 'string' ? [] : headers),
          stop,
        );
      } catch (error) {
        stop.throwIfAborted();
        const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
        throw new Refusal('the transform threw', `${id}: the transform threw ${said.slice(0, ERROR_WIDTH)}`);
      }
      if (changed === null) return null;
      value = changed;
    }
    if (validates) {
      const verdict = verdictOf(operator, to ?? sourceTopicOf(queue, letter), value, headers);
      if (verdict !== null && verdict.problem !== null)
        throw new Refusal(
          'it does not fit its schema',
          `${id} does not fit its schema, and would be a dead letter again: ${verdict.problem}. Mend it with --edit or --transform, or send it with --no-validate.`,
        );
    }
    return { ...record, value };
  };
