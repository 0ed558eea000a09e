/** The topics of side-by-side.ts and SideBySide.java: `<prefix>.<name>`. */

/** What is read. `changes` and `users` have null values. */
export const INPUTS = ['events', 'orders', 'users', 'changes'] as const;

export type InputName = (typeof INPUTS)[number];

/** What is written. */
export const OUTPUTS = [
  'counts',
  'sums',
  'ranges',
  'tumbling',
  'final',
  'final-some',
  'hopping',
  'window-sums',
  'kinds',
  'joined',
  'left-joined',
  'joined-view',
  'left-joined-view',
  'kept-users',
  'even',
  'odd',
  'mapped',
  'stored-mapped',
  'change-counts',
  'change-windows',
] as const;

export type OutputName = (typeof OUTPUTS)[number];
