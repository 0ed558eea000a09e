/** What may be asked about settings. Data only. */
export interface ConfigDocs {
  readonly kind: 'config docs';
  /** Only settings in whose name or meaning this occurs. */
  readonly about: string | null;
}

export type ConfigRequest =
  { readonly kind: 'config check' } | { readonly kind: 'config print' } | ConfigDocs;
