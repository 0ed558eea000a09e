/**
 * From a service's answers to what is told of it. Pure. Another version, or another program, may have answered:
 * what is not there is not told, and nothing is taken for what it is not.
 */
import type { HttpAnswer } from './service-answers.js';

export interface TaskView {
  readonly id: string;
  /** Of several stream processes behind one address; absent: there is one. */
  readonly process?: number;
  readonly partition: number | null;
  readonly state: string;
  readonly uncommitted: number | null;
  readonly retrying: number | null;
  readonly parked: number | null;
  readonly followers: number | null;
  /** Why its partitions are paused. */
  readonly paused: readonly string[];
  readonly refused: string | null;
  /** Of the lane log that is being read; null: it is not. */
  readonly restored: { readonly done: number; readonly total: number } | null;
  /** Of its partitions, together. */
  readonly lag: number | null;
}

export interface ProbeView {
  readonly ok: boolean;
  /** Why not; null when it is. */
  readonly why: string | null;
}

export interface ServiceView {
  readonly state: string;
  readonly breaker: string;
  readonly live: ProbeView;
  readonly ready: ProbeView;
  readonly uncommitted: number | null;
  readonly lag: number;
  readonly tasks: readonly TaskView[];
}

type Fields = Readonly<Record<string, unknown>>;

const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const count = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;

const parsed = (body: string): Fields | null => {
  try {
    return fields(JSON.parse(body));
  } catch {
    return null;
  }
};

const probe = ({ body, status }: HttpAnswer): ProbeView => ({
  ok: status === 200,
  why: status === 200 ? null : text(parsed(body)?.['output']) || `it answered ${status}`,
});

interface Lag {
  readonly partition: number | null;
  readonly topic: string;
  readonly records: number;
}

const lagOf = (value: unknown): readonly Lag[] =>
  list(value).map((each) => {
    const { partition, records, topic } = fields(each);
    return { partition: count(partition), topic: text(topic), records: count(records) ?? 0 };
  });

const subtopologyOf = (task: unknown): string => text(fields(task)['id']).split('_', 1)[0] ?? '';

/** `isAlone`: there is one sub-topology, so that a partition number is one task's. */
const taskOf = (value: unknown, lags: readonly Lag[], isAlone: boolean): TaskView => {
  const task = fields(value);
  const lanes = fields(task['lanes']);
  const restore = fields(task['restore']);
  const refused = fields(task['refused']);
  const [done, total] = [count(restore['done']), count(restore['total'])];
  const partition = count(task['partition']);
  // A task reads its partition of several topics, and tasks of two sub-topologies have the same number.
  const topics = Object.keys(fields(task['positions']));
  const own = lags.filter((lag) => lag.partition === partition && (isAlone || topics.includes(lag.topic)));
  const process = count(task['process']);
  return {
    id: text(task['id']),
    ...(process === null ? {} : { process }),
    partition,
    state: text(task['state']),
    uncommitted: count(task['uncommitted']),
    retrying: count(lanes['retrying']),
    parked: count(lanes['parked']),
    followers: count(lanes['followers']),
    paused: list(task['paused']).map(text),
    refused: 'refused' in task ? [text(refused['reason']), text(refused['message'])].join(': ') : null,
    restored: done === null || total === null ? null : { done, total },
    lag: own.length === 0 ? null : own.reduce((sum, { records }) => sum + records, 0),
  };
};

/** Null: that is no answer of the service. */
export const serviceView = (status: HttpAnswer, ready: HttpAnswer, live: HttpAnswer): ServiceView | null => {
  const found = status.status === 200 ? parsed(status.body) : null;
  if (found === null || typeof found['state'] !== 'string' || !Array.isArray(found['tasks'])) return null;
  const lags = lagOf(found['lag']);
  const tasks = list(found['tasks']);
  const isAlone = new Set(tasks.map(subtopologyOf)).size === 1;
  return {
    state: found['state'],
    breaker: text(found['breaker']),
    live: probe(live),
    ready: probe(ready),
    uncommitted: count(found['uncommitted']),
    lag: lags.reduce((sum, { records }) => sum + records, 0),
    tasks: tasks.map((task) => taskOf(task, lags, isAlone)),
  };
};
