import { expect } from 'chai';
import fc from 'fast-check';
import { Mailbox } from '../../../src/task/mailbox.js';

describe('Mailbox', () => {
  it('handles a message at once when it is idle', () => {
    const seen: number[] = [];
    const mailbox = new Mailbox<number>((n) => seen.push(n));
    mailbox.post(1);
    mailbox.post(2);
    expect(seen).to.deep.equal([1, 2]);
  });

  it('lets what is posted during a message wait until it is handled', () => {
    const log: string[] = [];
    const mailbox = new Mailbox<string>((message) => {
      log.push(`${message} begins`);
      if (message === 'a') {
        mailbox.post('b');
        mailbox.post('c');
      }
      log.push(`${message} ends`);
    });
    mailbox.post('a');
    expect(log).to.deep.equal(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('as a law: one at a time, in the order of arrival, none lost, however deep the posts nest', () => {
    const leaf = fc.constant<readonly unknown[]>([]);
    const trees = fc.array(fc.oneof(leaf, fc.array(fc.oneof(leaf, fc.array(leaf, { maxLength: 3 })))));
    fc.assert(
      fc.property(fc.array(trees, { maxLength: 4 }), (roots) => {
        let busy = false;
        let arrived = 0;
        const handled: number[] = [];
        const mailbox = new Mailbox<{ readonly at: number; readonly then: readonly unknown[] }>((message) => {
          expect(busy).to.equal(false);
          busy = true;
          handled.push(message.at);
          for (const then of message.then) {
            mailbox.post({ at: arrived++, then: then as readonly unknown[] });
          }
          busy = false;
        });
        for (const then of roots) mailbox.post({ at: arrived++, then });
        expect(handled).to.deep.equal(Array.from({ length: arrived }, (_, i) => i));
      }),
    );
  });

  it('does not grow the stack: a chain of a hundred thousand posts is handled', () => {
    let handled = 0;
    const mailbox = new Mailbox<number>((left) => {
      handled += 1;
      if (left > 0) mailbox.post(left - 1);
    });
    mailbox.post(100_000);
    expect(handled).to.equal(100_001);
  });

  it('goes on after a message whose handling failed, and lets none of those that waited be overtaken', () => {
    const seen: string[] = [];
    const mailbox = new Mailbox<string>((message) => {
      seen.push(message);
      if (message !== 'bad') return;
      mailbox.post('waits 1');
      mailbox.post('waits 2');
      throw new Error('broken');
    });
    expect(() => mailbox.post('bad')).to.throw('broken');
    mailbox.post('later');
    expect(seen).to.deep.equal(['bad', 'waits 1', 'waits 2', 'later']);
  });
});
