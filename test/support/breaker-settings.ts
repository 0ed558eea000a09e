/** Settings of the circuit breaker for tests. */

/** For a directory that fails for everybody, where the failures themselves are what is looked at. */
export const NEVER_OPENS = { BREAKER_MIN_ATTEMPTS: '1000000' } as const;

/** Opens within a second of an outage, whatever went well before. */
export const OPENS_SOON = { BREAKER_WINDOW_MS: '1000', BREAKER_MIN_ATTEMPTS: '20' } as const;
