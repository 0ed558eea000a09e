/** A topology that cannot be built. Lists everything that is wrong with it, not the first thing only. */
export class TopologyError extends Error {
  override readonly name = 'TopologyError';

  constructor(readonly problems: readonly string[]) {
    super(`the topology cannot be built:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}
