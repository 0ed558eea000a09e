/** The example of docs/publisher.md compiles as its reader would have it; test/broker/publisher.test.ts publishes as it does. */
import { expect } from 'chai';
import { exampleIn } from './documents.js';
import { problemsOf } from './executed.js';

describe('the example of docs/publisher.md', function () {
  // Loads the compiler's libraries: seconds on a busy machine.
  this.timeout(120_000);
  const code = exampleIn('docs/publisher.md', 'publisher');

  it('compiles with the settings of the project', () => {
    expect(problemsOf({ publisher: code })).to.deep.equal([]);
  });

  it('would not compile with an event that does not fit its schema, or this test sees nothing', () => {
    const wrong = code.replace("status: 'success'", "status: 'perhaps'");
    expect(wrong).not.to.equal(code);
    expect(problemsOf({ publisher: wrong })).not.to.deep.equal([]);
  });
});
