/** Branches stand under the names that they were given, with the types that their predicates leave. */
import { Branched, Consumed, Named, Serdes, StreamsBuilder } from '../../src/index.js';

type Event = { readonly type: 'login'; readonly ip: string } | { readonly type: 'logout' };
const isLogin = (_key: string, event: Event): event is Extract<Event, { type: 'login' }> =>
  event.type === 'login';

const branches = new StreamsBuilder()
  .stream('in', Consumed.with(Serdes.string(), Serdes.json<Event>()))
  .split(Named.as('events-'))
  .branch(isLogin, Branched.as('login'))
  .branch((_key, event) => event.type === 'logout', Branched.as('logout'))
  .defaultBranch(Branched.as('rest'));
branches['events-login'].mapValues((login) => login.ip);
// expect TS2339
branches['events-logout'].mapValues((event) => event.ip);
// expect TS2551
branches['events-logins'].peek(() => undefined);
// expect TS7053
branches['rest'].peek(() => undefined);
