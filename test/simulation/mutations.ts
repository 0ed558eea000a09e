/** Every deliberate error that the simulation must catch. */
import type { Mutation } from './mutation.js';
import { AT_LEAST_ONCE_MUTATIONS, COMMIT_MUTATIONS } from './mutations-of-commits.js';
import { RESTORE_MUTATIONS } from './mutations-of-restores.js';
import { TASK_MUTATIONS } from './mutations-of-tasks.js';

/**
 * Not in the table, because another rule alone holds the promise as well; each was tried for thousands of
 * seeds and lived: the lane log's end read before the offsets, or as the last stable offset, or offsets read
 * unstable (comparing sequence and position heals them); a rebalance answered inside a transaction (the
 * flags are looked at before and after the offsets are sent); the flag of a lost partition (the client
 * refuses to lend a lost member, and the broker its generation).
 */
export const MUTATIONS: readonly Mutation[] = [
  ...RESTORE_MUTATIONS,
  ...COMMIT_MUTATIONS,
  ...TASK_MUTATIONS,
  ...AT_LEAST_ONCE_MUTATIONS,
];
