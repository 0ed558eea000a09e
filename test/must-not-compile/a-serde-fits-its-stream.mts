/** The serdes of a sink are those of the stream's types, as inferred along the chain. */
import { Consumed, Produced, type Serde, Serdes, StreamsBuilder } from '../../src/index.js';

interface Login {
  readonly user: string;
  readonly at: number;
}
declare const logins: Serde<Login>;

const stream = new StreamsBuilder().stream('in', Consumed.with(Serdes.string(), logins));
stream.to('out', Produced.with(Serdes.string(), logins));
// expect TS2345
stream.to('out', Produced.with(Serdes.string(), Serdes.string()));
// A serde of a narrower type cannot write every value of the stream.
// expect TS2345
stream.to('out', Produced.with(Serdes.string(), Serdes.json<Login & { ip: string }>()));
// expect TS2345
stream.mapValues((login) => login.at).to('out', Produced.with(Serdes.string(), logins));
// expect TS2345
stream.mapValues(async (login) => Promise.resolve(login.at)).to('out', Produced.valueSerde(Serdes.string()));
stream
  .mapValues(async (login) => Promise.resolve(login.at))
  .filter((_key, at) => at > 0)
  .to('out', Produced.valueSerde(Serdes.json<number>()));
