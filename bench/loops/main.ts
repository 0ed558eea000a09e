/** One bare loop, in a process of its own. What it is told is in BENCH_LOOP, as JSON; SIGTERM ends it at once. */
import { ExactlyOnceLoop, type LoopOptions } from './exactly-once-loop.js';
import { workOf, type WorkName } from './work.js';

/** What the bench tells the process. */
export interface LoopOrder extends LoopOptions {
  readonly work: WorkName;
}

const order = JSON.parse(process.env['BENCH_LOOP'] ?? '') as LoopOrder;
process.on('SIGTERM', () => process.exit(0));
await new ExactlyOnceLoop(order, workOf(order.work, order.group)).run();
