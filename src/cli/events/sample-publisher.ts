/**
 * Publishes a steady trickle of realistic user events, as the platform's producers would: for a first
 * look, never for a real cluster. `SAMPLE_RATE`: events a second.
 */
import { sampleEvents } from '../../../topology/user-audit/sample-events.js';
import { createUserEventPublisher } from '../../../topology/user-audit/user-event-publisher.js';
import { sleep } from '../../ports/clock.js';
import { systemClock } from '../../service/system-clock.js';
import { runCommand } from '../cluster/command-clients.js';

const DEFAULT_RATE = 2;

await runCommand('sample-publisher', async ({ settings, clients, stop }) => {
  const [topic] = settings.topics.source;
  if (topic === undefined) throw new Error('SOURCE_TOPICS names no topic');
  const rate = Number(process.env['SAMPLE_RATE'] ?? DEFAULT_RATE);
  if (!(rate > 0)) throw new Error('SAMPLE_RATE must be a number of events a second, above 0');
  const producer = clients.acknowledgedProducer();
  await producer.connect();
  const publisher = createUserEventPublisher({ producer, topic, source: '/sample-publisher' });
  const next = sampleEvents({ seed: systemClock.now(), users: 12 });
  while (!stop.aborted) {
    // A failed publish is told and not repeated: the trickle goes on when the broker is back.
    void publisher.publish(next(systemClock.now())).catch((error: unknown) => {
      process.stderr.write(`sample-publisher: ${error instanceof Error ? error.message : String(error)}\n`);
    });
    await sleep(systemClock, 1000 / rate, stop);
  }
  await publisher.close();
});
