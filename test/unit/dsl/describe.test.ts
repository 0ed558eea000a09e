import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Consumed, type KStream, Named, Produced, Serdes, StreamsBuilder } from '../../../src/index.js';
import { projectRoot } from './support.js';

/** Title and body of each section; the format is explained in fixtures/DescribeTopologies.java. */
const sections = (file: string): ReadonlyMap<string, string> => {
  const text = readFileSync(join(projectRoot(), 'test/unit/dsl/fixtures', file), 'utf8');
  return new Map(
    text
      .split(/^# /m)
      .slice(1)
      .map((section) => {
        const end = section.indexOf('\n');
        return [section.slice(0, end), section.slice(end + 1)];
      }),
  );
};

type Step = (on: KStream<string, string>, named: Named | undefined) => KStream<string, string>;

const STEPS: Readonly<Record<string, Step>> = {
  filter: (on, named) => on.filter(() => true, named),
  filterNot: (on, named) => on.filterNot(() => true, named),
  mapValues: (on, named) => on.mapValues((value) => value, named),
  peek: (on, named) => on.peek(() => undefined, named),
  processValues: (on, named) =>
    on.processValues<string>(() => ({ process: (record, context) => context.forward(record) }), named),
};

const describeSteps = (lines: readonly string[]): string => {
  const builder = new StreamsBuilder();
  const streams: KStream<string, string>[] = [];
  for (const line of lines) {
    const words = line.split(' ');
    const name = words.find((word) => word.startsWith('as='))?.slice('as='.length);
    const [operator = '', at = '', topic = ''] = words;
    if (operator === 'stream') {
      const source = Consumed.with(Serdes.string(), Serdes.string());
      streams.push(builder.stream(at.split(','), name === undefined ? source : source.withName(name)));
      continue;
    }
    const on = streams[Number(at)];
    if (on === undefined) throw new Error(`no stream ${at} in "${line}"`);
    if (operator === 'to') {
      const sink = Produced.with(Serdes.string(), Serdes.string());
      on.to(topic, name === undefined ? sink : sink.withName(name));
      continue;
    }
    const step = STEPS[operator];
    if (step === undefined) throw new Error(`no operator ${operator}`);
    streams.push(step(on, name === undefined ? undefined : Named.as(name)));
  }
  return builder.build().describe();
};

describe('the description of a topology is, byte by byte, what Kafka Streams says of', () => {
  const expected = sections('descriptions.txt');
  const topologies = sections('topologies.txt');

  it('every topology of the fixtures, which both files hold', () => {
    expect([...expected.keys()]).to.deep.equal([...topologies.keys()]);
    expect(topologies.size).to.be.greaterThan(20);
  });

  for (const [title, body] of topologies) {
    it(title, () => {
      expect(describeSteps(body.split('\n').filter((line) => line !== ''))).to.equal(expected.get(title));
    });
  }
});
