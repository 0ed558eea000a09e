/** What may be asked about schemas: a command line that was understood, before anything is done. Data only. */

/** `full`: both directions. */
export type CompatibilityLevel = 'none' | 'backward' | 'forward' | 'full';

export interface SchemasCheck {
  readonly kind: 'schemas check';
  /** A revision of git, or a folder. */
  readonly against: string;
  readonly level: CompatibilityLevel;
  /** For readers with SCHEMAS_STRICT=true. */
  readonly isStrict: boolean;
}

export type SchemasRequest = SchemasCheck;
