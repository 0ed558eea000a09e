/** Every flaw that the review of the protocol found has a regression test that bears its number. */
import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../support/broker.js';

const FLAWS = 21;
const TEST_NAME = /\b(?:it|name:|what:)\s*\(?\s*['"`](.*)['"`]/;

const testNames = (): readonly string[] => {
  const root = join(projectRoot(), 'test');
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => readFileSync(join(root, name), 'utf8').split('\n'))
    .flatMap((line) => TEST_NAME.exec(line)?.[1] ?? []);
};

describe('the review of the protocol', () => {
  it(`has a test for each of its ${FLAWS} flaws, named by its number`, () => {
    const names = testNames();
    const missing = Array.from({ length: FLAWS }, (_, i) => `F${i + 1}`).filter(
      (flaw) => !names.some((name) => new RegExp(`\\b${flaw}\\b`).test(name)),
    );
    expect(missing).to.deep.equal([]);
  });
});
