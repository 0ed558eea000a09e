import { expect } from 'chai';
import { Serdes } from '../../../src/index.js';
import type { StoredEntries, ViewedStore } from '../../../src/testing/store-view.js';
import { KeyValueStoreView, WindowStoreView } from '../../../src/testing/store-view.js';

const TEXT = Serdes.string();

const task = (...entries: readonly (readonly [Buffer, Buffer])[]): StoredEntries => ({
  size: entries.length,
  get: (key) => entries.find(([own]) => own.equals(key))?.[1] ?? null,
  entries: (from, to) =>
    entries.filter(
      ([key]) => (from === null || key.compare(from) >= 0) && (to === null || key.compare(to) < 0),
    ),
});

const text = (key: string, value: string): readonly [Buffer, Buffer] => [
  Buffer.from(key),
  Buffer.from(value),
];
const u64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
};
const timed = (value: string): Buffer => Buffer.concat([u64(5), Buffer.from(value)]);
const windowed = (startMs: number, key: string, value: string): readonly [Buffer, Buffer] => [
  Buffer.concat([Buffer.of(1), u64(startMs), Buffer.from(key)]),
  timed(value),
];

const stored = (layout: ViewedStore['layout'], ...tasks: readonly StoredEntries[]): ViewedStore => ({
  name: 'counts',
  layout,
  keySerde: TEXT,
  valueSerde: TEXT,
  tasks: () => tasks,
});

describe('KeyValueStoreView', () => {
  const view = new KeyValueStoreView<string, string>(
    stored('plain', task(text('a', '1'), text('c', '3')), task(text('ab', '2'))),
  );
  const keys = (entries: Iterable<{ readonly key: string }>): readonly string[] =>
    [...entries].map(({ key }) => key);

  it('finds a key in whichever task has it', () => {
    expect([view.get('c'), view.get('ab'), view.get('x')]).to.deep.equal(['3', '2', null]);
  });

  it('shows all tasks together, in the order of the keys', () => {
    expect(view.all()[1]).to.deep.equal({ key: 'ab', value: '2' });
    expect(keys(view.all())).to.deep.equal(['a', 'ab', 'c']);
    expect(keys(view.reverseAll())).to.deep.equal(['c', 'ab', 'a']);
    expect(view.approximateNumEntries()).to.equal(3);
  });

  it('scans ranges with both ends, and prefixes', () => {
    expect(keys(view.range('a', 'ab'))).to.deep.equal(['a', 'ab']);
    expect(keys(view.reverseRange('ab', null))).to.deep.equal(['c', 'ab']);
    expect(keys(view.prefixScan('a'))).to.deep.equal(['a', 'ab']);
  });

  it('shows the values alone of tables and aggregates', () => {
    const table = stored('timestamped', task([Buffer.from('a'), timed('1')]));
    expect(new KeyValueStoreView<string, string>(table).get('a')).to.equal('1');
  });

  it('is not for windows', () => {
    expect(() => new KeyValueStoreView(stored('window'))).to.throw('counts is no key-value store');
  });
});

describe('WindowStoreView', () => {
  const time = [Buffer.of(0), u64(99)] as const;
  const view = new WindowStoreView<string, string>(
    stored('window', task(time, windowed(0, 'a', '1'), windowed(10, 'b', '2')), task(windowed(10, 'a', '3'))),
  );

  it('shows windows by their start, and nothing that is no window', () => {
    expect(view.all()).to.deep.equal([
      { key: 'a', windowStartMs: 0, value: '1' },
      { key: 'a', windowStartMs: 10, value: '3' },
      { key: 'b', windowStartMs: 10, value: '2' },
    ]);
  });

  it('fetches the windows of a key that start in a span', () => {
    expect(view.fetch('a', 0, 9).map(({ value }) => value)).to.deep.equal(['1']);
    expect(view.fetch('a', 0, 10).map(({ value }) => value)).to.deep.equal(['1', '3']);
    expect(view.fetch('x', 0, 10)).to.deep.equal([]);
  });

  it('is for windows only', () => {
    expect(() => new WindowStoreView(stored('plain'))).to.throw('counts is no window store');
  });
});
