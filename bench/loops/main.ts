/** One bare loop, in a process of its own. What it is told is in BENCH_LOOP, as JSON; SIGTERM ends it at once. */
import type { Binding } from '../subjects/subject.js';
import { ExactlyOnceLoop, type LoopOptions } from './exactly-once-loop.js';
import { PackedIo } from './packed-io.js';
import { PublishedIo } from './published-io.js';
import { workOf, type WorkName } from './work.js';

/** What the bench tells the process. */
export interface LoopOrder extends LoopOptions {
  readonly work: WorkName;
  readonly binding: Binding;
}

const order = JSON.parse(process.env['BENCH_LOOP'] ?? '') as LoopOrder;
process.on('SIGTERM', () => process.exit(0));
const { binding, group, output, work } = order;
if (binding === 'packed') await new ExactlyOnceLoop(order, new PackedIo(output, group)).run();
await new ExactlyOnceLoop(order, new PublishedIo(output, workOf(work, group))).run();
