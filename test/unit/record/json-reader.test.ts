import { expect } from 'chai';
import fc from 'fast-check';
import { JsonReader } from '../../../src/record/json-reader.js';
import type { JsonShape } from '../../../src/record/json-shape.js';
import { shapeOf } from '../../../src/record/json-shape.js';
import { saidWithoutGeneratedCode } from '../../support/generated-code.js';

/** What a parser gives or throws, with the order of names and the prototypes in it. */
const outcome = (parse: (text: string) => unknown, text: string): unknown => {
  try {
    const value = parse(text);
    return {
      value,
      text: JSON.stringify(value),
      isPlain: Object.getPrototypeOf(value ?? {}) === Object.prototype,
    };
  } catch (error) {
    return { thrown: (error as Error).constructor.name, message: (error as Error).message };
  }
};

/** Counts what a reader asks of its shapes. */
const counted = (): { reader: JsonReader; lessons: () => number; tries: () => number } => {
  let lessons = 0;
  let tries = 0;
  const reader = new JsonReader((text): JsonShape | undefined => {
    lessons += 1;
    const shape = shapeOf(text);
    return shape === undefined
      ? undefined
      : (other) => {
          tries += 1;
          return shape(other);
        };
  });
  return { reader, lessons: () => lessons, tries: () => tries };
};

const parseAll = (reader: JsonReader, count: number, textOf: (index: number) => string): void => {
  for (let index = 0; index < count; index += 1)
    expect(reader.parse(textOf(index))).to.deep.equal(JSON.parse(textOf(index)));
};

const WINDOW = 1_024;

describe('the shape of a JSON text', () => {
  it('reads every text that is spelled the same, and leaves all others', () => {
    const shape = shapeOf('{"id":"a","n":{"x":1,"list":[true,null,"b"]}}');
    expect(shape?.('{"id":"","n":{"x":-1.5e3,"list":[true,null,"ü€🙂"]}}')).to.deep.equal({
      id: '',
      n: { x: -1500, list: [true, null, 'ü€🙂'] },
    });
    for (const other of [
      '{"id":"a","n":{"x":1,"list":[true,null,"b"]}} ',
      ' {"id":"a","n":{"x":1,"list":[true,null,"b"]}}',
      '{"id": "a","n":{"x":1,"list":[true,null,"b"]}}',
      '{"id":"a","n":{"x":1,"list":[false,null,"b"]}}',
      '{"id":"a","n":{"x":"1","list":[true,null,"b"]}}',
      '{"id":1,"n":{"x":1,"list":[true,null,"b"]}}',
      '{"id":"a","n":{"x":01,"list":[true,null,"b"]}}',
      '{"id":"a","n":{"x":1.,"list":[true,null,"b"]}}',
      '{"id":"a\\n","n":{"x":1,"list":[true,null,"b"]}}',
      '{"id":"a\n","n":{"x":1,"list":[true,null,"b"]}}',
      '{"id":"a","n":{"x":1,"list":[true,null,"b"]}',
      '{"id":"a","n":{"x":1,"list":[true,null,"b","c"]}}',
      '{"n":{"x":1,"list":[true,null,"b"]},"id":"a"}',
      '',
    ])
      expect(shape?.(other), other).to.equal(undefined);
  });

  it('is learned with its blanks', () => {
    const text = JSON.stringify({ a: 'x', b: [1, { c: 'y' }], d: {}, e: [] }, null, 2);
    expect(shapeOf(`\n${text}\r\n`)?.(`\n${text.replace('x', 'z')}\r\n`)).to.deep.equal({
      a: 'z',
      b: [1, { c: 'y' }],
      d: {},
      e: [],
    });
  });

  it('is not learned of what a shape could read wrongly, or is not worth it', () => {
    const deep = (levels: number): string => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    for (const text of [
      '{"a":1,"a":2}',
      '{"__proto__":{"a":1}}',
      '{"a":{"__proto__":1}}',
      '{"1":"a","0":"b"}',
      '{"a b":1}',
      '{"a\\u0062":1}',
      '{"":1}',
      `{"${'a'.repeat(65)}":1}`,
      '{"a":"\\n"}',
      '[1,2]',
      '"a"',
      '1',
      'null',
      deep(16),
      deep(5_000),
      JSON.stringify({ a: Array.from({ length: 65 }, () => 'x') }),
      JSON.stringify({ a: 'x'.repeat(5_000) }),
      `{"a":[${'[],'.repeat(300)}1]}`,
    ])
      expect(shapeOf(text), text.slice(0, 40)).to.equal(undefined);
    expect(shapeOf(deep(15))).not.to.equal(undefined);
  });
});

