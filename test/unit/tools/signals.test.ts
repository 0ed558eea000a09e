/** Ctrl-C under npm: the terminal signals everybody, and npm passes its signal on as well. */
import { expect } from 'chai';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../../support/broker.js';

interface SignalsModule {
  oneByOne(on: {
    stop: (signal: string) => void;
    force: () => void;
    now: () => number;
  }): (signal: string) => void;
}

describe('the signals of npm start', () => {
  let heard: string[];
  let nowMs: number;
  let send: (signal: string) => void;

  beforeEach(async () => {
    const file = join(projectRoot(), 'tools', 'start', 'signals.mjs');
    const { oneByOne } = (await import(pathToFileURL(file).href)) as SignalsModule;
    heard = [];
    nowMs = 0;
    send = oneByOne({
      stop: (signal) => heard.push(`stop ${signal}`),
      force: () => heard.push('force'),
      now: () => nowMs,
    });
  });

  it('stop at the first, with its name', () => {
    send('SIGTERM');
    expect(heard).to.deep.equal(['stop SIGTERM']);
  });

  it('are one when they come at the same moment', () => {
    send('SIGINT');
    nowMs = 20;
    send('SIGINT');
    expect(heard).to.deep.equal(['stop SIGINT']);
  });

  it('force the end when a later one comes', () => {
    send('SIGINT');
    nowMs = 5000;
    send('SIGINT');
    expect(heard).to.deep.equal(['stop SIGINT', 'force']);
  });
});
