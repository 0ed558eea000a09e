import { expect } from 'chai';
import fc from 'fast-check';
import { editDistance, nearest, probablyMeant } from '../../../config/misspelling.js';

const word = fc.string({ maxLength: 8 });

describe('misspellings', () => {
  it('are measured in letters added, removed or replaced', () => {
    expect(editDistance('kitten', 'sitting')).to.equal(3);
    expect(editDistance('', 'abc')).to.equal(3);
    expect(editDistance('HTTP_PROXY', 'HTTP_PORT')).to.equal(3);
  });

  it('are as far one way as the other, and at no distance only from the same word', () => {
    fc.assert(fc.property(word, word, (a, b) => editDistance(a, b) === editDistance(b, a)));
    fc.assert(fc.property(word, word, (a, b) => (editDistance(a, b) === 0) === (a === b)));
  });

  it('point to the nearest name, if one is within two letters', () => {
    expect(nearest('LOG_LEVLE', ['LOG_LEVEL', 'LOG_LEVER'])).to.equal('LOG_LEVEL');
    expect(nearest('LOG_FORMAT', ['LOG_LEVEL'])).to.equal(null);
  });

  it('in an environment need the same first word or a long name', () => {
    expect(probablyMeant('DLQ_POLCY', ['DLQ_POLICY'])).to.equal('DLQ_POLICY');
    expect(probablyMeant('FOG_LEVEL', ['LOG_LEVEL'])).to.equal(null);
    expect(probablyMeant('KAKFA_BROKERS', ['KAFKA_BROKERS'])).to.equal('KAFKA_BROKERS');
  });
});
