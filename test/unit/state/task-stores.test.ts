import { expect } from 'chai';
import fc from 'fast-check';
import { NotRetryableError } from '../../../src/record/record-error.js';
import {
  encodeStreamTime,
  parseStoreLogKey,
  storeLogKey,
  STREAM_TIME_KEY,
} from '../../../src/state/store-log.js';
import { StoreEntries } from '../../../src/state/store-entries.js';
import { TaskStores } from '../../../src/state/task-stores.js';

const bytes = fc.uint8Array({ maxLength: 6 }).map((array) => Buffer.from(array));

describe('StoreEntries', () => {
  it('is what a map is, in the order of the bytes of its keys, for any puts, removals and ranges', () => {
    const change = fc.record({ key: bytes, value: fc.option(bytes) });
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 60 }),
        fc.option(bytes),
        fc.option(bytes),
        (changes, from, to) => {
          const store = new StoreEntries();
          const map = new Map<string, Buffer>();
          for (const { key, value } of changes) {
            store.set(key, value);
            if (value === null) map.delete(key.toString('hex'));
            else map.set(key.toString('hex'), value);
          }
          const expected = [...map]
            .map(([key, value]) => [Buffer.from(key, 'hex'), value] as const)
            .filter(
              ([key]) => (from === null || key.compare(from) >= 0) && (to === null || key.compare(to) < 0),
            )
            .sort(([one], [other]) => one.compare(other));
          expect([...store.entries(from, to, false)]).to.deep.equal(expected);
          expect([...store.entries(from, to, true)]).to.deep.equal([...expected].reverse());
          expect(store.size).to.equal(map.size);
          const held = [...map].reduce((sum, [key, value]) => sum + key.length / 2 + value.length, 0);
          expect(store.bytes).to.equal(held);
          for (const [key, value] of map) expect(store.get(Buffer.from(key, 'hex'))).to.deep.equal(value);
        },
      ),
    );
  });
});

describe('the changelog of stores', () => {
  it('names store and key, whatever bytes the key has', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 40 }), bytes, (store, key) => {
        expect(parseStoreLogKey(storeLogKey(store, key))).to.deep.equal({ kind: 'entry', store, key });
      }),
    );
  });

  it('refuses a key that is cut off', () => {
    expect(() => parseStoreLogKey(Buffer.from([5, 9, 65]))).to.throw(NotRetryableError);
    expect(() => parseStoreLogKey(Buffer.from([5]))).to.throw(NotRetryableError);
  });
});

describe('TaskStores', () => {
  it('replays to what was written: the last value of each key, deletions, stream time', () => {
    const stores = new TaskStores(['a', 'b']);
    const key = Buffer.from('k');
    stores.replay(storeLogKey('a', key), Buffer.from('1'));
    stores.replay(storeLogKey('b', key), Buffer.from('2'));
    stores.replay(storeLogKey('a', key), Buffer.from('3'));
    stores.replay(storeLogKey('b', key), null);
    stores.replay(STREAM_TIME_KEY, encodeStreamTime(1234));
    expect(stores.store('a').get(key)?.toString()).to.equal('3');
    expect(stores.store('b').get(key)).to.equal(null);
    expect(stores.streamTimeMs).to.equal(1234);
    expect(stores.sizes).to.deep.equal({ a: { entries: 1, bytes: 2 }, b: { entries: 0, bytes: 0 } });
    stores.clear();
    expect([stores.entries, stores.streamTimeMs]).to.deep.equal([0, -1]);
  });

  it('copies what it replays: the batch owns its memory', () => {
    const stores = new TaskStores(['a']);
    const [key, value] = [storeLogKey('a', Buffer.from('k')), Buffer.from('v')];
    stores.replay(key, value);
    key.fill(0);
    value.fill(0);
    expect(stores.store('a').get(Buffer.from('k'))?.toString()).to.equal('v');
  });

  it('tells of stores that the topology does not have, and leaves them alone', () => {
    const stores = new TaskStores(['a']);
    stores.replay(storeLogKey('gone', Buffer.from('k')), Buffer.from('v'));
    expect(stores.strangers).to.deep.equal(['gone']);
    expect(() => stores.store('gone')).to.throw('no store "gone"');
  });
});
