/** A file of events is read line by line, whatever its chunks; a wrong line is told and hinders no other. */
import { expect } from 'chai';
import fc from 'fast-check';
import type { EventLine } from '../../../src/cli/events/event-lines.js';
import { linesOf, readEventLine } from '../../../src/cli/events/event-lines.js';

async function* chunked(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield chunk;
}

const linesIn = async (chunks: readonly Buffer[], maxBytes = 1000): Promise<(string | null)[]> => {
  const lines: (string | null)[] = [];
  for await (const { number, bytes } of linesOf(chunked(chunks), maxBytes)) {
    expect(number).to.equal(lines.length + 1);
    lines.push(bytes?.toString() ?? null);
  }
  return lines;
};

const read = (text: string | Buffer, isSpring = false): EventLine | null =>
  readEventLine({ number: 3, bytes: Buffer.from(text) }, isSpring);
const whyOf = (text: string | Buffer): string => {
  const line = read(text);
  if (line?.kind !== 'wrong') throw new Error('it was taken');
  expect(line.line).to.equal(3);
  return line.why;
};

describe('the lines of a file', () => {
  it('are the same however it comes in chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme' }).map((line) => line.replaceAll('\n', ''))),
        fc.array(fc.nat({ max: 40 }), { minLength: 1 }),
        async (lines, cuts) => {
          const whole = Buffer.from(lines.map((line) => `${line}\n`).join(''));
          const chunks: Buffer[] = [];
          for (let from = 0, i = 0; from < whole.length; i++) {
            const length = (cuts[i % cuts.length] ?? 0) + 1;
            chunks.push(whole.subarray(from, from + length));
            from += length;
          }
          expect(await linesIn(chunks)).to.deep.equal(lines);
        },
      ),
    );
  });

  it('need no newline at the end, and may be empty', async () => {
    expect(await linesIn([Buffer.from('a\n\nb')])).to.deep.equal(['a', '', 'b']);
    expect(await linesIn([])).to.deep.equal([]);
  });

  it('are not kept when they are too long, and the next one is read as ever', async () => {
    const long = Buffer.alloc(600, 'x');
    expect(await linesIn([Buffer.from('a\n'), long, long, Buffer.from('\nb\n')])).to.deep.equal([
      'a',
      null,
      'b',
    ]);
  });
});

describe('a line of a file of events', () => {
  it('is an event with what it says', () => {
    const event = { type: 'user.auth', data: { userId: 'x' }, id: 'i', traceparent: 't', spring: false };
    expect(read(JSON.stringify(event))).to.deep.equal({ kind: 'event', line: 3, event });
  });

  it('is written as Spring does when that is asked for', () => {
    const line = read('{"type":"user.auth","data":{}}', true);
    expect(line?.kind === 'event' && line.event.spring).to.equal(true);
  });

  it('may be blank, begin with a byte order mark and end with a carriage return', () => {
    expect(read(' \r')).to.equal(null);
    expect(read('\ufeff{"type":"user.auth","data":{}}\r')?.kind).to.equal('event');
  });

  it('is refused with what is wrong with it, and never with its text', () => {
    expect(whyOf('{"type": secret')).to.equal('it is not JSON');
    expect(whyOf('[1]')).to.equal('it is not a JSON object');
    expect(whyOf('{"data":{}}')).to.equal('it has no "type"');
    expect(whyOf('{"type":7,"data":{}}')).to.equal('"type" is no text');
    expect(whyOf('{"type":"user.auth","data":"x"}')).to.equal('it has no "data" that is an object');
    expect(whyOf('{"type":"user.auth","data":{},"spring":"yes"}')).to.match(/"spring" is neither/);
    expect(whyOf('{"type":"user.auth","data":{},"secret":1}')).to.equal(
      'it has a field that is none of type, data, id, traceparent, tracestate, spring',
    );
    expect(whyOf(Buffer.from([0x7b, 0xff, 0x7d]))).to.equal('it is not UTF-8');
    expect(readEventLine({ number: 1, bytes: null }, false)).to.deep.include({ kind: 'wrong', line: 1 });
  });
});
