/** The name of a node, given by the user. Whether it may be used is checked when the topology is built. */

export class Named<Name extends string = string> {
  private constructor(readonly name: Name) {}

  static as<Name extends string>(name: Name): Named<Name> {
    return new Named(name);
  }
}

const MAX_NAME_LENGTH = 249;

/** Why this cannot be a name of a node or a topic, by Kafka's rules; undefined when it can. */
export const nameProblem = (name: string): string | undefined => {
  if (name === '') return 'a name cannot be empty';
  if (name === '.' || name === '..') return `a name cannot be "${name}"`;
  if (name.length > MAX_NAME_LENGTH) return `the name "${name}" is longer than ${MAX_NAME_LENGTH} characters`;
  if (!/^[a-zA-Z0-9._-]+$/.test(name))
    return `the name "${name}" has a character other than ASCII letters, digits, ".", "_" and "-"`;
  return undefined;
};

/**
 * Whether the name was made from a counter: it changes when an operator is put before it, and then a topic or a
 * store of that name would be another one.
 */
export const isGeneratedName = (name: string): boolean =>
  /^(KSTREAM|KTABLE).*-[0-9]{10}$|-STATE-STORE-[0-9]{10}$/.test(name);
