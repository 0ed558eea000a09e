/** The name of a node, given by the user. Whether it may be used is checked when the topology is built. */

export class Named {
  private constructor(readonly name: string) {}

  static as(name: string): Named {
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
