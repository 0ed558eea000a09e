/** A processor of values forwards records that it made from the one it was given: none with another key. */
import { Consumed, type FixedKeyRecord, Serdes, StreamsBuilder } from '../../src/index.js';

declare const other: FixedKeyRecord<number, string>;

new StreamsBuilder()
  .stream('in', Consumed.with(Serdes.string(), Serdes.string()))
  .processValues<string>(() => ({
    process: (record, context) => {
      context.forward(record);
      // expect TS2345
      context.forward(other);
      // expect TS2345
      context.forward({ ...record, key: 'another' });
      // expect TS2339
      context.forward(record.withKey('another'));
      // expect TS2540
      record.key = 'another';
      // expect TS2345
      context.forward(record.withValue(1));
    },
  }));
