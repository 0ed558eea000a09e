/**
 * Commits units without a transaction. No fence protects it, so the order of the writes carries the
 * promise (review F13): outputs, dead letters and retry records, then the changelog stage by stage, then the
 * checkpoints, then the offsets, each acknowledged before the next begins. A crash between two steps repeats records; it never loses one.
 * Records that were acknowledged are not sent again when a later step of the same commit was refused.
 */
import type { SourceConsumer } from '../ports/consumer.js';
import { asKafkaError } from '../ports/kafka-error.js';
import type { AcknowledgedProducer } from '../ports/producer.js';
import type { RecordList } from '../record/record-list.js';
import type { CommitResult, CommitUnit } from '../ports/commit.js';
import type { Committer } from './committer.js';

export class AtLeastOnceCommitter implements Committer {
  /** Lists of records that are acknowledged whole: a unit that comes again brings the same list. */
  readonly #acknowledged = new WeakSet<RecordList>();

  constructor(
    private readonly producer: AcknowledgedProducer,
    private readonly consumer: SourceConsumer,
  ) {}

  async commit(units: readonly CommitUnit[]): Promise<CommitResult> {
    try {
      for (const lists of stagesOf(units)) {
        const due = lists.filter((records) => !this.#acknowledged.has(records));
        await this.producer.send(due.flatMap((records) => [...records]));
        for (const records of due) this.#acknowledged.add(records);
        if (units.some((unit) => unit.isLost())) return { kind: 'aborted', cause: 'lost' };
      }
      await this.producer.send(units.map((unit) => unit.checkpoint));
      if (units.some((unit) => unit.isLost())) return { kind: 'aborted', cause: 'lost' };
      await this.consumer.commit(units.flatMap((unit) => unit.offsets));
      return { kind: 'committed' };
    } catch (error) {
      const cause = asKafkaError(error);
      return cause.kind === 'fatal' || cause.kind === 'fenced'
        ? { kind: 'fatal', cause }
        : { kind: 'aborted', cause };
    }
  }
}

/** The first lists of all units, then the second ones, and so on. */
const stagesOf = (units: readonly CommitUnit[]): readonly (readonly RecordList[])[] => {
  const most = Math.max(...units.map(({ changelog }) => changelog.length));
  return [
    units.map(({ records }) => records),
    ...Array.from({ length: most }, (_, stage) => units.flatMap(({ changelog }) => [changelog[stage] ?? []])),
  ];
};
