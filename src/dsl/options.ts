/** Optional arguments in Kafka Streams' order: a name, then what belongs to the operator; either may be left out. */
import { Named } from './named.js';

/** A name, a configuration, both, or neither. */
export type NamedAnd<Config> =
  readonly [] | readonly [Named | Config | undefined] | readonly [Named | undefined, Config | undefined];

/** A name, then the names of the state stores that a processor uses. */
export type NamedAndStores = readonly string[] | readonly [Named | undefined, ...string[]];

export const splitOptions = <Config extends object>(
  options: NamedAnd<Config>,
): { readonly name: string | undefined; readonly config: Config | undefined } => {
  const [first, second] = options;
  return first instanceof Named
    ? { name: first.name, config: second }
    : { name: undefined, config: first ?? second };
};

export const splitStores = (
  options: NamedAndStores,
): { readonly name: string | undefined; readonly stores: readonly string[] } => {
  const all: readonly (string | Named | undefined)[] = options;
  const [first] = all;
  const stores = all.filter((option) => typeof option === 'string');
  return { name: first instanceof Named ? first.name : undefined, stores };
};
