/** Values of tables may be missing where keys can be deleted; functions of tables get those that are there. */
import { Consumed, Joined, Materialized, Named, Produced, Serdes, StreamsBuilder } from '../../src/index.js';

interface User {
  readonly name: string;
}

const builder = new StreamsBuilder();
const users = builder.table(
  'users',
  Consumed.with(Serdes.string(), Serdes.json<User>()),
  Materialized.as('users'),
);
const names = users.mapValues((user) => user.name);
names.toStream().to('names', Produced.valueSerde(Serdes.nullable(Serdes.string())));
// expect TS2345
names.toStream().to('names', Produced.valueSerde(Serdes.string()));
// expect TS18047
users.toStream().mapValues((user) => user.name);
// expect TS2339
users.filter((_key, user) => user.age > 1, Named.as('old'), Materialized.as('old'));

const stream = builder.stream('in', Consumed.with(Serdes.string(), Serdes.string()));
stream
  .join(users, (value, user, key) => value + user.name + key)
  .to('out', Produced.with(Serdes.string(), Serdes.string()));
// expect TS18047
stream.leftJoin(users, (value, user) => value + user.name);
stream.leftJoin(users, (value, user) => value + (user?.name ?? ''), Joined.as('with-user'));
// expect TS2345
stream.selectKey(() => 1).join(users, (value) => value);
