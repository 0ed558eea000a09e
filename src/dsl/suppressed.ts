/** What of a table of windows goes on: only the final result of each window. Immutable. KIP-328. */

/** How much is kept back. There is one way: everything, in memory and in the changelog of the operator's store. */
export class BufferConfig {
  private constructor(readonly isUnbounded: true) {}

  /** Results are final only when nothing has to leave the buffer early. */
  static unbounded(): BufferConfig {
    return new BufferConfig(true);
  }
}

export class Suppressed {
  private constructor(
    readonly buffer: BufferConfig,
    readonly name?: string,
  ) {}

  /**
   * Nothing of a window goes on before stream time has passed its end and its grace; then its last result does, once.
   * Stream time stands still while nothing arrives.
   */
  static untilWindowCloses(buffer: BufferConfig): Suppressed {
    return new Suppressed(buffer);
  }

  /** Required: the operator's store is called `<name>-store`. */
  withName(name: string): Suppressed {
    return new Suppressed(this.buffer, name);
  }
}
