/** How often each user has logged in: the example of README.md, word for word. */
import { Consumed, Materialized, Produced, Serdes, StreamsBuilder, type Topology } from '../../src/index.js';

interface UserEvent {
  readonly action?: string;
  readonly status?: string;
}

interface LoginCount {
  readonly userId: string;
  readonly logins: number;
}

export const buildTopology = (): Topology => {
  const builder = new StreamsBuilder();
  builder
    .stream('user.events', Consumed.with(Serdes.string(), Serdes.json<UserEvent>()))
    .filter((_userId, { action, status }) => action === 'login' && status === 'success')
    .groupByKey()
    .count(Materialized.as('logins-by-user'))
    .toStream()
    .mapValues((logins, userId): LoginCount => ({ userId, logins }))
    .to('login-counts', Produced.with(Serdes.string(), Serdes.json<LoginCount>()));
  return builder.build();
};
