import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import { DEFAULT_TOPOLOGY } from '../../../config/schema.js';
import { loadSettings } from '../../../config/load.js';
import { TOPOLOGIES } from '../../../src/service/topologies.js';

const { settings } = loadSettings({
  env: { KAFKA_BROKERS: 'a:1' },
  argv: [],
  readFile: (path) => {
    throw new Error(`no such file: ${path}`);
  },
});

describe('the topologies that can be run', () => {
  it('are the folders under topology/', () => {
    expect(Object.keys(TOPOLOGIES)).to.have.members(readdirSync('topology'));
    expect(TOPOLOGIES).to.have.property(DEFAULT_TOPOLOGY);
  });

  for (const [name, build] of Object.entries(TOPOLOGIES)) {
    it(`can be built from the defaults: ${name}`, () => {
      const topology = build(settings);
      expect(topology.sourceTopics).to.deep.equal(['user.events']);
      expect(topology.sinkTopics).not.to.deep.equal([]);
    });
  }
});
