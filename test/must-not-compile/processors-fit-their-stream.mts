/** A processor gets the stream's types and gives the next one's. Stores are connected by name. */
import { Consumed, Named, type Processor, Produced, Serdes, StreamsBuilder } from '../../src/index.js';

declare const supplier: () => Processor<string, string, number, Date>;

const stream = new StreamsBuilder().stream('in', Consumed.with(Serdes.string(), Serdes.string()));
stream.process(supplier, Named.as('p'), 'store').to('out', Produced.with(Serdes.long(), Serdes.json<Date>()));
stream.process(supplier, 'one', 'two');
// expect TS2345
stream.process(supplier).to('out', Produced.with(Serdes.string(), Serdes.json<Date>()));
// expect TS2345
stream.mapValues((value) => value.length).process(supplier);
// expect TS2345
stream.process(supplier, 'store', Named.as('p'));
stream.process<number, string>(() => ({
  process: (record, context) => {
    context.forward(record.withKey(1));
    // expect TS2345
    context.forward(record);
  },
}));
