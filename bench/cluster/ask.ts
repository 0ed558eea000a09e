/** A call of node-rdkafka that answers by a callback, as a promise. */

type Done<T> = (error: unknown, value?: T) => void;

const asError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(`Kafka's client: ${JSON.stringify(thrown)}`);

/** Rejects with the client's error. */
export const ask = <T = void>(run: (done: Done<T>) => void): Promise<T> =>
  new Promise((resolve, reject) => {
    run((error, value) => {
      if (error == null) resolve(value as T);
      else reject(asError(error));
    });
  });
