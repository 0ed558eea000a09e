import { expect } from 'chai';
import { RepeatLimit } from '../../../src/observability/repeat-limit.js';
import { KafkaError } from '../../../src/ports/kafka-error.js';
import type { Logger } from '../../../src/ports/logger.js';
import { VirtualClock } from '../../../src/testing/virtual-clock.js';
import { monotonicMs } from '../../../src/record/units.js';

interface Line {
  readonly level: string;
  readonly atMs: number;
  readonly message: string;
  readonly repeated: number | undefined;
}

const bench = (most?: number) => {
  const clock = new VirtualClock();
  const lines: Line[] = [];
  const write = (level: string) => (fields: object, message: string) => {
    const { repeated } = fields as { readonly repeated?: number };
    lines.push({ level, atMs: clock.monotonic(), message, repeated });
  };
  const logger: Logger = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
  const limit = new RepeatLimit(logger, clock, most);
  const passTo = (atMs: number): void => {
    while ((clock.nextAt() ?? Infinity) <= atMs) clock.fireNext();
    clock.moveTo(monotonicMs(atMs));
  };
  return { clock, limit, lines, passTo };
};

const told = (lines: readonly Line[]): number =>
  lines.reduce((sum, { repeated }) => sum + (repeated ?? 1), 0);

describe('a repeat limit', () => {
  it('writes an hour of four client errors a second in less than twenty lines, and counts all of them', () => {
    const { limit, lines, passTo } = bench();
    for (let atMs = 0; atMs < 3_600_000; atMs += 250) {
      passTo(atMs);
      limit.warn({ client: 'source', kind: 'broker-lost' }, `localhost:9092/1: refused (after ${atMs}ms)`);
    }
    limit.flush();
    expect(lines.length).to.be.within(10, 19);
    expect(told(lines)).to.equal(4 * 3600);
    expect(lines[0]).to.include({ atMs: 0, message: 'localhost:9092/1: refused (after 0ms)' });
    expect(lines[1]).to.deep.include({ atMs: 5000, repeated: 19 });
    expect(lines[2]?.message).to.match(/ \(repeated 120 times in 30 s\)$/);
    expect(lines[3]?.message).to.match(/ \(repeated 1200 times in 5 min\)$/);
  });

  it('writes what comes back after a silence at once, and what comes every 30 s ever more rarely', () => {
    const { limit, lines, passTo } = bench();
    const say = (): void => limit.error({ task: '0_1', reason: 'corrupt-lane-log' }, 'partition refused');
    say();
    passTo(60_000);
    say();
    expect(lines.map(({ atMs }) => atMs)).to.deep.equal([0, 60_000]);
    for (let atMs = 90_000; atMs <= 3_600_000; atMs += 30_000) {
      passTo(atMs);
      say();
    }
    limit.flush();
    expect(lines.length).to.be.below(20);
    expect(told(lines)).to.equal(120);
  });

  it('forgets what was not said for long, and leaves no timer', () => {
    const { clock, limit, lines, passTo } = bench();
    limit.warn({}, 'once');
    passTo(10_000_000);
    expect(clock.nextAt()).to.equal(null);
    limit.warn({}, 'once');
    limit.warn({}, 'once');
    expect(lines).to.have.length(2);
    passTo(10_005_000);
    expect(lines[2]).to.include({ repeated: 1, message: 'once (repeated once in 5 s)' });
  });

  it('keeps apart what differs by more than numbers: client, kind, task, partition, code, level', () => {
    const { limit, lines } = bench();
    const error = (code: number) => new KafkaError('abortable', code, 'refused');
    for (let round = 0; round < 2; round += 1) {
      limit.warn({ client: 'source' }, 'x');
      limit.warn({ client: 'log' }, 'x');
      limit.warn({ task: '0_0' }, 'x');
      limit.warn({ task: '0_1' }, 'x');
      limit.warn({ err: error(1) }, 'x');
      limit.warn({ err: error(2) }, 'x');
      limit.error({}, 'x');
      limit.warn({}, 'y');
    }
    expect(lines).to.have.length(8);
  });

  it('leaves debug and info alone', () => {
    const { limit, lines } = bench();
    for (let round = 0; round < 3; round += 1) {
      limit.info({}, 'i');
      limit.debug({}, 'd');
    }
    expect(lines).to.have.length(6);
  });

  it('remembers so many, and loses no count of the one that it forgets', () => {
    const { clock, limit, lines } = bench(2);
    limit.warn({ task: 'a' }, 'x');
    limit.warn({ task: 'a' }, 'x');
    limit.warn({ task: 'b' }, 'x');
    limit.warn({ task: 'c' }, 'x');
    expect(lines.map(({ message }) => message)).to.deep.equal(['x', 'x', 'x (repeated once in 5 s)', 'x']);
    limit.flush();
    expect(clock.nextAt()).to.equal(null);
  });

  it('writes everything once it was flushed', () => {
    const { clock, limit, lines } = bench();
    limit.warn({}, 'x');
    limit.warn({}, 'x');
    limit.flush();
    limit.warn({}, 'x');
    limit.warn({}, 'x');
    expect(lines.map(({ message }) => message)).to.deep.equal(['x', 'x (repeated once in 5 s)', 'x', 'x']);
    expect(clock.nextAt()).to.equal(null);
  });
});
