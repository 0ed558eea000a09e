/** What may be asked about topics. Data only. */
export interface TopicsApply {
  readonly kind: 'topics apply';
  /** Settings of topics that exist, too. */
  readonly withConfigs: boolean;
  readonly isDryRun: boolean;
  /** How many changes were agreed to beforehand; null: ask. */
  readonly agreed: number | null;
  /** A uuid; null: nobody has said so. */
  readonly operatorId: string | null;
}

export interface TopicsDescribe {
  readonly kind: 'topics describe';
  /** None: those that the topology needs. */
  readonly topics: readonly string[];
}

export type TopicsRequest = { readonly kind: 'topics check' } | TopicsApply | TopicsDescribe;
