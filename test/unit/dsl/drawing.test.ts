import { expect } from 'chai';
import { drawingOf } from '../../../src/dsl/graph/drawing.js';
import { Consumed, Grouped, Materialized, Produced, Serdes, StreamsBuilder } from '../../../src/index.js';

describe('a topology as data for a drawing', () => {
  it('has its nodes with topics, stores and parents, and is plain JSON', () => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', Consumed.with(Serdes.string(), Serdes.string()))
      .selectKey((_key, value) => value)
      .groupByKey(Grouped.with(Serdes.string(), Serdes.string()))
      .count(Materialized.as('counts'))
      .toStream()
      .to('out', Produced.with(Serdes.string(), Serdes.long()));
    const drawing = drawingOf(builder.build().subtopologies);
    expect(JSON.parse(JSON.stringify(drawing))).to.deep.equal(drawing);
    expect(drawing.map(({ id }) => id)).to.deep.equal([0, 1]);
    const nodes = drawing.flatMap(({ nodes: of }) => of);
    const topics = nodes
      .filter(({ kind }) => kind !== 'processor')
      .map(({ kind, isInternal, topics: [of] }) => [kind, isInternal, of]);
    const [, [, , internal] = []] = topics;
    expect(internal).to.match(/repartition$/);
    expect(topics).to.deep.equal([
      ['source', false, 'in'],
      ['sink', true, internal],
      ['source', true, internal],
      ['sink', false, 'out'],
    ]);
    expect(nodes.filter(({ stores }) => stores.length > 0)).to.have.length(1);
    const names = new Set(nodes.map(({ name }) => name));
    for (const { parents } of nodes) for (const parent of parents) expect(names.has(parent)).to.equal(true);
  });
});
