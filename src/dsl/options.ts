/** Optional arguments in Kafka Streams' order: a name, then what belongs to the operator; either may be left out. */
import { Named } from './named.js';

/** A name, a configuration, both, or neither. */
export type NamedAnd<Config> = readonly [] | readonly [Named] | readonly [Config] | readonly [Named, Config];

/** A name, then the names of the state stores that a processor uses. */
export type NamedAndStores = readonly string[] | readonly [Named, ...string[]];

export const splitOptions = <Config extends object>(
  options: NamedAnd<Config>,
): { readonly name: string | undefined; readonly config: Config | undefined } => {
  const [first, second] = options;
  if (first instanceof Named) return { name: first.name, config: second };
  return { name: undefined, config: first };
};

export const splitStores = (
  options: NamedAndStores,
): { readonly name: string | undefined; readonly stores: readonly string[] } => {
  const all: readonly (string | Named)[] = options;
  const [first] = all;
  const stores = all.filter((option) => typeof option === 'string');
  return { name: first instanceof Named ? first.name : undefined, stores };
};
