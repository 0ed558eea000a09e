/** What shells ask, and their users. Data only. */
export const SHELLS = ['bash', 'zsh'] as const;
export type Shell = (typeof SHELLS)[number];

export type CompletionRequest =
  | { readonly kind: 'completion'; readonly shell: Shell }
  /** The words so far, without the program; the last one is completed. */
  | { readonly kind: 'complete'; readonly words: readonly string[] };
