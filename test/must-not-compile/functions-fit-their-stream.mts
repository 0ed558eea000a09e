/** Functions get the stream's types, and a type guard narrows them. */
import { Consumed, Produced, Serdes, StreamsBuilder } from '../../src/index.js';

type Event = { readonly type: 'login'; readonly ip: string } | { readonly type: 'logout' };
const isLogin = (_key: string, event: Event): event is Extract<Event, { type: 'login' }> =>
  event.type === 'login';

const stream = new StreamsBuilder().stream('in', Consumed.with(Serdes.string(), Serdes.json<Event>()));
// expect TS2339
stream.mapValues((event) => event.ip);
// expect TS2769
stream.filter((_key, event) => event.type);
// expect TS2769
stream.filter((key: number) => key > 0);
stream
  .filter(isLogin)
  .mapValues((login) => login.ip)
  .to('ips', Produced.with(Serdes.string(), Serdes.string()));
// expect TS2345
new StreamsBuilder().stream('in', Serdes.string());
// expect TS2741
stream.processValues(() => ({ init: () => undefined }));

// A text is iterable too: its characters are hardly ever meant.
// expect TS2322
stream.flatMapValues((event) => event.type);
