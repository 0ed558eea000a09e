import { expect } from 'chai';
import type { Topology } from '../../src/index.js';
import { exampleIn, textOf } from './documents.js';
import { exportsOf, problemsOf, runTests } from './executed.js';

interface Example {
  readonly buildTopology: () => Topology;
}

describe("the README's first topology", function () {
  // Starts a process and loads the compiler's libraries: seconds on a busy machine.
  this.timeout(120_000);
  const topology = exampleIn('README.md', 'topology');
  const test = exampleIn('README.md', 'test');

  it('compiles with the settings of the project, and so does its test', () => {
    expect(problemsOf({ topology, test })).to.deep.equal([]);
  });

  it('would not compile with a type error, or this test sees nothing', () => {
    const wrong = topology.replace("action === 'login'", 'action.length() > 0');
    expect(wrong).not.to.equal(topology);
    expect(problemsOf({ topology: wrong })).not.to.deep.equal([]);
  });

  it('is the one that is in the tree, and that the service runs', () => {
    expect(topology).to.equal(textOf('topology/login-counts/topology.ts'));
  });

  it('does what its test says', async () => {
    const { status, said } = await runTests('test', { topology, test });
    expect(said).to.contain('1 passing');
    expect(status).to.equal(0);
  });

  it('would fail with a wrong expectation, or this test sees nothing', async () => {
    const wrong = test.replace('logins: 2', 'logins: 3');
    expect(wrong).not.to.equal(test);
    expect((await runTests('test', { topology, test: wrong })).status).not.to.equal(0);
  });

  it('describes itself as the README says', async () => {
    const { buildTopology } = await exportsOf<Example>('topology', topology);
    expect(buildTopology().describe().trimEnd()).to.equal(exampleIn('README.md', 'description').trimEnd());
  });
});
