/** The tutorial's own topology and its test, from its text, as their reader would write and run them. */
import { expect } from 'chai';
import { exampleIn } from './documents.js';
import { exportsOf, problemsOf, runTests } from './executed.js';

type Mend = (value: unknown) => unknown;

describe('the tutorial', function () {
  // Starts a process and loads the compiler's libraries: seconds on a busy machine.
  this.timeout(120_000);
  const topology = exampleIn('docs/tutorial.md', 'topology');
  const test = exampleIn('docs/tutorial.md', 'test');

  it('has a topology and a test that compile with the settings of the project', () => {
    expect(problemsOf({ topology, test })).to.deep.equal([]);
  });

  it('has a test that passes', async () => {
    const { status, said } = await runTests('test', { topology, test });
    expect(said).to.contain('3 passing');
    expect(status).to.equal(0);
  });

  it('has a test that would fail if the topology did not wait', async () => {
    const wrong = topology.replace('status >= 500', 'status >= 600');
    expect(wrong).not.to.equal(topology);
    expect((await runTests('test', { topology: wrong, test })).status).not.to.equal(0);
  });

  it('has a function that mends events, and leaves alone what it cannot', async () => {
    const { default: mend } = await exportsOf<{ default: Mend }>(
      'mend',
      exampleIn('docs/tutorial.md', 'mend'),
    );
    expect(mend({ userId: 'u1' })).to.have.nested.property('metadata.source', 'mended');
    expect(mend({ metadata: { source: 'its own' } })).to.have.nested.property('metadata.source', 'its own');
    expect(mend('{"userId":')).to.equal(null);
    expect(mend(null)).to.equal(null);
  });
});
