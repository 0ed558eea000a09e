/**
 * How a native producer is disconnected.
 * Must never be polled meanwhile: node-rdkafka's `Producer::Poll` takes no lock (src/producer.cc), so the timer
 * of `setPollInterval` would call a client that a worker thread is destroying: "pure virtual method called", and
 * the process is gone. `flush` serves the queue itself.
 */
import type { Producer } from 'node-rdkafka';

const FLUSH_MS = 500;

export const disconnectProducer = (client: Producer, done: () => void): void => {
  client.setPollInterval(0);
  client.disconnect(FLUSH_MS, done);
};
