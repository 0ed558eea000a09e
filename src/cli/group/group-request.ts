/** What may be asked about the consumer group. Data only. */
export interface GroupRequest {
  readonly kind: 'group';
  /** Between two looks; null: one look. */
  readonly intervalMs: number | null;
  /** Look again and again, until Ctrl-C. */
  readonly isWatching: boolean;
}
