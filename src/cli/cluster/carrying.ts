/** How a command that changes something is carried out. Data only. */
export interface Carrying {
  readonly isDryRun: boolean;
  /** Null: not waited for. */
  readonly waitMs: number | null;
  /** Who asks, a uuid; null: the user of this machine. */
  readonly operator: string | null;
}
