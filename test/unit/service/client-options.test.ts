import { expect } from 'chai';
import type { Settings } from '../../../config/schema.js';
import { loadSettings } from '../../../config/load.js';
import {
  assignmentOf,
  clientOptions,
  publisherOptions,
  streamsConfig,
} from '../../../src/service/client-options.js';
import { TOPOLOGIES } from '../../../src/service/topologies.js';
import type { StreamsConfig } from '../../../src/streams-config.js';

const settingsOf = (env: Readonly<Record<string, string>>): Settings =>
  loadSettings({
    env: { KAFKA_BROKERS: 'a:1', ...env },
    argv: [],
    readFile: (path) => {
      throw new Error(`no such file: ${path}`);
    },
  }).settings;

const configOf = (env: Readonly<Record<string, string>>): StreamsConfig => streamsConfig(settingsOf(env));

describe('streamsConfig', () => {
  it('has the tiers, bounds and policies that are the defaults', () => {
    const config = configOf({});
    expect(config.retryTiers.map(({ name }) => name)).to.deep.equal(['5s', '30s', '2m']);
    expect(config).to.include({
      emissionPatienceMs: 250,
      laneMaxFollowers: 10_000,
      deadLetterPolicy: 'skip',
    });
    expect(config.breaker).to.deep.equal({ ratio: 0.5, minAttempts: 20, windowMs: 10_000 });
    expect(config.topics.retentionRetryMs).to.equal(7 * 86_400_000);
  });

  it('takes each of them from its own setting', () => {
    const config = configOf({
      RETRY_TIERS: '7ms,60s',
      EMISSION_PATIENCE_MS: '11',
      LANE_MAX_FOLLOWERS: '12',
      DLQ_POLICY: 'park',
      BREAKER_RATIO: '0.25',
      BREAKER_MIN_ATTEMPTS: '13',
      BREAKER_WINDOW_MS: '1400',
      RETENTION_RETRY: '15h',
      RETENTION_DLQ: '16h',
    });
    expect(config.retryTiers).to.deep.equal([
      { name: '7ms', delayMs: 7 },
      { name: '1m', delayMs: 60_000 },
    ]);
    expect(config).to.include({ emissionPatienceMs: 11, laneMaxFollowers: 12, deadLetterPolicy: 'park' });
    expect(config.breaker).to.deep.equal({ ratio: 0.25, minAttempts: 13, windowMs: 1400 });
    expect(config.topics).to.include({
      retentionRetryMs: 15 * 3_600_000,
      retentionDeadLettersMs: 16 * 3_600_000,
    });
  });

  it('has no tier when RETRY_TIERS is blank', () => {
    expect(configOf({ RETRY_TIERS: '' }).retryTiers).to.deep.equal([]);
  });
});

describe('assignmentOf', () => {
  it('assigns together the topics of a sub-topology that reads several', () => {
    const isEager = (env: Readonly<Record<string, string>>): boolean | undefined => {
      const topology = TOPOLOGIES['user-audit']?.(settingsOf(env));
      return topology && assignmentOf(topology).eagerRange;
    };
    expect(isEager({})).to.equal(false);
    expect(isEager({ SOURCE_TOPICS: 'a,b' })).to.equal(true);
  });

  it('asks the topology, not the settings that it does not read', () => {
    const topology = TOPOLOGIES['login-counts']?.(settingsOf({ SOURCE_TOPICS: 'a,b' }));
    expect(topology && assignmentOf(topology).eagerRange).to.equal(false);
  });
});

describe('publisherOptions', () => {
  it('are the values of the platform, from settings of their own', () => {
    expect(publisherOptions(settingsOf({}))).to.deep.equal({ retries: 3, batchSizeBytes: 16_384 });
    const given = settingsOf({ PUBLISHER_RETRIES: '7', PUBLISHER_BATCH_SIZE: '1000' });
    expect(publisherOptions(given)).to.deep.equal({ retries: 7, batchSizeBytes: 1000 });
  });

  it('are not what the engine’s clients have', () => {
    const options = clientOptions(settingsOf({}), 'p');
    expect(options).to.not.have.any.keys('retries', 'batchSizeBytes');
  });
});
