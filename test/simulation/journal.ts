/**
 * What is committed in a simulated run, by the source record that each entry speaks of: kept up to date
 * record by record, so that looking at it often costs little. What is wrong with a single entry is said
 * here (I5, P5: where it lies and whose bytes it has); what must hold of all of them is for the checks.
 */
import type { Command } from '../../src/lanes/command.js';
import type { ConsumedRecord } from '../../src/record/record.js';
import { recordName } from '../../src/record/event-id.js';
import { retryTopic } from '../../src/record/topic-names.js';
import type { SimulatedCluster } from '../../src/testing/simulated-cluster.js';
import { AppendTimes } from './append-times.js';
import type { DeadLetter } from './dead-letter.js';
import { readDeadLetter } from './dead-letter.js';
import { LaneLogReader } from './lane-log-reader.js';
import { LogTail } from './log-tail.js';
import { keyName } from './observations.js';
import { RecordFacts } from './record-facts.js';
import { readRetry } from './retry-reader.js';
import type { Scenario } from './scenario.js';
import { OUTPUT, sourceNameOf } from './scenario.js';
import { GROUP } from './settings.js';
import { TaskFacts } from './task-facts.js';
import type { OutputValue } from './topology.js';
import type { Violations } from './violations.js';

export interface Output {
  /** Where it lies. */
  readonly at: ConsumedRecord;
  readonly value: OutputValue;
  readonly facts: RecordFacts;
}

/** What came since the checks looked for the last time. */
export interface Fresh {
  readonly outputs: Output[];
  readonly letters: DeadLetter[];
  /** Something of them changed. */
  readonly touched: Set<RecordFacts>;
}

export class Journal {
  readonly tasks: TaskFacts[] = [];
  readonly outputs: Output[] = [];
  readonly letters: DeadLetter[] = [];
  readonly fresh: Fresh = { outputs: [], letters: [], touched: new Set() };
  readonly times: AppendTimes;
  readonly #byPlace = new Map<string, RecordFacts>();
  readonly #byName = new Map<string, RecordFacts>();
  /** Of which some record fails whatever is done, or at first. */
  readonly #uncleanKeys = new Set<string>();
  readonly #byTopic = new Map<string, TaskFacts[]>();
  readonly #laneLogs = new Map<string, LogTail>();
  /** Of all tiers that any version of the settings has. */
  readonly retryTopics: string[] = [];
  readonly #tails: LogTail[] = [];
  readonly #sources: LogTail[] = [];

