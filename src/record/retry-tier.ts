/** A tier: one retry topic with one fixed delay. Pure. */
export interface RetryTier {
  /** The delay as the topic's name has it: `5s`. One delay has one name. */
  readonly name: string;
  readonly delayMs: number;
}
