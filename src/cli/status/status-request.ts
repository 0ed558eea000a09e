/** What may be asked of a running service. Data only. */
export interface StatusRequest {
  readonly kind: 'status';
  /** Null: where the settings say that it listens. */
  readonly url: string | null;
}
