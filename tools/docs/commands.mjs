/** Every command of `audit-lanes`, from the program itself, as Markdown. Pure. */
import { code, table } from './markdown.mjs';

/** @typedef {import('commander').Command} Command */

/** Help without the examples that stand before it. @param {Command} command */
const examplesOf = (command) => {
  let text = '';
  command.configureOutput({ writeOut: (more) => (text += more) }).outputHelp();
  return [...text.matchAll(/^ {2}(audit-lanes .+)$/gm)].map(([, line = '']) => line);
};

/** Names with underscores would be read as emphasis. @param {string} text */
const plain = (text) => text.replace(/\w*__\w+/g, code);

/** @param {Command} command @param {string} path */
const partsOf = (command, path) => {
  const help = command.createHelp();
  const places = [
    ...command.registeredArguments.map((argument) => [
      code(argument.required ? `<${argument.name()}>` : `[${argument.name()}]`),
      plain(argument.description),
    ]),
    ...help
      .visibleOptions(command)
      .filter(({ long }) => long !== '--help')
      .map((option) => [code(option.flags), plain(option.description)]),
  ];
  return [
    `### ${path}`,
    `${command.description().replace(/^./, (letter) => letter.toUpperCase())}.`,
    `\`\`\`sh\n${examplesOf(command).join('\n')}\n\`\`\``,
    ...(places.length > 0 ? [table(['argument, option', 'what'], places)] : []),
  ];
};

/** @param {Command} command @param {string} before @returns {string[]} */
const below = (command, before) =>
  command
    .createHelp()
    .visibleCommands(command)
    .filter((child) => child.name() !== 'help')
    .flatMap((child) => {
      const path = `${before}${child.name()}`;
      const children = below(child, `${path} `);
      // A family does nothing itself.
      return children.length > 0 ? children : partsOf(child, path);
    });

/** @param {Command} program */
export const commandReference = (program) => below(program, '').join('\n\n');
