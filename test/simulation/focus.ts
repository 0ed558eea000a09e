/** A run that looks longer at one kind of trouble than chance would. */
export type Focus = 'eviction' | 'rebalance' | 'commit' | 'lanes' | 'storm' | 'operator' | 'settings';

export const FOCUSES: readonly Focus[] = [
  'eviction',
  'rebalance',
  'commit',
  'lanes',
  'storm',
  'operator',
  'settings',
];
