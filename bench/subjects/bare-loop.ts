/** The bare loops: what the client alone can do, and what it can with the same JSON work. */
import { fileURLToPath } from 'node:url';
import { ServiceProcess } from '../../test/support/service-process.js';
import { COMPILED_BINDING } from '../../src/kafka/binding.js';
import type { LoopOrder } from '../loops/main.js';
import { PRODUCTION_FLAGS, PRODUCTION_VARIABLES } from './production.js';
import type { Place, Running, Subject } from './subject.js';

const PROGRAM = fileURLToPath(new URL('../loops/main.js', import.meta.url));
const COMMIT_INTERVAL_MS = 100;

/** A program of ours as something that runs. */
export const runningProcess = (child: ServiceProcess): Running => ({
  pid: child.pid,
  ended: () => (child.hasExited ? `${child.name} has ended:\n${child.tail}` : undefined),
  kill: async () => {
    await child.kill();
  },
  stop: async () => {
    if (!child.hasExited) await child.stop();
  },
});

type Part = Pick<Subject, 'name' | 'kind' | 'overlapped'> & Pick<LoopOrder, 'work' | 'binding'>;

const loop = ({ work, ...part }: Part): Subject => ({
  ...part,
  parallel: 1,
  start: async ({ bootstrapServers, group, source, audit }: Place) => {
    const order: LoopOrder = {
      bootstrapServers,
      group,
      source,
      output: audit,
      overlapped: part.overlapped,
      commitIntervalMs: COMMIT_INTERVAL_MS,
      work,
      binding: part.binding,
    };
    const env = { ...PRODUCTION_VARIABLES, BENCH_LOOP: JSON.stringify(order) };
    return runningProcess(await ServiceProcess.start(part.name, env, [], PROGRAM, PRODUCTION_FLAGS));
  },
});

export const bareLoops: readonly Subject[] = [
  loop({ name: 'bare-loop', kind: 'bare-loop', overlapped: false, work: 'audit', binding: 'published' }),
  loop({
    name: 'bare-loop-overlapped',
    kind: 'bare-loop',
    overlapped: true,
    work: 'audit',
    binding: 'published',
  }),
  ...(COMPILED_BINDING === 'packed'
    ? [
        loop({
          name: 'bare-loop-packed',
          kind: 'bare-loop',
          overlapped: true,
          work: 'audit',
          binding: 'packed',
        }),
      ]
    : []),
  loop({ name: 'copy-loop', kind: 'copy-loop', overlapped: true, work: 'copy', binding: 'published' }),
];
