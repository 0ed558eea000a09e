/** A run that looks longer at one kind of trouble than chance would. */
export type Focus =
  'eviction' | 'rebalance' | 'commit' | 'lanes' | 'storm' | 'operator' | 'settings' | 'stores';

export const FOCUSES: readonly Focus[] = [
  'eviction',
  'rebalance',
  'commit',
  'lanes',
  'storm',
  'operator',
  'settings',
  'stores',
];
