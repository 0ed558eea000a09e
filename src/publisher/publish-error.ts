/** Why a publisher did not publish an event, where the reason is its own and not the broker's. */

/** The event itself cannot be sent. Publishing it again will fail again. */
export class InvalidEventError extends Error {
  override readonly name = 'InvalidEventError';
}

/** Too much is waiting. Publish again when something has been acknowledged: `ready()`. */
export class PublisherFullError extends Error {
  override readonly name = 'PublisherFullError';
}

/** The publisher was closed. */
export class PublisherClosedError extends Error {
  override readonly name = 'PublisherClosedError';
}
