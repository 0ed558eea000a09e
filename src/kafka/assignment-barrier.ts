/**
 * librdkafka 2.12.0 stops a partition twice when two assignments follow each other before the first stop has been
 * answered, and its assertion ends the process (confluentinc/librdkafka#5573, mended after v2.15.0 by #5574). Stop
 * and answer go through the queue of its main thread, in order, and so does the question which partitions are
 * assigned: the first answer comes behind the stops, the second behind their answers.
 */
import type { KafkaConsumer } from 'node-rdkafka';

const THROUGH_THE_QUEUE = 2;

/** Call after every change of an assignment; returns once the next one may come. About 0.1 ms. */
export const awaitStops = (client: Pick<KafkaConsumer, 'assignments'>): void => {
  for (let time = 0; time < THROUGH_THE_QUEUE; time++) {
    try {
      client.assignments();
    } catch {
      // A client that is being closed or has ended for good answers nothing, and takes no assignment either.
      return;
    }
  }
};
