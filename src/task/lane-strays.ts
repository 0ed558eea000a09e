/**
 * What a restore found in the lane log and did not take, see `Strays`: lanes that are over leave at once, records that
 * are read again once they are decided, and a lane that was not in order is written in its order.
 */
import type { Strays } from '../lanes/lane-log-image.js';
import type { LaneTable } from '../lanes/lane-table.js';
import type { RecordId } from '../lanes/record-id.js';
import { idText } from '../lanes/record-id.js';
import type { LaneBook } from './lane-book.js';

export class LaneStrays {
  readonly #records = new Map<string, RecordId>();

  constructor(
    private readonly table: LaneTable,
    private readonly book: LaneBook,
  ) {}

  restore({ disordered, lanes, records }: Strays): void {
    for (const key of lanes) this.book.end({ key });
    for (const id of records) this.#records.set(idText(id), id);
    // The next restore may trust the order of the log.
    for (const lane of disordered)
      if ([...lane].every((record) => this.book.fits(record)))
        for (const record of lane) this.book.follow(record);
  }

  get isEmpty(): boolean {
    return this.#records.size === 0;
  }

  /** A source record of that name is decided: what the log has of it leaves, unless it waits in a lane now. */
  passed(name: string): void {
    const id = this.#records.get(name);
    if (id === undefined) return;
    this.#records.delete(name);
    if (this.table.record(name) === undefined) this.book.leave({ id });
  }

  clear(): void {
    this.#records.clear();
  }
}
