/** The script of the directory: the same event has the same fate, and the shares are what was asked for. */
import { expect } from 'chai';
import { DirectoryScript, type Fate } from '../../support/directory-script.js';

const COUNT = 20_000;
const shares = { seed: 5, failing: 0.05, failingCalls: [1, 2, 3], poison: 0.01, slow: 0.02, hanging: 0.005 };

const fates = (script: DirectoryScript): readonly Fate[] =>
  Array.from({ length: COUNT }, (_, i) => script.fateOf(`user.events-${i % 3}-${i}`, `user-${i % 7}`));

describe('the script of the directory', () => {
  it('gives an event the same fate every time, and another seed another', () => {
    const one = fates(new DirectoryScript(shares));
    expect(fates(new DirectoryScript(shares))).to.deep.equal(one);
    expect(fates(new DirectoryScript({ ...shares, seed: 6 }))).not.to.deep.equal(one);
  });

  it('gives each fate its share', () => {
    const all = fates(new DirectoryScript(shares));
    const part = (kind: Fate['kind']): number => all.filter((fate) => fate.kind === kind).length / COUNT;
    expect(part('fails')).to.be.closeTo(0.05, 0.006);
    expect(part('poison')).to.be.closeTo(0.01, 0.003);
    expect(part('slow')).to.be.closeTo(0.02, 0.004);
    expect(part('hangs')).to.be.closeTo(0.005, 0.002);
    for (const calls of [1, 2, 3]) {
      const these = all.filter((fate) => fate.kind === 'fails' && fate.calls === calls);
      expect(these.length / COUNT, `fails ${calls} times`).to.be.closeTo(0.05 / 3, 0.004);
    }
  });

  it('spares the users that it is told to spare', () => {
    const script = new DirectoryScript({ ...shares, failing: 1, spares: (userId) => userId === 'user-1' });
    for (const [i, { kind }] of fates(script).entries())
      expect(kind).to.equal(i % 7 === 1 ? 'known' : 'fails');
  });
});
