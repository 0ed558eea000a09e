/** How long records are kept where that is no setting, because the engine itself relies on it. Pure. */
const DAY_MS = 86_400_000;

/** Commands in their topic, and what became of them in the lane log. */
export const COMMANDS_RETENTION_MS = 7 * DAY_MS;

/** Tombstones of the lane log: longer than any restore that has begun before they were cleaned. */
export const TOMBSTONES_RETENTION_MS = 7 * DAY_MS;
