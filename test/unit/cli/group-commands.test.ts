/** `group`: lag, and whether it will ever be over. */
import { expect } from 'chai';
import type { GroupFacts } from '../../../src/cli/cluster/inspector.js';
import { partitionsOf, type GroupLook } from '../../../src/cli/group/group-look.js';
import { expectedTopics } from '../../../src/cli/topics/expected-topics.js';
import { InspectionBench, LANE_LOG, SOURCE } from './inspection-bench.js';

const FACTS: GroupFacts = {
  protocol: 'classic',
  state: 'STABLE',
  assignor: 'cooperative-sticky',
  members: [
    {
      id: 'm-1',
      instanceId: 'pod-0',
      clientId: 'c\u001b[2J',
      host: '/10.0.0.1',
      assigned: new Map([[SOURCE, [0, 1]]]),
    },
  ],
};

/** Of partitions 0, 1, …: committed (-1: never) and end. */
type Seen = readonly [committed: number, end: number];
const seen = (...of: Seen[]) => ({
  committed: new Map([
    [SOURCE, new Map(of.map(([committed], p) => [p, committed]))],
    [LANE_LOG, new Map([[0, 999]])],
  ]),
  ends: new Map([[SOURCE, new Map(of.map(([, high], p) => [p, { low: 2, high }]))]]),
});
const look = (atMs: number, ...of: Seen[]): GroupLook => ({ atMs, group: FACTS, ...seen(...of) });

describe('how far a group is', () => {
  it('is what it has not committed of what is there, and what is deleted is not behind', () => {
    const rows = partitionsOf(look(0, [7, 10], [10, 10], [-1, 10], [0, 10], [12, 10]), null);
    expect(
      rows.map(({ committed, lag, owner, progress }) => [committed, lag, owner, progress]),
    ).to.deep.equal([
      [7, 3, 'm-1', null],
      [10, 0, 'm-1', null],
      [null, 8, null, null],
      [0, 8, null, null],
      [12, 0, null, null],
    ]);
  });

  it('is told from two looks: rate, time to drain, and never when the lag does not fall', () => {
    const before = look(1000, [10, 110], [10, 20], [10, 20], [-1, 20], [20, 20]);
    const after = look(3000, [60, 120], [20, 40], [10, 20], [20, 22], [30, 30]);
    expect(partitionsOf(after, before).map(({ progress }) => progress)).to.deep.equal([
      // From 100 to 60 in 2 s: 60 more take 3 s.
      { perSecond: 25, drainMs: 3000 },
      { perSecond: 5, drainMs: null },
      { perSecond: 0, drainMs: null },
      { perSecond: 0, drainMs: (2 / 16) * 2000 },
      { perSecond: 5, drainMs: 0 },
    ]);
  });
});

describe('group', () => {
  const bench = (): InspectionBench => {
    const made = new InspectionBench();
    for (const topic of expectedTopics(made.application, new Map())) made.make(topic);
    made.group = FACTS;
    made.looks = [seen([10, 110], [5, 5], [0, 2]), seen([60, 120], [5, 5], [0, 4])];
    return made;
  };

  it('tells members and partitions, and nothing of them raw', async () => {
    const said = await bench().run({ kind: 'group', intervalMs: null, isWatching: false });
    expect([said.exitCode, said.error]).to.deep.equal([0, null]);
    expect(said.lines[0]).to.equal(
      'group app: stable, protocol classic, assignor cooperative-sticky; members 1; lag 100',
    );
    expect(said.lines.join('\n')).to.include('c\\x1b[2J').and.include(`${SOURCE} 0,1`).and.include('nobody');
    expect(said.lines.join('\n')).not.to.include('999');
  });

  it('looks twice when it is asked for progress', async () => {
    const made = bench();
    const said = await made.run({ kind: 'group', intervalMs: 2000, isWatching: false }, { isJson: true });
    const [group, member, ...partitions] = said.objects;
    expect(group).to.include({ kind: 'group', lag: 62, members: 1 });
    expect(member).to.deep.include({ kind: 'member', id: 'm-1', assigned: { [SOURCE]: [0, 1] } });
    expect(partitions.map(({ drainMs, lag }) => [lag, typeof drainMs])).to.deep.equal([
      [60, 'number'],
      [0, 'number'],
      [2, 'object'],
    ]);
    const table = await bench().run({ kind: 'group', intervalMs: 2000, isWatching: false });
    expect(table.lines.filter((line) => line.includes('never'))).to.have.length(1);
  });

  it('is watched until Ctrl-C, which is no failure', async () => {
    const made = bench();
    made.scheduler.later(9000, 9001, () => made.stop.abort());
    const said = await made.run({ kind: 'group', intervalMs: 2000, isWatching: true });
    expect([said.exitCode, said.error]).to.deep.equal([0, null]);
    expect(said.lines.filter((line) => line.startsWith('group app'))).to.have.length(5);
  });

  it('that there is not ends with 1', async () => {
    const made = bench();
    made.group = null;
    const said = await made.run({ kind: 'group', intervalMs: null, isWatching: false });
    expect(said.exitCode).to.equal(1);
    expect(said.error).to.include('KAFKA_GROUP_ID');
  });
});
