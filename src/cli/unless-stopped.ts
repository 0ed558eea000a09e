/** Waits for something that Ctrl-C does not end by itself. */

/** As `promise`, but rejects as soon as `stop` is aborted. Leaves nothing behind on the signal, however often it is asked. */
export const unlessStopped = <T>(promise: Promise<T>, stop: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const onStop = (): void => reject(new Error('stopped'));
    if (stop.aborted) return onStop();
    stop.addEventListener('abort', onStop, { once: true });
    promise.then(resolve, reject).finally(() => stop.removeEventListener('abort', onStop));
  });
