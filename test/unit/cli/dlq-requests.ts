/** Requests about dead letters, and the headers that the service gives one. */
import type { DlqList, DlqReplay, DlqShow, LetterSelector } from '../../../src/cli/dlq/dlq-request.js';
import { CARRYING } from './operator-bench.js';

export const ALL: LetterSelector = {
  topic: null,
  partition: null,
  reason: null,
  type: null,
  key: null,
  since: null,
  until: null,
};

export const LIST: DlqList = { kind: 'dlq list', deadLetters: null, selector: ALL, limit: null, by: null };

export const list = (selector: Partial<LetterSelector>, of: Partial<DlqList> = {}): DlqList => ({
  ...LIST,
  selector: { ...ALL, ...selector },
  ...of,
});

export const bulk = (ids: readonly (readonly [number, number])[]) => ({
  deadLetters: null,
  choice: { ids: ids.map(([partition, offset]) => ({ partition, offset })), selector: ALL, max: null },
  confirmed: null,
  ratePerSecond: null,
  carrying: CARRYING,
});

export const redrive = (...ids: readonly (readonly [number, number])[]): DlqReplay => ({
  kind: 'dlq replay',
  edits: false,
  transform: null,
  validates: true,
  journal: null,
  to: null,
  ...bulk(ids),
});

export const show = (partition: number, offset: number, withValues = false): DlqShow => ({
  kind: 'dlq show',
  deadLetters: null,
  id: { partition, offset },
  topic: null,
  withValues,
});

export const lettered = (at: number, more: Readonly<Record<string, string>> = {}, partition = 0) => ({
  'x-lanes-id': `user.events-${partition}-${at}`,
  'x-lanes-attempts': '4',
  'x-lanes-reason': 'retries-exhausted',
  'x-lanes-class': 'retryable',
  'x-lanes-timestamp': '1700000000123',
  ...more,
});

export const selecting = (selector: Partial<LetterSelector>, of: Partial<DlqReplay> = {}): DlqReplay => ({
  ...redrive(),
  choice: { ids: [], selector: { ...ALL, ...selector }, max: null },
  ...of,
});
