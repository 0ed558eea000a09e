/** Prints audit events as they are committed, from now on, one line each. */
import { sleep } from '../../ports/clock.js';
import { isKafkaError } from '../../ports/kafka-error.js';
import type { TopicPartitionOffset } from '../../ports/topic-partition.js';
import { placeOf } from '../../record/record.js';
import { partition as partitionOf } from '../../record/units.js';
import { systemClock } from '../../service/system-clock.js';
import { auditLine } from './audit-line.js';
import { runCommand } from '../cluster/command-clients.js';

const POLL_RECORDS = 500;
const POLL_TIMEOUT_MS = 200;
const WAIT_MS = 500;

await runCommand('audit-tail', async ({ settings, clients, stop }) => {
  const topic = settings.topics.audit;
  const color = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
  const admin = clients.clusterAdmin();
  await admin.connect();
  let count = 0;
  while (count === 0 && !stop.aborted) {
    count = (await admin.partitionCounts([topic])).get(topic) ?? 0;
    if (count === 0) await sleep(systemClock, WAIT_MS, stop);
  }
  const positions: TopicPartitionOffset[] = [];
  for (let p = 0; p < count; p++) {
    const at = { topic, partition: partitionOf(p) };
    positions.push({ ...at, offset: (await admin.watermarks(at)).high });
  }
  await admin.close();
  const consumer = clients.logConsumer();
  await consumer.connect();
  consumer.assign(positions);
  while (!stop.aborted) {
    try {
      const batch = await consumer.poll(POLL_RECORDS, POLL_TIMEOUT_MS);
      for (let i = 0; i < batch.length; i++) {
        const place = placeOf({ topic, partition: batch.partition(i), offset: batch.offset(i) });
        process.stdout.write(`${auditLine(batch.value(i), place, color)}\n`);
      }
    } catch (error) {
      if (!isKafkaError(error) || error.kind === 'fatal') throw error;
      await sleep(systemClock, WAIT_MS, stop);
    }
  }
  await consumer.close();
});