  constructor(
    readonly cluster: SimulatedCluster,
    readonly scenario: Scenario,
    readonly violations: Violations,
  ) {
    this.times = new AppendTimes(cluster, (topic) => topic === OUTPUT || topic.startsWith(`${GROUP}.`));
    const tiers = new Map(
      scenario.versions.flatMap(({ retryTiers }) => retryTiers.map(({ name, delayMs }) => [name, delayMs])),
    );
    scenario.subtopologies.forEach((topics, subtopology) => {
      const name = sourceNameOf(topics);
      const of = (partition: number): TaskFacts => this.#taskOf(subtopology, topics, name, partition);
      const first = of(0);
      for (const topic of topics)
        this.#sources.push(
          new LogTail(cluster, topic, (record) => this.#source(record, of(record.partition))),
        );
      const reader = new LaneLogReader(this, violations);
      const laneLog = new LogTail(cluster, first.laneLog, (record) =>
        reader.take(of(record.partition), record),
      );
      this.#laneLogs.set(first.laneLog, laneLog);
      this.#tails.push(laneLog);
      for (const [tier, delayMs] of tiers) {
        const topic = retryTopic(GROUP, name, tier);
        this.retryTopics.push(topic);
        this.#tails.push(
          new LogTail(cluster, topic, (record) => readRetry(this, of(record.partition), record, delayMs)),
        );
      }
      this.#tails.push(
        new LogTail(cluster, first.deadLetters, (record) => this.#letter(record, of(record.partition))),
      );
    });
    this.#tails.push(new LogTail(cluster, OUTPUT, (record) => this.#output(record)));
  }

  get records(): ReadonlyMap<string, RecordFacts> {
    return this.#byPlace;
  }

  /** Everything that is committed by now. Before a log is compacted or cut, so that nothing is missed. */
  update(): void {
    for (const source of this.#sources) source.update();
    for (const tail of this.#tails) tail.update();
  }

  updateLaneLog(task: TaskFacts): void {
    this.#laneLogs.get(task.laneLog)?.updatePartition(task.partition);
  }

  groupOffset(topic: string, partition: number): number | undefined {
    return this.cluster.committedOffset(GROUP, topic, partition);
  }

  task(subtopology: number, partition: number): TaskFacts | undefined {
    return this.tasks.find((task) => task.subtopology === subtopology && task.partition === partition);
  }

  /** `topic-partition@offset`. */
  at(place: string): RecordFacts | undefined {
    const found = this.#byPlace.get(place);
    if (found !== undefined) return found;
    for (const source of this.#sources) source.update();
    return this.#byPlace.get(place);
  }

  /** By the name that a record has in the lanes of a task. */
  named(task: TaskFacts, name: string): RecordFacts | undefined {
    const found = task.letterNames.get(name) ?? this.#byName.get(name);
    if (found !== undefined) return found;
    for (const source of this.#sources) source.update();
    return this.#byName.get(name);
  }

  isUnclean({ place, key }: RecordFacts): boolean {
    return this.#uncleanKeys.has(keyName(place, key));
  }

  asked(task: TaskFacts, command: Command | null): void {
    if (command === null) return;
    if (command.kind === 'release' || command.kind === 'skip') {
      const facts = this.named(task, command.head);
      if (facts === undefined) return;
      if (command.kind === 'release') facts.releasesAsked += 1;
      else facts.skipsAsked += 1;
    } else if (command.kind === 'redrive') {
      const facts = this.letterOf(task, command.deadLetter);
      if (facts !== undefined) facts.redrivesAsked += 1;
    }
  }

  letterOf(task: TaskFacts, offset: number): RecordFacts | undefined {
    return task.letterNames.get(recordName('dlq', task.partition, offset));
  }

  #taskOf(subtopology: number, topics: readonly string[], name: string, partition: number): TaskFacts {
    const tasks = this.#byTopic.get(name) ?? [];
    this.#byTopic.set(name, tasks);
    for (let next = tasks.length; next <= partition; next++) {
      const task = new TaskFacts(subtopology, next, topics, name);
      tasks.push(task);
      this.tasks.push(task);
    }
    const task = tasks[partition];
    if (task === undefined) throw new Error(`no task for partition ${partition}`);
    return task;
  }

  #source(record: ConsumedRecord, task: TaskFacts): void {
    const facts = new RecordFacts(record, task);
    this.#byPlace.set(facts.place, facts);
    this.#byName.set(facts.name, facts);
    if (!facts.isClean) this.#uncleanKeys.add(keyName(facts.place, facts.key));
    this.fresh.touched.add(facts);
  }

  #output(at: ConsumedRecord): void {
    const value = JSON.parse(at.value?.toString() ?? '{}') as OutputValue;
    const facts = this.#byPlace.get(value.record);
    if (facts === undefined)
      return this.violations.add('I2', `an output of ${value.record}, which is not there`, [value.record]);
    if ((at.key?.toString() ?? null) !== facts.key)
      this.violations.add('I5', `an output of ${facts.place} has another key`, [facts.place]);
    facts.outputs[value.index] = (facts.outputs[value.index] ?? 0) + 1;
    const output = { at, value, facts };
    this.outputs.push(output);
    this.fresh.outputs.push(output);
    this.fresh.touched.add(facts);
  }

  #letter(at: ConsumedRecord, task: TaskFacts): void {
    const letter = readDeadLetter(at, task);
    const facts = this.named(task, letter.id);
    const isItself = facts?.topic === letter.topic && facts.offset === letter.offset;
    if (facts === undefined || !isItself)
      return this.violations.add('I2', `a dead letter of ${letter.id}, which is not there`, [task.name]);
    if (facts.partition !== at.partition)
      this.violations.add('I5', `the dead letter of ${facts.place} lies in partition ${at.partition}`, [
        facts.place,
      ]);
    if (!facts.isSameAs(at.key, at.value))
      this.violations.add('P5', `the dead letter of ${facts.place} has other bytes`, [facts.place]);
    task.letterNames.set(recordName('dlq', at.partition, at.offset), facts);
    if (!letter.isNotice) {
      facts.letters += 1;
      if (letter.reason === 'skipped') facts.skipped += 1;
      if (letter.reason === 'lane-full') facts.laneFull += 1;
    }
    this.letters.push(letter);
    this.fresh.letters.push(letter);
    this.fresh.touched.add(facts);
  }
}
