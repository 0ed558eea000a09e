/** Every command of `audit-lanes` that a document shows is one that it understands. */
import { expect } from 'chai';
import { understand } from '../../src/cli/program.js';
import { splitArguments } from '../../src/cli/settings-arguments.js';
import { epochMs } from '../../src/record/units.js';
import { mentions, shown } from './documents.js';

/** As a shell splits it, for what our documents use: quotes, and a comment at the end. */
const argumentsOf = (line: string): string[] =>
  [...line.replace(/\s#.*$/, '').matchAll(/"([^"]*)"|(\S+)/g)].map(
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
});
