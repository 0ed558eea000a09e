/** The changelog of a task while it is replayed: the lanes of it, and the state stores. */
import { LaneLogImage } from '../lanes/lane-log-image.js';
import type { Partition } from '../record/units.js';
import type { ChangelogImage } from '../state/acquire.js';
import { isStoreLogKey } from '../state/store-log.js';
import type { TaskStores } from '../state/task-stores.js';

export class TaskImage implements ChangelogImage {
  readonly lanes: LaneLogImage;

  constructor(
    partition: Partition,
    private readonly stores: TaskStores,
  ) {
    this.lanes = new LaneLogImage(partition);
  }

  clear(): void {
    this.lanes.clear();
    this.stores.clear();
  }

  apply(key: Buffer, value: Buffer | null): void {
    if (isStoreLogKey(key)) this.stores.replay(key, value);
    else this.lanes.apply(key, value);
  }
}
