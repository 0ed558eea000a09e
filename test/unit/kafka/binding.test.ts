/** Which binding is used, and what is said when it is not there. */
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chooseBinding, COMPILED_BINDING } from '../../../src/kafka/binding.js';
import { projectRoot } from '../../support/broker.js';

const MODULE = pathToFileURL(join(projectRoot(), 'dist', 'src', 'kafka', 'binding.js')).href;

/** In a process whose native client says another layout than it has. */
const chosen = (layout: number | undefined, choice: string): string => {
  const script = `
    import { createRequire } from 'node:module';
    const native = createRequire(${JSON.stringify(MODULE)})('node-rdkafka/librdkafka.js');
    native.packedLayout = ${layout ?? 'undefined'};
    const { chooseBinding } = await import(${JSON.stringify(MODULE)});
    try { console.log(chooseBinding(${JSON.stringify(choice)})); }
    catch (error) { console.log(error.kind, error.message); }`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  return stdout.trim() || stderr;
};

describe('the choice of the binding', () => {
  it('is the packed one where it is compiled, as it is after the set-up of these tests', () => {
    expect(COMPILED_BINDING).to.equal('packed');
    expect(chooseBinding()).to.equal('packed');
    expect(chooseBinding('auto')).to.equal('packed');
    expect(chooseBinding('packed')).to.equal('packed');
    expect(chooseBinding('published')).to.equal('published');
  });

  for (const [what, layout] of [
    ['without the patch', undefined],
    ['with a patch of another layout', 999],
  ] as const)
    it(`is the published one ${what}, and packed is refused with what to do`, () => {
      expect(chosen(layout, 'auto')).to.equal('published');
      expect(chosen(layout, 'published')).to.equal('published');
      expect(chosen(layout, 'packed')).to.match(/^unusable .*KAFKA_BINDING.*node tools\/binding\.mjs/);
    });
});
