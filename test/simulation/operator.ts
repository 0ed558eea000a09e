/**
 * The operator of a simulated run: reads what is committed of lanes and dead letters, as the command line
 * does, and writes commands; some of them come too late, or mean something that is not there.
 */
import type { Random } from '../../src/testing/random.js';
import type { SimulatedCluster } from '../../src/testing/simulated-cluster.js';
import type { Command } from '../../src/lanes/command.js';
import { encodeCommand } from '../../src/lanes/command.js';
import { decodeHeaders } from '../../src/record/headers.js';
import { offset, partition } from '../../src/record/units.js';
import type { DeadLetter } from './dead-letter.js';
import type { Focus } from './focus.js';
import type { Journal } from './journal.js';
import type { TaskFacts } from './task-facts.js';

export type CommandAim =
  /** The head of a lane, a dead letter that is an end. */
  | 'right'
  /** A record that is not at the head, a notice, a letter of another record. */
  | 'wrong'
  /** Bytes that are no command. */
  | 'unreadable';

export interface PlannedCommand {
  readonly atMs: number;
  readonly kind: Command['kind'];
  readonly aim: CommandAim;
  /** Which of those that there are then. */
  readonly draw: number;
  /** Written so many times. */
  readonly times: number;
  /** To every lane or letter that there is. */
  readonly toAll: boolean;
}

export const randomCommands = (
  random: Random,
  chaosMs: number,
  focus: Focus | undefined,
): readonly PlannedCommand[] => {
  const count = focus === 'operator' ? random.between(5, 30) : random.pick([0, 0, 0, 2, 6]);
  return Array.from({ length: count }, () => ({
    // Some when everything is calm already.
    atMs: random.between(0, chaosMs + 10_000),
    kind: random.pick<Command['kind']>([
      'release',
      'release',
      'skip',
      'skip',
      'redrive',
      'redrive',
      'dismiss',
    ]),
    aim: random.pick<CommandAim>(['right', 'right', 'right', 'right', 'wrong', 'wrong', 'unreadable']),
    draw: random.next(),
    times: random.pick([1, 1, 1, 2]),
    toAll: random.chance(0.1),
  }));
};

const BY = 'simulation';

export class Operator {
  constructor(
    readonly cluster: SimulatedCluster,
    readonly journal: Journal,
  ) {}

  act(planned: PlannedCommand): void {
    this.journal.update();
    if (planned.kind === 'redrive' || planned.kind === 'dismiss') this.#actOnLetters(planned);
    else this.#actOnLanes(planned, planned.kind);
  }

  #actOnLanes({ aim, draw, times, toAll }: PlannedCommand, kind: 'release' | 'skip'): void {
    const lanes = this.journal.tasks.flatMap((task) =>
      [...task.lanes.values()].map((lane) => ({ task, lane })),
    );
    for (const { task, lane } of toAll ? lanes : pick(lanes, draw)) {
      const key = lane.key.kind === 'keyed' ? lane.key.key : null;
      const others = [...task.followers.values()].filter(({ name }) => name !== lane.logged.head);
      const [other] = pick(others, draw);
      const head = aim === 'wrong' ? (other?.name ?? 'nobody-0-0') : lane.logged.head;
      this.#write(task, { kind, key, head, deadLetter: null, by: BY }, aim, times);
    }
  }

  #actOnLetters({ kind, aim, draw, times, toAll }: PlannedCommand): void {
    const letters = this.journal.letters.filter(({ isNotice }) => isNotice === (aim === 'wrong'));
    for (const letter of toAll ? letters : pick(letters, draw)) {
      const { task, at } = letter;
      const common = { key: at.key, deadLetter: at.offset, by: BY };
      if (kind === 'dismiss') this.#write(task, { kind, why: 'simulated', ...common }, aim, times);
      else this.#write(task, { kind: 'redrive', record: recordOf(letter), ...common }, aim, times);
    }
  }

  #write(task: TaskFacts, command: Command, aim: CommandAim, times: number): void {
    for (let i = 0; i < times; i++) {
      const isReadable = aim !== 'unreadable';
      const value = isReadable ? encodeCommand(command) : Buffer.from('{"v":1,"command":"sing"}');
      const at = this.cluster.produce(task.commandsTopic, task.partition, { key: command.key, value });
      task.asked.set(at, isReadable ? command : null);
      this.journal.asked(task, isReadable ? command : null);
      const what = command.kind === 'release' || command.kind === 'skip' ? command.head : command.deadLetter;
      this.cluster.scheduler.note(
        `operator: ${task.commandsTopic}-${task.partition}@${at} ${isReadable ? command.kind : 'unreadable'} ${what}`,
      );
    }
  }
}

const pick = <T>(from: readonly T[], draw: number): readonly T[] => {
  const one = from[Math.floor(draw * from.length)];
  return one === undefined ? [] : [one];
};

/** The record as it was, out of its letter. */
const recordOf = ({ at, topic, offset: sourceOffset, timestamp }: DeadLetter): RedrivenRecord => ({
  topic,
  partition: partition(at.partition),
  offset: offset(sourceOffset),
  timestamp,
  key: at.key,
  value: at.value,
  headers: decodeHeaders(at.headers),
});

type RedrivenRecord = Extract<Command, { kind: 'redrive' }>['record'];
