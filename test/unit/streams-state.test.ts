import { expect } from 'chai';
import type { StreamsState } from '../../src/streams-state.js';
import { mayFollow } from '../../src/streams-state.js';

/** Each row: from a state to which; every other step is refused. */
const ALLOWED: Readonly<Record<StreamsState, readonly StreamsState[]>> = {
  CREATED: ['REBALANCING', 'PENDING_SHUTDOWN', 'PENDING_ERROR'],
  REBALANCING: ['RUNNING', 'PENDING_SHUTDOWN', 'PENDING_ERROR'],
  RUNNING: ['REBALANCING', 'PENDING_SHUTDOWN', 'PENDING_ERROR'],
  PENDING_SHUTDOWN: ['NOT_RUNNING', 'PENDING_ERROR'],
  PENDING_ERROR: ['ERROR'],
  NOT_RUNNING: [],
  ERROR: [],
};
const STATES = Object.keys(ALLOWED) as StreamsState[];

describe('the states of Streams', () => {
  for (const from of STATES) {
    for (const to of STATES) {
      const allowed = ALLOWED[from].includes(to);
      it(`${from} ${allowed ? 'may be' : 'is never'} followed by ${to}`, () => {
        expect(mayFollow(from, to)).to.equal(allowed);
      });
    }
  }

  it('every life ends in NOT_RUNNING or ERROR, and can reach one of them', () => {
    const reachable = new Set<StreamsState>();
    const visit = (state: StreamsState): void => {
      if (reachable.has(state)) return;
      reachable.add(state);
      for (const to of STATES) if (mayFollow(state, to)) visit(to);
    };
    for (const from of STATES) {
      reachable.clear();
      visit(from);
      const ends = [...reachable].filter((state) => !STATES.some((to) => mayFollow(state, to)));
      expect(ends, from).not.to.deep.equal([]);
      expect(['NOT_RUNNING', 'ERROR']).to.include.members(ends);
    }
  });
});
