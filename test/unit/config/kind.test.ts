import { expect } from 'chai';
import fc from 'fast-check';
import { duration, durationName, parseDuration, retryTiers } from '../../../config/duration.js';
import { boolean, httpUrl, integer, listOf, oneOf, ratio, text } from '../../../config/kind.js';
import type { Kind } from '../../../config/kind.js';
import { entryOf } from '../../../config/schema.js';

const valueOf = (kind: Kind<unknown>, raw: unknown): unknown => {
  const parsed = kind.parse(raw);
  return parsed.ok ? parsed.value : undefined;
};

describe('kinds of settings', () => {
  it('take a whole number within its bounds and nothing that merely begins with one', () => {
    const kind = integer(1, 10);
    expect(['1', ' 10 ', 3].map((raw) => valueOf(kind, raw))).to.deep.equal([1, 10, 3]);
    for (const raw of ['0', '11', '1x', '1.5', '', 1.5, true, null, '0x5', '1e1', [3]]) {
      expect(valueOf(kind, raw), String(raw)).to.equal(undefined);
    }
  });

  it('take true and false only as a boolean', () => {
    expect(['true', 'FALSE', true].map((raw) => valueOf(boolean, raw))).to.deep.equal([true, false, true]);
    for (const raw of ['yes', '1', 1, '', 'no']) expect(valueOf(boolean, raw)).to.equal(undefined);
  });

  it('take a word in any case, as it is listed', () => {
    expect(valueOf(oneOf(['SCRAM-SHA-256']), 'scram-sha-256')).to.equal('SCRAM-SHA-256');
    expect(valueOf(oneOf(['a', 'b']), 'c')).to.equal(undefined);
  });

  it('take a part above 0 and at most 1 as a ratio', () => {
    expect(['0.5', '.5', '1', 0.1].map((raw) => valueOf(ratio, raw))).to.deep.equal([0.5, 0.5, 1, 0.1]);
    for (const raw of ['0', '1.1', '', '.', '50%', -1, NaN]) expect(valueOf(ratio, raw)).to.equal(undefined);
  });

  it('take a list by commas or as JSON, with nothing twice and nothing empty', () => {
    const kind = listOf(text('letters', /^[a-z]+$/));
    expect(valueOf(kind, 'a, b')).to.deep.equal(['a', 'b']);
    expect(valueOf(kind, ['a'])).to.deep.equal(['a']);
    for (const raw of ['a,', 'a,a', '', [], 'a,1', 5]) expect(valueOf(kind, raw)).to.equal(undefined);
  });

  it('take an http URL without credentials, query and fragment, and drop the slash at its end', () => {
    expect(valueOf(httpUrl, 'https://x:1/api/')).to.equal('https://x:1/api');
    expect(valueOf(httpUrl, 'http://x')).to.equal('http://x');
    for (const raw of ['ftp://x', 'x:80', 'http://u:p@x', 'http://x?a=1', 'http://x#a', 'http://']) {
      expect(valueOf(httpUrl, raw), raw).to.equal(undefined);
    }
    expect(httpUrl.show?.('http://u:secret@x/?t=secret')).not.to.include('secret');
  });

  it('take host:port for a broker', () => {
    const kind = entryOf('KAFKA_BROKERS')?.setting.kind;
    if (kind === undefined) throw new Error('KAFKA_BROKERS is gone');
    for (const raw of ['a:9092', 'tea-snacks-kafka:29092', '10.0.0.1:1', '[::1]:9092', 'a', 'a_b.c:65535']) {
      expect(valueOf(kind, raw), raw).to.deep.equal([raw]);
    }
    for (const raw of ['http://a:1', 'a:', 'a:65536', 'a:x', ':9092', 'a b:1', 'SSL://a:1', '-a:1']) {
      expect(valueOf(kind, raw), raw).to.equal(undefined);
    }
  });
});

describe('durations', () => {
  it('are read with their units', () => {
    const read = ['500ms', '5s', '2m', '36h', '7d'].map(parseDuration);
    expect(read).to.deep.equal([500, 5_000, 120_000, 129_600_000, 604_800_000]);
    for (const raw of ['5', '5 s', '5S', '1.5s', '-1s', 's', '', '5sec']) {
      expect(parseDuration(raw), raw).to.equal(null);
    }
  });

  it('have one name whatever unit they were written in', () => {
    expect(
      ['120s', '2m', '120000ms', '90s', '24h', '1500ms'].map((raw) => durationName(parseDuration(raw) ?? 0)),
    ).to.deep.equal(['2m', '2m', '2m', '90s', '1d', '1500ms']);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 40 }), (ms) => parseDuration(durationName(ms)) === ms),
    );
  });

  it('have bounds', () => {
    expect(valueOf(duration(1_000, 60_000), '1m')).to.equal(60_000);
    expect(valueOf(duration(1_000, 60_000), '61s')).to.equal(undefined);
    expect(valueOf(duration(1_000, 60_000), 5_000)).to.equal(undefined);
  });

  it('of retry tiers increase strictly', () => {
    const because = (raw: unknown): string | undefined => {
      const parsed = retryTiers().parse(raw);
      return parsed.ok ? undefined : (parsed.because ?? 'refused');
    };
    expect(valueOf(retryTiers(), ['1s', '60s'])).to.deep.equal([
      { name: '1s', delayMs: 1_000 },
      { name: '1m', delayMs: 60_000 },
    ]);
    expect(because('120s,2m')).to.equal('2m occurs twice');
    expect(because('2m,5s')).to.equal('5s comes after 2m');
    expect(because('5s,')).to.equal('one of its items is not allowed');
    expect(because('0s')).to.equal('one of its items is not allowed');
    expect(because(5)).to.equal('refused');
  });

  it('of retry tiers fit a timer, which beyond 2^31 ms would fire at once', () => {
    expect(valueOf(retryTiers(), '20d')).to.have.length(1);
    expect(valueOf(retryTiers(), '25d')).to.equal(undefined);
  });
});
