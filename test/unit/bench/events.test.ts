import { expect } from 'chai';
import { benchEvents } from '../../../bench/events.js';
import { createUserEventSerde } from '../../../topology/user-audit/user-event-serde.js';

const COUNT = 2_000;

const eventsOf = (options: Parameters<typeof benchEvents>[0], count = COUNT) => {
  const eventOf = benchEvents(options);
  return Array.from({ length: count }, (_, index) => eventOf(index));
};

const serde = createUserEventSerde({ strict: false });

describe('events of the bench', () => {
  for (const valueBytes of [undefined, 200, 2_000, 20_000]) {
    it(`are all valid, with values of ${valueBytes ?? 'any'} bytes`, () => {
      for (const { value, headers } of eventsOf({ keys: 50, ...(valueBytes && { valueBytes }) }, 500)) {
        const read = headers.map((header) => ({ name: header.name, value: Buffer.from(header.value) }));
        serde.deserialize(value, { topic: 'user.events', headers: read, isKey: false });
        if (valueBytes !== undefined) expect(value.length).to.be.within(valueBytes * 0.9, valueBytes * 1.25);
      }
    });
  }

  it('have as many keys as is asked, about equally often, each the userId of its value', () => {
    const seen = new Map<string, number>();
    for (const { key, value } of eventsOf({ keys: 20 })) {
      const id = key.toString();
      seen.set(id, (seen.get(id) ?? 0) + 1);
      expect(JSON.parse(value.toString())).to.have.property('userId', id);
    }
    expect(seen.size).to.equal(20);
    expect(Math.max(...seen.values())).to.be.below((COUNT / 20) * 1.5);
    expect(Math.min(...seen.values())).to.be.above((COUNT / 20) * 0.5);
  });

  it('are of every type, most of them as Spring writes them, some with a trace', () => {
    const all = eventsOf({ keys: 20 });
    const share = (name: string) =>
      all.filter(({ headers }) => headers.some((header) => header.name === name)).length / COUNT;
    expect(share('__TypeId__')).to.be.within(0.6, 0.8);
    expect(share('ce_type')).to.be.within(0.2, 0.4);
    expect(share('traceparent')).to.be.within(0.1, 0.3);
    expect(share('spring_json_header_types')).to.be.above(0);
    const types = all.flatMap(({ headers }) =>
      headers.filter(({ name }) => name === '__TypeId__').map(({ value }) => value),
    );
    expect(new Set(types)).to.have.property('size').that.is.at.least(2);
  });
});
