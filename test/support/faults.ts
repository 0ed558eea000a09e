/** What a checker finds, and how a test tells it. */
export type FaultKind =
  | 'missing'
  | 'doubled'
  | 'out-of-order'
  | 'wrong-destination'
  | 'wrong-content'
  | 'wrong-bytes'
  | 'wrong-reason'
  | 'wrong-partition'
  | 'unknown-origin'
  | 'early'
  | 'repeated-arm'
  | 'overtaken';

export interface Fault {
  readonly kind: FaultKind;
  readonly detail: string;
}

export interface Verdict {
  readonly faults: readonly Fault[];
  /** What was judged, by name. */
  readonly counts: Readonly<Record<string, number>>;
}

const SHOWN = 20;

/** Throws with the first faults of each kind, and how many there are of it. */
export const expectNoFaults = (...verdicts: readonly Verdict[]): void => {
  const faults = verdicts.flatMap((verdict) => verdict.faults);
  if (faults.length === 0) return;
  const kinds = [...new Set(faults.map(({ kind }) => kind))];
  const lines = kinds.flatMap((kind) => {
    const ofKind = faults.filter((fault) => fault.kind === kind);
    return [`${kind}: ${ofKind.length}`, ...ofKind.slice(0, SHOWN).map(({ detail }) => `  ${detail}`)];
  });
  const judged = verdicts
    .flatMap(({ counts }) => Object.entries(counts))
    .map(([what, count]) => `${count} ${what}`);
  throw new Error(`${judged.join(', ')}; ${faults.length} faults:\n${lines.join('\n')}`);
};
