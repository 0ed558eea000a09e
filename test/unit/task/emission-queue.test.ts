import { expect } from 'chai';
import fc from 'fast-check';
import { epochMs, monotonicMs, taskId, partition } from '../../../src/record/units.js';
import { BatchRecord } from '../../../src/task/batch-record.js';
import { EmissionQueue } from '../../../src/task/emission-queue.js';
import { QueueEntry } from '../../../src/task/queue-entry.js';
import { batchOf, consumed } from '../support/records.js';

const OWNER = { id: taskId(0, partition(0)), partitionCount: () => 1 };

const entryOf = (order: number, key: string | null): QueueEntry =>
  new QueueEntry(new BatchRecord(batchOf([consumed(order, { key })]), 0), 0, order, epochMs(0), OWNER);

/** One thing that happens; `pick` chooses among those it can happen to. */
type Event =
  | { readonly what: 'add'; readonly key: string | null }
  | { readonly what: 'start' | 'succeed' | 'fail' | 'decide'; readonly pick: number };

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('a', 'a', 'b', 'c', null).map((key) => ({ what: 'add' as const, key })),
  },
  {
    weight: 6,
    arbitrary: fc.record({ what: fc.constantFrom('start', 'succeed', 'fail', 'decide'), pick: fc.nat() }),
  },
);

/** What a task does with its queue, and what must hold of it after every step. */
class Model {
  readonly queue = new EmissionQueue();
  readonly left: number[] = [];
  readonly begun = new Set<QueueEntry>();
  #added: QueueEntry[] = [];
  #failed = new Set<QueueEntry>();

  get waiting(): readonly QueueEntry[] {
    return this.#added.filter((entry) => !this.begun.has(entry));
  }

  apply(given: Event): void {
    switch (given.what) {
      case 'add': {
        const entry = entryOf(this.left.length + this.#added.length, given.key);
        this.#added.push(entry);
        this.queue.add(entry);
        break;
      }
      case 'start': {
        const entry = this.queue.takeStartable();
        expect(entry).to.equal(this.#mayStart()[0]);
        if (entry === undefined) break;
        this.begun.add(entry);
        entry.begin(epochMs(0));
        break;
      }
      case 'succeed':
      case 'fail':
        this.#end(given.what, given.pick);
        break;
      case 'decide':
        this.decide();
    }
    this.check();
  }

  /** The front leaves when it has a result; a failed one frees its key only then. */
  decide(): boolean {
    const front = this.queue.front();
    if (front?.state !== 'resolved') return false;
    this.queue.shift();
    this.#added = this.#added.filter((entry) => entry !== front);
    this.left.push(front.order);
    if (this.#failed.delete(front)) this.queue.freeKey(front);
    return true;
  }

  check(): void {
    expect(this.left).to.deep.equal(this.left.map((_, i) => i));
    expect(this.queue.length).to.equal(this.#added.length);
    expect([...this.queue]).to.deep.equal(this.#added);
    expect(this.queue.front()).to.equal(this.#added[0]);
    const running = this.#added.filter(({ state }) => state === 'running');
    const busy = [...running, ...this.#mayStart()].flatMap(({ slot }) => slot ?? []);
    expect(new Set(busy).size, 'one per key').to.equal(busy.length);
  }

  #end(how: 'succeed' | 'fail', pick: number): void {
    const running = this.#added.filter(({ state }) => state === 'running');
    const entry = running[pick % Math.max(1, running.length)];
    if (entry === undefined) return;
    entry.resolve(
      { kind: 'effects', effects: { outputs: [], changes: [], reads: [], isDropped: false } },
      monotonicMs(0),
    );
    if (how === 'succeed') this.queue.freeKey(entry);
    else this.#failed.add(entry);
  }

  /** DESIGN §6: a record starts when every earlier queued record of its key has succeeded. Oldest first. */
  #mayStart(): readonly QueueEntry[] {
    return this.waiting.filter((entry) =>
      this.#added.every(
        (other) =>
          other.order >= entry.order ||
          other.slot === undefined ||
          other.slot !== entry.slot ||
          (other.state === 'resolved' && !this.#failed.has(other)),
      ),
    );
  }

  /** Whatever happened before: everything that is begun ends, and what may start starts. */
  finish(): void {
    for (;;) {
      const before = this.left.length + this.begun.size;
      this.apply({ what: 'start', pick: 0 });
      this.apply({ what: 'succeed', pick: 0 });
      while (this.decide()) this.check();
      if (this.left.length + this.begun.size === before && this.queue.length > 0) break;
      if (this.queue.length === 0) return;
    }
    const stillRuns = [...this.queue].some(({ state }) => state === 'running');
    if (stillRuns) this.finish();
  }
}

describe('EmissionQueue', () => {
  it('as a law: per key one at a time, oldest first, and entries leave in the order in which they came', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 120 }), (events) => {
        const model = new Model();
        for (const given of events) model.apply(given);
      }),
      { numRuns: 300 },
    );
  });

  it('as a law: nothing is ever stuck, whatever succeeded, failed and was decided before', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 80 }), (events) => {
        const model = new Model();
        for (const given of events) model.apply(given);
        model.finish();
        expect(model.queue.length).to.equal(0);
        expect(model.queue.takeStartable()).to.equal(undefined);
      }),
      { numRuns: 200 },
    );
  });

  it('forgets a key that has no entry any more, so that its next record starts at once', () => {
    const queue = new EmissionQueue();
    const [first, second] = [entryOf(0, 'a'), entryOf(1, 'a')];
    queue.add(first);
    expect(queue.takeStartable()).to.equal(first);
    queue.freeKey(first);
    queue.shift();
    queue.add(second);
    expect(queue.takeStartable()).to.equal(second);
  });

  it('gives what failed as a probe its place again once that is forgiven', () => {
    const queue = new EmissionQueue();
    const [first, second] = [entryOf(0, 'a'), entryOf(1, 'b')];
    first.failedProbes = 1;
    for (const entry of [first, second]) queue.add(entry);
    expect(queue.startable(() => false)).to.equal(second);
    queue.forgiveProbes();
    expect(queue.takeStartable()).to.equal(first);
    expect(queue.takeStartable()).to.equal(second);
  });

  it('keeps order and count over many thousands of entries', () => {
    const queue = new EmissionQueue();
    let next = 0;
    for (let added = 0; added < 10_000; added++) {
      queue.add(entryOf(added, null));
      while (queue.length > added % 2000) {
        expect(queue.front()?.order).to.equal(next++);
        queue.shift();
      }
    }
    expect(queue.length).to.equal(10_000 - next);
    expect([...queue].map(({ order }) => order)[0]).to.equal(next);
  });

  it('is as new once it is cleared', () => {
    const queue = new EmissionQueue();
    queue.add(entryOf(0, 'a'));
    queue.add(entryOf(1, 'a'));
    queue.clear();
    expect(queue.length).to.equal(0);
    expect(queue.front()).to.equal(undefined);
    expect(queue.takeStartable()).to.equal(undefined);
    const again = entryOf(2, 'a');
    queue.add(again);
    expect(queue.takeStartable()).to.equal(again);
  });
});
