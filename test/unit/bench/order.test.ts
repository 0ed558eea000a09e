import { expect } from 'chai';
import { orderOf } from '../../../bench/parts/throughput.js';

describe('orderOf', () => {
  const orders = (list: string, rounds: number): string[] =>
    Array.from({ length: rounds }, (_, round) => orderOf(Array.from(list), round).join(''));

  it('gives two subjects turns, and three each of their six orders in six rounds', () => {
    expect(orders('AB', 4)).to.deep.equal(['AB', 'BA', 'BA', 'AB']);
    expect(orders('ABC', 6).sort()).to.deep.equal(['ABC', 'ACB', 'BAC', 'BCA', 'CAB', 'CBA']);
  });

  it('has no subject always behind the same one', () => {
    const list = 'ABCDE';
    for (const subject of list) {
      const before = new Set(orders(list, 4).map((order) => order[order.indexOf(subject) - 1]));
      expect(before.size, subject).to.be.greaterThan(1);
    }
  });

  it('is the list itself where there is one subject or none', () => {
    expect([orders('A', 3), orders('', 2)]).to.deep.equal([
      ['A', 'A', 'A'],
      ['', ''],
    ]);
  });
});
