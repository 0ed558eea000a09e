import { expect } from 'chai';
import { Serdes } from '../../../../src/index.js';
import { TopologyTestDriver } from '../../../../src/testing.js';
import { buildTopology } from '../../../../topology/login-counts/topology.js';

interface UserEvent {
  readonly action?: string;
  readonly status?: string;
}

const LOGIN = { action: 'login', status: 'success' };

const bench = () => {
  const driver = new TopologyTestDriver(buildTopology());
  return {
    driver,
    events: driver.createInputTopic('user.events', Serdes.string(), Serdes.json<UserEvent>()),
    counts: driver.createOutputTopic('login-counts', Serdes.string(), Serdes.json()),
  };
};

describe('login-counts topology', () => {
  let at: ReturnType<typeof bench>;
  beforeEach(() => {
    at = bench();
  });
  afterEach(() => at.driver.close());

  it('writes how often a user has logged in, each time', async () => {
    for (const user of ['anna', 'bert', 'anna']) await at.events.pipeInput(user, LOGIN);
    expect(at.counts.readKeyValuesToList()).to.deep.equal([
      { key: 'anna', value: { userId: 'anna', logins: 1 } },
      { key: 'bert', value: { userId: 'bert', logins: 1 } },
      { key: 'anna', value: { userId: 'anna', logins: 2 } },
    ]);
  });

  it('counts nothing else', async () => {
    await at.events.pipeInput('anna', { action: 'login', status: 'failure' });
    await at.events.pipeInput('anna', { action: 'logout', status: 'success' });
    await at.events.pipeInput('anna', {});
    expect(at.counts.isEmpty()).to.equal(true);
  });

  it('goes on counting after a crash and a rebalance', async () => {
    await at.events.pipeInput('anna', LOGIN);
    await at.driver.crash('mid-transaction');
    await at.events.pipeInput('anna', LOGIN);
    await at.driver.rebalance();
    await at.events.pipeInput('anna', LOGIN);
    const counts = at.counts.readKeyValuesToList().map(({ value }) => value);
    expect(counts).to.deep.equal([1, 2, 3].map((logins) => ({ userId: 'anna', logins })));
    expect(at.driver.getKeyValueStore('logins-by-user').get('anna')).to.equal(3);
  });
});
