/** What follows mapValues still has the key's type: a value that looks like a new key is just a value. */
import { Consumed, Produced, Serdes, StreamsBuilder } from '../../src/index.js';

const stream = new StreamsBuilder().stream('in', Consumed.with(Serdes.string(), Serdes.string()));
const rekeyed = stream.mapValues((value) => ({ key: 1, value }));
// expect TS2345
rekeyed.to('out', Produced.with(Serdes.json<number>(), Serdes.json<{ key: number; value: string }>()));
// expect TS2551
rekeyed.filter((key) => key.toFixed() === '1');
