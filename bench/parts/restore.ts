/** How long a service takes until it has all lanes that its predecessor has left: from the start of its process. */
import { setTimeout as sleep } from 'node:timers/promises';
import { MANY_LANES_SEQUENCE, writeManyLanes } from '../../test/support/many-lanes.js';
import type { Session } from '../session.js';
import { serviceSubject } from '../subjects/service.js';
import type { Running } from '../subjects/subject.js';

export interface RestoreFigures {
  readonly lanes: number;
  readonly restoredMs: number;
}

const LOOK_MS = 100;
const LIMIT_MS = 300_000;
const SUBJECT = serviceSubject({
  processes: 1,
  env: { RETRY_TIERS: '1s,1h', TASK_MAX_BUFFER_MB: '512' },
});

/** Ready, with so many lanes. */
const untilRestored = async (running: Running, lanes: number): Promise<number> => {
  const endMs = performance.now() + LIMIT_MS;
  for (;;) {
    const has = async (): Promise<boolean> =>
      (await running.isReady?.()) === true && (await running.metric?.('audit_lanes', 'retrying')) === lanes;
    if (await has().catch(() => false)) return performance.now();
    const ended = running.ended();
    if (ended !== undefined) throw new Error(ended);
    if (performance.now() > endMs) throw new Error(`not within ${LIMIT_MS / 1000} s: ${lanes} lanes`);
    await sleep(LOOK_MS);
  }
};

export const measureRestore = async (session: Session, lanes: number): Promise<RestoreFigures> => {
  const { kafka } = session;
  const place = await session.newPlace(1);
  const { bootstrapServers, group, source } = place;
  try {
    // It makes the topics.
    const idle = await session.start(SUBJECT, place);
    try {
      await untilRestored(idle, 0);
    } finally {
      await idle.stop();
    }
    if (lanes > 0) {
      const laneLog = `${group}.${source}.lanes-changelog`;
      await writeManyLanes({ bootstrapServers, group, source, laneLog, lanes });
      await kafka.setOffsets(group, [
        { topic: laneLog, partition: 0, offset: MANY_LANES_SEQUENCE },
        { topic: source, partition: 0, offset: 0 },
      ]);
    }
    const beganMs = performance.now();
    const running = await session.start(SUBJECT, place);
    try {
      return { lanes, restoredMs: (await untilRestored(running, lanes)) - beganMs };
    } finally {
      await running.stop();
    }
  } finally {
    await session.clear(place);
  }
};
