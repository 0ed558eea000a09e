/** Folds the entries of the lane logs into the facts of their tasks, and says what is wrong with one. */
import { armText } from '../../src/lanes/arm.js';
import type { LaneLogKey } from '../../src/lanes/lane-log.js';
import { decodeLane, decodeOutcome, parseLaneLogKey, slotOf } from '../../src/lanes/lane-log.js';
import { laneKeyOf } from '../../src/lanes/lane-log.js';
import { decodeRecord } from '../../src/lanes/record-codec.js';
import { idText } from '../../src/lanes/record-id.js';
import type { ConsumedRecord } from '../../src/record/record.js';
import { decodeCheckpoint } from '../../src/state/checkpoint.js';
import { isStoreLogKey } from '../../src/state/store-log.js';
import type { Journal } from './journal.js';
import type { TaskFacts } from './task-facts.js';
import type { Violations } from './violations.js';

export class LaneLogReader {
  constructor(
    readonly journal: Journal,
    readonly violations: Violations,
  ) {}

  take(task: TaskFacts, record: ConsumedRecord): void {
    const { key, offset, value } = record;
    if (key !== null && isStoreLogKey(key)) return;
    try {
      this.#apply(task, record, parseLaneLogKey(key ?? Buffer.alloc(0), task.partition), value);
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      this.violations.add('I8', `${task.laneLog}-${task.partition}@${offset}: ${what}`, [task.name]);
    }
  }

  #apply(task: TaskFacts, record: ConsumedRecord, key: LaneLogKey, value: Buffer | null): void {
    switch (key.kind) {
      case 'checkpoint': {
        const checkpoint = { offset: record.offset, ...decodeCheckpoint(value ?? Buffer.alloc(0)) };
        task.last = checkpoint;
        task.checkpoints.set(checkpoint.sequence, checkpoint);
        return;
      }
      case 'command':
        return this.#outcome(task, key.offset, value);
      case 'lane': {
        const slot = slotOf(key.lane);
        const logged = value === null ? null : decodeLane(value);
        if (logged === null) task.lanes.delete(slot);
        else {
          const loggedAtMs = this.journal.times.of(record);
          task.lanes.set(slot, { key: key.lane, logged, loggedAtMs });
        }
        this.#note(task, record, slot, () =>
          logged === null
            ? 'lane gone'
            : `lane ${logged.state.status} head ${logged.head} attempts ${logged.state.attempts} delay ${logged.state.delayMs ?? 'none'} arm ${logged.arm === null ? 'none' : armText(logged.arm)}${logged.state.copied ? ' copied' : ''}`,
        );
        return;
      }
      case 'follower':
        return this.#follower(task, record, key.id, value);
    }
  }

  #follower(
    task: TaskFacts,
    record: ConsumedRecord,
    id: Extract<LaneLogKey, { kind: 'follower' }>['id'],
    value: Buffer | null,
  ): void {
    const key = record.key?.toString('latin1') ?? '';
    const before = task.followers.get(key);
    task.followers.delete(key);
    if (before !== undefined) {
      before.facts.inLanes -= 1;
      this.journal.fresh.touched.add(before.facts);
    }
    const name = idText(id);
    if (value === null)
      return this.#note(task, record, before?.slot ?? null, () => `${name} leaves the lane`);
    const facts = this.journal.named(task, name);
    if (facts === undefined) throw new Error(`an entry of ${name}, which is not there`);
    const written = decodeRecord(value);
    const { at } = facts;
    const isItself =
      written.topic === at.topic && written.offset === at.offset && written.timestamp === at.timestamp;
    if (!isItself || !facts.isSameAs(written.key, written.value))
      this.violations.add('P5', `the entry of ${facts.place} in the lane log has other bytes`, [facts.place]);
    if (facts.partition !== task.partition)
      this.violations.add('I5', `${facts.place} is in a lane of ${task.name}`, [facts.place]);
    const slot = slotOf(laneKeyOf(written.key, id));
    task.followers.set(key, { name, slot, isRedriven: id.kind === 'redriven', facts });
    facts.inLanes += 1;
    this.journal.fresh.touched.add(facts);
    this.#note(task, record, slot, () => `${name} joins the lane`);
  }

  #outcome(task: TaskFacts, offset: number, value: Buffer | null): void {
    if (value === null) return void task.outcomes.delete(offset);
    const outcome = decodeOutcome(value);
    const isNew = !task.outcomes.has(offset);
    task.outcomes.set(offset, outcome);
    const command = task.asked.get(offset);
    if (command === undefined) throw new Error(`an outcome of the command ${offset}, which nobody wrote`);
    task.events.push({
      slot: command?.key?.toString('latin1') ?? null,
      text: `command ${offset} ${outcome.command}: ${outcome.outcome} (${outcome.why})`,
    });
    if (!isNew || command?.kind !== 'redrive' || outcome.outcome !== 'done') return;
    const facts = this.journal.letterOf(task, command.deadLetter);
    if (facts === undefined) return;
    facts.redriven += 1;
    this.journal.fresh.touched.add(facts);
  }

  #note(
    task: TaskFacts,
    { topic, partition, offset }: ConsumedRecord,
    slot: string | null,
    what: () => string,
  ): void {
    task.events.push({ slot, text: `${topic}-${partition}@${offset} ${what()}` });
  }
}
