/** Commit units and sources of them whose life a test can follow. */
import type { CommitSource, CommitUnit } from '../../../src/ports/commit.js';
import type { ProducedRecord } from '../../../src/record/record.js';
import { position, produced } from './records.js';

export const unitOf = (name: string, given: Partial<CommitUnit> = {}): CommitUnit => ({
  records: [produced(`${name}-1`), produced(`${name}-2`)],
  changelog: [],
  checkpoint: produced(`${name}-checkpoint`),
  offsets: [position(name, 0, 2), position('lanes', 0, 1)],
  isLost: () => false,
  settle: () => undefined,
  ...given,
});

/** A source that is dirty for as long as it has records that were not committed. */
export class ScriptedSource implements CommitSource {
  readonly settled: ('committed' | 'aborted')[] = [];
  lost = false;
  taken = 0;
  /** What its next unit claims to weigh; by default what it does. */
  claimedBytes: number | undefined;

  constructor(
    readonly name: string,
    public open: ProducedRecord[] = [produced(name)],
  ) {}

  isDirty(): boolean {
    return this.open.length > 0;
  }

  get dueBytes(): number {
    const bytesOf = ({ key, value }: ProducedRecord): number => (key?.length ?? 0) + (value?.length ?? 0);
    return this.claimedBytes ?? this.open.reduce((sum, record) => sum + bytesOf(record), 0);
  }

  takeUnit(): CommitUnit {
    this.taken += 1;
    const records = this.open;
    this.open = [];
    return unitOf(this.name, {
      records,
      isLost: () => this.lost,
      settle: (outcome) => {
        this.settled.push(outcome);
        if (outcome === 'aborted') this.open = [...records, ...this.open];
      },
    });
  }
}