describe('the JSON reader', function () {
  this.timeout(60_000);

  it('gives and throws what JSON.parse does, of whatever comes', () => {
    const name = fc.constantFrom('a', 'b', 'userId', '__proto__', 'constructor', '0', 'with blank', 'ü');
    const leaf = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('plain', '203.0.113.196', 'a"b', '\u2028', '\u007f'),
      fc.double(),
      fc.integer(),
      fc.constantFrom(true, false, null, -0, 1e21, 1e-7),
    );
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        leaf,
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(name, tie('value'), { maxKeys: 4 }),
      ),
    }));
    const text = fc
      .tuple(
        value,
        fc.constantFrom(undefined, 1, '\t'),
        fc.nat(),
        fc.constantFrom('', '', '', ' ', '"', '\\', '}'),
      )
      .map(([json, blanks, at, broken]) => {
        const whole = JSON.stringify(json, null, blanks) ?? 'null';
        return whole.slice(0, at % (whole.length + 1)) + broken + whole.slice(at % (whole.length + 1));
      });
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 6 }), fc.nat(5), (texts, again) => {
        const reader = new JsonReader();
        for (const one of [...texts, ...texts.slice(again), ...texts]) {
          const wanted = outcome(JSON.parse, one);
          expect(outcome((given) => reader.parse(given), one)).to.deep.equal(wanted);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('reads other values into a shape as JSON.parse would', () => {
    const field = fc.oneof(
      fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => JSON.stringify(number)),
      fc.constantFrom('-0', '1E5', '1e400', '0.0', '00', '-', '1.', 'true', 'null', '"', '""', '{}', '[]'),
    );
    const reader = new JsonReader();
    fc.assert(
      fc.property(field, field, (a, b) => {
        const one = `{"id":${a},"m":{"source":${b}}}`;
        expect(outcome((text) => reader.parse(text), one)).to.deep.equal(outcome(JSON.parse, one));
      }),
      { numRuns: 20_000 },
    );
  });

  it('learns a few spellings, and asks the one first that was needed last', () => {
    const { reader, lessons, tries } = counted();
    const names = ['a', 'b', 'c'];
    parseAll(reader, 30, (index) => `{"${names[Math.floor(index / 10)] ?? ''}":${index}}`);
    expect(lessons()).to.equal(3);
    // One of ten of each is learned; before it those that are known are tried in vain.
    expect(tries()).to.equal(9 + (1 + 9) + (2 + 9));
  });

  it('keeps the eight that were needed last', () => {
    const { reader, lessons } = counted();
    const spelled = (shape: number): string => `{"n${shape}":1}`;
    // Eight lessons at the beginning, and an eighth of one for each window.
    parseAll(reader, 8, spelled);
    parseAll(reader, 8 * WINDOW, () => spelled(1));
    expect(lessons()).to.equal(8);
    parseAll(reader, 1, () => spelled(8));
    expect(lessons()).to.equal(9);
    // It took the place of 0; 1 to 7 are known still.
    parseAll(reader, 8, (index) => spelled(index + 1));
    expect(lessons()).to.equal(9);
  });

  it('takes little of its lessons for texts that have no shape', () => {
    const { reader, lessons, tries } = counted();
    parseAll(reader, 20, (index) => `["${index}"]`);
    expect(lessons()).to.equal(20);
    parseAll(reader, 10, (index) => `{"id":"${index}"}`);
    expect([lessons(), tries()]).to.deep.equal([21, 9]);
  });

  it('stops trying while most texts are new, and for ever longer', () => {
    const { reader, lessons, tries } = counted();
    const before: number[] = [];
    for (let window = 0; window < 70; window += 1) {
      parseAll(reader, WINDOW, (index) => `{"x${window}_${index}":1}`);
      before.push(tries());
    }
    const tried = before.map((count, window) => count - (before[window - 1] ?? 0) > 0);
    const windows = tried.flatMap((isTried, window) => (isTried ? [window] : []));
    // One window to learn, then a rest of one, two, four … windows.
    expect(windows).to.deep.equal([0, 2, 5, 10, 19, 36, 69]);
    expect(lessons()).to.be.at.most(8 + 70 / 8);
  });

  it('tries again after a rest, and goes on when texts are known', () => {
    const { reader, tries } = counted();
    parseAll(reader, WINDOW, (index) => `{"x${index}":1}`);
    const atRest = tries();
    parseAll(reader, WINDOW, (index) => `{"id":${index}}`);
    expect(tries()).to.equal(atRest);
    // The eight lessons are used up; an eighth came with each window.
    parseAll(reader, 100 * WINDOW, (index) => `{"id":${index}}`);
    const known = tries();
    parseAll(reader, WINDOW, (index) => `{"id":${index}}`);
    expect(tries() - known).to.equal(WINDOW);
  });

  it('reads where code may not be made of text', () => {
    const said = saidWithoutGeneratedCode(
      'src/record/json-reader.js',
      `const reader = new module.JsonReader();
       for (const id of ['a', 'b']) console.log(reader.parse(JSON.stringify({ id })).id);`,
    );
    expect(said).to.deep.equal(['a\nb\n', '']);
  });

  it('leaves long texts to JSON.parse', () => {
    const { reader, lessons } = counted();
    parseAll(reader, 3, (index) => JSON.stringify({ id: `${index}`.repeat(5_000) }));
    expect(lessons()).to.equal(0);
  });
});
