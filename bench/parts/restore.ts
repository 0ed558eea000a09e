/** How long a service takes until it has all lanes that its predecessor has left: from the start of its process. */
import { MANY_LANES_SEQUENCE, writeManyLanes } from '../../test/support/many-lanes.js';
import { whenOf } from '../measure/when.js';
import { withCleanup } from '../measure/with-cleanup.js';
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
const untilRestored = (running: Running, lanes: number): Promise<number> =>
  whenOf(
    running,
    `${lanes} lanes`,
    async () =>
      (await running.isReady?.()) === true && (await running.metric?.('audit_lanes', 'retrying')) === lanes,
    LIMIT_MS,
    LOOK_MS,
  );

export const measureRestore = (session: Session, lanes: number): Promise<RestoreFigures> =>
  withCleanup(async (defer) => {
    const place = await session.newPlace(1);
    defer(() => session.clear(place));
    const { bootstrapServers, group, source } = place;
    // It makes the topics.
    const idle = await session.start(SUBJECT, place);
    defer(() => idle.stop());
    await untilRestored(idle, 0);
    await idle.stop();
    if (lanes > 0) {
      const laneLog = `${group}.${source}.lanes-changelog`;
      await writeManyLanes({ bootstrapServers, source, laneLog, lanes });
      await session.kafka.setOffsets(group, [
        { topic: laneLog, partition: 0, offset: MANY_LANES_SEQUENCE },
        { topic: source, partition: 0, offset: 0 },
      ]);
    }
    const beganMs = performance.now();
    const running = await session.start(SUBJECT, place);
    defer(() => running.stop());
    return { lanes, restoredMs: (await untilRestored(running, lanes)) - beganMs };
  });
