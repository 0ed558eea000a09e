/**
 * `store`: what state stores hold, where effects are exactly once. Each handler counts in a store, and its outputs say
 * what it has counted: without gap and without repeat, or an attempt that failed has left a trace, an update was lost, or
 * a restore has forgotten something. At rest the stores of the DSL hold what the outputs say; and memory is what the
 * changelog says, entry by entry (I8).
 */
import { laneLogTopic } from '../../src/record/topic-names.js';
import { TaskStores } from '../../src/state/task-stores.js';
import { isStoreLogKey } from '../../src/state/store-log.js';
import type { Task } from '../../src/task/task.js';
import type { Journal, Output } from './journal.js';
import { LogTail } from './log-tail.js';
import { GROUP } from './settings.js';
import type { StoreOperator } from './store-plan.js';
import { chained, groupOf, markOf, regroupTopic, storeOf } from './stored-streams.js';

export class StoreChecks {
  readonly #isExact: boolean;
  /** By the counter, then by count: whose output has it. */
  readonly #counts = new Map<string, Map<number, string>>();
  readonly #outputs: Output[] = [];

  constructor(readonly journal: Journal) {
    this.#isExact = journal.scenario.guarantee === 'exactly_once_v2';
  }

  output(output: Output): void {
    const { facts, value } = output;
    const { stores } = this.journal.scenario;
    if (stores === null || !this.#isExact) return;
    this.#outputs.push(output);
    if (value.count === undefined || value.index > 0) return;
    const counter = stores.sharing === 'key' ? `${facts.task.name} ${facts.key ?? ''}` : facts.task.name;
    let counts = this.#counts.get(counter);
    if (counts === undefined) this.#counts.set(counter, (counts = new Map<number, string>()));
    const before = counts.get(value.count);
    if (before !== undefined)
      this.#wrong(`${counter} counted ${value.count} twice: for ${before} and for ${facts.place}`, [
        before,
        facts.place,
      ]);
    counts.set(value.count, facts.place);
  }

  /** What repartition topics hold has been read and committed. */
  get isAtRest(): boolean {
    const { cluster, scenario } = this.journal;
    if (scenario.stores?.operators.includes('regroup') !== true) return true;
    return scenario.subtopologies.every((_, at) => {
      const topic = `${GROUP}-${regroupTopic(at)}-repartition`;
      let isRead = true;
      const tail = new LogTail(cluster, topic, ({ partition, offset }) => {
        isRead &&= (this.journal.groupOffset(topic, partition) ?? 0) > offset;
      });
      tail.update();
      return isRead;
    });
  }

  atRest(tasks: readonly Task[]): void {
    const { stores } = this.journal.scenario;
    if (stores === null || !this.#isExact) return;
    for (const [counter, counts] of this.#counts)
      for (let count = 1; count <= counts.size; count++)
        if (!counts.has(count))
          this.#wrong(`${counter} never counted ${count}`, [...counts.values()].slice(0, 3));
    for (const task of tasks) this.#memory(task);
    for (const operator of stores.operators) {
      if (operator === 'reduce') this.#order(tasks);
      else this.#operator(operator, tasks);
    }
  }

  #memory({ id, partition, sources, stores }: Task): void {
    if (stores.isEmpty) return;
    const source = sources.length > 1 ? 'sources' : (sources[0] ?? '');
    const name = source.startsWith(`${GROUP}-`) ? source.slice(GROUP.length + 1) : source;
    const logged = new TaskStores(stores.names);
    const { cluster } = this.journal;
    const tail = new LogTail(cluster, laneLogTopic(GROUP, name), ({ key, value }) => {
      if (key !== null && isStoreLogKey(key)) logged.replay(key, value);
    });
    tail.updatePartition(partition);
    for (const store of stores.names) {
      const [memory, log] = [stores, logged].map((of) =>
        [...of.store(store).entries(null, null, false)].map(
          ([key, value]) => `${key.toString('hex')}=${value.toString('hex')}`,
        ),
      );
      const extra = memory?.filter((entry) => log?.includes(entry) !== true) ?? [];
      const missing = log?.filter((entry) => memory?.includes(entry) !== true) ?? [];
      if (extra.length + missing.length > 0)
        this.#wrong(
          `task ${id}: memory and changelog of ${store} differ: only memory has ${extra.slice(0, 3).join() || 'nothing'}, only the log ${missing.slice(0, 3).join() || 'nothing'}`,
          [],
        );
    }
  }

  /** What a reduce has made of each key is what it makes of the outputs in their order. */
  #order(tasks: readonly Task[]): void {
    for (const at of this.journal.scenario.subtopologies.keys()) {
      const expected = new Map<string, number>();
      for (const { facts, value } of this.#outputs) {
        if (facts.task.subtopology !== at || facts.key === null) continue;
        const name = `${facts.partition} ${facts.key}`;
        const mark = markOf(value.record, value.index);
        const all = expected.get(name);
        expected.set(name, all === undefined ? mark : chained(all, mark));
      }
      const store = storeOf('reduce', at);
      for (const task of tasks) {
        if (!task.stores.names.includes(store)) continue;
        for (const [key, value] of task.stores.store(store).entries(null, null, false)) {
          const name = `${task.partition} ${key.toString()}`;
          const found = Number(value.toString('utf8', 8));
          if (expected.get(name) !== found)
            this.#wrong(
              `${store} of ${name} is ${found}, in the order of the outputs it is ${expected.get(name) ?? 'nothing'}`,
              [],
            );
          expected.delete(name);
        }
      }
      for (const name of expected.keys()) this.#wrong(`${store} has nothing of ${name}`, []);
    }
  }

  /** Counts of the DSL: sums over all tasks. */
  #operator(operator: StoreOperator, tasks: readonly Task[]): void {
    if (operator === 'table' || operator === 'final') return;
    for (const at of this.journal.scenario.subtopologies.keys()) {
      const store = storeOf(operator, at);
      const outputs = this.#outputs.filter(
        ({ facts }) => facts.task.subtopology === at && facts.key !== null,
      );
      const expected = new Map<string, number>();
      for (const { facts } of outputs) {
        const name =
          operator === 'regroup' ? groupOf(facts.key ?? '') : `${facts.partition} ${facts.key ?? ''}`;
        expected.set(name, (expected.get(name) ?? 0) + 1);
      }
      const found = new Map<string, number>();
      for (const task of tasks) {
        if (!task.stores.names.includes(store)) continue;
        for (const [key, value] of task.stores.store(store).entries(null, null, false)) {
          const count = countIn(operator, key, value);
          if (count === null) continue;
          const name = operator === 'regroup' ? count.key : `${task.partition} ${count.key}`;
          found.set(name, (found.get(name) ?? 0) + count.count);
        }
      }
      const told = (counts: ReadonlyMap<string, number>): string =>
        [...counts]
          .map(([name, count]) => `${name}: ${count}`)
          .sort()
          .join(', ');
      if (told(expected) !== told(found))
        this.#wrong(
          `${store} has ${told(found) || 'nothing'}, the outputs say ${told(expected) || 'nothing'}`,
          [],
        );
    }
  }

  #wrong(what: string, about: readonly string[]): void {
    this.journal.violations.add('store', what, about);
  }
}

/** Timestamp and value, of a window under its start and the key; null: no count. */
const countIn = (
  operator: StoreOperator,
  key: Buffer,
  value: Buffer,
): { readonly key: string; readonly count: number } | null => {
  // The stream time that a windowed store has seen.
  if (operator === 'window' && key[0] !== 1) return null;
  const count = Number(value.readBigInt64BE(8));
  return { key: key.toString('latin1', operator === 'window' ? 9 : 0), count };
};
