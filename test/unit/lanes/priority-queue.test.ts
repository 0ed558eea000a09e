import { expect } from 'chai';
import fc from 'fast-check';
import { PriorityQueue } from '../../../src/lanes/priority-queue.js';

type Step = { readonly push: number } | 'pop' | 'clear';

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ push: fc.integer({ min: -20, max: 20 }) }) },
    { weight: 4, arbitrary: fc.constant<Step>('pop') },
    { weight: 1, arbitrary: fc.constant<Step>('clear') },
  ),
  { maxLength: 80 },
);

describe('PriorityQueue', () => {
  it('as a law: it always gives an item of the smallest rank, and loses and doubles none', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const queue = new PriorityQueue<{ readonly rank: number }>(({ rank }) => rank);
        let model: { readonly rank: number }[] = [];
        for (const step of given) {
          if (step === 'clear') {
            queue.clear();
            model = [];
          } else if (step === 'pop') {
            const smallest = Math.min(...model.map(({ rank }) => rank));
            const popped = queue.pop();
            expect(popped?.rank).to.equal(model.length === 0 ? undefined : smallest);
            model = model.filter((item) => item !== popped);
          } else {
            const item = { rank: step.push };
            queue.push(item);
            model.push(item);
          }
          expect(queue.size).to.equal(model.length);
          const smallest = model.length === 0 ? undefined : Math.min(...model.map(({ rank }) => rank));
          expect(queue.peek()?.rank).to.equal(smallest);
        }
      }),
    );
  });

  it('sorts', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 200 }), (numbers) => {
        const queue = new PriorityQueue<number>((n) => n);
        for (const n of numbers) queue.push(n);
        const out = numbers.map(() => queue.pop());
        expect(out).to.deep.equal([...numbers].sort((a, b) => a - b));
        expect(queue.pop()).to.equal(undefined);
      }),
    );
  });
});
