/** Every command of `audit-lanes` that a document shows is one that it understands. */
import { expect } from 'chai';
import { createProgram, withDescendants } from '../../src/cli/program.js';
import { epochMs } from '../../src/record/units.js';
import { textOf } from './documents.js';
import { isUnderstood, shownCommands } from './shown-commands.js';

describe('the documents', () => {
  it('show commands that audit-lanes understands', () => {
    const commands = shownCommands().filter(({ isLine }) => isLine);
    expect(commands.length).to.be.at.least(100);
    const wrong = commands.filter((command) => !isUnderstood(command));
    expect(wrong.map(({ document, args }) => `${document}: ${args.join(' ')}`)).to.deep.equal([]);
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
