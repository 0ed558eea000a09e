import { expect } from 'chai';
import { launchStreamProcess } from '../../../../src/service/processes/stream-process.js';
import type { End } from '../../../../src/service/processes/supervision.js';

describe('a life of a stream process', () => {
  it('that cannot be begun is told as one that has ended, later and once', async () => {
    const nodeJs = process.execPath;
    const ends: End[] = [];
    try {
      // The first is told by an event, the second is thrown.
      for (const execPath of ['/nowhere/node', '\0']) {
        process.execPath = execPath;
        const ended = new Promise<void>((resolve) => {
          const life = launchStreamProcess(1, {
            said: () => undefined,
            ended: (end) => {
              ends.push(end);
              resolve();
            },
          });
          expect(life.pid).to.equal(null);
          life.send({ kind: 'stop' });
        });
        expect(ends, 'told before the launch has returned').to.have.length(execPath === '\0' ? 1 : 0);
        await ended;
      }
    } finally {
      process.execPath = nodeJs;
    }
    expect(ends).to.deep.equal([
      { code: null, signal: null },
      { code: null, signal: null },
    ]);
  });
});
