/** Every command of `audit-lanes` that a document shows is one that it understands. */
import { expect } from 'chai';
import { createProgram, understand, withDescendants } from '../../src/cli/program.js';
import { splitArguments } from '../../src/cli/settings-arguments.js';
import { epochMs } from '../../src/record/units.js';
import { mentions, shown, textOf } from './documents.js';

/** As a shell splits it, for what our documents use: quotes, output that goes elsewhere, and a comment at the end. */
const argumentsOf = (line: string): string[] =>
  [...line.replace(/\s[#>|].*$/, '').matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  );

describe('the documents', () => {
  it('show commands that audit-lanes understands', () => {
    const commands = mentions(/^(?:npm run cli --|audit-lanes) (.+)$/gm);
    expect(commands.length).to.be.at.least(9);
    const wrong = commands.filter(({ text }) => {
      const { command } = splitArguments(argumentsOf(text));
      return understand(command, '0.0.0', epochMs(0)).kind !== 'request';
    });
    expect(wrong.map(shown)).to.deep.equal([]);
  });

  it('have every command of audit-lanes', () => {
    const reference = textOf('docs/command-line.md');
    const program = createProgram('', epochMs(0), () => undefined);
    const leaves = withDescendants(program).filter(
      ({ commands }) => commands.filter((child) => child.name() !== 'help').length === 0,
    );
    const told = leaves
      .filter((command) => !['help', 'complete'].includes(command.name()))
      .map((command) =>
        command.parent === program ? command.name() : `${command.parent?.name() ?? ''} ${command.name()}`,
      );
    expect(told.length).to.be.at.least(17);
    expect(told.filter((path) => !reference.includes(`\n### ${path}\n`))).to.deep.equal([]);
  });
});
