/** Runs the tests of docs/testing.md, from its own text, as their reader would. */
import { expect } from 'chai';
import { exampleIn } from './documents.js';
import { runTests } from './executed.js';

const TESTS = 4;

describe('the example of docs/testing.md', function () {
  // Starts a process and loads the compiler's libraries: seconds on a busy machine.
  this.timeout(120_000);
  const code = exampleIn('docs/testing.md', 'driver');

  it('passes', async () => {
    const { status, said } = await runTests('example', { example: code });
    expect(said).to.contain(`${TESTS} passing`);
    expect(status).to.equal(0);
  });

  it('would fail with a wrong expectation, or this test sees nothing', async () => {
    const wrong = code.replace("'bert paid 20'", "'bert paid 21'");
    expect(wrong).not.to.equal(code);
    expect((await runTests('example', { example: wrong })).status).not.to.equal(0);
  });
});
