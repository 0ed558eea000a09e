/**
 * The arm of a lane: which retry record may start its head. Given when the transaction that writes the record
 * begins, to the lane in memory and to the record together, so that an aborted set that comes again gives
 * the same one and no two records ever carry one arm (review F6 and its addendum). Pure.
 */
export interface Arm {
  /** Of the checkpoint in the same transaction. */
  readonly sequence: number;
  /** Among the retry records of that transaction. */
  readonly ordinal: number;
}

export const armText = ({ sequence, ordinal }: Arm): string => `${sequence}.${ordinal}`;

export const parseArm = (text: string | undefined): Arm | null => {
  const match = /^(\d{1,15})\.(\d{1,9})$/.exec(text ?? '');
  return match === null ? null : { sequence: Number(match[1]), ordinal: Number(match[2]) };
};

export const isSameArm = (one: Arm | null, other: Arm | null): boolean =>
  one !== null && other !== null && one.sequence === other.sequence && one.ordinal === other.ordinal;
