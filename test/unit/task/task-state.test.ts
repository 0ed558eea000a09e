import { expect } from 'chai';
import type { TaskState } from '../../../src/task/task-state.js';
import { mayBecome } from '../../../src/task/task-state.js';

/** Each row: from a state to which; every other step is refused. */
const ALLOWED: Readonly<Record<TaskState, readonly TaskState[]>> = {
  created: ['restoring', 'closed'],
  restoring: ['running', 'refused', 'closed'],
  running: ['draining', 'refused', 'closed'],
  draining: ['refused', 'closed'],
  refused: ['closed'],
  closed: [],
};
const STATES = Object.keys(ALLOWED) as TaskState[];

describe('the states of a task', () => {
  for (const from of STATES) {
    for (const to of STATES) {
      const allowed = ALLOWED[from].includes(to);
      it(`${from} ${allowed ? 'may' : 'never'} become${allowed ? '' : 's'} ${to}`, () => {
        expect(mayBecome(from, to)).to.equal(allowed);
      });
    }
  }

  it('every state but the last may be closed: a task can be dropped whenever its partition goes', () => {
    for (const from of STATES) expect(mayBecome(from, 'closed')).to.equal(from !== 'closed');
  });
});
