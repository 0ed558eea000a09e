/** What maps keys has the new types after it. */
import { Consumed, Printed, Produced, Repartitioned, Serdes, StreamsBuilder } from '../../src/index.js';

const stream = new StreamsBuilder().stream('in', Consumed.with(Serdes.string(), Serdes.string()));
const lengths = stream.map((key, value) => [value, key.length]);
lengths.to('out', Produced.with(Serdes.string(), Serdes.long()));
// expect TS2345
lengths.to('out', Produced.with(Serdes.string(), Serdes.string()));
// expect TS2322
stream.map((_key, value) => value.length);
// expect TS2322
stream.flatMap((key, value) => [[key, value, 1]]);
// expect TS2322
stream.flatMapValues((value) => value.length);
stream
  .flatMap((key, value) => [[key.length, value] as const])
  .to('out', Produced.with(Serdes.long(), Serdes.string()));
// expect TS2345
stream.selectKey((_key, value) => value.length).to('out', Produced.keySerde(Serdes.string()));
// expect TS2345
lengths.repartition(Repartitioned.with(Serdes.string(), Serdes.string()));
// expect TS2345
stream.merge(lengths);
// expect TS2345
stream.to((key, value) => key.length + value.length);
// expect TS2345
lengths.print(Printed.toSysOut<string, string>());
