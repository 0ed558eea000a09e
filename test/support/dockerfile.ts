/**
 * A Dockerfile as far as ours goes: instructions with continued lines, stages, JSON commands, arguments in FROM; and
 * what .dockerignore lets through. What it does not know it refuses.
 */
const KNOWN = [
  'ARG',
  'CMD',
  'COPY',
  'ENTRYPOINT',
  'ENV',
  'EXPOSE',
  'FROM',
  'HEALTHCHECK',
  'LABEL',
  'RUN',
  'USER',
  'WORKDIR',
] as const;

export type InstructionName = (typeof KNOWN)[number];

export interface Instruction {
  readonly name: InstructionName;
  readonly text: string;
}

export interface Stage {
  readonly from: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
  /** Before the first FROM, by name. */
  readonly args: ReadonlyMap<string, string>;
  readonly stages: readonly Stage[];
}

const isKnown = (name: string): name is InstructionName => (KNOWN as readonly string[]).includes(name);

const logicalLines = (text: string): readonly string[] =>
  text
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line))
    .join('\n')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.replace(/\s+/g, ' ').trim());

export const parseDockerfile = (text: string): Dockerfile => {
  const args = new Map<string, string>();
  const stages: { from: string; name: string | undefined; instructions: Instruction[] }[] = [];
  for (const line of logicalLines(text)) {
    const [, word = '', rest = ''] = /^(\S+) (.*)$/.exec(line) ?? [];
    const name = word.toUpperCase();
    if (!isKnown(name)) throw new Error(`not an instruction that is known here: ${line}`);
    const stage = stages.at(-1);
    if (name === 'FROM') {
      const [, from = rest, as] = /^(\S+)(?: AS (\S+))?$/i.exec(rest) ?? [];
      const image = from.replace(/\$\{(\w+)\}/g, (_, key: string) => {
        const value = args.get(key);
        if (value === undefined) throw new Error(`FROM uses ${key}, which no ARG before it has`);
        return value;
      });
      stages.push({ from: image, name: as, instructions: [] });
    } else if (stage !== undefined) stage.instructions.push({ name, text: rest });
    else if (name === 'ARG') args.set(rest.split('=')[0] ?? '', rest.slice(rest.indexOf('=') + 1));
    else throw new Error(`before the first FROM: ${line}`);
  }
  return { args, stages };
};

export const textsOf = ({ instructions }: Stage, name: InstructionName): readonly string[] =>
  instructions.filter((instruction) => instruction.name === name).map(({ text }) => text);

/** A command in its JSON form: the other form goes through a shell, which keeps signals to itself. */
export const commandOf = (text: string): readonly string[] => {
  const command = JSON.parse(text.slice(text.indexOf('['))) as readonly string[];
  if (command.length === 0) throw new Error(`an empty command: ${text}`);
  return command;
};

/** `NAME=value` and `name="value with spaces"`, in one line or several. */
export const assignmentsIn = (texts: readonly string[]): ReadonlyMap<string, string> =>
  new Map(
    texts.flatMap((text) =>
      [...text.matchAll(/([\w.]+)=("(?:[^"\\]|\\.)*"|\S+)/g)].map(
        ([, name = '', value = '']): [string, string] => [name, value.replace(/^"(.*)"$/, '$1')],
      ),
    ),
  );

export interface Copy {
  readonly stage: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

export const copiesOf = (stage: Stage): readonly Copy[] =>
  textsOf(stage, 'COPY').map((text) => {
    const words = text.split(' ');
    const flags = words.filter((word) => word.startsWith('--'));
    const paths = words.filter((word) => !word.startsWith('--'));
    const unknown = flags.filter((flag) => !flag.startsWith('--from='));
    if (unknown.length > 0) throw new Error(`COPY with ${unknown.join(' ')} is not known here`);
    return {
      stage: flags[0]?.slice('--from='.length),
      sources: paths.slice(0, -1),
      target: paths.at(-1) ?? '',
    };
  });

const patternOf = (glob: string): RegExp =>
  new RegExp(
    `^${glob
      .split('/')
      .map((part) =>
        part === '**'
          ? '(?:.*)'
          : part
              .replace(/[.+^${}()|[\]\\]/g, '\\$&')
              .replaceAll('*', '[^/]*')
              .replaceAll('?', '[^/]'),
      )
      .join('/')
      .replace(/\(\?:\.\*\)\//g, '(?:.*/)?')}$`,
  );

/** Whether a file is part of the build's context: the last pattern that matches it, or a folder above it, decides. */
export const contextOf = (dockerignore: string): ((path: string) => boolean) => {
  const rules = dockerignore
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({
      isIn: line.startsWith('!'),
      pattern: patternOf(line.replace(/^!/, '').replace(/\/$/, '')),
    }));
  return (path) => {
    const parts = path.split('/');
    const ups = parts.map((_, at) => parts.slice(0, at + 1).join('/'));
    return rules.reduce((isIn, rule) => (ups.some((up) => rule.pattern.test(up)) ? rule.isIn : isIn), true);
  };
};
