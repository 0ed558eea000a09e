import { expect } from 'chai';
import fc from 'fast-check';
import { StoreView } from '../../../src/dsl/nodes/store-overlay.js';
import { StoreEntries } from '../../../src/state/store-entries.js';

const key = fc
  .constantFrom('', 'a', 'aa', 'ab', 'b', '\xff', '\xff\xff')
  .map((text) => Buffer.from(text, 'latin1'));
const write = fc.record({
  key,
  value: fc.option(fc.constantFrom('1', '2').map((text) => Buffer.from(text))),
});

describe('a store as one unit of work sees it', () => {
  it('is what it was with the own writes over it, and changes nothing before it is decided', () => {
    fc.assert(
      fc.property(
        fc.array(write),
        fc.array(write),
        fc.option(key),
        fc.option(key),
        (before, writes, from, to) => {
          const [base, expected] = [new StoreEntries(), new StoreEntries()];
          for (const each of before) for (const store of [base, expected]) store.set(each.key, each.value);
          const held = [...base.entries(null, null, false)];
          const view = new StoreView('s', base);
          for (const each of writes) {
            view.put(each.key, each.value);
            expected.set(each.key, each.value);
            expect(view.get(each.key)).to.deep.equal(expected.get(each.key));
          }
          for (const isReverse of [false, true])
            expect([...view.entries(from, to, isReverse)]).to.deep.equal([
              ...expected.entries(from, to, isReverse),
            ]);
          expect([...base.entries(null, null, false)]).to.deep.equal(held);
          for (const change of view.changes) base.set(change.key, change.value);
          expect([...base.entries(null, null, false)]).to.deep.equal([
            ...expected.entries(null, null, false),
          ]);
        },
      ),
    );
  });

  it('gives a snapshot: what is written while it is read is not in it', () => {
    const base = new StoreEntries();
    for (const name of ['a', 'b']) base.set(Buffer.from(name), Buffer.from('1'));
    const view = new StoreView('s', base);
    const seen: string[] = [];
    for (const [name] of view.entries(null, null)) {
      seen.push(name.toString());
      view.put(Buffer.from('c'), Buffer.from('2'));
      view.put(Buffer.from('b'), null);
    }
    expect(seen).to.deep.equal(['a', 'b']);
  });
});
