import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import type { LogLevel } from '../../../src/observability/logger.js';
import { createLogger } from '../../../src/observability/logger.js';
import { installLevelSignal } from '../../../src/observability/level-signal.js';

const bench = (level: LogLevel, platform = 'linux') => {
  let text = '';
  const logger = createLogger({
    level,
    pretty: false,
    destination: { write: (line) => void (text += line) },
  });
  const listeners = new Set<() => void>();
  const remove = installLevelSignal(logger, {
    platform,
    on: (_signal, listener) => listeners.add(listener),
    off: (_signal, listener) => listeners.delete(listener),
  });
  const signal = (): void => listeners.forEach((listener) => listener());
  return { logger, listeners, remove, signal, text: () => text };
};

describe('SIGUSR2', () => {
  for (const level of ['info', 'warn', 'error', 'silent'] as const) {
    it(`turns ${level} to debug and back, and says so each time`, () => {
      const { logger, signal, text } = bench(level);
      signal();
      expect(logger.level).to.equal('debug');
      signal();
      expect(logger.level).to.equal(level);
      const lines = text().trim().split('\n');
      expect(lines).to.have.length(2);
      expect(JSON.parse(lines[0] ?? '')).to.include({ level: 'info', from: level, to: 'debug' });
      expect(JSON.parse(lines[1] ?? '')).to.include({ level: 'info', from: 'debug', to: level });
    });
  }

  it('turns debug to info and back: there is nothing louder worth having', () => {
    const { logger, signal } = bench('debug');
    signal();
    expect(logger.level).to.equal('info');
    signal();
    expect(logger.level).to.equal('debug');
  });

  it('brings stacks with debug', () => {
    const { logger, signal, text } = bench('info');
    logger.error({ err: new Error('x') }, 'before');
    expect(text()).not.to.include('"stack"');
    signal();
    logger.error({ err: new Error('x') }, 'after');
    expect(text()).to.include('"stack"');
  });

  it('is not listened to on Windows, which has none, nor after it was removed', () => {
    expect(bench('info', 'win32').listeners.size).to.equal(0);
    const { listeners, remove } = bench('info');
    expect(listeners.size).to.equal(1);
    remove();
    expect(listeners.size).to.equal(0);
  });

  it('changes the level of a real process, which goes on', async function () {
    if (process.platform === 'win32') expect.fail('there is no SIGUSR2 here');
    this.timeout(20_000);
    const from = (name: string): string =>
      new URL(`../../../src/observability/${name}.js`, import.meta.url).href;
    const program = `
      const { createLogger } = await import('${from('logger')}');
      const { installLevelSignal } = await import('${from('level-signal')}');
      const logger = createLogger({ level: 'info', pretty: false });
      installLevelSignal(logger);
      setInterval(() => logger.debug({}, 'tick'), 5);
      logger.info({}, 'ready');
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const lines: AsyncIterator<string> = createInterface(child.stdout)[Symbol.asyncIterator]();
      const next = async (): Promise<string> => {
        const { value } = (await lines.next()) as { value: string };
        return (JSON.parse(value) as { msg: string }).msg;
      };
      expect(await next()).to.equal('ready');
      child.kill('SIGUSR2');
      expect(await next()).to.equal('log level changed');
      expect(await next()).to.equal('tick');
      child.kill('SIGUSR2');
      let said = await next();
      while (said === 'tick') said = await next();
      expect(said).to.equal('log level changed');
      child.kill('SIGTERM');
      const [, signal] = (await once(child, 'close')) as [number | null, string | null];
      expect(signal).to.equal('SIGTERM');
    } finally {
      child.kill('SIGKILL');
    }
  });
});
