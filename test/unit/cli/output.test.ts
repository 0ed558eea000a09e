/** Results go to stdout, everything else to stderr, and progress to a terminal only. */
import { expect } from 'chai';
import { terminalOutput } from '../../../src/cli/terminal/output.js';
import { printable, shown } from '../../../src/cli/terminal/printable.js';

const streams = (isTTY: boolean) => {
  const texts = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof texts) => ({
    isTTY,
    columns: 80,
    write: (text: string) => (texts[name] += text),
  });
  return { texts, stdout: stream('stdout'), stderr: stream('stderr') };
};

describe('the output of a command', () => {
  it('has results alone on stdout', () => {
    const { texts, ...to } = streams(false);
    const output = terminalOutput(to, false, {});
    output.progress(shown`reading`);
    output.note(shown`a note`);
    output.line(shown`a line`);
    output.json({ a: '\u001b' });
    expect(texts).to.deep.equal({ stdout: 'a line\n{"a":"\\u001b"}\n', stderr: 'a note\n' });
    expect(output.width).to.equal(Infinity);
  });

  it('takes progress off a terminal before anything else is written', () => {
    const { texts, ...to } = streams(true);
    const output = terminalOutput(to, false, {});
    output.progress(shown`one`);
    output.progress(shown`two`);
    output.line(shown`a line`);
    output.progress(shown``);
    expect(texts).to.deep.equal({ stdout: 'a line\n', stderr: 'one\r\u001b[Ktwo\r\u001b[K' });
    expect(output.width).to.equal(80);
  });

  it('has colours on a terminal, and none for a program or where they are refused', () => {
    const { texts: _, ...to } = streams(true);
    const red = (isJson: boolean, env: Readonly<Record<string, string>>) =>
      terminalOutput(to, isJson, env).paint.red(printable('x'));
    expect([red(false, {}), red(true, {}), red(false, { NO_COLOR: '1' })]).to.deep.equal([
      '\u001b[31mx\u001b[0m',
      'x',
      'x',
    ]);
  });
});
