import { expect } from 'chai';
import fc from 'fast-check';
import { layOut, NODE } from '../../../../src/observability/page/browser/layout.js';
import type { PageTopologyNode } from '../../../../src/observability/page/browser/status-data.js';

const node = (name: string, parents: readonly string[] = []): PageTopologyNode => ({
  name,
  parents,
  kind: parents.length === 0 ? 'source' : 'processor',
  topics: [],
  isInternal: false,
  stores: [],
});

/** Any graph whose nodes come after their parents. */
const graphs = fc
  .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 25 })
  .map((all) =>
    all.map((parents, at) =>
      node(`n${at}`, at === 0 ? [] : [...new Set(parents.map((parent) => `n${parent % at}`))]),
    ),
  );

describe('the layout of a drawn topology', () => {
  it('puts a chain into one line, in either direction', () => {
    const chain = [node('a'), node('b', ['a']), node('c', ['b'])];
    const right = layOut(chain, 'right');
    expect(new Set(right.nodes.map(({ y }) => y)).size).to.equal(1);
    const down = layOut(chain, 'down');
    expect(new Set(down.nodes.map(({ x }) => x)).size).to.equal(1);
    expect(down.width).to.be.below(NODE.width + 10);
  });

  it('draws a node below its only parent, and two children on both sides of it', () => {
    const { nodes } = layOut([node('a'), node('b', ['a']), node('c', ['a']), node('d', ['b'])], 'down');
    const x = (name: string): number => nodes.find(({ node: of }) => of.name === name)?.x ?? Number.NaN;
    expect(x('d')).to.equal(x('b'));
    expect((x('b') + x('c')) / 2).to.equal(x('a'));
  });

  it('holds every node once within the drawing, none over another, each after its parents', () => {
    fc.assert(
      fc.property(graphs, fc.constantFrom('right' as const, 'down' as const), (nodes, direction) => {
        const layout = layOut(nodes, direction);
        expect(layout.nodes).to.have.length(nodes.length);
        for (const { x, y } of layout.nodes) {
          expect(Math.min(x, y)).to.be.at.least(0);
          expect(x + NODE.width).to.be.at.most(layout.width + 0.01);
          expect(y + NODE.height).to.be.at.most(layout.height + 0.01);
        }
        for (const [at, one] of layout.nodes.entries())
          for (const other of layout.nodes.slice(at + 1)) {
            const apart =
              Math.abs(one.x - other.x) >= NODE.width - 0.01 ||
              Math.abs(one.y - other.y) >= NODE.height - 0.01;
            expect(apart, `${one.node.name} and ${other.node.name}`).to.equal(true);
          }
        expect(layout.edges).to.have.length(nodes.reduce((sum, { parents }) => sum + parents.length, 0));
        const along = (of: { x: number; y: number }): number => (direction === 'right' ? of.x : of.y);
        for (const { from, to } of layout.edges) expect(along(from)).to.be.below(along(to));
      }),
    );
  });
});
