import { expect } from 'chai';
import fc from 'fast-check';
import { PauseBoard } from '../../../src/flow/pause-board.js';
import type { PauseReason } from '../../../src/ports/flow-control.js';
import { partitionName } from '../../../src/ports/topic-partition.js';
import { at, SOURCE } from '../support/records.js';

const REASONS = ['restoring', 'credit', 'bound', 'refused', 'draining'] as const satisfies PauseReason[];

const bench = () => {
  const told: string[] = [];
  const board = new PauseBoard({
    pause: (of) => void told.push(`pause ${of.map(partitionName).join(' ')}`),
    resume: (of) => void told.push(`resume ${of.map(partitionName).join(' ')}`),
  });
  return { told, board };
};

const P0 = at(SOURCE, 0);
const P1 = at(SOURCE, 1);

describe('PauseBoard', () => {
  it('takes a partition that was just assigned for paused, because the client assigns it so', () => {
    const { board, told } = bench();
    board.assigned(P0);
    expect(board.reasonsOf(P0)).to.deep.equal(['restoring']);
    expect(board.pausedCount).to.equal(1);
    expect(told).to.deep.equal([]);
  });

  it('counts the partitions of each reason', () => {
    const { board } = bench();
    board.assigned(P0);
    board.assigned(P1);
    board.set(P1, 'credit');
    const none = { restoring: 0, credit: 0, bound: 0, breaker: 0, refused: 0, draining: 0 };
    expect(board.counts).to.deep.equal({ ...none, restoring: 2, credit: 1 });
    board.clear(P0, 'restoring');
    board.revoked(P1);
    expect(board.counts).to.deep.equal(none);
  });

  it('resumes it with the last reason, not before', () => {
    const { board, told } = bench();
    board.assigned(P0);
    board.set(P0, 'credit');
    board.clear(P0, 'restoring');
    expect(told).to.deep.equal([]);
    board.clear(P0, 'credit');
    expect(told).to.deep.equal(['resume user.events-0']);
  });

  it('pauses it with the first reason only', () => {
    const { board, told } = bench();
    board.assigned(P0);
    board.clear(P0, 'restoring');
    board.set(P0, 'credit');
    board.set(P0, 'bound');
    board.set(P0, 'credit');
    expect(told).to.deep.equal(['resume user.events-0', 'pause user.events-0']);
  });

  it('starts afresh with a new assignment: reasons of the one before do not count', () => {
    const { board, told } = bench();
    board.assigned(P0);
    board.set(P0, 'refused');
    board.revoked(P0);
    board.assigned(P0);
    board.clear(P0, 'restoring');
    expect(told).to.deep.equal(['resume user.events-0']);
  });

  it('says nothing of a partition that is not assigned: the client would refuse it', () => {
    const { board, told } = bench();
    board.set(P0, 'credit');
    board.clear(P0, 'credit');
    board.assigned(P0);
    board.revoked(P0);
    board.clear(P0, 'restoring');
    board.set(P0, 'bound');
    expect(told).to.deep.equal([]);
    expect(board.pausedCount).to.equal(0);
  });

  it('keeps partitions apart', () => {
    const { board } = bench();
    board.assigned(P0);
    board.assigned(P1);
    board.clear(P0, 'restoring');
    expect(board.reasonsOf(P0)).to.deep.equal([]);
    expect(board.reasonsOf(P1)).to.deep.equal(['restoring']);
    expect(board.pausedCount).to.equal(1);
  });

  it('as a law: the client holds a partition paused exactly while there is a reason', () => {
    const step = fc.record({
      what: fc.constantFrom('set', 'clear', 'assigned', 'revoked'),
      partition: fc.nat(2),
      reason: fc.constantFrom<PauseReason>(...REASONS),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const client = new Map<string, boolean>();
        const tell = (paused: boolean) => (of: readonly { topic: string; partition: number }[]) => {
          for (const p of of) {
            const name = `${p.topic}-${p.partition}`;
            // Told only of what is assigned, and only when it changes.
            expect(client.get(name)).to.equal(!paused);
            client.set(name, paused);
          }
        };
        const board = new PauseBoard({ pause: tell(true), resume: tell(false) });
        const reasons = new Map<string, Set<PauseReason>>();
        for (const { what, partition, reason } of steps) {
          const of = at(SOURCE, partition);
          const name = partitionName(of);
          if (what === 'assigned') {
            client.set(name, true);
            reasons.set(name, new Set(['restoring']));
            board.assigned(of);
          } else if (what === 'revoked') {
            client.delete(name);
            reasons.delete(name);
            board.revoked(of);
          } else if (what === 'set') {
            reasons.get(name)?.add(reason);
            board.set(of, reason);
          } else {
            reasons.get(name)?.delete(reason);
            board.clear(of, reason);
          }
          for (const [known, why] of reasons) expect(client.get(known)).to.equal(why.size > 0);
          expect(board.pausedCount).to.equal([...reasons.values()].filter(({ size }) => size > 0).length);
        }
      }),
    );
  });
});
