/** A record that its topic can never take, and that must not be dropped: the task stops (P5, review F14). */
export class Unwritable extends Error {
  override readonly name = 'Unwritable';

  constructor(
    readonly reason: 'dead-letter-too-large' | 'lane-record-too-large' | 'offset-reused',
    message: string,
  ) {
    super(message);
  }
}
